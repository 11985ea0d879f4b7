"""Kafka as a bus: a lane is a partition, and where it goes on is decided by whoever asks."""

from collections.abc import Iterable
from typing import ClassVar

from aiokafka import AIOKafkaConsumer, TopicPartition

from actors.bus.base import Delivery
from actors.bus.connection import client_options
from actors.bus.reader import Reader
from actors.bus.settings import KafkaSettings
from tenants.store.carriers import KAFKA

_DEADLINE_S = 5.0


class KafkaBus:
    """Events that were published to Kafka, read ahead by a thread of its own.

    Where the broker is away nothing comes, and one line in the log says so; reading goes on by itself. What
    retention has deleted is said aloud, and reading goes on at the first event that is left.
    """

    name: ClassVar[str] = KAFKA

    def __init__(self, settings: KafkaSettings, *, forget_after_s: float = 60.0) -> None:
        self._settings = settings
        self._forget_after_s = forget_after_s
        self._started: Reader | None = None
        client_options(settings)  # raises where the settings are of no use

    @property
    def _reader(self) -> Reader:
        """The thread, which begins with the first question."""
        if self._started is None:
            self._started = Reader(self._settings, forget_after_s=self._forget_after_s)
        return self._started

    async def read(self, topic: str, lane: int, offset: int, limit: int) -> list[Delivery]:
        """At most `limit` deliveries of one lane from this offset on; an empty list where there is nothing yet.

        It never waits: what is not there yet is fetched meanwhile.
        """
        one = self._reader.lane(topic, lane, offset)
        deliveries = one.take(offset, limit)
        if one.is_sought:
            self._reader.poke()
        return deliveries

    def forget(self, topic: str, lane: int) -> None:
        """This lane is not read any more; what was read ahead is let go."""
        if self._started is not None:
            self._started.forget(topic, lane)

    async def commit_position(self, agent: str, topic: str, lane: int, offset: int) -> None:
        """How far an agent has come, for Kafka's own tools: told soon. It never waits, never fails."""
        self._reader.positions.note(
            f"{self._settings.group_prefix}{agent}", self._settings.topic(topic), lane, offset
        )

    async def ends(self, topics: Iterable[str]) -> dict[tuple[str, int], int]:
        """The offset that the next event of each lane of these topics will have at least.

        Raises CarrierAway where the broker does not say.
        """
        names = {self._settings.topic(topic): topic for topic in topics}

        async def question(consumer: AIOKafkaConsumer) -> dict[TopicPartition, int]:
            keys = [
                TopicPartition(name, partition)
                for name in names
                for partition in await consumer._client._wait_on_metadata(name)
            ]
            return dict(await consumer.end_offsets(keys))

        found = await self._reader.ask(question, _DEADLINE_S)
        return {(names[key.topic], key.partition): offset for key, offset in found.items()}

    async def close(self) -> None:
        """The thread has ended, and no connection is left."""
        if self._started is not None:
            await self._started.close()
            self._started = None
