"""Groups of failures as a person looks at them: who is hit, since when, whether it grows, and the runs of one group."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from tenants.store.failures import MATCHES, Which, parameters
from tenants.store.pages import COUNT_CAP
from tenants.store.session import Session

TREND_HOURS = 24


async def listed(session: Session, which: Which, *, slices: int, limit: int) -> list[Mapping[str, Any]]:
    """The groups of the failures that match, the largest first and muted ones last, each with its newest failure.

    `trend` says how many of what is still in the queue failed in which slice of the last day: {slice: runs}, and
    slice 0 is the most recent. `leads` is how many leads stand still over it.
    """
    return await session.rows(
        f"""
        WITH grouped AS (
            SELECT fingerprint, count(*) AS runs, count(DISTINCT lead_id) AS leads,
                   min(finished_at) AS first_at, max(finished_at) AS last_at
            FROM run WHERE {MATCHES} AND status = 'failed' AND fingerprint IS NOT NULL GROUP BY fingerprint
        ), shown AS (
            SELECT grouped.*, g.assignee, g.muted_until, COALESCE(g.muted_until > now(), false) AS is_muted
            FROM grouped
            LEFT JOIN failure_group g ON g.tenant_id = :tenant_id AND g.fingerprint = grouped.fingerprint
            ORDER BY is_muted, runs DESC, last_at DESC, grouped.fingerprint LIMIT :limit
        ), trends AS (
            SELECT fingerprint, json_object_agg(slice, runs) AS trend FROM (
                SELECT fingerprint, count(*) AS runs,
                       CAST(floor(extract(epoch FROM now() - finished_at) * CAST(:slices AS int)
                            / CAST(:seconds AS int)) AS int) AS slice
                FROM run WHERE {MATCHES} AND status = 'failed' AND fingerprint IS NOT NULL
                  AND finished_at > now() - make_interval(secs => CAST(:seconds AS int))
                GROUP BY 1, 3
            ) counted GROUP BY fingerprint
        )
        SELECT shown.*, newest.agent, newest.error ->> 'provider' AS provider, newest.error ->> 'class' AS class,
               newest.error ->> 'kind' AS kind, newest.error ->> 'message' AS message, trends.trend,
               CAST(extract(epoch FROM now() - shown.first_at) AS float8) AS first_age_s,
               CAST(extract(epoch FROM now() - shown.last_at) AS float8) AS last_age_s
        FROM shown
        CROSS JOIN LATERAL (
            SELECT agent, error FROM run
            WHERE tenant_id = :tenant_id AND status = 'failed' AND run.fingerprint = shown.fingerprint
            ORDER BY finished_at DESC, id LIMIT 1
        ) newest
        LEFT JOIN trends ON trends.fingerprint = shown.fingerprint
        ORDER BY is_muted, shown.runs DESC, shown.last_at DESC, shown.fingerprint
        """,
        **parameters(session, which),
        slices=slices,
        seconds=TREND_HOURS * 3600,
        limit=limit,
    )


async def standing(session: Session, which: Which) -> Mapping[str, Any]:
    """How many failures match, in how many groups, and which agents, providers and errors the whole queue has.

    The lists are None where the queue is empty.
    """
    rows = await session.rows(
        f"""
        SELECT (SELECT count(*) FROM run WHERE {MATCHES} AND status = 'failed') AS runs,
               (SELECT count(DISTINCT fingerprint) FROM run WHERE {MATCHES} AND status = 'failed') AS groups,
               array_agg(DISTINCT agent) AS agents,
               array_agg(DISTINCT error ->> 'provider') FILTER (WHERE error ->> 'provider' <> '') AS providers,
               array_agg(DISTINCT error ->> 'class') FILTER (WHERE error ->> 'class' <> '') AS classes
        FROM run WHERE tenant_id = :tenant_id AND status = 'failed'
        """,
        **parameters(session, which),
    )
    return rows[0]


async def left(session: Session) -> Mapping[str, int]:
    """How many runs have left the queue for good: dealt with by a person (resolved), or by itself (superseded)."""
    rows = await session.rows(
        "SELECT status, count(*) AS runs FROM run WHERE tenant_id = :tenant_id "
        "AND status IN ('resolved', 'superseded') AND started_at > now() - interval '7 days' GROUP BY status",
        tenant_id=session.tenant_id,
    )
    return {row["status"]: row["runs"] for row in rows}


async def runs(
    session: Session,
    fingerprint: str,
    *,
    after: tuple[datetime, UUID] | None,
    skip: int,
    limit: int,
) -> list[Mapping[str, Any]]:
    """The next failed runs of a group, the newest failures first, behind the key `after`, less the first `skip`."""
    behind = "AND r.finished_at <= :time AND (r.finished_at < :time OR r.id > :id)" if after else ""
    return await session.rows(
        f"{_RUNS} AND r.status = 'failed' AND r.fingerprint = :fingerprint {behind} "
        "ORDER BY r.finished_at DESC, r.id OFFSET :skip LIMIT :limit",
        tenant_id=session.tenant_id,
        fingerprint=fingerprint,
        **({"time": after[0], "id": after[1]} if after else {}),
        skip=skip,
        limit=limit,
    )


async def runs_by_id(session: Session, ids: Sequence[UUID]) -> list[Mapping[str, Any]]:
    """These runs of the tenant as they are now, whether or not they are in the queue still, in no order."""
    return await session.rows(
        f"{_RUNS} AND r.id = ANY(CAST(:ids AS uuid[]))", tenant_id=session.tenant_id, ids=list(ids)
    )


async def count(session: Session, fingerprint: str, *, after: datetime | None = None) -> int:
    """How many failed runs a group has, or of those only what failed after a moment. At most the cap + 1."""
    return int(
        await session.value(
            """
            SELECT count(*) FROM (
                SELECT FROM run
                WHERE tenant_id = :tenant_id AND status = 'failed' AND fingerprint = :fingerprint
                  AND finished_at > COALESCE(CAST(:after AS timestamptz), '-infinity')
                LIMIT :cap
            ) counted
            """,
            tenant_id=session.tenant_id,
            fingerprint=fingerprint,
            after=after,
            cap=COUNT_CAP + 1,
        )
    )


_RUNS = """
    SELECT r.id, r.agent, r.lead_id, r.status, r.finished_at, r.attempt, r.reason, r.fingerprint,
           r.error ->> 'message' AS message, CAST(r.cost_usd AS float8) AS cost, a.name AS company
    FROM run r
    LEFT JOIN lead l ON l.tenant_id = r.tenant_id AND l.id = r.lead_id
    LEFT JOIN account a ON a.tenant_id = l.tenant_id AND a.id = l.account_id
    WHERE r.tenant_id = :tenant_id
"""
