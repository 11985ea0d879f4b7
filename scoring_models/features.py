"""The features: what of a lead a model looks at. Training and serving share this one definition."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from scoring_models.columns import LeadColumns

Matrix = NDArray[np.object_]
"""Leads by features: floats (NaN is missing) in the columns of NUMBERS, strings in those of CATEGORIES."""


@dataclass(frozen=True, slots=True)
class Number:
    """A numeric feature: the range in which a value is believed, and whether its logarithm counts."""

    name: str
    low: float
    high: float
    long_tailed: bool = True


NUMBERS = (
    Number("employees", 0, 10_000_000),
    Number("founded_year", 1000, 2100, long_tailed=False),
    Number("revenue_usd", 0, 1e13),
    Number("funding_usd", 0, 1e12),
    Number("technology_count", 0, 100_000),
    Number("open_jobs", 0, 1_000_000),
)
CATEGORIES = ("industry", "country", "seniority", "department", "email_status")
FEATURES = (*(number.name for number in NUMBERS), *CATEGORIES)

MISSING = "(missing)"
"""The category of a lead whose category is not known."""
LEAST_ROWS = 10
"""Leads that must have a value before a model may keep it."""


def matrix(leads: LeadColumns) -> Matrix:
    """The leads as a matrix of shape (leads, features), in the order of FEATURES."""
    rows = np.empty((len(leads.employees), len(FEATURES)), dtype=object)
    for at, number in enumerate(NUMBERS):
        rows[:, at] = believed(number, getattr(leads, number.name))
    for at, name in enumerate(CATEGORIES, start=len(NUMBERS)):
        rows[:, at] = [spelled(value) for value in getattr(leads, name)]
    return rows


def believed(number: Number, values: Sequence[float | None]) -> NDArray[np.float64]:
    """The values as an array, where one outside the feature's range (or NaN, or None) is missing: NaN."""
    array = np.array(values, dtype=np.float64)
    array[~((array >= number.low) & (array <= number.high))] = np.nan
    return array


@lru_cache(maxsize=100_000)
def spelled(category: str | None) -> str:
    """A category as models know it: case and spacing do not count, and a blank one is missing."""
    return " ".join(category.split()).casefold() or MISSING if category else MISSING


def frequent(categories: Iterable[str]) -> list[str]:
    """The categories that enough leads have, in the order of the alphabet. That one is missing is none."""
    counts = Counter(categories)
    return sorted(value for value, count in counts.items() if count >= LEAST_ROWS and value != MISSING)
