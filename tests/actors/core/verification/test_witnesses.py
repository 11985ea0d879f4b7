import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.core.verification.facts import VendorVerdict
from actors.core.verification.status import Status
from actors.core.verification.witnesses import chance, log_odds, reliability, weight_of


def test_a_vendor_is_believed_as_far_as_it_has_been_right():
    assert reliability(0, 0) == 0.9
    assert reliability(100, 0) > reliability(10, 0) > reliability(0, 0) > reliability(0, 10)
    assert reliability(10**6, 0) == 0.99
    assert reliability(0, 10**6) == 0.5


@given(st.floats(0.01, 0.99))
def test_a_weight_stands_for_its_chance(likely):
    assert chance(log_odds(likely)) == pytest.approx(likely)


def test_witnesses_are_added():
    good = VendorVerdict("good", Status.DELIVERABLE)
    other = VendorVerdict("other", Status.DELIVERABLE)
    against = VendorVerdict("against", Status.UNDELIVERABLE)
    assert weight_of([good]) == pytest.approx(math.log(9))
    assert weight_of([good, other]) == pytest.approx(math.log(81))
    assert weight_of([good, against]) == pytest.approx(0)
    assert weight_of([VendorVerdict("bad", Status.UNDELIVERABLE, wrong=99)]) == pytest.approx(0)


def test_a_vendor_is_heard_once_and_only_where_it_says_something():
    good = VendorVerdict("good", Status.DELIVERABLE)
    assert weight_of([good, good]) == weight_of([good])
    assert weight_of([good, VendorVerdict("good", Status.UNDELIVERABLE)]) == -weight_of([good])
    for status in set(Status) - {Status.DELIVERABLE, Status.UNDELIVERABLE}:
        assert weight_of([VendorVerdict("mute", status, right=50)]) == 0
