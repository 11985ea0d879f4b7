"""The thread that reads: which lanes it keeps filled, and that it ends."""

import threading

import pytest

from actors.bus.reader import Reader
from tests.actors.bus.test_kafka import TOPIC, entry, numbers, opened, published, until
from tests.kafka.carrier import make_topic, settings_of, taken

pytestmark = pytest.mark.kafka

__all__ = ["opened"]


async def test_a_lane_that_nobody_reads_is_let_go_and_comes_again_when_somebody_does(broker, opened):
    settings = settings_of(broker)
    await make_topic(settings, TOPIC)
    bus = opened(settings, forget_after_s=0.5)
    await published(settings, *(entry(number) for number in range(4)))
    await taken(bus, TOPIC, 0, 0, 2)

    async def is_let_go():
        return not bus._reader._lanes and not bus._reader._fetching

    await until(is_let_go)
    assert numbers(await taken(bus, TOPIC, 0, 2, 2)) == [2, 3]
    bus.forget(TOPIC, 0)
    await until(is_let_go)
    assert numbers(await taken(bus, TOPIC, 0, 1, 1)) == [1]


async def test_a_lane_that_is_not_emptied_holds_no_more_than_its_room_and_stops_no_other(broker, opened):
    settings = settings_of(broker)
    await make_topic(settings, TOPIC)
    bus = opened(settings)
    await published(settings, *(entry(number, lane=0) for number in range(4_000)), entry(1, lane=1))
    await taken(bus, TOPIC, 0, 0, 1)
    assert numbers(await taken(bus, TOPIC, 1, 0, 1)) == [1]
    lane = bus._reader.lane(TOPIC, 0, 1)

    async def is_full():
        return lane.is_full

    await until(is_full)
    assert len(lane._deliveries) < 4_000
    assert numbers(await taken(bus, TOPIC, 0, 1, 3_999, limit=500)) == list(range(1, 4_000))


async def test_it_ends_when_it_is_closed_and_leaves_no_thread_and_no_connection(broker, opened):
    reader = Reader(settings_of(broker))
    assert await reader.ask(lambda consumer: consumer.topics(), 30) is not None
    await reader.close()
    assert not reader._thread.is_alive()
    assert reader._consumer is None
    reader.poke()  # which nobody hears any more
    assert "kafka-reader" not in {thread.name for thread in threading.enumerate()}
