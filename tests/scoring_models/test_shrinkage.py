"""Tenants of a simulated world, each a little unlike the others: what a model of their own may learn, and how far."""

import random
from dataclasses import replace

import numpy as np
import pytest

from scoring_models.artifact import open_model, write_model
from scoring_models.dataset import LABEL, parse_dataset
from scoring_models.estimators import logistic
from scoring_models.explain import Scorecard
from scoring_models.features import matrix
from scoring_models.shrinkage import STRENGTHS, Outcomes, log_loss, nearest, shrunk, train_for_tenant
from scoring_models.train import NEEDED
from tests.scoring_models import world

EVERYBODYS = world.trained()


def leads_of_a_tenant(count, seed, *, unlike=0.7):
    """Labelled leads of a tenant, as CSV: whom it wins differs from the rest of the world by so much, in log-odds."""
    ways = random.Random(seed)
    often = ways.gauss(0, unlike)
    by_industry = {industry: ways.gauss(0, unlike) for industry in world.INDUSTRIES}
    by_size = ways.gauss(0, unlike / 2)
    dice, rows = random.Random(-seed), []
    for fields, odds in world.leads(count, 1000 + seed):
        size = 0.0 if fields["employees"] is None else np.log1p(fields["employees"]) - 4.5
        own = odds + often + by_industry[fields["industry"]] + by_size * size
        rows.append({**fields, LABEL: int(dice.random() < 1 / (1 + np.exp(-own)))})
    return world.table(rows)


def arrays(content):
    dataset = parse_dataset(content)
    return matrix(dataset.leads), np.array(dataset.won)


def loss_of(pipeline, rows, won):
    """The mean log-loss, in nats."""
    return np.logaddexp(0, np.where(won, -1, 1) * pipeline.decision_function(rows)).mean()


def counted(won, lost):
    return replace(parse_dataset(world.labelled(60)), won=(True,) * won + (False,) * lost)


def drawn(dataset, **more):
    options = {"label": "fit-3", "seed": 7, "created_at": world.NOON, **more}
    return train_for_tenant(dataset, EVERYBODYS, **options)


@pytest.mark.parametrize(
    ("won", "lost", "words"),
    [
        (11, 20, "not enough outcomes yet: 31 of 80"),
        (39, 5_000, "not enough outcomes yet: 79 of 80"),
        (0, 0, "not enough outcomes yet: 0 of 80"),
    ],
)
def test_with_few_outcomes_a_tenant_has_no_model_of_its_own_and_is_told_how_few(won, lost, words):
    dataset = counted(won, lost)
    assert drawn(dataset) is None
    assert str(Outcomes.of(dataset)) == words


def test_with_as_many_as_are_needed_it_has_one():
    assert Outcomes(NEEDED, NEEDED).are_enough
    dataset = parse_dataset(leads_of_a_tenant(300, 3))
    assert drawn(dataset).rows == 300


def test_with_no_leads_the_coefficients_are_everybodys():
    prior = np.array([0.3, -2.0, 0.1])
    assert (nearest(np.empty((0, 3)), np.empty(0, dtype=bool), prior, 30.0) == prior).all()


def test_held_strongly_it_is_everybodys_and_held_weakly_it_is_the_leads_own():
    rows, won = arrays(leads_of_a_tenant(500, 4))
    inputs = np.column_stack([EVERYBODYS.pipeline[0].transform(rows), np.ones(500)])
    prior = np.append(EVERYBODYS.pipeline[1].coef_[0], EVERYBODYS.pipeline[1].intercept_)
    losses = [log_loss(inputs, won, nearest(inputs, won, prior, strength)) for strength in STRENGTHS]
    assert losses == sorted(losses, reverse=True)
    assert np.abs(nearest(inputs, won, prior, 1e9) - prior).max() < 1e-5
    # there is no slope where the leads are likeliest
    own = nearest(inputs, won, prior, 1e-6)
    slope = inputs.T @ (1 / (1 + np.exp(-inputs @ own)) - won)
    assert np.abs(slope).max() < 1e-3


def test_with_very_many_leads_it_comes_to_what_they_alone_say():
    rows, won = arrays(leads_of_a_tenant(8_000, 5))
    own, _ = shrunk(EVERYBODYS.pipeline, rows, won, seed=1)
    alone = logistic(rows).fit(rows, won)
    fresh, _ = arrays(leads_of_a_tenant(500, 6))
    fits = {
        name: pipeline.predict_proba(fresh)[:, 1]
        for name, pipeline in (("own", own), ("alone", alone), ("prior", EVERYBODYS.pipeline))
    }
    assert np.abs(fits["own"] - fits["alone"]).mean() < 0.01
    assert np.abs(fits["prior"] - fits["alone"]).mean() > 0.03


@pytest.mark.parametrize("unlike", [0.0, 0.6])
def test_between_them_it_tells_new_leads_better_than_either(unlike):
    """On average over tenants, whether these are like everybody or not."""
    losses = []
    for tenant in range(8):
        content = leads_of_a_tenant(850, 100 + tenant, unlike=unlike)
        rows, won = arrays(content)
        few, new = slice(150), slice(150, None)
        own, _ = shrunk(EVERYBODYS.pipeline, rows[few], won[few], seed=1)
        alone = logistic(rows[few]).fit(rows[few], won[few])
        losses.append([loss_of(one, rows[new], won[new]) for one in (own, EVERYBODYS.pipeline, alone)])
    own, prior, alone = np.mean(losses, axis=0)
    assert own < alone
    # a tenant just like everybody gains nothing, and loses next to nothing
    assert own < prior + (0.004 if unlike == 0 else 0)


def test_the_same_leads_and_seed_give_the_same_model_to_the_byte(tmp_path):
    dataset = parse_dataset(leads_of_a_tenant(300, 8))
    one, other = (write_model(drawn(dataset), tmp_path) for _ in range(2))
    assert one == other


def test_what_the_features_add_still_sums_to_the_log_odds():
    rows, won = arrays(leads_of_a_tenant(400, 9))
    pipeline, _ = shrunk(EVERYBODYS.pipeline, rows, won, seed=1)
    scorecard = Scorecard(pipeline, [0.1] * len(EVERYBODYS.averages))
    sums = scorecard.log_odds(scorecard.contributions(rows))
    assert np.abs(sums - pipeline.decision_function(rows)).max() < 1e-6


def test_a_tenants_model_remembers_from_whose_it_was_drawn_and_how_good_that_is(tmp_path):
    model = drawn(parse_dataset(leads_of_a_tenant(2_000, 10, unlike=1.2)))
    assert model.prior.model == "fit-3"
    assert model.prior.strength in STRENGTHS
    assert model.prior.metrics.keys() == model.metrics.keys()
    assert model.metrics["brier"] < model.prior.metrics["brier"]
    assert model.facts["prior"]["model"] == "fit-3"
    assert open_model(write_model(model, tmp_path)).prior == model.prior
