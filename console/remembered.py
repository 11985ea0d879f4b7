"""What was read a moment ago: what is costly to read is read once for all who look at the same time."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Any, TypeVar

_MOST = 2_000

ReadT = TypeVar("ReadT")


@dataclass(slots=True)
class _Kept:
    """A reading that is under way or over, and since when."""

    task: "asyncio.Task[Any]"
    since_s: float


class Remembered:
    """Readings by name. `clock` tells seconds that never jump."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kept: dict[Hashable, _Kept] = {}

    async def fresh(self, name: Hashable, kept_s: float, read: Callable[[], Awaitable[ReadT]]) -> ReadT:
        """What is read under this name: as it was read within the last `kept_s` seconds, or read now.

        Whoever asks while it is being read waits for the same. What could not be read is not remembered.
        """
        now_s = self._clock()
        kept = self._kept.get(name)
        if kept is None or (kept.task.done() and now_s - kept.since_s >= kept_s):
            kept = self._kept[name] = _Kept(asyncio.ensure_future(_read(read)), now_s)
            kept.task.add_done_callback(lambda task: self._over(name, task))
            while len(self._kept) > _MOST:
                del self._kept[next(iter(self._kept))]
        # who stops waiting does not take it away from the others
        read_now: ReadT = await asyncio.shield(kept.task)
        return read_now

    def forget(self, name: Hashable) -> None:
        """The next one to ask reads it anew."""
        self._kept.pop(name, None)

    def _over(self, name: Hashable, task: "asyncio.Task[Any]") -> None:
        kept = self._kept.get(name)
        if (task.cancelled() or task.exception() is not None) and kept is not None and kept.task is task:
            del self._kept[name]


async def _read(read: Callable[[], Awaitable[ReadT]]) -> ReadT:
    return await read()
