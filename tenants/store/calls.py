"""Billed calls to providers: reserved before, settled after, so that each is paid for once and told apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from tenants.store.columns import columns, unnest
from tenants.store.session import Session


class TenantGone(Exception):
    """The tenant was removed."""


@dataclass(frozen=True, slots=True)
class CallStart:
    """A call that is about to be made."""

    id: UUID
    run_id: UUID
    provider: str
    question: str


@dataclass(frozen=True, slots=True)
class CallEnd:
    """What a call cost and said. `answer` is JSON, or None where there was no answer to keep."""

    id: UUID
    state: str
    credits: Decimal
    cost_usd: Decimal
    answer: str | None


async def reserve(session: Session, starts: Sequence[CallStart]) -> dict[UUID, Any]:
    """The answers already kept for those of the calls that were made before; the others are now reserved.

    Raises TenantGone where the tenant was removed meanwhile: nothing may be spent for it any more.
    """
    rows = await session.rows(
        f"""
        WITH owner AS (SELECT id AS tenant_id FROM tenant WHERE id = :tenant_id FOR KEY SHARE)
        INSERT INTO provider_call AS c (tenant_id, id, run_id, provider, question)
        SELECT owner.tenant_id, given.*
        FROM owner, {unnest(id="uuid", run_id="uuid", provider="text", question="text")}
        ON CONFLICT (tenant_id, id) DO UPDATE SET tries = c.tries + 1
        RETURNING id, answer
        """,
        tenant_id=session.tenant_id,
        **columns(starts, ("id", "run_id", "provider", "question")),
    )
    if starts and not rows:
        raise TenantGone
    return {row["id"]: row["answer"] for row in rows if row["answer"] is not None}


async def unanswered(session: Session, ends: Sequence[CallEnd]) -> list[CallEnd]:
    """Those of the ends whose calls have no answer that is kept."""
    rows = await session.rows(
        "SELECT id FROM provider_call WHERE tenant_id = :tenant_id AND id = ANY(CAST(:ids AS uuid[])) "
        "AND answer IS NULL",
        tenant_id=session.tenant_id,
        ids=[end.id for end in ends],
    )
    open_still = {row["id"] for row in rows}
    return [end for end in ends if end.id in open_still]


async def settle(session: Session, ends: Sequence[CallEnd]) -> None:
    """The calls as they were answered, with what they cost. A failure takes no answer away."""
    kinds = {"id": "uuid", "state": "text", "credits": "numeric", "cost_usd": "numeric", "answer": "json"}
    await session.run(
        f"""
        UPDATE provider_call SET state = given.state, credits = provider_call.credits + given.credits,
               cost_usd = provider_call.cost_usd + given.cost_usd, answer = given.answer, settled_at = now()
        FROM {unnest(**kinds)}
        WHERE provider_call.tenant_id = :tenant_id AND provider_call.id = given.id
          AND (given.answer IS NOT NULL OR provider_call.answer IS NULL)
        """,
        tenant_id=session.tenant_id,
        **columns(ends, tuple(kinds)),
    )


async def spent(session: Session) -> tuple[int, Decimal]:
    """How many calls of the tenant were billed, and what they cost together in US dollars."""
    row = (
        await session.rows(
            "SELECT count(*) FILTER (WHERE credits > 0) AS billed, COALESCE(sum(cost_usd), 0) AS cost "
            "FROM provider_call WHERE tenant_id = :tenant_id",
            tenant_id=session.tenant_id,
        )
    )[0]
    return int(row["billed"]), Decimal(row["cost"])
