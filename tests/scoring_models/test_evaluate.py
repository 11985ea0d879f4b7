import numpy as np
import pytest

from scoring_models.evaluate import calibration_error, evaluate, lift


def test_a_perfect_order_has_the_best_measures():
    won = np.array([True] * 10 + [False] * 90)
    measures = evaluate(won, won.astype(float))
    assert measures == {
        "roc_auc": 1.0,
        "average_precision": 1.0,
        "brier": 0.0,
        "ece": 0.0,
        "lift_at_10_percent": pytest.approx(10.0),
        "base_rate": 0.1,
    }


def test_a_model_that_says_the_same_of_all_lifts_nothing():
    won = np.array([True] * 30 + [False] * 70)
    measures = evaluate(won, np.full(100, 0.3))
    assert measures["roc_auc"] == 0.5
    assert measures["lift_at_10_percent"] == pytest.approx(1.0)
    assert measures["ece"] == pytest.approx(0.0)


def test_lift_does_not_depend_on_the_order_of_ties():
    won = np.array([True, False, False, True, False, False, False, False, False, False])
    fit = np.array([0.9, 0.9, 0.9, 0.5, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1])
    assert lift(won, fit, share=0.1) == lift(won[::-1], fit[::-1], share=0.1) == pytest.approx((1 / 3) / 0.2)


def test_calibration_error_is_the_mean_distance_from_what_happened():
    won = np.array([True, False, False, False])
    assert calibration_error(won, np.array([0.75, 0.75, 0.75, 0.75])) == pytest.approx(0.5)
    assert calibration_error(won, np.array([1.0, 0.0, 0.0, 0.0])) == 0.0


def test_outcomes_of_one_kind_cannot_be_measured():
    with pytest.raises(ValueError, match="won and lost"):
        evaluate(np.array([True, True]), np.array([0.1, 0.2]))
