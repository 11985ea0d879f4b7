"""A vendor's whole list, kept in memory: fetched once for all who ask at the same time, and anew when it is old."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from actors.core.provider import Http, Link

T = TypeVar("T")

# Each tenant may name an address of its own; a list of all companies is large.
_MOST_LISTS = 4


@dataclass(frozen=True, slots=True)
class _Kept(Generic[T]):
    """A list that is on its way or there, and until when it is good."""

    task: asyncio.Task[T]
    until_s: float

    def is_good(self, now_s: float) -> bool:
        """Whether it may be read: on its way, or there and not old yet. One that did not come is not kept."""
        if not self.task.done():
            return True
        return now_s < self.until_s and not self.task.cancelled() and self.task.exception() is None


class ListFile(Generic[T]):
    """A list that a vendor publishes as one file, as `fetch` reads it, for so many seconds after it was asked for.

    There is one for each address that is asked, the newest few of them. The clock counts seconds.
    """

    def __init__(
        self,
        fetch: Callable[[Link], Coroutine[Any, Any, T]],
        *,
        keeps_for_s: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._fetch = fetch
        self._keeps_for_s = keeps_for_s
        self._clock = clock
        # by the way to the web, which belongs to one loop, as the tasks do
        self._kept: WeakKeyDictionary[Http, dict[str, _Kept[T]]] = WeakKeyDictionary()

    async def read(self, link: Link) -> T:
        """The list. Raises what fetching it raises, for all who waited for it."""
        kept = self._kept.setdefault(link.http, {})
        found = kept.pop(link.base_url, None)
        if found is None or not found.is_good(self._clock()):
            task = asyncio.create_task(self._fetch(link))
            task.add_done_callback(_heed)
            found = _Kept(task, self._clock() + self._keeps_for_s)
        kept[link.base_url] = found  # the last one asked for stands last
        while len(kept) > _MOST_LISTS:
            del kept[next(iter(kept))]
        # whoever asked first may give up: the others still wait for it
        return await asyncio.shield(found.task)


def _heed(task: asyncio.Task[T]) -> None:
    """Look at how it ended, since nobody may wait for it any more."""
    if not task.cancelled():
        task.exception()
