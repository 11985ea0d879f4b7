"""The proxy before a broker: the frames that it reads along, and answers that it keeps to itself."""

import asyncio
import struct

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from confluent_kafka import Consumer, TopicPartition

from tests.chaos.kafka_proxy import Frames, KafkaProxy
from tests.conftest import running_broker

HEAD = struct.Struct("!ii")
BODIES = [b"", b"x", b"y" * 4, b"z" * 5000, b""]
SAID = [HEAD.pack(4 + len(body), number) + body for number, body in enumerate(BODIES)]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 9, 100, 4096, 10_000])
def test_each_piece_belongs_to_one_frame_however_the_bytes_come(size):
    said = b"".join(SAID)
    frames = Frames(HEAD)
    found = []
    for at in range(0, len(said), size):
        for head, piece in frames.pieces(said[at : at + size]):
            if head is not None:
                assert head[1] == len(found)
                found.append(b"")
            found[-1] += piece
    assert found == SAID


@pytest.fixture
def proxied():
    """A broker and the proxy before it."""
    with KafkaProxy() as proxy, running_broker(advertised_port=proxy.port) as broker:
        proxy.target = broker.port
        yield broker, proxy


@pytest.mark.kafka
async def test_what_is_produced_is_in_place_and_only_that_is_never_answered(proxied):
    broker, proxy = proxied
    admin = AIOKafkaAdminClient(bootstrap_servers=broker.bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic("words", 1, 1)])
    # one that tries again until it is told, and whose repeats the broker knows
    producer = AIOKafkaProducer(
        bootstrap_servers=broker.bootstrap, enable_idempotence=True, request_timeout_ms=1_000
    )
    await producer.start()
    try:
        await producer.send_and_wait("words", b"one", partition=0)
        proxy.swallows = True
        told = await producer.send("words", b"two", partition=0)
        async with asyncio.timeout(30):
            while not proxy.swallowed:  # noqa: ASYNC110 - the proxy has a loop of its own
                await asyncio.sleep(0.01)
        assert not told.done()
        assert everything(broker.inside) == [b"one", b"two"]
        assert "words" in await admin.list_topics()  # anything else is answered all the time
        proxy.swallows = False
        await told
        await producer.send_and_wait("words", b"three", partition=0)
    finally:
        await producer.stop()
        await admin.close()
    assert everything(broker.inside) == [b"one", b"two", b"three"]


def everything(bootstrap):
    """What lies in the lane, as an independent consumer reads it past the proxy."""
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "any"})
    try:
        _, end = consumer.get_watermark_offsets(TopicPartition("words", 0), timeout=30)
        consumer.assign([TopicPartition("words", 0, 0)])
        return [message.value() for message in consumer.consume(end, timeout=30)]
    finally:
        consumer.close()
