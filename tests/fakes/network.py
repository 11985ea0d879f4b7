"""A network on which every address leads to one server of the test, and each connection is written down."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from ipaddress import ip_address

from actors.core.public import is_public

Behaviour = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

#: an address of anybody's, for names that lead to a website
ANYBODY = "93.184.215.14"


_TLS_HANDSHAKE = b"\x16"


class Network:
    """Where connections go that a loop makes: to the server, which answers as `pages` say, by host and path.

    A page is what is sent back, or a function that is left alone with the connection. What there is no page for
    is not found. `connections` are the addresses that were really connected to, `asked` what was asked for.
    """

    def __init__(self) -> None:
        self.pages: dict[str, bytes | Behaviour] = {}
        self.connections: list[tuple[str, int]] = []
        self.asked: list[str] = []
        self.heads: list[str] = []

    @property
    def not_public(self) -> list[tuple[str, int]]:
        """The connections to what is no public address, or not a port of the web."""
        return [
            (host, port)
            for host, port in self.connections
            if port not in {80, 443} or not _is_address_of_anybody(host)
        ]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection."""
        try:
            while True:
                first = await reader.readexactly(1)
                if first == _TLS_HANDSHAKE:
                    return  # no certificate is ours: there is nothing to say, and nobody need wait for it
                head = (first + await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                host = next(line[6:] for line in head.split("\r\n") if line.lower().startswith("host: "))
                path = head.split(" ", 2)[1]
                self.asked.append(f"{host}{path}")
                self.heads.append(head)
                page = self.pages.get(f"{host}{path}", response(status="404 Not Found"))
                if not isinstance(page, bytes):
                    await page(reader, writer)
                    return
                writer.write(page)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # whoever asked has gone
        finally:
            writer.close()


def _is_address_of_anybody(host: str) -> bool:
    try:
        return is_public(ip_address(host))
    except ValueError:
        return False


def response(
    body: bytes = b"", *, status: str = "200 OK", content_type: str = "text/html", **headers: str
) -> bytes:
    """A response as it goes over the wire; headers with an underscore for each hyphen."""
    more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    head = f"HTTP/1.1 {status}\r\ncontent-type: {content_type}\r\ncontent-length: {len(body)}\r\n{more}\r\n"
    return head.encode() + body


def moved(target: str) -> bytes:
    """A response that leads elsewhere."""
    return response(status="302 Found", location=target)


@asynccontextmanager
async def open_network() -> AsyncIterator[Network]:
    """The network of the loop that runs, for as long as the block lasts."""
    network = Network()
    loop = asyncio.get_running_loop()
    server = await asyncio.start_server(network.serve, "127.0.0.1", 0)
    place = server.sockets[0].getsockname()
    connect = loop.sock_connect

    async def sock_connect(connecting: socket.socket, address: tuple[str, int]) -> None:
        network.connections.append(address[:2])
        if connecting.family != socket.AF_INET:
            raise ConnectionRefusedError("the server has no such address")
        await connect(connecting, place)

    loop.sock_connect = sock_connect  # type: ignore[method-assign, assignment]
    try:
        yield network
    finally:
        loop.sock_connect = connect  # type: ignore[method-assign]
        server.close()
