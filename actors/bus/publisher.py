"""Events on their way to Kafka: in order within each lane, certain or not at all."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError, RecordListTooLargeError

from actors.bus.base import EventRefused, NotPublished
from actors.bus.cloudevents import Record, to_record
from actors.bus.connection import REQUEST_TIMEOUT_S, away, client_options, cut
from actors.bus.settings import KafkaSettings
from tenants.records import LogEntry

logger = logging.getLogger(__name__)

Lane = tuple[str, int]
_BATCH_BYTES = 262_144  # well below the megabyte that a broker takes by default
_NEVER = (MessageSizeTooLargeError, RecordListTooLargeError)


class _Refused(Exception):
    """The broker takes this event in no circumstances."""

    def __init__(self, entry: LogEntry, reason: str) -> None:
        super().__init__(reason)
        self.entry = entry


class KafkaPublisher:
    """The one who brings events of the log to Kafka, from one event loop.

    What is guaranteed: when `publish` returns, every event is on as many brokers as the topic demands, and
    within each lane they stand in the order given. When it raises, `acknowledged` is certain in the same way,
    and of what follows any number from the front may be there too, now or a little later.

    Why no order is ever broken: for each lane one batch is on its way at a time, and the next is handed over
    when that one is acknowledged. So what a given-up producer can still deliver late is one batch that begins
    at the first event that nobody acknowledged; whoever publishes that lane again begins at that event, too. All
    producers, however many were given up, write runs without gaps that begin no later than there, so an event
    appears first only behind the one before it. Everything else is a repeat, with the same event id.

    What is not guaranteed: that an event is there only once, and, should the caller leave out what was not
    acknowledged, that what was left out does not appear behind what came instead.
    """

    def __init__(self, settings: KafkaSettings, *, deadline_s: float = 15.0) -> None:
        self._settings = settings
        self._options = client_options(settings)
        self._deadline_s = deadline_s
        self._producer: AIOKafkaProducer | None = None
        self._resting: set[asyncio.Task[None]] = set()
        self._turn = asyncio.Lock()
        self._one_by_one: set[Lane] = set()

    async def publish(self, entries: Sequence[LogEntry]) -> dict[Lane, int]:
        """The entries at the end of their lanes, in the order given; all are acknowledged when it returns.

        Returns for each lane at which offset the first of them stands, as far as the broker has told.

        Raises NotPublished where that is in doubt, EventRefused where one is at fault itself; both within the
        deadline and a few seconds for finding out why. Lanes don't wait for one another.
        """
        began: dict[Lane, int] = {}
        if not entries:
            return began
        ordered = sorted(entries, key=_lane)  # stable: the order within a lane stays
        lanes = {lane: list(of_lane) for lane, of_lane in groupby(ordered, _lane)}
        acknowledged = dict.fromkeys(lanes, 0)
        faults: list[BaseException] = []
        async with self._turn:
            try:
                async with asyncio.timeout(self._deadline_s):
                    producer = await self._running()
                    sent = [self._send(producer, lane, of, acknowledged, began) for lane, of in lanes.items()]
                    faults += [
                        fault for fault in await asyncio.gather(*sent, return_exceptions=True) if fault
                    ]
            except (KafkaError, OSError, TimeoutError) as error:
                faults.append(error)
            finally:
                if faults or acknowledged != {lane: len(of) for lane, of in lanes.items()}:
                    self._give_up()  # also where somebody cancelled us
        if faults:
            raise await self._verdict(faults, acknowledged, began)
        return began

    async def close(self) -> None:
        """No connection is left; what was acknowledged stays so."""
        self._give_up()
        if self._resting:
            _, pending = await asyncio.wait(self._resting, timeout=REQUEST_TIMEOUT_S)
            for task in pending:
                task.cancel()
            await asyncio.gather(*pending, return_exceptions=True)

    async def _running(self) -> AIOKafkaProducer:
        if self._producer is None:
            self._producer = AIOKafkaProducer(
                **self._options,
                acks="all",
                enable_idempotence=True,
                max_batch_size=_BATCH_BYTES,
            )
            await self._producer.start()
        return self._producer

    async def _send(
        self,
        producer: AIOKafkaProducer,
        lane: Lane,
        entries: Sequence[LogEntry],
        acknowledged: dict[Lane, int],
        began: dict[Lane, int],
    ) -> None:
        """One lane's entries, batch after batch, each handed over when the one before is acknowledged."""
        topic, partition = self._settings.topic(lane[0]), lane[1]
        await self._must_exist(producer, topic, partition)
        while (done := acknowledged[lane]) < len(entries):
            batch, count = self._batch(producer, lane, entries[done:])
            try:
                told = await (await producer.send_batch(batch, topic, partition=partition))
            except _NEVER as error:
                if count == 1:
                    raise _Refused(entries[done], str(error)) from None
                self._one_by_one.add(lane)  # one of them is at fault; the next call finds out which
                raise
            acknowledged[lane] += count
            if (
                done == 0 and told.offset >= 0
            ):  # of a batch that it had already, a broker does not say where it is
                began[lane] = told.offset
        self._one_by_one.discard(lane)

    def _batch(self, producer: AIOKafkaProducer, lane: Lane, entries: Sequence[LogEntry]) -> tuple[Any, int]:
        """A batch of as many entries as fit, at least one, and how many these are."""
        batch = producer.create_batch()
        for entry in entries:
            record = to_record(entry)
            if record.size > self._settings.max_message_bytes:
                if batch.record_count():
                    break
                raise _Refused(entry, f"it has {record.size:,} bytes")
            if not _appended(batch, record) or lane in self._one_by_one:
                break
        batch.close()
        return batch, batch.record_count()

    async def _must_exist(self, producer: AIOKafkaProducer, topic: str, partition: int) -> None:
        there = await producer.partitions_for(topic)
        if partition not in there:  # it may have been added since we looked
            await producer.client.force_metadata_update()
            there = await producer.partitions_for(topic)
        if partition not in there:
            raise KafkaError(
                f"topic {topic} has {len(there)} partitions, and lane {partition} is not among them; "
                "`leadmill topics apply` adds it"
            )

    async def _verdict(
        self, faults: Sequence[BaseException], acknowledged: Mapping[Lane, int], began: Mapping[Lane, int]
    ) -> NotPublished:
        refused = [fault.entry for fault in faults if isinstance(fault, _Refused)]
        in_doubt = [fault for fault in faults if not isinstance(fault, _Refused)]
        for fault in in_doubt:
            if not isinstance(fault, (KafkaError, OSError, TimeoutError)):
                raise fault
        if in_doubt:
            return NotPublished(str(await away(self._settings, in_doubt[0])), acknowledged, began)
        return EventRefused(str(faults[0]), acknowledged, refused, began)

    def _give_up(self) -> None:
        """The producer is not ours any more; somebody sees to it that nothing of it is left."""
        producer, self._producer = self._producer, None
        if producer is None:
            return
        task = asyncio.create_task(_laid_to_rest(producer))
        self._resting.add(task)
        task.add_done_callback(self._resting.discard)


def _lane(entry: LogEntry) -> Lane:
    return entry.topic, entry.lane


def _appended(batch: Any, record: Record) -> bool:
    """Whether there was room for the record in the batch."""
    return (
        batch.append(timestamp=None, key=record.key, value=record.value, headers=record.headers) is not None
    )


async def _laid_to_rest(producer: AIOKafkaProducer) -> None:
    """A producer whose connections are cut and whose tasks have ended.

    Its own `stop` would wait until everything is delivered, without end where the broker is away. What is in
    the broker's hands already can't be called back; it is one batch of each lane at most.
    """
    producer._closed = True  # else it complains that nobody has called `stop`
    sender = producer._sender.sender_task
    if sender is not None:
        sender.cancel()
    await cut(producer.client)
    if sender is not None:
        await asyncio.wait([sender], timeout=3 * REQUEST_TIMEOUT_S)
        await cut(producer.client)  # what was being opened meanwhile
