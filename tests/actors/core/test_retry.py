from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.core import errors
from actors.core.errors import DomainSilent, ProviderDown, RateLimited, ScorerAway
from actors.core.retry import retry_at

NOW = datetime(2026, 1, 2, tzinfo=UTC)


def wait_s(error, attempt, jitter=0.5, waits=0):
    at = retry_at(error, attempt=attempt, waits=waits, now=NOW, jitter=jitter)
    return None if at is None else (at - NOW).total_seconds()


def test_waits_double_from_one_second_until_the_last_attempt():
    assert [wait_s(ProviderDown(), attempt) for attempt in range(1, 8)] == [1, 2, 4, 8, 16, 32, 64]


@pytest.mark.parametrize(
    "error", [ProviderDown(), DomainSilent(), RateLimited(retry_at=NOW + timedelta(hours=1))]
)
def test_after_the_last_attempt_nothing_is_tried_again(error):
    for attempt in (error.max_attempts, error.max_attempts + 1):
        assert wait_s(error, attempt) is None


def test_a_silent_domain_is_left_alone_for_longer_than_resolvers_remember():
    assert [wait_s(DomainSilent(), attempt) for attempt in range(1, 4)] == [900, 1800, 3600]


class Stubborn(ProviderDown):
    """One that is tried for long."""

    max_attempts = 10**6


def test_no_wait_is_longer_than_five_minutes_or_so():
    assert wait_s(Stubborn(), 10) == wait_s(Stubborn(), 10**5) == 300


def test_what_is_waited_for_with_patience_is_asked_for_again_without_end():
    assert [wait_s(ScorerAway(), 1, waits=waits) for waits in (0, 3, 4, 5, 7, 10**6)] == [
        1,
        8,
        15,
        15,
        15,
        15,
    ]


def test_with_patience_the_wait_follows_from_the_waits_before_and_else_from_the_attempts():
    assert wait_s(ScorerAway(), 9, waits=2) == 4
    assert wait_s(ProviderDown(), 1, waits=30) == 1


def test_what_another_process_is_doing_is_looked_at_again_when_its_claim_ends():
    ends = NOW + timedelta(seconds=30)
    assert retry_at(errors.UnderWay(retry_at=ends), attempt=1, waits=9, now=NOW, jitter=1.0) == ends


def test_whom_a_vendor_has_told_when_to_come_back_need_not_wait_longer_each_time():
    ends = NOW + timedelta(seconds=3)
    assert retry_at(errors.SlowedDown(retry_at=ends), attempt=1, waits=9, now=NOW, jitter=1.0) == ends


@pytest.mark.parametrize(
    "error",
    [
        errors.NotConnected(),
        errors.KeyRefused(),
        errors.QuestionRefused(retry_at=NOW + timedelta(minutes=1)),
        errors.OptedOut(),
        errors.AgentError(),
        ValueError("no"),
        TimeoutError(),
        ConnectionError(),
    ],
)
def test_where_waiting_does_not_help_nothing_is_tried_again(error):
    assert wait_s(error, 1) is None


def test_a_provider_that_names_a_time_is_not_asked_before_nor_sooner_than_we_would_ourselves():
    later, sooner = NOW + timedelta(hours=2), NOW - timedelta(hours=2)
    assert retry_at(RateLimited(retry_at=later), attempt=1, waits=0, now=NOW, jitter=0.0) == later
    assert wait_s(RateLimited(retry_at=sooner), 3) == 4


@given(st.integers(1, 7), st.floats(0, 1), st.floats(0, 1))
def test_jitter_spreads_waits_over_half_their_length_and_keeps_their_order(attempt, one, other):
    middle = wait_s(ProviderDown(), attempt)
    assert 0.75 * middle - 1e-6 <= wait_s(ProviderDown(), attempt, one) <= 1.25 * middle + 1e-6
    less, more = sorted((one, other))
    assert wait_s(ProviderDown(), attempt, less) <= wait_s(ProviderDown(), attempt, more)
