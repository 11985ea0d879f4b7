"""The queue of approvals as a person works through it: by key, one with all that bears on it, set aside for later."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from tenants.store import audit
from tenants.store.approvals import NotDecidable
from tenants.store.pages import COUNT_CAP
from tenants.store.session import Session


class Shelf(StrEnum):
    """Where an approval lies: what waits, what was set aside for later, what was decided, what came to nothing."""

    WAITING = "waiting"
    LATER = "later"
    DECIDED = "decided"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """Which approvals are asked for: those on a shelf, about acts of one of these kinds; empty: of any kind."""

    shelf: Shelf = Shelf.WAITING
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Live:
    """How what an approval is about stands right now, by id, and which identity keys the tenant has already."""

    accounts: Mapping[UUID, Mapping[str, Any]]
    contacts: Mapping[UUID, Mapping[str, Any]]
    leads: Mapping[UUID, Mapping[str, Any]]
    known_keys: frozenset[str]


_SHELVES = {
    Shelf.WAITING: "p.status = 'pending' AND (p.set_aside_until IS NULL OR p.set_aside_until <= now())",
    Shelf.LATER: "p.status = 'pending' AND p.set_aside_until > now()",
    Shelf.DECIDED: "p.status IN ('approved', 'edited', 'rejected', 'executed', 'failed')",
    Shelf.OVER: "p.status IN ('expired', 'superseded', 'withdrawn')",
}
_SETTLED = "COALESCE(p.decided_at, p.settled_at, p.created_at)"
_OF_KINDS = """
    (CAST(:kinds AS text[]) IS NULL OR EXISTS (
        SELECT FROM jsonb_array_elements(h.acts) AS act WHERE act ->> 'kind' = ANY(CAST(:kinds AS text[]))))
"""
_HELD = "JOIN held_outcome h ON h.tenant_id = p.tenant_id AND h.approval_id = p.id"
_ROWS = f"""
    SELECT p.id, p.agent, p.lead_id, p.status, p.requested_by, p.created_at, p.expires_at, p.decided_by,
           p.decided_at, p.reason, p.owner, p.set_aside_until, p.set_aside_by, h.acts, h.content_hash,
           CAST(h.cost_usd AS float8) AS cost, a.name AS company,
           CASE WHEN p.status = 'pending' THEN p.expires_at ELSE {_SETTLED} END AS place,
           CAST(extract(epoch FROM p.expires_at - now()) AS float8) AS left_s
    FROM approval p {_HELD}
    LEFT JOIN lead l ON l.tenant_id = p.tenant_id AND l.id = p.lead_id
    LEFT JOIN account a ON a.tenant_id = l.tenant_id AND a.id = l.account_id
"""


async def rows(
    session: Session, wanted: QueueFilter, *, after: tuple[datetime, UUID] | None, skip: int, limit: int
) -> list[Mapping[str, Any]]:
    """The next approvals on a shelf, behind the key `after`, less the first `skip` of them.

    What waits comes in the order in which it ends, the rest with the newest first.
    """
    if wanted.shelf in (Shelf.WAITING, Shelf.LATER):
        order, behind = "p.expires_at, p.id", "(p.expires_at, p.id) > (:time, :id)"
    else:
        order = f"{_SETTLED} DESC, p.id"
        behind = f"{_SETTLED} <= :time AND ({_SETTLED} < :time OR p.id > :id)"
    return await session.rows(
        f"{_ROWS} WHERE p.tenant_id = :tenant_id AND {_SHELVES[wanted.shelf]} AND {_OF_KINDS} "
        f"{f'AND {behind}' if after else ''} ORDER BY {order} OFFSET :skip LIMIT :limit",
        tenant_id=session.tenant_id,
        kinds=list(wanted.kinds) or None,
        **({"time": after[0], "id": after[1]} if after else {}),
        skip=skip,
        limit=limit,
    )


async def by_id(session: Session, ids: Sequence[UUID]) -> list[Mapping[str, Any]]:
    """These approvals of the tenant as they are now, in no order."""
    return await session.rows(
        f"{_ROWS} WHERE p.tenant_id = :tenant_id AND p.id = ANY(CAST(:ids AS uuid[]))",
        tenant_id=session.tenant_id,
        ids=list(ids),
    )


async def count(session: Session, wanted: QueueFilter, *, after: datetime | None = None) -> int:
    """How many approvals are on a shelf, or of those only the ones that came after a moment. At most the cap + 1."""
    return int(
        await session.value(
            f"""
            SELECT count(*) FROM (
                SELECT FROM approval p {_HELD}
                WHERE p.tenant_id = :tenant_id AND {_SHELVES[wanted.shelf]} AND {_OF_KINDS}
                  AND p.created_at > COALESCE(CAST(:after AS timestamptz), '-infinity')
                LIMIT :cap
            ) counted
            """,
            tenant_id=session.tenant_id,
            kinds=list(wanted.kinds) or None,
            after=after,
            cap=COUNT_CAP + 1,
        )
    )


async def waiting_of(session: Session, kind: str, *, limit: int) -> list[Mapping[str, Any]]:
    """What waits and is about acts of this kind: id, kinds of acts, the hash of the content, who asked for it."""
    return await session.rows(
        f"""
        SELECT p.id, p.requested_by, h.content_hash,
               ARRAY(SELECT act ->> 'kind' FROM jsonb_array_elements(h.acts) AS act) AS kinds
        FROM approval p {_HELD}
        WHERE p.tenant_id = :tenant_id AND {_SHELVES[Shelf.WAITING]} AND p.expires_at > now() AND {_OF_KINDS}
        ORDER BY p.expires_at, p.id LIMIT :limit
        """,
        tenant_id=session.tenant_id,
        kinds=[kind],
        limit=limit,
    )


async def one(session: Session, approval_id: UUID) -> Mapping[str, Any] | None:
    """One approval with what it would do, what it was edited to, and what its run was told; None: there is none."""
    found = await session.rows(
        f"""
        SELECT waiting.*, p.run_id, p.settled_at, p.escalate_to, p.escalate_at, p.escalated_at, p.complaint,
               h.content, h.edited, h.edited_hash, r.recording -> 'asked' AS asked,
               r.recording ->> 'now' AS asked_at
        FROM ({_ROWS} WHERE p.tenant_id = :tenant_id AND p.id = :id) waiting
        JOIN approval p ON p.tenant_id = :tenant_id AND p.id = waiting.id {_HELD}
        LEFT JOIN recording r ON r.tenant_id = p.tenant_id AND r.run_id = p.run_id
        """,
        tenant_id=session.tenant_id,
        id=approval_id,
    )
    return found[0] if found else None


async def live(
    session: Session,
    *,
    accounts: Sequence[UUID],
    contacts: Sequence[UUID],
    leads: Sequence[UUID],
    keys: Sequence[str],
) -> Live:
    """How these accounts, contacts and leads stand now, and which of the identity keys are taken."""

    async def of(table: str, ids: Sequence[UUID]) -> dict[UUID, Mapping[str, Any]]:
        found = await session.rows(
            f"SELECT * FROM {table} WHERE tenant_id = :tenant_id AND id = ANY(CAST(:ids AS uuid[]))",
            tenant_id=session.tenant_id,
            ids=list(ids),
        )
        return {row["id"]: row for row in found}

    taken = await session.rows(
        "SELECT identity_key FROM account WHERE tenant_id = :tenant_id "
        "AND identity_key = ANY(CAST(:keys AS text[]))",
        tenant_id=session.tenant_id,
        keys=list(keys),
    )
    return Live(
        await of("account", accounts),
        await of("contact", contacts),
        await of("lead", leads),
        frozenset(row["identity_key"] for row in taken),
    )


async def set_aside(session: Session, approval_id: UUID, *, until: datetime | None, by: str) -> None:
    """A question that is out of everybody's way until then, and ends when it would have ended; None: it waits again.

    Raises NotDecidable where it does not wait.
    """
    changed = await session.run(
        """
        UPDATE approval SET set_aside_until = CAST(:until AS timestamptz),
               set_aside_by = CASE WHEN CAST(:until AS timestamptz) IS NOT NULL THEN :by END
        WHERE tenant_id = :tenant_id AND id = :id AND status = 'pending'
        """,
        tenant_id=session.tenant_id,
        id=approval_id,
        until=until,
        by=by,
    )
    if not changed:
        raise NotDecidable("it does not wait any more")
    await audit.write(
        session,
        by=by,
        act="set aside" if until is not None else "take up again",
        subject=f"approval {approval_id}",
        detail={"until": until.isoformat() if until is not None else None},
    )
