"""Topics for one test, and records from others than us."""

import asyncio
from uuid import uuid4

from aiokafka.admin import AIOKafkaAdminClient
from confluent_kafka import Consumer, Producer, TopicPartition

from actors.bus.connection import client_options
from actors.bus.settings import KafkaSettings
from actors.bus.topics import WantedTopic, apply_topics

LARGEST = 4_194_304


def settings_of(bootstrap, **more):
    """Settings for a broker, with a prefix that no other test has."""
    return KafkaSettings(bootstrap=bootstrap, topic_prefix=f"t{uuid4().hex[:10]}.", **more)


async def make_topic(settings, topic, lanes=3, **more):
    """The topic on the broker, or with so many lanes from now on."""
    wanted = WantedTopic(settings.topic(topic), lanes, 24, LARGEST, **more)
    return await apply_topics(settings, [wanted])


async def remake_topics(settings, topics, lanes):
    """The topics gone with all that they held, and made anew."""
    admin = AIOKafkaAdminClient(**client_options(settings))
    await admin.start()
    try:
        await admin.delete_topics([settings.topic(topic) for topic in topics])
        async with asyncio.timeout(30):
            while {settings.topic(topic) for topic in topics} & set(await admin.list_topics()):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
    finally:
        await admin.close()
    for topic in topics:
        await make_topic(settings, topic, lanes)


async def publish_raw(settings, topic, lane, *records, **options):
    """Records as another service would send them to one lane: pairs of value and headers."""
    told = [{"partition": lane, "value": value, "headers": headers} for value, headers in records]
    await _produced(settings, topic, told, options)


async def publish_keyed(settings, topic, records):
    """Records as another service would send them, whose own partitioner chooses: key, value and headers."""
    told = [{"key": key, "value": value, "headers": headers} for key, value, headers in records]
    await _produced(settings, topic, told, {"partitioner": "murmur2_random"})


async def _produced(settings, topic, records, options):
    def send():
        refused = []
        how = {"bootstrap.servers": settings.bootstrap, "message.max.bytes": 2 * LARGEST}
        how["enable.idempotence"] = True  # else it changes the order where it has to try again
        producer = Producer(how | options)
        for record in records:
            producer.produce(
                settings.topic(topic),
                **record,
                on_delivery=lambda error, _: refused.append(error) if error else None,
            )
        assert producer.flush(30) == 0
        assert refused == []

    await asyncio.to_thread(send)


async def read_raw(settings, topic, lane, count):
    """So many records of a lane as another service would read them."""
    return await read_raw_until(settings, topic, lane, lambda messages: len(messages) >= count)


async def read_raw_until(settings, topic, lane, is_enough):
    """Records of a lane as another service would read them, from the first on, until these are enough."""

    def receive():
        consumer = Consumer({"bootstrap.servers": settings.bootstrap, "group.id": uuid4().hex})
        try:
            consumer.assign([TopicPartition(settings.topic(topic), lane, 0)])
            messages = []
            while not is_enough(messages):
                found = consumer.consume(1, timeout=30)
                assert found, f"only {len(messages)}"
                messages += found
            return messages
        finally:
            consumer.close()

    return await asyncio.to_thread(receive)


async def taken(bus, topic, lane, offset, count, limit=None):
    """So many deliveries as a desk takes them in: asked for again until they are there."""
    async with asyncio.timeout(60):
        found = []
        while len(found) < count:
            at = found[-1].offset + 1 if found else offset
            found += await bus.read(topic, lane, at, limit or count - len(found))
            await asyncio.sleep(0.01)
    return found
