"""What people do with leads on the command line."""

import asyncio
import json
from uuid import uuid4

import pytest
from typer.testing import CliRunner

import leadmill
from tenants.secrets import Vault
from tenants.settings import StoreSettings
from tenants.store import judgements, tenants
from tenants.store.rls import APP
from tenants.store.session import Database
from tests.tenants.store.rows import add_leads, score


@pytest.fixture
def scored(database_url, monkeypatch, tmp_path):
    """An installation of this test's own, whose tenant has two scored leads: the ids of the better and the worse."""
    monkeypatch.setenv("LEADMILL_DATABASE_URL", database_url)
    monkeypatch.setenv("LEADMILL_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")

    async def prepare():
        database = Database.at(database_url, role=APP, pool_size=1)
        try:
            acme = await tenants.add(database, Vault.from_settings(StoreSettings()), "acme", {})
            async with database.tenant(acme.id) as session:
                new = await add_leads(session, 2)
                given = zip(new, (60, 30), "BC", strict=True)
                await judgements.save(session, [score(one, points, tier=tier) for one, points, tier in given])
        finally:
            await database.close()
        return [one.id for one in new]

    return asyncio.run(prepare())


def answer(*words, status=0):
    result = CliRunner().invoke(leadmill.app, words)
    assert result.exit_code == status, result.output or result.exception
    return result.output


def ranked():
    lines = answer("pipeline", "acme", "--json").splitlines()
    return [(one["lead_id"], one["score"], one["tier"], one["pinned_by"]) for one in map(json.loads, lines)]


def test_a_pinned_lead_leads_the_pipeline_until_it_is_unpinned(scored, monkeypatch):
    monkeypatch.setenv("LOGNAME", "ann")
    better, worse = map(str, scored)
    before = ranked()
    assert before == [(better, 60, "B", None), (worse, 30, "C", None)]
    assert "100 points, tier A" in answer("lead", "pin", "acme", worse, "A", "--reason", "their CEO called")
    assert ranked() == [(worse, 100, "A", "ann"), (better, 60, "B", None)]
    assert "pinned by ann" in answer("pipeline", "acme")
    assert "tier C" in answer("lead", "pin", "acme", worse, "44", "--reason", "less than that")
    assert ranked() == [(better, 60, "B", None), (worse, 44, "C", "ann")]
    assert "model's score again" in answer("lead", "unpin", "acme", worse)
    assert "was not pinned" in answer("lead", "unpin", "acme", worse)
    assert ranked() == before


@pytest.mark.parametrize("what", ["E", "101", "much"])
def test_what_is_no_score_is_refused(scored, what):
    said = answer("lead", "pin", "acme", str(scored[0]), what, "--reason", "because", status=2)
    assert "neither A, B, C or D" in said


def test_a_lead_that_is_not_there_is_named(scored):
    nobody = str(uuid4())
    result = CliRunner().invoke(leadmill.app, ("lead", "pin", "acme", nobody, "A", "--reason", "because"))
    assert result.exit_code != 0
    assert nobody in str(result.exception)
