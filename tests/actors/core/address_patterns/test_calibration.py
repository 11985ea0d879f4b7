"""Whether guesses are right as often as they are said to be, at companies of the simulator.

The model has not seen how the simulator chooses patterns. Its own figures differ: it takes {first}{last} for more
common and {first} for rarer, knows patterns that the simulator never uses, companies with a second pattern, names
written in several ways, and expects a tenth of the people gone. Turnover, and how strictly companies keep to their
pattern, it learns from the addresses that it is shown.
"""

import pytest

from actors.core.address_patterns.turnover import expected_bounce
from tests.bench._addresses import KNOWN, deciles, guesses, share

COMPANIES = 600
# A tenth of the scale may be off by so much, where enough fall into it to tell.
_WIDEST_GAP, _ENOUGH = 0.25, 150


@pytest.fixture(scope="module")
def found():
    return guesses(7, COMPANIES)


def test_what_is_said_to_be_nearly_sure_is_right_nine_times_in_ten_at_least(found):
    made, _ = found
    for known in KNOWN[1:]:
        sure = [one.is_right for one in made if one.known == known and one.probability >= 0.9]
        assert len(sure) > 100
        assert share(sure) >= 0.9


def test_with_two_addresses_known_it_is_nearly_sure_of_a_third_of_the_people_at_least(found):
    made, _ = found
    assert share(one.probability >= 0.9 for one in made if one.known >= 2) > 1 / 3


def test_where_nothing_is_known_of_a_company_it_is_never_nearly_sure(found):
    made, _ = found
    blind = [one for one in made if one.known == 0]
    assert max(one.probability for one in blind) < 0.9
    assert share(one.is_right for one in blind) == pytest.approx(
        sum(one.probability for one in blind) / len(blind), abs=0.1
    )


def test_in_each_tenth_guesses_are_about_as_often_right_as_said(found):
    made, _ = found
    some = [decile for decile in deciles(made) if decile.guesses >= _ENOUGH]
    assert len(some) >= 4
    assert all(abs(decile.said - decile.right) <= _WIDEST_GAP for decile in some)
    off = sum(decile.guesses * abs(decile.said - decile.right) for decile in some)
    assert off / sum(decile.guesses for decile in some) <= 0.06


@pytest.mark.parametrize("at_least", [0.8, 0.9])
def test_a_list_bounces_as_expected_within_a_point(found, at_least):
    made, turnover = found
    chosen = [one for one in made if one.probability >= at_least]
    assert len(chosen) >= 2000
    expected = expected_bounce([one.probability for one in chosen], turnover)
    assert 1 - share(one.is_delivered for one in chosen) == pytest.approx(expected.rate, abs=0.01)


def test_turnover_is_learnt_from_what_bounced(found):
    made, turnover = found
    right = [one for one in made if one.is_right]
    assert turnover.rate == pytest.approx(
        1 - share(one.is_delivered for one in right), abs=3 * turnover.error
    )


def test_without_its_colleagues_names_it_is_right_nine_times_in_ten_too():
    made, _ = guesses(8, 400, colleagues_known=False)
    sure = [one.is_right for one in made if one.probability >= 0.9]
    assert len(sure) > 1000
    assert share(sure) >= 0.9
