from uuid import uuid4

from tenants.store import runs, switches, tenants
from tests.tenants.store.rows import start


async def off(database, *ids):
    async with database.system() as session:
        return await switches.off(session, ids)


async def flip(database, tenant, agent, *, enabled):
    async with database.tenant(tenant.id) as session:
        return await switches.flip(session, agent, enabled=enabled, by="ann")


async def test_an_agent_without_a_switch_is_on_and_each_switch_is_one_tenants(database, vault):
    acme = await tenants.add(database, vault, "acme", {})
    other = await tenants.add(database, vault, "other", {})
    assert await off(database, acme.id, other.id) == set()
    await flip(database, acme, "scoring", enabled=False)
    await flip(database, other, "enrichment", enabled=False)
    assert await off(database, acme.id, other.id) == {(acme.id, "scoring"), (other.id, "enrichment")}
    assert await off(database, acme.id, uuid4()) == {(acme.id, "scoring")}
    await flip(database, acme, "scoring", enabled=True)
    assert await off(database, acme.id) == set()


async def test_switching_on_sets_free_what_was_held_for_this_agent_and_says_how_much(database, vault):
    acme = await tenants.add(database, vault, "acme", {})
    for_scoring, for_enrichment = [start() for _ in range(2)], [start()]
    for agent, starts in (("scoring", for_scoring), ("enrichment", for_enrichment)):
        async with database.tenant(acme.id) as session:
            await runs.open_runs(session, agent, 0, starts)
        assert await flip(database, acme, agent, enabled=False) == 0
        async with database.tenant(acme.id) as session:
            await runs.hold_back(session, agent, [run.id for run in starts])
    assert await flip(database, acme, "scoring", enabled=True) == 2
    assert await flip(database, acme, "scoring", enabled=True) == 0
    async with database.system() as session:
        due = await runs.take_due(session, "scoring", 0, 10, 60.0)
        assert {run.id for run in due} == {run.id for run in for_scoring}
        assert await runs.take_due(session, "enrichment", 0, 10, 60.0) == []
