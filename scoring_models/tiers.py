"""Tiers: what fit and intent together say about whom to work first."""

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scoring_models.schema import Tier

TIERS: tuple[Tier, ...] = ("D", "C", "B", "A")
_NAMES = np.array(TIERS)
FIT_SHARE = 0.7
"""How much of the order within a tier is fit; the rest is intent."""


@dataclass(frozen=True)
class Grid:
    """The grid of fit and intent, as the lower bounds of its bands.

    Fit alone makes C, B and A; warm intent lifts a lead by one tier and hot intent by two::

                      cold  warm  hot
        fit ≥ 0.75     A     A     A
        fit ≥ 0.50     B     A     A
        fit ≥ 0.25     C     B     A
        below          D     C     B
    """

    fit: tuple[float, float, float] = (0.25, 0.5, 0.75)
    intent: tuple[float, float] = (0.15, 0.5)

    def __post_init__(self) -> None:
        """Raises ValueError for bounds that do not rise between 0 and 1."""
        for name, bounds in (("fit", self.fit), ("intent", self.intent)):
            steps = (0.0, *bounds, 1.0)
            if not all(low < high for low, high in pairwise(steps)):
                raise ValueError(f"the {name} bounds {bounds} do not rise between 0 and 1")

    def tier(self, fit: ArrayLike, intent: ArrayLike) -> NDArray[np.str_]:
        """The tier of each lead. More fit or more intent never lowers it."""
        return _NAMES[self._rank(fit, intent)]

    def score(self, fit: ArrayLike, intent: ArrayLike) -> NDArray[np.int64]:
        """Points of each lead from 0 to 100: each tier has a quarter, so that an A outranks every B.

        Within its quarter a lead stands by a mean of fit and intent. More fit or more intent never lowers it.
        """
        rank = self._rank(fit, intent)
        low, high = self._spans[rank].T
        points = (25 * (_mean(np.asarray(fit), np.asarray(intent)) - low) / (high - low) + 1e-9).astype(
            np.int64
        )
        return np.asarray(25 * rank + np.minimum(points, np.where(rank == len(TIERS) - 1, 25, 24)))

    def _rank(self, fit: ArrayLike, intent: ArrayLike) -> NDArray[np.int64]:
        """Each lead's tier as a place in TIERS."""
        steps = np.searchsorted(self.fit, fit, "right") + np.searchsorted(self.intent, intent, "right")
        return np.asarray(np.minimum(steps, len(TIERS) - 1))

    @cached_property
    def _spans(self) -> NDArray[np.float64]:
        """For each tier the least and the greatest mean of fit and intent that its cells reach."""
        fits, intents = (0.0, *self.fit, 1.0), (0.0, *self.intent, 1.0)
        spans = [(1.0, 0.0)] * len(TIERS)
        for f in range(len(fits) - 1):
            for i in range(len(intents) - 1):
                rank = min(f + i, len(TIERS) - 1)
                low, high = spans[rank]
                spans[rank] = (
                    min(low, _mean(fits[f], intents[i])),
                    max(high, _mean(fits[f + 1], intents[i + 1])),
                )
        return np.array(spans)


def _mean(fit: Any, intent: Any) -> Any:
    return FIT_SHARE * fit + (1 - FIT_SHARE) * intent
