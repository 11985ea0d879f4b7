"""Upkeep of models: whose model is to be looked at next, and what was found the last time."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from tenants.policies import ModelUpkeep
from tenants.store.session import Session

Kind = Literal["drift", "training"]
Verdict = Literal["steady", "watch", "moved", "too few", "proposed", "waiting", "not proposed", "failed"]

_FIRST_LOOK = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Due:
    """A look that is due by now: at a tenant's model, or without one at everybody's."""

    tenant_id: UUID | None
    kind: Kind


@dataclass(frozen=True, slots=True)
class Look:
    """What was found the last time: at which model, and in a sentence. Without a tenant the model is everybody's."""

    kind: Kind
    looked_at: datetime
    next_at: datetime
    model: str | None
    verdict: Verdict
    said: str


def _wanted(name: str) -> str:
    # configurations that are older than the key are without it
    default = ModelUpkeep.model_fields[name].default
    return f"COALESCE(CAST(who.config #>> '{{upkeep,{name}}}' AS int), {default})"


async def due(session: Session, now: datetime, limit: int) -> list[Due]:
    """The looks that are due, the longest overdue first; the first one a day after a tenant came.

    Nothing is due where no model judges yet. At everybody's model it is looked only for what tenants learned who share
    it: how far leads have moved is told of each tenant. Needs a system session.
    """
    rows = await session.rows(
        f"""
        SELECT who.id AS tenant_id, kinds.kind
        FROM (
            SELECT id, config, created_at FROM tenant
            UNION ALL
            SELECT NULL, '{{}}', min(created_at) FROM tenant WHERE config ->> 'share_outcomes' = 'true'
            HAVING count(*) > 0
        ) who
        CROSS JOIN (VALUES ('drift'), ('training')) kinds (kind)
        LEFT JOIN model_upkeep u ON u.tenant_id IS NOT DISTINCT FROM who.id AND u.kind = kinds.kind
        WHERE CASE kinds.kind
              WHEN 'drift' THEN who.id IS NOT NULL AND {_wanted("drift_days")} > 0
              ELSE {_wanted("train_days")} > 0 OR {_wanted("new_outcomes")} > 0 END
          AND COALESCE(u.next_at, who.created_at + CAST(:first_look AS interval)) <= :now
          AND EXISTS (SELECT FROM model_alias a WHERE a.alias = 'champion'
                      AND (a.tenant_id = who.id OR a.tenant_id IS NULL))
        ORDER BY u.next_at NULLS FIRST, who.id, kinds.kind LIMIT :limit
        """,
        now=now,
        first_look=_FIRST_LOOK,
        limit=limit,
    )
    return [Due(**row) for row in rows]


async def take(session: Session, look: Due, now: datetime, again_at: datetime) -> bool:
    """Whether the look is due still; then it is ours, and nobody else's before `again_at`. Needs a system session."""
    taken = await session.run(
        """
        INSERT INTO model_upkeep AS u (tenant_id, kind, next_at) VALUES (CAST(:tenant_id AS uuid), :kind, :again_at)
        ON CONFLICT (tenant_id, kind) DO UPDATE SET next_at = EXCLUDED.next_at WHERE u.next_at <= :now
        """,
        tenant_id=look.tenant_id,
        kind=look.kind,
        now=now,
        again_at=again_at,
    )
    return taken > 0


async def keep(session: Session, tenant_id: UUID | None, look: Look) -> None:
    """What was found, in place of what was found before."""
    await session.run(
        """
        INSERT INTO model_upkeep (tenant_id, kind, next_at, looked_at, model, verdict, said)
        VALUES (CAST(:tenant_id AS uuid), :kind, :next_at, :looked_at, :model, :verdict, :said)
        ON CONFLICT (tenant_id, kind) DO UPDATE
        SET next_at = EXCLUDED.next_at, looked_at = EXCLUDED.looked_at, model = EXCLUDED.model,
            verdict = EXCLUDED.verdict, said = EXCLUDED.said
        """,
        tenant_id=tenant_id,
        kind=look.kind,
        next_at=look.next_at,
        looked_at=look.looked_at,
        model=look.model,
        verdict=look.verdict,
        said=look.said,
    )


async def last(session: Session, tenant_id: UUID | None) -> list[Look]:
    """What was found the last time, of each kind that was looked at: at the tenant's, or without one at everybody's."""
    rows = await session.rows(
        "SELECT kind, looked_at, next_at, model, verdict, said FROM model_upkeep "
        "WHERE tenant_id IS NOT DISTINCT FROM CAST(:tenant_id AS uuid) AND looked_at IS NOT NULL ORDER BY kind",
        tenant_id=tenant_id,
    )
    return [Look(**row) for row in rows]
