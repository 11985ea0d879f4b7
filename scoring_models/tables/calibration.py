"""Calibration: from a learner's log-odds to a probability that means what it says."""

import numpy as np

from scoring_models.evaluate import Flags, Floats
from tenants.records import Record

SPREAD = 0.5
"""How far from 1 a slope may be expected to lie before any lead is seen: a learner's own log-odds are nearly right."""
LEAST_SLOPE = 0.1
"""A line that falls would turn the order of leads over, so that it rises at least so much."""
_STEPS, _ENOUGH = 100, 1e-9


class Calibration(Record):
    """A straight line over log-odds (Platt 1999): it leaves the order of leads as it is, and their reasons a sum."""

    slope: float = 1.0
    intercept: float = 0.0

    def probability(self, log_odds: Floats) -> Floats:
        """The probability of being won, of shape (leads,)."""
        # Half a hyperbolic tangent is the logistic function, without its overflow.
        return np.asarray(0.5 + 0.5 * np.tanh(0.5 * (self.slope * log_odds + self.intercept)))


def calibrated(log_odds: Floats, won: Flags) -> Calibration:
    """The line that fits outcomes best, of leads that the learner had not seen; with few leads, nearly their own.

    The likeliest line where slopes are normal around 1 with SPREAD (Newton's method, a ridge of 1 / SPREAD²).
    """
    slope, intercept = _likeliest(log_odds, won, slope=None)
    if slope < LEAST_SLOPE:
        slope, intercept = _likeliest(log_odds, won, slope=LEAST_SLOPE)
    return Calibration(slope=slope, intercept=intercept)


def _likeliest(log_odds: Floats, won: Flags, slope: float | None) -> tuple[float, float]:
    """Slope and intercept of the likeliest line, or with this slope the likeliest intercept."""
    columns = np.column_stack([log_odds, np.ones(len(log_odds))])
    ridge = np.array([1 / SPREAD**2, 0.0])

    def unlikeliness(line: Floats) -> float:
        said = columns @ line
        return float((np.logaddexp(0, said) - won * said).sum() + (ridge * (line - 1) ** 2).sum() / 2)

    line = np.array([1.0 if slope is None else slope, 0.0])
    worst = unlikeliness(line)
    for _ in range(_STEPS):
        said = 0.5 + 0.5 * np.tanh(0.5 * (columns @ line))
        gradient = columns.T @ (said - won) + ridge * (line - 1)
        curvature = (columns * (said * (1 - said))[:, None]).T @ columns + np.diag(ridge + 1e-9)
        step = np.linalg.solve(curvature, gradient)
        if slope is not None:
            step = np.array([0.0, gradient[1] / curvature[1, 1]])
        # The function is convex: a step that overshoots is halved until it leads down.
        while (now := unlikeliness(line - step)) > worst and np.abs(step).max() > _ENOUGH:
            step = step / 2
        line, worst = line - step, now
        if np.abs(step).max() <= _ENOUGH:
            break
    return float(line[0]), float(line[1])
