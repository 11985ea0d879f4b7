"""Health: what tells how the mill does, for one tenant: what waits and for how long, what was done, how quickly.

Whoever looks does so every two seconds: so each statement goes by an index and looks at so many rows at most. Where
more than that wait, the counts say so.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from tenants.identity import TenantId, stable_id
from tenants.store.columns import unnest
from tenants.store.session import Session

#: so many unread events of a lane are looked at, and so many runs of an agent that wait
LOOKED_AT = 1_000
#: what counts as of late where it is said how fast something drains
LATELY_S = 600.0
_RUNS_OF_AN_HOUR = 20_000
_CAME_LOOKED_AT = 5_000
_WAITS_LOOKED_AT = 200

_WANTED = "unnest(CAST(:agents AS text[]), CAST(:topics AS text[])) AS wanted(agent, topic)"
# The lanes that the tenant holds in a topic, as far as the bus knows them, and where each stands. Offsets of Kafka are
# not those of the log: what is unread there is as many of the newest entries here. Materialised, since row-level
# security lets nothing but plain comparisons go by an index: a sum in them, and all of the lane would be read.
_LANES = f"""
    WITH held AS MATERIALIZED (
    SELECT wanted.agent, wanted.topic, held.lane, lease.owner, lease.epoch,
           lease.expires_at > now() AS is_leased, COALESCE(said.next_offset, 0) AS said,
           COALESCE(h.next_offset, 0) - COALESCE(lease.next_offset, 0) AS unread,
           COALESCE(said.next_offset, 0) - COALESCE(h.next_offset, 0) + COALESCE(lease.next_offset, 0) AS first,
           COALESCE(said.next_offset, 0) - COALESCE(h.next_offset, 0) + COALESCE(lease.next_offset, 0)
               + CAST(:looked_at AS bigint) AS first_not_looked_at,
           COALESCE(said.next_offset, 0) - COALESCE(h.next_offset, 0) + COALESCE(lease.next_offset, 0)
               - CAST(:looked_at AS bigint) AS last_not_looked_at,
           COALESCE(said.next_offset, 0) - CAST(:looked_at AS bigint) AS newest
    FROM {_WANTED}
    CROSS JOIN LATERAL (
        SELECT lane FROM tenant_lane l WHERE l.tenant_id = :tenant_id AND l.topic = wanted.topic
        UNION ALL
        SELECT home_lane FROM tenant WHERE id = :tenant_id AND NOT EXISTS (
            SELECT FROM tenant_lane l WHERE l.tenant_id = :tenant_id AND l.topic = wanted.topic)
    ) held
    LEFT JOIN bus_head h ON h.topic = wanted.topic AND h.lane = held.lane
    LEFT JOIN log_head said ON said.topic = wanted.topic AND said.lane = held.lane
    LEFT JOIN lane_lease lease ON lease.agent = wanted.agent AND lease.lane = held.lane
    )
"""


async def lanes(session: Session, topics_of: Mapping[str, str]) -> list[Mapping[str, Any]]:
    """For each agent and each lane of the tenant: who works it, what is unread there, and of that what is the tenant's.

    `unread` counts everybody's events, `own` the tenant's among the first ones; the oldest of those is so old.
    """
    return await session.rows(
        f"""
        {_LANES}
        SELECT held.agent, held.lane, held.owner, held.is_leased, held.unread,
               COALESCE(own.events, 0) AS own, own.oldest_s, held.unread > :looked_at AS is_more
        FROM held
        LEFT JOIN LATERAL (
            SELECT count(*) AS events, extract(epoch FROM now() - min(time))::float8 AS oldest_s FROM log g
            WHERE g.topic = held.topic AND g.lane = held.lane AND g.tenant_id = :tenant_id
              AND g."offset" >= held.first AND g."offset" < held.first_not_looked_at
        ) own ON held.unread > 0
        ORDER BY held.agent, held.lane
        """,
        tenant_id=session.tenant_id,
        looked_at=LOOKED_AT,
        **_given(topics_of),
    )


async def came(session: Session, topics_of: Mapping[str, str]) -> dict[str, float]:
    """How many of the tenant's events have come for each agent of late, a second."""
    rows = await session.rows(
        f"""
        {_LANES}
        SELECT held.agent, COALESCE(sum(own.events / GREATEST(CASE WHEN held.said > :looked_at
                   THEN LEAST(own.oldest_s, :lately) ELSE :lately END, 1)), 0)::float8 AS a_second
        FROM held
        LEFT JOIN LATERAL (
            SELECT count(*) FILTER (WHERE time > now() - make_interval(secs => :lately)) AS events,
                   COALESCE(extract(epoch FROM now() - min(time)), :lately)::float8 AS oldest_s FROM log g
            WHERE g.topic = held.topic AND g.lane = held.lane AND g.tenant_id = :tenant_id
              AND g."offset" >= held.newest
        ) own ON true
        GROUP BY held.agent
        """,
        tenant_id=session.tenant_id,
        looked_at=_CAME_LOOKED_AT,
        lately=LATELY_S,
        **_given(topics_of),
    )
    return {row["agent"]: row["a_second"] for row in rows}


async def waiting(session: Session, agents: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    """The tenant's runs that wait for another attempt, by agent: how many, how old, how long overdue."""
    rows = await session.rows(
        """
        SELECT wanted.agent, w.runs, w.oldest_s, w.overdue_s
        FROM unnest(CAST(:agents AS text[])) AS wanted(agent) CROSS JOIN LATERAL (
            SELECT count(*) AS runs, extract(epoch FROM now() - min(started_at))::float8 AS oldest_s,
                   extract(epoch FROM now() - min(due_at) FILTER (WHERE due_at <= now()))::float8 AS overdue_s
            FROM (
                SELECT started_at, due_at FROM run r
                WHERE r.tenant_id = :tenant_id AND r.agent = wanted.agent AND r.due_at IS NOT NULL
                  AND r.status <> 'running'
                ORDER BY started_at LIMIT :looked_at
            ) waiting
        ) w
        """,
        tenant_id=session.tenant_id,
        agents=list(agents),
        looked_at=LOOKED_AT,
    )
    return {row["agent"]: row for row in rows}


async def hour(session: Session, *, slices: int) -> list[Mapping[str, Any]]:
    """The tenant's runs of the last hour by agent: by slice, 0 the most recent, and together where `slice` is None.

    Of very many runs the newest: `reach_s` is how far back they go.
    """
    return await session.rows(
        """
        WITH newest AS MATERIALIZED (
            SELECT agent, status, duration_s, finished_at, extract(epoch FROM now() - started_at)::float8 AS age_s
            FROM run
            WHERE tenant_id = :tenant_id AND started_at > now() - interval '1 hour' AND started_at <= now()
            ORDER BY started_at DESC, id LIMIT :most
        ), reach AS (
            SELECT CASE WHEN count(*) < :most THEN 3600.0 ELSE max(age_s) END AS reach_s FROM newest
        ), sliced AS (
            SELECT *, CAST(floor(age_s * :slices / 3600) AS int) AS slice FROM newest
        )
        SELECT agent, slice, count(*) AS runs, count(*) FILTER (WHERE status = 'failed') AS failed,
               count(*) FILTER (WHERE status NOT IN ('running', 'retrying')) AS ended,
               count(*) FILTER (WHERE status = 'running') AS running,
               count(*) FILTER (WHERE finished_at > now() - make_interval(secs => :lately)) AS done_lately,
               CASE WHEN slice IS NULL
                   THEN percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY duration_s) END AS took_s,
               (SELECT reach_s FROM reach) AS reach_s
        FROM sliced GROUP BY GROUPING SETS ((agent, slice), (agent))
        """,
        tenant_id=session.tenant_id,
        slices=slices,
        lately=LATELY_S,
        most=_RUNS_OF_AN_HOUR,
    )


async def waits(session: Session, topics_of: Mapping[str, str]) -> dict[str, tuple[float, float]]:
    """How long the tenant's newest events lay before their run began: half of them at most, and 19 of 20 at most."""
    said = await session.rows(
        f"""
        {_LANES}
        SELECT held.agent, own.event_id, own.time FROM held CROSS JOIN LATERAL (
            SELECT event_id, time FROM log g
            WHERE g.topic = held.topic AND g.lane = held.lane AND g.tenant_id = :tenant_id
              AND g."offset" < held.first AND g."offset" > held.last_not_looked_at
            ORDER BY "offset" DESC LIMIT :most
        ) own
        """,
        tenant_id=session.tenant_id,
        looked_at=LOOKED_AT,
        most=_WAITS_LOOKED_AT,
        **_given(topics_of),
    )
    rows = await session.rows(
        f"""
        SELECT r.agent, percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (
                   ORDER BY GREATEST(extract(epoch FROM r.started_at - given.time)::float8, 0)) AS waited_s
        FROM {unnest(id="uuid", time="timestamptz")} JOIN run r ON r.tenant_id = :tenant_id AND r.id = given.id
        GROUP BY r.agent
        """,
        tenant_id=session.tenant_id,
        # a run is named by whose it is, by its agent and by its event: the engine does so as well
        id=[stable_id(session.tenant_id, row["agent"], row["event_id"]) for row in said],
        time=[row["time"] for row in said],
    )
    return {row["agent"]: (row["waited_s"][0], row["waited_s"][1]) for row in rows}


async def desks(session: Session, lanes_of: Mapping[str, Sequence[int]]) -> list[Mapping[str, Any]]:
    """The desks on any of these lanes for these agents, with the age of the last sign of life, and their health."""
    pairs = [(agent, lane) for agent, lanes in lanes_of.items() for lane in lanes]
    return await session.rows(
        f"""
        SELECT desk, agent, lanes, build, extract(epoch FROM now() - seen_at)::float8 AS age_s,
               CAST(health ->> 'in_flight' AS int) AS in_flight,
               CAST(health ->> 'stands_back' AS boolean) AS stands_back
        FROM heartbeat b WHERE EXISTS (
            SELECT FROM {unnest(agent="text", lane="int")} WHERE given.agent = b.agent AND given.lane = ANY(b.lanes)
        ) ORDER BY agent, desk
        """,
        agent=[agent for agent, _ in pairs],
        lane=[lane for _, lane in pairs],
    )


async def shared_with(session: Session, tenant_id: TenantId, topics: Sequence[str]) -> dict[int, int]:
    """For each lane of the tenant, how many others are at home on it or hold it. Needs a system session."""
    rows = await session.rows(
        """
        WITH own AS (
            SELECT home_lane AS lane FROM tenant WHERE id = :tenant_id
            UNION SELECT lane FROM tenant_lane WHERE tenant_id = :tenant_id AND topic = ANY(CAST(:topics AS text[]))
        ), others AS (
            SELECT id, home_lane AS lane FROM tenant WHERE id <> :tenant_id
            UNION SELECT tenant_id, lane FROM tenant_lane WHERE tenant_id <> :tenant_id
        )
        SELECT lane, count(others.id) AS tenants FROM own LEFT JOIN others USING (lane) GROUP BY lane
        """,
        tenant_id=tenant_id,
        topics=list(topics),
    )
    return {row["lane"]: row["tenants"] for row in rows}


def _given(topics_of: Mapping[str, str]) -> dict[str, list[str]]:
    return {"agents": list(topics_of), "topics": list(topics_of.values())}
