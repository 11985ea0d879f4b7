"""What is believed of how one company writes its addresses, after all that was seen of it."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from types import MappingProxyType

from actors.core.address_patterns.namesakes import chance_as_a_way_out
from actors.core.address_patterns.patterns import OTHER, PATTERNS, shown_by
from actors.core.address_patterns.prior import prior
from actors.core.address_patterns.turnover import Turnover
from actors.core.address_patterns.writing import writings

_ALL = (*PATTERNS, OTHER)
# Assumed, all of these.
_BY_SECOND = 0.35  # people of a company with a second pattern whose address follows it
_BY_CHANCE = 0.01  # made-up addresses that look like a pattern all the same
_MOST_TRUSTED = 0.97  # no vendor is surer than this
_SECOND_TRIED = (0.01, 0.04, 0.12, 0.25)
_EXCEPTION_TRIED = (0.003, 0.01, 0.03, 0.1)


@dataclass(frozen=True, slots=True)
class Habits:
    """How strictly companies keep to their pattern: the share with a second one, and that of people who follow none.

    What stands here is assumed; `learnt_habits` finds what the addresses that are known speak for.
    """

    has_second: float = 0.12
    exception: float = 0.03


@dataclass(frozen=True, slots=True, order=True)
class Seen:
    """One address of the domain: whose it is or was thought to be, and whether it exists."""

    email: str
    first: str
    last: str
    exists: bool


@dataclass(frozen=True, slots=True, order=True)
class Said:
    """What a vendor says is the company's pattern, and how far it is trusted."""

    pattern: str
    confidence: float
    vendor: str


@dataclass(frozen=True, slots=True)
class AddressPatterns:
    """How a company writes its addresses, as far as is known: what it starts from, and what was seen and said.

    Nothing changes it; each observation gives another one. Their order makes no difference, and what is seen twice
    counts once.

    The company has a main pattern, sometimes a second one, and people who follow neither. The likelihood of each
    such hypothesis is worked out in full, so that an address that fits two patterns, or one that does not exist,
    says as much as it can say and no more. Where several observations were added up as counts of a Dirichlet
    distribution, a few bounces would make one of the other patterns look certain.
    """

    employees: int | None = None
    country: str = ""
    turnover: Turnover = field(default_factory=Turnover)
    habits: Habits = field(default_factory=Habits)
    seen: frozenset[Seen] = frozenset()
    said: frozenset[Said] = frozenset()

    def observed(self, email: str, first: str, last: str) -> "AddressPatterns":
        """After an address of the domain was found to exist, or seen by a source when it did, with its owner's name."""
        return self._after(Seen(email.lower(), first, last, exists=True))

    def bounced(self, email: str, first: str, last: str) -> "AddressPatterns":
        """After an address of this person was refused: a guess by the wrong pattern, or the person left.

        Of an address that was observed, too, it is the latter, and says nothing of the pattern.
        """
        return self._after(Seen(email.lower(), first, last, exists=False))

    def stated(self, pattern: str, confidence: float, vendor: str) -> "AddressPatterns":
        """After a vendor said which pattern it is, with its confidence from 0 to 1."""
        if not 0 <= confidence <= 1:
            raise ValueError(f"a confidence is from 0 to 1, not {confidence}")
        return replace(self, said=self.said | {Said(pattern, confidence, vendor)})

    def shares(self) -> Mapping[str, float]:
        """The probability of each pattern, and of none, for one more person there; sums to 1."""
        return _shares(self)

    def _after(self, one: Seen) -> "AddressPatterns":
        return replace(self, seen=self.seen | {one})


def learnt_habits(known: Iterable[AddressPatterns]) -> Habits:
    """The habits that the known addresses of many companies speak for; near the assumed ones while there are few.

    Each company is judged by how likely what was seen of it is, whatever its pattern. One address of a company says
    nothing of how strictly it keeps to a pattern, so only those with several count.
    """
    several = [one for one in known if len(one.seen) > 1]
    tried = [Habits(second, exception) for second in _SECOND_TRIED for exception in _EXCEPTION_TRIED]
    logs = [
        math.fsum(_log_of_all(_weights(replace(one, habits=habits))) for one in several) - _distance(habits)
        for habits in tried
    ]
    most = max(logs)
    likely = [math.exp(log - most) for log in logs]
    whole = math.fsum(likely)
    return Habits(
        math.fsum(weight * habits.has_second for weight, habits in zip(likely, tried, strict=True)) / whole,
        math.fsum(weight * habits.exception for weight, habits in zip(likely, tried, strict=True)) / whole,
    )


def _distance(habits: Habits) -> float:
    """How far habits are from the assumed ones, as a penalty on their log-likelihood: a factor of three costs 0.5."""
    usual = Habits()
    ratios = habits.has_second / usual.has_second, habits.exception / usual.exception
    return math.fsum(0.5 * (math.log(ratio) / math.log(3)) ** 2 for ratio in ratios)


@lru_cache(maxsize=4096)
def _shares(known: AddressPatterns) -> Mapping[str, float]:
    return _predicted(_weights(known), prior(known.employees, known.country), known.habits.exception)


def _weights(known: AddressPatterns) -> dict[tuple[str, str | None], float]:
    """For each main and second pattern the logarithm of how likely they are, with all that was seen and said."""
    base, exception = prior(known.employees, known.country), known.habits.exception
    weights: dict[tuple[str, str | None], float] = {}
    existed = {one.email for one in known.seen if one.exists}
    telling = [one for one in sorted(known.seen) if one.exists or one.email not in existed]
    chances = [_chances(one, known) for one in telling]
    at_random = [math.fsum(base[pattern] * one[pattern] for pattern in _ALL) for one in chances]
    by_exception = [math.log(exception * random) for random in at_random]
    for main in _ALL:
        spoken = math.fsum(_log_of_statement(one, main, base) for one in sorted(known.said))
        for second in (None, *_ALL):
            if second == main:
                continue
            logs = [
                math.log((1 - exception) * follows + exception * random)
                if (follows := _mixed(one, main, second))
                else log
                for one, random, log in zip(chances, at_random, by_exception, strict=True)
            ]
            before = _weight(base, main, second, known.habits.has_second)
            weights[main, second] = math.log(before) + spoken + math.fsum(logs)
    return weights


def _log_of_all(weights: Mapping[tuple[str, str | None], float]) -> float:
    most = max(weights.values())
    return most + math.log(math.fsum(math.exp(log - most) for log in weights.values()))


def _weight(base: Mapping[str, float], main: str, second: str | None, has_second: float) -> float:
    """How often a company has these two patterns, before anything was seen."""
    if second is None:
        return base[main] * (1 - has_second)
    return base[main] * has_second * base[second] / (1 - base[main])


def _mixed(chances: Mapping[str, float], main: str, second: str | None) -> float:
    if second is None:
        return chances[main]
    return (1 - _BY_SECOND) * chances[main] + _BY_SECOND * chances[second]


def _chances(one: Seen, known: AddressPatterns) -> Mapping[str, float]:
    """How likely what was seen is, for each pattern that the person's address may follow."""
    shown = shown_by(one.email, one.first, one.last, known.country)
    if one.exists:
        chances = {pattern: shown.get(pattern, 0.0) for pattern in PATTERNS}
        local = one.email.rpartition("@")[0]
        for way in writings(one.first, one.last, known.country)[:1]:
            for pattern in PATTERNS:
                chances[pattern] += chance_as_a_way_out(local, pattern, way.first, way.last)
        return chances | {OTHER: _BY_CHANCE if shown else 1.0}
    # by that pattern the address was right only if its owner left; by any other it never was
    stays = 1 - known.turnover.rate
    return {pattern: 1 - shown.get(pattern, 0.0) * stays for pattern in _ALL}


def _log_of_statement(one: Said, main: str, base: Mapping[str, float]) -> float:
    """How likely a vendor says this where `main` is true; one that errs names patterns as often as they are."""
    trusted = min(one.confidence, _MOST_TRUSTED)
    pattern = one.pattern if one.pattern in PATTERNS else OTHER
    by_error = (1 - trusted) * base[pattern]
    return math.log(by_error + (trusted if main == pattern else 0.0))


def _predicted(
    weights: Mapping[tuple[str, str | None], float], base: Mapping[str, float], exception: float
) -> Mapping[str, float]:
    most = max(weights.values())
    likely = {pair: math.exp(log - most) for pair, log in weights.items()}
    whole = math.fsum(likely.values())
    shares = {pattern: exception * base[pattern] for pattern in _ALL}
    for (main, second), weight in likely.items():
        follows = (1 - exception) * weight / whole
        shares[main] += follows * (1.0 if second is None else 1 - _BY_SECOND)
        if second is not None:
            shares[second] += follows * _BY_SECOND
    return MappingProxyType(shares)
