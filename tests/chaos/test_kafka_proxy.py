"""The proxy before a broker: the frames that it reads along, and answers that it keeps to itself."""

import struct

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError
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
    await admin.close()
    producer = AIOKafkaProducer(bootstrap_servers=broker.bootstrap, acks="all", request_timeout_ms=500)
    await producer.start()
    try:
        await producer.send_and_wait("words", b"one", partition=0)
        proxy.swallows = True
        with pytest.raises(KafkaError):
            await producer.send_and_wait("words", b"two", partition=0)
        assert proxy.swallowed >= 1
        # anything else is answered all the time
        assert await producer.client.fetch_all_metadata()
        proxy.swallows = False
        await producer.send_and_wait("words", b"three", partition=0)
    finally:
        await producer.stop()
    assert proxy.opened > 0
    words = everything(broker.inside)
    assert words[0] == b"one"
    assert words.count(b"two") >= 1
    assert words[-1] == b"three"


def everything(bootstrap):
    """What lies in the lane, as an independent consumer reads it past the proxy."""
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "any"})
    try:
        _, end = consumer.get_watermark_offsets(TopicPartition("words", 0), timeout=30)
        consumer.assign([TopicPartition("words", 0, 0)])
        return [message.value() for message in consumer.consume(end, timeout=30)]
    finally:
        consumer.close()
