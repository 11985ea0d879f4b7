"""What other cut-offs of tiers would have made of the leads of some days. Nothing is changed by asking."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from console.shares import Share
from tenants.policies import TierBounds
from tenants.store.outcomes import Answer

TIERS = "ABCD"
FIELDS = {
    "fit-c": ("C from fit", "fit", 0),
    "fit-b": ("B from fit", "fit", 1),
    "fit-a": ("A from fit", "fit", 2),
    "warm": ("Warm from intent", "intent", 0),
    "hot": ("Hot from intent", "intent", 1),
}
"""The fields in which cut-offs are tried: by the name that each has in an address."""


@dataclass(frozen=True, slots=True)
class TierThen:
    """A tier now and under other cut-offs: leads in it, and how many of those who were written to answered."""

    tier: str
    now: int
    then: int
    answered_now: Share
    answered_then: Share


@dataclass(frozen=True, slots=True)
class WhatIf:
    """Leads by tier under two sets of cut-offs, and how many would be in a better and in a worse one."""

    leads: int
    tiers: tuple[TierThen, ...]
    up: int
    down: int


def tried(query: Mapping[str, str], now: TierBounds) -> tuple[TierBounds | None, str | None]:
    """The cut-offs that an address asks about, those of now where it says nothing; or what is wrong with them."""
    bounds = {"fit": list(now.fit), "intent": list(now.intent)}
    for name, (label, kind, place) in FIELDS.items():
        text = query.get(name, "").strip()
        if not text:
            continue
        try:
            bounds[kind][place] = float(text)
        except ValueError:
            return None, f"{label}: a number between 0 and 1 is wanted."
    try:
        return TierBounds.model_validate(bounds), None
    except ValidationError as error:
        told = {fault["msg"].removeprefix("Value error, ") for fault in error.errors()}
        return None, f"{'; '.join(sorted(told)).capitalize()}."


def what_if(
    leads: Sequence[tuple[float, float]], answers: Sequence[Answer], now: TierBounds, then: TierBounds
) -> WhatIf:
    """What becomes of leads, given as (fit, intent), under other cut-offs, and what answers say of the tiers then."""
    before, after = _placed(leads, now), _placed(leads, then)
    seen = [(one.fit, one.intent) for one in answers]
    won = [one.is_won for one in answers]
    answered_now, answered_then = _shares(_placed(seen, now), won), _shares(_placed(seen, then), won)
    counts_now, counts_then = Counter(before), Counter(after)
    return WhatIf(
        leads=len(leads),
        tiers=tuple(
            TierThen(tier, counts_now[tier], counts_then[tier], answered_now[tier], answered_then[tier])
            for tier in TIERS
        ),
        # A stands before B
        up=sum(new < old for old, new in zip(before, after, strict=True)),
        down=sum(new > old for old, new in zip(before, after, strict=True)),
    )


def by_tier(answers: Sequence[Answer]) -> dict[str, Share]:
    """How many of those who were written to answered, by the tier that their leads came in with."""
    return _shares([one.tier for one in answers], [one.is_won for one in answers])


def _shares(tiers: Sequence[str], won: Sequence[bool]) -> dict[str, Share]:
    whole = Counter(tiers)
    part = Counter(tier for tier, is_won in zip(tiers, won, strict=True) if is_won)
    return {tier: Share(part[tier], whole[tier]) for tier in TIERS}


def _placed(leads: Sequence[tuple[float, float]], bounds: TierBounds) -> list[str]:
    """The tier of each lead, by the grid that scores go by."""
    if not leads:
        return []
    # numpy comes with it, which a console that nobody asks this never loads
    from scoring_models.tiers import Grid

    grid = Grid(fit=bounds.fit, intent=bounds.intent)
    tiers: list[str] = grid.tier(*zip(*leads, strict=True)).tolist()
    return tiers
