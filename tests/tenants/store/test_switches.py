from datetime import timedelta
from uuid import uuid4

import pytest

from tenants.modes import EVERY_AGENT, HOLD_EVENTS, Mode
from tenants.store import audit, runs, switches, tenants
from tests.tenants.store.rows import start


async def modes(database, *ids):
    async with database.system() as session:
        return await switches.modes(session, ids)


async def turn(database, tenant, agent, mode, **more):
    async with database.tenant(tenant.id) as session:
        return await switches.turn(session, agent, mode, by="ann", **more)


async def held(database, tenant, agent, count=1):
    """Runs of an agent that came while it was not at work."""
    starts = [start() for _ in range(count)]
    async with database.tenant(tenant.id) as session:
        await runs.open_runs(session, agent, 0, starts)
        kept = await runs.hold_back(session, agent, [run.id for run in starts], HOLD_EVENTS)
    assert kept == {run.id for run in starts}
    return kept


async def due(database, agent):
    async with database.system() as session:
        return {run.id for run in await runs.take_due(session, agent, 0, 10, 60.0)}


@pytest.fixture
async def acme(database, vault):
    return await tenants.add(database, vault, "acme", {})


async def test_an_agent_without_a_switch_is_on_and_each_switch_is_one_tenants(database, vault, acme):
    other = await tenants.add(database, vault, "other", {})
    assert await modes(database, acme.id, other.id) == {}
    await turn(database, acme, "scoring", Mode.PAUSED)
    await turn(database, other, "enrichment", Mode.STOPPED)
    assert await modes(database, acme.id, other.id) == {
        (acme.id, "scoring"): Mode.PAUSED,
        (other.id, "enrichment"): Mode.STOPPED,
    }
    assert await modes(database, acme.id, uuid4()) == {(acme.id, "scoring"): Mode.PAUSED}
    await turn(database, acme, "scoring", Mode.ON)
    assert await modes(database, acme.id) == {}


async def test_switching_on_sets_free_what_was_held_for_this_agent_and_says_how_much(database, acme):
    for agent in ("scoring", "enrichment"):
        assert await turn(database, acme, agent, Mode.DRAINING) == 0
    for_scoring = await held(database, acme, "scoring", 2)
    await held(database, acme, "enrichment")
    assert await turn(database, acme, "scoring", Mode.PAUSED) == 0
    assert await turn(database, acme, "scoring", Mode.ON) == 2
    assert await turn(database, acme, "scoring", Mode.ON) == 0
    assert await due(database, "scoring") == for_scoring
    assert await due(database, "enrichment") == set()


async def test_of_two_switches_over_one_agent_both_must_be_on(database, acme):
    await turn(database, acme, EVERY_AGENT, Mode.PAUSED, reason="audit")
    await turn(database, acme, "scoring", Mode.PAUSED)
    await held(database, acme, "scoring")
    kept = await held(database, acme, "enrichment")
    async with database.tenant(acme.id) as session:
        standing = await switches.standing(session)
    assert {agent: (row["mode"], row["held"], row["reason"]) for agent, row in standing.items()} == {
        EVERY_AGENT: ("paused", 2, "audit"),
        "scoring": ("paused", 1, None),
    }
    assert await turn(database, acme, EVERY_AGENT, Mode.ON) == 1
    assert await due(database, "enrichment") == kept
    assert await turn(database, acme, "scoring", Mode.ON) == 1


async def test_stopping_everything_holds_every_tenants_work_until_it_goes_on(database, vault, acme):
    other = await tenants.add(database, vault, "other", {})
    await turn(database, other, "scoring", Mode.PAUSED)
    async with database.system() as session:
        assert await switches.halted(session) is None
        await switches.stop_everything(session, by="ann", reason="strange bills")
        with pytest.raises(ValueError, match="stopped already"):
            await switches.stop_everything(session, by="bob", reason="me too")
        halted = await switches.halted(session)
    assert (halted["stopped_by"], halted["reason"]) == ("ann", "strange bills")
    ours = await held(database, acme, "scoring")
    await held(database, other, "scoring")
    assert await turn(database, acme, "scoring", Mode.ON) == 0
    async with database.system() as session:
        assert await switches.go_on(session, by="bob") == 1
        with pytest.raises(ValueError, match="not everything is stopped"):
            await switches.go_on(session, by="bob")
        assert await switches.halted(session) is None
    assert await due(database, "scoring") == ours
    assert await turn(database, other, "scoring", Mode.ON) == 1


async def test_a_pause_with_an_end_is_over_by_itself(database, acme):
    async with database.system() as session:
        now = await session.value("SELECT now()")
    await turn(database, acme, "scoring", Mode.PAUSED, until=now + timedelta(hours=1))
    await turn(database, acme, "enrichment", Mode.STOPPED, until=now - timedelta(seconds=1))
    await held(database, acme, "scoring")
    kept = await held(database, acme, "enrichment")
    async with database.system() as session:
        assert await switches.end_pauses(session) == 1
        assert await switches.end_pauses(session) == 0
    assert await modes(database, acme.id) == {(acme.id, "scoring"): Mode.PAUSED}
    assert await due(database, "enrichment") == kept


async def test_who_turned_a_switch_and_why_is_in_the_audit(database, acme):
    await turn(database, acme, "scoring", Mode.DRAINING, reason="new model")
    async with database.tenant(acme.id) as session:
        (row,) = await audit.recent(session)
    assert (row["by"], row["act"], row["subject"]) == ("ann", "agent draining", "agent=scoring")
    assert row["detail"]["reason"] == "new model"
