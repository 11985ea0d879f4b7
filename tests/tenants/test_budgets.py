from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenants.budgets import Budgets, ceilings, ends_at, fields_of, spendings
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


def test_each_ceiling_is_told_with_what_is_left_and_when_it_is_used_up():
    used = {
        ("total", ""): (Decimal(5), Decimal(55)),
        ("provider day", "apollo 2026-05-01"): (Decimal(0), Decimal(4)),
    }
    lately = {"apollo": Decimal(24), "hunter": Decimal(24)}
    found = spendings(ALL, used=used, lately=lately, within=timedelta(days=1), now=NOW)
    told = {one.ceiling.scope: one for one in found}
    assert set(told) == {"day", "total", "provider day", "provider"}  # none of single leads and runs
    total = told["total"]
    assert (total.spent_usd, total.reserved_usd, total.left_usd, total.provider) == (55, 5, 40, "")
    assert total.used_up_at == NOW + timedelta(hours=20)  # both together cost two dollars an hour
    day = told["provider day"]
    assert (day.left_usd, day.provider) == (1, "apollo")
    assert day.used_up_at is None  # in an hour, and midnight comes before
    assert told["provider"].used_up_at == NOW + timedelta(hours=50)


def test_nothing_left_is_used_up_now_and_without_a_pace_it_lasts():
    used = {("total", ""): (Decimal(0), Decimal(120))}
    (gone,) = spendings(
        Budgets(total_usd=100), used=used, lately={"apollo": Decimal(1)}, within=timedelta(days=1), now=NOW
    )
    assert (gone.left_usd, gone.used_up_at) == (0, NOW)
    (still,) = spendings(Budgets(total_usd=100), used={}, lately={}, within=timedelta(days=1), now=NOW)
    assert (still.left_usd, still.used_up_at) == (100, None)


def test_budgets_are_told_amount_by_amount():
    switched = Budgets(
        day_usd="50.00", providers={"apollo": {"day_usd": "0.500000"}}, kill_switch={"calls": 100}
    )
    assert fields_of(switched) == {
        "day_usd": "50",
        "providers.apollo.day_usd": "0.5",
        "kill_switch.calls": "100",
    }
    assert fields_of(Budgets()) == {}
    assert fields_of(Budgets(total_usd=100)) == fields_of(Budgets(total_usd="100.000000"))
