"""Ways to the web on which something goes wrong, or happens, at one request."""

from collections.abc import Awaitable, Callable
from typing import Any

from actors.core.provider import Heard, Http, Link


class Losing:
    """The web, where the answer to one kind of request gets lost, once: what was asked for is done."""

    def __init__(self, http: Http, method: str, path: str) -> None:
        self._http, self._method, self._path, self.lost = http, method, path, False

    async def fetch(self, method: str, url: Any, headers: Any, **more: Any) -> Heard:
        heard = await self._http.fetch(method, url, headers, **more)
        if not self.lost and method == self._method and self._path in str(url):
            self.lost = True
            raise ConnectionResetError("reset")
        return heard


class Meanwhile:
    """The web, where something happens just before one kind of request, once."""

    def __init__(self, http: Http, method: str, path: str, event: Callable[[], Awaitable[Any]]) -> None:
        self._http, self._method, self._path, self._event = http, method, path, event
        self.happened = False

    async def fetch(self, method: str, url: Any, headers: Any, **more: Any) -> Heard:
        if not self.happened and method == self._method and self._path in str(url):
            self.happened = True
            await self._event()
        return await self._http.fetch(method, url, headers, **more)


class Refusing:
    """The web, where one kind of request is answered by something else."""

    def __init__(self, http: Http, method: str, path: str, answer: Heard) -> None:
        self._http, self._method, self._path, self._answer = http, method, path, answer

    async def fetch(self, method: str, url: Any, headers: Any, **more: Any) -> Heard:
        if method == self._method and self._path in str(url):
            return self._answer
        return await self._http.fetch(method, url, headers, **more)


def by(link: Link, http: Http) -> Link:
    """The same way, over another web."""
    return Link(http, link.base_url, link.api_key)
