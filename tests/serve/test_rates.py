from uuid import UUID

import pytest

from serve.rates import BURST_S, Rates

ONE, OTHER = UUID(int=1), UUID(int=2)


@pytest.fixture
def now():
    return [0.0]


def test_what_was_saved_up_may_be_used_at_once_and_then_it_goes_by_the_rate(now):
    rates = Rates(10, clock=lambda: now[0])
    allowed = 0
    while rates.wait_s(ONE) == 0.0:
        allowed += 1
    assert allowed == 10 * BURST_S
    assert rates.wait_s(ONE) == pytest.approx(0.1)
    now[0] = 0.1
    assert rates.wait_s(ONE) == 0.0
    assert rates.wait_s(ONE) == pytest.approx(0.1)


def test_one_token_takes_nothing_from_another(now):
    rates = Rates(1, clock=lambda: now[0])
    while rates.wait_s(ONE) == 0.0:
        pass
    assert rates.wait_s(OTHER) == 0.0


def test_a_rate_below_one_allows_one_now_and_then(now):
    rates = Rates(0.1, clock=lambda: now[0])
    assert rates.wait_s(ONE) == 0.0
    assert rates.wait_s(ONE) == pytest.approx(10)
    now[0] = 1_000.0
    assert (rates.wait_s(ONE), rates.wait_s(ONE)) == (0.0, pytest.approx(10))
