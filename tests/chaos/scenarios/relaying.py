"""The relay between the log and Kafka, killed again and again; every agent reads Kafka."""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from confluent_kafka import Consumer, TopicPartition

from actors.bus.kafka import KafkaBus
from actors.bus.settings import KafkaSettings
from actors.bus.topics import apply_topics, wanted_topics
from actors.engine.relay import MOST_OF_A_LANE
from actors.engine.wiring import topics_of
from actors.events import event_types
from tenants.store import carriers
from tenants.store.carriers import KAFKA
from tests.chaos.ground import LANES
from tests.chaos.trial import LEASE_S, Scenario, Trial
from tests.kafka.broker import Broker

Lane = tuple[str, int]
_READ_WITHIN_S = 30


@asynccontextmanager
async def over_kafka(trial: Trial) -> AsyncIterator[Broker]:
    """A broker with all topics, over which this trial's events go; when it ends, everything is worked off."""
    broker = Broker()
    try:
        await asyncio.to_thread(broker.start)
        settings = KafkaSettings(bootstrap=broker.bootstrap)
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


async def relay_deaths(trial: Trial) -> None:
    """SIGKILL for the relay at random points, each time with another one that takes over when its role has ended."""
    kills = 2 if trial.is_brief else 20
    async with over_kafka(trial) as broker:
        relay = await trial.desk("--relay", loading_only=True)
        await relay.loaded()
        await trial.desk()
        await trial.warm()
        await trial.steady("before")
        longest = 0.0
        for _ in range(kills):
            heir = await trial.desk("--relay", loading_only=True)
            await heir.loaded()
            await trial.first_commit()
            await asyncio.sleep(trial.chance.uniform(0.0, 0.6))
            await relay.kill()
            trial.kills += 1
            longest = max(longest, await trial.until(lambda: _publishes(trial), "the heir publishes"))
            relay = heir
        trial.notes["longest_silence_s"] = round(longest, 2)
        trial.must(longest <= LEASE_S + 2, f"nothing was published for {longest:.1f} s after a kill")
        await trial.flowing()
        await trial.steady("after")
        await trial.drained()
        published = await asyncio.to_thread(_published, broker.bootstrap)
        await _must_be_the_log(trial, published, most_repeats=kills * MOST_OF_A_LANE * LANES)


async def _publishes(trial: Trial) -> bool:
    """Whether somebody has remembered within the lease that more is published than a moment before."""
    sql = "SELECT COALESCE(sum(next_offset), 0) FROM relay_position"
    before = await trial.value(sql)
    await asyncio.sleep(0.05)
    return bool(await trial.value(sql) > before)


def _published(bootstrap: str) -> dict[Lane, list[str]]:
    """The ids of all events on the broker, lane by lane in their order, as a stranger's client reads them."""
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "stranger", "enable.auto.commit": False})
    found: dict[Lane, list[str]] = defaultdict(list)
    try:
        for topic in event_types():
            for lane in range(LANES):
                place = TopicPartition(topic, lane, 0)
                _, end = consumer.get_watermark_offsets(place, timeout=_READ_WITHIN_S)
                consumer.assign([place])
                until = time.monotonic() + _READ_WITHIN_S
                while end and consumer.position([place])[0].offset < end:
                    assert time.monotonic() < until, f"{topic} lane {lane} can't be read to its end"
                    messages = consumer.consume(500, timeout=0.1)  # it waits for so many, or for so long
                    found[topic, lane] += [dict(one.headers())["ce_id"].decode() for one in messages]
    finally:
        consumer.close()
    return found


async def _must_be_the_log(trial: Trial, published: dict[Lane, list[str]], *, most_repeats: int) -> None:
    """Without its repeats each lane on the broker is what the log says, in the same order."""
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
    trial.must(repeats <= most_repeats, f"{repeats} events were published again, {most_repeats} are excused")


SCENARIOS = (Scenario(3, "relay-deaths", relay_deaths),)
