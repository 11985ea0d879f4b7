"""Training: from labelled leads to a measured model."""

from datetime import datetime

import numpy as np
import sklearn
from numpy.typing import NDArray
from sklearn.model_selection import train_test_split

from scoring_models.columns import LeadColumns
from scoring_models.dataset import Dataset
from scoring_models.errors import TooFewLabelsError
from scoring_models.estimators import TrainedModel, logistic
from scoring_models.evaluate import Flags, evaluate
from scoring_models.explain import average_worths
from scoring_models.features import matrix

NEEDED = 40
"""Won and lost leads that training needs, of each: what Dynamics 365 asks for its predictive scoring."""
HELD_BACK = 0.2
"""Share of the leads that the model is measured on and does not learn from."""


def held_back(dataset: Dataset, *, seed: int) -> Dataset:
    """The leads of a data set that training with this seed measures on and does not learn from."""
    _, rows = _divided(np.array(dataset.won, dtype=np.bool_), seed)
    leads = LeadColumns._make([column[row] for row in rows] for column in dataset.leads)
    return Dataset(leads, tuple(dataset.won[row] for row in rows), dataset.sha256)


def train(dataset: Dataset, *, seed: int, created_at: datetime) -> TrainedModel:
    """The model of a data set. The model returned is the one measured: it has not seen the leads held back.

    The same data and seed give the same predictions. Raises TooFewLabelsError.
    """
    won = np.array(dataset.won, dtype=np.bool_)
    if min(won.sum(), (~won).sum()) < NEEDED:
        raise TooFewLabelsError(int(won.sum()), int((~won).sum()), NEEDED)
    rows = matrix(dataset.leads)
    learned, unseen = _divided(won, seed)
    pipeline = logistic().fit(rows[learned], won[learned])
    return TrainedModel(
        pipeline=pipeline,
        averages=average_worths(pipeline, rows[learned]),
        metrics=evaluate(won[unseen], pipeline.predict_proba(rows[unseen])[:, 1]),
        rows=len(won),
        data_sha256=dataset.sha256,
        seed=seed,
        sklearn_version=sklearn.__version__,
        created_at=created_at,
    )


def _divided(won: Flags, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The rows to learn from and those to measure on."""
    learned, unseen = train_test_split(
        np.arange(len(won)), test_size=HELD_BACK, stratify=won, random_state=seed
    )
    return learned, unseen
