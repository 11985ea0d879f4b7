"""Pacing: no key is used more often than its vendor allows, by all processes together."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from actors.core.errors import SlowedDown
from actors.core.provider import Link, Provider
from actors.engine.gather import Gather
from tenants.store import paces
from tenants.store.paces import Window
from tenants.store.session import Database

#: a place that is further off is not waited for in the run: another run can have the slot meanwhile
_HORIZON_S = 2.0
_LINGER_S = 0.005
_MINUTE_S = 60.0


class Pacing:
    """The places of one process: asked for together, given by the database, which knows those of all others."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._asking: dict[str, Gather[object, float]] = {}

    async def wait(self, provider: Provider, link: Link, calls_per_minute: int | None) -> None:
        """The end of the wait for a place. Raises SlowedDown where it would be long, with the time to come back."""
        windows = _windows(provider, link, calls_per_minute)
        if not windows:
            return
        key = key_of(provider, link)
        gather = self._asking.get(key)
        if gather is None:

            async def take(callers: list[object]) -> Mapping[object, float]:
                return await self._take(key, windows, callers)

            gather = self._asking[key] = Gather(take, linger_s=_LINGER_S)
        wait_s = await gather.get(object())
        assert wait_s is not None
        if wait_s > _HORIZON_S:
            later = datetime.now(UTC) + timedelta(seconds=wait_s)
            raise SlowedDown("all its calls of the moment are taken", provider=provider.name, retry_at=later)
        if wait_s > 0:
            await asyncio.sleep(wait_s)

    async def slow_down(self, provider: Provider, link: Link, seconds: float) -> None:
        """The vendor has asked this key to slow down: every process heeds it."""
        async with self._database.system() as session:
            await paces.slow_down(session, key_of(provider, link), seconds)

    async def _take(
        self, key: str, windows: Sequence[Window], callers: Sequence[object]
    ) -> Mapping[object, float]:
        async with self._database.system() as session:
            slots = await paces.take(session, key, windows, len(callers), horizon_s=_HORIZON_S)
        return dict(zip(callers, (*slots.granted, *slots.refused), strict=True))


def key_of(provider: Provider, link: Link) -> str:
    """What stands for a key where it is counted: nobody can tell the key from it."""
    return paces.key_of(provider.name, link.base_url, link.api_key)


def _windows(provider: Provider, link: Link, calls_per_minute: int | None) -> tuple[Window, ...]:
    """How often the key may be used: as the tenant says, else as the vendor does at its own address."""
    if calls_per_minute is not None:
        return (Window(calls_per_minute, _MINUTE_S),)
    if link.base_url != provider.base_url:
        return ()
    return tuple(Window(limit.calls, limit.per_s) for limit in provider.limits)
