import numpy as np
import pytest

from scoring_models.tables.calibration import LEAST_SLOPE, Calibration, calibrated

DICE = np.random.default_rng(8)


def outcomes(odds):
    return DICE.random(len(odds)) < 1 / (1 + np.exp(-odds))


def test_a_line_that_was_bent_is_straightened():
    odds = DICE.normal(-1, 1.5, 20_000)
    line = calibrated((odds + 1.0) * 2.5, outcomes(odds))
    assert line.slope == pytest.approx(1 / 2.5, rel=0.06)
    assert line.intercept == pytest.approx(-1.0, abs=0.06)


def test_probabilities_keep_the_order_and_stay_between_0_and_1():
    probability = Calibration(slope=3.0, intercept=1.0).probability(np.array([-900.0, -1, 0, 1, 900]))
    assert (np.diff(probability) >= 0).all()
    assert probability[0] == 0
    assert probability[-1] == 1
    assert probability[2] == pytest.approx(1 / (1 + np.exp(-1)))


def test_an_order_the_wrong_way_round_is_not_turned_over():
    odds = DICE.normal(0, 2, 2000)
    won = outcomes(odds)
    line = calibrated(-odds, won)
    assert line.slope == LEAST_SLOPE
    assert line.probability(-odds).mean() == pytest.approx(won.mean(), abs=1e-6)


def test_few_leads_hardly_bend_what_a_learner_says():
    odds = DICE.normal(0, 1, 20)
    assert 0.3 < calibrated(odds, DICE.random(20) < 0.5).slope < 1.7
