"""Insights: what has become of the leads of some days, by where they came from, and what that has cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from tenants.store.session import Session


@dataclass(frozen=True, slots=True)
class Origin:
    """Where leads come from: which source, and which version of the tenant's configuration."""

    source: str
    icp_version: int


@dataclass(frozen=True, slots=True)
class Standing:
    """So many leads of one origin that stand alike. Without a hold they go on, or are scored."""

    origin: Origin
    stage: str
    hold: str | None
    tier: str | None
    leads: int


@dataclass(frozen=True, slots=True)
class Held:
    """So many leads of one origin that stand still for one reason."""

    origin: Origin
    stage: str
    hold: str
    reason: str
    leads: int


@dataclass(frozen=True, slots=True)
class Cost:
    """What one agent's runs for leads of one origin have cost; without an origin, for no single lead."""

    origin: Origin | None
    agent: str
    runs: int
    cost_usd: Decimal


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which leads are asked for: since when, of which origin, and where they stand still for what."""

    since: datetime
    source: str | None = None
    icp_versions: Sequence[int] | None = None
    stage: str | None = None
    hold: str | None = None
    reason: str | None = None


async def standings(session: Session, since: datetime) -> list[Standing]:
    """How the leads stand that have come in since then."""
    rows = await session.rows(
        "SELECT source, icp_version, stage, hold, CASE WHEN duplicate_of IS NULL THEN tier END AS tier, "
        "count(*) AS leads FROM lead WHERE tenant_id = :tenant_id AND created_at >= :since "
        "GROUP BY 1, 2, 3, 4, 5 ORDER BY leads DESC",
        tenant_id=session.tenant_id,
        since=since,
    )
    return [Standing(**_with_origin(row)) for row in rows]


async def held(session: Session, since: datetime, *, limit: int = 1_000) -> list[Held]:
    """Where and why leads stand still that have come in since then, the most frequent first."""
    rows = await session.rows(
        "SELECT source, icp_version, stage, hold, COALESCE(hold_reason, '') AS reason, count(*) AS leads "
        "FROM lead WHERE tenant_id = :tenant_id AND created_at >= :since AND hold IS NOT NULL "
        "GROUP BY 1, 2, 3, 4, 5 ORDER BY leads DESC, 5 LIMIT :limit",
        tenant_id=session.tenant_id,
        since=since,
        limit=limit,
    )
    return [Held(**_with_origin(row)) for row in rows]


async def costs(session: Session, since: datetime) -> list[Cost]:
    """What agents have spent since then: on leads that have come in since, and on no single lead, as a search is."""
    rows = await session.rows(
        """
        SELECT l.source, l.icp_version, r.agent, count(*) AS runs, sum(r.cost_usd) AS cost_usd
        FROM run r LEFT JOIN lead l ON l.tenant_id = r.tenant_id AND l.id = r.lead_id
        WHERE r.tenant_id = :tenant_id AND r.started_at >= :since AND r.cost_usd > 0
          AND (r.lead_id IS NULL OR l.created_at >= :since)
        GROUP BY 1, 2, 3
        """,
        tenant_id=session.tenant_id,
        since=since,
    )
    return [Cost(**_with_origin(row)) for row in rows]


async def scored(session: Session, since: datetime, *, limit: int) -> list[tuple[float, float]]:
    """Fit and intent of the leads that were scored since then; of more than so many, as many drawn by their ids."""
    rows = await session.rows(
        "SELECT fit, intent FROM lead WHERE tenant_id = :tenant_id AND scored_at >= :since AND fit IS NOT NULL "
        "AND intent IS NOT NULL AND duplicate_of IS NULL ORDER BY id LIMIT :limit",
        tenant_id=session.tenant_id,
        since=since,
        limit=limit,
    )
    return [(row["fit"], row["intent"]) for row in rows]


async def leads(session: Session, wanted: Wanted, *, limit: int) -> list[Mapping[str, Any]]:
    """Some of the leads that are meant, with their companies, by their ids."""
    return await session.rows(
        """
        SELECT l.id, a.name AS company, a.domain, l.source, l.icp_version, l.stage, l.hold, l.hold_reason, l.created_at
        FROM lead l JOIN account a ON a.tenant_id = l.tenant_id AND a.id = l.account_id
        WHERE l.tenant_id = :tenant_id AND l.created_at >= :since
          AND (CAST(:source AS text) IS NULL OR l.source = :source)
          AND (CAST(:icp_versions AS int[]) IS NULL OR l.icp_version = ANY(CAST(:icp_versions AS int[])))
          AND (CAST(:stage AS text) IS NULL OR l.stage = :stage)
          AND (CAST(:hold AS text) IS NULL OR l.hold = :hold)
          AND (CAST(:reason AS text) IS NULL OR COALESCE(l.hold_reason, '') = :reason)
        ORDER BY l.id LIMIT :limit
        """,
        tenant_id=session.tenant_id,
        since=wanted.since,
        source=wanted.source,
        icp_versions=list(wanted.icp_versions) if wanted.icp_versions is not None else None,
        stage=wanted.stage,
        hold=wanted.hold,
        reason=wanted.reason,
        limit=limit,
    )


def _with_origin(row: Mapping[str, Any]) -> dict[str, Any]:
    source, version = row["source"], row["icp_version"]
    rest = {name: value for name, value in row.items() if name not in ("source", "icp_version")}
    return {"origin": Origin(source, version) if source is not None else None, **rest}
