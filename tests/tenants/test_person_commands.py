"""People on the command line: what is typed is done, what is wrong is said in a sentence, no password is shown."""

import asyncio
import json

import pytest
from typer.testing import CliRunner

import leadmill
from tenants import passwords
from tenants.secrets import Vault
from tenants.settings import StoreSettings
from tenants.store import audit, sign_in, tenants
from tenants.store.rls import APP
from tenants.store.session import Database

PASSWORD = "correct horse battery"


@pytest.fixture
def within(database_url, monkeypatch, tmp_path):
    """What work over this test's database comes to."""
    monkeypatch.setenv("LEADMILL_DATABASE_URL", database_url)
    monkeypatch.setenv("LEADMILL_HOME", str(tmp_path))

    def within(work):
        async def go():
            database = Database.at(database_url, role=APP, pool_size=2)
            try:
                return await work(database)
            finally:
                await database.close()

        return asyncio.run(go())

    within(lambda database: tenants.add(database, Vault.from_settings(StoreSettings()), "acme", {}))
    return within


@pytest.fixture
def run(within):
    def run(*words, typed=f"{PASSWORD}\n"):
        result = CliRunner().invoke(leadmill.app, ["person", *map(str, words)], input=typed)
        told = result.exception is None or isinstance(result.exception, SystemExit)
        return result.exit_code, result.stdout if told else str(result.exception)

    return run


def kept_of(within, login):
    async def look(database):
        async with database.system() as session:
            return (await sign_in.candidate(session, login, b"")).password_hash

    return within(look)


def listed(run, *words):
    return [json.loads(line) for line in run("list", "--json", *words)[1].splitlines()]


def test_a_person_is_added_with_a_password_from_standard_input(run, within):
    assert run("list")[1].startswith("There is nobody")
    code, told = run("add", "Ada@Example.com", "--name", "Ada L.", "--role", "platform")
    assert (code, told) == (0, "ada@example.com is added as platform.\n")
    assert passwords.fits(PASSWORD, kept_of(within, "ada@example.com"))
    (ada,) = listed(run)
    assert (ada["login"], ada["name"]) == ("ada@example.com", "Ada L.")
    assert ada["roles"] == [{"role": "platform", "tenant": None}]
    assert "argon2" not in run("list")[1] + run("list", "--json")[1] + run("history", "--json")[1]


def test_a_bad_password_adds_nobody(run):
    for typed in ("short\n", "", "\n"):
        assert run("add", "ada", typed=typed)[1].startswith("a password has 12 to 200 letters")
    assert listed(run) == []


def test_roles_are_given_and_taken(run):
    run("add", "ada", "--role", "operator", "--tenant", "acme")
    assert run("grant", "ada", "approver", "acme") == (0, "ada is approver of acme.\n")
    assert run("grant", "ada", "approver", "acme") == (0, "ada is approver of acme already.\n")
    assert [one["role"] for one in listed(run, "--tenant", "acme")[0]["roles"]] == ["approver", "operator"]
    assert run("revoke", "ada", "operator", "acme") == (0, "ada is no longer operator of acme.\n")
    assert run("revoke", "ada", "operator", "acme")[1].startswith("ada is not operator of acme")
    assert "approver of acme" in run("list")[1]


def test_what_can_not_be_is_said_in_a_sentence(run):
    run("add", "ada")
    assert run("add", "ada")[1] == "there is somebody with the login ada already"
    assert run("grant", "ada", "viewer")[1].startswith("viewer is a role in one tenant")
    assert run("grant", "ada", "platform", "acme")[1].startswith("platform is a role in all tenants")
    assert run("grant", "ada", "viewer", "nobody")[1].startswith("no tenant is called 'nobody'")
    assert run("grant", "eve", "platform")[1].startswith("nobody has the login 'eve'")
    assert run("grant", "ada", "king")[0] == 2
    assert run("add", "bob", "--tenant", "acme")[0] == 2
    assert "is no login" in run("add", "a b")[1]


def test_somebody_is_kept_out_and_let_in_again(run):
    run("add", "ada")
    assert run("disable", "ada") == (0, "ada can no longer sign in.\n")
    assert "no, disabled" in run("list")[1]
    assert run("disable", "ada") == (0, "ada could not sign in before.\n")
    assert run("enable", "ada") == (0, "ada can sign in again.\n")


def test_another_password_takes_the_place_of_the_first(run, within):
    run("add", "ada")
    before = kept_of(within, "ada")
    assert run("password", "ada", typed="another horse battery\n")[0] == 0
    now = kept_of(within, "ada")
    assert passwords.fits("another horse battery", now)
    assert now != before


def test_whoever_is_vouched_for_elsewhere_needs_no_password(run, within):
    assert run("add", "ada@example.com", "--no-password", typed="")[0] == 0
    assert kept_of(within, "ada@example.com") is None
    assert listed(run)[0]["has_password"] is False


def test_sessions_are_shown_and_ended(run):
    run("add", "ada")
    assert run("sessions", "ada", "--json") == (0, "")
    assert run("sessions", "ada", "--end") == (0, "0 sessions of ada have ended.\n")


def test_no_password_can_be_an_argument(run):
    assert run("add", "ada", PASSWORD)[0] == 2
    assert run("password", "ada", PASSWORD)[0] == 2
    assert run("add", "ada", "--password", PASSWORD)[0] == 2


def test_what_is_done_is_written_down_with_the_name_of_the_machines_user(run, within, monkeypatch):
    monkeypatch.setattr("getpass.getuser", lambda: "root-of-here")
    run("add", "ada", "--role", "viewer", "--tenant", "acme")

    async def acts(database):
        tenant = await tenants.named(database, "acme")
        async with database.tenant(tenant.id) as session:
            return await audit.recent(session)

    assert [(act["by"], act["act"], act["detail"]) for act in within(acts)] == [
        ("root-of-here", "give role", {"role": "viewer"})
    ]
    told = [json.loads(line) for line in run("history", "--json")[1].splitlines()]
    assert [(act["by"], act["act"]) for act in told] == [
        ("root-of-here", "give role"),
        ("root-of-here", "add person"),
    ]
    assert "give role" in run("history")[1]
