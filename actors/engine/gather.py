"""Single questions gathered into one: many runs ask for one thing each, the database is asked once."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from itertools import chain
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
        linger_s: float = 0.0,
    ) -> None:
        """`most` keys travel at a time; a flight waits `linger_s` for company before it departs."""
        self._fetch = fetch
        self._most = most
        self._waiting: dict[KeyT, list[asyncio.Future[ValueT | None]]] = {}
        self._linger_s = linger_s
        self._flying = False
        self._tasks: set[asyncio.Task[None]] = set()

    async def get(self, key: KeyT) -> ValueT | None:
        """The value for this key, or None where there is none. Raises what the fetch raised."""
        # one for each who asks: whoever gives up must not take the others' answer with them
        future: asyncio.Future[ValueT | None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(key, []).append(future)
        self._depart()
        return await future

    def _depart(self) -> None:
        if not self._flying:
            self._flying = True
            task = asyncio.create_task(self._fly())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _fly(self) -> None:
        try:
            while self._waiting:
                await asyncio.sleep(
                    self._linger_s
                )  # at least whoever asks in this turn of the loop comes along
                keys = list(self._waiting)[: self._most]
                await self._serve(keys, [self._waiting.pop(key) for key in keys])
        finally:
            self._flying = False

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
