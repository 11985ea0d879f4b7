"""A proxy in front of a server on this machine, whose faults are switched on and off."""

import asyncio
import socket
import struct
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

_READ_BYTES = 65_536
_PATIENCE_S = 10
_GOODBYE = struct.pack("ii", 1, 0)  # linger for nothing: the other side gets a reset, not an end

UP, DOWN = "up", "down"


class Talk:
    """What is said on one connection, passed on as it comes. One that knows a protocol may change it."""

    def up(self, data: bytes, answer: Callable[[bytes], None]) -> bytes:
        """What of this the server is told; the client may be given an answer in its place."""
        return data

    def down(self, data: bytes) -> bytes | None:
        """What of this the client is told, or None: both sides get a reset instead."""
        return data


class Proxy:
    """A way to the server's socket or loopback port, on a free loopback port, in a loop and thread of its own.

    All switches are plain attributes; they may be set from any thread.
    """

    def __init__(self, target: Path | int | None = None) -> None:
        self.target = target
        self.port = 0
        self.refuses = False
        self.delay_s = 0.0
        self.holes: frozenset[str] = frozenset()
        """The directions in which what is sent vanishes: UP to the server, DOWN from it."""
        self.opened = 0
        self.fell_silent = 0
        """The connections that have lost something in a hole. They stay silent: what is lost never comes."""
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
            server = await self._reach()
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

    def talk(self) -> Talk:
        """What goes on on a new connection."""
        return Talk()

    async def _reach(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if isinstance(self.target, int):
            return await asyncio.open_connection("127.0.0.1", self.target)
        return await asyncio.open_unix_connection(str(self.target))


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
        self._talk = proxy.talk()
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
                passed = self._talk.up(data, answer.write)
                if passed and not await self._vanishes(UP):
                    writer.write(passed)
                    await writer.drain()

    async def _down(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(_READ_BYTES):
                passed = self._talk.down(data)
                if await self._vanishes(DOWN):
                    continue
                if passed is None:
                    return  # whoever asked gets a reset instead of the answer
                writer.write(passed)
                await writer.drain()


def _reset(writer: asyncio.StreamWriter) -> None:
    connection = writer.get_extra_info("socket")
    if connection is not None and connection.family == socket.AF_INET:
        with suppress(OSError):
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _GOODBYE)
    transport = writer.transport
    if not transport.is_closing():
        transport.abort()
