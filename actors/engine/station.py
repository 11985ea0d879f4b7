"""A station: one agent's work on the lanes that it was given, until it is told otherwise."""

import asyncio
import logging
import os
import time
import uuid
from collections.abc import Collection
from typing import Any

from actors.bus.base import Bus
from actors.engine.intake import Intake
from actors.engine.profiles import Profiles
from actors.engine.rank import Rank
from actors.engine.runner import Runner
from actors.engine.settings import EngineSettings
from tenants.store import carriers, heartbeats, lanes
from tenants.store.lanes import Fenced, Lease
from tenants.store.session import Database, DatabaseError

logger = logging.getLogger(__name__)

_IDLE_S = 0.01
_AFTER_TROUBLE_S = 0.5
_HEARTBEAT_S = 1.0


class OtherBus(Exception):
    """This installation reads another bus than this process, as LEADMILL_KAFKA_BOOTSTRAP tells it."""


class Station:
    """One agent on a set of lanes, in this process. What matters is in Postgres: losing a station loses nothing."""

    def __init__(
        self,
        name: str,
        runner: Runner,
        *,
        database: Database,
        bus: Bus,
        profiles: Profiles,
        settings: EngineSettings,
        build: str,
        rank: Rank | None = None,
    ) -> None:
        """With a `rank` its thread is the station's alone, and stands back while the station has much to do."""
        self.name = name
        self.build = build
        # another station may have this name some day, and is not to be taken for this one
        self._owner = f"{name}:{uuid.uuid4().hex[:12]}"
        self._runner = runner
        self._database = database
        self._bus = bus
        self._profiles = profiles
        self._settings = settings
        self._rank = rank
        self._loops: dict[int, asyncio.Task[None]] = {}
        self._intakes: dict[int, Intake] = {}
        self._stops: dict[int, asyncio.Event] = {}
        self._beating: asyncio.Task[None] | None = None

    @property
    def lanes(self) -> frozenset[int]:
        """The lanes that the station works."""
        return frozenset(self._loops)

    async def hold(self, wanted: Collection[int]) -> None:
        """From now on exactly these lanes: others are given back, new ones are taken."""
        for lane in self.lanes - set(wanted):
            await self._leave(lane)
        for lane in set(wanted) - self.lanes:
            self._stops[lane] = asyncio.Event()
            self._loops[lane] = asyncio.create_task(self._work_lane(lane), name=f"{self.name} lane {lane}")
        if self._beating is None and self._loops:
            self._beating = asyncio.create_task(self._beat_on())

    async def stop(self) -> None:
        """All lanes given back in good order: finished runs are committed, the others are left for the next."""
        await self.hold(())
        if self._beating is not None:
            self._beating.cancel()
            await asyncio.gather(self._beating, return_exceptions=True)
            async with self._database.system() as session:
                await heartbeats.gone(session, self.name)

    def health(self) -> dict[str, Any]:
        """How the station is: lanes, runs in flight, what it has done so far."""
        intakes = list(self._intakes.values())
        return {
            "agent": self._runner.agent.name,
            "lanes": sorted(self.lanes),
            "pid": os.getpid(),
            "build": self.build,
            "in_flight": sum(intake.in_flight for intake in intakes),
            "read": sum(intake.counters.read for intake in intakes),
            "done": sum(intake.counters.done for intake in intakes),
            "failed": sum(intake.counters.failed for intake in intakes),
            "stands_back": self._rank is not None and self._rank.stands_back,
            "commits": sum(intake.counters.commits for intake in intakes),
        }

    async def _leave(self, lane: int) -> None:
        stop, loop = self._stops.pop(lane, None), self._loops.pop(lane, None)
        if stop is None or loop is None:
            return  # while another lane was left this one was lost to somebody else
        stop.set()
        await asyncio.gather(loop, return_exceptions=True)

    async def _work_lane(self, lane: int) -> None:
        """Turns until told to stop. A lane lost to somebody else is left; a database that is away is waited for."""
        stop = self._stops[lane]
        last: Lease | None = None
        while not stop.is_set():
            try:
                # what was lost in trouble may be another's by now, who was told to have it
                intake = await self._take(lane, last)
                last = intake.lease
                await self._turns(intake, stop)
                await intake.close()
            except Fenced as fenced:
                logger.info("%s: %s", self.name, fenced)
                self._loops.pop(lane, None)
                self._stops.pop(lane, None)
                return
            except (DatabaseError, OSError) as trouble:
                logger.warning("%s lane %s: %s; again in a moment", self.name, lane, trouble)
                await _wait(stop, _AFTER_TROUBLE_S)
            except Exception:
                logger.exception("%s lane %s: a fault in the works; again in a moment", self.name, lane)
                await _wait(stop, _AFTER_TROUBLE_S)
            finally:
                if (left := self._intakes.pop(lane, None)) is not None:
                    await left.abandon()

    async def _take(self, lane: int, last: Lease | None) -> Intake:
        async with self._database.system() as session:
            read = await carriers.current(session)
            if read != self._bus.name:
                raise OtherBus(read)
            lease = await lanes.take(
                session, self._runner.agent.name, lane, self._owner, self._settings.lease_s, last=last
            )
        intake = Intake(
            self._runner,
            lease,
            database=self._database,
            bus=self._bus,
            profiles=self._profiles,
            settings=self._settings,
        )
        self._intakes[lane] = intake
        return intake

    async def _turns(self, intake: Intake, stop: asyncio.Event) -> None:
        while not stop.is_set():
            if not await intake.turn():
                await _wait(stop, max(_IDLE_S, intake.nothing_before_s))

    async def _beat_on(self) -> None:
        while True:
            started = time.monotonic()
            if self._rank is not None:
                self._rank.see(sum(intake.in_flight for intake in self._intakes.values()))
            try:
                async with self._database.glance() as session:
                    await heartbeats.beat(
                        session,
                        desk=self.name,
                        agent=self._runner.agent.name,
                        lanes=sorted(self.lanes),
                        pid=os.getpid(),
                        build=self.build,
                        health=self.health(),
                    )
            except (DatabaseError, OSError) as trouble:
                logger.warning("%s: no heartbeat: %s", self.name, trouble)
            await asyncio.sleep(max(0.0, _HEARTBEAT_S - (time.monotonic() - started)))


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return
