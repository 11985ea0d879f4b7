import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.core.breaker import Breaker


def ended(breaker, *outcomes, now_s=0.0):
    for has_failed in outcomes:
        ticket = breaker.begin(now_s)
        if ticket is not None:
            breaker.end(ticket, has_failed=has_failed, now_s=now_s)


def opened(now_s=0.0):
    breaker = Breaker()
    ended(breaker, *[True] * 5, now_s=now_s)
    assert breaker.is_open
    return breaker


def test_five_failures_of_few_calls_open_it_and_four_do_not():
    breaker = Breaker()
    ended(breaker, *[True] * 4, *[False] * 3)
    assert not breaker.is_open
    ended(breaker, True)
    assert breaker.is_open


@pytest.mark.parametrize(("failures", "is_open"), [(5, False), (6, True)])
def test_among_many_calls_nearly_a_third_must_fail(failures, is_open):
    breaker = Breaker()
    ended(breaker, *[False] * (20 - failures), *[True] * failures)
    assert breaker.is_open is is_open


def test_only_the_last_calls_count():
    breaker = Breaker()
    ended(breaker, *[True] * 4, *[False] * 20, *[True] * 4)
    assert not breaker.is_open


def test_one_run_that_fails_whenever_it_is_tried_does_not_open_it():
    breaker = Breaker()
    for attempt in range(1, 9):
        ended(breaker, True, now_s=2.0**attempt)
    assert not breaker.is_open


def test_while_it_is_open_one_probe_a_second_goes_out():
    breaker = opened()
    went = [at for at in range(50) if breaker.begin(at / 10) is not None]
    assert went == [10, 20, 30, 40]
    assert breaker.wait_s(4.25) == pytest.approx(0.75)


def test_a_probe_that_comes_back_well_closes_it_and_what_was_before_is_forgotten():
    breaker = opened()
    ended(breaker, True, now_s=1.0)
    assert breaker.is_open
    ended(breaker, False, now_s=2.0)
    assert not breaker.is_open
    assert breaker.wait_s(2.0) == 0
    ended(breaker, *[True] * 4, now_s=2.0)
    assert not breaker.is_open


def test_calls_that_were_under_way_when_it_opened_tell_nothing_about_the_time_after():
    breaker = Breaker()
    before = breaker.begin(0.0)
    ended(breaker, *[True] * 5)
    breaker.end(before, has_failed=False, now_s=0.5)
    assert breaker.is_open
    ended(breaker, False, now_s=1.0)
    for _ in range(9):
        breaker.end(before, has_failed=True, now_s=1.0)
    assert not breaker.is_open


@given(st.lists(st.tuples(st.floats(0, 0.5), st.booleans()), max_size=300))
def test_a_service_that_fails_half_of_the_time_is_never_asked_more_than_twenty_times_before_it_opens(calls):
    breaker, now_s, closed_for = Breaker(), 0.0, []
    for wait_s, has_failed in calls:
        now_s += wait_s
        ticket = breaker.begin(now_s)
        if ticket is None:
            continue
        was_open = breaker.is_open
        breaker.end(ticket, has_failed=has_failed, now_s=now_s)
        closed_for = [] if was_open or breaker.is_open else [*closed_for, (now_s, has_failed)]
        late = [failed for at, failed in closed_for if at >= now_s - 10][-20:]
        assert sum(late) < 5 or sum(late) < 0.3 * len(late)
