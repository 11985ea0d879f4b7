"""The embedded bus: desks read the log in PostgreSQL directly."""

from typing import ClassVar

from actors.bus.base import Delivery
from actors.events import event_types
from actors.events.envelope import Event, UnreadableEvent, read_payload
from tenants.records import LogEntry
from tenants.store import log
from tenants.store.carriers import LOG
from tenants.store.session import Database


class LogBus:
    """The log as a bus. What is committed there is delivered; nothing needs to be moved."""

    name: ClassVar[str] = LOG

    def __init__(self, database: Database) -> None:
        self._database = database
        self._types = event_types()

    async def read(self, topic: str, lane: int, offset: int, limit: int) -> list[Delivery]:
        """At most `limit` deliveries of one lane from this offset on; an empty list where there is nothing yet."""
        async with self._database.glance() as session:
            entries = await log.read(session, topic, lane, offset, limit)
        return [self._delivery(entry) for entry in entries]

    def forget(self, topic: str, lane: int) -> None:
        """Nothing to do: nothing is read ahead."""

    async def commit_position(self, agent: str, topic: str, lane: int, offset: int) -> None:
        """Nothing to do: its tools read the database."""

    async def close(self) -> None:
        """Nothing to do: the database belongs to who opened it."""

    def _delivery(self, entry: LogEntry) -> Delivery:
        try:
            payload = read_payload(self._types, entry.type, entry.data)
        except UnreadableEvent as error:
            return Delivery(entry.offset, error, entry.data.encode())
        event = Event(
            entry.event_id,
            entry.tenant_id,
            payload.type,
            entry.source,
            entry.subject,
            entry.time,
            entry.traceparent,
            payload,
        )
        return Delivery(entry.offset, event)
