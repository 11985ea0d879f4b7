"""Single questions gathered into one: many runs ask for one thing each, the database is asked once."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Generic, TypeVar

KeyT = TypeVar("KeyT")
ValueT = TypeVar("ValueT")


class Gather(Generic[KeyT, ValueT]):
    """Keys that are asked for at the same time, fetched together.

    While one fetch is under way the next one fills up, so batches grow with the load and nobody waits for
    a clock. Equal keys that wait together are fetched once. Whoever's key is not in the result gets None.
    """

    def __init__(
        self,
        fetch: Callable[[list[KeyT]], Awaitable[Mapping[KeyT, ValueT]]],
        *,
        most: int = 500,
        flights: int = 1,
    ) -> None:
        self._fetch = fetch
        self._most = most
        self._waiting: dict[KeyT, asyncio.Future[ValueT | None]] = {}
        self._free_flights = flights
        self._tasks: set[asyncio.Task[None]] = set()

    async def get(self, key: KeyT) -> ValueT | None:
        """The value for this key, or None where there is none. Raises what the fetch raised."""
        future = self._waiting.get(key)
        if future is None:
            future = self._waiting[key] = asyncio.get_running_loop().create_future()
            self._depart()
        return await asyncio.shield(future)

    def _depart(self) -> None:
        if self._free_flights:
            self._free_flights -= 1
            task = asyncio.create_task(self._fly())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _fly(self) -> None:
        try:
            await asyncio.sleep(0)  # whoever asks in this turn of the loop comes along
            while self._waiting:
                keys = list(self._waiting)[: self._most]
                futures = [self._waiting.pop(key) for key in keys]
                await self._serve(keys, futures)
        finally:
            self._free_flights += 1

    async def _serve(self, keys: list[KeyT], futures: list[asyncio.Future[ValueT | None]]) -> None:
        try:
            values = await self._fetch(keys)
        except BaseException as error:
            for future in futures:
                if not future.done():
                    future.set_exception(error if isinstance(error, Exception) else asyncio.CancelledError())
                    future.exception()  # those who asked may have gone; then nobody is to be told
            if not isinstance(error, Exception):
                raise
            return
        for key, future in zip(keys, futures, strict=True):
            if not future.done():
                future.set_result(values.get(key))
