import numpy as np
import pytest
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

from scoring_models.bootstrap import DRAWS, MEASURES, Weighted, draws, interval, measured, point
from scoring_models.evaluate import calibration_error, lift

DICE = np.random.default_rng(6)
WON = DICE.random(400) < 0.3
FIT = np.round(np.clip(0.3 + 0.25 * WON + DICE.normal(0, 0.2, 400), 0, 1), 2)  # with many ties


def test_each_measure_is_that_of_scikit_learn_or_of_our_own():
    assert point(WON, FIT) == pytest.approx(
        {
            "roc_auc": roc_auc_score(WON, FIT),
            "average_precision": average_precision_score(WON, FIT),
            "brier": brier_score_loss(WON, FIT),
            "ece": calibration_error(WON, FIT),
            "lift_10": lift(WON, FIT, share=0.1),
        }
    )


def test_a_count_is_as_many_leads():
    counts = DICE.integers(0, 4, 400)
    many = Weighted(WON, FIT).measures(counts[None, :].astype(float))
    once = point(np.repeat(WON, counts), np.repeat(FIT, counts))
    assert {name: values[0] for name, values in many.items()} == pytest.approx(once)


def test_a_draw_has_as_many_leads_as_there_are():
    blocks = list(draws(50, seed=1))
    counts = np.concatenate(blocks)
    assert counts.shape == (DRAWS, 50)
    assert (counts.sum(axis=1) == 50).all()
    assert counts.mean(axis=0) == pytest.approx(np.ones(50), abs=0.25)


def test_large_tables_are_drawn_in_blocks_and_the_seed_decides():
    blocks = list(draws(100_000, seed=1))
    assert len(blocks) > 1
    assert sum(len(block) for block in blocks) == DRAWS
    assert (next(draws(100_000, seed=1)) == blocks[0]).all()
    assert (next(draws(100_000, seed=2)) != blocks[0]).any()


def test_accounts_are_drawn_with_all_of_their_leads():
    groups = np.repeat(np.arange(20), 5)
    for counts in draws(100, seed=3, groups=groups):
        by_account = counts.reshape(-1, 20, 5)
        assert (by_account == by_account[:, :, :1]).all()


def test_leads_of_few_accounts_are_less_sure():
    groups = np.arange(400) // 20
    fit = np.clip(FIT + np.repeat(DICE.normal(0, 0.3, 20), 20), 0, 1)
    won = WON & (np.repeat(DICE.random(20), 20) < 0.5)
    alone = interval(measured(won, {"it": fit}, draws(400, seed=1))["it"]["brier"])
    together = interval(measured(won, {"it": fit}, draws(400, seed=1, groups=groups))["it"]["brier"])
    assert together[1] - together[0] > 1.2 * (alone[1] - alone[0])


def test_the_interval_holds_the_truth_about_as_often_as_it_says():
    held = 0
    for trial in range(100):
        dice = np.random.default_rng(trial)
        odds = dice.normal(0, 1, 300)
        won = dice.random(300) < 1 / (1 + np.exp(-odds))
        low, high = interval(
            measured(won, {"it": 1 / (1 + np.exp(-odds))}, draws(300, seed=trial))["it"]["roc_auc"]
        )
        held += low <= 0.7377 <= high  # of a million leads of this law
    assert 88 <= held <= 99


def test_a_draw_of_one_outcome_only_is_left_out():
    won = np.array([True] + [False] * 9)
    drawn = measured(won, {"it": np.linspace(1, 0, 10)}, draws(10, seed=1))["it"]
    assert np.isnan(drawn["roc_auc"]).any()
    assert interval(drawn["roc_auc"]) == (1.0, 1.0)
    assert set(drawn) == set(MEASURES)
