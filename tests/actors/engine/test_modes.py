"""Agents that are drained, paused or stopped while they work."""

import asyncio

import pytest

from actors.core.errors import ProviderDown
from actors.core.questions import EnrichCompany
from tenants.modes import EVERY_AGENT, Mode
from tenants.store import runs, switches
from tests.actors.engine.mills import add_tenant, ask_for, counts_of, run_until, take_in, turns
from tests.fakes.works import Oracle, open_fake_works


class Door:
    """A provider that answers nobody while it is shut, and that may be out of order."""

    def __init__(self):
        self.open = asyncio.Event()
        self.met = 0
        self.error = None

    async def pass_through(self, question):
        if isinstance(question, EnrichCompany):
            self.met += 1
            await self.open.wait()
            if self.error is not None:
                raise self.error


@pytest.fixture
def door():
    return Door()


@pytest.fixture
async def works(database, vault, door):
    async with open_fake_works(
        database, vault, oracle=Oracle(door.pass_through), commit_linger_s=0.01
    ) as works:
        yield works


@pytest.fixture
async def acme(works, database, vault):
    acme = await add_tenant(database, vault)
    await sourced(works, acme, "first")
    return acme


async def sourced(works, tenant, prefix):
    await ask_for(works, tenant, 3, prefix)
    intake = await take_in(works, "lead_source", tenant.home_lane)
    await turns(intake, lambda: intake.counters.done == 1)
    await intake.close()


async def turn(works, tenant, mode, agent="enrichment"):
    """The switch turned, and everybody's knowledge of it a second older."""
    async with works.database.tenant(tenant.id) as session:
        freed = await switches.turn(session, agent, mode, by="ann")
    works.profiles._refreshed_at = float("-inf")
    return freed


async def statuses(database, tenant):
    async with database.tenant(tenant.id) as session:
        rows = await session.rows("SELECT status FROM run WHERE agent = 'enrichment' ORDER BY status")
    return [row["status"] for row in rows]


async def until(works, database, tenant, wanted):
    async def there():
        return await statuses(database, tenant) == wanted

    await run_until(works, there)


async def test_a_stopped_agent_gives_up_what_it_does_and_does_it_again_when_it_is_resumed(
    works, acme, database, door
):
    intake = await take_in(works, "enrichment")
    await turns(intake, lambda: door.met == 3)
    await turn(works, acme, Mode.STOPPED)
    await turns(intake, lambda: intake.in_flight == 0)
    assert await statuses(database, acme) == ["held"] * 3
    door.open.set()
    await intake.close()
    assert (await counts_of(database, acme))["enriched"] == 0
    assert await turn(works, acme, Mode.ON) == 3
    await until(works, database, acme, ["done"] * 3)
    async with database.tenant(acme.id) as session:
        assert await session.value("SELECT sum(tries) FROM provider_call") >= 3
        assert await session.value("SELECT count(*) FROM provider_call WHERE state = 'answered'") == 3


async def test_a_paused_agent_finishes_what_it_does_and_holds_the_rest(works, acme, database, door):
    door.error = ProviderDown("for a moment")
    intake = await take_in(works, "enrichment")
    await turns(intake, lambda: door.met == 3)
    await turn(works, acme, Mode.PAUSED)
    await sourced(works, acme, "second")
    door.open.set()
    await turns(intake, lambda: intake.counters.done == 3 and intake.counters.read == 6)
    await intake.close()
    assert await statuses(database, acme) == ["held"] * 3 + ["retrying"] * 3
    await until(works, database, acme, ["held"] * 6)
    door.error = None
    assert await turn(works, acme, Mode.ON) == 6
    await until(works, database, acme, ["done"] * 6)


async def test_a_draining_agent_tries_again_what_it_has_begun_and_holds_what_comes(
    works, acme, database, door
):
    door.error = ProviderDown("for a moment")
    intake = await take_in(works, "enrichment")
    await turns(intake, lambda: door.met == 3)
    await turn(works, acme, Mode.DRAINING)
    await sourced(works, acme, "second")
    door.open.set()
    await turns(intake, lambda: intake.counters.done == 3 and intake.counters.read == 6)
    await intake.close()
    door.error = None
    await until(works, database, acme, ["done"] * 3 + ["held"] * 3)
    assert await turn(works, acme, Mode.ON) == 3
    await until(works, database, acme, ["done"] * 6)


async def test_when_everything_is_stopped_no_provider_is_asked_and_nothing_is_lost(
    works, acme, database, door
):
    async with database.system() as session:
        await switches.stop_everything(session, by="ann", reason="strange bills")
    works.profiles._refreshed_at = float("-inf")
    await until(works, database, acme, ["held"] * 3)
    assert door.met == 0
    door.open.set()
    async with database.system() as session:
        assert await switches.go_on(session, by="ann") == 3
    await until(works, database, acme, ["done"] * 3)


async def test_who_pauses_all_agents_of_a_tenant_leaves_its_neighbours_alone(
    works, acme, database, vault, door
):
    door.open.set()
    other = await add_tenant(database, vault, "other")
    await turn(works, acme, Mode.PAUSED, EVERY_AGENT)
    await sourced(works, other, "theirs")
    await until(works, database, other, ["done"] * 3)
    await until(works, database, acme, ["held"] * 3)


async def test_runs_under_suspicion_are_held_too(works, acme, database, door):
    dead = await take_in(works, "enrichment")
    await dead._take_in()
    for task in dead.hand._tasks:
        task.cancel()
    await asyncio.gather(*dead.hand._tasks, return_exceptions=True)
    dead.runner.left.clear()
    heir = await take_in(works, "enrichment")
    await heir._take_in()
    assert heir.hand._suspects.waiting == 3
    met = door.met
    await turn(works, acme, Mode.STOPPED)
    await heir._stop_what_is_stopped()
    assert (heir.hand._suspects.waiting, heir.in_flight, door.met) == (0, 0, met)
    async with database.system() as session:
        assert await session.value("SELECT count(*) FROM run WHERE status = 'held'") == 3
        await runs.let_go(session)
        assert await session.value("SELECT count(*) FROM run WHERE status = 'held' AND due_at IS NULL") == 3
