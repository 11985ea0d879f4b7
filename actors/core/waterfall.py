"""Waterfalls: who is asked next for the fields that are still missing, so that filling them costs least.

What is known of a provider is how it did so far: in companies of the same segment, and in all. From that follows
how likely it knows a company, which fields come with it, and what a call costs on the average, billed or not. Of
all orders in which the providers could be asked, each until nothing is missing, the one that is expected to cost
least is taken. Now and then another provider goes first, so that what was thought of it can turn out wrong.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, product

#: what a call costs us besides its price, in US dollars: time, and a place among those under way
EFFORT_USD = 0.0005
_FEW = 6  # of more providers not every order is compared: the best value for the money goes first
_DOUBT = 2.0  # how many imagined calls stand against the first real ones
_EVEN = 0.5
_SMALL_BELOW, _LARGE_FROM = 51, 1001


@dataclass(frozen=True, slots=True)
class Track:
    """How a provider did: calls that were answered, hits, what they cost, and how often each field came."""

    asked: int = 0
    hits: int = 0
    spent_usd: float = 0.0
    found: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Option:
    """A provider that may be asked: what it may know, what a hit costs, and how it did in the segment and in all."""

    provider: str
    knows: frozenset[str]
    price_usd: float
    here: Track = Track()
    anywhere: Track = Track()


@dataclass(frozen=True, slots=True)
class Choice:
    """Who is asked next, how likely that choice was, and whether it was made to learn something."""

    provider: str
    propensity: float
    explores: bool = False


@dataclass(frozen=True, slots=True)
class _Outlook:
    """What is expected of one provider: how likely it knows a company, with which fields, at what price a call."""

    provider: str
    hit: float
    fills: Mapping[str, float]
    cost_usd: float


def segment(*, country: str | None, employees: int | None) -> str:
    """The segment of a company: where it is and how large, as far as that is known before anything is bought."""
    if employees is None:
        size = "?"
    elif employees < _SMALL_BELOW:
        size = "small"
    else:
        size = "large" if employees >= _LARGE_FROM else "medium"
    return f"{country or '?'}/{size}"


def choose(
    options: Sequence[Option],
    missing: Collection[str],
    *,
    explore: float,
    min_samples: int,
    luck: float,
) -> Choice | None:
    """Who is asked next, or None where nobody left may know a missing field.

    With `explore` another than the best goes first in that share of cases; in half of all cases while one was asked
    fewer than `min_samples` times in the segment. `luck` is a number in [0, 1) that decides which case this is.
    """
    able = [option for option in options if not option.knows.isdisjoint(missing)]
    if not able:
        return None
    best = best_order(able, missing, min_samples=min_samples)[0]
    if explore <= 0 or len(able) == 1:
        return Choice(best, 1.0)
    new = [option.provider for option in able if option.here.asked < min_samples]
    others = sorted(new or [option.provider for option in able])
    share = max(explore, _EVEN) if new else explore
    chances = {
        option.provider: (share / len(others) if option.provider in others else 0.0)
        + (1 - share if option.provider == best else 0.0)
        for option in able
    }
    chosen = _drawn(chances, luck)
    return Choice(chosen, chances[chosen], explores=chosen != best)


def best_order(options: Sequence[Option], missing: Collection[str], *, min_samples: int) -> list[str]:
    """The providers in the order that is expected to cost least, where each is asked until nothing is missing.

    Of orders that cost the same the first by name is taken.
    """
    outlooks = sorted((_outlook(option, missing, min_samples) for option in options), key=_by_name)
    if len(outlooks) > _FEW:
        return [one.provider for one in sorted(outlooks, key=lambda one: (-_value(one), one.provider))]
    return _cheapest(outlooks, missing)


def _cheapest(outlooks: Sequence[_Outlook], missing: Collection[str]) -> list[str]:
    """The order of least expected cost, by what each set of providers costs at best.

    A provider is asked as often as those before it have left something missing, and that depends on who they are,
    not on their order: so the best order of a set is the best order of one less, and then the last.
    """
    best: dict[frozenset[int], tuple[float, tuple[int, ...]]] = {frozenset(): (0.0, ())}
    everyone = range(len(outlooks))
    for size in everyone:
        for asked in map(frozenset, combinations(everyone, size)):
            cost, order = best[asked]
            is_missing = 1.0 - _all_filled([outlooks[one] for one in sorted(asked)], missing)
            for one in everyone:
                if one not in asked:
                    costs = cost + outlooks[one].cost_usd * is_missing
                    wider = asked | {one}
                    if wider not in best or (round(costs, 9), (*order, one)) < (
                        round(best[wider][0], 9),
                        best[wider][1],
                    ):
                        best[wider] = costs, (*order, one)
    return [outlooks[one].provider for one in best[frozenset(everyone)][1]]


def _all_filled(asked: Sequence[_Outlook], missing: Collection[str]) -> float:
    """How likely these have filled all that was missing. The fields of one provider come together or not at all."""
    chance = 0.0
    for hits in product((True, False), repeat=len(asked)):
        weight = math.prod(one.hit if hit else 1.0 - one.hit for one, hit in zip(asked, hits, strict=True))
        if weight > 0:
            there = [one for one, hit in zip(asked, hits, strict=True) if hit]
            chance += weight * math.prod(
                1.0 - math.prod(1.0 - one.fills.get(name, 0.0) for one in there) for name in missing
            )
    return chance


def _outlook(option: Option, missing: Collection[str], min_samples: int) -> _Outlook:
    """What is expected, from the segment as far as there is experience in it, else from all, else by guess."""
    here, anywhere = option.here, option.anywhere
    hit = _share(here.hits, here.asked, min_samples, _share(anywhere.hits, anywhere.asked, _DOUBT, _EVEN))
    fills = {
        name: _share(
            here.found.get(name, 0),
            here.hits,
            min_samples,
            _share(anywhere.found.get(name, 0), anywhere.hits, _DOUBT, _EVEN),
        )
        for name in missing
        if name in option.knows
    }
    # what a hit costs; a vendor that bills misses, too, has spent more than that for each of its hits
    overall = _share(anywhere.spent_usd, anywhere.asked, _DOUBT, option.price_usd * hit)
    cost = _share(here.spent_usd, here.asked, min_samples, overall)
    return _Outlook(option.provider, hit, fills, cost + EFFORT_USD)


def _share(found: float, tried: float, doubt: float, otherwise: float) -> float:
    """A share that is believed the more, the more often it was tried."""
    return (found + doubt * otherwise) / (tried + doubt)


def _by_name(one: _Outlook) -> str:
    return one.provider


def _value(one: _Outlook) -> float:
    """Fields for the money."""
    return one.hit * sum(one.fills.values()) / one.cost_usd


def _drawn(chances: Mapping[str, float], luck: float) -> str:
    names = sorted(chances)
    for name in names:
        if luck < chances[name]:
            return name
        luck -= chances[name]
    return max(names, key=lambda name: chances[name])  # rounding left a crumb
