"""Lanes: which ones a tenant holds, who works them, and how far each has come."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tenants.identity import TenantId
from tenants.store.session import Session


class Fenced(Exception):
    """Somebody else works this lane now; nothing was written."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work one lane for one agent, until a younger epoch exists."""

    agent: str
    lane: int
    epoch: int
    next_offset: int


@dataclass(frozen=True, slots=True)
class LaneWork:
    """What waits on one lane for one agent: unsettled ones of its events, runs that are due; is a desk on it."""

    agent: str
    lane: int
    events: int
    backlog: int
    due: int
    leased: bool


async def lane_count(session: Session) -> int:
    """The number of lanes of this installation."""
    return int(await session.value("SELECT lanes FROM installation"))


async def grow(session: Session, wanted: int) -> None:
    """So many lanes from now on; tenants stay where they are, and new lanes fill as tenants come and scale.

    Raises ValueError for fewer than there are: what is on its way there could not be taken elsewhere.
    """
    grown = await session.value(
        "UPDATE installation SET lanes = :wanted WHERE lanes <= :wanted RETURNING true", wanted=wanted
    )
    if not grown:
        raise ValueError(
            f"this installation has {await lane_count(session)} lanes, and they can't become {wanted}"
        )


async def take(
    session: Session, agent: str, lane: int, owner: str, ttl_s: float, *, last: Lease | None = None
) -> Lease:
    """The lane's lease with a new epoch: whoever held it before can no longer write.

    Whoever had it before and lost touch gives the `last` lease: then it is only taken where nobody else has taken
    it since, and else Fenced is raised. What was taken by the same owner and never answered is the owner's.

    Runs that the earlier holder had taken up again (retries) are due at once; those it had just read come
    again from the log, since their offset did not move.
    """
    rows = await session.rows(
        """
            INSERT INTO lane_lease AS l (agent, lane, epoch, owner, expires_at)
            VALUES (:agent, :lane, 1, :owner, now() + make_interval(secs => :ttl))
            ON CONFLICT (agent, lane) DO UPDATE
            SET epoch = l.epoch + 1, owner = EXCLUDED.owner, expires_at = EXCLUDED.expires_at
            WHERE CAST(:last AS bigint) IS NULL OR l.epoch = :last OR l.owner = EXCLUDED.owner
            RETURNING epoch, next_offset
            """,
        agent=agent,
        lane=lane,
        owner=owner,
        ttl=ttl_s,
        last=last.epoch if last is not None else None,
    )
    if not rows:
        assert last is not None
        raise _over(last)
    row = rows[0]
    await session.run(
        "UPDATE run SET due_at = now() "
        "WHERE agent = :agent AND lane = :lane AND due_at IS NOT NULL AND status = 'running'",
        agent=agent,
        lane=lane,
    )
    return Lease(agent, lane, row["epoch"], row["next_offset"])


async def advance(session: Session, lease: Lease, next_offset: int, ttl_s: float) -> None:
    """The lease renewed and its offset moved, within the transaction that holds the effects.

    A sealed transaction holds its tenant from here on: whoever removes it waits, and finds all of the effects.
    Raises Fenced where a younger epoch exists.
    """
    moved = await session.value(
        """
        WITH owner AS (SELECT FROM tenant WHERE id = :tenant_id FOR KEY SHARE)
        UPDATE lane_lease
        SET next_offset = GREATEST(next_offset, :next_offset), expires_at = now() + make_interval(secs => :ttl)
        WHERE agent = :agent AND lane = :lane AND epoch = :epoch
        RETURNING (SELECT count(*) FROM owner) >= 0
        """,
        tenant_id=session.tenant_id,
        next_offset=next_offset,
        ttl=ttl_s,
        agent=lease.agent,
        lane=lease.lane,
        epoch=lease.epoch,
    )
    if not moved:
        raise _over(lease)


def _over(lease: Lease) -> Fenced:
    return Fenced(f"{lease.agent} on lane {lease.lane}: epoch {lease.epoch} is over")


async def release(session: Session, lease: Lease) -> None:
    """The lease given back, so that nobody waits for its end. A newer holder is left alone."""
    await session.run(
        "UPDATE lane_lease SET expires_at = '-infinity' WHERE agent = :agent AND lane = :lane AND epoch = :epoch",
        agent=lease.agent,
        lane=lease.lane,
        epoch=lease.epoch,
    )


async def work(session: Session, topics_of: Mapping[str, str]) -> list[LaneWork]:
    """What waits on each lane of the bus for each agent, given the topic that it reads.

    Runs may wait on a lane that no event has ever come on: they were shared out when their tenant was given it.
    """
    rows = await session.rows(
        """
        WITH wanted AS (SELECT * FROM unnest(CAST(:agents AS text[]), CAST(:topics AS text[])) AS w(agent, topic)),
        due AS (
            SELECT agent, lane, count(*) AS due FROM run
            WHERE due_at IS NOT NULL AND due_at <= now() GROUP BY agent, lane
        ),
        waiting AS (
            SELECT agent, h.lane, h.next_offset AS events, due FROM wanted JOIN bus_head h USING (topic)
            LEFT JOIN due USING (agent, lane)
            UNION ALL
            SELECT agent, due.lane, 0, due FROM wanted JOIN due USING (agent)
            WHERE NOT EXISTS (SELECT FROM bus_head h WHERE h.topic = wanted.topic AND h.lane = due.lane)
        )
        SELECT agent, lane, events, events - COALESCE(l.next_offset, 0) AS backlog, COALESCE(due, 0) AS due,
               COALESCE(l.expires_at > now(), false) AS leased
        FROM waiting LEFT JOIN lane_lease l USING (agent, lane)
        """,
        agents=list(topics_of),
        topics=list(topics_of.values()),
    )
    return [LaneWork(**row) for row in rows]


async def held_by(
    session: Session, topics: Iterable[str], tenant_ids: Sequence[TenantId]
) -> dict[tuple[TenantId, str], tuple[int, ...]]:
    """The lanes that each of these tenants holds in each topic: its home lane, or those it was scaled to."""
    rows = await session.rows(
        """
        SELECT t.id AS tenant_id, wanted.topic,
               COALESCE(array_agg(l.lane ORDER BY l.lane) FILTER (WHERE l.lane IS NOT NULL), ARRAY[t.home_lane])
                   AS lanes
        FROM tenant t CROSS JOIN unnest(CAST(:topics AS text[])) AS wanted(topic)
        LEFT JOIN tenant_lane l ON l.tenant_id = t.id AND l.topic = wanted.topic
        WHERE t.id = ANY(CAST(:ids AS uuid[]))
        GROUP BY t.id, t.home_lane, wanted.topic
        """,
        topics=list(topics),
        ids=list(tenant_ids),
    )
    return {(row["tenant_id"], row["topic"]): tuple(row["lanes"]) for row in rows}


async def scale(
    session: Session, tenant_id: TenantId, topic: str, wanted: int, *, by_supervision: bool = False
) -> tuple[int, ...]:
    """The lanes that the tenant holds in this topic from now on: its home lane and the emptiest others.

    What a person gives stands; what supervision gives it may take back.

    Raises ValueError where the installation has not that many lanes.
    """
    total = await lane_count(session)
    if not 1 <= wanted <= total:
        raise ValueError(f"{wanted} lanes were asked for, but this installation has {total}")
    home = await session.value("SELECT home_lane FROM tenant WHERE id = :id", id=tenant_id)
    others = await session.rows(
        """
        SELECT lane FROM generate_series(0, CAST(:total AS int) - 1) AS every(lane)
        WHERE lane <> :home
        ORDER BY (SELECT count(*) FROM tenant t WHERE t.home_lane = every.lane)
               + (SELECT count(*) FROM tenant_lane l WHERE l.lane = every.lane AND l.topic = :topic
                  AND l.tenant_id <> :id), lane
        LIMIT :more
        """,
        total=total,
        home=home,
        topic=topic,
        id=tenant_id,
        more=wanted - 1,
    )
    lanes: Sequence[int] = [home, *(row["lane"] for row in others)]
    await session.run(
        "DELETE FROM tenant_lane WHERE tenant_id = :id AND topic = :topic", id=tenant_id, topic=topic
    )
    if wanted > 1:
        await session.run(
            "INSERT INTO tenant_lane (tenant_id, topic, lane, by_supervision) "
            "SELECT :id, :topic, unnest(CAST(:lanes AS int[])), :by_supervision",
            id=tenant_id,
            topic=topic,
            by_supervision=by_supervision,
            lanes=list(lanes),
        )
    await _share_out(session, tenant_id, topic, lanes)
    return tuple(lanes)


async def _share_out(session: Session, tenant_id: TenantId, topic: str, lanes: Sequence[int]) -> None:
    """The tenant's runs that wait, shared out anew; what is still in the log is sent on by whoever reads it."""
    await session.run(
        """
        UPDATE run SET lane = (CAST(:lanes AS int[]))[1 + (hashtext(CAST(id AS text)) & 2147483647) % :count]
        WHERE tenant_id = :id AND topic = :topic AND status IN ('retrying', 'snoozed', 'held')
        """,
        lanes=list(lanes),
        count=len(lanes),
        id=tenant_id,
        topic=topic,
    )


async def busiest_tenant(session: Session, agent: str, topic: str, lane: int) -> TenantId | None:
    """Whose events most of those are that wait on this lane for this agent: as many of the newest as wait there."""
    tenant_id: TenantId | None = await session.value(
        """
        SELECT tenant_id FROM (
            SELECT tenant_id FROM log
            WHERE topic = :topic AND lane = :lane AND "offset" >= (
                SELECT said.next_offset - (h.next_offset - COALESCE(l.next_offset, 0)) FROM log_head said
                JOIN bus_head h USING (topic, lane) LEFT JOIN lane_lease l ON l.agent = :agent AND l.lane = h.lane
                WHERE topic = :topic AND h.lane = :lane)
            LIMIT 10000
        ) waiting GROUP BY tenant_id ORDER BY count(*) DESC, tenant_id LIMIT 1
        """,
        agent=agent,
        topic=topic,
        lane=lane,
    )
    return tenant_id


async def scaled(session: Session) -> dict[tuple[TenantId, str], tuple[tuple[int, ...], bool]]:
    """For each tenant and topic with more than the home lane: the lanes, and whether supervision gave them."""
    rows = await session.rows(
        "SELECT tenant_id, topic, array_agg(lane ORDER BY lane) AS lanes, bool_and(by_supervision) AS by_supervision "
        "FROM tenant_lane GROUP BY tenant_id, topic"
    )
    return {(row["tenant_id"], row["topic"]): (tuple(row["lanes"]), row["by_supervision"]) for row in rows}


async def emptiest(session: Session) -> int:
    """The lane with the fewest tenants, the lowest first: where a new tenant makes its home."""
    return int(
        await session.value(
            """
            SELECT lane FROM generate_series(0, (SELECT lanes - 1 FROM installation)) AS every(lane)
            ORDER BY (SELECT count(*) FROM tenant t WHERE t.home_lane = every.lane)
                   + (SELECT count(DISTINCT tenant_id) FROM tenant_lane l WHERE l.lane = every.lane), lane LIMIT 1
            """
        )
    )
