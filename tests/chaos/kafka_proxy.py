"""A proxy in front of a Kafka broker that knows its frames, and can swallow answers to Produce."""

import struct
from collections.abc import Callable, Iterator

from tests.chaos.proxy import Proxy, Talk

_SIZE_BYTES = 4
_ASKED = struct.Struct("!ihhi")  # size, key of the request's kind, version, correlation id
_ANSWERED = struct.Struct("!ii")  # size, correlation id
_PRODUCE = 0


class KafkaProxy(Proxy):
    """A way to a broker, unencrypted, so that the proxy can read along; the broker must name it as its address."""

    def __init__(self) -> None:
        super().__init__()
        self.swallows = False
        """Whether answers to Produce vanish; what was produced is in place."""
        self.swallowed = 0

    def talk(self) -> Talk:
        """What goes on on a new connection, with an eye on what is produced."""
        return _Produces(self)

    def takes_answer(self) -> bool:
        """Whether this answer to a Produce is to be swallowed."""
        self.swallowed += self.swallows
        return self.swallows


class _Produces(Talk):
    """One connection, of whose answers to Produce some never come. All others come."""

    def __init__(self, proxy: KafkaProxy) -> None:
        self._proxy = proxy
        self._up = Frames(_ASKED)
        self._down = Frames(_ANSWERED)
        self._produces: set[int] = set()
        self._is_taken = False

    def up(self, data: bytes, answer: Callable[[bytes], None]) -> bytes:
        for head, _ in self._up.pieces(data):
            if head is not None and head[1] == _PRODUCE:
                self._produces.add(head[3])
        return data

    def down(self, data: bytes) -> bytes | None:
        passed = []
        for head, piece in self._down.pieces(data):
            if head is not None:
                self._is_taken = head[1] in self._produces and self._proxy.takes_answer()
                self._produces.discard(head[1])
            if not self._is_taken:
                passed.append(piece)
        return b"".join(passed)


class Frames:
    """The frames that one side sends, followed over the pieces in which they come; each begins with such a head."""

    def __init__(self, head: struct.Struct) -> None:
        self._form = head
        self._head = b""
        self._left_of_frame = 0

    def pieces(self, data: bytes) -> Iterator[tuple[tuple[int, ...] | None, bytes]]:
        """All that is in these bytes, in pieces that belong to one frame each; its head with the first of them.

        A head that is not complete yet is kept until it is.
        """
        at = 0
        while at < len(data):
            if self._left_of_frame:
                piece = data[at : at + self._left_of_frame]
                at += len(piece)
                self._left_of_frame -= len(piece)
                yield None, piece
                continue
            more = data[at : at + self._form.size - len(self._head)]
            at += len(more)
            self._head += more
            if len(self._head) == self._form.size:
                complete, self._head = self._head, b""
                head = self._form.unpack(complete)
                self._left_of_frame = _SIZE_BYTES + head[0] - len(complete)
                yield head, complete
