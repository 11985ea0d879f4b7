"""How many people have left since an address was theirs, and what share of a list would come back."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Turnover:
    """The share of people on record who are gone by now: a guess at first, then as bounces show it.

    A Beta distribution. What it starts with is assumed: of twenty people two are gone. What it counts are addresses
    that were known to be right once, by whether they still take mail. What a guess does is no evidence here.
    """

    gone: float = 2.0
    there: float = 18.0

    @property
    def rate(self) -> float:
        """The expected share of people who are gone."""
        return self.gone / (self.gone + self.there)

    @property
    def error(self) -> float:
        """The standard deviation of that share."""
        whole = self.gone + self.there
        return math.sqrt(self.gone * self.there / (whole * whole * (whole + 1)))

    def observed(self, *, delivered: int = 0, bounced: int = 0) -> "Turnover":
        """The same after so many addresses that were right once have taken mail or refused it."""
        return replace(self, gone=self.gone + bounced, there=self.there + delivered)


@dataclass(frozen=True, slots=True)
class ExpectedBounce:
    """The share of a list that would come back, as a rate with its standard error."""

    addresses: int
    rate: float
    error: float

    def against(self, limit: float) -> str:
        """The sentence for who is about to send to the list."""
        said = f"of these {self.addresses} addresses {100 * self.rate:.1f} % would bounce"
        return f"{said}; your limit is {100 * limit:g} %"


def expected_bounce(probabilities: Sequence[float], turnover: Turnover | None = None) -> ExpectedBounce:
    """The share that would bounce of addresses that are right with these probabilities.

    With a turnover, also those bounce that were right and whose owner is gone; without one the probabilities are
    those of being delivered. The error takes addresses as independent: several of one domain err together, so for
    a list of few large companies it is too small. Raises ValueError for an empty list.
    """
    if not probabilities:
        raise ValueError("no bounce can be expected of an empty list")
    count = len(probabilities)
    gone, gone_error = (turnover.rate, turnover.error) if turnover is not None else (0.0, 0.0)
    delivered = [probability * (1 - gone) for probability in probabilities]
    mean_right = math.fsum(probabilities) / count
    by_chance = math.fsum(one * (1 - one) for one in delivered) / count**2
    error = math.sqrt(by_chance + (mean_right * gone_error) ** 2)
    return ExpectedBounce(count, 1 - math.fsum(delivered) / count, error)
