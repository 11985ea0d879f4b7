"""The one place where the way out to the web is made."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import aiohttp
from yarl import URL

from actors.core.provider import Heard

# One deadline covers a whole request, and who asks sets it: a timeout for each step would only cost.
_NO_TIMEOUT = aiohttp.ClientTimeout(total=None, connect=None, sock_read=None, sock_connect=None)


class Web:
    """Requests over aiohttp: without proxies of the environment, redirects or cookies."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def fetch(
        self, method: str, url: URL, headers: Mapping[str, str], *, most_bytes: int, body: bytes | None = None
    ) -> Heard:
        """The answer to a request, redirects not followed. It is read until it is too long.

        Raises aiohttp's ClientError, OSError or UnicodeError.
        """
        request = self._session.request(method, url, headers=headers, data=body, allow_redirects=False)
        async with request as response:
            heard = await response.content.readany()
            while not response.content.at_eof() and len(heard) <= most_bytes:
                heard += await response.content.readany()
            return Heard(response.status, response.headers, heard)


@asynccontextmanager
async def open_web(
    *, connections: int, resolver: aiohttp.abc.AbstractResolver | None = None
) -> AsyncIterator[Web]:
    """The way to providers. 0 connections: no limit, since calls in flight are bounded where they are made."""
    connector = aiohttp.TCPConnector(limit=connections, ttl_dns_cache=60, resolver=resolver)
    async with aiohttp.ClientSession(
        connector=connector,
        auto_decompress=False,
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=_NO_TIMEOUT,
        trust_env=False,
    ) as session:
        yield Web(session)
