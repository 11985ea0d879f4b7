"""Two accounts made one, and apart again: everything that a merge changes is kept as it was before.

The merged account stays as a row, so that nothing that is under way for it breaks, and leads nowhere by itself: its
key is an alias of the account that was kept. What nobody touches between merge and undo comes back to the byte.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

from tenants.records import OWN_LEAD, Firmographics
from tenants.store import audit, failures, runs
from tenants.store.moves import CLOSE, MOVE, REMEMBER, RESTORE, RESTORE_FACTS
from tenants.store.session import Session

_FACTS = ("domain", *Firmographics.model_fields)
# A run in one of these states would go on by itself, or once a fact arrives; what is running ends by itself.
_WOULD_GO_ON = ("retrying", "snoozed", "held", "awaiting_approval", "skipped")


async def merge(
    session: Session,
    *,
    keep: UUID,
    other: UUID,
    evidence: Sequence[str],
    by: str,
    review_id: UUID | None = None,
) -> UUID:
    """The id of the merge after which the two accounts are one.

    The older of their leads goes on, the others are closed as its duplicates. Raises ValueError where one of the
    accounts is not there, or was merged already.
    """
    accounts = await _lock(session, keep, other)
    filled = [name for name in _FACTS if accounts[keep][name] is None and accounts[other][name] is not None]
    goes_on, closed = await _pursuits(session, keep, other)
    merge_id = uuid4()
    pair: dict[str, Any] = {"tenant_id": session.tenant_id, "keep": keep, "other": other}
    missed = ["domain"] if "domain" in filled else []  # by the lead that goes on
    await session.run(
        REMEMBER.format(filled=", ".join(f"'{name}', o.{name}" for name in filled)),
        id=merge_id,
        evidence=list(evidence),
        by=by,
        review=review_id,
        states=list(_WOULD_GO_ON),
        goes_on=goes_on,
        closed=closed,
        missed=missed,
        **pair,
    )
    if filled:
        facts = ", ".join(f"{name} = o.{name}" for name in filled)
        await session.run(
            f"UPDATE account k SET {facts}, updated_at = now() FROM account o WHERE k.tenant_id = :tenant_id "
            "AND k.id = :keep AND o.tenant_id = :tenant_id AND o.id = :other",
            **pair,
        )
    own = [name for name in _FACTS if accounts[keep][name] is not None]
    for statement in MOVE:
        await session.run(statement, id=merge_id, own=own, **pair)
    await _close(session, goes_on, closed, name=accounts[keep]["name"], keep=keep)
    if goes_on is not None and missed:
        await failures.resume(session, missed, lead_id=goes_on)
    detail = {"kept": keep, "merged": other, "evidence": list(evidence)}
    await audit.write(session, by=by, act="merge companies", subject=f"merge {merge_id}", detail=detail)
    return merge_id


async def undo_merge(session: Session, merge_id: UUID, *, by: str) -> None:
    """The two accounts apart again, each with what it had.

    What has gone on since keeps what it has become. Raises ValueError where there is no such merge, it was undone
    already, or a later one of the same companies is to be undone first.
    """
    rows = await session.rows(
        "SELECT kept_id, merged_id, at, undone_at, moved FROM account_merge "
        "WHERE tenant_id = :tenant_id AND id = :id FOR UPDATE",
        tenant_id=session.tenant_id,
        id=merge_id,
    )
    if not rows:
        raise ValueError(f"there is no merge {merge_id}")
    done = rows[0]
    if done["undone_at"] is not None:
        raise ValueError("it is undone already")
    await _lock_pair(session, done["kept_id"], done["merged_id"])
    await _refuse_if_built_upon(session, merge_id, done)
    reopened = [UUID(one["id"]) for one in done["moved"]["leads"] if one["is_closed"]]
    for statement in RESTORE:
        await session.run(statement, tenant_id=session.tenant_id, id=merge_id)
    filled = list(done["moved"]["filled"])
    if filled:
        facts = ", ".join(
            f"{name} = CASE WHEN k.{name} IS DISTINCT FROM given.{name} THEN k.{name} END" for name in filled
        )
        await session.run(RESTORE_FACTS.format(facts=facts), tenant_id=session.tenant_id, id=merge_id)
    for lead_id in reopened:
        await failures.resume(session, [OWN_LEAD], lead_id=lead_id)
    await runs.let_go(session)
    await session.run(
        "UPDATE account_merge SET undone_by = :by, undone_at = now() WHERE tenant_id = :tenant_id AND id = :id",
        tenant_id=session.tenant_id,
        id=merge_id,
        by=by,
    )
    detail = {"kept": done["kept_id"], "merged": done["merged_id"]}
    await audit.write(session, by=by, act="undo merge", subject=f"merge {merge_id}", detail=detail)


async def merges(session: Session, *, limit: int = 50) -> list[Mapping[str, Any]]:
    """The tenant's merges, the newest first, each with both companies and who undid it, if anybody did."""
    return await session.rows(
        """
        SELECT m.id, m.at, m.by, m.evidence, m.undone_at, m.undone_by, m.kept_id, k.name AS kept,
               k.domain AS kept_domain, m.merged_id, o.name AS merged, o.domain AS merged_domain,
               json_array_length(m.moved -> 'contacts') AS contacts,
               json_array_length(m.moved -> 'findings') AS findings,
               json_array_length(m.moved -> 'leads') AS leads
        FROM account_merge m
        JOIN account k ON k.tenant_id = m.tenant_id AND k.id = m.kept_id
        JOIN account o ON o.tenant_id = m.tenant_id AND o.id = m.merged_id
        WHERE m.tenant_id = :tenant_id ORDER BY m.at DESC, m.id LIMIT :limit
        """,
        tenant_id=session.tenant_id,
        limit=limit,
    )


async def _lock(session: Session, keep: UUID, other: UUID) -> dict[UUID, Mapping[str, Any]]:
    """Both accounts as they are, and nobody else changes them until the end of the transaction."""
    if keep == other:
        raise ValueError("that is one account already")
    rows = await _lock_pair(session, keep, other)
    found = {row["id"]: row for row in rows}
    for one in (keep, other):
        if one not in found:
            raise ValueError(f"there is no account {one}")
        if found[one]["merged_into"] is not None:
            raise ValueError(f"{found[one]['name']} was merged into another account already")
    return found


async def _lock_pair(session: Session, keep: UUID, other: UUID) -> list[Mapping[str, Any]]:
    return await session.rows(
        f"SELECT id, name, merged_into, {', '.join(_FACTS)} FROM account "
        "WHERE tenant_id = :tenant_id AND id = ANY(CAST(:ids AS uuid[])) ORDER BY id FOR UPDATE",
        tenant_id=session.tenant_id,
        ids=[keep, other],
    )


async def _pursuits(session: Session, keep: UUID, other: UUID) -> tuple[UUID | None, list[UUID]]:
    """The lead that goes on, which is the oldest of both accounts, and those that are closed for it."""
    rows = await session.rows(
        "SELECT id FROM lead WHERE tenant_id = :tenant_id AND account_id IN (:keep, :other) AND duplicate_of IS NULL "
        "ORDER BY created_at, account_id <> :keep, id FOR UPDATE",
        tenant_id=session.tenant_id,
        keep=keep,
        other=other,
    )
    ids = [row["id"] for row in rows]
    return (ids[0], ids[1:]) if ids else (None, [])


async def _close(
    session: Session, goes_on: UUID | None, closed: Sequence[UUID], *, name: str, keep: UUID
) -> None:
    """The lead that goes on as one of the account that is kept, the others and what would go on for them closed."""
    await session.run(
        "UPDATE lead SET account_id = :keep, updated_at = now() "
        "WHERE tenant_id = :tenant_id AND id = :id AND account_id <> :keep",
        tenant_id=session.tenant_id,
        id=goes_on,
        keep=keep,
    )
    if not closed:
        return
    for statement in CLOSE:
        await session.run(
            statement,
            tenant_id=session.tenant_id,
            ids=list(closed),
            goes_on=goes_on,
            reason=f"a duplicate of {name}",
            missing=OWN_LEAD,
            states=list(_WOULD_GO_ON),
        )


async def _refuse_if_built_upon(session: Session, merge_id: UUID, done: Mapping[str, Any]) -> None:
    later = await session.value(
        "SELECT id FROM account_merge WHERE tenant_id = :tenant_id AND undone_at IS NULL AND id <> :id AND at >= :at "
        "AND (kept_id IN (:kept, :merged) OR merged_id IN (:kept, :merged)) ORDER BY at DESC LIMIT 1",
        tenant_id=session.tenant_id,
        id=merge_id,
        at=done["at"],
        kept=done["kept_id"],
        merged=done["merged_id"],
    )
    if later is not None:
        raise ValueError(f"merge {later} is a later one of the same companies: undo it first")
