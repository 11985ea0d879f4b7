"""Tokens for the scoring API, on the command line."""

import asyncio
import json

import pytest
from typer.testing import CliRunner

import leadmill
from tenants.secrets import Vault
from tenants.settings import StoreSettings
from tenants.store import tokens
from tenants.store.rls import APP
from tenants.store.session import Database
from tenants.tokens import hash_of
from tests.actors.engine.mills import add_tenant


@pytest.fixture
def installation(database_url, monkeypatch, tmp_path):
    """The command line of an installation with a tenant, and for whom a token speaks there."""
    monkeypatch.setenv("LEADMILL_DATABASE_URL", database_url)
    monkeypatch.setenv("LEADMILL_HOME", str(tmp_path))

    def run(*words):
        result = CliRunner().invoke(leadmill.app, [str(word) for word in words])
        told = result.exception is None or isinstance(result.exception, SystemExit)
        return result.exit_code, result.stdout if told else str(result.exception)

    def within(work):
        async def go():
            database = Database.at(database_url, role=APP, pool_size=2)
            try:
                return await work(database)
            finally:
                await database.close()

        return asyncio.run(go())

    async def holder(database, secret):
        async with database.glance() as session:
            return await tokens.holder(session, hash_of(secret))

    within(lambda database: add_tenant(database, Vault.from_settings(StoreSettings())))
    return run, lambda secret: within(lambda database: holder(database, secret)) is not None


def test_a_token_is_shown_once_lets_in_and_is_taken_back(installation):
    run, lets_in = installation
    assert run("token", "list", "acme") == (0, "There is no token.\n")
    code, secret = run("token", "create", "acme", "crm-sync")
    assert (code, lets_in(secret.strip())) == (0, True)
    assert secret.strip() not in run("token", "list", "acme")[1] + run("token", "list", "acme", "--json")[1]
    assert run("token", "revoke", "acme", "crm-sync") == (0, "crm-sync is revoked.\n")
    assert not lets_in(secret.strip())
    assert "no, revoked" in run("token", "list", "acme")[1]


def test_programs_are_told_the_same(installation):
    run, lets_in = installation
    made = json.loads(run("token", "create", "acme", "trial", "--days", 30, "--json")[1])
    assert lets_in(made["token"])
    (found,) = map(json.loads, run("token", "list", "acme", "--json")[1].splitlines())
    assert (found["name"], found["is_good"], found["revoked_at"]) == ("trial", True, None)
    assert found["expires_at"] is not None
    assert found["last_used_at"] is not None


def test_a_name_that_is_taken_or_unknown_is_said_to_be(installation):
    run, _ = installation
    run("token", "create", "acme", "crm-sync")
    assert run("token", "create", "acme", "crm-sync")[1].startswith("there is a token 'crm-sync' already")
    assert run("token", "revoke", "acme", "trial")[1].startswith("there is no token 'trial'")
    assert run("token", "create", "acme", "trial", "--days", "0")[0] == 2
