"""Groups of failures on a real database: figures, trends, and a group's runs by key."""

from uuid import uuid4

import pytest_asyncio

from tenants.records import RunStatus
from tenants.store import failure_groups, failures, runs, tenants
from tenants.store.columns import to_json
from tenants.store.failures import Which
from tests.tenants.store.rows import add_leads, end, start

DOWN = {"class": "ProviderDown", "message": "down", "kind": "transient", "provider": "apollo"}


@pytest_asyncio.fixture
async def session(database, vault):
    acme = await tenants.add(database, vault, "acme", {})
    async with database.tenant(acme.id) as session:
        yield session


async def fail(session, fingerprint="f1", *, error=DOWN, lead_id=None, age_h=0.0):
    run = start(lead_id=lead_id)
    await runs.open_runs(session, "enrichment", 0, [run])
    await runs.close_runs(
        session, [end(run, RunStatus.FAILED, error=to_json(error), fingerprint=fingerprint, reason="r")]
    )
    await session.run(
        "UPDATE run SET finished_at = now() - make_interval(secs => :age) WHERE id = :id",
        age=age_h * 3600,
        id=run.id,
    )
    return run.id


async def test_a_group_tells_how_many_runs_and_leads_when_and_what_happened_last(session):
    (lead,) = await add_leads(session, 1)
    for age_h in (0.1, 0.2, 5.5, 30):
        await fail(session, lead_id=lead.id, age_h=age_h)
    await fail(session, "f2", error={**DOWN, "message": "older"}, age_h=2)
    await fail(session, "f2", error={**DOWN, "message": "newest"}, age_h=1.5)
    first, second = await failure_groups.listed(session, Which(), slices=24, limit=10)
    assert (first["fingerprint"], first["runs"], first["leads"], first["message"]) == ("f1", 4, 1, "down")
    assert first["trend"] == {"0": 2, "5": 1}
    assert round(first["first_age_s"] / 3600) == 30
    assert (second["message"], second["leads"]) == ("newest", 0)
    narrowed = await failure_groups.listed(session, Which(fingerprint="f2"), slices=24, limit=10)
    assert [one["fingerprint"] for one in narrowed] == ["f2"]
    assert len(await failure_groups.listed(session, Which(), slices=24, limit=1)) == 1


async def test_the_queue_as_a_whole(session):
    assert (await failure_groups.standing(session, Which()))["agents"] is None
    await fail(session)
    await fail(session, "f2", error={**DOWN, "provider": "hunter"})
    ids = [await fail(session, "f3", error={"class": "ProcessDied", "message": "m"})]
    standing = await failure_groups.standing(session, Which(provider="apollo"))
    assert (standing["runs"], standing["groups"]) == (1, 1)
    assert standing["agents"] == ["enrichment"]
    assert sorted(standing["providers"]) == ["apollo", "hunter"]
    assert sorted(standing["classes"]) == ["ProcessDied", "ProviderDown"]
    assert await failure_groups.left(session) == {}
    await failures.resolve(session, Which(ids=ids), by="ann", reason="r")
    assert await failure_groups.left(session) == {"resolved": 1}


async def test_runs_of_a_group_are_read_on_by_key_the_newest_first(session):
    ids = [await fail(session, age_h=age_h) for age_h in (3, 1, 2)]
    await fail(session, "f2")
    found = await failure_groups.runs(session, "f1", after=None, skip=0, limit=2)
    assert [row["id"] for row in found] == [ids[1], ids[2]]
    rest = await failure_groups.runs(
        session, "f1", after=(found[-1]["finished_at"], found[-1]["id"]), skip=0, limit=2
    )
    assert [row["id"] for row in rest] == [ids[0]]
    assert await failure_groups.count(session, "f1") == 3
    assert await failure_groups.count(session, "f1", after=found[-1]["finished_at"]) == 1
    await failures.retry(session, Which(ids=ids[:1]), by="ann")
    again = await failure_groups.runs_by_id(session, [ids[0], uuid4()])
    assert [(row["id"], row["status"]) for row in again] == [(ids[0], "retrying")]
