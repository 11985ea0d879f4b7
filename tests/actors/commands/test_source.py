"""Leads brought in on the command line: previews, what they cost, and an invented world to try it in."""

import asyncio
import json

import pytest
from typer.testing import CliRunner

import leadmill
from actors.simulator.launch import launch
from tenants.secrets import Vault
from tenants.settings import StoreSettings
from tenants.store import tenants
from tenants.store.rls import APP
from tenants.store.session import Database

SEARCHABLE = ["apollo", "companies_house", "edgar", "gleif", "hunter", "pdl", "yc"]
KEYS = {
    "apollo": "sim-a",
    "hunter": "sim-h",
    "pdl": "sim-p",
    "companies_house": "sim-c",
    "edgar": "Acme a@b.example",
}


@pytest.fixture(scope="module")
def simulator():
    with launch(seed=9, companies=3_000) as launched:
        yield launched


@pytest.fixture
def run(database_url, monkeypatch, tmp_path):
    """The command line of an installation that has the tenants `acme` says."""
    monkeypatch.setenv("LEADMILL_DATABASE_URL", database_url)
    monkeypatch.setenv("LEADMILL_HOME", str(tmp_path))

    def run(*words):
        result = CliRunner().invoke(leadmill.app, [str(word) for word in words])
        told = result.exception is None or isinstance(result.exception, SystemExit)
        return result.exit_code, result.stdout if told else str(result.exception)

    return run


@pytest.fixture
def acme(database_url, run):
    """A tenant with these connections and this ideal customer."""

    def add(connections=None, **icp):
        async def go():
            database = Database.at(database_url, role=APP, pool_size=2)
            try:
                config = {"connections": connections or {}, "icp": icp}
                await tenants.add(database, Vault.from_settings(StoreSettings()), "acme", config)
            finally:
                await database.close()

        asyncio.run(go())

    return add


def ways(simulator):
    """Connections to all that can be searched, at the simulator."""
    return {
        name: {"base_url": simulator.base_url(name)} | ({"api_key": KEYS[name]} if name in KEYS else {})
        for name in SEARCHABLE
    }


def test_a_preview_tells_what_would_come_and_costs_nothing(run, acme, simulator):
    acme(ways(simulator), countries=["GB"])
    for provider in SEARCHABLE:
        code, output = run("source", "acme", "--provider", provider, "--preview", "--json")
        assert code == 0, (provider, output)
        told = json.loads(output)
        if provider == "edgar":
            assert told["total"] == 0  # it has American companies only
            continue
        if provider != "pdl":  # which tells nothing for nothing
            assert told["sample"], provider
            assert all(one["name"] for one in told["sample"])
        if provider not in ("apollo", "pdl"):
            assert told["total"] >= len(told["sample"])
        bills = {"apollo": 0.05, "pdl": 0.10}.get(provider, 0.0)
        assert (float(told["search_usd"]) > 0) == bool(bills), provider
        assert float(told["cost_usd"]) >= float(told["search_usd"])
    assert json.loads(run("budget", "acme", "--json")[1])["spent_usd"] in (0, "0", 0.0)


def test_a_search_by_a_provider_brings_its_companies_in(run, acme, simulator):
    acme(ways(simulator), countries=["US"])
    code, output = run("source", "acme", "--provider", "yc", "--leads", 20, "--json")
    assert code == 0, output
    told = json.loads(output)
    assert (told["read"], told["sourced"]) == (20, 20)


@pytest.mark.parametrize("provider", SEARCHABLE)
def test_each_search_can_be_tried_in_an_invented_world_without_key_or_network(run, acme, provider):
    acme(countries=["US", "GB"])
    code, output = run("source", "acme", "--provider", provider, "--simulate", "--leads", 30, "--json")
    assert code == 0, output
    told = json.loads(output)
    assert told["read"] == 30
    assert told["read"] == told["sourced"] + told["duplicates"] + sum(told["rejected"].values())
    assert told["sourced"] > 0


@pytest.mark.parametrize(
    ("connections", "provider", "reason"),
    [
        ({}, "apollo", "acme is not connected to apollo: add it under `connections`"),
        ({"apollo": {}}, "apollo", "Apollo wants a key, and acme has none: add `api_key`"),
        ({}, "website", "no provider 'website' can be searched; there is apollo, companies_house"),
        ({"yc": {"base_url": "http://127.0.0.1:9"}}, "yc", "is this machine connected to the network?"),
    ],
)
def test_where_key_or_network_is_missing_one_sentence_says_so_and_nothing_is_asked_for(
    run, acme, connections, provider, reason
):
    acme(connections)
    for words in (["--preview"], []):
        code, output = run("source", "acme", "--provider", provider, *words)
        assert code != 0
        assert reason in output
        assert "\n" not in output.strip()
    assert run("runs", "acme", "--json")[1] == ""


def test_previews_belong_to_providers(run, acme, tmp_path):
    acme()
    (tmp_path / "list.csv").write_text("name\nAcme\n")
    assert run("source", "acme", tmp_path / "list.csv", "--preview")[0] == 2
    assert run("source", "acme")[0] == 2
