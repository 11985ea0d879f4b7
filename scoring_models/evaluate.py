"""How good a model is: measures of ranking, of calibration and of use to a salesperson."""

import math

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

BINS = 10


def evaluate(won: Flags, fit: Floats) -> dict[str, float]:
    """The measures of predicted probabilities against outcomes; both of shape (leads,).

    Raises ValueError where all leads were won or all were lost.
    """
    if won.all() or not won.any():
        raise ValueError("measuring needs won and lost leads")
    return {
        "roc_auc": float(roc_auc_score(won, fit)),
        "average_precision": float(average_precision_score(won, fit)),
        "brier": float(brier_score_loss(won, fit)),
        "ece": calibration_error(won, fit),
        "lift_at_10_percent": lift(won, fit, share=0.1),
        "base_rate": float(won.mean()),
    }


def calibration_error(won: Flags, fit: Floats) -> float:
    """The expected calibration error over ten equal-width bins (Naeini et al. 2015), from 0 to 1."""
    bins = np.minimum((fit * BINS).astype(int), BINS - 1)
    surplus = np.bincount(bins, weights=fit - won, minlength=BINS)
    return float(np.abs(surplus).sum() / len(fit))


def lift(won: Flags, fit: Floats, *, share: float) -> float:
    """How many times more of the top share of leads were won than of all. Equal fits share a place."""
    places = math.ceil(share * len(fit))
    last = np.partition(fit, -places)[-places]
    above, tied = fit > last, fit == last
    hits = won[above].sum() + won[tied].mean() * (places - above.sum())
    return float(hits / places / won.mean())
