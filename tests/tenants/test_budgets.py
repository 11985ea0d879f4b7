from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenants.budgets import Budgets, ceilings, ends_at
from tenants.policies import read_config

NOW = datetime(2026, 5, 1, 23, 30, tzinfo=UTC)
ALL = Budgets(
    total_usd=100,
    day_usd=10,
    lead_usd="0.50",
    run_usd="0.25",
    providers={"apollo": {"day_usd": 5, "total_usd": 50}},
)


def over(budgets, *, provider="apollo", lead_id=None, now=NOW):
    return ceilings(budgets, provider=provider, run_id=uuid4(), lead_id=lead_id, now=now)


def test_all_ceilings_are_over_a_call_the_narrowest_first():
    found = over(ALL, lead_id=uuid4())
    assert [one.scope for one in found] == ["run", "lead", "provider day", "provider", "day", "total"]
    assert [str(one) for one in found] == [
        "$0.25 for a run",
        "$0.50 for a lead",
        "$5.00 for apollo and a day",
        "$50.00 for apollo in all",
        "$10.00 for a day",
        "$100.00 in all",
    ]
    assert [one.waits for one in found] == [False, False, True, True, True, True]


def test_what_is_left_out_has_no_ceiling():
    assert over(Budgets(), lead_id=uuid4()) == ()
    assert [one.scope for one in over(ALL, provider="hunter")] == ["run", "day", "total"]


@pytest.mark.parametrize("hours", [-12, 0, 5.5, 14])
def test_a_day_is_one_of_utc_and_ends_at_its_midnight(hours):
    local = NOW.astimezone(timezone(timedelta(hours=hours)))
    (day,) = [one for one in over(ALL, now=local) if one.scope == "day"]
    assert (day.key, day.ends) == ("2026-05-01", datetime(2026, 5, 2, tzinfo=UTC))


@given(left=st.decimals(0, 1000, places=2), spent=st.decimals("0.01", 1000, places=2))
def test_the_forecast_goes_on_as_it_went(left, spent):
    end = ends_at(left_usd=left, spent_usd=spent, within=timedelta(days=1), now=NOW)
    assert (end - NOW).total_seconds() == pytest.approx(min(float(left / spent) * 86_400, 10 * 365 * 86_400))


def test_where_nothing_is_spent_nothing_ends():
    assert ends_at(left_usd=Decimal(5), spent_usd=Decimal(0), within=timedelta(days=1), now=NOW) is None


def test_a_budget_below_nothing_is_refused_by_its_place():
    with pytest.raises(ValueError, match=r"budgets\.providers\.apollo\.day_usd"):
        read_config({"budgets": {"providers": {"apollo": {"day_usd": -1}}}})
