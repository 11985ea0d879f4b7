"""Training: from labelled leads to a measured model."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import sklearn
from numpy.typing import NDArray
from sklearn.model_selection import train_test_split

from scoring_models.columns import LeadColumns
from scoring_models.dataset import Dataset
from scoring_models.drift import reference_of
from scoring_models.errors import TooFewLabelsError
from scoring_models.estimators import Prior, TrainedModel, code_version, logistic, one_thread
from scoring_models.evaluate import Flags, evaluate
from scoring_models.explain import average_worths
from scoring_models.features import Matrix, matrix

NEEDED = 40
"""Won and lost leads that training needs, of each: what Dynamics 365 asks for its predictive scoring."""
HELD_BACK = 0.2
"""Share of the leads that the model is measured on and does not learn from."""


@dataclass(frozen=True)
class Lesson:
    """A data set divided into leads to learn from and leads to measure on, by their places."""

    dataset: Dataset
    rows: Matrix
    won: Flags
    learned: NDArray[np.int64]
    held_back: NDArray[np.int64]
    seed: int

    @classmethod
    def of(cls, dataset: Dataset, seed: int) -> "Lesson":
        """The data set, divided as the seed says; both parts have the same share of won leads."""
        won = np.array(dataset.won, dtype=np.bool_)
        learned, unseen = _divided(won, seed)
        return cls(dataset, matrix(dataset.leads), won, learned, unseen, seed)

    def measures(self, pipeline: Any) -> dict[str, float]:
        """How good a fitted pipeline is on the leads held back."""
        fit = pipeline.predict_proba(self.rows[self.held_back])[:, 1]
        return evaluate(self.won[self.held_back], fit)

    def model(self, pipeline: Any, created_at: datetime, prior: Prior | None = None) -> TrainedModel:
        """The pipeline that was fitted to the leads to learn from, with all that is to be remembered of it."""
        return TrainedModel(
            pipeline=pipeline,
            averages=average_worths(pipeline, self.rows[self.learned]),
            metrics=self.measures(pipeline),
            rows=len(self.won),
            data_sha256=self.dataset.sha256,
            seed=self.seed,
            sklearn_version=sklearn.__version__,
            created_at=created_at,
            code=code_version(),
            reference=reference_of(self.dataset.leads, pipeline.predict_proba(self.rows)[:, 1]),
            prior=prior,
        )


def held_back(dataset: Dataset, *, seed: int) -> Dataset:
    """The leads of a data set that training with this seed measures on and does not learn from."""
    _, rows = _divided(np.array(dataset.won, dtype=np.bool_), seed)
    leads = LeadColumns._make([column[row] for row in rows] for column in dataset.leads)
    return Dataset(leads, tuple(dataset.won[row] for row in rows), dataset.sha256)


def train(dataset: Dataset, *, seed: int, created_at: datetime) -> TrainedModel:
    """The model of a data set. The model returned is the one measured: it has not seen the leads held back.

    The same data and seed give the same predictions. Raises TooFewLabelsError.
    """
    won = sum(dataset.won)
    lost = len(dataset.won) - won
    if min(won, lost) < NEEDED:
        raise TooFewLabelsError(won, lost, NEEDED)
    lesson = Lesson.of(dataset, seed)
    rows = lesson.rows[lesson.learned]
    with one_thread():
        return lesson.model(logistic(rows).fit(rows, lesson.won[lesson.learned]), created_at)


def _divided(won: Flags, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The rows to learn from and those to measure on; both have the same share of won leads."""
    learned, unseen = train_test_split(
        np.arange(len(won)), test_size=HELD_BACK, stratify=won, random_state=seed
    )
    return learned, unseen
