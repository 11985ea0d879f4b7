"""The publisher against a real broker: killed, frozen, away; and the order that holds through all of it."""

import asyncio
import gc
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaProducer

from actors.bus import publisher as publisher_module
from actors.bus.base import CarrierAway
from actors.bus.cloudevents import to_record
from actors.bus.publisher import EventRefused, KafkaPublisher, NotPublished
from actors.bus.topics import WantedTopic, apply_topics
from tenants.records import LogEntry
from tests.kafka.carrier import make_topic, read_raw, read_raw_until, settings_of

pytestmark = pytest.mark.kafka
TOPIC = "lead.sourced"


@pytest.fixture
def _small_batches(monkeypatch):
    """Batches of a few events, so that a call has many of them."""
    monkeypatch.setattr(publisher_module, "_BATCH_BYTES", 2_000)


def entry(lane=0, data="{}"):
    return LogEntry(
        TOPIC, lane, uuid4(), uuid4(), TOPIC, "/leadmill", str(uuid4()), datetime.now(UTC), None, data
    )


def ids(messages):
    return [dict(message.headers())["ce_id"].decode() for message in messages]


async def all_up_to(settings, last):
    """The ids of all that stands in the first lane, up to this one."""
    name = str(last.event_id)
    return ids(await read_raw_until(settings, TOPIC, 0, lambda found: found and ids(found[-1:]) == [name]))


def firsts(found):
    """Each id where it appears for the first time."""
    return list(dict.fromkeys(found))


async def published_in_the_end(publisher, lane_entries):
    """What a relay does: from the first that nobody has acknowledged, until all are."""
    left, faults = list(lane_entries), 0
    async with asyncio.timeout(90):
        while left:
            try:
                await publisher.publish(left[:40])
                left = left[40:]
            except NotPublished as fault:
                faults += 1
                left = left[fault.acknowledged[TOPIC, 0] :]
    return faults


@pytest.fixture
async def publishers():
    """Publishers that are closed at the end."""
    made = []

    def make(settings, **how):
        made.append(KafkaPublisher(settings, **how))
        return made[-1]

    yield make
    for publisher in made:
        await publisher.close()


async def test_an_independent_consumer_reads_what_was_published_with_its_headers_and_key(broker, publishers):
    settings = settings_of(broker)
    await make_topic(settings, TOPIC)
    sent = [entry(lane=1) for _ in range(3)]
    await publishers(settings).publish(sent)
    found = await read_raw(settings, TOPIC, 1, 3)
    assert ids(found) == [str(one.event_id) for one in sent]
    assert [message.key() for message in found] == [one.subject.encode() for one in sent]
    assert found[0].headers() == to_record(sent[0]).headers
    assert found[0].value() == b"{}"


@pytest.mark.usefixtures("_small_batches")
async def test_a_broker_that_is_killed_and_comes_back_loses_nothing_and_keeps_the_order(
    own_broker, publishers
):
    settings = settings_of(own_broker.bootstrap)
    await make_topic(settings, TOPIC)
    publisher = publishers(settings, deadline_s=2)
    sent = [entry() for _ in range(600)]
    await publisher.publish(sent[:40])

    relay = asyncio.create_task(published_in_the_end(publisher, sent[40:]))
    for _ in range(2):
        await asyncio.to_thread(own_broker.kill)
        own_broker.start()  # from this thread, with which it ends; the publisher's deadline is over meanwhile
    await relay
    last = entry()
    await published_in_the_end(publisher, [last])
    assert firsts(await all_up_to(settings, last)) == [str(one.event_id) for one in [*sent, last]]


@pytest.mark.usefixtures("_small_batches")
async def test_a_frozen_broker_is_given_up_within_the_deadline_and_the_order_holds(own_broker, publishers):
    settings = settings_of(own_broker.bootstrap)
    await make_topic(settings, TOPIC)
    publisher = publishers(settings, deadline_s=1)
    sent = [entry() for _ in range(30)]
    await publisher.publish(sent[:10])
    own_broker.freeze()
    try:
        for end in (20, 30):  # a producer that is connected, and one that is not
            with pytest.raises(NotPublished, match="does not answer in time") as told:
                async with asyncio.timeout(60):
                    await publisher.publish(sent[10:end])
            assert told.value.acknowledged == {(TOPIC, 0): 0}
    finally:
        own_broker.thaw()
    assert await published_in_the_end(publisher, sent[10:]) >= 0
    last = entry()
    await published_in_the_end(publisher, [last])
    assert firsts(await all_up_to(settings, last)) == [str(one.event_id) for one in [*sent, last]]


async def test_what_is_given_up_leaves_nothing_behind(own_broker, publishers):
    settings = settings_of(own_broker.bootstrap)
    await make_topic(settings, TOPIC)
    publisher = publishers(settings, deadline_s=0.3)
    await published_in_the_end(publisher, [entry()])
    tasks = asyncio.all_tasks()
    own_broker.kill()
    for _ in range(6):
        with pytest.raises(NotPublished, match="nobody listens there"):
            await publisher.publish([entry()])
    await publisher.close()
    gc.collect()
    # the newest exception may still hold its frames, and these one producer; never more than that
    assert sum(type(one) is AIOKafkaProducer for one in gc.get_objects()) <= 1
    assert asyncio.all_tasks() <= tasks


async def test_lanes_do_not_wait_for_one_another_and_what_is_done_is_told(broker, publishers):
    settings = settings_of(broker)
    await make_topic(settings, TOPIC, lanes=2)
    with pytest.raises(NotPublished, match="has 2 partitions, and lane 5 is not among them") as told:
        await publishers(settings).publish([entry(lane=5), entry(lane=0), entry(lane=0), entry(lane=1)])
    assert type(told.value) is NotPublished
    assert told.value.acknowledged == {(TOPIC, 5): 0, (TOPIC, 0): 2, (TOPIC, 1): 1}


async def test_a_topic_that_is_not_there_is_named(broker, publishers):
    with pytest.raises(NotPublished, match=r"leadmill topics"):
        await publishers(settings_of(broker), deadline_s=8).publish([entry()])


async def test_a_lane_that_was_added_is_found(broker, publishers):
    settings = settings_of(broker)
    await make_topic(settings, TOPIC, lanes=1)
    publisher = publishers(settings)
    await publisher.publish([entry()])
    await make_topic(settings, TOPIC, lanes=3)
    sent = entry(lane=2)
    await publisher.publish([sent])
    assert ids(await read_raw(settings, TOPIC, 2, 1)) == [str(sent.event_id)]


async def test_an_event_that_is_larger_than_allowed_is_refused_alone_and_its_lane_goes_on_behind_it(
    broker, publishers
):
    settings = settings_of(broker, max_message_bytes=10_000)
    await make_topic(settings, TOPIC)
    good, large, after = entry(), entry(data='"' + "x" * 20_000 + '"'), entry()
    other = entry(lane=1)
    publisher = publishers(settings)
    with pytest.raises(EventRefused, match="bytes") as told:
        await publisher.publish([good, large, after, other])
    assert told.value.refused == (large,)
    assert told.value.acknowledged == {(TOPIC, 0): 1, (TOPIC, 1): 1}
    await publisher.publish([after])
    assert ids(await read_raw(settings, TOPIC, 0, 2)) == [str(good.event_id), str(after.event_id)]


async def test_an_event_that_the_broker_finds_too_large_is_found_among_its_neighbours(broker, publishers):
    settings = settings_of(broker)
    prefixed = settings.topic(TOPIC)
    await make_topic(settings, TOPIC)
    await apply_topics(settings, [WantedTopic(prefixed, 3, 24, 5_000)])
    sent = [entry() for _ in range(4)]
    sent[2] = replace(sent[2], data='"' + "x" * 20_000 + '"')
    publisher = publishers(settings)
    left, refused = sent, []
    for _ in range(10):
        try:
            await publisher.publish(left)
            break
        except EventRefused as fault:
            refused += fault.refused
            left = left[fault.acknowledged[TOPIC, 0] + 1 :]
        except NotPublished as fault:
            left = left[fault.acknowledged[TOPIC, 0] :]
    assert refused == [sent[2]]
    found = ids(await read_raw(settings, TOPIC, 0, 3))
    assert found == [str(one.event_id) for one in sent if one is not sent[2]]


async def test_whoever_is_cancelled_leaves_a_publisher_that_works(broker, publishers):
    settings = settings_of(broker)
    await make_topic(settings, TOPIC)
    publisher = publishers(settings)
    await publisher.publish([entry()])
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await publisher.publish([entry() for _ in range(500)])
    sent = entry(lane=1)
    await publisher.publish([sent])
    assert ids(await read_raw(settings, TOPIC, 1, 1)) == [str(sent.event_id)]


async def test_publishing_nothing_needs_no_broker():
    publisher = KafkaPublisher(settings_of("127.0.0.1:1"))
    await publisher.publish([])
    with pytest.raises(CarrierAway, match="nobody listens there"):
        await publisher.publish([entry()])
    await publisher.close()
