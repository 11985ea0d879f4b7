"""Supervision: desks where there is work, sleep where there is none. It knows nothing of Ray."""

import logging
import time
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from actors.core.placement import Changes, Real, Wish, compare, wished_desks
from actors.engine import kill_switch
from actors.engine.scaling import Scaling
from actors.engine.settings import EngineSettings
from tenants.store import approvals, carriers, connections, failures, lanes, roles, switches
from tenants.store.carriers import LOG
from tenants.store.session import Database, Session

logger = logging.getLogger(__name__)

ROLE = "supervisor"
_TIDY_EVERY_S = 5.0


class Deposed(Exception):
    """Another supervisor has the role."""


class Roster(Protocol):
    """Where desks live: as Ray actors, or in this process."""

    async def real(self) -> Mapping[str, Real]:
        """The desks that there are, by name."""
        ...

    async def carry_out(self, changes: Changes) -> None:
        """The changes made. What does not succeed is seen in the next turn."""
        ...


class Chore(Protocol):
    """Something to be done now and then that is no work of desks."""

    async def turn(self) -> int:
        """How much was begun. It waits for nobody but the database."""
        ...


class Supervision:
    """Compares wished desks with real ones, one turn at a time."""

    def __init__(
        self,
        database: Database,
        roster: Roster,
        topics_of: Mapping[str, str],
        *,
        followers: Mapping[str, Collection[str]] | None = None,
        needs: Mapping[str, Collection[str]] | None = None,
        owner: str,
        build: str,
        settings: EngineSettings,
        carrier: str = LOG,
        chores: Sequence[Chore] = (),
    ) -> None:
        """Without `chores` nothing is on a schedule: so it is while a list is worked off."""
        self._chores = chores
        self._carrier = carrier
        self._is_carrier_set = False
        self._database = database
        self._roster = roster
        self._topics_of = dict(topics_of)
        self._followers = followers or {}
        self._needs = needs or {}
        self._unneeded: set[str] = set()
        self._owner = owner
        self._build = build
        self._settings = settings
        self._scaling = Scaling(database, self._topics_of, settings)
        self._busy_at: dict[tuple[str, int], float] = {}
        self._woken_at: dict[tuple[str, int], float] = {}
        self._tidied = float("-inf")

    async def turn(self) -> Changes:
        """One look at the work and at the desks, and what was changed.

        Raises Deposed where another supervisor has the role, and EventsLeft where another bus is wished and the
        one that was read so far still holds something.
        """
        async with self._database.glance() as session:
            if await roles.claim(session, ROLE, self._owner, self._settings.lease_s) is None:
                raise Deposed("another supervisor works on this database")
        await self._set_carrier()
        async with self._database.glance() as session:
            waiting = await lanes.work(session, self._topics_of)
        await self._tidy()
        waiting = [work for work in waiting if work.agent not in self._unneeded]
        changes = compare(self._wished(waiting), await self._roster.real(), build=self._build)
        if changes != Changes():
            await self._roster.carry_out(changes)
        await self._scaling.turn(waiting, room=self._settings.max_desks - self._places())
        return changes

    def _places(self) -> int:
        """How many desks there would be if each lane that is awake had one of its own for each agent."""
        return sum(map(len, self._still(self._woken_at, time.monotonic()).values()))

    async def _set_carrier(self) -> None:
        """The bus that is wished, read from now on: once, before there is any desk."""
        if self._is_carrier_set:
            return
        async with self._database.system() as session:
            if await carriers.use(session, self._carrier, self._topics_of):
                logger.warning("events are carried by %s from now on", self._carrier)
        self._is_carrier_set = True

    async def _tidy(self) -> None:
        """What nobody does by hand, and no desk: now and then."""
        if time.monotonic() - self._tidied < _TIDY_EVERY_S:
            return
        self._tidied = time.monotonic()
        async with self._database.glance() as session:
            await failures.supersede(session)
            await approvals.escalate(session)
            await approvals.expire(session)
            await switches.end_pauses(session)
            self._unneeded = await self._without_tenants(session) if self._needs else set()
        await kill_switch.watch(self._database)
        for chore in self._chores:
            await chore.turn()

    async def resign(self) -> None:
        """The role given back, and every desk stopped in good order."""
        real = await self._roster.real()
        await self._roster.carry_out(Changes(stop=tuple(real)))
        async with self._database.system() as session:
            await roles.resign(session, ROLE, self._owner)

    async def _without_tenants(self, session: Session) -> set[str]:
        """Agents that reach out to services to which no tenant is connected: they get no desks."""
        connected = await connections.connected(session)
        return {agent for agent, providers in self._needs.items() if connected.isdisjoint(providers)}

    def _wished(self, waiting: list[lanes.LaneWork]) -> dict[str, Wish]:
        """Desks for the lanes with work, and for those that had some a moment ago."""
        now = time.monotonic()
        for work in waiting:
            if work.backlog > 0 or work.due > 0:
                self._busy_at[work.agent, work.lane] = now
                # whoever comes next is woken at once: a desk takes seconds to be born, and work is on its way
                for agent in {work.agent, *self._followers.get(work.agent, ())} - self._unneeded:
                    self._woken_at[agent, work.lane] = now
        awake, at_work = self._still(self._woken_at, now), self._still(self._busy_at, now)
        return wished_desks(awake, self._settings.max_desks, at_work=at_work)

    def _still(self, since: dict[tuple[str, int], float], now: float) -> dict[str, set[int]]:
        """The lanes of each agent for which this was so a short while ago; the others are forgotten."""
        lanes_of: dict[str, set[int]] = defaultdict(set)
        for (agent, lane), at in list(since.items()):
            if now - at > self._settings.sleep_after_s:
                del since[agent, lane]
            else:
                lanes_of[agent].add(lane)
        return lanes_of
