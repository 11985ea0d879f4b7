"""The one place where the way out to the web is made."""

import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import DefaultResolver
from yarl import URL

from actors.core.provider import Heard, NotPublic

# One deadline covers a whole request, and who asks sets it: a timeout for each step would only cost.
_NO_TIMEOUT = aiohttp.ClientTimeout(total=None, connect=None, sock_read=None, sock_connect=None)
# IPv6 addresses that stand for the IPv4 address in their last bits (RFC 6052), and IPv4 that is written as IPv6
_EMBEDDING = (IPv6Network("64:ff9b::/96"), IPv6Network("::ffff:0:0/96"), IPv6Network("::/96"))
# set aside for protocols; older versions of Python take some of it for public
_FOR_PROTOCOLS = IPv4Network("192.0.0.0/24")


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

        With `public_only` no connection is made but to a public address: NotPublic is the reason otherwise.
        Raises aiohttp's ClientError, OSError or UnicodeError.
        """
        if public_only:
            _must_be_public(url.host or "")
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


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether anybody on the internet may have this address: it leads to no machine or network of our own."""
    if isinstance(address, IPv6Address):
        if any(address in network for network in _EMBEDDING):
            return is_public(IPv4Address(int(address) & 0xFFFF_FFFF))
        if address.sixtofour is not None:
            return is_public(address.sixtofour)
        if address.teredo is not None:
            return False
    return address.is_global and not address.is_multicast and address not in _FOR_PROTOCOLS


def _must_be_public(host: str) -> None:
    """An address in place of a name goes past every resolver."""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return
    if not is_public(address):
        raise NotPublic(f"{host} is no public address")


@asynccontextmanager
async def open_web(*, connections: int, resolver: AbstractResolver | None = None) -> AsyncIterator[Web]:
    """The way to providers. 0 connections: no limit, since calls in flight are bounded where they are made."""
    async with (
        _session(connections, resolver) as session,
        _session(connections, PublicOnly(resolver or DefaultResolver())) as public,
    ):
        yield Web(session, public)


def _session(connections: int, resolver: AbstractResolver | None) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=connections, ttl_dns_cache=60, resolver=resolver),
        auto_decompress=False,
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=_NO_TIMEOUT,
        trust_env=False,
    )
