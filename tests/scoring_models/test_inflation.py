import pytest

from scoring_models.inflation import inflation

BEFORE = {"A": 100, "B": 200, "C": 200, "D": 100}


@pytest.mark.parametrize(
    ("of_late", "is_inflated"),
    [
        ({"A": 25, "B": 50, "C": 50, "D": 25}, False),
        ({"A": 60, "B": 60, "C": 30}, True),
        ({"A": 10, "B": 70, "C": 70}, False),  # fewer of them is no inflation
        ({"A": 15, "B": 45}, False),  # a quarter of 60 is no more than chance makes of a sixth
        ({"A": 19_000, "B": 81_000}, False),  # more than chance, and not worth a word
    ],
)
def test_more_of_the_best_tier_than_chance_and_by_a_quarter_is_inflation(of_late, is_inflated):
    found = inflation(of_late, BEFORE)
    assert found.is_inflated is is_inflated
    assert ("inflated" in str(found)) is is_inflated
    assert found.share == of_late["A"] / sum(of_late.values())


@pytest.mark.parametrize(("of_late", "before"), [({"A": 49}, BEFORE), (BEFORE, {"A": 49}), ({}, {})])
def test_few_leads_say_nothing(of_late, before):
    assert inflation(of_late, before) is None


def test_where_all_or_none_are_of_the_best_tier_nothing_is_inflated():
    assert not inflation({"A": 60}, {"A": 90}).is_inflated
    assert not inflation({"B": 60}, {"C": 90}).is_inflated


def test_a_tier_that_nobody_was_in_before_is_inflated_when_many_are():
    assert inflation({"A": 30, "B": 30}, {"B": 90}).is_inflated
