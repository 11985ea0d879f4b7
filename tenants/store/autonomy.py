"""Autonomy: kinds of acts that need no approval any more, since people allowed them often enough as they were."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from tenants.approvals import ActKind, ApprovalPolicy, TrackRecord
from tenants.identity import TenantId
from tenants.store import audit
from tenants.store.session import Session


async def track_records(session: Session) -> dict[ActKind, TrackRecord]:
    """How the tenant's people decided on each kind of act, since its autonomy was last taken away."""
    rows = await session.rows(
        """
        SELECT act ->> 'kind' AS kind, count(*) AS decided, count(*) FILTER (
            WHERE edited_hash IS NULL AND status <> 'rejected' AND complained_at IS NULL
        ) AS clean
        FROM approval
        JOIN held_outcome ON approval_id = approval.id AND held_outcome.tenant_id = approval.tenant_id
        CROSS JOIN jsonb_array_elements(acts) AS act
        LEFT JOIN autonomy ON autonomy.tenant_id = approval.tenant_id AND autonomy.kind = act ->> 'kind'
        WHERE approval.tenant_id = :tenant_id
          AND status IN ('approved', 'edited', 'rejected', 'executed', 'failed') AND decided_at IS NOT NULL
          AND decided_at > COALESCE(autonomy.revoked_at, '-infinity')
        GROUP BY 1
        """,
        tenant_id=session.tenant_id,
    )
    found = {
        ActKind(row["kind"]): TrackRecord(ActKind(row["kind"]), row["clean"], row["decided"]) for row in rows
    }
    return {kind: found.get(kind, TrackRecord(kind, 0, 0)) for kind in ActKind}


async def granted(session: Session, tenant_ids: Sequence[TenantId]) -> set[tuple[TenantId, ActKind]]:
    """The kinds of acts that each of these tenants leaves to its agents."""
    rows = await session.rows(
        "SELECT tenant_id, kind FROM autonomy "
        "WHERE granted_at IS NOT NULL AND tenant_id = ANY(CAST(:ids AS uuid[]))",
        ids=list(tenant_ids),
    )
    return {(row["tenant_id"], ActKind(row["kind"])) for row in rows}


async def grant(session: Session, kind: ActKind, *, by: str, policy: ApprovalPolicy) -> None:
    """A kind of act left to the agents from now on. Raises ValueError where that is not earned."""
    record = (await track_records(session))[kind]
    if kind.is_always_asked:
        raise ValueError(f"{kind} is asked about every time, whatever was decided before")
    if record.certain < policy.autonomy_from:
        raise ValueError(
            f"{kind} has not earned it: {record.clean:,} of {record.decided:,} decisions were clean, so "
            f"{record.certain:.0%} is certain, and {policy.autonomy_from:.0%} is asked for"
        )
    await session.run(
        "INSERT INTO autonomy (tenant_id, kind, granted_at, granted_by) VALUES (:tenant_id, :kind, now(), :by) "
        "ON CONFLICT (tenant_id, kind) DO UPDATE SET granted_at = now(), granted_by = EXCLUDED.granted_by",
        tenant_id=session.tenant_id,
        kind=kind.value,
        by=by,
    )
    detail = {"clean": record.clean, "decided": record.decided}
    await audit.write(session, by=by, act="grant autonomy", subject=f"kind={kind}", detail=detail)


async def revoke(session: Session, kinds: Sequence[ActKind], *, by: str, reason: str) -> list[ActKind]:
    """Those of the kinds that were left to the agents until now. To be left to them again they must earn it anew."""
    rows = await session.rows(
        """
        WITH before AS (
            SELECT kind FROM autonomy WHERE tenant_id = :tenant_id AND kind = ANY(CAST(:kinds AS text[]))
            AND granted_at IS NOT NULL FOR UPDATE
        ), noted AS (
            INSERT INTO autonomy (tenant_id, kind, revoked_at, revoked_by, reason)
            SELECT :tenant_id, kind, clock_timestamp(), :by, :reason FROM unnest(CAST(:kinds AS text[])) AS kind
            ON CONFLICT (tenant_id, kind) DO UPDATE
            SET granted_at = NULL, revoked_at = EXCLUDED.revoked_at, revoked_by = EXCLUDED.revoked_by,
                reason = EXCLUDED.reason
        )
        SELECT kind FROM before ORDER BY kind
        """,
        tenant_id=session.tenant_id,
        kinds=[kind.value for kind in kinds],
        by=by,
        reason=reason,
    )
    revoked = [ActKind(row["kind"]) for row in rows]
    detail = {"reason": reason, "were_granted": revoked}
    await audit.write(
        session, by=by, act="revoke autonomy", subject=f"kinds={','.join(kinds)}", detail=detail
    )
    return revoked


async def complain(session: Session, approval_id: UUID, *, by: str, reason: str) -> list[ActKind]:
    """Something that was allowed and should not have been: its kinds of acts are asked about again at once.

    Those that were left to the agents until now are returned. Raises ValueError where nothing was allowed.
    """
    rows = await session.rows(
        """
        UPDATE approval SET complained_at = clock_timestamp(), complained_by = :by, complaint = :reason
        FROM held_outcome
        WHERE approval.tenant_id = :tenant_id AND approval.id = :id AND held_outcome.tenant_id = approval.tenant_id
          AND approval_id = approval.id AND status IN ('approved', 'edited', 'executed', 'failed')
        RETURNING acts
        """,
        tenant_id=session.tenant_id,
        id=approval_id,
        by=by,
        reason=reason,
    )
    if not rows:
        raise ValueError(f"nothing was allowed by an approval {approval_id}")
    detail = {"reason": reason}
    await audit.write(session, by=by, act="complain", subject=f"approval {approval_id}", detail=detail)
    return await revoke(session, [ActKind(act["kind"]) for act in rows[0]["acts"]], by=by, reason=reason)


async def standing(session: Session) -> dict[ActKind, dict[str, Any]]:
    """For each kind whether it is left to the agents: since when and by whom, or who took that away and why."""
    rows = await session.rows(
        "SELECT kind, granted_at, granted_by, revoked_at, revoked_by, reason FROM autonomy "
        "WHERE tenant_id = :tenant_id",
        tenant_id=session.tenant_id,
    )
    return {ActKind(row["kind"]): dict(row) for row in rows}
