"""Pages of the console: what a person reads of one tenant, a screenful at a time.

Long lists are read by key (the last row seen), not by number, so that a page costs the same however deep it
lies and rows that arrive meanwhile shift nothing. Counts stop at a cap: nobody reads the digits beyond it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from tenants.store.columns import containing
from tenants.store.session import Session

COUNT_CAP = 10_000


@dataclass(frozen=True, slots=True)
class RunFilter:
    """Which runs are asked for. What is empty does not matter."""

    statuses: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()
    lead_id: UUID | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class ProspectFilter:
    """Which prospects are asked for: words of the company's name or domain, and tiers."""

    text: str = ""
    tiers: tuple[str, ...] = ()


_RUN_ROWS = """
    SELECT r.id, r.agent, r.status, r.started_at, r.duration_s, r.attempt, r.cost_usd, r.reason, r.due_at,
           r.lead_id, a.name AS company
    FROM run r
    LEFT JOIN lead l ON l.tenant_id = r.tenant_id AND l.id = r.lead_id
    LEFT JOIN account a ON a.tenant_id = l.tenant_id AND a.id = l.account_id
"""
_RUN_MATCHES = """
    r.tenant_id = :tenant_id
    AND (CAST(:statuses AS text[]) IS NULL OR r.status = ANY(CAST(:statuses AS text[])))
    AND (CAST(:agents AS text[]) IS NULL OR r.agent = ANY(CAST(:agents AS text[])))
    AND (CAST(:lead_id AS uuid) IS NULL OR r.lead_id = :lead_id)
    AND r.started_at >= COALESCE(CAST(:since AS timestamptz), '-infinity')
"""
_PROSPECT_ROWS = """
    SELECT l.id, l.fit, l.intent, l.score, l.tier, l.sequence, a.name AS company, a.domain, a.industry,
           a.country, a.employees, c.full_name AS contact, c.title, c.email, c.email_status
    FROM lead l
    JOIN account a ON a.tenant_id = l.tenant_id AND a.id = l.account_id
    LEFT JOIN contact c ON c.tenant_id = l.tenant_id AND c.id = l.contact_id
"""
_PROSPECT_MATCHES = """
    l.tenant_id = :tenant_id AND l.score IS NOT NULL AND l.duplicate_of IS NULL
    AND (CAST(:tiers AS text[]) IS NULL OR l.tier = ANY(CAST(:tiers AS text[])))
    AND (CAST(:pattern AS text) IS NULL OR a.name ILIKE :pattern OR a.domain ILIKE :pattern)
"""
_COUNTED_RUNS = "SELECT count(*) FROM (SELECT FROM run r"
_COUNTED_PROSPECTS = """
    SELECT count(*) FROM (
        SELECT FROM lead l JOIN account a ON a.tenant_id = l.tenant_id AND a.id = l.account_id
"""
_AFTER = "COALESCE(CAST(:after AS timestamptz), '-infinity')"


async def runs(
    session: Session, wanted: RunFilter, *, after: tuple[datetime, UUID] | None, skip: int, limit: int
) -> list[Mapping[str, Any]]:
    """The next runs that match, newest first: those behind the key `after`, less the first `skip` of them."""
    behind = "AND r.started_at <= :time AND (r.started_at < :time OR r.id > :id)" if after else ""
    return await session.rows(
        f"{_RUN_ROWS} WHERE {_RUN_MATCHES} {behind} "
        "ORDER BY r.started_at DESC, r.id OFFSET :skip LIMIT :limit",
        **_of_runs(session, wanted),
        **({"time": after[0], "id": after[1]} if after else {}),
        skip=skip,
        limit=limit,
    )


async def runs_by_id(session: Session, ids: Sequence[UUID]) -> list[Mapping[str, Any]]:
    """These runs of the tenant as they are now, in no order."""
    return await session.rows(
        f"{_RUN_ROWS} WHERE r.tenant_id = :tenant_id AND r.id = ANY(CAST(:ids AS uuid[]))",
        tenant_id=session.tenant_id,
        ids=list(ids),
    )


async def count_runs(session: Session, wanted: RunFilter, *, after: datetime | None = None) -> int:
    """How many runs match, or of those only the ones started after a moment. At most the cap + 1."""
    count = await session.value(
        f"{_COUNTED_RUNS} WHERE {_RUN_MATCHES} AND r.started_at > {_AFTER} LIMIT :cap) counted",
        **_of_runs(session, wanted),
        after=after,
        cap=COUNT_CAP + 1,
    )
    return int(count)


async def measure_runs(
    session: Session, wanted: RunFilter, apart: Callable[[int], int]
) -> tuple[int, dict[int, tuple[datetime, UUID]]]:
    """How many runs match, and at such distances the key of the last one so far, by how many that are."""
    total = int(
        await session.value(f"SELECT count(*) FROM run r WHERE {_RUN_MATCHES}", **_of_runs(session, wanted))
    )
    rows = await session.rows(
        f"""
        SELECT place, started_at, id FROM (
            SELECT row_number() OVER (ORDER BY r.started_at DESC, r.id) AS place, r.started_at, r.id
            FROM run r WHERE {_RUN_MATCHES}
        ) numbered WHERE place % CAST(:apart AS int) = 0 ORDER BY place
        """,
        **_of_runs(session, wanted),
        apart=apart(total),
    )
    return total, {row["place"]: (row["started_at"], row["id"]) for row in rows}


async def run(session: Session, run_id: UUID) -> Mapping[str, Any] | None:
    """One run of the tenant with all that is kept about it, or None."""
    rows = await session.rows(
        """
        SELECT r.*, a.name AS company
        FROM run r
        LEFT JOIN lead l ON l.tenant_id = r.tenant_id AND l.id = r.lead_id
        LEFT JOIN account a ON a.tenant_id = l.tenant_id AND a.id = l.account_id
        WHERE r.tenant_id = :tenant_id AND r.id = :id
        """,
        tenant_id=session.tenant_id,
        id=run_id,
    )
    return rows[0] if rows else None


async def prospects(
    session: Session, wanted: ProspectFilter, *, after: tuple[int, UUID] | None, skip: int, limit: int
) -> list[Mapping[str, Any]]:
    """The next scored leads that match, best first: those behind the key `after`, less the first `skip`."""
    behind = "AND l.score <= :score AND (l.score < :score OR l.id > :id)" if after else ""
    return await session.rows(
        f"{_PROSPECT_ROWS} WHERE {_PROSPECT_MATCHES} {behind} "
        "ORDER BY l.score DESC NULLS LAST, l.id OFFSET :skip LIMIT :limit",
        **_of_prospects(session, wanted),
        **({"score": after[0], "id": after[1]} if after else {}),
        skip=skip,
        limit=limit,
    )


async def count_prospects(session: Session, wanted: ProspectFilter, *, after: datetime | None = None) -> int:
    """How many scored leads match, or of those only the ones scored after a moment. At most the cap + 1."""
    count = await session.value(
        f"{_COUNTED_PROSPECTS} WHERE {_PROSPECT_MATCHES} AND l.scored_at > {_AFTER} LIMIT :cap) counted",
        **_of_prospects(session, wanted),
        after=after,
        cap=COUNT_CAP + 1,
    )
    return int(count)


async def measure_prospects(
    session: Session, wanted: ProspectFilter, apart: Callable[[int], int]
) -> tuple[int, dict[int, tuple[int, UUID]]]:
    """How many scored leads match, and at such distances the key of the last one so far, by how many that are."""
    known = "FROM lead l JOIN account a ON a.tenant_id = l.tenant_id AND a.id = l.account_id"
    total = int(
        await session.value(
            f"SELECT count(*) {known} WHERE {_PROSPECT_MATCHES}", **_of_prospects(session, wanted)
        )
    )
    rows = await session.rows(
        f"""
        SELECT place, score, id FROM (
            SELECT row_number() OVER (ORDER BY l.score DESC NULLS LAST, l.id) AS place, l.score, l.id
            {known} WHERE {_PROSPECT_MATCHES}
        ) numbered WHERE place % CAST(:apart AS int) = 0 ORDER BY place
        """,
        **_of_prospects(session, wanted),
        apart=apart(total),
    )
    return total, {row["place"]: (row["score"], row["id"]) for row in rows}


async def prospect(session: Session, lead_id: UUID) -> Mapping[str, Any] | None:
    """One lead of the tenant with its company, its contact and the reasons for its score, or None.

    Its standing may be one that a person has pinned; what the model says is `said_score` and `said_tier`.
    """
    rows = await session.rows(
        """
        SELECT l.id, l.stage, l.hold, l.hold_reason, l.fit, l.intent, l.score, l.tier, l.sequence, l.model,
               l.reasons, l.scored_at, l.source, l.pinned_by, l.pinned_at, l.pinned_reason,
               said.score AS said_score, said.tier AS said_tier, a.name AS company, a.domain, a.industry, a.country,
               a.city, a.employees, a.founded_year, a.revenue_usd, a.funding_usd, a.technologies, a.open_jobs,
               a.description, c.full_name AS contact, c.title, c.seniority, c.department, c.email,
               c.email_status, c.email_source, c.linkedin_url
        FROM lead l
        JOIN account a ON a.tenant_id = l.tenant_id AND a.id = l.account_id
        LEFT JOIN contact c ON c.tenant_id = l.tenant_id AND c.id = l.contact_id
        LEFT JOIN LATERAL (
            SELECT score, tier FROM judgement j
            WHERE j.tenant_id = l.tenant_id AND j.lead_id = l.id AND j.model = l.model AND NOT j.is_shadow
            ORDER BY judged_at DESC LIMIT 1
        ) said ON true
        WHERE l.tenant_id = :tenant_id AND l.id = :id
        """,
        tenant_id=session.tenant_id,
        id=lead_id,
    )
    return rows[0] if rows else None


async def drop_offs(session: Session, *, limit: int = 40) -> list[Mapping[str, Any]]:
    """Where and why leads stand still: stage reached, hold, reason and how many, the most frequent first."""
    return await session.rows(
        """
        SELECT stage, hold, COALESCE(hold_reason, '') AS reason, count(*) AS leads FROM lead
        WHERE tenant_id = :tenant_id AND hold IS NOT NULL
        GROUP BY 1, 2, 3 ORDER BY leads DESC, 3 LIMIT :limit
        """,
        tenant_id=session.tenant_id,
        limit=limit,
    )


async def tiers(session: Session) -> dict[str, int]:
    """How many scored leads are in each tier."""
    rows = await session.rows(
        "SELECT tier, count(*) AS leads FROM lead WHERE tenant_id = :tenant_id AND score IS NOT NULL "
        "AND tier IS NOT NULL AND duplicate_of IS NULL GROUP BY tier ORDER BY tier",
        tenant_id=session.tenant_id,
    )
    return {row["tier"]: row["leads"] for row in rows}


async def now(session: Session) -> datetime:
    """The database's clock, by which runs and scores are dated."""
    moment: datetime = await session.value("SELECT now()")
    return moment


async def agents_met(session: Session) -> list[str]:
    """The agents that have left a trace for this tenant: a switch, a desk that once worked, a recent run."""
    rows = await session.rows(
        """
        SELECT agent FROM agent_switch WHERE tenant_id = :tenant_id
        UNION SELECT agent FROM lane_lease
        UNION SELECT agent FROM (
            SELECT agent FROM run WHERE tenant_id = :tenant_id ORDER BY started_at DESC, id LIMIT 5000
        ) recent
        ORDER BY agent
        """,
        tenant_id=session.tenant_id,
    )
    return [row["agent"] for row in rows]


async def connected(session: Session) -> set[str]:
    """The providers that the tenant is connected to."""
    return set(
        await session.value("SELECT connected FROM tenant WHERE id = :tenant_id", tenant_id=session.tenant_id)
    )


async def last_hour(session: Session, *, slices: int) -> list[Mapping[str, Any]]:
    """Runs and failures of each agent within the last hour, by slice of it: slice 0 is the most recent."""
    return await session.rows(
        """
        SELECT agent, CAST(floor(extract(epoch FROM now() - started_at) * :slices / 3600) AS int) AS slice,
               count(*) AS runs, count(*) FILTER (WHERE status = 'failed') AS failures
        FROM run
        WHERE tenant_id = :tenant_id AND started_at > now() - interval '1 hour' AND started_at <= now()
        GROUP BY 1, 2
        """,
        tenant_id=session.tenant_id,
        slices=slices,
    )


async def desks(session: Session, *, alive_s: float) -> dict[str, Mapping[str, Any]]:
    """For each agent the desks now at work on the tenant's lanes, and the seconds since the last sign of life."""
    rows = await session.rows(
        """
        SELECT agent, count(*) FILTER (WHERE seen_at > now() - make_interval(secs => :alive_s)) AS desks,
               extract(epoch FROM now() - max(seen_at))::float8 AS age_s
        FROM heartbeat
        WHERE lanes && ARRAY(
            SELECT home_lane FROM tenant WHERE id = :tenant_id
            UNION SELECT lane FROM tenant_lane WHERE tenant_id = :tenant_id
        )
        GROUP BY agent
        """,
        tenant_id=session.tenant_id,
        alive_s=alive_s,
    )
    return {row["agent"]: row for row in rows}


async def backlog(session: Session, topics_of: Mapping[str, str]) -> dict[str, int]:
    """What waits for each of these agents: unread events on the topic it reads, and runs that are due."""
    rows = await session.rows(
        """
        WITH wanted AS MATERIALIZED (
            -- so that what is compared with an offset is plain: under row-level security a sum goes by no index
            SELECT wanted.agent, h.topic, h.lane, h.next_offset > COALESCE(s.next_offset, 0) AS has_more,
                   said.next_offset - (h.next_offset - COALESCE(s.next_offset, 0)) AS first
            FROM unnest(CAST(:agents AS text[]), CAST(:topics AS text[])) AS wanted(agent, topic)
            LEFT JOIN bus_head h ON h.topic = wanted.topic
            LEFT JOIN log_head said ON said.topic = h.topic AND said.lane = h.lane
            LEFT JOIN lane_lease s ON s.agent = wanted.agent AND s.lane = h.lane
        )
        SELECT wanted.agent, COALESCE(sum(unread.events), 0) + (
            SELECT count(*) FROM run r
            WHERE r.tenant_id = :tenant_id AND r.agent = wanted.agent AND r.status <> 'running'
              AND r.due_at IS NOT NULL AND r.due_at <= now()
        ) AS waiting
        FROM wanted
        LEFT JOIN LATERAL (
            SELECT count(*) AS events FROM (
                SELECT FROM log g
                WHERE g.topic = wanted.topic AND g.lane = wanted.lane AND g."offset" >= wanted.first
                  AND g.tenant_id = :tenant_id
                LIMIT :cap
            ) waiting_events
        ) unread ON wanted.has_more
        GROUP BY wanted.agent
        """,
        tenant_id=session.tenant_id,
        agents=list(topics_of),
        topics=list(topics_of.values()),
        cap=COUNT_CAP + 1,
    )
    return {row["agent"]: int(row["waiting"]) for row in rows}


def _of_runs(session: Session, wanted: RunFilter) -> dict[str, Any]:
    return {
        "tenant_id": session.tenant_id,
        "statuses": list(wanted.statuses) or None,
        "agents": list(wanted.agents) or None,
        "lead_id": wanted.lead_id,
        "since": wanted.since,
    }


def _of_prospects(session: Session, wanted: ProspectFilter) -> dict[str, Any]:
    return {
        "tenant_id": session.tenant_id,
        "tiers": list(wanted.tiers) or None,
        "pattern": containing(wanted.text),
    }
