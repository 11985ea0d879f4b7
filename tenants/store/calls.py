"""Billed calls to providers: reserved before, settled after, so that each is paid for once and told apart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
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
    """A call that is about to be made, what it may cost at most, and the ceilings over it.

    An answer that was given to the same question of the tenant, by its `question_key`, is good for `hit_s` seconds,
    and a miss for `miss_s`, unless its `good_for_s` is less. `segment` and `propensity` are there where the call was
    a choice: in which segment, and how likely that choice was.
    """

    id: UUID
    run_id: UUID
    provider: str
    question: str
    cost_usd: Decimal = Decimal(0)
    ceilings: tuple[Ceiling, ...] = ()
    question_key: UUID | None = None
    hit_s: float = 0.0
    miss_s: float = 0.0
    segment: str | None = None
    propensity: float | None = None


@dataclass(frozen=True, slots=True)
class CallEnd:
    """What a call cost and said. `answer` is JSON, or None where there was no answer to keep.

    `is_budgeted` tells that there were ceilings over it; `found` names the fields that came, None for a miss.
    """

    id: UUID
    state: str
    credits: Decimal
    cost_usd: Decimal
    answer: str | None
    is_budgeted: bool = False
    found: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Reserved:
    """What came of reserving calls: the answers that are kept already, and the ceilings that forbid some.

    `own` are those of the kept answers that were given to the same run, which has paid for them.
    """

    kept: Mapping[UUID, Any]
    forbidden: Mapping[UUID, Ceiling]
    own: frozenset[UUID] = frozenset()


async def reserve(session: Session, starts: Sequence[CallStart]) -> Reserved:
    """The calls written down before they are made, and money for them reserved under their ceilings.

    Those with an answer that is kept, and those that a ceiling forbids, are not to be made. Raises TenantGone
    where the tenant was removed meanwhile: nothing may be spent for it any more.
    """
    known, own = await _known(session, starts)
    starts = [start for start in starts if start.id not in known]
    forbidden = await _forbidden(session, starts)
    allowed = [start for start in starts if start.id not in forbidden]
    if not allowed:
        return Reserved(known, forbidden, own)
    kinds = {
        "id": "uuid",
        "run_id": "uuid",
        "provider": "text",
        "question": "text",
        "question_key": "uuid",
        "segment": "text",
        "propensity": "real",
    }
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
    kept = {row["id"]: row["answer"] for row in rows if row["answer"] is not None}
    return Reserved({**known, **kept}, forbidden, own | kept.keys())


async def _known(session: Session, starts: Sequence[CallStart]) -> tuple[dict[UUID, Any], frozenset[UUID]]:
    """The answers that the tenant has of the same questions and that are still good, and which are the run's own."""
    asked = [start for start in starts if start.question_key is not None]
    if not asked:
        return {}, frozenset()
    kinds = {
        "id": "uuid",
        "run_id": "uuid",
        "question_key": "uuid",
        "hit_s": "double precision",
        "miss_s": "double precision",
    }
    rows = await session.rows(
        f"""
        SELECT DISTINCT ON (given.id) given.id, call.answer, call.run_id = given.run_id AS is_own FROM {unnest(**kinds)}
        JOIN provider_call AS call ON call.tenant_id = :tenant_id AND call.question_key = given.question_key
        WHERE call.answer IS NOT NULL AND call.settled_at > now() - interval '1 second' * least(
              CASE WHEN call.answer ->> 'content' IS NULL THEN given.miss_s ELSE given.hit_s END,
              CAST(call.answer ->> 'good_for_s' AS double precision))
        ORDER BY given.id, is_own DESC, call.settled_at DESC
        """,
        tenant_id=session.tenant_id,
        **columns(asked, tuple(kinds)),
    )
    return {row["id"]: row["answer"] for row in rows}, frozenset(row["id"] for row in rows if row["is_own"])


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


async def hits_of(session: Session, run_id: UUID, question: str) -> set[str]:
    """The providers whose hit on this question of the run is kept."""
    rows = await session.rows(
        "SELECT provider FROM provider_call WHERE tenant_id = :tenant_id AND run_id = :run_id "
        "AND question = :question AND answer ->> 'content' IS NOT NULL",
        tenant_id=session.tenant_id,
        run_id=run_id,
        question=question,
    )
    return {row["provider"] for row in rows}


async def spent_by(session: Session, run_ids: Sequence[UUID]) -> dict[UUID, Decimal]:
    """What these runs have cost in all their tries, where they have cost anything."""
    rows = await session.rows(
        "SELECT run_id, sum(cost_usd) AS cost FROM provider_call WHERE tenant_id = :tenant_id "
        "AND run_id = ANY(CAST(:ids AS uuid[])) AND cost_usd > 0 GROUP BY run_id",
        tenant_id=session.tenant_id,
        ids=list(run_ids),
    )
    return {row["run_id"]: row["cost"] for row in rows}


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
               cost_usd = provider_call.cost_usd + given.cost_usd, answer = given.answer, settled_at = now(),
               found = CASE WHEN given.found IS NOT NULL
                       THEN ARRAY(SELECT value FROM json_array_elements_text(given.found)) END
        FROM {unnest(**kinds, found="json")}
        WHERE provider_call.tenant_id = :tenant_id AND provider_call.id = given.id
          AND (given.answer IS NOT NULL OR provider_call.answer IS NULL)
        """,
        tenant_id=session.tenant_id,
        **columns(
            ends, tuple(kinds), found=lambda end: to_json(end.found) if end.found is not None else None
        ),
    )


@dataclass(frozen=True, slots=True)
class Experience:
    """How a provider did in a segment: answered calls, hits, what they cost, and how often each field came."""

    provider: str
    segment: str
    asked: int
    hits: int
    spent_usd: Decimal
    found: Mapping[str, int]


async def experience(session: Session, *, newest: int, before: datetime | None = None) -> list[Experience]:
    """What the tenant's newest calls that were a choice have shown, of those before a time."""
    rows = await session.rows(
        """
        WITH newest AS (
            SELECT provider, segment, found, cost_usd FROM provider_call
            WHERE tenant_id = :tenant_id AND segment IS NOT NULL AND answer IS NOT NULL
              AND settled_at < COALESCE(CAST(:before AS timestamptz), 'infinity')
            ORDER BY settled_at DESC LIMIT :newest
        ), fields AS (
            SELECT provider, segment, json_object_agg(field, times) AS found FROM (
                SELECT provider, segment, field, count(*) AS times FROM newest, unnest(found) AS field
                GROUP BY provider, segment, field) AS counted
            GROUP BY provider, segment
        )
        SELECT provider, segment, count(*) AS asked, count(newest.found) AS hits, sum(cost_usd) AS spent_usd,
               (SELECT fields.found FROM fields
                WHERE (fields.provider, fields.segment) = (newest.provider, newest.segment)) AS found
        FROM newest GROUP BY provider, segment ORDER BY provider, segment
        """,
        tenant_id=session.tenant_id,
        newest=newest,
        before=before,
    )
    return [Experience(**{**row, "found": row["found"] or {}}) for row in rows]


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
