"""Intent: how much a lead seems to want, from what it did lately and whether it hires.

Each act has a weight (how much one fresh act says), a half-life (after how many days it says half as much)
and a ceiling (how much any number of such acts can say: mail scanners click, crawlers visit). Acts are
independent evidence: intent is one minus the product of what each leaves in doubt. Opens are ignored,
because mail clients open mail by themselves. Weights, half-lives and ceilings are our assumption; they are
to be learned from won and lost leads.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Signal:
    """What one kind of act says about wanting: its weight, its half-life and its ceiling."""

    weight: float
    half_life_days: float
    ceiling: float


SIGNALS = {
    "meeting": Signal(weight=0.7, half_life_days=30, ceiling=1.0),
    "reply": Signal(weight=0.5, half_life_days=14, ceiling=0.9),
    "click": Signal(weight=0.15, half_life_days=7, ceiling=0.4),
    "visit": Signal(weight=0.10, half_life_days=7, ceiling=0.4),
}
HIRING_CEILING = 0.12
HIRING_HALF = 10
"""Open jobs that say half of what hiring can say."""


def intent(engagement: Iterable[tuple[str, float]], open_jobs: float | None) -> float:
    """Intent from 0 to 1, from acts as (kind, days ago) and the account's open jobs.

    More acts, fresher acts and more open jobs never lower it. An act dated in the future counts as of today;
    one without a usable date is left out.
    """
    doubts: dict[str, float] = {}
    for kind, days_ago in engagement:
        signal = SIGNALS.get(kind)
        if signal is None or math.isnan(days_ago):
            continue
        said = signal.weight * math.pow(0.5, max(days_ago, 0.0) / signal.half_life_days)
        doubts[kind] = doubts.get(kind, 1.0) * (1.0 - said)
    doubt = 1.0 - hiring(open_jobs)
    for kind, left in doubts.items():
        doubt *= max(left, 1.0 - SIGNALS[kind].ceiling)
    return 1.0 - doubt


def hiring(open_jobs: float | None) -> float:
    """The weak signal of an account that hires, from 0 to its ceiling."""
    if open_jobs is None or not open_jobs > 0:
        return 0.0
    return HIRING_CEILING * (1.0 - math.pow(0.5, open_jobs / HIRING_HALF))
