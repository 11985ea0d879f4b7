"""Score inflation: more and more leads in the best tier, until it says nothing any more.

Leads are taken by what was said of each when it came in, so neither a promotion nor what people did later is counted.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

from scoring_models.schema import Tier

BEST: Tier = "A"
NEW_DAYS, OLD_DAYS = 7, 28
"""The days that are looked at, and those before them that they are held against."""
TELLING = 50
"""Leads below which neither of the two tells anything."""
_WORTH_A_WORD = 1.25
_CHANCE_Z = 2.58  # so far off it is by chance in one case of two hundred


@dataclass(frozen=True, slots=True)
class Inflation:
    """Which share of the leads that came in was in the best tier, of late and before, and of how many leads."""

    share: float
    leads: int
    share_before: float
    leads_before: int

    @property
    def is_inflated(self) -> bool:
        """Whether the share has risen by a quarter or more, and by more than chance does."""
        both = self.leads + self.leads_before
        pooled = (self.share * self.leads + self.share_before * self.leads_before) / both
        spread = sqrt(pooled * (1 - pooled) * (1 / self.leads + 1 / self.leads_before))
        risen = self.share - self.share_before
        return self.share >= _WORTH_A_WORD * self.share_before and risen > _CHANCE_Z * spread

    def __str__(self) -> str:
        """What has become of the share, in a sentence, and what may be done about it."""
        said = (
            f"Of {self.leads:,} leads of the last {NEW_DAYS} days {self.share:.0%} came in as tier {BEST}, "
            f"of {self.leads_before:,} in the {OLD_DAYS} days before {self.share_before:.0%}"
        )
        if not self.is_inflated:
            return f"{said}."
        return (
            f"{said}: scores are inflated. If no better leads are sourced than before, propose other bounds "
            "(`leadmill model cutoffs`) or train anew."
        )


def inflation(of_late: Mapping[str, int], before: Mapping[str, int]) -> Inflation | None:
    """What has become of the best tier, from leads by tier; None where there are too few to say."""
    leads, leads_before = sum(of_late.values()), sum(before.values())
    if min(leads, leads_before) < TELLING:
        return None
    return Inflation(of_late.get(BEST, 0) / leads, leads, before.get(BEST, 0) / leads_before, leads_before)
