from uuid import uuid4

from tenants.store import recordings, runs, tenants
from tenants.store.recordings import Recorded
from tests.tenants.store.rows import start


async def replayable(database, tenant, run_id):
    async with database.tenant(tenant.id) as session:
        return await recordings.replayable(session, run_id)


async def keep(database, tenant, *recorded):
    async with database.tenant(tenant.id) as session:
        await recordings.save(session, recorded)


async def test_a_run_comes_back_with_its_recording_and_the_configuration_of_its_time(database, vault):
    acme = await tenants.add(database, vault, "acme", {"order": ["apollo"]})
    run = start()
    async with database.tenant(acme.id) as session:
        await runs.open_runs(session, "enrichment", 0, [run])
        await session.run("UPDATE run SET versions = '{\"config\": 1}'")
    await tenants.configure(database, vault, "acme", {"order": ["hunter"]})
    assert (await replayable(database, acme, run.id)).recording is None
    await keep(database, acme, Recorded(run.id, '{"n": 1}'), Recorded(uuid4(), "{}"))
    await keep(database, acme, Recorded(run.id, '{"n": 2}'))
    found = await replayable(database, acme, run.id)
    assert (found.agent, found.recording, found.config["order"]) == ("enrichment", {"n": 2}, ["apollo"])


async def test_only_the_owner_sees_a_recording_and_the_system_knows_whose_run_it_is(database, vault):
    acme = await tenants.add(database, vault, "acme", {})
    other = await tenants.add(database, vault, "other", {})
    run = start()
    async with database.tenant(acme.id) as session:
        await runs.open_runs(session, "enrichment", 0, [run])
    await keep(database, acme, Recorded(run.id, "{}"))
    assert await replayable(database, other, run.id) is None
    async with database.system() as session:
        assert await recordings.owner(session, run.id) == acme.id
        assert await recordings.owner(session, uuid4()) is None
        assert await session.value("SELECT count(*) FROM recording") == 0
