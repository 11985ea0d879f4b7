"""What the work has cost, on the command line."""

import asyncio
import json
from decimal import Decimal
from uuid import uuid4

import pytest
from typer.testing import CliRunner

import leadmill
from tenants.budgets import ceilings
from tenants.secrets import Vault
from tenants.settings import StoreSettings
from tenants.store import calls, tenants
from tenants.store.calls import CallEnd, CallStart
from tenants.store.rls import APP
from tenants.store.session import Database


@pytest.fixture
def spending(database_url, monkeypatch, tmp_path):
    """An installation of this test's own, where a tenant with such budgets has spent two dollars at apollo."""
    monkeypatch.setenv("LEADMILL_DATABASE_URL", database_url)
    monkeypatch.setenv("LEADMILL_HOME", str(tmp_path))

    async def prepare(budgets):
        database = Database.at(database_url, role=APP, pool_size=1)
        try:
            acme = await tenants.add(
                database, Vault.from_settings(StoreSettings()), "acme", {"budgets": budgets}
            )
            config = tenants.config_of(acme)
            async with database.tenant(acme.id) as session:
                now = await session.value("SELECT now()")
                for _ in range(2):
                    over = ceilings(config.budgets, provider="apollo", run_id=uuid4(), lead_id=None, now=now)
                    call = CallStart(uuid4(), uuid4(), "apollo", "q", Decimal(1), over)
                    await calls.reserve(session, [call])
                    end = CallEnd(call.id, "answered", Decimal(1), Decimal(1), "{}", is_budgeted=bool(over))
                    await calls.settle(session, [end])
        finally:
            await database.close()

    return lambda **budgets: asyncio.run(prepare(budgets))


def answer(*words):
    result = CliRunner().invoke(leadmill.app, ("budget", "acme", *words))
    assert result.exit_code == 0, result.output
    return result.stdout


def test_without_a_ceiling_it_says_what_was_spent_and_how_to_set_one(spending):
    spending()
    assert "2 billed calls, $2.00 in all" in answer()
    assert "There is no ceiling" in answer()
    assert json.loads(answer("--json"))["ceilings"] == []


def test_each_ceiling_is_told_with_what_is_left_and_when_it_ends(spending):
    spending(total_usd=10, providers={"apollo": {"total_usd": 2}, "hunter": {"total_usd": 5}}, run_usd=1)
    told = {one["ceiling"]: one for one in json.loads(answer("--json"))["ceilings"]}
    assert {name: one["left_usd"] for name, one in told.items()} == {
        "$10.00 in all": 8,
        "$2.00 for apollo in all": 0,
        "$5.00 for hunter in all": 5,
    }
    assert told["$10.00 in all"]["used_up_at"] > told["$2.00 for apollo in all"]["used_up_at"]
    assert told["$5.00 for hunter in all"]["used_up_at"] is None
    assert "not at this pace" in " ".join(answer().split())
