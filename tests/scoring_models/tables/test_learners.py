import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from scoring_models.tables.inputs import Input
from scoring_models.tables.learners import SHAPES, boosting, logistic

DICE = np.random.default_rng(5)
INPUTS = (
    Input(name="size", column="size", how="number", written="1,234.5", is_long_tailed=True),
    Input(name="age", column="age", how="number", written="1,234.5"),
    Input(name="colour", column="colour", how="category", values=("red", "green", "blue")),
)
ROWS = np.column_stack([np.exp(DICE.normal(3, 1, 3000)), DICE.normal(0, 1, 3000), DICE.integers(-1, 4, 3000)])
ROWS[::7, 0] = np.nan
ODDS = (
    np.nan_to_num(np.log(ROWS[:, 0]) - 3) + np.array([0.0, 1.5, -1.0, 0.5, 0.2])[ROWS[:, 2].astype(int) + 1]
)
WON = DICE.random(3000) < 1 / (1 + np.exp(-ODDS))


@pytest.mark.parametrize("make", [lambda: logistic(INPUTS), lambda: boosting(INPUTS, SHAPES[0], seed=1)])
def test_a_learner_learns_numbers_gaps_and_categories(make):
    fitted = make().fit(ROWS[:2000], WON[:2000])
    auc = roc_auc_score(WON[2000:], fitted.decision_function(ROWS[2000:]))
    assert auc > roc_auc_score(WON[2000:], ODDS[2000:]) - 0.03


@pytest.mark.parametrize("make", [lambda: logistic(INPUTS), lambda: boosting(INPUTS, SHAPES[0], seed=1)])
def test_a_code_that_training_never_met_has_a_score(make):
    fitted = make().fit(ROWS[:2000], WON[:2000])
    assert np.isfinite(fitted.decision_function(np.array([[np.nan, np.nan, 77.0]]))).all()


def test_a_stated_direction_is_kept():
    falling = (INPUTS[0].model_copy(update={"direction": -1}), *INPUTS[1:])
    for inputs, rises in ((INPUTS, True), (falling, False)):
        fitted = boosting(inputs, SHAPES[0], seed=1).fit(ROWS, WON)
        line = np.column_stack([np.linspace(1, 200, 300), np.zeros(300), np.zeros(300)])
        assert (np.diff(fitted.decision_function(line)) > 1e-9).any() == rises


def test_no_row_knows_its_own_outcome_by_its_rare_value():
    """Many values of few rows each, and no truth in them: training must not believe in them."""
    inputs = (Input(name="page", column="page", how="category", values=tuple(str(at) for at in range(600))),)
    pages = DICE.integers(0, 600, 3000).astype(float)[:, None]
    won = DICE.random(3000) < 0.3
    fitted = boosting(inputs, SHAPES[0], seed=1).fit(pages, won)
    assert roc_auc_score(won, fitted.decision_function(pages)) < 0.75
