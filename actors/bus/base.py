"""What any bus promises: for each topic and lane, events in order, from any offset, as often as asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar, Protocol

from actors.events.envelope import Event, UnreadableEvent
from tenants.records import LogEntry


class CarrierAway(Exception):
    """The carrier of events does not answer as it should. Waiting may help, or a person must act, as it says."""


class NotPublished(CarrierAway):
    """Some events are not published, or nobody knows whether they are. The same again, later.

    `acknowledged` says for each lane how many of its events, from the first on, certainly are, and `began` at which
    offset the first of them stands there.
    """

    def __init__(
        self,
        reason: str,
        acknowledged: Mapping[tuple[str, int], int],
        began: Mapping[tuple[str, int], int] = MappingProxyType({}),
    ) -> None:
        super().__init__(reason)
        self.acknowledged = dict(acknowledged)
        self.began = dict(began)


class EventRefused(NotPublished):
    """An event that the carrier never takes stands at the head of what is left of its lane.

    `refused` has one for each such lane. Waiting does not help: what it said must be kept elsewhere, and the
    lane goes on behind it.
    """

    def __init__(
        self,
        reason: str,
        acknowledged: Mapping[tuple[str, int], int],
        refused: Sequence[LogEntry],
        began: Mapping[tuple[str, int], int] = MappingProxyType({}),
    ) -> None:
        super().__init__(reason, acknowledged, began)
        self.refused = tuple(refused)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event, or why it can't be read, at its offset; with its raw bytes and headers as far as there are any."""

    offset: int
    event: Event | UnreadableEvent
    raw: bytes = b""
    headers: tuple[tuple[str, bytes | None], ...] = ()


class Bus(Protocol):
    """A carrier of events.

    The promise, held by one suite over every bus: order within a lane, nothing left out, the same again after
    a crash, and what can't be read is handed over as such and stands in nobody's way. Offsets rise; a carrier
    may leave some unused.
    """

    #: what the database calls it: an installation reads one
    name: ClassVar[str]

    async def read(self, topic: str, lane: int, offset: int, limit: int) -> list[Delivery]:
        """At most `limit` deliveries of one lane from this offset on; an empty list where there is nothing yet."""
        ...

    def forget(self, topic: str, lane: int) -> None:
        """This lane is not read any more."""
        ...

    async def commit_position(self, agent: str, topic: str, lane: int, offset: int) -> None:
        """How far an agent has come, for the carrier's own tools: told soon, or never. It never waits nor fails."""
        ...

    async def close(self) -> None:
        """The end of all connections."""
        ...


class Publisher(Protocol):
    """The way of events onto a carrier."""

    async def publish(self, entries: Sequence[LogEntry]) -> Mapping[tuple[str, int], int]:
        """The entries at the end of their lanes, in the order given; all are there when it returns.

        Returns for each lane at which offset the first of them stands.

        Raises NotPublished where that is in doubt, EventRefused where one is at fault itself.
        """
        ...

    async def close(self) -> None:
        """The end of all connections."""
        ...
