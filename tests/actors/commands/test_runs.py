"""Runs on the command line: listed, and replayed."""

import asyncio
import json

import pytest
from typer.testing import CliRunner

import leadmill
from tenants.secrets import Vault
from tenants.settings import StoreSettings
from tenants.store.rls import APP
from tenants.store.session import Database
from tests.actors.engine.mills import add_tenant, ask_for, run_to_the_end
from tests.fakes.works import open_fake_works


@pytest.fixture
def run(database_url, monkeypatch, tmp_path):
    """The command line of an installation where a lead of acme has gone all the way."""
    monkeypatch.setenv("LEADMILL_DATABASE_URL", database_url)
    monkeypatch.setenv("LEADMILL_HOME", str(tmp_path))

    async def prepare():
        database = Database.at(database_url, role=APP, pool_size=4)
        vault = Vault.from_settings(StoreSettings())
        try:
            async with open_fake_works(database, vault) as works:
                acme = await add_tenant(database, vault)
                await ask_for(works, acme, 1)
                await run_to_the_end(works, acme, 1)
        finally:
            await database.close()

    asyncio.run(prepare())

    def run(*words):
        result = CliRunner().invoke(leadmill.app, [str(word) for word in words])
        told = result.exception is None or isinstance(result.exception, SystemExit)
        return result.exit_code, result.output if told else str(result.exception)

    return run


def listed(run, *words):
    _, output = run("runs", "acme", "--json", *words)
    return {row["agent"]: row for row in map(json.loads, output.splitlines())}


def test_a_leads_journey_is_listed_across_all_agents(run):
    lead = listed(run)["scoring"]["lead_id"]
    assert set(listed(run, "--lead", lead)) == {"enrichment", "contact_finder", "scoring"}


def test_a_run_is_replayed_and_a_change_shows_what_would_differ(run, tmp_path):
    run_id = listed(run)["enrichment"]["id"]
    code, output = run("replay", run_id)
    assert code == 0
    assert "no call made" in output
    assert "The same came of it: done." in output
    changes = tmp_path / "changes.yaml"
    changes.write_text("icp:\n  employees_min: 1000\n")
    code, output = run("replay", run_id, "--with", changes)
    assert code == 0
    assert "With the changes: skipped (too few employees)" in output
    code, output = run("replay", run_id, "--with", changes, "--json")
    told = json.loads(output)
    assert (told["is_same"], told["calls"], told["before"]["ending"]) == (True, 0, "done")
    assert {"path": "ending", "before": "done", "after": "skipped"} in told["differences"]


def test_a_recording_that_was_tampered_with_is_found_out(run, database_url):
    run_id = listed(run)["enrichment"]["id"]

    async def tamper():
        database = Database.at(database_url, role=APP, pool_size=1)
        try:
            async with database.system() as session:
                tenant_id = await session.value("SELECT id FROM tenant")
            async with database.tenant(tenant_id) as session:
                await session.run(
                    "UPDATE recording SET recording = replace(recording::text, 'software', 'mining')::json"
                )
        finally:
            await database.close()

    asyncio.run(tamper())
    code, output = run("replay", run_id)
    assert code == 1
    assert "Not the same came of it as then" in output


@pytest.mark.parametrize(("text", "fault"), [("- a", "no keys and values"), ("a: [", "is no YAML")])
def test_changes_that_can_not_be_read_are_refused(run, tmp_path, text, fault):
    changes = tmp_path / "changes.yaml"
    changes.write_text(text)
    code, sentence = run("replay", listed(run)["scoring"]["id"], "--with", changes)
    assert code == 1
    assert fault in sentence
