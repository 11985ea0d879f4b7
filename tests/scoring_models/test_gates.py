import numpy as np
import pytest

from scoring_models.dataset import Dataset, parse_dataset
from scoring_models.explain import Scorecard
from scoring_models.gates import compare
from tests.scoring_models import world

DATASET = parse_dataset(world.labelled(1500, seed=77))


def scorecard(**changes):
    """The world's model with other coefficients: what `changes` says of its logistic step."""
    model = world.trained()
    card = Scorecard(model.pipeline, model.averages)
    for name, change in changes.items():
        setattr(card, name, change(getattr(card, name)))
    return card


def gates(new, old=None, dataset=DATASET):
    return {gate.name: gate for gate in compare(new, old or scorecard(), dataset, seed=1)}


def test_a_model_passes_beside_itself():
    found = gates(scorecard())
    assert all(gate.is_open for gate in found.values())
    assert set(found) == {"leads", "ROC-AUC", "calibration error", "lift at 10 %", "tiers", "time"}
    assert "0.0% of the leads" in found["tiers"].found


def test_one_that_orders_leads_by_chance_is_stopped_at_order_and_lift():
    found = gates(scorecard(contributions_of=lambda real: lambda leads: real(leads)[::-1]))
    assert not found["ROC-AUC"].is_open
    assert not found["lift at 10 %"].is_open


def test_one_that_orders_well_but_promises_too_much_is_stopped_at_calibration_and_tiers():
    found = gates(scorecard(base=lambda base: base + 1.5))
    assert found["ROC-AUC"].is_open
    assert not found["calibration error"].is_open
    assert not found["tiers"].is_open


@pytest.mark.parametrize("won", [(True,) * 200, (False,) * 200, (True, False) * 40])
def test_leads_of_one_outcome_or_too_few_prove_nothing(won):
    leads = DATASET.leads._make(column[: len(won)] for column in DATASET.leads)
    (gate,) = compare(scorecard(), scorecard(), Dataset(leads, won, "0"), seed=1)
    assert (gate.name, gate.is_open) == ("leads", False)


def test_a_slow_one_is_stopped():
    def slow(real):
        def contributions_of(leads):
            for _ in range(300):
                np.sort(np.random.default_rng(1).random(10_000))
            return real(leads)

        return contributions_of

    found = gates(scorecard(contributions_of=slow))
    assert not found["time"].is_open
    assert found["tiers"].is_open


def test_what_was_found_is_the_same_each_time():
    def told():
        return [
            gate.found for gate in compare(scorecard(), scorecard(), DATASET, seed=3) if gate.name != "time"
        ]

    assert told() == told()
