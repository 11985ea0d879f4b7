from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from tenants.budgets import Budgets, fields_of
from tenants.differences import fields_hash
from tenants.records import RunStatus
from tenants.store import audit, calls, runs, spending, tenants
from tenants.store.calls import CallEnd, CallStart
from tenants.store.configuring import ChangedMeanwhile, NothingChanged
from tenants.store.spending import DaySpent
from tests.tenants.store.rows import end, start

MORE = Budgets(day_usd=50)


def seen(budgets):
    return fields_hash(fields_of(budgets))


async def test_what_was_spent_is_told_day_by_day(database, vault):
    acme = await tenants.add(database, vault, "acme", {})
    async with database.tenant(acme.id) as session:
        now = await session.value("SELECT now()")
        for provider, cost, days in (
            ("apollo", "1", 0),
            ("apollo", "2", 0),
            ("apollo", "4", 3),
            ("hunter", "0", 0),
        ):
            call = CallStart(uuid4(), uuid4(), provider, "q")
            await calls.reserve(session, [call])
            await calls.settle(session, [CallEnd(call.id, "answered", Decimal(1), Decimal(cost), "{}")])
            await session.run(
                "UPDATE provider_call SET settled_at = now() - make_interval(days => :days) WHERE id = :id",
                id=call.id,
                days=days,
            )
        for agent, cost in (("enrichment", "0.10"), ("enrichment", "0.20"), ("scoring", "0")):
            run = start()
            await runs.open_runs(session, agent, 0, [run])
            await runs.close_runs(session, [end(run, RunStatus.DONE, cost_usd=Decimal(cost))])
        today, then = now.date(), (now - timedelta(days=3)).date()
        assert await spending.by_provider(session, now - timedelta(days=30)) == [
            DaySpent("apollo", then, 1, Decimal(4)),
            DaySpent("apollo", today, 2, Decimal(3)),
        ]
        assert await spending.by_provider(session, now - timedelta(days=1)) == [
            DaySpent("apollo", today, 2, Decimal(3))
        ]
        assert await spending.by_agent(session, now - timedelta(days=1)) == [
            DaySpent("enrichment", today, 2, Decimal("0.30"))
        ]


async def test_saved_budgets_hold_are_in_the_audit_and_set_what_waits_free(database, vault):
    acme = await tenants.add(
        database, vault, "acme", {"budgets": {"day_usd": 5}, "icp": {"countries": ["DE"]}}
    )
    async with database.tenant(acme.id) as session:
        await session.run(
            "INSERT INTO run (tenant_id, id, agent, event_id, topic, lane, status, error, input) VALUES (:tenant_id, "
            "gen_random_uuid(), 'enrichment', gen_random_uuid(), 't', 0, 'snoozed', :error, '{}')",
            tenant_id=acme.id,
            error='{"class": "BudgetUsedUp"}',
        )
        assert (
            await spending.save(session, MORE, seen=seen(Budgets(day_usd=5)), by="ann", reason="it pays") == 2
        )
    async with database.tenant(acme.id) as session:
        (act,) = await audit.recent(session)
        assert (act["by"], act["act"], act["detail"]) == (
            "ann",
            "change budgets",
            {"reason": "it pays", "before": {"day_usd": "5"}, "after": {"day_usd": "50"}},
        )
        assert await session.value("SELECT status FROM run") == "retrying"
    config = tenants.config_of(await tenants.named(database, "acme"))
    assert config.budgets == MORE
    assert config.icp.countries == ("DE",)


async def test_whoever_saw_other_budgets_changes_nothing(database, vault):
    acme = await tenants.add(database, vault, "acme", {"budgets": {"day_usd": 5}})
    async with database.tenant(acme.id) as session:
        with pytest.raises(ChangedMeanwhile):
            await spending.save(session, MORE, seen=seen(Budgets()), by="ann", reason="x")
        with pytest.raises(NothingChanged):
            await spending.save(
                session, Budgets(day_usd="5.00"), seen=seen(Budgets(day_usd=5)), by="ann", reason="x"
            )
        assert await audit.recent(session) == []
