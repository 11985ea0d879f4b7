"""The intent of many leads at once: the same as `intent` says of each, in arrays."""

from collections.abc import Mapping, Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from scoring_models.intent import HAPPENINGS, HIRING_CEILING, HIRING_HALF, SIGNALS, Signal

Told = Sequence[Sequence[tuple[str, float]]]
_HIRING = list(HAPPENINGS).index("hiring")


def intents(engagement: Told, open_jobs: Sequence[float | None], happenings: Told) -> NDArray[np.float64]:
    """Intent of each lead from 0 to 1, of shape (leads,), from (kind, days ago) and open jobs of each."""
    announced = _said(happenings, HAPPENINGS)
    jobs = np.maximum(_hiring(open_jobs), announced[:, _HIRING])
    announced[:, _HIRING] = 0.0
    left = (1.0 - _said(engagement, SIGNALS)).prod(axis=1) * (1.0 - announced).prod(axis=1)
    return np.asarray(1.0 - (1.0 - jobs) * left)


def _said(told: Told, signals: Mapping[str, Signal]) -> NDArray[np.float64]:
    """What each kind says of each lead, from 0 to its ceiling, of shape (leads, kinds)."""
    places = {kind: at for at, kind in enumerate(signals)}
    weights, half_lives, ceilings = np.array(
        [(signal.weight, signal.half_life_days, signal.ceiling) for signal in signals.values()]
    ).T
    doubts = np.ones(len(told) * len(signals))
    every = list(chain.from_iterable(told))
    if every:
        days = np.array([days_ago for _, days_ago in every], dtype=np.float64)
        kind = np.array([places.get(one, -1) for one, _ in every])
        lead = np.repeat(np.arange(len(told)), np.fromiter(map(len, told), np.int64, len(told)))
        counts = (kind >= 0) & ~np.isnan(days)
        lead, kind, days = lead[counts], kind[counts], days[counts]
        says = weights[kind] * np.exp2(-np.maximum(days, 0.0) / half_lives[kind])
        np.multiply.at(doubts, lead * len(signals) + kind, 1.0 - says)
    return np.asarray(np.minimum(1.0 - doubts.reshape(len(told), len(signals)), ceilings))


def _hiring(open_jobs: Sequence[float | None]) -> NDArray[np.float64]:
    """What hiring says of each lead, from 0 to its ceiling."""
    jobs = np.array(open_jobs, dtype=np.float64)
    jobs[~(jobs > 0)] = 0.0
    return np.asarray(HIRING_CEILING * (1.0 - np.exp2(-jobs / HIRING_HALF)))
