"""The error queue on the command line."""

import asyncio
import json
from uuid import UUID

import pytest
from typer.testing import CliRunner

import leadmill
from tenants.records import RunStatus
from tenants.secrets import Vault
from tenants.settings import StoreSettings
from tenants.store import letters, runs, tenants
from tenants.store.columns import to_json
from tenants.store.rls import APP
from tenants.store.session import Database
from tests.tenants.store.rows import end, start

ERROR = to_json(
    {"class": "QuestionRefused", "message": "'x' is no domain", "kind": "data", "provider": "apollo"}
)
LEAD, ACCOUNT = "0a0a0a0a-0000-4000-8000-000000000001", "0a0a0a0a-0000-4000-8000-000000000002"
INPUT = {
    "lead_id": LEAD,
    "account_id": ACCOUNT,
    "account": {"name": "Acme", "domain": "x"},
    "source": "test",
    "icp_version": 1,
}


@pytest.fixture
def failed(database_url, monkeypatch, tmp_path):
    """The ids of two failed runs of the tenant acme, in an installation of this test's own."""
    monkeypatch.setenv("LEADMILL_DATABASE_URL", database_url)
    monkeypatch.setenv("LEADMILL_HOME", str(tmp_path))

    async def prepare():
        database = Database.at(database_url, role=APP, pool_size=1)
        try:
            acme = await tenants.add(database, Vault.from_settings(StoreSettings()), "acme", {})
            new = [start(input=to_json(INPUT)) for _ in range(2)]
            async with database.tenant(acme.id) as session:
                await runs.open_runs(session, "enrichment", 0, new)
                ends = [
                    end(one, RunStatus.FAILED, error=ERROR, fingerprint="abc", reason="no") for one in new
                ]
                await runs.close_runs(session, ends)
            return [str(one.id) for one in new]
        finally:
            await database.close()

    return asyncio.run(prepare())


def answer(*words):
    result = CliRunner().invoke(leadmill.app, words)
    assert result.exit_code == 0, result.output
    return result.stdout


def refused(*words):
    result = CliRunner().invoke(leadmill.app, words)
    assert result.exit_code != 0
    return result.output + str(result.exception)


def listed(*words):
    return [json.loads(line) for line in answer("errors", "acme", "--json", *words).splitlines()]


def test_errors_are_shown_in_groups_and_one_by_one_to_programs(failed):
    assert "abc" in answer("errors", "acme")
    assert {run["id"] for run in listed()} == set(failed)
    assert listed("--where", "provider=hunter") == []


def test_events_that_nobody_could_read_are_told_of_beside_the_errors(failed, database_url):
    assert "leadmill letters" not in answer("errors", "acme")

    async def bury_one():
        database = Database.at(database_url, role=APP, pool_size=1)
        try:
            async with database.system() as session:
                await letters.bury(
                    session, letter_id=UUID(int=1), topic="lead.sourced", lane=0, offset=7, reason="it is not JSON",
                    headers="{}", raw=b"{",
                )  # fmt: skip
        finally:
            await database.close()

    asyncio.run(bury_one())
    assert "Events that nobody could read: 1 (`leadmill letters`)" in answer("errors", "acme")


def test_a_dry_run_changes_nothing_and_a_retry_empties_the_queue(failed):
    for options, left in ((["--dry-run"], 2), ([], 0)):
        told = json.loads(answer("retry", "acme", "--all", "--where", "fingerprint=abc", "--json", *options))
        assert (len(told["eligible"]), told["refused"]) == (2, {})
        assert len(listed()) == left
    told = json.loads(answer("retry", "acme", failed[0], "--json"))
    assert told["refused"] == {"it is about to be tried again": 1}
    assert "The error queue is empty." in answer("errors", "acme")


def test_one_run_is_tried_again_with_another_input(failed, tmp_path):
    file = tmp_path / "input.json"
    file.write_text(json.dumps(INPUT | {"account": {"name": "Acme", "domain": "acme.com"}}))
    assert "1 are tried again" in answer("retry", "acme", failed[0], "--input", str(file))
    edited = next(
        run
        for line in answer("runs", "acme", "--json").splitlines()
        if (run := json.loads(line))["id"] == failed[0]
    )
    assert (edited["status"], edited["input"]["account"]["domain"]) == ("retrying", "acme.com")


@pytest.mark.parametrize("text", ["no json", "[]", '{"lead_id": 5}'])
def test_an_input_that_the_agent_could_not_read_changes_nothing(failed, tmp_path, text):
    file = tmp_path / "input.json"
    file.write_text(text)
    refused("retry", "acme", failed[0], "--input", str(file))
    assert len(listed()) == 2


def test_what_is_meant_must_be_said(failed):
    assert "name either runs or --all" in refused("retry", "acme")
    assert "name either runs or --all" in refused("retry", "acme", failed[0], "--all")
    assert "--input goes with the id of one run" in refused("retry", "acme", *failed, "--input", __file__)


def test_runs_are_resolved_and_groups_muted_and_assigned(failed):
    assert "ann looks after abc" in answer("assign", "acme", "abc", "ann")
    assert "ann" in answer("errors", "acme")
    assert "abc is muted until" in answer("mute", "acme", "abc")
    assert "muted" in answer("errors", "acme")
    assert "abc is heard of" in answer("mute", "acme", "abc", "--hours", "0")
    assert "1 resolved" in answer("resolve", "acme", failed[0], "--reason", "a test")
    assert [run["id"] for run in listed()] == [failed[1]]
