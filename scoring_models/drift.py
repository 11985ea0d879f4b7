"""Drift: whether leads are still spread as those were that a model was trained on.

The spread of the training set travels with the model: in which shares its leads lie over the values of each feature and
over the scores. Of single leads nothing is kept: each share is of LEAST_ROWS leads or more, and borders are rounded.
Other leads are held against it by the population stability index (PSI), the sum of (now - then) · ln(now / then) over
the shares.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from scoring_models.columns import LeadColumns
from scoring_models.evaluate import Floats
from scoring_models.features import CATEGORIES, FEATURES, LEAST_ROWS, MISSING, NUMBERS, frequent, matrix
from tenants.records import Record

BINS = 10
WATCH, MOVED = 0.1, 0.2
"""PSI from which on a feature is to be watched, and from which on it has moved, as is the custom."""
TELLING = 200
"""Leads below which drift tells little."""
SCORE = "score"

Verdict = Literal["steady", "watch", "moved"]


class Spread(Record):
    """How the leads of a training set lie over the values of one feature."""

    borders: tuple[float, ...] = ()
    """For a number: where one share ends and the next begins."""
    values: tuple[str, ...] = ()
    """For a category: whose shares these are. The share after them is of all other values."""
    shares: tuple[float, ...]
    missing: float


class Reference(Record):
    """How a training set was spread, over each feature and over the scores of its model."""

    rows: int
    spreads: dict[str, Spread]


class Movement(Record):
    """How far one feature, or the score, has moved."""

    name: str
    psi: float
    by_chance: float
    """The PSI that leads of the very same spread exceed in one case of two hundred, as few as they are."""
    missing_then: float
    missing: float
    verdict: Verdict


class Drift(Record):
    """How far leads have moved from those that a model was trained on."""

    rows_then: int
    rows: int
    movements: tuple[Movement, ...]
    """The score first, then the features."""

    @property
    def asks_for_training(self) -> bool:
        """Whether anything has moved so far that the model should be trained anew."""
        return any(one.verdict == "moved" for one in self.movements)

    @property
    def proposal(self) -> str:
        """What is to be done, in a sentence."""
        moved, watched = (
            [f"{one.name} ({one.psi:.2f})" for one in self.movements if one.verdict == verdict]
            for verdict in ("moved", "watch")
        )
        if moved:
            return f"Train the model anew: {_listed(moved)} moved away from what it was trained on."
        if watched:
            return f"Look again soon: {_listed(watched)} began to move."
        return "Nothing to do: the leads are spread as those that it was trained on."

    @property
    def caution(self) -> str | None:
        """Words of caution, where there are few leads."""
        if self.rows >= TELLING:
            return None
        return f"These are {self.rows} leads; fewer than {TELLING} tell little."


def reference_of(leads: LeadColumns, fit: Floats) -> Reference:
    """How the leads of a training set are spread; fit of shape (leads,)."""
    rows = matrix(leads)
    spreads = {SCORE: _spread_of_numbers(fit, is_long_tailed=True)}
    for at, number in enumerate(NUMBERS):
        spreads[number.name] = _spread_of_numbers(
            rows[:, at].astype(np.float64), is_long_tailed=number.long_tailed
        )
    for at, name in enumerate(CATEGORIES, start=len(NUMBERS)):
        spreads[name] = _spread((), frequent(rows[:, at]), rows[:, at], is_category=True)
    return Reference(rows=len(fit), spreads=spreads)


def drift(reference: Reference, leads: LeadColumns, fit: Floats) -> Drift:
    """How far these leads have moved from the reference; fit of shape (leads,), at least one lead."""
    rows = matrix(leads)
    columns: dict[str, NDArray[Any]] = {SCORE: fit, **{name: rows[:, at] for at, name in enumerate(FEATURES)}}
    movements = []
    for name, spread in reference.spreads.items():
        then = np.array([*spread.shares, spread.missing]) * reference.rows
        movements.append(_movement(name, then, _counts(spread, columns[name], name in CATEGORIES)))
    return Drift(rows_then=reference.rows, rows=len(fit), movements=tuple(movements))


def psi(then: Floats, now: Floats) -> float:
    """The population stability index of two spreads over the same cells; leads in each, of shape (cells,).

    A cell that one side has empty counts as half a lead there, one that both have empty as nothing.
    """
    is_met = (then > 0) | (now > 0)
    before, after = (np.maximum(side[is_met], 0.5) / side.sum() for side in (then, now))
    return float(((after - before) * np.log(after / before)).sum())


def psi_by_chance(then: Floats, now: Floats) -> float:
    """The PSI that two samples of these sizes from one spread exceed in one case of two hundred; a dozen are looked at.

    It is distributed as chi-squared, with one degree less than there are cells, times 1/n + 1/m (Yurdakul 2018); the
    quantile is by Wilson and Hilferty (1931).
    """
    free = int(((then > 0) | (now > 0)).sum()) - 1
    if free == 0:
        return 0.0
    unit = 2 / (9 * free)
    return float(free * (1 - unit + 2.576 * unit**0.5) ** 3 * (1 / then.sum() + 1 / now.sum()))


def _movement(name: str, then: Floats, now: Floats) -> Movement:
    value, by_chance = psi(then, now), psi_by_chance(then, now)
    verdict: Verdict = "steady"
    if value > by_chance and value >= WATCH:
        verdict = "moved" if value >= MOVED else "watch"
    return Movement(
        name=name,
        psi=value,
        by_chance=by_chance,
        missing_then=float(then[-1] / then.sum()),
        missing=float(now[-1] / now.sum()),
        verdict=verdict,
    )


def _spread_of_numbers(numbers: Floats, *, is_long_tailed: bool) -> Spread:
    """Shares between rounded deciles, as many as have LEAST_ROWS leads."""
    known = numbers[~np.isnan(numbers)]
    borders: list[float] = []
    if len(known):
        deciles = np.quantile(known, np.arange(1, BINS) / BINS)
        for border in sorted({float(f"{one:.1e}") if is_long_tailed else round(one) for one in deciles}):
            last = borders[-1] if borders else -np.inf
            within, beyond = ((known >= last) & (known < border)).sum(), (known >= border).sum()
            if min(within, beyond) >= LEAST_ROWS:
                borders.append(float(border))
    return _spread(borders, (), numbers, is_category=False)


def _spread(
    borders: Iterable[float], values: Iterable[str], column: NDArray[Any], *, is_category: bool
) -> Spread:
    empty = Spread(borders=tuple(borders), values=tuple(values), shares=(), missing=0)
    shares = (_counts(empty, column, is_category) / len(column)).tolist()
    return empty.model_copy(update={"shares": tuple(shares[:-1]), "missing": shares[-1]})


def _counts(spread: Spread, column: NDArray[Any], is_category: bool) -> Floats:
    """How many leads each share has, and last of how many the value is missing."""
    if is_category:
        counts = Counter(column)
        missing = counts.pop(MISSING, 0)
        known = [counts.pop(value, 0) for value in spread.values]
        return np.array([*known, counts.total(), missing], dtype=np.float64)
    numbers = column.astype(np.float64)
    is_known = ~np.isnan(numbers)
    cells = np.searchsorted(spread.borders, numbers[is_known], side="right")
    counted = np.bincount(cells, minlength=len(spread.borders) + 1)
    return np.append(counted, (~is_known).sum()).astype(np.float64)


def _listed(names: list[str]) -> str:
    """The names as a sentence has them."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
