"""Selection: which learner judges. The simplest that is not beaten, by what each says of leads it had not seen.

Learners are compared on the folds within the learned rows, each fold by itself, since the share of won leads may
change from one to the next; and on the same draws of the bootstrap.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from sklearn.metrics import roc_auc_score

from scoring_models.bootstrap import draws, interval, measured
from scoring_models.estimators import one_thread
from scoring_models.evaluate import Floats
from scoring_models.tables.learners import (
    LEARNING_RATE,
    SHAPES,
    Fitted,
    Shape,
    boosting,
    fitted,
    logistic,
)
from scoring_models.tables.model import Learner, log_odds
from scoring_models.tables.preparation import Prepared
from scoring_models.tables.split import Rows

TREES_STEP = 20
"""A multiple of so many trees is tried."""

Progress = Callable[[str], None]
"""Told what is being done."""


@dataclass(frozen=True)
class Candidate:
    """A learner that may judge: how it is made, and what it said of each fold without having seen it."""

    learner: Learner
    make: Callable[[], Fitted]
    """An unfitted pipeline."""
    parameters: Mapping[str, float]
    unseen: tuple[Floats, ...]
    """Log-odds of each fold's predicted rows."""


def candidates(prepared: Prepared, rows: Floats, progress: Progress) -> tuple[Candidate, Candidate]:
    """A logistic regression and gradient boosting, for this matrix of inputs."""
    inputs, seed = prepared.inputs, prepared.wish.seed
    progress("logistic regression")
    unseen = tuple(
        log_odds(learned(lambda: logistic(inputs), prepared, rows, before), rows[after])
        for before, after in prepared.split.folds
    )
    plain = Candidate("logistic regression", lambda: logistic(inputs), {}, unseen)
    shape, unseen = _best_shape(prepared, rows, progress)
    told = {
        "leaves": shape.leaves,
        "least_rows": shape.least_rows,
        "trees": shape.trees,
        "rate": LEARNING_RATE,
    }
    return plain, Candidate("gradient boosting", lambda: boosting(inputs, shape, seed=seed), told, unseen)


def choose(plain: Candidate, boosted: Candidate, prepared: Prepared, rows: Floats) -> tuple[Candidate, str]:
    """The candidate that judges, and why: the simpler one, unless the other beats it outside the interval.

    A logistic regression that goes against a stated direction can't judge.
    """
    against = _against(plain, prepared, rows)
    if against:
        return boosted, f"a logistic regression would go against the stated direction of {', '.join(against)}"
    aucs = _aucs_of_folds({one.learner: one for one in (plain, boosted)}, prepared)
    gain = aucs[boosted.learner] - aucs[plain.learner]
    low, high = interval(gain)
    by = f"({float(np.mean(gain)):+.3f} ROC-AUC on folds, {low:+.3f} to {high:+.3f})"
    if low > 0:
        return boosted, f"gradient boosting beats the logistic regression {by}"
    return plain, f"gradient boosting does not beat the logistic regression {by}"


def learned(make: Callable[[], Fitted], prepared: Prepared, rows: Floats, these: Rows) -> Fitted:
    """A pipeline that has learned from these rows, the later of them counting for more where there is a time."""
    return fitted(make(), rows[these], prepared.won[these], prepared.split.weights(these))


def _best_shape(prepared: Prepared, rows: Floats, progress: Progress) -> tuple[Shape, tuple[Floats, ...]]:
    """Shape and number of trees that order the folds best, and what they said of them; of equals the first."""
    inputs, won, folds, seed = prepared.inputs, prepared.won, prepared.split.folds, prepared.wish.seed
    found: list[tuple[float, Shape, tuple[Floats, ...]]] = []
    for shape in SHAPES:
        stages: list[list[Floats]] = []
        for number, (before, after) in enumerate(folds, start=1):
            progress(f"gradient boosting: trees of {shape.leaves} leaves, fold {number} of {len(folds)}")
            pipeline = learned(partial(boosting, inputs, shape, seed=seed), prepared, rows, before)
            with one_thread():
                grown = enumerate(
                    pipeline[-1].staged_decision_function(pipeline[:-1].transform(rows[after])), start=1
                )
                stages.append([stage.ravel() for trees, stage in grown if trees % TREES_STEP == 0])
        for step, unseen in enumerate(zip(*stages, strict=True), start=1):
            aucs = [roc_auc_score(won[after], said) for (_, after), said in zip(folds, unseen, strict=True)]
            found.append(
                (float(np.mean(aucs)), shape.model_copy(update={"trees": TREES_STEP * step}), unseen)
            )
    _, best, unseen = max(found, key=lambda one: one[0])
    return best, unseen


def _aucs_of_folds(candidates: Mapping[str, Candidate], prepared: Prepared) -> dict[str, Floats]:
    """The mean ROC-AUC over the folds under the same draws, by learner, of shape (draws,)."""
    totals: dict[str, list[Floats]] = {name: [] for name in candidates}
    for number, (_, after) in enumerate(prepared.split.folds):
        groups = None if prepared.groups is None else prepared.groups[after]
        # The place in the order is all that ROC-AUC looks at, so log-odds are drawn into 0 to 1 as they come.
        fits = {name: _squeezed(one.unseen[number]) for name, one in candidates.items()}
        again = draws(len(after), seed=prepared.wish.seed + number, groups=groups)
        for name, drawn in measured(prepared.won[after], fits, again).items():
            totals[name].append(drawn["roc_auc"])
    return {name: np.mean(aucs, axis=0) for name, aucs in totals.items()}


def _squeezed(log_odds: Floats) -> Floats:
    return np.asarray(0.5 + 0.5 * np.tanh(0.5 * log_odds))


def _against(plain: Candidate, prepared: Prepared, rows: Floats) -> list[str]:
    """The inputs whose stated direction a logistic regression of the learned rows contradicts."""
    stated = [at for at, one in enumerate(prepared.inputs) if one.direction]
    if not stated:
        return []
    pipeline = learned(plain.make, prepared, rows, prepared.split.learned)
    found = []
    for at in stated:
        ends = np.repeat(rows[:1], 2, axis=0)
        ends[:, at] = np.nanmin(rows[:, at]), np.nanmax(rows[:, at])
        low, high = log_odds(pipeline, ends)
        if (high - low) * prepared.inputs[at].direction < 0:
            found.append(prepared.inputs[at].name)
    return found
