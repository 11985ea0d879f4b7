"""Findings on the command line: why a value stands, and people who know better."""

import asyncio
import getpass
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


@pytest.fixture
def lead(run):
    return json.loads(run("pipeline", "acme", "--json")[1])["lead_id"]


def why(run, lead, *words):
    return [json.loads(line) for line in run("why", "acme", lead, *words, "--json")[1].splitlines()]


def employees_on_record(run):
    return json.loads(run("pipeline", "acme", "--json")[1])["account"]["employees"]


def test_each_value_says_from_whom_it_is_and_what_it_cost(run, lead):
    rows = {row["field"]: row for row in why(run, lead)}
    assert (rows["employees"]["value"], rows["employees"]["provider"]) == (63, "oracle")
    assert rows["employees"]["is_current"]
    assert rows["employees"]["evidence"] == "told"
    assert rows["first_name"]["subject"] == "contact"
    assert sum(float(row["cost_usd"]) for row in rows.values()) == pytest.approx(0.05)
    code, output = run("why", "acme", lead)
    assert code == 0
    assert "$0.0500 in all" in output
    assert [row["field"] for row in why(run, lead, "employees")] == ["employees"]


def test_what_a_person_writes_stands_and_what_was_found_is_kept_beside_it(run, lead):
    code, output = run("lead", "set", "acme", lead, "employees", "1200")
    assert (code, output.strip()) == (0, "company 0: employees is 1200.")
    assert employees_on_record(run) == 1200
    written, found = why(run, lead, "employees")
    assert (written["provider"], written["value"], written["is_current"]) == ("person", 1200, True)
    assert (found["provider"], found["value"], found["is_current"]) == ("oracle", 63, False)
    assert written["evidence"] == getpass.getuser()


def test_a_person_may_let_the_providers_value_stand_again(run, lead):
    run("lead", "set", "acme", lead, "employees", "1200")
    assert run("lead", "accept", "acme", lead, "employees", "oracle")[0] == 0
    assert employees_on_record(run) == 63
    assert [(row["provider"], row["is_current"]) for row in why(run, lead, "employees")] == [
        ("oracle", True),
        ("person", False),
    ]


def test_several_technologies_and_none_at_all_can_be_written(run, lead):
    run("lead", "set", "acme", lead, "technologies", "Python, Kafka")
    assert why(run, lead, "technologies")[0]["value"] == ["Python", "Kafka"]
    assert run("lead", "set", "acme", lead, "technologies", "")[0] == 0
    assert why(run, lead, "technologies")[0]["value"] is None


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("set", "employees", "many"), "employees: "),
        (("set", "tier", "A"), "'tier' is no field of a company that can be set"),
        (("accept", "employees", "apollo"), "apollo has found no employees of company 0"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_reason_and_changes_nothing(run, lead, words, reason):
    what, *rest = words
    before = why(run, lead)
    code, output = run("lead", what, "acme", lead, *rest)
    assert code != 0
    assert reason in output
    assert why(run, lead) == before


def test_of_a_lead_that_there_is_not_nothing_is_told(run):
    nobody = "00000000-0000-0000-0000-000000000000"
    assert "there is no lead" in run("lead", "set", "acme", nobody, "city", "Bonn")[1]
