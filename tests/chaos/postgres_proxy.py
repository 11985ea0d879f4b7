"""A proxy in front of PostgreSQL that knows its frames, and can swallow answers to COMMIT."""

import random
import struct
from collections.abc import Callable
from pathlib import Path

from tests.chaos.proxy import Proxy, Talk

_SSL_REQUEST = struct.pack("!II", 8, 80877103)
_COMMITTED = b"C\x00\x00\x00\x0bCOMMIT\x00"
_HEADER = struct.Struct("!cI")


class PostgresProxy(Proxy):
    """A way to a PostgreSQL, unencrypted, so that the proxy can read along."""

    def __init__(self, target: Path, *, seed: int = 0) -> None:
        super().__init__(target)
        self.swallow_rate = 0.0
        """The share of answers to COMMIT that are swallowed."""
        self.swallowed = 0
        self._chance = random.Random(seed)

    def talk(self) -> Talk:
        """What goes on on a new connection, with an eye on its commits."""
        return _Commits(self)

    def takes_answer(self) -> bool:
        """Whether this answer to a COMMIT is to be swallowed."""
        if self.swallow_rate <= 0 or self._chance.random() >= self.swallow_rate:
            return False
        self.swallowed += 1
        return True


class _Commits(Talk):
    """One connection, of whose answers to COMMIT some never come."""

    def __init__(self, proxy: PostgresProxy) -> None:
        self._proxy = proxy
        self._frames = Frames()

    def up(self, data: bytes, answer: Callable[[bytes], None]) -> bytes:
        if data == _SSL_REQUEST:
            answer(b"N")
            return b""
        return data

    def down(self, data: bytes) -> bytes | None:
        is_taken = any(self._proxy.takes_answer() for _ in self._frames.committed(data))
        return None if is_taken else data


class Frames:
    """The frames of what a server says, followed over the pieces in which they come."""

    def __init__(self) -> None:
        self._left_of_frame = 0
        self._head = b""

    def committed(self, data: bytes) -> list[int]:
        """Where in this piece an answer "COMMIT" ends."""
        ends = []
        at = 0
        while at < len(data):
            if self._left_of_frame:
                step = min(self._left_of_frame, len(data) - at)
                if len(self._head) < len(_COMMITTED):
                    self._head += data[at : at + min(step, len(_COMMITTED))]
                at += step
                self._left_of_frame -= step
            else:
                need = _HEADER.size - len(self._head)
                self._head += data[at : at + need]
                at += min(need, len(data) - at)
                if len(self._head) < _HEADER.size:
                    break
                self._left_of_frame = _HEADER.unpack(self._head)[1] - 4
            if not self._left_of_frame and len(self._head) >= _HEADER.size:
                if self._head == _COMMITTED:
                    ends.append(at)
                self._head = b""
        return ends
