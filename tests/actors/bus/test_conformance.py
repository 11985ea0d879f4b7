"""What any bus promises, held over every bus. A carrier joins by a fixture that opens it and one that publishes."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from actors.bus.pglog import LogBus
from actors.events.envelope import Event, UnreadableEvent, Withdrawn
from tenants.records import LogEntry
from tenants.store import log, tenants

TOPIC = "lead.sourced"


class PgLogCarrier:
    """The embedded bus: what is committed to the log is there to be read."""

    def __init__(self, database):
        self.bus = LogBus(database)
        self._database = database

    async def publish(self, tenant_id, entries):
        async with self._database.tenant(tenant_id) as session:
            await log.append(session, entries)


@pytest.fixture(params=[PgLogCarrier], ids=["pglog"])
def carrier(request, database):
    return request.param(database)


@pytest.fixture
async def acme(database, vault):
    return await tenants.add(database, vault, "acme", {})


def entry(tenant, lane, number, data=None):
    said = data or (
        f'{{"lead_id":"{uuid4()}","account_id":"{uuid4()}","account":{{"name":"Company {number}"}},'
        f'"source":"test","icp_version":{number}}}'
    )
    return LogEntry(TOPIC, lane, uuid4(), tenant.id, TOPIC, "/leadmill", None, datetime.now(UTC), None, said)


def numbers(deliveries):
    return [delivery.event.data.icp_version for delivery in deliveries]


async def test_events_come_in_order_without_a_gap_and_only_those_of_the_lane(carrier, acme):
    for number in range(6):
        await carrier.publish(acme.id, [entry(acme, number % 2, number)])
    even = await carrier.bus.read(TOPIC, 0, 0, 100)
    assert numbers(even) == [0, 2, 4]
    assert [delivery.offset for delivery in even] == [0, 1, 2]
    assert numbers(await carrier.bus.read(TOPIC, 1, 0, 100)) == [1, 3, 5]


async def test_the_same_comes_again_from_the_same_offset_and_no_more_than_asked_for(carrier, acme):
    await carrier.publish(acme.id, [entry(acme, 0, number) for number in range(5)])
    first = await carrier.bus.read(TOPIC, 0, 2, 2)
    assert numbers(first) == [2, 3]
    assert await carrier.bus.read(TOPIC, 0, 2, 2) == first


async def test_where_there_is_nothing_yet_nothing_comes(carrier, acme):
    assert await carrier.bus.read(TOPIC, 0, 0, 10) == []
    await carrier.publish(acme.id, [entry(acme, 0, 0)])
    assert await carrier.bus.read(TOPIC, 0, 1, 10) == []


async def test_what_can_not_be_read_is_handed_over_as_such_and_stands_in_nobodys_way(carrier, acme):
    await carrier.publish(
        acme.id, [entry(acme, 0, 0), entry(acme, 0, 1, '{"lead_id": 7}'), entry(acme, 0, 2)]
    )
    good, bad, after = await carrier.bus.read(TOPIC, 0, 0, 10)
    assert isinstance(bad.event, UnreadableEvent)
    assert "lead_id" in str(bad.event)
    assert bad.raw == b'{"lead_id": 7}'
    assert numbers([good, after]) == [0, 2]


async def test_an_event_keeps_its_id_tenant_and_source(carrier, acme):
    sent = entry(acme, 0, 0)
    await carrier.publish(acme.id, [sent])
    event = (await carrier.bus.read(TOPIC, 0, 0, 10))[0].event
    assert isinstance(event, Event)
    assert (event.id, event.tenant_id, event.source, event.time) == (
        sent.event_id,
        acme.id,
        sent.source,
        sent.time,
    )


async def test_an_event_that_names_its_version_is_of_the_same_type_and_another_version_is_unreadable(
    carrier, acme
):
    sent = [replace(entry(acme, 0, number), type=f"{TOPIC}.v{number}") for number in (1, 2)]
    await carrier.publish(acme.id, sent)
    ours, other = await carrier.bus.read(TOPIC, 0, 0, 10)
    assert ours.event.type == TOPIC
    assert "this is version 2" in str(other.event)
    assert other.raw == sent[1].data.encode()


async def test_events_of_a_removed_tenant_are_withdrawn_and_the_offsets_stay(carrier, acme, database, vault):
    other = await tenants.add(database, vault, "other", {})
    await carrier.publish(acme.id, [entry(acme, 0, 0)])
    await carrier.publish(other.id, [entry(other, 0, 1)])
    await tenants.remove(database, "acme")
    gone, there = await carrier.bus.read(TOPIC, 0, 0, 10)
    assert isinstance(gone.event, Withdrawn)
    assert there.offset == 1
