import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.shares import Share


@given(st.integers(0, 500), st.integers(0, 500))
def test_the_truth_lies_around_what_was_counted(part, more):
    share = Share(part, part + more)
    low, high = share.interval
    assert 0 <= low <= high <= 1
    if share.value is not None:
        assert low <= share.value <= high


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    # by R's prop.test(x, n, correct = FALSE)
    [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (81, 263, 0.2553, 0.3662), (10, 10, 0.7225, 1.0)],
)
def test_the_interval_is_wilsons(part, whole, low, high):
    assert Share(part, whole).interval == pytest.approx((low, high), abs=1e-4)


def test_more_of_the_same_is_known_better():
    few, many = Share(3, 10).interval, Share(300, 1000).interval
    assert few[0] < many[0] < 0.3 < many[1] < few[1]


def test_a_share_is_never_told_without_what_it_is_of():
    assert str(Share(3, 10)) == "30% (3 of 10; 11% to 60%)"
    assert str(Share(1, 40)) == "2.5% (1 of 40; 0.4% to 13%)"
    assert str(Share(0, 0)) == "not known: 0 leads"
