"""Intent: how much a lead seems to want, from what it did lately and from what happened at its company.

Each act and each thing that happened has a weight (how much a fresh one says), a half-life (after how many days it
says half as much) and a ceiling (how much any number of them can say: mail scanners click, crawlers visit, some
companies announce every job twice). They are independent evidence: intent is one minus the product of what each
leaves in doubt. Opens are ignored, because mail clients open mail by themselves. Open jobs and jobs that were
announced are the same jobs, so that only what says more of the two counts. Weights, half-lives and ceilings are our
assumption; they are to be learned from won and lost leads.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from scoring_models.sentences import about_acts, about_happenings


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
HAPPENINGS = {
    "funding": Signal(weight=0.12, half_life_days=90, ceiling=0.15),
    "hiring": Signal(weight=0.02, half_life_days=45, ceiling=HIRING_CEILING),
    "technology": Signal(weight=0.03, half_life_days=60, ceiling=0.06),
    "news": Signal(weight=0.01, half_life_days=30, ceiling=0.04),
    "site": Signal(weight=0.02, half_life_days=30, ceiling=0.04),
}
"""What happened at a company says little of what it wants of us: all of it together says less than a reply."""
LEAST_SAID = 0.01
"""What is not worth a sentence."""


def intent(
    engagement: Iterable[tuple[str, float]],
    open_jobs: float | None,
    happenings: Iterable[tuple[str, float]] = (),
) -> float:
    """Intent from 0 to 1, from acts and what happened at the account as (kind, days ago), and its open jobs.

    More of them, fresher ones and more open jobs never lower it. What is dated in the future counts as of today;
    what is without a usable date is left out.
    """
    jobs = hiring(open_jobs)
    announced = said(happenings, HAPPENINGS)
    jobs = max(jobs, announced.pop("hiring", 0.0))
    doubt = 1.0 - jobs
    for part in (*said(engagement, SIGNALS).values(), *announced.values()):
        doubt *= 1.0 - part
    return 1.0 - doubt


def said(told: Iterable[tuple[str, float]], signals: Mapping[str, Signal]) -> dict[str, float]:
    """What each kind says, from 0 to its ceiling."""
    doubts: dict[str, float] = {}
    for kind, days_ago in told:
        signal = signals.get(kind)
        if signal is None or math.isnan(days_ago):
            continue
        says = signal.weight * math.pow(0.5, max(days_ago, 0.0) / signal.half_life_days)
        doubts[kind] = doubts.get(kind, 1.0) * (1.0 - says)
    return {kind: min(1.0 - left, signals[kind].ceiling) for kind, left in doubts.items()}


def hiring(open_jobs: float | None) -> float:
    """The weak signal of an account that hires, from 0 to its ceiling."""
    if open_jobs is None or not open_jobs > 0:
        return 0.0
    return HIRING_CEILING * (1.0 - math.pow(0.5, open_jobs / HIRING_HALF))


def did(acts: Sequence[tuple[str, float]]) -> tuple[tuple[str, str, float], ...]:
    """What the lead's prospects did as reasons (kind, sentence, how much less is in doubt), the weightiest first."""
    return _reasons(acts, SIGNALS, about_acts)


def happened(happenings: Sequence[tuple[str, float]]) -> tuple[tuple[str, str, float], ...]:
    """What happened at the account as reasons (kind, sentence, how much less is in doubt), the weightiest first."""
    return _reasons(happenings, HAPPENINGS, about_happenings)


def _reasons(
    known: Sequence[tuple[str, float]],
    signals: Mapping[str, Signal],
    in_words: Callable[[str, Sequence[float]], str | None],
) -> tuple[tuple[str, str, float], ...]:
    if not known:
        return ()
    told = []
    for kind, says in said(known, signals).items():
        sentence = in_words(kind, [days for each, days in known if each == kind])
        if says >= LEAST_SAID and sentence is not None:
            told.append((kind, sentence, -math.log1p(-says)))
    return tuple(sorted(told, key=lambda one: (-one[2], one[0])))
