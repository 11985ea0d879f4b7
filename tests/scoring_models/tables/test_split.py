import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sklearn.model_selection import train_test_split

from scoring_models.errors import SplitError
from scoring_models.tables.split import split_at_random, split_by_time

WON = np.random.default_rng(3).random(1000) < 0.3
WHEN = np.random.default_rng(4).integers(0, 200, 1000).astype(float)


def test_by_time_nobody_learns_from_what_comes_later():
    split = split_by_time(WON, WHEN, None, by="Created")
    assert WHEN[split.learned].max() < WHEN[split.held_back].min()
    assert 0.17 < len(split.held_back) / 1000 < 0.23
    assert len(split.learned) + len(split.held_back) == 1000
    assert len(split.folds) == 3
    for before, after in split.folds:
        assert WHEN[before].max() < WHEN[after].min()
        assert not set(after) & set(split.held_back)


@settings(max_examples=50)
@given(st.integers(0, 10_000), st.integers(3, 300))
@example(0, 5)  # one of five is held back, and four are too few for five folds
def test_an_account_is_on_one_side_only(seed, accounts):
    groups = np.random.default_rng(seed).integers(0, accounts, 1000)
    for split in (
        lambda: split_by_time(WON, WHEN, groups, by="t"),
        lambda: split_at_random(WON, groups, seed=seed),
    ):
        try:
            made = split()
        except SplitError:
            continue
        for before, after in ((made.learned, made.held_back), *made.folds):
            assert not set(groups[before]) & set(groups[after])
        assert len(made.learned) + len(made.held_back) + made.left_out == 1000


def test_at_random_is_the_split_that_everybody_knows():
    split = split_at_random(WON, None, seed=42)
    learned, held_back = train_test_split(np.arange(1000), test_size=0.2, stratify=WON, random_state=42)
    assert (split.learned == learned).all()
    assert (split.held_back == held_back).all()
    predicted = np.concatenate([after for _, after in split.folds])
    assert sorted(predicted) == sorted(learned)


def test_the_seed_decides_what_is_drawn():
    one, same, other = (split_at_random(WON, None, seed=seed).held_back for seed in (1, 1, 2))
    assert (one == same).all()
    assert (one != other).any()


def test_rows_of_one_moment_stay_together():
    when = np.repeat([0.0, 1.0], [700, 300])
    with pytest.raises(SplitError, match="no part of the earlier rows"):
        split_by_time(WON, when, None, by="day")
    with pytest.raises(SplitError, match="all rows have the same day"):
        split_by_time(WON, np.zeros(1000), None, by="day")


def test_too_few_outcomes_on_a_side_are_told():
    late_loss = np.arange(1000) < 600
    with pytest.raises(SplitError, match="held back are 0 won and 200 lost"):
        split_by_time(late_loss, np.arange(1000.0), None, by="place in the file")
    with pytest.raises(SplitError, match="3 accounts are too few"):
        split_at_random(WON, np.arange(1000) % 3, seed=1)


def test_the_latest_rows_count_most_and_those_of_one_moment_the_same():
    split = split_by_time(WON, WHEN, None, by="Created")
    weights = split.weights(split.learned)
    assert weights.mean() == pytest.approx(1)
    order = np.argsort(WHEN[split.learned], kind="stable")
    assert (np.diff(weights[order]) >= 0).all()
    assert weights.max() / weights.min() == pytest.approx(4, rel=0.05)
    assert len(np.unique(weights)) == len(np.unique(WHEN[split.learned]))
    assert split_at_random(WON, None, seed=1).weights(np.arange(9)) is None
