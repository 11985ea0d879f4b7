import dataclasses

import pytest

from scoring_models.columns import pack
from scoring_models.dataset import parse_dataset
from scoring_models.errors import TooFewLabelsError
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


def test_a_logistic_world_is_learned():
    metrics = world.trained().metrics
    assert metrics["roc_auc"] > 0.79  # the law that made the labels reaches 0.82 on leads like these
    assert metrics["lift_at_10_percent"] > 2.0
    assert metrics["brier"] < metrics["base_rate"] * (1 - metrics["base_rate"])
    assert metrics["ece"] < 0.08


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
