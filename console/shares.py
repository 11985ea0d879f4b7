"""Shares: so many of so many, and how far off the truth that may be by chance."""

from dataclasses import dataclass
from math import sqrt

_Z = 1.96  # in nineteen cases of twenty the truth is within


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    part: int
    whole: int

    @property
    def value(self) -> float | None:
        """The share from 0 to 1; None of nothing."""
        return self.part / self.whole if self.whole else None

    @property
    def interval(self) -> tuple[float, float]:
        """Between which shares the truth is, in nineteen cases of twenty (Wilson 1927).

        Of nothing everything may be true.
        """
        if not self.whole:
            return 0.0, 1.0
        share, noise = self.part / self.whole, _Z**2 / self.whole
        middle = (share + noise / 2) / (1 + noise)
        reach = sqrt(share * (1 - share) * noise + noise**2 / 4) / (1 + noise)
        # rounding must not tell of a share below none or above all
        return max(0.0, min(middle - reach, share)), min(1.0, max(middle + reach, share))

    def __str__(self) -> str:
        """The share in words, never without what it is of."""
        if self.value is None:
            return "not known: 0 leads"
        low, high = self.interval
        return (
            f"{_percent(self.value)} ({self.part:,} of {self.whole:,}; {_percent(low)} to {_percent(high)})"
        )


def _percent(share: float) -> str:
    return f"{share:.1%}" if 0 < share < 0.1 else f"{share:.0%}"
