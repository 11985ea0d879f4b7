import numpy as np

from scoring_models.columns import pack
from scoring_models.estimators import logistic
from scoring_models.features import FEATURES, MISSING, matrix
from tests.scoring_models import world


def test_the_same_rows_give_the_same_predictions():
    rows = matrix(pack(world.requests(50)))
    won = np.arange(50) % 2 == 0
    one, other = (logistic().fit(rows, won).predict_proba(rows) for _ in range(2))
    assert (one == other).all()


def test_a_feature_that_training_never_saw_counts_nothing():
    rows = matrix(pack(world.requests(80)))
    rows[:, 0], rows[:, -1] = np.nan, MISSING
    pipeline = logistic().fit(rows, np.arange(80) % 2 == 0)
    known = rows.copy()
    known[:, 0] = 500.0
    assert np.abs(pipeline.decision_function(known) - pipeline.decision_function(rows)).max() < 1e-12


def test_facts_say_where_a_model_comes_from():
    facts = world.trained().facts
    assert facts["features"] == list(FEATURES)
    assert facts["seed"] == 7
    assert facts["created_at"] == world.NOON.isoformat()
