"""A DNS server on loopback that answers for every domain as the world has it.

The wire format (RFC 1035) is made by hand: questions and answers have few shapes, and this is much cheaper
than a library. What does not fit into the datagram that the other side takes is asked for again over TCP.
"""

import asyncio
import socket
import struct
from functools import lru_cache
from typing import cast

from actors.simulator.world import World
from actors.simulator.zone import FORMERR, NOERROR, NOTIMP, Reply, Zone

_RECEIVE_BUFFER = 4 << 20
_REPLIES_KEPT = 100_000
_HEADER = struct.Struct("!HHHHHH")
_RESPONSE, _AUTHORITATIVE, _RECURSION_WANTED, _RECURSION_OFFERED = 0x8000, 0x0400, 0x0100, 0x0080
_CUT_SHORT = 0x0200
_LEAST_ROOM = 512
_OPT = b"\0\0\x29"  # of the root, in which a question says how long a datagram may be (RFC 6891)
_TRIES = 20
_OPCODE = 0x7800


class DnsServer(asyncio.DatagramProtocol):
    """One port, over UDP and TCP, that answers MX, A, AAAA and TXT questions."""

    def __init__(self, world: World) -> None:
        self._transport: asyncio.DatagramTransport | None = None
        self._streams: asyncio.Server | None = None
        self._reply = lru_cache(maxsize=_REPLIES_KEPT)(Zone(world).reply)

    async def start(self, host: str, port: int) -> int:
        """Listen, and say on which port. Raises OSError where it is taken."""
        for _ in range(_TRIES):
            listening = _datagrams(host, port)
            chosen = int(listening.getsockname()[1])
            try:
                self._streams = await asyncio.start_server(self._answer_stream, host, chosen)
            except OSError:
                listening.close()
                if port:
                    raise
                continue  # the port that was free for datagrams is not for streams
            await asyncio.get_running_loop().create_datagram_endpoint(lambda: self, sock=listening)
            return chosen
        raise OSError(f"no port of {host} is free for datagrams and streams")

    def stop(self) -> None:
        """Stop listening."""
        if self._transport is not None:
            self._transport.close()
        if self._streams is not None:
            self._streams.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport to answer on."""
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answer one message."""
        response = self.response(data)
        if response is not None and self._transport is not None:
            self._transport.sendto(response, addr)

    async def _answer_stream(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one message that came with its length before it."""
        try:
            message = await reader.readexactly(int.from_bytes(await reader.readexactly(2)))
            response = self.response(message, by_stream=True)
            if response is not None:
                writer.write(len(response).to_bytes(2) + response)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # whoever asked has gone
        finally:
            writer.close()

    def response(self, message: bytes, *, by_stream: bool = False) -> bytes | None:
        """The answer to a message on the wire; None for what is no question."""
        if len(message) < _HEADER.size:
            return None
        ident, flags, questions, *_ = _HEADER.unpack_from(message)
        if flags & _RESPONSE:
            return None
        if flags & _OPCODE:
            return _pack(ident, flags, b"", Reply(NOTIMP))
        asked = _question(message) if questions == 1 else None
        if asked is None:
            return _pack(ident, flags, b"", Reply(FORMERR))
        name, kind, end = asked
        question = message[_HEADER.size : end]
        packed = _pack(ident, flags, question, self._reply(name, kind))
        if not by_stream and len(packed) > _room(message, end):
            return _pack(ident, flags, question, Reply(NOERROR | _CUT_SHORT))
        return packed


def _datagrams(host: str, port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
        listening.setblocking(False)
        listening.bind((host, port))
    except OSError:
        listening.close()
        raise
    return listening


def _room(message: bytes, end: int) -> int:
    """How long a datagram the other side takes."""
    if message[end : end + len(_OPT)] != _OPT:
        return _LEAST_ROOM
    return max(_LEAST_ROOM, int.from_bytes(message[end + len(_OPT) : end + len(_OPT) + 2]))


def _question(message: bytes) -> tuple[str, int, int] | None:
    """The name, the record type and the end of the only question; None if it is cut short."""
    labels, place = [], _HEADER.size
    while place < len(message) and (length := message[place]):
        if length > 63:
            return None
        labels.append(message[place + 1 : place + 1 + length])
        place += 1 + length
    end = place + 5
    if end > len(message):
        return None
    name = b".".join(labels).decode("ascii", "replace").lower()
    return name, int.from_bytes(message[place + 1 : place + 3]), end


def _pack(ident: int, flags: int, question: bytes, reply: Reply) -> bytes:
    told = _RESPONSE | _AUTHORITATIVE | _RECURSION_OFFERED | flags & _RECURSION_WANTED | reply.code
    counts = (1 if question else 0, reply.answers, reply.authorities, 0)
    return _HEADER.pack(ident, told, *counts) + question + reply.records
