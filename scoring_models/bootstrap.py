"""The bootstrap: how far a measure could be off, because the leads that we measured on could have been others.

Leads (or whole accounts, which belong together) are drawn again with replacement, and every draw is a count for each
lead. All measures are taken of weighted leads, so that one sort serves all draws, and two models are compared on the
same draws.
"""

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from scoring_models.evaluate import BINS, Flags, Floats

MEASURES = ("roc_auc", "average_precision", "brier", "ece", "lift_10")
"""What is told of every model, in this order."""
DRAWS = 500
SURE = 0.95
"""Share of the draws that lie within an interval."""
_AT_ONCE = 2_000_000
"""Counts held in memory at once."""

Interval = tuple[float, float]
Drawn = Mapping[str, Floats]
"""For each measure its values, of shape (draws,). Where a draw has leads of one outcome only, some are NaN."""


def draws(rows: int, *, seed: int, groups: NDArray[np.int64] | None = None) -> Iterator[Floats]:
    """How often each lead is drawn, in blocks of shape (some draws, rows), DRAWS in all.

    `groups` are the leads' accounts: then accounts are drawn, each with all of its leads.
    """
    dice = np.random.default_rng(seed)
    members = np.arange(rows) if groups is None else np.unique(groups, return_inverse=True)[1]
    count = int(members.max()) + 1
    block = max(1, min(DRAWS, _AT_ONCE // rows))
    for start in range(0, DRAWS, block):
        size = min(block, DRAWS - start)
        picked = dice.integers(count, size=(size, count)) + count * np.arange(size)[:, None]
        counts = np.bincount(picked.ravel(), minlength=size * count).reshape(size, count)
        yield counts[:, members].astype(np.float64)


def measured(won: Flags, fits: Mapping[str, Floats], blocks: Iterator[Floats]) -> dict[str, Drawn]:
    """All measures of several models on the same draws, by the models' names."""
    sorted_ = {name: Weighted(won, fit) for name, fit in fits.items()}
    parts: dict[str, list[dict[str, Floats]]] = {name: [] for name in fits}
    for counts in blocks:
        for name, weighted in sorted_.items():
            parts[name].append(weighted.measures(counts))
    return {
        name: {measure: np.concatenate([part[measure] for part in some]) for measure in MEASURES}
        for name, some in parts.items()
    }


def interval(values: Floats) -> Interval:
    """The interval in which SURE of the draws lie (the percentile method, Efron 1979)."""
    low, high = np.nanquantile(values, [(1 - SURE) / 2, (1 + SURE) / 2])
    return float(low), float(high)


def point(won: Flags, fit: Floats) -> dict[str, float]:
    """The measures on the leads themselves."""
    once = Weighted(won, fit).measures(np.ones((1, len(won))))
    return {measure: float(once[measure][0]) for measure in MEASURES}


class Weighted:
    """Leads in the order of their fit, ready to be measured under many weights."""

    def __init__(self, won: Flags, fit: Floats) -> None:
        """Leads of shape (leads,). Equal fits share a place in the order."""
        self._order = np.argsort(-fit, kind="stable")
        self._won = won[self._order].astype(np.float64)
        ordered = fit[self._order]
        self._starts = np.flatnonzero(np.r_[True, np.diff(ordered) != 0])
        self._surplus = fit - won
        bins = np.minimum((fit * BINS).astype(int), BINS - 1)
        self._bins = np.zeros((len(fit), BINS))
        self._bins[np.arange(len(fit)), bins] = self._surplus

    def measures(self, counts: Floats) -> dict[str, Floats]:
        """Each measure for each row of counts, which are of shape (draws, leads)."""
        ordered = counts[:, self._order]
        total = counts.sum(axis=1)
        every = np.add.reduceat(ordered, self._starts, axis=1)
        hits = np.add.reduceat(ordered * self._won, self._starts, axis=1)
        so_far, won_so_far = every.cumsum(axis=1), hits.cumsum(axis=1)
        won = won_so_far[:, -1]
        with np.errstate(invalid="ignore", divide="ignore"):  # a draw of one outcome only has no order: NaN
            lost_below = (total - won)[:, None] - (so_far - won_so_far) + (every - hits) / 2
            precision = np.where(so_far > 0, won_so_far / so_far, 0.0)
            return {
                "roc_auc": (hits * lost_below).sum(axis=1) / (won * (total - won)),
                "average_precision": (hits * precision).sum(axis=1) / won,
                "brier": counts @ self._surplus**2 / total,
                "ece": np.abs(counts @ self._bins).sum(axis=1) / total,
                "lift_10": _lift(every, hits, so_far, won_so_far, 0.1),
            }

    def lift(self, counts: Floats, share: float) -> Floats:
        """How many times more of the top share were won than of all, for each row of counts."""
        ordered = counts[:, self._order]
        every = np.add.reduceat(ordered, self._starts, axis=1)
        hits = np.add.reduceat(ordered * self._won, self._starts, axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            return _lift(every, hits, every.cumsum(axis=1), hits.cumsum(axis=1), share)


def _lift(every: Floats, hits: Floats, so_far: Floats, won_so_far: Floats, share: float) -> Floats:
    """The lift where groups of equal fit stand in order; the group at the border gives its share of hits."""
    places = np.ceil(share * so_far[:, -1] - 1e-9)
    at = (so_far < places[:, None]).sum(axis=1)
    draw = np.arange(len(places))
    missing = places - (so_far[draw, at] - every[draw, at])
    taken = won_so_far[draw, at] - hits[draw, at] + hits[draw, at] * missing / every[draw, at]
    return np.asarray(taken / places / (won_so_far[:, -1] / so_far[:, -1]))
