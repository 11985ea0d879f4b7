"""The learners: a logistic regression and gradient boosting, from a matrix of inputs to log-odds.

Both take the same matrix. A category of a few values enters as one column for each. For boosting, one of many values is
replaced by how often its value was won, drawn towards the average where it is rare, and told in training by other rows
than the one at hand (Micci-Barreca 2001), so that no row knows its own outcome.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler, TargetEncoder

from scoring_models.estimators import one_thread
from scoring_models.evaluate import Flags, Floats
from scoring_models.tables.inputs import UNKNOWN, Input
from tenants.records import Record

Fitted = Any
"""A fitted pipeline: scikit-learn is untyped."""


class Shape(Record):
    """How finely gradient boosting cuts, and how far it goes."""

    leaves: int
    least_rows: int
    trees: int


LEARNING_RATE = 0.08
MOST_TREES = 200
L2 = 1.0
FEW_VALUES = 12
_ENCODER_FOLDS = 5
SHAPES = (
    Shape(leaves=4, least_rows=50, trees=MOST_TREES),
    Shape(leaves=10, least_rows=50, trees=MOST_TREES),
)
"""What is tried: trees that see two or three inputs at once, and ones that see more."""


def logistic(inputs: Sequence[Input]) -> Pipeline:
    """An unfitted logistic regression: the baseline.

    A number enters as its median-filled, scaled value (its logarithm where it has a long tail), with a flag for
    missing; a category as one column for each value.
    """
    tailed: list[int] = []
    plain: list[int] = []
    categories: list[int] = []
    for at, one in enumerate(inputs):
        (categories if one.is_category else tailed if one.is_long_tailed else plain).append(at)
    columns = ColumnTransformer(
        [
            ("long_tailed", _numbers(("log", FunctionTransformer(np.log1p))), tailed),
            ("plain", _numbers(), plain),
            ("categories", OneHotEncoder(handle_unknown="ignore", sparse_output=False), categories),
        ]
    )
    return Pipeline([("columns", columns), ("logistic", LogisticRegression(max_iter=2000))])


def boosting(inputs: Sequence[Input], shape: Shape, *, seed: int) -> Pipeline:
    """Unfitted gradient boosting over histograms, rising or falling where an input says so."""
    numbers: list[int] = []
    few: list[int] = []
    many: list[int] = []
    for at, one in enumerate(inputs):
        (numbers if not one.is_category else few if len(one.values) <= FEW_VALUES else many).append(at)
    others = StratifiedKFold(_ENCODER_FOLDS, shuffle=True, random_state=seed)
    encoder = TargetEncoder(target_type="binary", smooth="auto", cv=others)
    codes = [np.arange(UNKNOWN, len(inputs[at].values) + 1) for at in few]
    columns = ColumnTransformer(
        [
            ("numbers", "passthrough", numbers),
            ("few", OneHotEncoder(categories=codes, handle_unknown="ignore", sparse_output=False), few),
            ("many", encoder, many),
        ]
    )
    trees = HistGradientBoostingClassifier(
        learning_rate=LEARNING_RATE,
        max_iter=shape.trees,
        max_leaf_nodes=shape.leaves,
        min_samples_leaf=shape.least_rows,
        l2_regularization=L2,
        monotonic_cst=[inputs[at].direction for at in numbers] + [0] * (sum(map(len, codes)) + len(many)),
        early_stopping=False,
        random_state=seed,
    )
    return Pipeline([("columns", columns), ("boosting", trees)])


def fitted(pipeline: Fitted, rows: Floats, won: Flags, weights: Floats | None) -> Fitted:
    """The pipeline, fitted to rows of a matrix, each of which counts as much as its weight."""
    # weights of one would take twice as long
    counted = {} if weights is None else {f"{pipeline.steps[-1][0]}__sample_weight": weights}
    with one_thread():
        return pipeline.fit(rows, won, **counted)


def _numbers(*curve: tuple[str, FunctionTransformer]) -> Pipeline:
    filled = SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True)
    return Pipeline([("filled", filled), *curve, ("scaled", StandardScaler())])
