"""A desk: a long-lived process for one agent, holding lanes."""

from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from typing import Any

from actors.engine.rank import rank_of_this_thread
from actors.engine.station import Station
from actors.engine.wiring import open_works
from actors.shell import cluster
from actors.shell.scorer import ServeScoring


class Desk:
    """One agent's station in a process of its own. It is told which lanes to hold; Postgres knows the rest."""

    def __init__(self, name: str, agent: str, settings: Mapping[str, str]) -> None:
        cluster.take_over(settings)
        self._name = name
        self._agent = agent
        self._parts = AsyncExitStack()
        self._station: Station | None = None

    async def hold(self, lanes: Sequence[int]) -> None:
        """From now on exactly these lanes."""
        if self._station is None:
            works = await self._parts.enter_async_context(open_works(scoring=ServeScoring()))
            self._station = works.station(self._name, self._agent, rank=rank_of_this_thread())
        await self._station.hold(lanes)

    async def stop(self) -> None:
        """All lanes given back in good order."""
        if self._station is not None:
            await self._station.stop()
            self._station = None
        await self._parts.aclose()

    async def health(self) -> dict[str, Any] | None:
        """How the desk is, or None where it has not been told what to do."""
        return self._station.health() if self._station is not None else None
