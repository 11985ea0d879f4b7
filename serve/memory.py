"""What was looked up, remembered for a moment, so that not every request asks the database."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

KeyT = TypeVar("KeyT", bound=Hashable)
FoundT = TypeVar("FoundT")


class Memory(Generic[KeyT, FoundT]):
    """Answers that are no older than a moment.

    One look-up serves all who ask meanwhile, and one that fails is forgotten.
    """

    def __init__(
        self,
        look_up: Callable[[KeyT], Awaitable[FoundT]],
        *,
        for_s: float,
        most: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """A memory of `most` answers; the oldest goes first."""
        self._look_up = look_up
        self._for_s = for_s
        self._most = most
        self._clock = clock
        self._known: dict[KeyT, tuple[float, asyncio.Task[FoundT]]] = {}

    async def get(self, key: KeyT) -> FoundT:
        """What the look-up gives, or gave a moment ago. Raises what it raises."""
        known = self._known.get(key)
        if known is None or (known[1].done() and self._clock() - known[0] >= self._for_s):
            self._known.pop(key, None)  # so that it comes last
            known = self._clock(), asyncio.create_task(self._found(key))
            self._known[key] = known
            if len(self._known) > self._most:
                del self._known[next(iter(self._known))]
        # whoever gives up waiting does not end it for the others
        return await asyncio.shield(known[1])

    async def _found(self, key: KeyT) -> FoundT:
        try:
            return await self._look_up(key)
        except BaseException:
            known = self._known.get(key)
            if known is not None and known[1] is asyncio.current_task():
                del self._known[key]
            raise
