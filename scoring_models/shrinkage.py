"""Shrinkage: a tenant's model, drawn from everybody's as far as its own leads say so.

A tenant with few leads has too few to learn a model from, and its leads are not quite like everybody's. So its
coefficients are those that make its own leads likeliest and stay near everybody's; they minimise

    log-loss of its leads + strength / 2 · (|w - everybody's w|² + INTERCEPT_SHARE · (b - everybody's b)²)

which is the likeliest model if tenants' coefficients lie around everybody's with the variance 1 / strength. How strong,
cross-validation within the tenant's leads tells. The columns stay as everybody's model has them: few rows can't say how
a number is scaled. Values that only this tenant has count as unseen, therefore.
"""

from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import Pipeline

from scoring_models.dataset import Dataset
from scoring_models.estimators import Prior, TrainedModel, one_thread
from scoring_models.evaluate import Flags, Floats
from scoring_models.features import Matrix
from scoring_models.train import NEEDED, Lesson

STRENGTHS = (10_000.0, 3_000.0, 1_000.0, 300.0, 100.0, 30.0, 10.0, 3.0, 1.0)
"""What is tried, the strongest first; of equals it is taken."""
INTERCEPT_SHARE = 0.1
"""How often a tenant wins differs more from tenant to tenant than why it does."""
_FOLDS = 5
_CLOSE_ENOUGH = 1e-11
"""Log-loss for each lead that one more step could gain at most, when the search ends."""


@dataclass(frozen=True)
class Outcomes:
    """How many outcomes a tenant has, as far as they count: NEEDED won and as many lost ones are enough."""

    won: int
    lost: int

    @classmethod
    def of(cls, dataset: Dataset) -> "Outcomes":
        """Those of a data set."""
        return cls(sum(dataset.won), len(dataset.won) - sum(dataset.won))

    @property
    def counted(self) -> int:
        """Those that count: of won and of lost ones, no more than are needed."""
        return min(self.won, NEEDED) + min(self.lost, NEEDED)

    @property
    def are_enough(self) -> bool:
        """Whether a model of the tenant's own can be drawn from them."""
        return self.counted == 2 * NEEDED

    def __str__(self) -> str:
        """The words for a person, where they are not enough."""
        return f"not enough outcomes yet: {self.counted} of {2 * NEEDED}"


def train_for_tenant(
    dataset: Dataset, everybodys: TrainedModel, *, label: str, seed: int, created_at: datetime
) -> TrainedModel | None:
    """A tenant's own model, drawn from everybody's, which has this label; None where its outcomes are not enough.

    Like any other, it is measured on leads that it has not seen. The same data, seed and label give the same model.
    """
    if not Outcomes.of(dataset).are_enough:
        return None
    lesson = Lesson.of(dataset, seed)
    with one_thread():
        pipeline, strength = shrunk(
            everybodys.pipeline, lesson.rows[lesson.learned], lesson.won[lesson.learned], seed=seed
        )
        prior = Prior(model=label, strength=strength, metrics=lesson.measures(everybodys.pipeline))
        return lesson.model(pipeline, created_at, prior)


def shrunk(pipeline: Any, rows: Matrix, won: Flags, *, seed: int) -> tuple[Any, float]:
    """The pipeline with the coefficients that these leads draw it to, and how strongly it was held.

    Leads of shape (leads, features) and (leads,); at least five won and five lost ones.
    """
    columns, judge = pipeline.named_steps["columns"], pipeline.named_steps["logistic"]
    prior = np.append(judge.coef_[0], judge.intercept_)
    inputs = np.column_stack([columns.transform(rows), np.ones(len(won))])
    strength = _strength(inputs, won, prior, seed)
    return _with(pipeline, nearest(inputs, won, prior, strength)), strength


def nearest(
    inputs: Floats, won: Flags, prior: Floats, strength: float, start: Floats | None = None
) -> Floats:
    """The coefficients near the prior that make the leads likeliest, of shape (inputs,); the last is the intercept.

    Leads of shape (leads, inputs), the last input being 1. By Newton's method, with steps cut short as far as needed
    (Boyd and Vandenberghe 2004, algorithm 9.5): the loss is convex, so there is one such place.
    """
    pull = np.full(len(prior), strength)
    pull[-1] *= INTERCEPT_SHARE

    def loss(at: Floats) -> float:
        return log_loss(inputs, won, at) + float(pull @ (at - prior) ** 2) / 2

    at = prior if start is None else start
    while True:
        fit = 0.5 + 0.5 * np.tanh(0.5 * (inputs @ at))
        slope = inputs.T @ (fit - won) + pull * (at - prior)
        curvature = (inputs.T * (fit * (1 - fit))) @ inputs + np.diag(pull)
        step = np.linalg.solve(curvature, slope)
        gain = float(slope @ step)
        if not gain / 2 > _CLOSE_ENOUGH * len(won):
            return at
        before, size = loss(at), 1.0
        while loss(at - size * step) > before - 0.1 * size * gain:
            size /= 2
        at = at - size * step


def log_loss(inputs: Floats, won: Flags, at: Floats) -> float:
    """The log-loss of all leads together, in nats, under these coefficients."""
    return float(np.logaddexp(0, np.where(won, -1, 1) * (inputs @ at)).sum())


def _strength(inputs: Floats, won: Flags, prior: Floats, seed: int) -> float:
    """The strength under which each fifth of the leads is told best by what the other four draw the prior to."""
    losses = np.zeros(len(STRENGTHS))
    for learned, unseen in StratifiedKFold(_FOLDS, shuffle=True, random_state=seed).split(inputs, won):
        near = prior
        for at, strength in enumerate(STRENGTHS):
            near = nearest(inputs[learned], won[learned], prior, strength, near)
            losses[at] += log_loss(inputs[unseen], won[unseen], near)
    return STRENGTHS[int(losses.argmin())]


def _with(pipeline: Any, coefficients: Floats) -> Any:
    """The pipeline with other coefficients."""
    judge = deepcopy(pipeline.named_steps["logistic"])
    judge.coef_, judge.intercept_ = coefficients[None, :-1], coefficients[-1:]
    return Pipeline([("columns", pipeline.named_steps["columns"]), ("logistic", judge)])
