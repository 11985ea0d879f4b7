"""What any bus promises, held over every bus. A carrier joins by a fixture that opens it and one that publishes."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from actors.bus.kafka import KafkaBus
from actors.bus.pglog import LogBus
from actors.bus.publisher import KafkaPublisher
from actors.events.envelope import Event, UnreadableEvent, Withdrawn
from tenants.records import LogEntry
from tenants.store import log, tenants
from tests.kafka.carrier import make_topic, settings_of, taken

TOPIC = "lead.sourced"


class PgLogCarrier:
    """The embedded bus: what is committed to the log is there to be read."""

    def __init__(self, database):
        self.bus = LogBus(database)
        self._database = database

    async def publish(self, tenant_id, entries):
        async with self._database.tenant(tenant_id) as session:
            await log.append(session, entries)


class KafkaCarrier:
    """Kafka: what the publisher has brought to the broker is there to be read."""

    def __init__(self, settings):
        self.bus = KafkaBus(settings)
        self._publisher = KafkaPublisher(settings)

    async def publish(self, tenant_id, entries):
        await self._publisher.publish(entries)

    async def close(self):
        await self._publisher.close()
        await self.bus.close()


@pytest.fixture(params=["pglog", pytest.param("kafka", marks=pytest.mark.kafka)])
async def carrier(request, database):
    if request.param == "pglog":
        yield PgLogCarrier(database)
        return
    settings = settings_of(request.getfixturevalue("broker"))
    await make_topic(settings, TOPIC)
    carrier = KafkaCarrier(settings)
    yield carrier
    await carrier.close()


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
    even = await taken(carrier.bus, TOPIC, 0, 0, 3, limit=100)
    assert numbers(even) == [0, 2, 4]
    assert [delivery.offset for delivery in even] == [0, 1, 2]
    assert numbers(await taken(carrier.bus, TOPIC, 1, 0, 3, limit=100)) == [1, 3, 5]


async def test_the_same_comes_again_from_the_same_offset_and_no_more_than_asked_for(carrier, acme):
    await carrier.publish(acme.id, [entry(acme, 0, number) for number in range(5)])
    first = await taken(carrier.bus, TOPIC, 0, 2, 2, limit=2)
    assert numbers(first) == [2, 3]
    assert await taken(carrier.bus, TOPIC, 0, 2, 2, limit=2) == first
    assert numbers(await taken(carrier.bus, TOPIC, 0, 0, 5)) == [0, 1, 2, 3, 4]


async def test_where_there_is_nothing_yet_nothing_comes(carrier, acme):
    assert await carrier.bus.read(TOPIC, 0, 0, 10) == []
    await carrier.publish(acme.id, [entry(acme, 0, 0)])
    await taken(carrier.bus, TOPIC, 0, 0, 1)
    assert await carrier.bus.read(TOPIC, 0, 1, 10) == []
    await carrier.publish(acme.id, [entry(acme, 0, 1)])
    assert numbers(await taken(carrier.bus, TOPIC, 0, 1, 1)) == [1]


async def test_what_can_not_be_read_is_handed_over_as_such_and_stands_in_nobodys_way(carrier, acme):
    await carrier.publish(
        acme.id, [entry(acme, 0, 0), entry(acme, 0, 1, '{"lead_id": 7}'), entry(acme, 0, 2)]
    )
    good, bad, after = await taken(carrier.bus, TOPIC, 0, 0, 3)
    assert isinstance(bad.event, UnreadableEvent)
    assert "lead_id" in str(bad.event)
    assert bad.raw == b'{"lead_id": 7}'
    assert numbers([good, after]) == [0, 2]


async def test_an_event_keeps_its_id_tenant_and_source(carrier, acme):
    sent = entry(acme, 0, 0)
    await carrier.publish(acme.id, [sent])
    event = (await taken(carrier.bus, TOPIC, 0, 0, 1))[0].event
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
    ours, other = await taken(carrier.bus, TOPIC, 0, 0, 2)
    assert ours.event.type == TOPIC
    assert "this is version 2" in str(other.event)
    assert other.raw == sent[1].data.encode()


async def test_what_was_published_at_once_stays_in_order_however_it_is_spread(carrier, acme):
    sent = [entry(acme, number % 3, number) for number in range(1_500)]
    for start in range(0, len(sent), 700):
        await carrier.publish(acme.id, sent[start : start + 700])
    for lane in range(3):
        found = await taken(carrier.bus, TOPIC, lane, 0, 500, limit=64)
        assert [delivery.event.id for delivery in found] == [one.event_id for one in sent if one.lane == lane]


async def test_words_in_any_script_and_times_to_the_microsecond_come_as_they_were_said(carrier, acme):
    time = datetime(2026, 3, 1, 9, 30, 0, 123_456, tzinfo=UTC)
    sent = replace(entry(acme, 0, 0), source="/büro/東京 %41", subject="ein Lead, 100 % wahr, %2F", time=time)
    await carrier.publish(acme.id, [sent])
    event = (await taken(carrier.bus, TOPIC, 0, 0, 1))[0].event
    assert (event.source, event.subject, event.time) == (sent.source, sent.subject, time)
    assert event.id == sent.event_id


class TestOfTheLogAlone:
    """What the log can do, and a broker can't: take back what was said."""

    async def test_events_of_a_removed_tenant_are_withdrawn_and_the_offsets_stay(self, database, vault, acme):
        carrier = PgLogCarrier(database)
        other = await tenants.add(database, vault, "other", {})
        await carrier.publish(acme.id, [entry(acme, 0, 0)])
        await carrier.publish(other.id, [entry(other, 0, 1)])
        await tenants.remove(database, "acme")
        gone, there = await carrier.bus.read(TOPIC, 0, 0, 10)
        assert isinstance(gone.event, Withdrawn)
        assert there.offset == 1


@pytest.mark.kafka
async def test_on_kafka_events_of_a_removed_tenant_stay_readable_until_retention_ends(broker, database, acme):
    """Whoever reads them finds that nobody knows the tenant, and keeps them as dead letters."""
    settings = settings_of(broker)
    await make_topic(settings, TOPIC)
    carrier = KafkaCarrier(settings)
    sent = entry(acme, 0, 0)
    await carrier.publish(acme.id, [sent])
    await tenants.remove(database, "acme")
    (found,) = await taken(carrier.bus, TOPIC, 0, 0, 1)
    assert found.event.tenant_id == sent.tenant_id
    await carrier.close()
