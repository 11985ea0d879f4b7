"""Outward effects: written down and claimed before they go out, settled after, so that none goes out twice.

    sending ─► sent | not_sent | maybe_sent | cannot_tell

Whoever sends has a claim that ends by the database's clock. What is found `sending` after that, or `maybe_sent`,
is looked after at the service before anything goes out again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from tenants.store.calls import TenantGone
from tenants.store.columns import columns, unnest
from tenants.store.session import Session


class Standing(StrEnum):
    """Where an effect stands. `not_sent` says that it certainly wasn't carried out, so that it may be sent again."""

    SENDING = "sending"
    SENT = "sent"
    NOT_SENT = "not_sent"
    MAYBE_SENT = "maybe_sent"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True, slots=True)
class EffectStart:
    """An effect that is about to go out. Its id is the key that the service gets; `claim` says who sends it."""

    id: UUID
    kind: str
    provider: str
    lead_id: UUID
    run_id: UUID
    request: str
    claim: UUID


@dataclass(frozen=True, slots=True)
class Begun:
    """Where an effect stands when somebody begins it, and whether it is ours to go on with.

    `request` is what was sent first, which is what has to be sent again.
    """

    id: UUID
    state: Standing
    is_ours: bool
    request: Any
    receipt: Any
    claimed_until: datetime | None


@dataclass(frozen=True, slots=True)
class EffectEnd:
    """What became of an effect. `receipt` is JSON, or None where there is none; `reason` says what went wrong."""

    id: UUID
    claim: UUID
    state: Standing
    receipt: str | None = None
    reason: str | None = None


async def begin(session: Session, starts: Sequence[EffectStart], *, claim_s: float) -> dict[UUID, Begun]:
    """The effects written down and claimed, unless they were sent, can't be told, or are claimed by somebody else.

    One that was begun before and not settled comes back as `maybe_sent`. Raises TenantGone where the tenant was
    removed meanwhile: nothing may go out for it any more.
    """
    kinds = {
        "id": "uuid",
        "kind": "text",
        "provider": "text",
        "lead_id": "uuid",
        "run_id": "uuid",
        "request": "json",
        "claim": "uuid",
    }
    begun = await session.rows(
        f"""
        WITH owner AS (SELECT id AS tenant_id FROM tenant WHERE id = :tenant_id FOR KEY SHARE)
        INSERT INTO effect AS e (tenant_id, {", ".join(kinds)}, state, claimed_until)
        SELECT owner.tenant_id, given.*, 'sending', clock_timestamp() + make_interval(secs => :claim_s)
        FROM owner, {unnest(**kinds)} ORDER BY given.id
        ON CONFLICT (tenant_id, id) DO UPDATE
        SET state = CASE e.state WHEN 'not_sent' THEN 'sending' ELSE 'maybe_sent' END,
            request = CASE e.state WHEN 'not_sent' THEN EXCLUDED.request ELSE e.request END,
            tries = e.tries + 1, run_id = EXCLUDED.run_id, claim = EXCLUDED.claim,
            claimed_until = EXCLUDED.claimed_until, settled_at = NULL
        WHERE e.state IN ('sending', 'not_sent', 'maybe_sent')
          AND (e.claimed_until IS NULL OR e.claimed_until <= clock_timestamp())
        RETURNING id, state, request, receipt, claimed_until
        """,
        tenant_id=session.tenant_id,
        claim_s=claim_s,
        **columns(starts, tuple(kinds)),
    )
    found = {row["id"]: _begun(row, is_ours=True) for row in begun}
    left = [start.id for start in starts if start.id not in found]
    if left:
        rows = await session.rows(
            "SELECT id, state, request, receipt, claimed_until FROM effect "
            "WHERE tenant_id = :tenant_id AND id = ANY(CAST(:ids AS uuid[]))",
            tenant_id=session.tenant_id,
            ids=left,
        )
        found |= {row["id"]: _begun(row, is_ours=False) for row in rows}
    if len(found) < len({start.id for start in starts}):
        raise TenantGone
    return found


async def settle(session: Session, ends: Sequence[EffectEnd]) -> None:
    """What became of the effects. To say so twice changes nothing.

    That it was sent is true whoever says it; anything else counts only from whom the claim belongs to.
    """
    kinds = {"id": "uuid", "claim": "uuid", "state": "text", "receipt": "json", "reason": "text"}
    await session.run(
        f"""
        UPDATE effect AS e SET state = given.state, receipt = given.receipt, reason = given.reason,
               claimed_until = NULL, settled_at = clock_timestamp()
        FROM {unnest(**kinds)}
        WHERE e.tenant_id = :tenant_id AND e.id = given.id AND e.state <> 'sent'
          AND (e.claim = given.claim OR given.state = 'sent')
        """,
        tenant_id=session.tenant_id,
        **columns(ends, tuple(kinds)),
    )


async def listed(
    session: Session, *, state: str | None = None, lead_id: UUID | None = None, limit: int = 50
) -> list[Mapping[str, Any]]:
    """The tenant's effects, the newest first. Whose process died while it was sent may have been sent."""
    return await session.rows(
        f"""
        SELECT e.id, e.kind, e.provider, e.lead_id, e.run_id, {_STATE} AS state, e.tries, e.request, e.receipt,
               e.reason, e.created_at, e.settled_at, account.name AS company
        FROM effect AS e
        LEFT JOIN lead ON lead.tenant_id = e.tenant_id AND lead.id = e.lead_id
        LEFT JOIN account ON account.tenant_id = lead.tenant_id AND account.id = lead.account_id
        WHERE e.tenant_id = :tenant_id AND (CAST(:state AS text) IS NULL OR {_STATE} = :state)
          AND (CAST(:lead_id AS uuid) IS NULL OR e.lead_id = :lead_id)
        ORDER BY e.created_at DESC, e.id LIMIT :limit
        """,
        tenant_id=session.tenant_id,
        state=state,
        lead_id=lead_id,
        limit=limit,
    )


_STATE = "CASE WHEN e.state = 'sending' AND e.claimed_until <= clock_timestamp() THEN 'maybe_sent' ELSE e.state END"


def _begun(row: Mapping[str, Any], *, is_ours: bool) -> Begun:
    return Begun(
        row["id"], Standing(row["state"]), is_ours, row["request"], row["receipt"], row["claimed_until"]
    )
