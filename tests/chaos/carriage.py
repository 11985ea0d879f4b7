"""What scenarios over a real Kafka share: a broker for one trial, what is on it, and how soon things go on."""

import asyncio
import json
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from confluent_kafka import Consumer, TopicPartition

from actors.bus.kafka import KafkaBus
from actors.bus.settings import KafkaSettings
from actors.bus.topics import apply_topics, wanted_topics
from actors.engine.wiring import needs, topics_of
from actors.events import event_types
from tenants.store import carriers
from tenants.store.carriers import KAFKA
from tests.chaos.desks import Desk
from tests.chaos.ground import LANES
from tests.chaos.kafka_proxy import KafkaProxy
from tests.chaos.trial import Trial
from tests.kafka.broker import Broker

Lane = tuple[str, int]
_READ_WITHIN_S = 30
_BACK_WITHIN_S = 15
_LOOK_EVERY_S = 0.05


@asynccontextmanager
async def over_kafka(
    trial: Trial, proxy: KafkaProxy | None = None, *, folder: Path | None = None
) -> AsyncIterator[Broker]:
    """A broker with all topics, over which this trial's events go; when it ends, everything is worked off.

    Workers and relays reach it through the proxy, if there is one, and the trial itself goes past that. What it
    keeps is in the folder, if one is given.
    """
    broker = Broker(advertised_port=proxy.port if proxy is not None else 0, folder=folder)
    if proxy is not None:
        proxy.target = broker.port
    try:
        await asyncio.to_thread(broker.start)
        settings = KafkaSettings(bootstrap=broker.inside)
        await apply_topics(settings, wanted_topics(settings, LANES))
        trial.environment["LEADMILL_KAFKA_BOOTSTRAP"] = broker.bootstrap
        async with trial.database.system() as session:
            await carriers.use(session, KAFKA, topics_of())
        trial.kafka = KafkaBus(settings)
        yield broker
        await trial.drained()
    finally:
        if trial.kafka is not None:
            await trial.kafka.close()
            trial.kafka = None
        broker.remove()


async def relay_and_worker(trial: Trial) -> tuple[Desk, Desk]:
    """A relay, and a worker of every lane, with a load under way and its speed measured."""
    relay = await trial.desk("--relay", "--as=telling-of-producers", loading_only=True)
    await relay.loaded()
    worker = await trial.desk()
    await trial.warm()
    await trial.steady("before")
    return relay, worker


async def publishes(trial: Trial) -> bool:
    """Whether somebody has remembered within a moment that more is published than before it."""
    before = await reached(trial)
    await asyncio.sleep(_LOOK_EVERY_S)
    return await reached(trial) > before


async def reached(trial: Trial) -> int:
    """How many events are remembered as published."""
    return int(await trial.value("SELECT COALESCE(sum(next_offset), 0) FROM relay_position"))


async def unpublished(trial: Trial) -> int:
    """How many events of the log are not known to be published."""
    sql = (
        "SELECT COALESCE(sum(h.next_offset - COALESCE(p.next_offset, 0)), 0) "
        "FROM log_head h LEFT JOIN relay_position p USING (topic, lane)"
    )
    return int(await trial.value(sql))


async def recovered(trial: Trial, *, within_s: float = 60.0) -> tuple[float, float]:
    """The seconds from now to the first publishing, and to the first end of a run whose event came after it."""
    began = time.monotonic()
    published_s = await trial.until(lambda: publishes(trial), "something is published", within_s=within_s)
    since = await trial.value("SELECT clock_timestamp()")
    sql = (
        "SELECT EXISTS (SELECT FROM run WHERE started_at > $1 AND attempt = 1 AND deliveries = 1 "
        "AND finished_at IS NOT NULL)"
    )

    async def there() -> bool:
        return bool(await trial.value(sql, since))

    await trial.until(there, "the first commit of what came over the broker", within_s=within_s)
    return published_s, time.monotonic() - began


async def come_back(trial: Trial, took: dict[str, tuple[float, ...]]) -> None:
    """The mill came back in time, without anybody's help, and is as fast as before."""
    trial.notes["published_and_committed_s"] = {
        name: tuple(round(second, 1) for second in seconds) for name, seconds in took.items()
    }
    for name, seconds in took.items():
        trial.must(max(seconds) <= _BACK_WITHIN_S, f"{name}: first published and committed after {seconds} s")
    await trial.flowing()
    await trial.steady("after")
    failed = await trial.value("SELECT count(*) FROM run WHERE status = 'failed'")
    trial.must(failed == 0, f"{failed} runs failed for good because of the broker")
    await trial.drained(within_s=120)


async def must_be_the_log(trial: Trial, broker: Broker, *, most_repeats: int | None = None) -> None:
    """Without its repeats each lane on the broker is what the log says, in the same order."""
    published = await asyncio.to_thread(_published, broker.inside)
    sql = 'SELECT array_agg(event_id::text ORDER BY "offset") FROM log WHERE topic = $1 AND lane = $2'
    repeats = 0
    for topic in event_types():
        for lane in range(LANES):
            ids = published.get((topic, lane), [])
            said = list(await trial.value(sql, topic, lane) or ())
            first = list(dict.fromkeys(ids))
            repeats += len(ids) - len(first)
            trial.must(
                Counter(first) == Counter(said), f"{topic} lane {lane}: the broker has not what was said"
            )
            trial.must(first == said, f"{topic} lane {lane}: the broker has another order")
    trial.notes |= {"published": sum(map(len, published.values())), "repeats": repeats}
    if most_repeats is not None:
        trial.must(
            repeats <= most_repeats, f"{repeats} events were published again, {most_repeats} are excused"
        )


async def must_leave_nothing_behind(trial: Trial, broker: Broker) -> None:
    """No offset is further than its effects: what lies before it is worked off, and Kafka was told of no other."""
    prefix = KafkaSettings().group_prefix
    told = {
        (agent, lane): offset
        for agent, topic in topics_of().items()
        for lane, offset in (await asyncio.to_thread(_told, broker.inside, prefix + agent, topic)).items()
    }
    come_to = json.loads(await trial.value(_COME_TO))
    published = await asyncio.to_thread(_published, broker.inside)
    for agent, lane, offset in come_to:
        further = told.get((agent, lane), 0)
        trial.must(
            further <= offset, f"{agent} lane {lane}: Kafka was told of {further}, and it is at {offset}"
        )
        ids = published.get((topics_of()[agent], lane), [])[:offset]
        trial.must(len(ids) == offset, f"{agent} lane {lane} is at {offset}, and {len(ids)} events are there")
        left = 0 if agent in needs() else await trial.value(_LEFT_BEHIND, agent, ids)
        trial.must(left == 0, f"{agent} lane {lane}: {left} events before {offset} were not worked off")


_COME_TO = "SELECT json_agg(json_build_array(agent, lane, next_offset)) FROM lane_lease"
# what is to be tried again is due at some time, and needs no event any more
_LEFT_BEHIND = """
SELECT count(*) FROM unnest($2::text[]) AS said(event) WHERE NOT EXISTS (
    SELECT FROM run WHERE agent = $1 AND event_id = event::uuid AND (status <> 'running' OR due_at IS NOT NULL))
"""


def _told(bootstrap: str, group: str, topic: str) -> dict[int, int]:
    """How far a group has come on each lane, as a stranger's client is told."""
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": group, "enable.auto.commit": False})
    try:
        places = [TopicPartition(topic, lane) for lane in range(LANES)]
        return {
            one.partition: max(0, one.offset) for one in consumer.committed(places, timeout=_READ_WITHIN_S)
        }
    finally:
        consumer.close()


def _published(bootstrap: str) -> dict[Lane, list[str]]:
    """The ids of all events on the broker, lane by lane in their order, as a stranger's client reads them."""
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "stranger", "enable.auto.commit": False})
    found: dict[Lane, list[str]] = defaultdict(list)
    try:
        places = [TopicPartition(topic, lane, 0) for topic in event_types() for lane in range(LANES)]
        ends = [consumer.get_watermark_offsets(place, timeout=_READ_WITHIN_S)[1] for place in places]
        consumer.assign(places)
        until = time.monotonic() + _READ_WITHIN_S
        while any(at.offset < end for at, end in zip(consumer.position(places), ends, strict=True) if end):
            assert time.monotonic() < until, "the broker can't be read to its end"
            for one in consumer.consume(500, timeout=0.1):  # it waits for so many, or for so long
                found[one.topic(), one.partition()].append(dict(one.headers())["ce_id"].decode())
    finally:
        consumer.close()
    return found
