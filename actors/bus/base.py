"""What any bus promises: for each topic and lane, events in order, from any offset, as often as asked."""

from dataclasses import dataclass
from typing import Protocol

from actors.events.envelope import Event, UnreadableEvent


class CarrierAway(Exception):
    """The carrier of events does not answer as it should. Waiting may help, or a person must act, as it says."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event as it came, at its offset; or what could not be read, with its raw bytes and headers."""

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

    async def read(self, topic: str, lane: int, offset: int, limit: int) -> list[Delivery]:
        """At most `limit` deliveries of one lane from this offset on; an empty list where there is nothing yet."""
        ...

    async def close(self) -> None:
        """The end of all connections."""
        ...
