"""What is known of one lane between the thread that reads Kafka and those who work."""

import threading
import time
from collections import deque
from collections.abc import Sequence

from actors.bus.base import Delivery

_ROOM = 1_000
_ROOM_BYTES = 8_388_608


class Lane:
    """Deliveries of one lane that were read ahead: one thread puts in, others take out.

    It holds no more than its room and what one more fetch brings.
    """

    def __init__(self, offset: int, *, room: int = _ROOM) -> None:
        self._lock = threading.Lock()
        self._deliveries: deque[tuple[Delivery, int]] = deque()
        self._bytes = 0
        self._head = offset  # what the next one to ask will ask for, if nobody has died
        self._fetch_from = offset
        self._is_sought = True
        self._room = room
        self._read_at = time.monotonic()

    def take(self, offset: int, limit: int) -> list[Delivery]:
        """At most `limit` deliveries from this offset on.

        Whoever asks for another offset than the one that follows the last gets nothing at first: what was read
        ahead is of no use to them, and `sought` says where to read on.
        """
        with self._lock:
            self._read_at = time.monotonic()
            if offset != self._head:
                self._deliveries.clear()
                self._bytes = 0
                self._head = self._fetch_from = offset
                self._is_sought = True
                return []
            taken = []
            for _ in range(min(limit, len(self._deliveries))):
                delivery, size = self._deliveries.popleft()
                self._bytes -= size
                taken.append(delivery)
            if taken:
                self._head = taken[-1].offset + 1
            return taken

    def put(self, deliveries: Sequence[tuple[Delivery, int]]) -> None:
        """Deliveries that follow those before, each with its size in bytes.

        It has no effect where another offset is sought by now.
        """
        with self._lock:
            if not self._is_sought and deliveries:
                self._deliveries.extend(deliveries)
                self._bytes += sum(size for _, size in deliveries)
                self._fetch_from = deliveries[-1][0].offset + 1

    def go_on_at(self, offset: int) -> None:
        """What comes next comes from this offset, whatever was asked for: there is nothing before it."""
        with self._lock:
            if not self._is_sought:
                self._fetch_from = offset

    def sought(self) -> int | None:
        """The offset that somebody asks for and nobody has gone to yet; from here on, somebody has."""
        with self._lock:
            offset = self._fetch_from if self._is_sought else None
            self._is_sought = False
            return offset

    @property
    def is_sought(self) -> bool:
        """Whether somebody asks for another offset than what would come next."""
        with self._lock:
            return self._is_sought

    @property
    def fetch_from(self) -> int:
        """The offset behind all that was read ahead."""
        with self._lock:
            return self._fetch_from

    @property
    def is_full(self) -> bool:
        """Whether there is no room for more."""
        with self._lock:
            return len(self._deliveries) >= self._room or self._bytes >= _ROOM_BYTES

    @property
    def idle_s(self) -> float:
        """For how many seconds nobody has read."""
        with self._lock:
            return time.monotonic() - self._read_at
