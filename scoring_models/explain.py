"""The explanation: what each feature of each lead adds to the log-odds of its fit.

A model of ours is additive: its log-odds are a sum of what each feature is worth by itself. A scorecard
holds these worths as a table, so that scoring and explaining are one and the same sum. A worth is measured
by asking the fitted pipeline about leads of whom one thing only is known, and told relative to the average
lead of the training set (for a linear model: coefficient times value minus mean). The base is that average
lead; base and contributions sum to the model's log-odds exactly.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring_models.columns import LeadColumns
from scoring_models.errors import NotAdditiveError
from scoring_models.features import CATEGORIES, FEATURES, MISSING, NUMBERS, Matrix, believed, spelled
from scoring_models.sentences import about_category, about_number

MOST_REASONS = 4
LEAST_WORTH = 0.01
"""Log-odds below which a feature is not worth a sentence."""

_CATEGORIES_AT = range(len(NUMBERS), len(FEATURES))
_UNSEEN = "\x00"
_EXACTNESS = 1e-6


class Scorecard:
    """What each value of each feature is worth to a model, in log-odds."""

    def __init__(self, pipeline: Any, averages: Sequence[float]) -> None:
        """The scorecard of a fitted pipeline; `averages` are the mean worths of the training set.

        Raises NotAdditiveError for a pipeline whose log-odds are no such sum.
        """
        self._averages = np.array(averages, dtype=np.float64)
        self._is_logged = np.array([number.long_tailed for number in NUMBERS])
        seen = _categories_seen(pipeline)
        base, lows, highs, unseen, *worths = _ask(
            pipeline,
            [
                [(0, np.nan)],
                [(at, number.low) for at, number in enumerate(NUMBERS)],
                [(at, number.high) for at, number in enumerate(NUMBERS)],
                [(at, _UNSEEN) for at in _CATEGORIES_AT],
                *([(at, value) for value in values] for at, values in zip(_CATEGORIES_AT, seen, strict=True)),
            ],
        )
        low_at, high_at = self._curve(np.array([[number.low, number.high] for number in NUMBERS]).T)
        self._slopes = (highs - lows) / (high_at - low_at)
        self._rises = (self._slopes > 0).tolist()
        self._starts = lows - self._slopes * low_at - base
        self._unseen = (unseen - base).tolist()
        self._worths: list[dict[str, float]] = [
            dict(zip(values, (worth - base).tolist(), strict=True))
            for values, worth in zip(seen, worths, strict=True)
        ]
        self.base = float(base[0] + self._averages.sum())
        # Most leads share most of their reasons.
        self._reason = lru_cache(maxsize=10_000)(self._told)
        self._check(pipeline)

    def contributions(self, rows: Matrix) -> NDArray[np.float64]:
        """What each feature adds to each lead's log-odds, of shape (leads, features)."""
        return self._added(rows[:, : len(NUMBERS)].astype(np.float64), rows[:, len(NUMBERS) :].T)

    def contributions_of(self, leads: LeadColumns) -> NDArray[np.float64]:
        """The same of leads that are no matrix yet, in a fraction of the time that making one takes."""
        numbers = np.array([believed(number, getattr(leads, number.name)) for number in NUMBERS]).T
        return self._added(numbers, [getattr(leads, name) for name in CATEGORIES])

    def _added(
        self, numbers: NDArray[np.float64], categories: Iterable[Sequence[Any]]
    ) -> NDArray[np.float64]:
        worths = np.empty((len(numbers), len(FEATURES)), dtype=np.float64)
        known = self._starts + self._slopes * self._curve(numbers)
        worths[:, : len(NUMBERS)] = np.where(np.isnan(numbers), 0.0, known)
        for at, values, table, unseen in zip(
            _CATEGORIES_AT, categories, self._worths, self._unseen, strict=True
        ):
            worth = {value: table.get(spelled(value), unseen) for value in set(values)}
            worths[:, at] = np.fromiter(map(worth.__getitem__, values), np.float64, len(values))
        return np.asarray(worths - self._averages)

    def log_odds(self, contributions: NDArray[np.float64]) -> NDArray[np.float64]:
        """The log-odds of leads with these contributions, of shape (leads,)."""
        return np.asarray(self.base + contributions.sum(axis=1))

    def probability(self, contributions: NDArray[np.float64]) -> NDArray[np.float64]:
        """How likely leads with these contributions are won, of shape (leads,)."""
        # Half a hyperbolic tangent is the logistic function, without its overflow.
        return np.asarray(0.5 + 0.5 * np.tanh(0.5 * self.log_odds(contributions)))

    def reasons(
        self, leads: LeadColumns, contributions: NDArray[np.float64]
    ) -> list[tuple[tuple[str, str, float], ...]]:
        """For each lead its weightiest contributions as (feature, sentence, log-odds).

        Ties stand in the order of FEATURES, so that the same lead always gets the same reasons.
        """
        order = np.argsort(-np.abs(contributions), axis=1, kind="stable")[:, :MOST_REASONS]
        weights = np.take_along_axis(contributions, order, axis=1)
        return [
            tuple(
                self._reason(at, leads[at][lead], weight)
                for at, weight in zip(chosen, weighed, strict=True)
                if abs(weight) >= LEAST_WORTH
            )
            for lead, (chosen, weighed) in enumerate(zip(order.tolist(), weights.tolist(), strict=True))
        ]

    def _told(self, at: int, value: Any, contribution: float) -> tuple[str, str, float]:
        """The reason that a value is, for or against."""
        helps = contribution > 0
        if at >= len(NUMBERS):
            is_seen = spelled(value) in self._worths[at - len(NUMBERS)]
            sentence = about_category(FEATURES[at], value, helps=helps, is_seen=is_seen)
        else:
            number = NUMBERS[at]
            believed = value if value is not None and number.low <= value <= number.high else None
            sentence = about_number(number.name, believed, helps=helps, rises=self._rises[at])
        return FEATURES[at], sentence, contribution

    def _curve(self, numbers: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.where(self._is_logged, np.log1p(numbers), numbers)

    def _check(self, pipeline: Any) -> None:
        """A comparison with the pipeline on leads that know everything, something and nothing."""
        leads = _nobodies(3)
        leads[0, : len(NUMBERS)] = [(number.low + number.high) / 2 for number in NUMBERS]
        leads[0, len(NUMBERS) :] = [next(iter(table)) for table in self._worths]
        leads[1, ::2] = leads[0, ::2]
        difference = np.abs(
            self.log_odds(self.contributions(leads)) - pipeline.decision_function(leads)
        ).max()
        if not difference <= _EXACTNESS:
            raise NotAdditiveError(float(difference))


def _nobodies(count: int) -> Matrix:
    """Leads of whom nothing is known."""
    leads = np.empty((count, len(FEATURES)), dtype=object)
    leads[:, : len(NUMBERS)] = np.nan
    leads[:, len(NUMBERS) :] = MISSING
    return leads


def _ask(pipeline: Any, questions: list[list[tuple[int, Any]]]) -> list[NDArray[np.float64]]:
    """The log-odds of leads of whom one thing only is known: (feature, value). An array for each list."""
    flat = [question for group in questions for question in group]
    leads = _nobodies(len(flat))
    for lead, (at, value) in enumerate(flat):
        leads[lead, at] = value
    ends = np.cumsum([len(group) for group in questions])[:-1]
    return np.split(np.asarray(pipeline.decision_function(leads), dtype=np.float64), ends)


def _categories_seen(pipeline: Any) -> list[list[str]]:
    encoder = pipeline.named_steps["columns"].named_transformers_["categories"]
    return [values.tolist() for values in encoder.categories_]


def average_worths(pipeline: Any, rows: Matrix) -> tuple[float, ...]:
    """What each feature is worth to the average of these leads, in log-odds, as in FEATURES."""
    worths = Scorecard(pipeline, [0.0] * len(FEATURES)).contributions(rows)
    return tuple(worths.mean(axis=0).tolist())
