"""What happened at a lead's company, on the command line."""

import asyncio
import json
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from typer.testing import CliRunner

import leadmill
from tenants.secrets import Vault
from tenants.settings import StoreSettings
from tenants.signals import signal
from tenants.store import leads, signals
from tenants.store.rls import APP
from tenants.store.session import Database
from tests.actors.engine.mills import add_tenant
from tests.tenants.store.rows import account, lead

NOW = datetime(2026, 3, 4, 8, tzinfo=UTC)


@pytest.fixture
def pursuit(database_url, monkeypatch, tmp_path):
    """A lead at whose company two things have happened."""
    monkeypatch.setenv("LEADMILL_DATABASE_URL", database_url)
    monkeypatch.setenv("LEADMILL_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    company = account()
    one = lead(company)

    async def go():
        database = Database.at(database_url, role=APP, pool_size=2)
        try:
            acme = await add_tenant(database, Vault.from_settings(StoreSettings()))
            async with database.tenant(acme.id) as session:
                await leads.add_accounts(session, [company])
                await leads.add_leads(session, [one])
                url = "https://acme.com/jobs/1"
                job = signal(company.id, "hiring", NOW.date(), "Cook", url, "website", NOW)
                news = signal(company.id, "news", NOW.date().replace(day=1), "Moved", None, "website", NOW)
                await signals.save(session, [job, news])
        finally:
            await database.close()

    asyncio.run(go())
    return one


def run(*words):
    result = CliRunner().invoke(leadmill.app, [str(word) for word in words])
    assert result.exit_code == 0, result.output
    return result.output


def test_they_are_shown_with_their_day_their_source_and_their_address(pursuit):
    shown = run("signals", "acme", pursuit.id)
    for word in ("2026-03-04", "hiring", "Cook", "website", "https://acme.com/jobs/1", "Moved"):
        assert word in shown
    assert "Cook" not in run("signals", "acme", pursuit.id, "--kind", "news")
    assert run("signals", "acme", uuid4()) == "Nothing is known to have happened there.\n"


def test_for_programs_each_is_a_line(pursuit):
    rows = [json.loads(line) for line in run("signals", "acme", pursuit.id, "--json").splitlines()]
    assert [(row["on"], row["kind"], row["title"], row["source"], row["url"]) for row in rows] == [
        ("2026-03-04", "hiring", "Cook", "website", "https://acme.com/jobs/1"),
        ("2026-03-01", "news", "Moved", "website", None),
    ]
