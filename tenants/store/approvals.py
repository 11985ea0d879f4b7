"""Approvals: outcomes that wait for a person. Each is decided once, by compare-and-set, and executed once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from tenants.approvals import ApprovalPolicy, Decision, may_decide
from tenants.store import audit
from tenants.store.columns import columns, unnest
from tenants.store.session import Session


class NotDecidable(Exception):
    """The approval can't be decided like this."""


@dataclass(frozen=True, slots=True)
class Held:
    """An outcome that is held. `content` is canonical JSON, and `content_hash` is of exactly that."""

    id: UUID
    run_id: UUID
    agent: str
    lead_id: UUID | None
    requested_by: str | None
    expires_at: datetime
    acts: str
    content: str
    content_hash: str
    cost_usd: Decimal
    owner: str | None = None
    escalate_to: str | None = None
    escalate_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """What became of a held outcome: the decision, by whom, why, and the content that is to be applied."""

    status: Decision
    by: str | None
    reason: str | None
    content: Any
    content_hash: str


async def hold(session: Session, held: Sequence[Held]) -> None:
    """Outcomes that wait from now on. An older question of the same agent about the same lead is superseded."""
    if not held:
        return
    await session.run(
        f"""
        WITH old AS (
            UPDATE approval SET status = 'superseded', settled_at = now()
            FROM {unnest(agent="text", lead_id="uuid")}
            WHERE approval.tenant_id = :tenant_id AND approval.status = 'pending'
              AND approval.agent = given.agent AND approval.lead_id = given.lead_id
            RETURNING run_id
        )
        UPDATE run SET status = 'skipped', reason = 'a newer question took the place of this one',
               finished_at = now(), approval_id = NULL
        FROM old WHERE run.tenant_id = :tenant_id AND run.id = old.run_id AND run.status = 'awaiting_approval'
        """,
        tenant_id=session.tenant_id,
        **columns(held, ("agent", "lead_id")),
    )
    kinds = {
        "id": "uuid",
        "run_id": "uuid",
        "agent": "text",
        "lead_id": "uuid",
        "requested_by": "text",
        "expires_at": "timestamptz",
        "owner": "text",
        "escalate_to": "text",
        "escalate_at": "timestamptz",
    }
    await session.run(
        f"INSERT INTO approval (tenant_id, {', '.join(kinds)}) SELECT :tenant_id, * FROM {unnest(**kinds)}",
        tenant_id=session.tenant_id,
        **columns(held, tuple(kinds)),
    )
    kinds = {"id": "uuid", "acts": "jsonb", "content": "json", "content_hash": "text", "cost_usd": "numeric"}
    await session.run(
        "INSERT INTO held_outcome (tenant_id, approval_id, acts, content, content_hash, cost_usd) "
        f"SELECT :tenant_id, * FROM {unnest(**kinds)}",
        tenant_id=session.tenant_id,
        **columns(held, tuple(kinds)),
    )


async def decide(
    session: Session,
    approval_id: UUID,
    decision: Decision,
    *,
    by: str,
    policy: ApprovalPolicy,
    content_hash: str | None = None,
    reason: str | None = None,
    edited: tuple[str, str] | None = None,
) -> None:
    """One decision of one person, and its run is to go on. The same decision once more changes nothing.

    `content_hash` is of what the person saw: where it is another by now, nothing is decided. `edited` is the
    changed content and its hash. Raises NotDecidable, which says what is in the way.
    """
    seen = await _checked(session, approval_id, by=by, policy=policy, content_hash=content_hash)
    decided = await session.rows(
        """
        UPDATE approval SET status = :status, decided_by = :by, decided_at = clock_timestamp(), reason = :reason
        WHERE tenant_id = :tenant_id AND id = :id AND status = 'pending' AND expires_at > clock_timestamp()
        RETURNING run_id
        """,
        tenant_id=session.tenant_id,
        id=approval_id,
        status=decision.value,
        by=by,
        reason=reason,
    )
    if not decided:
        if await _is_the_same(session, approval_id, decision, by=by, edited=edited):
            return
        raise NotDecidable(await _why_not(session, approval_id))
    if edited is not None:
        await session.run(
            "UPDATE held_outcome SET edited = CAST(:content AS json), edited_hash = :hash "
            "WHERE tenant_id = :tenant_id AND approval_id = :id",
            tenant_id=session.tenant_id,
            id=approval_id,
            content=edited[0],
            hash=edited[1],
        )
    await session.run(
        "UPDATE run SET due_at = now() WHERE tenant_id = :tenant_id AND id = :id AND status = 'awaiting_approval'",
        tenant_id=session.tenant_id,
        id=decided[0]["run_id"],
    )
    detail = {"reason": reason, "content_hash": edited[1] if edited else seen}
    await audit.write(session, by=by, act=decision.value, subject=f"approval {approval_id}", detail=detail)


async def _checked(
    session: Session, approval_id: UUID, *, by: str, policy: ApprovalPolicy, content_hash: str | None
) -> str:
    """The hash of what would be done. Raises NotDecidable where this person may not decide on it."""
    rows = await session.rows(
        "SELECT requested_by, content_hash "
        "FROM approval JOIN held_outcome ON approval_id = id AND approval.tenant_id = held_outcome.tenant_id "
        "WHERE approval.tenant_id = :tenant_id AND id = :id",
        tenant_id=session.tenant_id,
        id=approval_id,
    )
    if not rows:
        raise NotDecidable(f"there is no approval {approval_id}")
    if content_hash is not None and content_hash != rows[0]["content_hash"]:
        raise NotDecidable("what is to be done is not what you saw: look again")
    if not may_decide(policy, requested_by=rows[0]["requested_by"], by=by):
        raise NotDecidable(f"{by} has asked for this: somebody else must decide")
    return str(rows[0]["content_hash"])


async def _is_the_same(
    session: Session, approval_id: UUID, decision: Decision, *, by: str, edited: tuple[str, str] | None
) -> bool:
    """Whether this person has decided just this before: a button that was pressed twice, an answer that was lost."""
    made = await session.value(
        """
        SELECT CASE WHEN status NOT IN ('executed', 'failed') THEN status
                    WHEN edited_hash IS NULL THEN 'approved' ELSE 'edited' END
        FROM approval JOIN held_outcome ON approval_id = id AND approval.tenant_id = held_outcome.tenant_id
        WHERE approval.tenant_id = :tenant_id AND id = :id AND decided_by = :by
          AND edited_hash IS NOT DISTINCT FROM CAST(:edited_hash AS text)
        """,
        tenant_id=session.tenant_id,
        id=approval_id,
        by=by,
        edited_hash=edited[1] if edited else None,
    )
    return bool(made == decision.value)


async def _why_not(session: Session, approval_id: UUID) -> str:
    rows = await session.rows(
        "SELECT status, decided_by FROM approval WHERE tenant_id = :tenant_id AND id = :id",
        tenant_id=session.tenant_id,
        id=approval_id,
    )
    status, who = rows[0]["status"], rows[0]["decided_by"]
    if status == Decision.PENDING:
        return "its time is over: nothing is done"
    return f"it is {status} already" + (f", by {who}" if who else "")


async def withdraw(session: Session, approval_id: UUID, *, by: str, reason: str) -> None:
    """A question taken back by who asked for the work: nothing is done, and that is no rejection.

    Raises NotDecidable where somebody else asked for it, or it is decided already.
    """
    rows = await session.rows(
        "SELECT requested_by FROM approval WHERE tenant_id = :tenant_id AND id = :id",
        tenant_id=session.tenant_id,
        id=approval_id,
    )
    if not rows:
        raise NotDecidable(f"there is no approval {approval_id}")
    who = rows[0]["requested_by"]
    if who is not None and who != by:
        raise NotDecidable(f"only {who}, who asked for this, takes it back; you can reject it")
    policy = ApprovalPolicy()  # whoever may ask may take it back: no second person is needed for that
    await decide(session, approval_id, Decision.WITHDRAWN, by=by, policy=policy, reason=reason)


async def escalate(session: Session) -> int:
    """How many approvals were handed on, since nobody decided by their deadline. Needs a system session."""
    return await session.run(
        "UPDATE approval SET owner = escalate_to, escalated_at = now() "
        "WHERE status = 'pending' AND escalate_at <= now() AND escalated_at IS NULL"
    )


async def expire(session: Session) -> int:
    """How many approvals nobody decided in time. Nothing is done for them. Needs a system session."""
    return int(
        await session.value(
            """
            WITH over AS (
                UPDATE approval SET status = 'expired', settled_at = now()
                WHERE status = 'pending' AND expires_at <= now() RETURNING tenant_id, run_id
            ), woken AS (
                UPDATE run SET due_at = now() FROM over
                WHERE (run.tenant_id, run.id) = (over.tenant_id, over.run_id) AND run.status = 'awaiting_approval'
                RETURNING 1
            )
            SELECT count(*) FROM over
            """
        )
    )


async def decided(session: Session, approval_id: UUID) -> Decided | None:
    """What was decided, with the content that counts; None where the approval is gone."""
    rows = await session.rows(
        """
        SELECT status, decided_by, reason, COALESCE(edited, content) AS content,
               COALESCE(edited_hash, content_hash) AS content_hash
        FROM approval JOIN held_outcome ON approval_id = id AND approval.tenant_id = held_outcome.tenant_id
        WHERE approval.tenant_id = :tenant_id AND id = :id
        """,
        tenant_id=session.tenant_id,
        id=approval_id,
    )
    if not rows:
        return None
    row = rows[0]
    return Decided(
        Decision(row["status"]), row["decided_by"], row["reason"], row["content"], row["content_hash"]
    )


async def settle(session: Session, settled: Mapping[UUID, str | None]) -> None:
    """Approvals that were carried out, or failed for a reason, in the transaction that does so.

    Those that were not approved stay as they are. Each is carried out once, since its run ends once.
    """
    if not settled:
        return
    rows = list(settled.items())
    await session.run(
        f"""
        UPDATE approval SET status = CASE WHEN given.failure IS NULL THEN 'executed' ELSE 'failed' END,
               reason = COALESCE(given.failure, approval.reason), settled_at = now()
        FROM {unnest(id="uuid", failure="text")}
        WHERE approval.tenant_id = :tenant_id AND approval.id = given.id
          AND approval.status IN ('approved', 'edited')
        """,
        tenant_id=session.tenant_id,
        id=[one for one, _ in rows],
        failure=[failure for _, failure in rows],
    )


async def listed(
    session: Session, *, status: str | None = "pending", approval_id: UUID | None = None, limit: int = 50
) -> list[Mapping[str, Any]]:
    """The tenant's approvals, the one that ends first before the others, each with all that a person needs."""
    return await session.rows(
        """
        SELECT approval.id, approval.agent, approval.lead_id, approval.run_id, approval.status,
               approval.requested_by, approval.created_at, approval.expires_at, approval.decided_by,
               approval.decided_at, approval.reason, approval.settled_at, approval.owner, approval.escalate_to,
               approval.escalate_at, approval.escalated_at, acts, content, edited, content_hash,
               CAST(held_outcome.cost_usd AS float8) AS cost, account.name AS company
        FROM approval
        JOIN held_outcome ON approval_id = approval.id AND approval.tenant_id = held_outcome.tenant_id
        LEFT JOIN lead ON lead.tenant_id = approval.tenant_id AND lead.id = approval.lead_id
        LEFT JOIN account ON account.tenant_id = lead.tenant_id AND account.id = lead.account_id
        WHERE approval.tenant_id = :tenant_id AND (CAST(:status AS text) IS NULL OR approval.status = :status)
          AND (CAST(:id AS uuid) IS NULL OR approval.id = :id)
        ORDER BY approval.expires_at, approval.id LIMIT :limit
        """,
        tenant_id=session.tenant_id,
        status=status,
        id=approval_id,
        limit=limit,
    )
