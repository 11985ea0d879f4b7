"""Tiers: what fit and intent together say about whom to work first."""

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from scoring_models.schema import Tier

TIERS: tuple[Tier, ...] = ("D", "C", "B", "A")
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

    def tier(self, fit: float, intent: float) -> Tier:
        """The tier of a lead. More fit or more intent never lowers it."""
        return TIERS[self._rank(fit, intent)]

    def score(self, fit: float, intent: float) -> int:
        """Points from 0 to 100: each tier has a quarter, so that an A outranks every B.

        Within its quarter a lead stands by a mean of fit and intent. More fit or more intent never lowers it.
        """
        rank = self._rank(fit, intent)
        low, high = self._spans[rank]
        points = int(25 * (_mean(fit, intent) - low) / (high - low) + 1e-9)
        return 25 * rank + min(points, 25 if rank == len(TIERS) - 1 else 24)

    def _rank(self, fit: float, intent: float) -> int:
        return min(bisect_right(self.fit, fit) + bisect_right(self.intent, intent), len(TIERS) - 1)

    @cached_property
    def _spans(self) -> list[tuple[float, float]]:
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
        return spans


def _mean(fit: float, intent: float) -> float:
    return FIT_SHARE * fit + (1 - FIT_SHARE) * intent
