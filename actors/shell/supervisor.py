"""The supervisor as Ray sees it: one detached actor, and desks as actors that it starts and stops."""

import asyncio
import logging
import os
import threading
import time
from collections.abc import Mapping
from typing import Any

import ray

from actors.bus.settings import KafkaSettings
from actors.core.placement import Changes, Real, Wish
from actors.engine.carriage import carried, carrier
from actors.engine.settings import EngineSettings
from actors.engine.supervision import Deposed, Supervision
from actors.engine.wiring import build_id, followers, needs, open_chores, topics_of
from actors.shell import cluster
from actors.shell.installation import installation_mark
from actors.shell.scorer import ServeScoring
from actors.shell.tending import tending
from tenants.store.carriers import EventsLeft
from tenants.store.session import DatabaseError, open_database

logger = logging.getLogger(__name__)

_TURN_S = 0.25
_LOOK_AT_DESKS_EVERY_S = 1.0  # one that has ended is missed by its name, this finds one that is stuck
_ANSWER_WITHIN_S = 2.0
_BIRTH_TAKES_S = 60.0
_MISSES_ALLOWED = 4


class _Seat:
    """A desk's actor, and what we last knew of it."""

    def __init__(self, actor: Any, wish: Wish | None) -> None:
        self.actor = actor
        self.wish = wish
        self.since = time.monotonic()
        self.born = False
        self.missed = 0
        self.build = build_id()
        self._asked_at = 0.0

    def is_to_be_asked(self) -> bool:
        """Whether it is time to ask the desk again how it is; each call costs both sides some milliseconds."""
        now = time.monotonic()
        if now - self._asked_at < _LOOK_AT_DESKS_EVERY_S:
            return False
        self._asked_at = now
        return True


class RayRoster:
    """Desks as detached actors, found by their names. What a dead supervisor left is found again."""

    def __init__(self) -> None:
        self._seats: dict[str, _Seat] = {}

    async def real(self) -> Mapping[str, Real]:
        """The desks that there are, by name. Dead ones are forgotten, silent ones are marked."""
        names = set(await asyncio.to_thread(cluster.desk_names))
        for name in names:
            if name not in self._seats:
                actor = await asyncio.to_thread(cluster.desk_called, name)
                if actor is not None:
                    self._seats[name] = _Seat(actor, None)
        for name in self._seats.keys() - names:
            logger.info("desk %s is gone", name)
            del self._seats[name]
        await asyncio.gather(
            *(self._look_at(name, seat) for name, seat in list(self._seats.items()) if seat.is_to_be_asked())
        )
        return {
            name: Real(seat.wish.agent, seat.wish.lanes, seat.build, seat.missed <= _MISSES_ALLOWED)
            for name, seat in self._seats.items()
            if seat.wish is not None
        }

    async def carry_out(self, changes: Changes) -> None:
        """The changes made. What does not succeed is seen in the next turn."""
        for name in changes.kill:
            logger.warning("desk %s does not answer and is replaced", name)
            await self._end(name, kindly=False)
        await asyncio.gather(*(self._end(name, kindly=True) for name in changes.stop))
        for name, wish in changes.hold.items():
            seat = self._seats[name]
            seat.wish = wish
            seat.actor.hold.remote(sorted(wish.lanes))
        for name, wish in changes.start.items():
            try:
                actor = await asyncio.to_thread(cluster.start_desk, name, wish.agent)
            except ValueError:  # the name is still taken by one that is dying
                logger.info("desk %s: its name is not free yet", name)
                continue
            self._seats[name] = _Seat(actor, wish)
            actor.hold.remote(sorted(wish.lanes))

    async def _look_at(self, name: str, seat: _Seat) -> None:
        try:
            health = await asyncio.wait_for(_get(seat.actor.health.remote()), _ANSWER_WITHIN_S)
        except ray.exceptions.RayActorError:
            logger.info("desk %s is gone", name)
            self._seats.pop(name, None)
            return
        except TimeoutError:
            if seat.born or time.monotonic() - seat.since > _BIRTH_TAKES_S:
                seat.missed += 1
            return
        seat.born, seat.missed = True, 0
        if health is not None:
            seat.build = health["build"]
            if seat.wish is None:
                seat.wish = Wish(health["agent"], frozenset(health["lanes"]))
            elif seat.wish.lanes - frozenset(health["lanes"]):
                # somebody had taken a lane from it who was not to have it, or it has not come to what it was told
                seat.actor.hold.remote(sorted(seat.wish.lanes))
        elif seat.wish is None:  # started by a supervisor that died before it could say what to do
            await self._end(name, kindly=False)

    async def _end(self, name: str, *, kindly: bool) -> None:
        seat = self._seats.pop(name)
        if kindly:
            try:
                await asyncio.wait_for(_get(seat.actor.stop.remote()), 10)
            except (ray.exceptions.RayError, TimeoutError) as trouble:
                logger.warning("desk %s did not stop by itself: %s", name, trouble)
        await asyncio.to_thread(ray.kill, seat.actor)


class Supervisor:
    """The one actor that keeps desks. Its work goes on in a thread, so that it always answers."""

    def __init__(self, settings: Mapping[str, str]) -> None:
        cluster.take_over(settings)
        self._stop = threading.Event()
        self._turns = 0
        self._trouble: str | None = None
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._work()), name="supervision", daemon=True
        )
        self._thread.start()

    def health(self) -> dict[str, Any]:
        """How the supervisor is."""
        alive = self._thread.is_alive()
        return {
            "pid": os.getpid(),
            "build": build_id(),
            "turns": self._turns,
            "alive": alive,
            "trouble": self._trouble,
        }

    def stop(self) -> None:
        """Every desk stopped in good order, and the role given back."""
        self._stop.set()
        self._thread.join(30)

    async def _work(self) -> None:
        owner = f"{installation_mark()}:{os.getpid()}:{time.time_ns()}"
        settings, kafka = EngineSettings(), KafkaSettings()
        async with (
            open_database(pool_size=4) as database,
            carried(database, kafka, topics_of(), owner=owner, settings=settings),
            open_chores(database, settings, ServeScoring(), tending()) as chores,
        ):
            supervision = Supervision(
                database,
                RayRoster(),
                topics_of(),
                followers=followers(),
                needs=needs(),
                owner=owner,
                build=build_id(),
                settings=settings,
                carrier=carrier(kafka),
                chores=chores,
            )
            while not self._stop.is_set():
                try:
                    await supervision.turn()
                    self._turns += 1
                    self._trouble = None
                except (Deposed, DatabaseError, EventsLeft, OSError, ray.exceptions.RayError) as trouble:
                    self._trouble = f"{type(trouble).__name__}: {trouble}"
                    logger.warning("supervision: %s; again in a moment", self._trouble)
                await asyncio.to_thread(self._stop.wait, _TURN_S)
            await supervision.resign()


async def _get(reference: Any) -> Any:
    return await reference
