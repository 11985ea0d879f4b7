"""The mill in one process: the same stations and the same supervision, without Ray."""

import asyncio
import logging
from collections.abc import Callable, Mapping

from actors.core.placement import Changes, Real, Wish
from actors.engine.station import Station
from actors.engine.supervision import Deposed, Supervision
from tenants.store.carriers import EventsLeft
from tenants.store.session import DatabaseError

logger = logging.getLogger(__name__)

_TURN_S = 0.1


class InlineRoster:
    """Desks as stations in this process."""

    def __init__(self, open_station: Callable[[str, str], Station]) -> None:
        """`open_station` makes a station from its name and its agent's name."""
        self._open_station = open_station
        self._stations: dict[str, tuple[Wish, Station]] = {}

    async def real(self) -> Mapping[str, Real]:
        """The desks that there are, by name."""
        return {
            name: Real(wish.agent, station.lanes, station.build)
            for name, (wish, station) in self._stations.items()
        }

    async def carry_out(self, changes: Changes) -> None:
        """The changes made."""
        for name in (*changes.kill, *changes.stop):
            await self._stations.pop(name)[1].stop()
        for name, wish in changes.hold.items():
            await self._stations[name][1].hold(wish.lanes)
        for name, wish in changes.start.items():
            station = self._open_station(name, wish.agent)
            await station.hold(wish.lanes)
            self._stations[name] = (wish, station)


async def supervise(supervision: Supervision, stop: asyncio.Event, *, turn_s: float = _TURN_S) -> None:
    """Turns until told to stop, then the end of every desk in good order."""
    while not stop.is_set():
        try:
            await supervision.turn()
        except (Deposed, DatabaseError, EventsLeft) as trouble:
            logger.warning("supervision: %s; again in a moment", trouble)
        try:
            await asyncio.wait_for(stop.wait(), turn_s)
        except TimeoutError:
            continue
    await supervision.resign()
