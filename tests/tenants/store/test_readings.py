"""When CRMs are due, and that only one reads each at a time."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from tenants.modes import EVERY_AGENT, Mode
from tenants.policies import ProviderConnection
from tenants.store import connections, readings, switches, tenants
from tenants.store.readings import Due

CRMS = ("hubspot", "salesforce")
NOW = datetime(2026, 3, 4, 22, 0, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
async def acme(database, vault):
    return await tenants.add(database, vault, "acme", {"connections": {"hubspot": {}, "dns": {}}})


async def due(database, now=NOW, limit=10):
    async with database.glance() as session:
        return await readings.due(session, CRMS, now, limit)


async def within(database, tenant, function, *given):
    async with database.tenant(tenant.id) as session:
        return await function(session, *given)


async def take(database, tenant, now=NOW, every_hours=6, provider="hubspot"):
    one = Due(tenant.id, provider, every_hours)
    return await within(database, tenant, readings.take, one, uuid4(), now, 60.0)


async def listed(database, tenant, now=NOW):
    return {one.provider: one for one in await within(database, tenant, readings.listed, CRMS, now)}


async def test_a_crm_is_due_when_it_is_connected_and_again_so_many_hours_after_it_was_read(database, acme):
    assert await due(database) == [Due(acme.id, "hubspot", 6)]
    one = (await listed(database, acme))["hubspot"]
    assert (one.read_at, one.excluded, one.next_at, one.trouble) == (None, None, None, None)
    claim = await take(database, acme)
    assert await within(database, acme, readings.was_read, claim, 12, NOW + MINUTE)
    assert await due(database, NOW + MINUTE + 6 * HOUR - timedelta(seconds=1)) == []
    assert await due(database, NOW + MINUTE + 6 * HOUR) == [Due(acme.id, "hubspot", 6)]
    one = (await listed(database, acme))["hubspot"]
    assert (one.read_at, one.excluded, one.next_at) == (NOW + MINUTE, 12, NOW + MINUTE + 6 * HOUR)
    assert not one.is_under_way


async def test_how_often_is_the_configurations_word_at_once(database, vault, acme):
    await within(database, acme, readings.was_read, await take(database, acme), 1, NOW)
    for hours, is_due in ((1, True), (24, False), (None, False), (0, False)):
        await tenants.configure(database, vault, "acme", {"exclusions": {"every_hours": hours}})
        assert bool(await due(database, NOW + 2 * HOUR)) == is_due
    assert await due(database, NOW + 10_000 * HOUR) == []
    assert (await listed(database, acme))["hubspot"].every_hours == 0


async def test_a_configuration_that_is_older_than_the_key_is_read_as_usual(database, acme):
    async with database.tenant(acme.id) as session:
        await session.run("UPDATE tenant SET config = '{}' WHERE id = :id", id=acme.id)
    assert await due(database) == [Due(acme.id, "hubspot", 6)]


async def test_only_one_has_a_crm_until_the_claim_ends_and_the_late_one_changes_nothing(database, acme):
    first = await take(database, acme)
    assert await take(database, acme) is None
    assert await due(database) == []
    assert (await listed(database, acme))["hubspot"].is_under_way
    assert await within(database, acme, readings.go_on, first, NOW + MINUTE / 2, 60.0)
    assert await due(database, NOW + MINUTE) == []
    later = NOW + 2 * MINUTE
    assert await due(database, later) == [Due(acme.id, "hubspot", 6)]
    second = await take(database, acme, later)
    assert not await within(database, acme, readings.go_on, first, later, 60.0)
    assert not await within(database, acme, readings.was_read, first, 5, later)
    assert not await within(database, acme, readings.went_wrong, first, "no", later, later)
    assert not await within(database, acme, readings.let_go, first)
    assert (await listed(database, acme, later))["hubspot"].is_under_way
    assert await within(database, acme, readings.was_read, second, 7, later)
    assert (await listed(database, acme, later))["hubspot"].excluded == 7


async def test_whoever_heard_late_that_it_was_due_does_not_read_it_once_more(database, acme):
    await within(database, acme, readings.was_read, await take(database, acme), 1, NOW)
    assert await take(database, acme, NOW + MINUTE) is None


async def test_a_person_takes_over_whoever_reads_it(database, acme):
    first = await take(database, acme)
    mine = await within(database, acme, readings.take_over, "hubspot", uuid4(), NOW, 60.0)
    assert not await within(database, acme, readings.was_read, first, 1, NOW)
    assert await within(database, acme, readings.was_read, mine, 2, NOW)


async def test_what_was_given_back_is_due_as_before(database, acme):
    claim = await take(database, acme)
    assert await within(database, acme, readings.let_go, claim)
    assert await due(database) == [Due(acme.id, "hubspot", 6)]


async def test_trouble_is_kept_since_it_began_and_gone_once_all_was_read(database, acme):
    for failures in range(3):
        now = NOW + failures * HOUR
        claim = await take(database, acme, now)
        assert claim.failures == failures
        await within(database, acme, readings.went_wrong, claim, f"no {failures}", now, now + MINUTE)
        assert await due(database, now) == []
        assert await due(database, now + MINUTE) == [Due(acme.id, "hubspot", 6)]
    one = (await listed(database, acme))["hubspot"]
    assert (one.trouble, one.trouble_since, one.failures) == ("no 2", NOW, 3)
    assert one.next_at == NOW + 2 * HOUR + MINUTE
    later = NOW + 3 * HOUR
    await within(database, acme, readings.was_read, await take(database, acme, later), 4, later)
    one = (await listed(database, acme))["hubspot"]
    assert (one.trouble, one.trouble_since, one.failures, one.excluded) == (None, None, 0, 4)
    assert one.next_at == later + 6 * HOUR


async def test_another_key_is_tried_at_once(database, vault, acme):
    now = datetime.now(UTC)
    claim = await take(database, acme, now)
    await within(database, acme, readings.went_wrong, claim, "key refused", now, now + 6 * HOUR)
    assert await due(database, now + MINUTE) == []
    async with database.tenant(acme.id) as session:
        await connections.save(session, vault, "dns", ProviderConnection())
    assert await due(database, now + MINUTE) == []
    async with database.tenant(acme.id) as session:
        await connections.save(session, vault, "hubspot", ProviderConnection(api_key="new"))
    assert await due(database, now + MINUTE) == [Due(acme.id, "hubspot", 6)]
    assert (await listed(database, acme))["hubspot"].trouble == "key refused"


async def test_who_is_held_back_as_a_whole_is_left_alone_and_everybody_while_all_is_stopped(database, acme):
    async def switch(agent, mode):
        await within(database, acme, lambda session: switches.turn(session, agent, mode, by="ann"))

    await switch("lead_source", Mode.PAUSED)
    assert len(await due(database)) == 1
    for mode in (Mode.DRAINING, Mode.PAUSED, Mode.STOPPED):
        await switch(EVERY_AGENT, mode)
        assert await due(database) == []
    await switch(EVERY_AGENT, Mode.ON)
    async with database.system() as session:
        await switches.stop_everything(session, by="ann", reason="bills")
    assert await due(database) == []
    async with database.system() as session:
        await switches.go_on(session, by="ann")
    assert len(await due(database)) == 1


async def test_the_longest_overdue_comes_first_and_new_ones_before_all(database, vault, acme):
    for name, hours in (("b", 9), ("c", 12)):
        other = await tenants.add(database, vault, name, {"connections": {"salesforce": {}}})
        at = NOW - hours * HOUR
        claim = await take(database, other, at, provider="salesforce")
        await within(database, other, readings.was_read, claim, 1, at)
    found = await due(database)
    async with database.glance() as session:
        names = {one.id: one.name for one in await tenants.everyone(session)}
    assert [names[one.tenant_id] for one in found] == ["acme", "c", "b"]
    assert found[:2] == await due(database, limit=2)


async def test_a_tenant_that_was_removed_meanwhile_is_not_read(database, acme):
    await tenants.remove(database, "acme")
    assert await due(database) == []
    assert await take(database, acme) is None


async def test_another_tenants_readings_are_its_own(database, vault, acme):
    other = await tenants.add(database, vault, "other", {"connections": {"hubspot": {}}})
    claim = await take(database, acme)
    assert not await within(database, other, readings.was_read, claim, 1, NOW)
    assert not (await listed(database, other))["hubspot"].is_under_way
