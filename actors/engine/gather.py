"""Single questions gathered into one: many runs ask for one thing each, the database is asked once."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from itertools import chain
from typing import Generic, TypeVar

KeyT = TypeVar("KeyT")
ValueT = TypeVar("ValueT")


class Gather(Generic[KeyT, ValueT]):
    """Keys that are asked for at the same time, fetched together.

    While as many fetches are under way as may be the next one fills up, so batches grow with the load and nobody
    waits for a clock. Equal keys that wait together are fetched once. Whoever's key is not in the result gets None.
    """

    def __init__(
        self,
        fetch: Callable[[list[KeyT]], Awaitable[Mapping[KeyT, ValueT]]],
        *,
        most: int = 500,
        linger_s: float = 0.0,
        flights: int = 1,
    ) -> None:
        """`most` keys travel at a time, in so many `flights` at once; each waits `linger_s` for company."""
        self._fetch = fetch
        self._most = most
        self._waiting: dict[KeyT, list[asyncio.Future[ValueT | None]]] = {}
        self._linger_s = linger_s
        self._flights = flights
        self._is_boarding = False
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def is_idle(self) -> bool:
        """Whether nobody waits for anything."""
        return not self._waiting and not self._tasks

    async def get(self, key: KeyT) -> ValueT | None:
        """The value for this key, or None where there is none. Raises what the fetch raised."""
        # one for each who asks: whoever gives up must not take the others' answer with them
        future: asyncio.Future[ValueT | None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(key, []).append(future)
        self._depart()
        return await future

    def _depart(self) -> None:
        if self._waiting and not self._is_boarding and len(self._tasks) < self._flights:
            self._is_boarding = True
            task = asyncio.create_task(self._fly())
            self._tasks.add(task)
            task.add_done_callback(self._land)

    async def _fly(self) -> None:
        try:
            # at least whoever asks in this turn of the loop comes along
            await asyncio.sleep(self._linger_s)
        finally:
            self._is_boarding = False
        keys = list(self._waiting)[: self._most]
        waiting = [self._waiting.pop(key) for key in keys]
        self._depart()
        await self._serve(keys, waiting)

    def _land(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            self._depart()

    async def _serve(self, keys: list[KeyT], waiting: list[list[asyncio.Future[ValueT | None]]]) -> None:
        try:
            values = await self._fetch(keys)
        except BaseException as error:
            for future in chain.from_iterable(waiting):
                if not future.done():
                    future.set_exception(error if isinstance(error, Exception) else asyncio.CancelledError())
                    future.exception()  # those who asked may have gone; then nobody is to be told
            if not isinstance(error, Exception):
                raise
            return
        for key, futures in zip(keys, waiting, strict=True):
            value = values.get(key)
            for future in futures:
                if not future.done():
                    future.set_result(value)
