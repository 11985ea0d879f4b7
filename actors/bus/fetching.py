"""The fetching of one lane: records as they come, and a way on where they do not come."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import CorruptRecordException, KafkaError, OffsetOutOfRangeError, UnsupportedCodecError

from actors.bus.base import Delivery
from actors.bus.lane import Lane
from actors.events.envelope import UnreadableEvent

logger = logging.getLogger(__name__)

_WAIT_MS = 1_000
_FULL_PAUSE_S = 0.02
_FAULT_PAUSE_S = 0.5
_TRIES = 3
_CAREFUL_FOR = 1_000  # records; more than a fetch brings are rare


class Fetching:
    """One lane that is kept filled, as long as it is wanted."""

    def __init__(
        self,
        consumer: AIOKafkaConsumer,
        key: TopicPartition,
        lane: Lane,
        deliveries: Callable[[TopicPartition, Iterable[Any]], list[tuple[Delivery, int]]],
    ) -> None:
        self._consumer = consumer
        self._key = key
        self._lane = lane
        self._deliveries = deliveries
        self._tries: Counter[int] = Counter()
        self._careful = 0
        self._told: str | None = None

    async def run(self) -> None:
        """Records fetched and put aside until the task is cancelled."""
        while True:
            if self._lane.is_full or self._lane.is_sought:
                await asyncio.sleep(_FULL_PAUSE_S)
                continue
            try:
                await self._fetch()
            except OffsetOutOfRangeError:
                await self._go_to_what_is_left()
            except (CorruptRecordException, UnsupportedCodecError) as error:
                self._step_over(error)
            except KafkaError as error:
                self._tell(f"{self._key.topic} lane {self._key.partition} can't be read: {error}")
                await asyncio.sleep(_FAULT_PAUSE_S)
            except Exception as error:  # noqa: BLE001 (whatever a record does to the one who takes it apart)
                self._step_over(error)

    async def _fetch(self) -> None:
        """What has come is put aside; for a while after something was wrong with a record, one at a time."""
        records = await self._consumer.getmany(
            self._key, timeout_ms=_WAIT_MS, max_records=1 if self._careful else None
        )
        found = records.get(self._key, ())
        # between the client's giving and our putting nothing else runs, so no seek can come between them
        self._lane.put(self._deliveries(self._key, found))
        self._careful = max(0, self._careful - len(found))

    async def _go_to_what_is_left(self) -> None:
        """The first offset that still exists; what retention has deleted is lost, and that is said aloud."""
        try:
            first = (await self._consumer.beginning_offsets([self._key]))[self._key]
        except KafkaError:
            await asyncio.sleep(_FAULT_PAUSE_S)
            return
        if self._lane.is_sought:
            return
        wanted = self._lane.fetch_from
        what = (
            f"{first - wanted:,} events are lost" if first > wanted else "the topic was made anew or cut off"
        )
        logger.error(
            "%s lane %s: offset %s does not exist any more, reading goes on at %s, the first there is: %s",
            self._key.topic,
            self._key.partition,
            wanted,
            first,
            what,
        )
        self._lane.go_on_at(first)
        self._consumer.seek(self._key, first)

    def _step_over(self, error: Exception) -> None:
        """A record that can't be taken apart, tried again some times and then handed over as unreadable."""
        if self._lane.is_sought:
            return
        # what came before it in the same fetch was lost with it: it comes again, one by one, up to the bad one
        bad = self._lane.fetch_from
        self._careful = _CAREFUL_FOR
        self._tries[bad] += 1
        if self._tries[bad] > _TRIES:
            self._tries.clear()
            reason = UnreadableEvent(f"the record can't be taken apart: {error!r}")
            self._lane.put([(Delivery(bad, reason), 0)])
        self._consumer.seek(self._key, self._lane.fetch_from)

    def _tell(self, fault: str) -> None:
        if fault != self._told:
            self._told = fault
            logger.error("%s", fault)
