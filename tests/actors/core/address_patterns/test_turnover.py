"""How many people have left, and what share of a list would come back."""

from random import Random

import pytest

from actors.core.address_patterns.turnover import Turnover, expected_bounce


def test_turnover_goes_from_what_is_assumed_to_what_is_seen():
    assert Turnover().rate == pytest.approx(0.1)
    few, many = Turnover().observed(delivered=7, bounced=3), Turnover().observed(delivered=700, bounced=300)
    assert 0.1 < few.rate < many.rate < 0.3
    assert many.error < few.error / 3


def test_a_list_bounces_by_the_mean_of_what_is_doubtful():
    bounce = expected_bounce([0.9, 0.7])
    assert (bounce.addresses, bounce.rate) == (2, pytest.approx(0.2))
    assert bounce.error == pytest.approx(((0.09 + 0.21) / 4) ** 0.5)


def test_people_who_left_bounce_too_and_their_number_is_uncertain():
    bounce = expected_bounce([1.0] * 10_000, Turnover())
    assert bounce.rate == pytest.approx(0.1)
    assert bounce.error == pytest.approx(Turnover().error, rel=0.01)


def test_the_error_is_as_wide_as_chance():
    rng = Random(1)
    chances = [rng.uniform(0.7, 1) for _ in range(300)]
    bounce = expected_bounce(chances)
    measured = [sum(rng.random() > one for one in chances) / 300 for _ in range(400)]
    within = sum(abs(one - bounce.rate) <= 2 * bounce.error for one in measured)
    assert 0.92 <= within / 400 <= 0.98


def test_the_sentence_names_the_list_and_the_limit():
    bounce = expected_bounce([0.969] * 200)
    assert bounce.against(0.02) == "of these 200 addresses 3.1 % would bounce; your limit is 2 %"


def test_of_no_addresses_nothing_is_expected():
    with pytest.raises(ValueError, match="empty list"):
        expected_bounce([])
