"""The relay, turn by turn, on a real database; the bus is one that takes or refuses as it is told."""

import asyncio

import pytest

from actors.bus.base import CarrierAway, EventRefused, NotPublished
from actors.engine.relay import Relay
from actors.engine.settings import EngineSettings
from tenants.store import carriers, lanes, log, outbox, tenants
from tenants.store.carriers import KAFKA
from tenants.store.lanes import Fenced
from tests.tenants.store.rows import entry

SOURCED, ENRICHED = "lead.sourced", "lead.enriched"
READERS = {"enrichment": SOURCED}


class Bus:
    """What was published, lane by lane. `fate` may raise when it sees what is to be published."""

    def __init__(self):
        self.lanes = {}
        self.fate = lambda entries: None
        self.is_closed = False

    async def publish(self, entries):
        self.fate(entries)
        return self.take(entries)

    def take(self, entries):
        began = {}
        for one in entries:
            lane = self.lanes.setdefault((one.topic, one.lane), [])
            began.setdefault((one.topic, one.lane), len(lane))
            lane.append(one.event_id)
        return began

    async def close(self):
        self.is_closed = True


@pytest.fixture
def bus():
    return Bus()


@pytest.fixture
async def acme(database, vault):
    """A tenant of an installation that reads Kafka."""
    async with database.system() as session:
        await carriers.use(session, KAFKA, READERS)
    return await tenants.add(database, vault, "acme", {})


def relay_of(database, bus, owner="one", **settings):
    return Relay(database, bus, READERS, owner=owner, settings=EngineSettings(**settings))


async def said(database, tenant, count, *, lane=0, topic=SOURCED, **facts):
    entries = [entry(tenant.id, lane=lane, topic=topic, **facts) for _ in range(count)]
    async with database.tenant(tenant.id) as session:
        await log.append(session, entries)
    return [one.event_id for one in entries]


async def waiting(database):
    async with database.system() as session:
        return await outbox.waiting(session)


async def test_every_lane_is_published_in_order_and_only_once(database, acme, bus):
    sourced = await said(database, acme, 3)
    elsewhere = await said(database, acme, 2, lane=1)
    enriched = await said(database, acme, 1, topic=ENRICHED)
    relay = relay_of(database, bus)
    assert await relay.relay_once() == 6
    assert await relay.relay_once() == 0
    more = await said(database, acme, 1)
    assert await relay.relay_once() == 1
    assert bus.lanes == {(SOURCED, 0): sourced + more, (SOURCED, 1): elsewhere, (ENRICHED, 0): enriched}


async def test_where_the_log_itself_is_read_nothing_is_published_and_nothing_pruned(database, vault, bus):
    acme = await tenants.add(database, vault, "acme", {})
    ids = await said(database, acme, 3)
    relay = relay_of(database, bus, log_retention_s=0.001)
    assert [await relay.relay_once() for _ in range(2)] == [0, 0]
    assert bus.lanes == {}
    async with database.system() as session:
        assert [one.event_id for one in await log.read(session, SOURCED, 0, 0, 10)] == ids
        await carriers.use(session, KAFKA, READERS)
    assert await relay.relay_once() == 3


async def test_what_was_not_acknowledged_is_published_again_and_the_rest_is_not(database, acme, bus):
    sourced = await said(database, acme, 3)
    enriched = await said(database, acme, 2, topic=ENRICHED)
    relay = relay_of(database, bus)

    def doubt(entries):
        bus.take([one for one in entries if one.topic == SOURCED][:2])
        raise NotPublished("no answer", {(SOURCED, 0): 1, (ENRICHED, 0): 0})

    bus.fate = doubt
    with pytest.raises(CarrierAway, match="no answer"):
        await relay.relay_once()
    bus.fate = lambda entries: None
    assert await relay.relay_once() == 4
    assert bus.lanes == {(SOURCED, 0): [*sourced[:2], *sourced[1:]], (ENRICHED, 0): enriched}


async def test_an_event_that_the_bus_never_takes_is_kept_and_holds_up_nobody(database, acme, bus):
    ids = await said(database, acme, 4)

    def refuse(entries):
        if ids[1] in {one.event_id for one in entries}:
            bus.take(entries[:1])
            raise EventRefused("too large", {(SOURCED, 0): 1}, [entries[1]])

    bus.fate = refuse
    relay = relay_of(database, bus)
    with pytest.raises(EventRefused):
        await relay.relay_once()
    assert await relay.relay_once() == 2
    assert bus.lanes == {(SOURCED, 0): [ids[0], *ids[2:]]}
    async with database.system() as session:
        (letter,) = await session.rows(
            "SELECT topic, \"offset\", reason, headers->>'event' AS event FROM dead_letter"
        )
    assert tuple(letter.values()) == (SOURCED, 1, "not published: too large", str(ids[1]))


async def test_what_a_removed_tenant_said_is_passed_over(database, vault, acme, bus):
    gone = await tenants.add(database, vault, "gone", {})
    await said(database, gone, 2)
    kept = await said(database, acme, 1)
    await tenants.remove(database, "gone")
    relay = relay_of(database, bus)
    await relay.relay_once()
    assert bus.lanes == {(SOURCED, 0): kept}
    assert await waiting(database) == 0


async def test_of_two_relays_one_works_and_the_other_takes_over_when_it_is_gone(database, acme, bus):
    one, two = relay_of(database, bus, "one"), relay_of(database, bus, "two")
    await said(database, acme, 1)
    assert await one.relay_once() == 1
    await said(database, acme, 1)
    assert await two.relay_once() == 0
    await one.close()
    assert bus.is_closed
    assert await two.relay_once() == 1


async def test_a_relay_that_stood_still_publishes_what_others_did_and_remembers_nothing(database, acme, bus):
    ids = await said(database, acme, 2)
    slow, quick = relay_of(database, bus, "slow", lease_s=0.01), relay_of(database, bus, "quick")
    assert await slow.relay_once() == 2
    more = await said(database, acme, 1)
    slow._renewed = float("inf")  # it believes that the role is its own still
    async with asyncio.timeout(30):
        while await quick.relay_once() == 0:  # its lease has a hundredth of a second to end
            pass
    with pytest.raises(Fenced):
        await slow._remember({(SOURCED, 0): 2})
    assert bus.lanes == {(SOURCED, 0): [*ids, *more]}
    assert await waiting(database) == 0


async def test_it_goes_on_when_the_bus_is_there_again_and_ends_when_it_is_told(database, acme, bus, caplog):
    ids = await said(database, acme, 2)
    fates = ["away", "away"]

    def away(entries):
        if fates:
            raise NotPublished(fates.pop(), {})

    bus.fate = away
    stop = asyncio.Event()
    running = asyncio.create_task(relay_of(database, bus).run(stop))
    async with asyncio.timeout(30):
        while await waiting(database):  # noqa: ASYNC110 - it happens in a task of its own
            await asyncio.sleep(0.01)
    stop.set()
    await running
    assert bus.lanes == {(SOURCED, 0): ids}
    assert caplog.text.count("relay: away; again in a moment") == 2


async def test_what_is_published_leaves_the_log_after_its_time(database, acme, bus):
    await said(database, acme, 3)
    relay = relay_of(database, bus, log_retention_s=0.001)
    await relay.relay_once()
    await relay.relay_once()
    async with database.system() as session:
        assert await log.read(session, SOURCED, 0, 0, 10) == []


async def test_a_lane_that_the_bus_has_lost_is_published_from_its_beginning_and_read_there(
    database, acme, bus
):
    ids = await said(database, acme, 3)
    other = await said(database, acme, 1, topic=ENRICHED)
    relay = relay_of(database, bus)
    await relay.relay_once()
    async with database.system() as session:
        lease = await lanes.take(session, "enrichment", 0, "desk", 60)
        await lanes.advance(session, lease, 2, 60)
    bus.lanes = {}
    ids += await said(database, acme, 1)
    other += await said(database, acme, 1, topic=ENRICHED)
    with pytest.raises(Fenced, match="begin anew"):
        await relay.relay_once()
    relay._epoch = None
    assert await relay.relay_once() == 4 + 2
    assert bus.lanes == {(SOURCED, 0): [ids[3], *ids], (ENRICHED, 0): [other[1], *other]}
    async with database.system() as session:
        assert (await lanes.take(session, "enrichment", 0, "desk", 60)).next_offset == 0
