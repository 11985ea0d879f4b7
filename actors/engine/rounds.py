"""Rounds: work beside supervision that takes longer than a turn of it, one round at a time."""

import asyncio
from collections.abc import Coroutine
from typing import Any


class Rounds:
    """At most one round under way."""

    def __init__(self) -> None:
        self._round: asyncio.Task[None] | None = None

    @property
    def is_under_way(self) -> bool:
        """Whether the last round that was begun has not ended."""
        return self._round is not None and not self._round.done()

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        """A round, under way from now on. Nobody waits for it: it says itself what went wrong."""
        assert not self.is_under_way
        self._round = asyncio.create_task(work)

    async def finished(self) -> None:
        """Nothing, once the round that is under way has ended."""
        if self._round is not None:
            await asyncio.gather(self._round, return_exceptions=True)

    async def close(self) -> None:
        """What is under way given up."""
        if self._round is not None:
            self._round.cancel()
        await self.finished()
