"""The split: which leads a model learns from, and which ones it is measured on.

With a time, a model learns from earlier leads and is measured on later ones, as it will be used, and of those that it
learns from the later count for more; an account is on one side only. Without, rows are drawn by seed, each outcome in
its share. Within the learned rows, folds do the same once more: whatever is chosen is chosen there, so that the rows
held back are looked at once, at the end.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold, train_test_split

from scoring_models.errors import SplitError
from scoring_models.evaluate import Flags, Floats

Rows = NDArray[np.int64]
"""Places of rows in the table."""

HELD_BACK = 0.2
FOLDS = 5
FIRST_FOLD = 2
"""Of five parts in time, the third is the first to be predicted: by a model of the two before it."""
HALF_LIFE = 0.5
"""The share of the learned rows, counted from the latest, in which what a row counts falls to a half.

What sells changes: the latest row counts four times as much as the first.
"""
LEAST_OF_EACH = 10
"""Won and lost leads that the rows held back must have, of each."""


@dataclass(frozen=True)
class Split:
    """Rows to learn from and rows held back, and folds (learned, predicted) of the former."""

    learned: Rows
    held_back: Rows
    folds: tuple[tuple[Rows, Rows], ...]
    by: str
    """How the rows were divided, in words."""
    when: Floats | None = None
    """When each row of the table was; None where rows were drawn."""
    left_out: int = 0
    """Rows of neither: later leads of accounts that the model has learned from."""

    def weights(self, rows: Rows) -> Floats | None:
        """How much each of these rows counts where all of them are learned from; 1 on average, of shape (rows,).

        None where all count the same.
        """
        if self.when is None:
            return None
        moments, counts = np.unique(self.when[rows], return_counts=True)
        later = len(rows) - np.cumsum(counts)  # rows after each moment: equal moments count the same
        weight = 0.5 ** (later / (HALF_LIFE * len(rows)))
        each = weight[np.searchsorted(moments, self.when[rows])]
        return np.asarray(each / each.mean())


def split_by_time(won: Flags, when: Floats, groups: Rows | None, *, by: str) -> Split:
    """The latest fifth held back. Raises SplitError where time, accounts or outcomes leave too little on a side."""
    every = np.arange(len(won))
    cut = _cut(when, 1 - HELD_BACK)
    if cut is None:
        raise SplitError(f"all rows have the same {by}")
    learned, later = every[when < cut], every[when >= cut]
    held_back = _strangers(learned, later, groups)
    _check(won, learned, held_back)
    folds = []
    edges = [_cut(when[learned], part / FOLDS) for part in range(1, FOLDS)]
    for fold in range(FIRST_FOLD, FOLDS):
        start, end = edges[fold - 1], edges[fold] if fold < FOLDS - 1 else None
        if start is None:
            continue
        before = learned[when[learned] < start]
        after = learned[(when[learned] >= start) & ((when[learned] < end) if end is not None else True)]
        after = _strangers(before, after, groups)
        if _has_both(won[before]) and _has_both(won[after]):
            folds.append((before, after))
    if not folds:
        raise SplitError("no part of the earlier rows has won and lost leads on both sides")
    return Split(learned, held_back, tuple(folds), f"the latest by {by}", when, len(later) - len(held_back))


def split_at_random(won: Flags, groups: Rows | None, *, seed: int) -> Split:
    """A fifth drawn by seed and held back. Raises SplitError where accounts leave too little on a side."""
    every = np.arange(len(won))
    if groups is None:
        learned, held_back = train_test_split(every, test_size=HELD_BACK, stratify=won, random_state=seed)
        folder = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    else:
        folder = StratifiedGroupKFold(round(1 / HELD_BACK), shuffle=True, random_state=seed)
        if (accounts := len(np.unique(groups))) < FOLDS:
            raise SplitError(f"{accounts} accounts are too few; it takes {FOLDS}")
        learned, held_back = next(folder.split(every, won, groups))
        if (accounts := len(np.unique(groups[learned]))) < FOLDS:
            raise SplitError(f"{accounts} accounts to learn from are too few; it takes {FOLDS}")
    _check(won, learned, held_back)
    inner = folder.split(learned, won[learned], None if groups is None else groups[learned])
    folds = tuple((learned[before], learned[after]) for before, after in inner)
    return Split(learned, held_back, folds, f"drawn by seed {seed}")


def _cut(when: Floats, share: float) -> float | None:
    """The moment at which about that share of rows is over; None where all rows have one moment.

    Rows of one moment stay together, so it is the nearer of the two moments around the share.
    """
    moments, counts = np.unique(when, return_counts=True)
    if len(moments) < 2:
        return None
    before = np.cumsum(counts)[:-1] / len(when)
    return float(moments[1 + int(np.argmin(np.abs(before - share)))])


def _strangers(before: Rows, after: Rows, groups: Rows | None) -> Rows:
    """The later rows whose account is not among the earlier ones."""
    if groups is None:
        return after
    return after[~np.isin(groups[after], groups[before])]


def _has_both(won: Flags) -> bool:
    return bool(won.any() and not won.all())


def _check(won: Flags, learned: Rows, held_back: Rows) -> None:
    for rows, which in ((learned, "learned from"), (held_back, "held back")):
        hits = int(won[rows].sum())
        if min(hits, len(rows) - hits) < LEAST_OF_EACH:
            raise SplitError(
                f"the rows {which} are {hits} won and {len(rows) - hits} lost, and it takes {LEAST_OF_EACH} of each"
            )
