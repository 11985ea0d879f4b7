"""Kafka as a bus: what one only sees with a broker that can be killed, and with records from others."""

import asyncio
import json
import logging
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from aiokafka.consumer import fetcher
from confluent_kafka import Consumer, Producer
from confluent_kafka import TopicPartition as Position
from confluent_kafka.admin import AdminClient

from actors.bus.base import CarrierAway
from actors.bus.kafka import KafkaBus
from actors.bus.publisher import KafkaPublisher, NotPublished
from actors.events.envelope import Event, UnreadableEvent
from tenants.records import LogEntry
from tests.kafka.broker import PASSWORD, USER
from tests.kafka.carrier import make_topic, publish_raw, settings_of, taken

pytestmark = pytest.mark.kafka
TOPIC = "lead.sourced"


def entry(number, lane=0):
    data = {"lead_id": str(uuid4()), "account_id": str(uuid4()), "account": {"name": "Company"}}
    data |= {"source": "test", "icp_version": number}
    now = datetime.now(UTC)
    return LogEntry(TOPIC, lane, uuid4(), uuid4(), TOPIC, "/leadmill", None, now, None, json.dumps(data))


def numbers(deliveries):
    return [delivery.event.data.icp_version for delivery in deliveries]


def foreign(number, **other):
    """An event as another service says it."""
    headers = {
        "specversion": "1.0",
        "id": str(number),
        "source": "/crm",
        "type": TOPIC,
        "tenantid": str(uuid4()),
    }
    return entry(number).data.encode(), [
        (f"ce_{name}", text.encode()) for name, text in (headers | other).items()
    ]


async def published(settings, *entries):
    publisher = KafkaPublisher(settings)
    left = list(entries)
    async with asyncio.timeout(60):
        while left:
            try:
                await publisher.publish(left)
                left = []
            except NotPublished:
                continue
    await publisher.close()


@pytest.fixture
async def opened():
    """Buses that are closed at the end."""
    made = []

    def open_bus(settings, **how):
        made.append(KafkaBus(settings, **how))
        return made[-1]

    yield open_bus
    for bus in made:
        await bus.close()


async def until(check):
    """Waits until this is so."""
    for _ in range(3_000):
        if await check():
            return
        await asyncio.sleep(0.02)
    pytest.fail("it never came to be")


async def test_poison_of_every_kind_stands_in_nobodys_way(broker, opened):
    settings = settings_of(broker)
    await make_topic(settings, TOPIC)
    good, headers = foreign(1)
    records = [
        (b"\x00\xff", [("x", b"\xfe\xff")]),
        (b'{"lead_id": 7}', headers),
        (b"x" * 2_000_000, []),
        foreign(1, type="lead.sourced.v2"),
        (None, None),
        (good, headers),
    ]
    await publish_raw(settings, TOPIC, 0, *records)
    *bad, last = await taken(opened(settings), TOPIC, 0, 0, len(records))
    assert [type(one.event) for one in bad] == [UnreadableEvent] * 5
    assert [one.raw for one in bad] == [value or b"" for value, _ in records[:-1]]
    assert bad[0].headers == (("x", b"\xfe\xff"),)
    assert "this is version 2" in str(bad[3].event)
    assert isinstance(last.event, Event)


async def test_an_event_above_the_limit_is_unreadable_and_kept(broker, opened):
    settings = settings_of(broker, max_message_bytes=1_000_000)
    await make_topic(settings, TOPIC)
    value, headers = foreign(1)
    padded = value[:-1] + b', "padding": "' + b"x" * 1_500_000 + b'"}'
    await publish_raw(settings, TOPIC, 0, (padded, headers), (value, headers))
    large, after = await taken(opened(settings), TOPIC, 0, 0, 2)
    assert "1,000,000 are the most" in str(large.event)
    assert large.raw == padded
    assert isinstance(after.event, Event)


@pytest.mark.parametrize("codec", ["gzip", "snappy", "lz4", "zstd"])
async def test_others_may_compress_what_they_send(broker, opened, codec):
    settings = settings_of(broker)
    await make_topic(settings, TOPIC)
    sent = [foreign(number) for number in range(30)]
    await publish_raw(settings, TOPIC, 0, *sent, **{"compression.type": codec, "linger.ms": 200})
    assert numbers(await taken(opened(settings), TOPIC, 0, 0, 30)) == list(range(30))


async def test_a_record_that_the_client_can_not_take_apart_is_handed_over_and_its_neighbours_come(
    broker, opened, monkeypatch
):
    """The client decodes names of headers itself; a broker takes any bytes for them."""
    settings = settings_of(broker)
    await make_topic(settings, TOPIC)
    value, headers = foreign(1)
    records = [(value, headers), (value, [*headers, ("BREAKS", b"")]), (value, headers)]
    await publish_raw(settings, TOPIC, 0, *records)

    take_apart = fetcher.PartitionRecords._consumer_record

    def breaking(self, key, record):
        if any(name == "BREAKS" for name, _ in record.headers):
            b"\xff".decode()
        return take_apart(self, key, record)

    monkeypatch.setattr(fetcher.PartitionRecords, "_consumer_record", breaking)
    before, bad, after = await taken(opened(settings), TOPIC, 0, 0, 3)
    assert "can't be taken apart" in str(bad.event)
    assert [one.offset for one in (before, bad, after)] == [0, 1, 2]
    assert isinstance(before.event, Event)
    assert isinstance(after.event, Event)


async def test_what_was_taken_back_by_its_writer_and_the_marks_of_transactions_are_left_out(broker, opened):
    settings = settings_of(broker)
    await make_topic(settings, TOPIC)

    def send():
        producer = Producer({"bootstrap.servers": broker, "transactional.id": uuid4().hex})
        producer.init_transactions(30)
        for number, end in enumerate([producer.commit_transaction, producer.abort_transaction] * 2):
            producer.begin_transaction()
            value, headers = foreign(number)
            producer.produce(settings.topic(TOPIC), value, partition=0, headers=headers)
            producer.flush(30)
            end(30)

    await asyncio.to_thread(send)
    bus = opened(settings)
    found = await taken(bus, TOPIC, 0, 0, 2)
    assert numbers(found) == [0, 2]
    assert found[1].offset > found[0].offset + 1
    await published(settings, entry(9))
    assert numbers(await taken(bus, TOPIC, 0, found[1].offset + 1, 1)) == [9]


async def test_lanes_that_are_added_are_read_while_others_go_on(broker, opened):
    settings = settings_of(broker)
    await make_topic(settings, TOPIC, lanes=1)
    bus = opened(settings)
    await published(settings, entry(0))
    await taken(bus, TOPIC, 0, 0, 1)
    assert await bus.read(TOPIC, 2, 0, 10) == []
    await make_topic(settings, TOPIC, lanes=3)
    await published(settings, entry(1), entry(2, lane=2))
    assert numbers(await taken(bus, TOPIC, 2, 0, 1)) == [2]
    assert numbers(await taken(bus, TOPIC, 0, 1, 1)) == [1]


async def test_a_topic_that_is_made_later_is_read_from_then_on(broker, opened):
    settings = settings_of(broker)
    bus = opened(settings)
    assert await bus.read(TOPIC, 0, 0, 10) == []
    await make_topic(settings, TOPIC)
    await published(settings, entry(4))
    assert numbers(await taken(bus, TOPIC, 0, 0, 1)) == [4]


async def test_ends_say_how_far_each_lane_has_come(broker, opened):
    settings = settings_of(broker)
    await make_topic(settings, TOPIC, lanes=3)
    bus = opened(settings)
    await published(settings, *(entry(number, lane=number % 2) for number in range(5)))
    assert await bus.ends([TOPIC]) == {(TOPIC, 0): 3, (TOPIC, 1): 2, (TOPIC, 2): 0}


async def test_positions_are_seen_by_kafkas_own_tools(broker, opened):
    settings = settings_of(broker, group_prefix=f"g{uuid4().hex[:8]}.")
    await make_topic(settings, TOPIC)
    bus = opened(settings)
    await published(settings, *(entry(number) for number in range(3)))
    await bus.commit_position("enrichment", TOPIC, 0, 2)

    group = Consumer({"bootstrap.servers": broker, "group.id": f"{settings.group_prefix}enrichment"})

    def committed():
        (found,) = group.committed([Position(settings.topic(TOPIC), 0)], 30)
        return found.offset

    async def is_told():
        return await asyncio.to_thread(committed) == 2

    await until(is_told)
    await asyncio.to_thread(group.close)


async def test_what_retention_has_deleted_is_said_aloud_and_reading_goes_on_at_the_first_that_is_left(
    broker, opened, caplog
):
    settings = settings_of(broker)
    await make_topic(settings, TOPIC)
    await published(settings, *(entry(number) for number in range(6)))

    def delete():
        admin = AdminClient({"bootstrap.servers": broker})
        for future in admin.delete_records([Position(settings.topic(TOPIC), 0, 4)]).values():
            future.result(30)

    await asyncio.to_thread(delete)
    with caplog.at_level(logging.ERROR):
        found = await taken(opened(settings), TOPIC, 0, 1, 2)
    assert numbers(found) == [4, 5]
    assert [one.offset for one in found] == [4, 5]
    assert "offset 1 does not exist any more, reading goes on at 4" in caplog.text
    assert "3 events are lost" in caplog.text


async def test_an_offset_beyond_the_end_is_no_way_to_miss_what_comes(broker, opened, caplog):
    settings = settings_of(broker)
    await make_topic(settings, TOPIC)
    await published(settings, entry(0))
    assert numbers(await taken(opened(settings), TOPIC, 0, 77, 1)) == [0]
    assert "the topic was made anew or cut off" in caplog.text


async def test_reading_goes_on_by_itself_after_a_kill_and_is_told_once(own_broker, opened, caplog):
    settings = settings_of(own_broker.bootstrap)
    await make_topic(settings, TOPIC)
    bus = opened(settings)
    await published(settings, *(entry(number) for number in range(3)))
    assert numbers(await taken(bus, TOPIC, 0, 0, 3)) == [0, 1, 2]
    own_broker.kill()
    assert await bus.read(TOPIC, 0, 3, 10) == []

    async def is_told():
        return caplog.text.count("is read from it waits") == 1

    await until(is_told)
    assert await bus.read(TOPIC, 0, 3, 10) == []
    own_broker.start()
    await published(settings, *(entry(number) for number in range(3, 6)))
    assert numbers(await taken(bus, TOPIC, 0, 3, 3)) == [3, 4, 5]
    assert numbers(await taken(bus, TOPIC, 0, 0, 6)) == list(range(6))
    assert caplog.text.count("is read from it waits") == 1
    assert caplog.text.count("Kafka answers again") == 1


async def test_a_frozen_broker_hangs_nobody(own_broker, opened):
    settings = settings_of(own_broker.bootstrap)
    await make_topic(settings, TOPIC)
    bus = opened(settings)
    await published(settings, entry(0))
    await taken(bus, TOPIC, 0, 0, 1)
    own_broker.freeze()
    try:
        async with asyncio.timeout(60):
            assert await bus.read(TOPIC, 0, 0, 10) == []
            await bus.commit_position("enrichment", TOPIC, 0, 1)
            with pytest.raises(CarrierAway, match="does not answer in time"):
                await bus.ends([TOPIC])
            await bus.close()
    finally:
        own_broker.thaw()
    assert numbers(await taken(bus, TOPIC, 0, 0, 1)) == [0]  # a bus that was closed begins again when asked


async def test_a_broker_that_is_away_when_it_begins_is_found_when_it_comes(own_broker, opened, caplog):
    settings = settings_of(own_broker.bootstrap)
    await make_topic(settings, TOPIC)
    await published(settings, entry(0))
    own_broker.end()
    bus = opened(settings)
    assert await bus.read(TOPIC, 0, 0, 10) == []
    with pytest.raises(CarrierAway, match="nobody listens there"):
        await bus.ends([TOPIC])
    assert caplog.text.count("nobody listens there") == 1
    own_broker.start()
    assert numbers(await taken(bus, TOPIC, 0, 0, 1)) == [0]


async def test_events_come_over_an_enciphered_connection_to_those_who_log_in(secured_broker, opened):
    login = {"security_protocol": "SASL_SSL", "username": USER, "password": PASSWORD}
    login["ca_file"] = secured_broker.ca_file
    for mechanism in ("SCRAM-SHA-256", "SCRAM-SHA-512"):
        settings = settings_of(secured_broker.bootstrap, sasl_mechanism=mechanism, **login)
        await make_topic(settings, TOPIC)
        await published(settings, entry(7))
        bus = opened(settings)
        assert numbers(await taken(bus, TOPIC, 0, 0, 1)) == [7]
        assert (await bus.ends([TOPIC]))[TOPIC, 0] == 1


async def test_one_address_that_is_right_is_enough(broker, opened):
    settings = settings_of(f"127.0.0.1:1,{broker}")
    await make_topic(settings, TOPIC)
    await published(settings, entry(3))
    assert numbers(await taken(opened(settings), TOPIC, 0, 0, 1)) == [3]


async def test_a_wrong_password_and_an_unknown_certificate_are_named(secured_broker, opened, tmp_path):
    login = {"security_protocol": "SASL_SSL", "sasl_mechanism": "SCRAM-SHA-256", "username": USER}
    wrong = settings_of(secured_broker.bootstrap, password="guessed", ca_file=secured_broker.ca_file, **login)
    strange = settings_of(secured_broker.bootstrap, password="guessed", **login)
    for settings, reason in (
        (wrong, "LEADMILL_KAFKA_PASSWORD is not accepted"),
        (strange, "LEADMILL_KAFKA_CA_FILE"),
    ):
        publisher = KafkaPublisher(settings)
        with pytest.raises(NotPublished, match=reason) as told:
            await publisher.publish([entry(1)])
        assert "guessed" not in str(told.value)
        await publisher.close()
        with pytest.raises(CarrierAway, match=reason):
            await opened(settings).ends([TOPIC])


async def test_an_event_id_of_ours_comes_back_as_it_was(broker, opened):
    settings = settings_of(broker)
    await make_topic(settings, TOPIC)
    sent = replace(entry(1), subject=str(uuid4()))
    await published(settings, sent)
    (found,) = await taken(opened(settings), TOPIC, 0, 0, 1)
    assert (found.event.id, found.event.tenant_id, found.event.subject) == (
        sent.event_id,
        sent.tenant_id,
        sent.subject,
    )
