"""The estimator: a logistic regression, and what we know of one after it was trained."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

from scoring_models.features import CATEGORIES, FEATURES, NUMBERS


@dataclass(frozen=True)
class TrainedModel:
    """A fitted pipeline, and where it comes from."""

    pipeline: Any
    averages: tuple[float, ...]
    """What each feature is worth to the average lead of the training set, in log-odds, as in FEATURES."""
    metrics: dict[str, float]
    rows: int
    data_sha256: str
    seed: int
    sklearn_version: str
    created_at: datetime

    @property
    def facts(self) -> dict[str, Any]:
        """Where the model comes from, as the registry keeps it."""
        return {
            "features": list(FEATURES),
            "rows": self.rows,
            "data_sha256": self.data_sha256,
            "seed": self.seed,
            "sklearn": self.sklearn_version,
            "created_at": self.created_at.isoformat(),
        }


def logistic() -> Pipeline:
    """An unfitted pipeline from a feature matrix to the probability of a won lead.

    Each feature enters the log-odds on its own: a number as its median-filled, scaled value (its logarithm
    where it has a long tail) and, where the training set lacks some, a flag for missing; a category as one
    column for each value seen in training, none for an unseen one.
    """
    long_tailed = [at for at, number in enumerate(NUMBERS) if number.long_tailed]
    plain = [at for at, number in enumerate(NUMBERS) if not number.long_tailed]
    categories = list(range(len(NUMBERS), len(NUMBERS) + len(CATEGORIES)))
    columns = ColumnTransformer(
        [
            ("long_tailed", _numbers(("log", FunctionTransformer(np.log1p))), long_tailed),
            ("plain", _numbers(), plain),
            ("categories", OneHotEncoder(handle_unknown="ignore", sparse_output=False), categories),
        ]
    )
    return Pipeline([("columns", columns), ("logistic", LogisticRegression(max_iter=1000))])


def _numbers(*curve: tuple[str, FunctionTransformer]) -> Pipeline:
    filled = SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True)
    return Pipeline([("filled", filled), *curve, ("scaled", StandardScaler())])
