"""Scaling: a tenant whose work piles up gets more lanes for that agent, and gives them back when it is done."""

import logging
import time
from collections.abc import Mapping, Sequence

from actors.core.flow import Gauge, lanes_wished, together
from actors.engine.settings import EngineSettings
from tenants.identity import TenantId
from tenants.store import lanes
from tenants.store.session import Database, Session

logger = logging.getLogger(__name__)

_LONGEST_WINDOW_S = 10.0
_LOOK_EVERY_S = 0.5


class Scaling:
    """Measures every lane for every agent, and gives and takes lanes. What a person gave is left alone."""

    def __init__(self, database: Database, topics_of: Mapping[str, str], settings: EngineSettings) -> None:
        self._database = database
        self._topics_of = topics_of
        self._settings = settings
        self._window_s = min(_LONGEST_WINDOW_S, settings.scale_after_s)
        self._gauges: dict[tuple[str, int], Gauge] = {}
        self._idle_since: dict[tuple[str, int], float] = {}
        self._changed_at: dict[tuple[TenantId, str], float] = {}
        self._drain_before: dict[tuple[TenantId, str], float] = {}
        self._looked_at = 0.0
        self._took_back_at = 0.0

    async def turn(self, waiting: Sequence[lanes.LaneWork], *, room: int) -> None:
        """One look at what waits. Lanes are given or taken where it is time.

        At most `room` are given: a lane that has to share a desk makes nothing faster, and its neighbours there slower.
        """
        now = time.monotonic()
        if self._settings.scale_lanes <= 1 or now - self._looked_at < min(_LOOK_EVERY_S, self._window_s / 4):
            return
        self._looked_at = now
        for work in waiting:
            place = work.agent, work.lane
            self._gauges.setdefault(place, Gauge(self._window_s)).see(now, work.events, work.backlog)
            if work.backlog or work.due:
                self._idle_since.pop(place, None)
            else:
                self._idle_since.setdefault(place, now)
        late = [work for work in waiting if self._is_late(work)]
        rested = now - self._took_back_at >= self._settings.sleep_after_s / 4
        if not (late or rested):
            return
        async with self._database.system() as session:
            scaled = await lanes.scaled(session)
            for work in late:
                room -= await self._give(session, work, scaled, now, room)
            if rested:
                self._took_back_at = now
                await self._take_back(session, scaled, now)

    def _is_late(self, work: lanes.LaneWork) -> bool:
        flow = self._gauges[work.agent, work.lane].flow()
        return flow is not None and flow.drains_in_s > self._settings.scale_after_s

    async def _give(
        self,
        session: Session,
        work: lanes.LaneWork,
        scaled: Mapping[tuple[TenantId, str], tuple[tuple[int, ...], bool]],
        now: float,
        room: int,
    ) -> int:
        """How many lanes were given to whoever has most of this work."""
        topic = self._topics_of[work.agent]
        tenant_id = await lanes.busiest_tenant(session, work.agent, topic, work.lane)
        if tenant_id is None or now - self._changed_at.get((tenant_id, topic), 0.0) < 2 * self._window_s:
            return 0
        held, by_supervision = scaled.get((tenant_id, topic), ((work.lane,), True))
        if not by_supervision or room <= 0:
            return 0
        flows = [gauge.flow() for lane in held if (gauge := self._gauges.get((work.agent, lane))) is not None]
        flow = together([one for one in flows if one is not None])
        wished = lanes_wished(
            len(held),
            flow,
            patience_s=self._settings.scale_after_s,
            most=min(self._settings.scale_lanes, await lanes.lane_count(session), len(held) + room),
            drain_before=self._drain_before.get((tenant_id, topic)),
        )
        self._changed_at[tenant_id, topic] = now
        if wished <= len(held):
            return 0
        self._drain_before[tenant_id, topic] = flow.drain_per_s
        given = await lanes.scale(session, tenant_id, topic, wished, by_supervision=True)
        logger.info(
            "%s: %d events of tenant %s wait, %.1f a second are done, %.1f come: lanes %s from now on",
            work.agent, flow.backlog, tenant_id, flow.drain_per_s, flow.arrival_per_s, given,
        )  # fmt: skip
        return wished - len(held)

    async def _take_back(
        self,
        session: Session,
        scaled: Mapping[tuple[TenantId, str], tuple[tuple[int, ...], bool]],
        now: float,
    ) -> None:
        for (tenant_id, topic), (held, by_supervision) in scaled.items():
            agents = [agent for agent, its_topic in self._topics_of.items() if its_topic == topic]
            rest_s = self._settings.sleep_after_s
            if by_supervision and all(
                now - self._idle_since.get((agent, lane), now) > rest_s for agent in agents for lane in held
            ):
                await lanes.scale(session, tenant_id, topic, 1)
                self._drain_before.pop((tenant_id, topic), None)
                self._changed_at[tenant_id, topic] = now
                logger.info("%s: tenant %s is back on its home lane", topic, tenant_id)
