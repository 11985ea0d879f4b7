"""What went out, on the command line."""

import asyncio
import json
from uuid import UUID, uuid4

import pytest
from typer.testing import CliRunner

import leadmill
from tenants.secrets import Vault
from tenants.settings import StoreSettings
from tenants.store import effects, tenants
from tenants.store.effects import EffectEnd, EffectStart, Standing
from tenants.store.rls import APP
from tenants.store.session import Database


@pytest.fixture
def sent(database_url, monkeypatch, tmp_path):
    """An installation of this test's own, whose tenant has sent two things, and never heard of the second."""
    monkeypatch.setenv("LEADMILL_DATABASE_URL", database_url)
    monkeypatch.setenv("LEADMILL_HOME", str(tmp_path))

    async def prepare():
        database = Database.at(database_url, role=APP, pool_size=1)
        starts = [
            EffectStart(uuid4(), "EnrolContact", "sequences", uuid4(), uuid4(), "{}", uuid4())
            for _ in range(2)
        ]
        try:
            acme = await tenants.add(database, Vault.from_settings(StoreSettings()), "acme", {})
            async with database.tenant(acme.id) as session:
                await effects.begin(session, starts, claim_s=30)
                receipt = '{"reference": "e-1", "evidence": "Sequences: new"}'
                await effects.settle(
                    session,
                    [
                        EffectEnd(starts[0].id, starts[0].claim, Standing.SENT, receipt),
                        EffectEnd(starts[1].id, starts[1].claim, Standing.MAYBE_SENT, reason="no answer"),
                    ],
                )
        finally:
            await database.close()
        return starts

    return asyncio.run(prepare())


def answer(*words, status=0):
    result = CliRunner().invoke(leadmill.app, ("effects", "acme", *words))
    assert result.exit_code == status, result.output
    return result.output


def test_what_went_out_is_listed_with_what_is_known_of_it(sent):
    told = answer()
    for word in ("EnrolContact", "sent", "maybe sent", "Sequences: new", "no answer"):
        assert word in " ".join(told.split())


def test_programs_get_one_object_for_each(sent):
    rows = [json.loads(line) for line in answer("--json").splitlines()]
    assert {UUID(row["id"]): row["state"] for row in rows} == {
        sent[0].id: "sent",
        sent[1].id: "maybe_sent",
    }


def test_they_can_be_chosen_by_state_and_lead(sent):
    (row,) = [json.loads(line) for line in answer("--state", "maybe_sent", "--json").splitlines()]
    assert UUID(row["id"]) == sent[1].id
    (row,) = [json.loads(line) for line in answer("--lead", str(sent[0].lead_id), "--json").splitlines()]
    assert UUID(row["id"]) == sent[0].id
    assert answer("--state", "cannot_tell") == "There is none.\n"


def test_a_state_that_there_is_not_is_refused(sent):
    assert "maybe_sent" in answer("--state", "lost", status=2)
