import asyncio
import json
from datetime import UTC, datetime
from decimal import Decimal
from uuid import uuid4

import pytest
from typer.testing import CliRunner

import leadmill
from tenants.records import Finding, MailOutcome
from tenants.secrets import Vault
from tenants.settings import StoreSettings
from tenants.store import findings, mail, tenants
from tenants.store.rls import APP
from tenants.store.session import Database

NOW = datetime(2026, 3, 4, 8, tzinfo=UTC)


@pytest.fixture
def run(database_url, monkeypatch, tmp_path):
    monkeypatch.setenv("LEADMILL_DATABASE_URL", database_url)
    monkeypatch.setenv("LEADMILL_HOME", str(tmp_path))

    async def tested(counts):
        database = Database.at(database_url, role=APP, pool_size=2)
        try:
            acme = await tenants.add(database, Vault.from_settings(StoreSettings()), "acme", {})
            async with database.tenant(acme.id) as session:
                for source, (right, wrong) in counts.items():
                    for number in range(right + wrong):
                        await _tested(session, source, arrived=number < right)
        finally:
            await database.close()

    def run(counts, *words):
        asyncio.run(tested(counts))
        result = CliRunner().invoke(leadmill.app, ["trust", "acme", *words])
        assert result.exit_code == 0, result.output
        return result.output

    return run


async def _tested(session, source, *, arrived):
    who = uuid4()
    told = Finding(
        subject_id=who, field="email", value="a@x.example", provider=source, evidence="t", confidence=0.9,
        cost_usd=Decimal(0), found_at=NOW,
    )  # fmt: skip
    await findings.save(session, [told])
    await mail.save(
        session, [MailOutcome(contact_id=who, email="a@x.example", arrived=arrived, why="t", at=NOW)]
    )


def test_how_right_each_source_was_is_listed_and_who_is_checked_from_now_on(run):
    told = run({"apollo": (3, 0), "hunter": (1, 4)})
    rows = {line.split()[1]: line for line in told.splitlines() if "whose address" in line}
    assert "0.91" in rows["apollo"]
    assert "0.76 (checked)" in rows["hunter"]


def test_programs_get_the_same_as_json(run):
    told = [json.loads(line) for line in run({"apollo": (3, 1)}, "--json").splitlines()]
    assert told == [{"source": "apollo", "claim": "email", "right": 3, "wrong": 1, "trust": 0.875}]


def test_where_nothing_was_tested_it_is_said_what_would_test_it(run):
    assert "leadmill bounces" in run({})
