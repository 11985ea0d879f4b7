"""Searches on a schedule, as the command line lists them."""

import asyncio
import json
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

import leadmill
from tenants.secrets import Vault
from tenants.settings import StoreSettings
from tenants.slices import Slice
from tenants.store import schedules, tenants
from tenants.store.rls import APP
from tenants.store.schedules import Schedule
from tenants.store.session import Database

NEXT = datetime(2026, 3, 4, 5, 6, tzinfo=UTC)


@pytest.fixture
def run(database_url, monkeypatch, tmp_path):
    monkeypatch.setenv("LEADMILL_DATABASE_URL", database_url)
    monkeypatch.setenv("LEADMILL_HOME", str(tmp_path))

    async def prepare(kept):
        database = Database.at(database_url, role=APP, pool_size=2)
        try:
            acme = await tenants.add(database, Vault.from_settings(StoreSettings()), "acme", {})
            async with database.tenant(acme.id) as session:
                for one in kept:
                    await schedules.save(session, one)
        finally:
            await database.close()

    def run(*kept, words=()):
        asyncio.run(prepare(kept))
        result = CliRunner().invoke(leadmill.app, ["sources", "acme", *words], env={"COLUMNS": "200"})
        assert result.exit_code == 0, result.output
        return result.output

    return run


def test_before_the_first_search_nothing_is_listed(run):
    assert "No search is on a schedule yet" in run()


def test_each_search_is_listed_with_how_far_it_has_come_and_why_it_stands_still(run):
    slices = (Slice(countries=("DE",), employees_min=11, employees_max=50), Slice(countries=("FR",)))
    going = Schedule("apollo", "hash", slices, NEXT, place=300, total=12_000, taken_today=200)
    stuck = Schedule(
        "yc", "hash", (Slice(employees_min=5_001),), NEXT, trouble="the tenant is not connected to it"
    )
    told = run(going, stuck)
    for words in ("apollo", "DE; 11 to 50", "300 of 12,000", "200", "2026-03-04 05:06"):
        assert words in told
    for words in ("yc", "anywhere; 5,001 and more", "the tenant is not connected to it"):
        assert words in told


def test_a_program_gets_a_line_for_each(run):
    one = Schedule("apollo", "hash", (Slice(),), NEXT)
    (line,) = run(one, words=["--json"]).splitlines()
    assert json.loads(line) == {
        "provider": "apollo",
        "slice": "anywhere",
        "slices_left": 1,
        "place": 0,
        "total": None,
        "taken_today": 0,
        "next_at": "2026-03-04T05:06:00+00:00",
        "request_id": None,
        "icp": "hash",
        "trouble": None,
    }
