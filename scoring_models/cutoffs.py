"""Bounds of tiers by what a team can work: put where the best leads of some weeks are as many as that."""

from collections import Counter
from collections.abc import Sequence

from scoring_models.errors import TooFewLeadsError
from scoring_models.tiers import TIERS, Grid
from tenants.policies import TierBounds

LEAST_LEADS = 50
"""Leads without which bounds would be chance."""
_TIMES = (9, 3, 1)
"""As many leads as are in A to C, in A and B, and in A, for each that is to be in A."""
_FINEST = 0.001
_STEPS = 50


def bounds_for(
    leads: Sequence[tuple[float, float]], capacity: int, now: TierBounds
) -> tuple[TierBounds, dict[str, int]]:
    """Bounds of fit by which at most `capacity` of these leads are in A, as close as it comes, and the tiers' counts.

    Leads are (fit, intent); the bounds of intent stay. Raises TooFewLeadsError.
    """
    if len(leads) < LEAST_LEADS:
        raise TooFewLeadsError(len(leads), LEAST_LEADS)
    fits = sorted((fit for fit, _ in leads), reverse=True)
    for step in range(
        _STEPS, -1, -1
    ):  # what intent lifts takes places in A as well: fewer by fit, until all fit in
        low, middle, high = (_at(fits, int(capacity * times * step / _STEPS)) for times in _TIMES)
        low = min(max(low, _FINEST), 1 - 3 * _FINEST)
        middle = min(max(middle, low + _FINEST), 1 - 2 * _FINEST)
        high = min(max(high, middle + _FINEST), 1 - _FINEST)
        bounds = TierBounds(fit=(round(low, 3), round(middle, 3), round(high, 3)), intent=now.intent)
        grid = Grid(fit=bounds.fit, intent=bounds.intent)
        counts = Counter(grid.tier(*zip(*leads, strict=True)).tolist())
        if counts["A"] <= capacity:
            break
    return bounds, {tier: counts[tier] for tier in reversed(TIERS)}


def _at(fits: Sequence[float], places: int) -> float:
    """The fit that so many leads reach or exceed; 0 where there are not as many."""
    return fits[places] + _FINEST if places < len(fits) else 0.0
