"""Vitals: how each agent does for a tenant, read together; and how the whole installation does.

What changes by the second is read every two seconds, once for all who look; what takes counting every half minute.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from console.faces import AgentFace
from console.reads import SILENT_AFTER_S, Reads, Record, counting_switch
from tenants.modes import Mode
from tenants.records import Tenant
from tenants.store import health, installation, switches

SLICES = 30
_NOW_S, _COUNTED_S = 1.5, 20.0


@dataclass(frozen=True, slots=True)
class Hour:
    """An agent's last hour for a tenant. `reach_s` is how far back it was counted, `took_s` half and 19 of 20 runs."""

    runs: tuple[int, ...] = (0,) * SLICES
    failures: tuple[int, ...] = (0,) * SLICES
    ended: int = 0
    failed: int = 0
    running: int = 0
    done_lately: int = 0
    took_s: tuple[float, float] | None = None
    waited_s: tuple[float, float] | None = None
    came_a_second: float = 0.0
    reach_s: float = 3600.0


@dataclass(frozen=True, slots=True)
class Vitals:
    """How an agent does for a tenant. What is None is not known, or there is none.

    `events` are the tenant's unread ones on its lanes, and `retries` runs that wait for another attempt: with
    `is_more` there are more than were counted.
    """

    face: AgentFace
    mode: Mode = Mode.ON
    switched: Mapping[str, Any] = field(default_factory=dict)
    lanes: Sequence[Record] = ()
    desks: Sequence[Record] = ()
    events: int = 0
    is_more: bool = False
    event_age_s: float | None = None
    retries: int = 0
    retry_age_s: float | None = None
    overdue_s: float | None = None
    hour: Hour = Hour()

    @property
    def waiting(self) -> int:
        """What waits for it in all."""
        return self.events + self.retries

    @property
    def oldest_s(self) -> float | None:
        """The age of the oldest of what waits."""
        return max((age for age in (self.event_age_s, self.retry_age_s) if age is not None), default=None)

    @property
    def seen_age_s(self) -> float | None:
        """How long ago any of its desks gave a sign of life; None: there is none that ever did."""
        return min((desk["age_s"] for desk in self.desks), default=None)

    @property
    def alive(self) -> int:
        """How many desks gave one of late."""
        return sum(desk["age_s"] < SILENT_AFTER_S for desk in self.desks)

    @property
    def in_flight(self) -> int | None:
        """What is under way at its desks that are alive, whoever's it is."""
        known = [
            desk["in_flight"]
            for desk in self.desks
            if desk["age_s"] < SILENT_AFTER_S and desk["in_flight"] is not None
        ]
        return sum(known) if known else None


@dataclass(frozen=True, slots=True)
class Whole:
    """The installation as a whole: desks, roles, the bus, each tenant's share of the last hour, the oldest item."""

    desks: Sequence[Record]
    roles: Mapping[str, Record]
    bus: Record
    shares: Sequence[Record]
    oldest: Record | None


async def vitals(reads: Reads, tenant: Tenant) -> list[Vitals]:
    """How each agent that the tenant can have does for it, and the lanes of all with who shares them."""

    async def read() -> list[Vitals]:
        return await _vitals(reads, tenant)

    return await reads.remembered.fresh(("vitals", tenant.id), _NOW_S, read)


async def shared_with(reads: Reads, tenant: Tenant, faces: Sequence[AgentFace]) -> Mapping[int, int]:
    """With how many others the tenant shares each of its lanes."""

    async def read() -> Mapping[int, int]:
        async with reads.database.system() as session:
            return await health.shared_with(session, tenant.id, [face.topic for face in faces])

    return await reads.remembered.fresh(("shared", tenant.id), _COUNTED_S, read)


async def whole(reads: Reads) -> Whole:
    """How the installation does, for whoever may see everybody."""
    topics = {face.name: face.topic for face in reads.faces if face.topic}

    async def shares() -> list[Record]:
        async with reads.database.system() as session:
            return await installation.shares(session)

    async def read() -> Whole:
        counted = await reads.remembered.fresh(("shares",), _COUNTED_S, shares)
        async with reads.database.system() as session:
            return Whole(
                desks=await installation.desks(session),
                roles=await installation.roles(session),
                bus=await installation.bus(session),
                shares=counted,
                oldest=await installation.oldest(session, topics) if topics else None,
            )

    return await reads.remembered.fresh(("whole",), _NOW_S, read)


async def _vitals(reads: Reads, tenant: Tenant) -> list[Vitals]:
    faces = await reads.agent_faces(tenant)
    topics = {face.name: face.topic for face in faces if face.topic}

    async def read_hours() -> dict[str, Hour]:
        return await _hours(reads, tenant, topics)

    hours = await reads.remembered.fresh(("hours", tenant.id), _COUNTED_S, read_hours)
    async with reads.database.tenant(tenant.id) as session:
        standing = await switches.standing(session)
        halted = await switches.halted(session)
        lanes = _by_agent(await health.lanes(session, topics))
        waiting = await health.waiting(session, [face.name for face in faces])
        on = {agent: [row["lane"] for row in rows] for agent, rows in lanes.items()}
        desks = _by_agent(await health.desks(session, on))
    return [
        _of_agent(
            face,
            counting_switch(face.name, standing, halted),
            lanes.get(face.name, ()),
            desks.get(face.name, ()),
            waiting[face.name],
            hours.get(face.name, Hour()),
        )
        for face in faces
    ]


def _of_agent(
    face: AgentFace,
    switch: Record,
    lanes: Sequence[Record],
    desks: Sequence[Record],
    waiting: Record,
    hour: Hour,
) -> Vitals:
    ages = [row["oldest_s"] for row in lanes if row["oldest_s"] is not None]
    return Vitals(
        face=face,
        mode=Mode(switch.get("mode", Mode.ON)),
        switched=switch,
        lanes=lanes,
        desks=desks,
        events=sum(row["own"] for row in lanes),
        is_more=any(row["is_more"] for row in lanes) or waiting["runs"] >= health.LOOKED_AT,
        event_age_s=max(ages, default=None),
        retries=waiting["runs"],
        retry_age_s=waiting["oldest_s"],
        overdue_s=waiting["overdue_s"],
        hour=hour,
    )


async def _hours(reads: Reads, tenant: Tenant, topics: Mapping[str, str]) -> dict[str, Hour]:
    async with reads.database.tenant(tenant.id) as session:
        rows = await health.hour(session, slices=SLICES)
        waited = await health.waits(session, topics)
        came = await health.came(session, topics)
    return {
        agent: _hour(some, waited.get(agent), came.get(agent, 0.0)) for agent, some in _by_agent(rows).items()
    }


def _hour(rows: Sequence[Record], waited: tuple[float, float] | None, came: float) -> Hour:
    runs, failures = [0] * SLICES, [0] * SLICES
    for row in rows:
        if row["slice"] is not None:
            place = SLICES - 1 - min(row["slice"], SLICES - 1)
            runs[place] += row["runs"]
            failures[place] += row["failed"]
    (total,) = (row for row in rows if row["slice"] is None)
    took = total["took_s"]
    return Hour(
        runs=tuple(runs),
        failures=tuple(failures),
        ended=total["ended"],
        failed=total["failed"],
        running=total["running"],
        done_lately=total["done_lately"],
        took_s=(took[0], took[1]) if took is not None and took[0] is not None else None,
        waited_s=waited,
        came_a_second=came,
        reach_s=total["reach_s"],
    )


def _by_agent(rows: Sequence[Record]) -> dict[str, list[Record]]:
    by: dict[str, list[Record]] = defaultdict(list)
    for row in rows:
        by[row["agent"]].append(row)
    return by
