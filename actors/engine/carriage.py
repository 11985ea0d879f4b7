"""What Kafka needs beside desks: the relay, and the lengths of its lanes for whoever counts what waits."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Protocol

from actors.bus.base import CarrierAway
from actors.bus.settings import KafkaSettings
from actors.engine.relay import Relay
from actors.engine.settings import EngineSettings
from actors.events import event_types
from tenants.store import carriers
from tenants.store.carriers import KAFKA, LOG
from tenants.store.session import Database, DatabaseError

logger = logging.getLogger(__name__)

_LOOK_EVERY_S = 0.25


class Lengths(Protocol):
    """Who knows how long the lanes of these topics are."""

    async def ends(self, topics: Iterable[str]) -> Mapping[tuple[str, int], int]:
        """The offset that the next event of each lane will have at least. Raises CarrierAway."""
        ...


def carrier(kafka: KafkaSettings) -> str:
    """What the database calls the bus that these settings ask for."""
    return LOG if kafka.bootstrap is None else KAFKA


@asynccontextmanager
async def carried(
    database: Database,
    kafka: KafkaSettings,
    topics_of: Mapping[str, str],
    *,
    owner: str,
    settings: EngineSettings,
) -> AsyncIterator[None]:
    """Events on their way to Kafka for as long as this lasts. Where the log itself is read, nothing is to be done.

    `topics_of` names the topic that each agent reads.
    """
    if kafka.bootstrap is None:
        yield
        return
    from actors.bus.kafka import KafkaBus
    from actors.bus.publisher import KafkaPublisher

    stop = asyncio.Event()
    relay = Relay(database, KafkaPublisher(kafka), topics_of, owner=owner, settings=settings)
    bus = KafkaBus(kafka)
    measuring = asyncio.create_task(_measure(database, bus, topics_of, stop))
    relaying = asyncio.create_task(relay.run(stop))
    try:
        yield
    finally:
        stop.set()
        await asyncio.gather(measuring, relaying)
        await asyncio.gather(relay.close(), bus.close())


async def _measure(
    database: Database, bus: Lengths, topics_of: Mapping[str, str], stop: asyncio.Event
) -> None:
    """How long each lane is by now, told to the database, until told to stop."""
    told: str | None = None
    while not stop.is_set():
        try:
            async with database.glance() as session:
                before = await carriers.reached(session, topics_of)
            heads = await bus.ends(event_types())
            async with database.system() as session:
                anew = await carriers.see_heads(session, heads, topics_of, before=before)
            for topic, lane in anew:
                logger.error(
                    "%s lane %d was made anew: it is published and read from its beginning", topic, lane
                )
            told = None
        except (CarrierAway, DatabaseError, OSError) as trouble:
            if str(trouble) != told:
                told = str(trouble)
                logger.warning("the lengths of Kafka's lanes are not known: %s", trouble)
        try:
            await asyncio.wait_for(stop.wait(), _LOOK_EVERY_S)
        except TimeoutError:
            continue
