"""Agents held back and let go on the command line."""

import asyncio
import json

import pytest
from typer.testing import CliRunner

import leadmill
from tenants.secrets import Vault
from tenants.settings import StoreSettings
from tenants.store import tenants
from tenants.store.rls import APP
from tenants.store.session import Database


@pytest.fixture
def run(database_url, monkeypatch, tmp_path):
    """The command line of an installation with the tenant acme."""
    monkeypatch.setenv("LEADMILL_DATABASE_URL", database_url)
    monkeypatch.setenv("LEADMILL_HOME", str(tmp_path))

    async def prepare():
        database = Database.at(database_url, role=APP, pool_size=1)
        try:
            await tenants.add(database, Vault.from_settings(StoreSettings()), "acme", {})
        finally:
            await database.close()

    asyncio.run(prepare())

    def run(*words):
        result = CliRunner().invoke(leadmill.app, words)
        return result.exit_code, result.output if result.exception is None else str(result.exception)

    return run


def modes(run):
    _, output = run("agent", "list", "acme", "--json")
    told = [json.loads(line) for line in output.splitlines()]
    return {row["agent"]: row["mode"] for row in told if row["mode"] != "on"}


def test_agents_are_paused_drained_stopped_and_resumed_one_by_one_or_all_at_once(run):
    assert modes(run) == {}
    assert run("agent", "pause", "acme", "scoring", "--reason", "new model")[0] == 0
    assert run("agent", "drain", "acme", "enrichment", "--hours", "2")[0] == 0
    assert run("agent", "stop", "acme")[0] == 0
    assert modes(run) == {"*": "stopped", "scoring": "paused", "enrichment": "draining"}
    _, table = run("agent", "list", "acme")
    assert "new model" in table
    assert "all of them" in table
    assert run("agent", "resume", "acme") == (0, "every agent is on for acme.\n")
    assert run("agent", "resume", "acme", "scoring") == (0, "scoring is on for acme.\n")
    assert modes(run) == {"enrichment": "draining"}


def test_everything_is_stopped_and_goes_on(run):
    assert run("stop", "--reason", "strange bills")[0] == 0
    code, sentence = run("stop", "--reason", "again")
    assert code == 1
    assert sentence == "everything is stopped already"
    _, table = run("agent", "list", "acme")
    assert "strange bills" in table
    assert run("resume") == (0, "Everything goes on; 0 runs were held.\n")
    assert run("resume")[0] == 1


def test_unknown_agents_and_reasons_that_are_missing_are_refused(run):
    code, sentence = run("agent", "pause", "acme", "nobody")
    assert code == 1
    assert "no agent is called 'nobody'" in sentence
    assert run("stop")[0] == 2
