"""Billed calls to providers: reserved before, settled after, so that each is paid for once and told apart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from tenants.budgets import Ceiling
from tenants.store import budgets
from tenants.store.budgets import Wish
from tenants.store.columns import columns, to_json, unnest
from tenants.store.session import Session


class TenantGone(Exception):
    """The tenant was removed."""


@dataclass(frozen=True, slots=True)
class CallStart:
    """A call that is about to be made, what it may cost at most, and the ceilings over it."""

    id: UUID
    run_id: UUID
    provider: str
    question: str
    cost_usd: Decimal = Decimal(0)
    ceilings: tuple[Ceiling, ...] = ()


@dataclass(frozen=True, slots=True)
class CallEnd:
    """What a call cost and said. `answer` is JSON, or None where there was no answer to keep.

    `is_budgeted` tells that there were ceilings over it.
    """

    id: UUID
    state: str
    credits: Decimal
    cost_usd: Decimal
    answer: str | None
    is_budgeted: bool = False


@dataclass(frozen=True, slots=True)
class Reserved:
    """What came of reserving calls: the answers that are kept already, and the ceilings that forbid some."""

    kept: Mapping[UUID, Any]
    forbidden: Mapping[UUID, Ceiling]


async def reserve(session: Session, starts: Sequence[CallStart]) -> Reserved:
    """The calls written down before they are made, and money for them reserved under their ceilings.

    Those with an answer that is kept, and those that a ceiling forbids, are not to be made. Raises TenantGone
    where the tenant was removed meanwhile: nothing may be spent for it any more.
    """
    forbidden = await _forbidden(session, starts)
    allowed = [start for start in starts if start.id not in forbidden]
    if not allowed:
        return Reserved({}, forbidden)
    kinds = {"id": "uuid", "run_id": "uuid", "provider": "text", "question": "text"}
    rows = await session.rows(
        f"""
        WITH owner AS (SELECT id AS tenant_id FROM tenant WHERE id = :tenant_id FOR KEY SHARE)
        INSERT INTO provider_call AS c (tenant_id, {", ".join(kinds)}, reserved_usd, ceilings)
        SELECT owner.tenant_id, given.* FROM owner, {unnest(**kinds, reserved_usd="numeric", ceilings="jsonb")}
        ON CONFLICT (tenant_id, id) DO UPDATE
        SET tries = c.tries + 1, state = CASE WHEN c.answer IS NULL THEN 'reserved' ELSE c.state END,
            reserved_usd = CASE WHEN c.state = 'failed' THEN EXCLUDED.reserved_usd ELSE c.reserved_usd END,
            ceilings = CASE WHEN c.state = 'failed' THEN EXCLUDED.ceilings ELSE c.ceilings END
        RETURNING id, answer
        """,
        tenant_id=session.tenant_id,
        **columns(allowed, tuple(kinds), reserved_usd=lambda start: start.cost_usd, ceilings=_keys),
    )
    if not rows:
        raise TenantGone
    return Reserved({row["id"]: row["answer"] for row in rows if row["answer"] is not None}, forbidden)


async def _forbidden(session: Session, starts: Sequence[CallStart]) -> dict[UUID, Ceiling]:
    """The calls that would cost more than they may. For the others money is reserved, unless it is already."""
    wished = [start for start in starts if start.ceilings]
    if not wished:
        return {}
    rows = await session.rows(
        "SELECT id FROM provider_call WHERE tenant_id = :tenant_id AND id = ANY(CAST(:ids AS uuid[])) "
        "AND (answer IS NOT NULL OR state = 'reserved')",
        tenant_id=session.tenant_id,
        ids=[start.id for start in wished],
    )
    known = {row["id"] for row in rows}
    wishes = [Wish(one.id, one.cost_usd, one.ceilings) for one in wished if one.id not in known]
    return await budgets.reserve(session, wishes)


def _keys(start: CallStart) -> str | None:
    return to_json([[one.scope, one.key] for one in start.ceilings]) if start.ceilings else None


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
    budgeted = {end.id: end.cost_usd for end in ends if end.is_budgeted}
    if budgeted:
        await budgets.settle(session, budgeted)
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


async def cost_of_a_lead(session: Session, *, at_least: int) -> Decimal | None:
    """What one of the tenant's leads has cost so far in US dollars; None where there are fewer than that."""
    cost: Decimal | None = await session.value(
        """
        SELECT CASE WHEN leads >= :at_least THEN
            (SELECT COALESCE(sum(cost_usd), 0) FROM provider_call WHERE tenant_id = :tenant_id) / leads END
        FROM (SELECT count(*) AS leads FROM lead WHERE tenant_id = :tenant_id) AS known
        """,
        tenant_id=session.tenant_id,
        at_least=at_least,
    )
    return cost


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
