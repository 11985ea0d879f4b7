import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.core.flow import Flow, Gauge, lanes_wished, together


def test_nothing_is_said_before_a_whole_window_was_seen():
    gauge = Gauge(10)
    assert gauge.flow() is None
    for second in range(10):
        gauge.see(second, 100, 100)
        assert gauge.flow() is None
    gauge.see(10, 100, 100)
    assert gauge.flow() == Flow(0, 0, 100)


def test_a_gauge_measures_its_window_and_forgets_what_was_before():
    gauge = Gauge(10)
    for second in range(21):
        # nothing is done for ten seconds, then seven a second; three a second come all the time
        done = max(0, second - 10) * 7
        gauge.see(second, 500 + 3 * second, 500 + 3 * second - done)
    flow = gauge.flow()
    assert (flow.arrival_per_s, flow.drain_per_s, flow.backlog) == (3, 7, 490)
    assert flow.drains_in_s == 70


def test_an_empty_lane_is_drained_at_once_and_a_stuck_one_never():
    assert Flow(5, 0, 0).drains_in_s == 0
    assert Flow(0, 0, 1).drains_in_s == float("inf")


def test_lanes_that_a_tenant_holds_count_as_one():
    assert together([Flow(1, 2, 30), Flow(0, 1, 60)]) == Flow(1, 3, 90)


def wished(held, backlog, *, most=4, before=None):
    return lanes_wished(held, Flow(0, 10, backlog), patience_s=30, most=most, drain_before=before)


@pytest.mark.parametrize(
    ("held", "lanes"),
    [
        pytest.param(1, wished(1, 300), id="thirty seconds are no longer than our patience"),
        pytest.param(4, wished(4, 10**6), id="it has all that are allowed"),
        pytest.param(2, wished(2, 10**6, before=9), id="the last doubling brought a ninth"),
    ],
)
def test_it_stays_as_it_is_where_more_lanes_are_not_needed_not_allowed_or_no_help(held, lanes):
    assert lanes == held


def test_lanes_double_where_work_piles_up():
    assert wished(1, 301) == 2
    assert wished(2, 301, before=5) == 4
    assert wished(2, 301, most=3) == 3


@given(st.integers(1, 64), st.integers(0, 10**7), st.integers(1, 64))
def test_lanes_are_never_taken_here_and_never_more_than_allowed(held, backlog, most):
    now = lanes_wished(held, Flow(0, 1, backlog), patience_s=30, most=most, drain_before=None)
    assert held <= now <= max(held, most)
