"""Whom a tenant leaves alone, on the command line, with the simulated HubSpot."""

import asyncio
import json

import pytest
from typer.testing import CliRunner

import leadmill
from actors.simulator.launch import launch
from tenants.secrets import Vault
from tenants.settings import StoreSettings
from tenants.store import audit, tenants
from tenants.store.rls import APP
from tenants.store.session import Database
from tests.actors.engine.mills import add_tenant


@pytest.fixture
def installation(database_url, monkeypatch, tmp_path):
    """The command line of an installation, and what a function of its database gives."""
    monkeypatch.setenv("LEADMILL_DATABASE_URL", database_url)
    monkeypatch.setenv("LEADMILL_HOME", str(tmp_path))

    def run(*words):
        result = CliRunner().invoke(leadmill.app, [str(word) for word in words])
        told = result.exception is None or isinstance(result.exception, SystemExit)
        return result.exit_code, result.output if told else str(result.exception)

    def within(work):
        async def go():
            database = Database.at(database_url, role=APP, pool_size=2)
            try:
                return await work(database, Vault.from_settings(StoreSettings()))
            finally:
                await database.close()

        return asyncio.run(go())

    return run, within


def values(run):
    return [
        (row["value"], row["reason"], row["source"])
        for row in map(json.loads, run("exclusions", "list", "acme", "--json")[1].splitlines())
    ]


def test_people_exclude_by_hand_and_take_it_back_and_both_are_in_the_audit(installation):
    run, within = installation
    acme = within(add_tenant)
    assert run("exclusions", "list", "acme") == (0, "Nobody is excluded.\n")
    assert run("exclusions", "add", "acme", "https://www.Rival.com", "--reason", "partner") == (
        0,
        "rival.com is left alone: partner\n",
    )
    assert run("exclusions", "add", "acme", "Ann@x.com", "--reason", "do not contact")[0] == 0
    assert values(run) == [
        ("rival.com", "partner", "by hand"),
        ("ann@x.com", "do not contact", "by hand"),
    ]
    assert "partner" in run("exclusions", "list", "acme")[1]
    assert run("exclusions", "remove", "acme", "rival.com") == (
        0,
        "rival.com is no longer excluded by hand\n",
    )
    assert run("exclusions", "remove", "acme", "rival.com") == (1, "rival.com was not excluded by hand")
    assert [value for value, _, _ in values(run)] == ["ann@x.com"]

    async def acts(database, _):
        async with database.tenant(acme.id) as session:
            return [(row["act"], row["subject"]) for row in await audit.recent(session)]

    assert within(acts) == [("include", "rival.com"), ("exclude", "ann@x.com"), ("exclude", "rival.com")]


def test_a_crm_is_synced_and_what_was_added_by_hand_stays(installation):
    run, within = installation
    with launch(seed=7, companies=300) as simulator:
        way = {"base_url": f"{simulator.http}/hubspot", "api_key": "sim-crm"}
        within(lambda database, vault: add_tenant(database, vault, connections={"hubspot": way}))
        run("exclusions", "add", "acme", "rival.com", "--reason", "competitor")
        code, told = run("exclusions", "sync", "acme", "--json")
        assert code == 0, told
        count = json.loads(told)["hubspot"]
        assert count > 0
        again = run("exclusions", "sync", "acme")
        assert again == (0, f"hubspot excludes {count:,} companies and people\n")
    listed = run("exclusions", "list", "acme", "--limit", "100000", "--json")[1].splitlines()
    assert len(listed) == count + 1
    assert len(run("exclusions", "list", "acme", "--source", "by hand", "--json")[1].splitlines()) == 1


def test_people_see_when_a_crm_was_read_and_what_is_wrong(installation):
    run, within = installation
    within(add_tenant)
    told = run("exclusions", "status", "acme")
    assert told == (0, "No CRM is connected: add it under `connections`, then apply.\n")
    with launch(seed=7, companies=300) as simulator:
        way = {"base_url": f"{simulator.http}/hubspot", "api_key": "sim-crm"}
        within(lambda database, vault: tenants.configure(database, vault, "acme", config(hubspot=way)))
        before = json.loads(run("exclusions", "status", "acme", "--json")[1])
        assert (before["provider"], before["read_at"], before["excluded"]) == ("hubspot", None, None)
        assert before["next"] == "as soon as the mill runs"
        count = json.loads(run("exclusions", "sync", "acme", "--json")[1])["hubspot"]
        read = json.loads(run("exclusions", "status", "acme", "--json")[1])
        assert (read["excluded"], read["trouble"], read["every_hours"]) == (count, None, 6)
        assert read["next"][:2] == "20"
        way["api_key"] = "expired"
        within(lambda database, vault: tenants.configure(database, vault, "acme", config(hubspot=way)))
        assert run("exclusions", "sync", "acme")[0] == 1
    wrong = json.loads(run("exclusions", "status", "acme", "--json")[1])
    assert (wrong["excluded"], wrong["read_at"], wrong["failures"]) == (count, read["read_at"], 1)
    assert wrong["trouble"]
    assert wrong["trouble_since"] < wrong["next_at"]
    table = run("exclusions", "status", "acme")[1]
    assert all(word in table for word in ("hubspot", f"{count:,}", "since"))
    by_hand = {**config(hubspot=way), "exclusions": {"every_hours": 0}}
    within(lambda database, vault: tenants.configure(database, vault, "acme", by_hand))
    assert json.loads(run("exclusions", "status", "acme", "--json")[1])["next"] == "by hand only"


def config(**connections):
    return {"connections": connections}


def test_without_a_crm_there_is_nothing_to_sync(installation):
    run, within = installation
    within(add_tenant)
    code, told = run("exclusions", "sync", "acme")
    assert code == 1
    assert "not connected to a CRM" in told
