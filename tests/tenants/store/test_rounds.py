"""Whose round is due, and which of the tenant's leads come next in it."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from tenants.modes import EVERY_AGENT, Mode
from tenants.records import LeadProgress, Stage
from tenants.store import judgements, leads, rounds, switches, tenants
from tests.tenants.store.rows import account, contact, lead, score

NOW = datetime(2026, 3, 4, 22, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
AGENT, TOLD_BY = "watcher", ("website", "edgar")


@pytest.fixture
async def acme(database, vault):
    return await tenants.add(database, vault, "acme", {"connections": {"website": {}}})


async def due(database, now=NOW, limit=10):
    async with database.glance() as session:
        return await rounds.due(session, AGENT, TOLD_BY, now, limit)


async def take(database, tenant, now=NOW, next_at=NOW + HOUR):
    async with database.tenant(tenant.id) as session:
        return await rounds.take(session, now, next_at)


async def watch(database, tenant, tiers=("A", "B"), before=NOW - 7 * DAY, now=NOW, limit=10):
    async with database.tenant(tenant.id) as session:
        found = await rounds.watch(session, tiers, before, now, limit)
    return [one.lead_id for one in found]


async def scored(database, tenant, at, tier="A", **more):
    """A lead that was scored at this time."""
    of = account()
    person, one = contact(of), lead(of)
    async with database.tenant(tenant.id) as session:
        await leads.add_accounts(session, [of])
        await leads.save_contacts(session, [person])
        await leads.add_leads(session, [one])
        step = LeadProgress(lead_id=one.id, stage=Stage.SCORED, contact_id=person.id)
        await leads.move_leads(session, [step])
        await judgements.save(session, [score(one, 50, tier=tier)])
        await session.run("UPDATE lead SET scored_at = :at WHERE id = :id", at=at, id=one.id)
        for column, value in more.items():
            await session.run(f"UPDATE lead SET {column} = :value WHERE id = :id", value=value, id=one.id)
    return one.id


async def test_a_round_is_due_at_once_and_then_when_it_is_time(database, acme):
    assert await due(database) == [acme.id]
    assert await take(database, acme)
    assert await due(database, NOW + HOUR / 2) == []
    assert not await take(database, acme, NOW + HOUR / 2)
    assert await due(database, NOW + HOUR) == [acme.id]
    assert await take(database, acme, NOW + HOUR, NOW + 2 * HOUR)


async def test_of_many_who_take_a_round_one_has_it(database, acme):
    assert sum(await asyncio.gather(*(take(database, acme) for _ in range(5)))) == 1


async def test_who_is_connected_to_nobody_who_tells_or_wants_none_has_no_round(database, vault, acme):
    await tenants.add(database, vault, "other", {"connections": {"dns": {}}})
    assert await due(database) == [acme.id]
    for days, has_one in ((None, False), (0, False), (30, True)):
        await tenants.configure(database, vault, "acme", {"signals": {"every_days": days}})
        assert bool(await due(database)) == has_one
    async with database.tenant(acme.id) as session:
        await session.run("UPDATE tenant SET config = '{}' WHERE id = :id", id=acme.id)
    assert await due(database) == [acme.id]


@pytest.mark.parametrize(("agent", "is_left_alone"), [(EVERY_AGENT, True), (AGENT, True), ("crm", False)])
async def test_who_is_held_back_has_no_round(database, acme, agent, is_left_alone):
    for mode in (Mode.DRAINING, Mode.PAUSED, Mode.STOPPED):
        async with database.tenant(acme.id) as session:
            await switches.turn(session, agent, mode, by="ann")
        assert (await due(database) == []) == is_left_alone
    async with database.tenant(acme.id) as session:
        await switches.turn(session, agent, Mode.ON, by="ann")
    assert await due(database) == [acme.id]
    async with database.system() as session:
        await switches.stop_everything(session, by="ann", reason="bills")
    assert await due(database) == []


async def test_the_longest_overdue_comes_first(database, vault, acme):
    await take(database, acme, next_at=NOW + 2 * HOUR)
    other = await tenants.add(database, vault, "other", {"connections": {"edgar": {}}})
    await take(database, other, next_at=NOW + HOUR)
    new = await tenants.add(database, vault, "new", {"connections": {"website": {}}})
    assert await due(database, NOW + DAY) == [new.id, other.id, acme.id]
    assert await due(database, NOW + DAY, limit=1) == [new.id]


async def test_leads_come_in_turn_the_longest_ago_first_and_then_not_before_their_time(database, acme):
    young = await scored(database, acme, NOW - 2 * DAY)
    old = await scored(database, acme, NOW - 20 * DAY)
    older = await scored(database, acme, NOW - 30 * DAY, tier="B")
    edge = await scored(database, acme, NOW - 7 * DAY)
    assert await watch(database, acme, limit=2) == [older, old]
    assert await watch(database, acme) == [edge]
    assert await watch(database, acme) == []
    later = NOW + 6 * DAY
    assert await watch(database, acme, before=later - 7 * DAY, now=later) == [young]
    later = NOW + 7 * DAY
    again = await watch(database, acme, before=later - 7 * DAY, now=later)
    assert sorted(again) == sorted([older, old, edge])


async def test_only_scored_leads_of_these_tiers_that_go_on_are_watched(database, acme):
    at = NOW - 20 * DAY
    wanted = await scored(database, acme, at)
    await scored(database, acme, at, tier="D")
    await scored(database, acme, at, stage="contactable")
    await scored(database, acme, at, contact_id=None)
    await scored(database, acme, at, duplicate_of=uuid4())
    assert await watch(database, acme) == [wanted]
    assert await watch(database, acme, tiers=()) == []


async def test_a_lead_that_is_being_changed_waits_for_the_next_round_and_holds_up_nobody(database, acme):
    one, other = [await scored(database, acme, NOW - days * DAY) for days in (30, 20)]
    async with database.tenant(acme.id) as session:
        await session.run("UPDATE lead SET hold = NULL WHERE id = :id", id=one)
        assert await watch(database, acme) == [other]
    assert await watch(database, acme) == [one]


async def test_another_tenants_leads_are_its_own(database, vault, acme):
    await scored(database, acme, NOW - 20 * DAY)
    other = await tenants.add(database, vault, "other", {})
    assert await watch(database, other) == []
