"""The thread that reads Kafka: one consumer for all lanes of a process, on an event loop of its own.

Work may stall its own loop without any effect here, and the other way round.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Coroutine, Iterable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, TypeVar

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from actors.bus.base import CarrierAway, Delivery
from actors.bus.cloudevents import to_delivery
from actors.bus.connection import REQUEST_TIMEOUT_S, away, client_options, cut
from actors.bus.fetching import Fetching
from actors.bus.lane import Lane
from actors.bus.positions import Positions
from actors.bus.settings import KafkaSettings
from actors.events import event_types

logger = logging.getLogger(__name__)

ResultT = TypeVar("ResultT")

_LOOK_EVERY_S = 0.5
_LOOK_FOR_LANES_EVERY_S = 2.0
_SILENT_AFTER_S = 5.0
_ANEW_AFTER_S = 30.0
_TRY_AGAIN_FIRST_S, _TRY_AGAIN_MOST_S = 0.5, 4.0
_STOPPED_WITHIN_S = 1.0
_FETCH_BYTES = 1_048_576


class Reader:
    """All lanes that are being read, each with what was read ahead."""

    def __init__(self, settings: KafkaSettings, *, forget_after_s: float = 60.0) -> None:
        self.positions = Positions()
        self._settings = settings
        self._options = client_options(settings)
        self._forget_after_s = forget_after_s
        self._types = event_types()
        self._lanes: dict[TopicPartition, Lane] = {}
        self._lock = threading.Lock()
        self._loop = asyncio.new_event_loop()
        self._poked = asyncio.Event()
        self._tried = asyncio.Event()
        self._ended = False
        self._reading: asyncio.Task[None] | None = None
        self._fetching: dict[TopicPartition, asyncio.Task[None]] = {}
        self._consumer: AIOKafkaConsumer | None = None
        self._fault = CarrierAway("Kafka has not answered yet")
        self._is_away = False
        self._looked_for_lanes = 0.0
        self._thread = threading.Thread(target=self._live, name="kafka-reader", daemon=True)
        self._thread.start()

    # What others call, from any thread.

    def lane(self, topic: str, number: int, offset: int) -> Lane:
        """The lane with what was read ahead; one that nobody has read for a while begins at this offset."""
        key = TopicPartition(self._settings.topic(topic), number)
        with self._lock:
            if (lane := self._lanes.get(key)) is None:
                lane = self._lanes[key] = Lane(offset)
        return lane

    def forget(self, topic: str, number: int) -> None:
        """Nobody reads this lane any more."""
        with self._lock:
            self._lanes.pop(TopicPartition(self._settings.topic(topic), number), None)
        self.poke()

    def poke(self) -> None:
        """Something is to be done at once: another offset is sought, or a lane has room again."""
        with suppress(RuntimeError):  # the thread has ended meanwhile
            self._loop.call_soon_threadsafe(self._poked.set)

    async def ask(
        self, question: Callable[[AIOKafkaConsumer], Coroutine[Any, Any, ResultT]], deadline_s: float
    ) -> ResultT:
        """What a question to the broker gives. Raises CarrierAway where it gives nothing within the deadline."""

        async def put() -> ResultT:
            try:
                async with asyncio.timeout(deadline_s):
                    await self._tried.wait()
                    if self._consumer is not None:
                        return await question(self._consumer)
            except (KafkaError, TimeoutError) as error:
                if self._consumer is not None:
                    raise await away(self._settings, error) from None
            raise CarrierAway(str(self._fault))

        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(put(), self._loop))

    async def close(self) -> None:
        """The thread has ended, and no connection is left."""
        with suppress(RuntimeError):  # it has ended already
            self._loop.call_soon_threadsafe(self._end)
        await asyncio.to_thread(self._thread.join)

    # What the thread does.

    def _end(self) -> None:
        self._ended = True
        if self._reading is not None:
            self._reading.cancel()

    def _live(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner, suppress(asyncio.CancelledError):
            runner.run(self._read())

    async def _read(self) -> None:
        self._reading = asyncio.current_task()
        pause_s = _TRY_AGAIN_FIRST_S
        while not self._ended:
            try:
                self._consumer = await self._connected()
                pause_s = _TRY_AGAIN_FIRST_S
                self._is_found()
                await self._serve(self._consumer)
            except (CarrierAway, KafkaError, OSError, TimeoutError) as error:
                self._is_lost(error)
            except Exception:
                logger.exception("reading Kafka is begun anew")
            finally:
                await self._disconnect()
            await self._pause(pause_s)
            pause_s = min(2 * pause_s, _TRY_AGAIN_MOST_S)

    async def _connected(self) -> AIOKafkaConsumer:
        """A consumer that has found its broker. Raises CarrierAway with the reason where there is none."""
        consumer = AIOKafkaConsumer(
            **self._options,
            group_id=None,  # which lanes are ours is decided in PostgreSQL, and where they go on as well
            enable_auto_commit=False,
            auto_offset_reset="none",
            isolation_level="read_committed",
            fetch_max_wait_ms=100,  # one fetch is under way at a time, and a new lane waits for its end
            max_partition_fetch_bytes=_FETCH_BYTES,
        )
        try:
            async with asyncio.timeout(2 * REQUEST_TIMEOUT_S):
                await consumer.start()
        except (KafkaError, OSError, TimeoutError) as error:
            await _stopped(consumer)
            raise await away(self._settings, error) from None
        except asyncio.CancelledError:
            await _stopped(consumer)
            raise
        return consumer

    async def _serve(self, consumer: AIOKafkaConsumer) -> None:
        """The lanes kept filled until the thread is to end; raises where the consumer is of no more use."""
        heard, heard_at = 0, time.monotonic()
        telling: asyncio.Task[None] | None = None
        while not self._ended:
            self._drop_idle()
            self._keep_up(consumer)
            if consumer._fetcher.error_future.done():
                raise KafkaError("its client has stopped fetching")
            newest = self._heard(consumer)
            if newest is None or newest != heard:
                heard, heard_at = newest or 0, time.monotonic()
                self._is_found()
            elif time.monotonic() - heard_at > _ANEW_AFTER_S:
                raise CarrierAway("Kafka does not answer")
            elif time.monotonic() - heard_at > _SILENT_AFTER_S:
                self._is_lost(CarrierAway("Kafka does not answer"))
            if telling is None or telling.done():
                telling = asyncio.create_task(self.positions.tell(consumer._client))
            await self._pause(_LOOK_EVERY_S)

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._poked.wait()
        self._poked.clear()

    async def _disconnect(self) -> None:
        consumer, self._consumer = self._consumer, None
        for task in self._fetching.values():
            task.cancel()
        await asyncio.gather(*self._fetching.values(), return_exceptions=True)
        self._fetching.clear()
        if consumer is not None:
            await _stopped(consumer)

    def _keep_up(self, consumer: AIOKafkaConsumer) -> None:
        """Exactly the lanes that are wanted, and exist, are being fetched, each from where it is wanted."""
        with self._lock:
            wanted = dict(self._lanes)
        client = consumer._client
        there = {
            key for key in wanted if key.partition in (client.cluster.partitions_for_topic(key.topic) or ())
        }
        self._look_for(consumer, {key.topic for key in wanted.keys() - there})
        if there != self._fetching.keys() or any(
            self._fetching[key].get_name() != _named(wanted[key]) for key in there & self._fetching.keys()
        ):
            self._assign(consumer, {key: wanted[key] for key in there})
            client._topics |= {key.topic for key in wanted}  # those that do not exist yet, too
        for key in there:
            if (task := self._fetching[key]).done():
                task.result()  # raises what ended it
            if (offset := wanted[key].sought()) is not None:
                consumer.seek(key, offset)

    def _assign(self, consumer: AIOKafkaConsumer, lanes: dict[TopicPartition, Lane]) -> None:
        """These lanes are fetched and no others. What was fetched of them and not yet put aside comes again."""
        for task in self._fetching.values():
            task.cancel()
        consumer.assign(list(lanes))
        for key, lane in lanes.items():
            sought = lane.sought()
            consumer.seek(key, sought if sought is not None else lane.fetch_from)
        self._fetching = {
            key: asyncio.create_task(Fetching(consumer, key, lane, self._deliveries).run(), name=_named(lane))
            for key, lane in lanes.items()
        }

    def _look_for(self, consumer: AIOKafkaConsumer, topics: Iterable[str]) -> None:
        """Topics or partitions that are wanted and not there are looked for now and then."""
        if not topics or time.monotonic() - self._looked_for_lanes < _LOOK_FOR_LANES_EVERY_S:
            return
        self._looked_for_lanes = time.monotonic()
        consumer._client._topics |= set(topics)
        consumer._client.force_metadata_update().add_done_callback(lambda _: self._poked.set())

    def _drop_idle(self) -> None:
        with self._lock:
            for key in [key for key, lane in self._lanes.items() if lane.idle_s > self._forget_after_s]:
                del self._lanes[key]

    def _deliveries(self, key: TopicPartition, records: Iterable[Any]) -> list[tuple[Delivery, int]]:
        """Records as deliveries, each with its size."""
        topic = key.topic.removeprefix(self._settings.topic_prefix or "")
        found = []
        for record in records:
            delivery = to_delivery(
                self._types,
                topic,
                record.offset,
                record.value,
                record.headers,
                written_at=datetime.fromtimestamp(max(record.timestamp, 0) / 1000, UTC),
                max_bytes=self._settings.max_message_bytes,
            )
            found.append((delivery, len(record.value or b"")))
        return found

    def _heard(self, consumer: AIOKafkaConsumer) -> int | None:
        """When the broker last answered a fetch, by its own count; None where nothing is being fetched."""
        with self._lock:
            thirsty = [key for key in self._fetching if (lane := self._lanes.get(key)) and not lane.is_full]
        return max((consumer.last_poll_timestamp(key) or 1 for key in thirsty), default=None)

    def _is_lost(self, error: BaseException) -> None:
        self._fault = error if isinstance(error, CarrierAway) else CarrierAway(str(error))
        self._tried.set()
        if not self._is_away:
            self._is_away = True
            logger.warning("%s; what is read from it waits until it answers", self._fault)

    def _is_found(self) -> None:
        self._tried.set()
        if self._is_away:
            self._is_away = False
            logger.warning("Kafka answers again")


def _named(lane: Lane) -> str:
    """A name for the task of just this lane, since another may have taken its place under the same key."""
    return f"kafka-lane-{id(lane)}"


async def _stopped(consumer: AIOKafkaConsumer) -> None:
    """A consumer of which nothing is left, whether or not its broker answers."""
    stopping = asyncio.create_task(
        consumer.stop()
    )  # a task of its own: where a fetch fails, this is cancelled
    await asyncio.wait([stopping], timeout=_STOPPED_WITHIN_S)
    await cut(consumer._client)
    stopping.cancel()
    await asyncio.gather(stopping, return_exceptions=True)
    consumer._closed = True
