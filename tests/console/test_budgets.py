"""Budgets in the console: what is spent under each, when it ends, and other ones saved with a name to it."""

import getpass
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from console.components.budgets_view import ceilings_view
from tenants.budgets import Budgets, fields_of, spendings
from tenants.differences import fields_hash
from tenants.store import spending, tenants
from tenants.store.session import Database
from tenants.store.spending import DaySpent
from tests.console.conftest import Visitor
from tests.console.seeds import Sown
from tests.console.test_icp import confirmed, drawn
from tests.console.waiting import audit_of

ME = getpass.getuser()
NOW = datetime(2026, 5, 31, 12, tzinfo=UTC)


def seen(budgets: Budgets) -> str:
    return fields_hash(fields_of(budgets))


async def budgeted(database: Database, sown: Sown, budgets: Budgets) -> None:
    async with database.tenant(sown.id) as session:
        await spending.save(session, budgets, seen=seen(Budgets()), by="ann", reason="the first")
        await session.run("DELETE FROM audit")


async def holds(database: Database, sown: Sown) -> Budgets:
    async with database.tenant(sown.id) as session:
        return (await tenants.configuration(session)).budgets


async def use(database: Database, sown: Sown, scope: str, key: str, spent: str, reserved: str = "0") -> None:
    async with database.tenant(sown.id) as session:
        await session.run(
            "INSERT INTO budget_use (tenant_id, scope, key, spent_usd, reserved_usd) "
            "VALUES (:tenant_id, :scope, :key, CAST(:spent AS numeric), CAST(:reserved AS numeric))",
            tenant_id=sown.id,
            scope=scope,
            key=key,
            spent=spent,
            reserved=reserved,
        )


async def test_each_ceiling_is_shown_with_what_is_spent_and_left(
    visitor: Visitor, acme: Sown, database: Database
):
    await budgeted(
        database, acme, Budgets(total_usd=100, providers={"apollo": {"total_usd": 20}}, lead_usd=1)
    )
    await use(database, acme, "total", "", "60", "5")
    page = await visitor.at("/t/acme/budgets").page()
    for said in ("$100.00 in all", "$20.00 for apollo in all", '"$60.00"', '"$5.00"', '"$35.00"', "apollo"):
        assert said in page
    assert "for a lead" not in page  # of single leads nobody sees a burn-down; the form has it
    assert '"value": "1"' in page


async def test_what_was_spent_is_told_by_provider_and_agent(
    visitor: Visitor, acme: Sown, rival: Sown, database: Database
):
    async with database.tenant(acme.id) as session:
        await session.run("UPDATE provider_call SET settled_at = now()")
    page = await visitor.at("/t/acme/budgets").page()
    for said in ("apex", "Enrichment", '"$0.72"', '"60"', "There is no ceiling"):
        assert said in page


def test_a_total_burns_down_and_goes_on_as_it_went():
    budgets = Budgets(total_usd=100)
    spent = [DaySpent("apollo", (NOW - timedelta(days=age)).date(), 1, Decimal(10)) for age in (0, 1)]
    used, lately = {("total", ""): (Decimal(0), Decimal(60))}, {"apollo": Decimal(10)}
    standing = spendings(budgets, used=used, lately=lately, within=timedelta(days=1), now=NOW)
    told = json.dumps(
        ceilings_view(standing, spent, NOW).to_plotly_json(), default=lambda one: one.to_plotly_json()
    )
    assert "At the pace of the last 24 hours it is used up at 2026-06-04T12:00:00Z." in told
    assert "From $60.00 left 30 days ago to $40.00 now; in 14 days $0" in told
    assert "2026-05-30: $50.00 left" in told
    assert "2026-06-01: $30.00, forecast" in told
    assert told.count('"ahead"') == 14


def test_a_day_is_held_against_its_ceiling():
    spent = [
        DaySpent("apollo", NOW.date(), 1, Decimal(3)),
        DaySpent("apollo", (NOW - timedelta(days=2)).date(), 1, Decimal(10)),
        DaySpent("hunter", NOW.date(), 1, Decimal(9)),
    ]
    budgets = Budgets(providers={"apollo": {"day_usd": 10}})
    standing = spendings(budgets, used={}, lately={}, within=timedelta(days=1), now=NOW)
    told = json.dumps(
        ceilings_view(standing, spent, NOW).to_plotly_json(), default=lambda one: one.to_plotly_json()
    )
    assert "The last 30 days: $10.00 on the dearest, and the ceiling was reached on 1." in told
    assert "2026-05-31: $3.00" in told  # hunter's are not apollo's
    assert "it lasts until midnight, UTC" in told


async def test_budgets_are_saved_after_their_differences_were_seen(
    visitor: Visitor, acme: Sown, rival: Sown, database: Database
):
    await budgeted(database, acme, Budgets(day_usd=10, lead_usd=1))
    visitor.at("/t/acme/budgets")
    fields = {"budget.day_usd": "25", "budget.lead_usd": ""}
    answer = await visitor.press("ask-budgets", "", seen(await holds(database, acme)), **fields)
    asked = json.dumps(answer["response"], ensure_ascii=False)
    for said in ("A day", '"10"', '"25"', "A lead"):
        assert said in asked
    confirm = confirmed(answer, "save-budgets")
    assert "Say why" in await visitor.said("save-budgets", "", confirm, **fields)
    assert await audit_of(database, acme) == []
    told = await visitor.said("save-budgets", "", confirm, **fields, **{"why-budgets": "it pays"})
    assert told.startswith("These budgets hold from now on")
    assert await holds(database, acme) == Budgets(day_usd=25)
    assert await holds(database, rival) == Budgets()
    ((by, act, _),) = await audit_of(database, acme)
    assert (by, act) == (ME, "change budgets")


async def test_a_mistake_is_told_at_its_field_and_nothing_is_asked(visitor: Visitor, acme: Sown):
    answer = await visitor.at("/t/acme/budgets").press("ask-budgets", **{"budget.day_usd": "much"})
    assert "An amount is wanted, such as 12.50." in drawn(answer, "amounts")
    assert "Something is wrong with it: A day." in json.dumps(answer["sideUpdate"]["toasts"])


async def test_what_was_not_seen_is_not_saved(visitor: Visitor, acme: Sown, database: Database):
    visitor.at("/t/acme/budgets")
    opened = seen(Budgets())
    answer = await visitor.press("ask-budgets", "", opened, **{"budget.day_usd": "25"})
    confirm = confirmed(answer, "save-budgets")
    other = {"budget.day_usd": "26", "why-budgets": "x"}
    assert "is not what you saw any more" in await visitor.said("save-budgets", "", confirm, **other)
    await budgeted(database, acme, Budgets(total_usd=5))
    mine = {"budget.day_usd": "25", "budget.total_usd": "", "why-budgets": "x"}
    told = await visitor.said("save-budgets", "", confirm, **mine)
    assert told.startswith("That was not done: Version 2 was saved by ann meanwhile")
    again = await visitor.press("ask-budgets", "", opened, **mine)
    assert "Somebody else has changed budgets since you opened this page." in json.dumps(again["response"])
    assert await holds(database, acme) == Budgets(total_usd=5)


@pytest.mark.parametrize("name", ["budget.x", "budget.total_usd.x"])
async def test_a_field_that_is_not_ours_is_a_clean_error(visitor: Visitor, acme: Sown, name: str):
    assert "There are no such fields." in await visitor.at("/t/acme/budgets").said(
        "ask-budgets", **{name: "1"}
    )
