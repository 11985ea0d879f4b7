"""A proxy in front of PostgreSQL that knows its frames, and whose faults are switched on and off."""

import asyncio
import random
import socket
import struct
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

_READ_BYTES = 65_536
_SSL_REQUEST = struct.pack("!II", 8, 80877103)
_COMMITTED = b"C\x00\x00\x00\x0bCOMMIT\x00"
_HEADER = struct.Struct("!cI")
_PATIENCE_S = 10
_GOODBYE = struct.pack("ii", 1, 0)  # linger for nothing: the other side gets a reset, not an end

UP, DOWN = "up", "down"


class Proxy:
    """A way to the server's socket, on a free loopback port, in a loop and thread of its own.

    All switches are plain attributes; they may be set from any thread.
    """

    def __init__(self, target: Path, *, seed: int = 0) -> None:
        self.port = 0
        self.refuses = False
        self.delay_s = 0.0
        self.holes: frozenset[str] = frozenset()
        """The directions in which what is sent vanishes: UP to the server, DOWN from it."""
        self.swallow_rate = 0.0
        """The share of answers to COMMIT that are swallowed."""
        self.swallowed = 0
        self.opened = 0
        self.fell_silent = 0
        """The connections that have lost something in a hole. They stay silent: what is lost never comes."""
        self._target = target
        self._chance = random.Random(seed)
        self._ways: set[_Way] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)
        self._server: asyncio.Server | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        self._call(self._listen())
        return self

    def __exit__(self, *_: object) -> None:
        self._call(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_PATIENCE_S)
        self._loop.close()

    @property
    def connections(self) -> int:
        """How many connections are open."""
        return len(self._ways)

    def cut(self, which: Callable[["_Way"], bool] = lambda _: True) -> int:
        """All open connections reset, on both sides; how many there were."""

        async def cut() -> int:
            chosen = [way for way in self._ways if which(way)]
            for way in chosen:
                way.reset()
            return len(chosen)

        return int(self._call(cut()))

    def _call(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(_PATIENCE_S)

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _end(self) -> None:
        if self._server is not None:
            self._server.close()
        for way in list(self._ways):
            way.reset()
        mine = asyncio.current_task()
        tasks = [task for task in asyncio.all_tasks() if task is not mine]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.refuses:
            _reset(writer)
            return
        self.opened += 1
        try:
            server = await asyncio.open_unix_connection(str(self._target))
        except OSError:  # the server is away
            _reset(writer)
            return
        way = _Way(self, reader, writer, *server)
        self._ways.add(way)
        try:
            with suppress(asyncio.CancelledError):  # the end of the proxy: nobody waits for this task
                await way.carry()
        finally:
            self._ways.discard(way)
            way.reset()

    def takes_answer(self) -> bool:
        """Whether this answer to a COMMIT is to be swallowed."""
        if self.swallow_rate <= 0 or self._chance.random() >= self.swallow_rate:
            return False
        self.swallowed += 1
        return True


class _Way:
    """One connection through the proxy."""

    def __init__(
        self,
        proxy: Proxy,
        client_reader: asyncio.StreamReader,
        client_writer: asyncio.StreamWriter,
        server_reader: asyncio.StreamReader,
        server_writer: asyncio.StreamWriter,
    ) -> None:
        self._proxy = proxy
        self._client = client_reader, client_writer
        self._server = server_reader, server_writer
        self.is_silent = False

    async def carry(self) -> None:
        """Bytes in both directions, until one side ends."""
        both = {
            asyncio.create_task(self._up(*self._client, self._server[1])),
            asyncio.create_task(self._down(self._server[0], self._client[1])),
        }
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            # in a hole nobody hears that the other side has hung up
            if self.is_silent:
                await asyncio.Event().wait()
        finally:
            for task in both:
                task.cancel()
            await asyncio.gather(*both, return_exceptions=True)

    def reset(self) -> None:
        """Both sides reset."""
        _reset(self._client[1])
        _reset(self._server[1])

    async def _vanishes(self, direction: str) -> bool:
        if self._proxy.delay_s:
            await asyncio.sleep(self._proxy.delay_s)
        if direction in self._proxy.holes and not self.is_silent:
            self.is_silent = True
            self._proxy.fell_silent += 1
        return self.is_silent

    async def _up(
        self, reader: asyncio.StreamReader, answer: asyncio.StreamWriter, writer: asyncio.StreamWriter
    ) -> None:
        with suppress(OSError):
            while data := await reader.read(_READ_BYTES):
                if data == _SSL_REQUEST:  # unencrypted only: the proxy reads along
                    answer.write(b"N")
                elif not await self._vanishes(UP):
                    writer.write(data)
                    await writer.drain()

    async def _down(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        frames = Frames()
        with suppress(OSError):
            while data := await reader.read(_READ_BYTES):
                cut_at = next((at for at in frames.committed(data) if self._proxy.takes_answer()), None)
                if await self._vanishes(DOWN):
                    continue
                if cut_at is not None:
                    return  # whoever asked gets a reset instead of the answer
                writer.write(data)
                await writer.drain()


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


def _reset(writer: asyncio.StreamWriter) -> None:
    connection = writer.get_extra_info("socket")
    if connection is not None and connection.family == socket.AF_INET:
        with suppress(OSError):
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _GOODBYE)
    transport = writer.transport
    if not transport.is_closing():
        transport.abort()
