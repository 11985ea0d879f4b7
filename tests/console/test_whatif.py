import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.shares import Share
from console.whatif import FIELDS, by_tier, tried, what_if
from tenants.policies import TierBounds
from tenants.store.outcomes import Answer

NOW = TierBounds()
SHARE = st.floats(0, 1)
LEADS = [(0.8, 0.0), (0.6, 0.0), (0.6, 0.6), (0.3, 0.0), (0.1, 0.0)]  # A, B, A, C, D
ANSWERS = [Answer(0.8, 0.0, "A", True), Answer(0.8, 0.0, "B", False), Answer(0.6, 0.0, "B", True)]


def test_leads_and_answers_are_put_into_tiers_by_both_cut_offs():
    then = TierBounds(fit=(0.25, 0.5, 0.7), intent=(0.15, 0.7))
    found = what_if([*LEADS, (0.72, 0.0)], ANSWERS, NOW, then)
    assert {one.tier: (one.now, one.then) for one in found.tiers} == {
        "A": (2, 3),
        "B": (2, 1),
        "C": (1, 1),
        "D": (1, 1),
    }
    assert (found.leads, found.up, found.down) == (6, 1, 0)
    best = found.tiers[0]
    assert best.answered_now == Share(1, 2)
    assert best.answered_then == Share(1, 2)
    assert found.tiers[1].answered_then == Share(1, 1)


def test_stricter_cut_offs_put_leads_into_worse_tiers():
    found = what_if(LEADS, [], NOW, TierBounds(fit=(0.4, 0.7, 0.9)))
    assert (found.up, found.down) == (0, 3)
    assert all(one.answered_then == Share(0, 0) for one in found.tiers)


@given(st.lists(st.tuples(SHARE, SHARE), max_size=30))
def test_the_same_cut_offs_change_nothing_and_no_lead_is_lost(leads):
    found = what_if(leads, ANSWERS, NOW, NOW)
    assert found.up == found.down == 0
    assert sum(one.now for one in found.tiers) == sum(one.then for one in found.tiers) == len(leads)
    assert all(one.answered_now == one.answered_then for one in found.tiers)


def test_an_address_says_what_is_tried():
    assert tried({}, NOW) == (NOW, None)
    then, wrong = tried({"fit-a": "0.8", "hot": " 0.6 "}, NOW)
    assert wrong is None
    assert then == TierBounds(fit=(0.25, 0.5, 0.8), intent=(0.15, 0.6))


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"fit-a": "much"}, "A from fit: a number between 0 and 1 is wanted."),
        ({"fit-a": "0.4"}, "The bounds 0.25, 0.5, 0.4 do not rise between 0 and 1."),
        ({"warm": "nan"}, "The bounds nan, 0.5 do not rise between 0 and 1."),
        ({"hot": "1.5"}, "The bounds 0.15, 1.5 do not rise between 0 and 1."),
    ],
)
def test_cut_offs_that_cant_be_are_told_of(query, said):
    assert tried(query, NOW) == (None, said)


def test_each_bound_has_a_field():
    places = {(kind, place) for _, kind, place in FIELDS.values()}
    assert places == {("fit", 0), ("fit", 1), ("fit", 2), ("intent", 0), ("intent", 1)}


def test_answers_are_counted_by_the_tier_that_leads_came_in_with():
    assert by_tier(ANSWERS) == {"A": Share(1, 1), "B": Share(1, 2), "C": Share(0, 0), "D": Share(0, 0)}
