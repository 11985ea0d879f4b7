"""The one place where the way out to the web is made."""

import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from ipaddress import ip_address

import aiohttp
from aiohttp import AddrInfoType, SocketFactoryType
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import DefaultResolver
from yarl import URL

from actors.core.provider import Heard, NotPublic
from actors.core.public import is_public

# One deadline covers a whole request, and who asks sets it: a timeout for each step would only cost.
_NO_TIMEOUT = aiohttp.ClientTimeout(total=None, connect=None, sock_read=None, sock_connect=None)
_PORTS_OF_THE_WEB = frozenset({80, 443})


class Web:
    """Requests over aiohttp: without proxies of the environment, redirects or cookies."""

    def __init__(self, session: aiohttp.ClientSession, public: aiohttp.ClientSession) -> None:
        self._session = session
        self._public = public

    async def fetch(
        self,
        method: str,
        url: URL,
        headers: Mapping[str, str],
        *,
        most_bytes: int,
        body: bytes | None = None,
        public_only: bool = False,
    ) -> Heard:
        """The answer to a request, redirects not followed. It is read until it is too long.

        With `public_only` no connection is made but to a public address, on a port of the web: NotPublic is the
        reason otherwise. Raises aiohttp's ClientError, OSError or UnicodeError.
        """
        if public_only:
            _must_be_of_the_public_web(url)
        session = self._public if public_only else self._session
        async with session.request(
            method, url, headers=headers, data=body, allow_redirects=False
        ) as response:
            heard = await response.content.readany()
            while not response.content.at_eof() and len(heard) <= most_bytes:
                heard += await response.content.readany()
            return Heard(response.status, response.headers, heard)


class PublicOnly(AbstractResolver):
    """Names resolved by another resolver, and refused where one of their addresses is not public.

    The connection goes to an address that was checked here, whatever the name would say a moment later.
    """

    def __init__(self, resolver: AbstractResolver) -> None:
        self._resolver = resolver

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses of a name. Raises NotPublic, and what the other resolver raises."""
        found = await self._resolver.resolve(host, port, family)
        for one in found:
            if not is_public(ip_address(one["host"].partition("%")[0])):
                raise NotPublic(f"{host} is at {one['host']}, which is no public address")
        return found

    async def close(self) -> None:
        """The end of the other one."""
        await self._resolver.close()


def _must_be_of_the_public_web(url: URL) -> None:
    """What can be told from the address as it is written. Where it leads is looked at when it is connected to."""
    if url.scheme not in {"http", "https"} or url.port not in _PORTS_OF_THE_WEB:
        raise NotPublic("neither HTTP nor HTTPS on its port")
    if url.raw_user is not None or url.raw_password is not None:
        raise NotPublic("an address with a user in it")


def _socket_to_public(info: AddrInfoType) -> socket.socket:
    """A socket for the address that is about to be connected to, the last of all checks.

    However the host was written, and whoever made an address of it, nothing goes past here.
    """
    family, kind, protocol, _, address = info
    host = str(address[0])
    try:
        leads_outside = is_public(ip_address(host.partition("%")[0]))
    except ValueError:  # a name, which would be resolved once more
        leads_outside = False
    if not leads_outside:
        raise NotPublic(f"{host} is no public address")
    return socket.socket(family, kind, protocol)


@asynccontextmanager
async def open_web(*, connections: int, resolver: AbstractResolver | None = None) -> AsyncIterator[Web]:
    """The way to providers. 0 connections: no limit, since calls in flight are bounded where they are made."""
    async with (
        _session(connections, resolver) as session,
        _session(connections, PublicOnly(resolver or DefaultResolver()), _socket_to_public) as public,
    ):
        yield Web(session, public)


def _session(
    connections: int, resolver: AbstractResolver | None, sockets: SocketFactoryType | None = None
) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(
            limit=connections, ttl_dns_cache=60, resolver=resolver, socket_factory=sockets
        ),
        auto_decompress=False,
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=_NO_TIMEOUT,
        trust_env=False,
    )
