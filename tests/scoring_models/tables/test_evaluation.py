from itertools import pairwise

import numpy as np
import pytest

from scoring_models.evaluate import evaluate, lift
from scoring_models.tables.evaluation import evaluation, segments_of
from scoring_models.tables.inputs import Input
from tests.scoring_models.tables.exports import table_of

DICE = np.random.default_rng(2)
FIT = DICE.beta(1, 3, 2000)
WON = DICE.random(2000) < FIT
COLOURS = ["red" if FIT[at] > 0.4 else ["green", "blue", ""][at % 3] for at in range(2000)]
FOUND = evaluation(WON, FIT, seed=1, segments={"colour": COLOURS})


def test_measures_and_lifts_have_their_intervals():
    plain = evaluate(WON, FIT)
    assert FOUND.measures["roc_auc"].value == pytest.approx(plain["roc_auc"])
    for share in (1, 5, 10):
        told = FOUND.lifts[str(share)]
        assert told.value == pytest.approx(lift(WON, FIT, share=share / 100))
        assert told.low < told.value < told.high


def test_gains_rise_from_nothing_to_all():
    shares, found = zip(*FOUND.gains, strict=True)
    assert (shares[0], found[0], shares[-1], found[-1]) == (0, 0, 1, 1)
    assert all(one <= next_ for one, next_ in pairwise(found))
    assert found[2] == pytest.approx(0.1 * FOUND.lifts["10"].value)


def test_bins_and_spread_hold_every_lead():
    assert sum(one.rows for one in FOUND.bins) == 2000
    assert [one.said for one in FOUND.bins] == sorted(one.said for one in FOUND.bins)
    assert sum(map(sum, FOUND.spread)) == 2000
    assert sum(won for won, _ in FOUND.spread) == WON.sum()


def test_a_segment_is_its_leads_alone():
    by_value = {one.value: one for one in FOUND.segments}
    assert by_value.keys() == {"red", "green", "blue", ""}
    red = np.array(COLOURS) == "red"
    assert by_value["red"].rows == red.sum()
    assert by_value["red"].base_rate == pytest.approx(WON[red].mean())
    assert by_value["red"].said == pytest.approx(FIT[red].mean())
    assert by_value["red"].roc_auc.low < by_value["red"].roc_auc.value < by_value["red"].roc_auc.high


def test_a_segment_with_few_outcomes_has_no_order():
    few = evaluation(WON, FIT, seed=1, segments={"c": ["rare" if at < 12 else "often" for at in range(2000)]})
    assert [one.roc_auc is None for one in few.segments] == [False, True]


def test_segments_are_columns_of_few_values():
    many = tuple(str(at) for at in range(9))
    inputs = [
        Input(name="town", column="town", how="category", values=many),
        Input(name="colour", column="colour", how="category", values=("red", "blue")),
        Input(name="demo", column="demo", how="yes/no"),
        Input(name="size", column="size", how="number"),
    ]
    table = table_of({"town": ["a"], "colour": ["red"], "demo": ["yes"], "size": ["1"]})
    assert segments_of(table, inputs) == {"colour": ["red"], "demo": ["yes"]}
