"""Approvals on the command line."""

import asyncio
import json
from datetime import UTC, datetime
from decimal import Decimal
from uuid import uuid4

import pytest
from typer.testing import CliRunner

import leadmill
from actors.core.effects import EnrolContact
from actors.core.outcome import Act, Done
from actors.engine import holding
from tenants.approvals import ActKind, ApprovalPolicy
from tenants.secrets import Vault
from tenants.settings import StoreSettings
from tenants.store import approvals, tenants
from tenants.store.rls import APP
from tenants.store.session import Database
from tests.actors.engine.mills import add_tenant, ask_for, run_until
from tests.fakes.works import open_fake_works


@pytest.fixture
def waiting(database_url, monkeypatch, tmp_path):
    """An installation of this test's own, where two lists of the tenant acme wait for a person."""
    monkeypatch.setenv("LEADMILL_DATABASE_URL", database_url)
    monkeypatch.setenv("LEADMILL_HOME", str(tmp_path))

    async def prepare():
        database = Database.at(database_url, role=APP, pool_size=4)
        vault = Vault.from_settings(StoreSettings())
        try:
            async with open_fake_works(database, vault, commit_linger_s=0.01) as works:
                acme = await add_tenant(database, vault, approvals={"source_above": 1})
                for prefix in ("first", "second"):
                    await ask_for(works, acme, 2, prefix)

                async def both():
                    async with database.tenant(acme.id) as session:
                        return await session.value("SELECT count(*) FROM approval") == 2

                await run_until(works, both)
        finally:
            await database.close()

    asyncio.run(prepare())
    return listed()


def answer(*words):
    result = CliRunner().invoke(leadmill.app, words)
    assert result.exit_code == 0, result.output
    return result.stdout


def refused(*words):
    result = CliRunner().invoke(leadmill.app, words)
    assert result.exit_code != 0
    return result.output + str(result.exception)


def listed(status="pending"):
    return [
        json.loads(line) for line in answer("approvals", "acme", "--status", status, "--json").splitlines()
    ]


def test_what_waits_is_shown_with_its_reason_and_its_end(waiting):
    shown = answer("approvals", "acme")
    assert "2 companies" in shown
    assert all(one["id"] in shown for one in waiting)
    assert {len(one["content"]["new"]) for one in waiting} == {4}
    assert all(one["expires_at"] > one["created_at"] for one in waiting)


def test_one_is_approved_and_the_other_rejected_for_a_reason(waiting):
    assert "1 approved" in answer("approve", "acme", waiting[0]["id"])
    assert "1 rejected" in answer("reject", "acme", waiting[1]["id"], "--reason", "not now")
    assert "Nothing waits for you." in answer("approvals", "acme")
    assert [(one["id"], one["status"], one["reason"]) for one in listed("all") if one["reason"]] == [
        (waiting[1]["id"], "rejected", "not now")
    ]
    assert "1 approved" in answer("approve", "acme", waiting[0]["id"])  # pressed twice: the same answer
    assert "it is approved already" in refused("reject", "acme", waiting[0]["id"], "--reason", "no")


def test_all_of_a_kind_are_approved_together(waiting):
    assert "0 approved" in answer("approve", "acme", "--all", "--kind", "unverified_address")
    assert "2 approved" in answer("approve", "acme", "--all", "--kind", "source")
    assert listed() == []


def test_an_edit_of_other_things_is_refused_and_a_proper_one_is_kept(waiting, tmp_path):
    file = tmp_path / "content.json"
    content = waiting[0]["content"]
    content["new"][0]["name"] = "Renamed"
    file.write_text(json.dumps(content))
    assert "about other things" in refused("approve", "acme", waiting[1]["id"], "--edit", str(file))
    assert len(listed()) == 2
    answer("approve", "acme", waiting[0]["id"], "--edit", str(file))
    assert listed("edited")[0]["edited"]["new"][0]["name"] == "Renamed"


def test_what_is_meant_must_be_said(waiting):
    assert "name either approvals or --all" in refused("approve", "acme")
    assert "there is no approval" in refused("approve", "acme", "0a0a0a0a-0000-4000-8000-000000000001")
    assert "there is all, pending" in refused("approvals", "acme", "--status", "lost")


def test_who_asked_takes_it_back_and_a_complaint_is_kept(waiting, monkeypatch):
    first, second = (one["id"] for one in waiting)
    assert "only test, who asked for this" in refused("withdraw", "acme", first, "--reason", "x")
    monkeypatch.setattr("getpass.getuser", lambda: "test")
    assert "Withdrawn" in answer("withdraw", "acme", first, "--reason", "a mistake")
    assert "nothing was allowed" in refused("complain", "acme", second, "--reason", "x")
    answer("approve", "acme", second)
    assert "Noted." in answer("complain", "acme", second, "--reason", "a competitor")


def test_autonomy_shows_what_is_proved_and_is_refused_where_that_is_too_little(waiting):
    answer("approve", "acme", "--all")
    rows = {row["kind"]: row for row in map(json.loads, answer("autonomy", "acme", "--json").splitlines())}
    assert (rows["source"]["clean"], rows["source"]["decided"], rows["source"]["is_earned"]) == (2, 2, False)
    assert "has not earned it: 2 of 2" in refused("autonomy", "acme", "--grant", "source")
    answer("autonomy", "acme", "--revoke", "source", "--reason", "not yet")
    assert "not yet" in answer("autonomy", "acme")


def test_whom_an_effect_is_to_reach_is_shown(database_url, monkeypatch, tmp_path):
    monkeypatch.setenv("LEADMILL_DATABASE_URL", database_url)
    monkeypatch.setenv("LEADMILL_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "160")
    effect = EnrolContact(
        lead_id=uuid4(), contact_id=uuid4(), email="ann@acme.example", sequence="nurture", name="Ann",
        company="Acme", score=50, tier="C",
    )  # fmt: skip
    act = Act(ActKind.ENROL, "enrol in nurture")

    async def prepare():
        database = Database.at(database_url, role=APP, pool_size=1)
        try:
            acme = await tenants.add(database, Vault.from_settings(StoreSettings()), "acme", {})
            question = holding.held(
                Done(effect=effect, acts=(act,)), (act,), run_id=uuid4(), attempt=1, agent="campaign",
                lead_id=effect.lead_id, requested_by=None, policy=ApprovalPolicy(), now=datetime.now(UTC),
                cost_usd=Decimal(0),
            )  # fmt: skip
            async with database.tenant(acme.id) as session:
                await approvals.hold(session, [question])
        finally:
            await database.close()

    asyncio.run(prepare())
    shown = answer("approvals", "acme")
    assert "enrol in nurture" in shown
    assert "to ann@acme.example" in shown
