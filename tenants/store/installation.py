"""The installation as a whole, for those who may see everybody: its desks, who has which role, who takes how much.

All of it needs a system session, which sees runs and the log, and nobody's leads.
"""

from collections.abc import Mapping
from typing import Any

from tenants.store.session import Session

_RUNS_OF_A_TENANT = 5_000


async def desks(session: Session) -> list[Mapping[str, Any]]:
    """Every desk with its lanes, its age, what is under way there, and the names of those who are on its lanes."""
    return await session.rows(
        """
        SELECT b.desk, b.agent, b.lanes, b.build, extract(epoch FROM now() - b.seen_at)::float8 AS age_s,
               CAST(b.health ->> 'in_flight' AS int) AS in_flight,
               CAST(b.health ->> 'stands_back' AS boolean) AS stands_back, on_it.tenants
        FROM heartbeat b CROSS JOIN LATERAL (
            SELECT array_agg(label ORDER BY label) AS tenants FROM tenant t
            WHERE t.home_lane = ANY(b.lanes)
               OR EXISTS (SELECT FROM tenant_lane l WHERE l.tenant_id = t.id AND l.lane = ANY(b.lanes))
        ) on_it ORDER BY b.agent, b.desk
        """
    )


async def shares(session: Session) -> list[Mapping[str, Any]]:
    """What was done for each tenant within the last hour: runs, and the seconds that they took; the busiest first.

    Of a tenant with very many runs the newest are looked at, and the hour is reckoned from those: it `is_about`.
    """
    return await session.rows(
        """
        SELECT t.name, t.label, round(done.runs * times)::bigint AS runs, done.seconds * times AS seconds,
               done.runs >= :most AS is_about
        FROM tenant t CROSS JOIN LATERAL (
            SELECT count(*) AS runs, COALESCE(sum(duration_s), 0)::float8 AS seconds,
                   CASE WHEN count(*) < :most THEN 1.0
                        ELSE 3600 / GREATEST(extract(epoch FROM now() - min(started_at)), 1) END::float8 AS times
            FROM (
                SELECT duration_s, started_at FROM run r
                WHERE r.tenant_id = t.id AND r.started_at > now() - interval '1 hour' AND r.started_at <= now()
                ORDER BY r.started_at DESC, r.id LIMIT :most
            ) newest
        ) done WHERE done.runs > 0 ORDER BY seconds DESC, runs DESC, t.name
        """,
        most=_RUNS_OF_A_TENANT,
    )


async def roles(session: Session) -> dict[str, Mapping[str, Any]]:
    """Who has which role: since when, for how many seconds more, and how often it went to somebody."""
    rows = await session.rows(
        """
        SELECT name, owner, epoch, since, extract(epoch FROM now() - since)::float8 AS since_s,
               CASE WHEN isfinite(expires_at) THEN extract(epoch FROM expires_at - now())::float8 END AS left_s
        FROM role_lease
        """
    )
    return {row["name"]: row for row in rows}


async def bus(session: Session) -> Mapping[str, Any]:
    """Which bus is read, on how many lanes, and what of the log is not known to be published yet."""
    rows = await session.rows(
        """
        SELECT carrier, lanes, CASE WHEN carrier = 'kafka' THEN (
            SELECT COALESCE(sum(h.next_offset - COALESCE(p.next_offset, 0)), 0)
            FROM log_head h LEFT JOIN relay_position p USING (topic, lane)) END AS unpublished
        FROM installation
        """
    )
    return rows[0]


async def oldest(session: Session, topics_of: Mapping[str, str]) -> Mapping[str, Any] | None:
    """The event that waits longest, whoever's it is: for which agent, on which lane, for how long; None: none waits."""
    rows = await session.rows(
        """
        WITH unread AS MATERIALIZED (  -- so that what is compared with an offset is plain, and goes by the index
            SELECT wanted.agent, h.topic, h.lane,
                   said.next_offset - (h.next_offset - COALESCE(l.next_offset, 0)) AS first
            FROM unnest(CAST(:agents AS text[]), CAST(:topics AS text[])) AS wanted(agent, topic)
            JOIN bus_head h USING (topic) JOIN log_head said USING (topic, lane)
            LEFT JOIN lane_lease l ON l.agent = wanted.agent AND l.lane = h.lane
            WHERE h.next_offset > COALESCE(l.next_offset, 0)
        )
        SELECT unread.agent, unread.lane, extract(epoch FROM now() - oldest.time)::float8 AS age_s, t.label
        FROM unread CROSS JOIN LATERAL (
            SELECT time, tenant_id FROM log g
            WHERE g.topic = unread.topic AND g.lane = unread.lane AND g."offset" >= unread.first
            ORDER BY g."offset" LIMIT 1
        ) oldest LEFT JOIN tenant t ON t.id = oldest.tenant_id
        ORDER BY oldest.time LIMIT 1
        """,
        agents=list(topics_of),
        topics=list(topics_of.values()),
    )
    return rows[0] if rows else None
