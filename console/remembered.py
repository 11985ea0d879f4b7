"""What was read a moment ago: what is costly to read is read once for all who look at the same time."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Any, TypeVar

_MOST = 2_000
COSTLY_S = 0.02
"""Seconds from which on a reading is costly: what is read in less is read whenever somebody asks."""
_TIMES_KEPT = 20
_OLDEST_S = 60.0

ReadT = TypeVar("ReadT")


@dataclass(slots=True)
class _Kept:
    """A reading that is under way or over, since when, and how long it took."""

    task: "asyncio.Task[Any]"
    since_s: float
    took_s: float = 0.0


class Remembered:
    """Readings by name. `clock` tells seconds that never jump."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kept: dict[Hashable, _Kept] = {}
        self._anew: dict[Hashable, asyncio.Task[None]] = {}

    async def fresh(self, name: Hashable, kept_s: float, read: Callable[[], Awaitable[ReadT]]) -> ReadT:
        """What is read under this name: as it was read within the last `kept_s` seconds, or read now.

        Whoever asks while it is being read waits for the same. What could not be read is not remembered.
        """
        now_s = self._clock()
        kept = self._kept.get(name)
        if kept is None or (kept.task.done() and now_s - kept.since_s >= kept_s):
            kept = self._kept[name] = self._begun(read)
            kept.task.add_done_callback(lambda task: self._over(name, task))
            while len(self._kept) > _MOST:
                del self._kept[next(iter(self._kept))]
        # who stops waiting does not take it away from the others
        read_now: ReadT = await asyncio.shield(kept.task)
        return read_now

    async def lately(self, name: Hashable, read: Callable[[], Awaitable[ReadT]]) -> ReadT:
        """What is read under this name: now, where that costs little, else as it was a moment ago.

        What is costly is kept for some twenty times as long as reading it takes, so that a twentieth of the time goes
        into it however many look. After that the old is given once more, while it is read anew; only what is older
        than a minute is waited for.
        """
        now_s = self._clock()
        kept = self._kept.get(name)
        if kept is None or not kept.task.done() or now_s - kept.since_s > _OLDEST_S:
            return await self.fresh(name, _OLDEST_S, read)
        if kept.took_s < COSTLY_S:
            return await self.fresh(name, 0.0, read)
        old: ReadT = kept.task.result()
        if now_s - kept.since_s >= _TIMES_KEPT * kept.took_s and name not in self._anew:
            self._anew[name] = task = asyncio.ensure_future(self._read_anew(name, read))
            task.add_done_callback(lambda _: self._anew.pop(name, None))
        return old

    def forget(self, name: Hashable) -> None:
        """The next one to ask reads it anew."""
        self._kept.pop(name, None)

    def forget_all_of(self, whose: Hashable) -> None:
        """The next one to ask reads anew what has this in its name, such as a tenant's id."""
        for name in [name for name in self._kept if isinstance(name, tuple) and whose in name]:
            del self._kept[name]

    def _begun(self, read: Callable[[], Awaitable[Any]]) -> _Kept:
        kept = _Kept(asyncio.ensure_future(_read(read)), self._clock())

        def time_it(_: "asyncio.Task[Any]") -> None:
            kept.took_s = self._clock() - kept.since_s

        kept.task.add_done_callback(time_it)
        return kept

    async def _read_anew(self, name: Hashable, read: Callable[[], Awaitable[Any]]) -> None:
        """What is kept replaced by what is read now; where that fails, whoever asks next is told."""
        before = self._kept.get(name)
        kept = self._begun(read)
        await asyncio.wait([kept.task])
        # not where it was forgotten meanwhile: what was read may be from before that
        if before is not None and self._kept.get(name) is before:
            self._kept[name] = kept
            self._over(name, kept.task)

    def _over(self, name: Hashable, task: "asyncio.Task[Any]") -> None:
        kept = self._kept.get(name)
        if (task.cancelled() or task.exception() is not None) and kept is not None and kept.task is task:
            del self._kept[name]


async def _read(read: Callable[[], Awaitable[ReadT]]) -> ReadT:
    return await read()
