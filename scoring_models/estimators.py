"""The estimator: a logistic regression, and what we know of one after it was trained.

A model names nobody: it keeps a category that LEAST_ROWS leads or more have, averages over as many, and no other value
of any lead.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler
from threadpoolctl import threadpool_limits

from scoring_models.drift import Reference
from scoring_models.features import CATEGORIES, FEATURES, LEAST_ROWS, MISSING, NUMBERS, Matrix, frequent
from tenants.records import Record


class Prior(Record):
    """The model that a tenant's own was drawn from: everybody's."""

    model: str
    strength: float
    """How strongly coefficients were held to everybody's: the weight of a squared distance of two, in log-loss."""
    metrics: dict[str, float]
    """How good everybody's model is on the leads that the tenant's own was measured on."""


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
    code: str
    reference: Reference | None
    """How the training set was spread; None for a model of before this was kept."""
    prior: Prior | None = None

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
            "code": self.code,
            "reference": self.reference and self.reference.model_dump(mode="json"),
            "prior": self.prior and self.prior.model_dump(mode="json"),
        }


def logistic(rows: Matrix) -> Pipeline:
    """An unfitted pipeline from a feature matrix to the probability of a won lead, for these rows to be fitted on.

    Each feature enters the log-odds on its own: a number as its scaled value (its logarithm where it has a long
    tail), the mean where it is missing, and a flag for missing where the training set lacks some; a category as one
    column for each frequent value, none for a rare or an unseen one. A number that hardly any lead has is left out.
    """
    known = [(~np.isnan(rows[:, at].astype(np.float64))).sum() >= LEAST_ROWS for at in range(len(NUMBERS))]
    long_tailed = [at for at, number in enumerate(NUMBERS) if number.long_tailed and known[at]]
    plain = [at for at, number in enumerate(NUMBERS) if not number.long_tailed and known[at]]
    categories = list(range(len(NUMBERS), len(NUMBERS) + len(CATEGORIES)))
    values = [[*frequent(rows[:, at]), MISSING] for at in categories]
    encoder = OneHotEncoder(categories=values, handle_unknown="ignore", sparse_output=False)
    columns = ColumnTransformer(
        [
            ("long_tailed", _numbers(("log", FunctionTransformer(np.log1p))), long_tailed),
            ("plain", _numbers(), plain),
            ("categories", encoder, categories),
        ]
    )
    return Pipeline([("columns", columns), ("logistic", LogisticRegression(max_iter=1000))])


def _numbers(*curve: tuple[str, FunctionTransformer]) -> Pipeline:
    # a mean, since a median is the value of one lead
    filled = SimpleImputer(strategy="mean", add_indicator=True)
    return Pipeline([("filled", filled), *curve, ("scaled", StandardScaler())])


def one_thread() -> threadpool_limits:
    """A block in which scikit-learn works on one thread.

    Tables are small: on a busy machine, threads that wait for each other take ten times as long as one alone. And with
    one, the same rows always give the same model.
    """
    return threadpool_limits(limits=1)


@cache
def code_version() -> str:
    """The version of the code that trains: the package's, and a hash of this floor's source files."""
    source = hashlib.sha256()
    floor = Path(__file__).resolve().parent
    for path in sorted(floor.rglob("*.py")):
        source.update(path.relative_to(floor).as_posix().encode() + b"\0" + path.read_bytes())
    return f"{version('leadmill')}+{source.hexdigest()[:12]}"
