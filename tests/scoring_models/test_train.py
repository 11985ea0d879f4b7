import dataclasses

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from scoring_models.columns import pack
from scoring_models.dataset import LABEL, parse_dataset
from scoring_models.errors import TooFewLabelsError
from scoring_models.evaluate import calibration_error
from scoring_models.features import FEATURES, matrix
from scoring_models.train import NEEDED, train
from tests.scoring_models import world

ROWS = matrix(pack(world.requests(100)))


def test_the_same_data_and_seed_give_the_same_predictions():
    again = train(parse_dataset(world.labelled()), seed=7, created_at=world.NOON)
    assert (again.pipeline.predict_proba(ROWS) == world.trained().pipeline.predict_proba(ROWS)).all()
    assert again.metrics == world.trained().metrics
    assert again.averages == world.trained().averages


def test_another_seed_holds_back_other_leads():
    other = train(parse_dataset(world.labelled()), seed=8, created_at=world.NOON)
    assert other.metrics != world.trained().metrics


def test_a_logistic_world_is_learned_nearly_as_well_as_it_can_be():
    fresh = world.leads(10_000, seed=77)
    odds = np.array([lead_odds for _, lead_odds in fresh])
    won = np.random.default_rng(3).random(len(odds)) < 1 / (1 + np.exp(-odds))
    rows = matrix(parse_dataset(world.table([fields | {LABEL: 0} for fields, _ in fresh])).leads)
    fit = world.trained().pipeline.predict_proba(rows)[:, 1]
    assert roc_auc_score(won, fit) > roc_auc_score(won, odds) - 0.01
    assert calibration_error(won, fit) < 0.03


def test_metrics_are_those_of_the_leads_held_back():
    metrics = world.trained().metrics
    assert 0.78 < metrics["roc_auc"] < 0.84  # the law that made the labels reaches 0.807
    assert metrics["lift_at_10_percent"] > 2.0
    assert metrics["brier"] < metrics["base_rate"] * (1 - metrics["base_rate"])


def test_a_model_remembers_where_it_comes_from():
    dataset = parse_dataset(world.labelled())
    model = world.trained()
    assert (model.rows, model.seed, model.created_at) == (3000, 7, world.NOON)
    assert model.data_sha256 == dataset.sha256
    assert len(model.averages) == len(FEATURES)


def test_too_few_outcomes_of_a_kind_are_not_enough():
    dataset = parse_dataset(world.labelled(200))
    won = tuple(at < NEEDED - 1 for at in range(200))
    with pytest.raises(TooFewLabelsError) as caught:
        train(dataclasses.replace(dataset, won=won), seed=1, created_at=world.NOON)
    assert (caught.value.won, caught.value.lost, caught.value.needed) == (
        NEEDED - 1,
        200 - NEEDED + 1,
        NEEDED,
    )
    assert str(NEEDED) in str(caught.value)
