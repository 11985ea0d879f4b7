"""Rounds over scored leads: whose companies are asked about next, a number of each tenant's every hour."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tenants.identity import TenantId
from tenants.modes import EVERY_AGENT
from tenants.policies import SignalWatch
from tenants.store.session import Session

# configurations that are older than the key are without it
_EVERY_DAYS = (
    "COALESCE(CAST(tenant.config #>> '{signals,every_days}' AS int), "
    f"{SignalWatch.model_fields['every_days'].default})"
)
_LAST_AT = "COALESCE(lead.watched_at, lead.scored_at)"


@dataclass(frozen=True, slots=True)
class Watched:
    """A scored lead whose company is to be asked about, and when it was asked about, or scored, the last time."""

    lead_id: UUID
    account_id: UUID
    contact_id: UUID
    last_at: datetime


async def due(
    session: Session, agent: str, providers: Collection[str], now: datetime, limit: int
) -> list[TenantId]:
    """The tenants whose round is due and who are connected to one of these, longest overdue first.

    Those are left out for whom the agent is held back. Needs a system session.
    """
    rows = await session.rows(
        f"""
        SELECT tenant.id FROM tenant LEFT JOIN signal_round AS round ON round.tenant_id = tenant.id
        WHERE tenant.connected && CAST(:providers AS text[]) AND {_EVERY_DAYS} > 0
          AND (round.next_at IS NULL OR round.next_at <= :now)
          AND NOT EXISTS (SELECT FROM agent_switch AS switch WHERE switch.tenant_id = tenant.id
                          AND switch.agent IN (:everything, :agent) AND switch.mode <> 'on')
          AND NOT EXISTS (SELECT FROM halt WHERE ended_at IS NULL)
        ORDER BY round.next_at NULLS FIRST, tenant.id LIMIT :limit
        """,
        agent=agent,
        everything=EVERY_AGENT,
        providers=list(providers),
        now=now,
        limit=limit,
    )
    return [row["id"] for row in rows]


async def take(session: Session, now: datetime, next_at: datetime) -> bool:
    """Whether the tenant's round is due still; then nobody else takes it, and the next one begins at `next_at`."""
    taken = await session.run(
        """
        INSERT INTO signal_round AS round (tenant_id, next_at)
        SELECT tenant.id, :next_at FROM tenant WHERE tenant.id = :tenant_id
        ON CONFLICT (tenant_id) DO UPDATE SET next_at = EXCLUDED.next_at WHERE round.next_at <= :now
        """,
        tenant_id=session.tenant_id,
        now=now,
        next_at=next_at,
    )
    return taken > 0


async def watch(
    session: Session, tiers: Collection[str], before: datetime, now: datetime, limit: int
) -> list[Watched]:
    """The leads of these tiers that nobody asked about since `before`, at most so many, the longest ago first.

    From now on they count as asked about. Those that are being changed at the moment are left for the next round.
    """
    rows = await session.rows(
        f"""
        WITH next AS (
            SELECT lead.id, {_LAST_AT} AS last_at FROM lead
            WHERE lead.tenant_id = :tenant_id AND lead.stage = 'scored' AND lead.duplicate_of IS NULL
              AND lead.tier = ANY(CAST(:tiers AS text[])) AND lead.contact_id IS NOT NULL
              AND {_LAST_AT} <= :before
            ORDER BY last_at, lead.id LIMIT :limit FOR UPDATE OF lead SKIP LOCKED
        )
        UPDATE lead SET watched_at = :now FROM next WHERE lead.tenant_id = :tenant_id AND lead.id = next.id
        RETURNING lead.id AS lead_id, lead.account_id, lead.contact_id, next.last_at
        """,
        tenant_id=session.tenant_id,
        tiers=list(tiers),
        before=before,
        now=now,
        limit=limit,
    )
    return sorted((Watched(**row) for row in rows), key=lambda one: (one.last_at, one.lead_id))
