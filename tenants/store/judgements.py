"""Judgements: each score that a lead was given, by which model, and what that model was told.

The lead itself has the newest. The others are what a model is taken back to, what another model is tried on, and what a
model's word is held against later.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from tenants.records import Judged, LeadScore
from tenants.store.columns import columns, to_json, unnest
from tenants.store.session import Session

_KINDS = {
    "lead_id": "uuid",
    "fit": "float8",
    "intent": "float8",
    "score": "int",
    "tier": "text",
    "sequence": "text",
    "model": "text",
    "reasons": "json",
    "asked": "json",
    "sequence_share": "float8",
}
_JUDGED = ("lead_id", "judged_at", "model", "fit", "intent", "score", "tier", "asked")
# a pinned lead stays where a person has put it, and what the model says is kept with its judgement
_SET = ", ".join(
    [f"{name} = given.{name}" for name in ("fit", "intent", "model", "reasons")]
    + [
        f"{name} = CASE WHEN lead.pinned_at IS NULL THEN given.{name} ELSE lead.{name} END"
        for name in ("score", "tier", "sequence")
    ]
)


@dataclass(frozen=True, slots=True)
class Standing:
    """A lead's newest judgement, the tier in which it is, and what another model was told when it judged the lead.

    Nothing is `earlier_asked` where that model never judged it, and where it was told the very same.
    """

    judged: Judged
    tier: str | None
    is_told_the_same: bool
    earlier_asked: Mapping[str, Any] | None


async def save(session: Session, scores: Sequence[LeadScore]) -> None:
    """The leads as scored, and each score kept."""
    await session.run(
        f"""
        WITH given AS MATERIALIZED (SELECT * FROM {unnest(**_KINDS)}), judged AS (
            UPDATE lead SET {_SET}, scored_at = now()
            FROM given WHERE lead.tenant_id = :tenant_id AND lead.id = given.lead_id
            RETURNING lead.id
        )
        INSERT INTO judgement (tenant_id, judged_at, is_shadow, {", ".join(_KINDS)})
        SELECT :tenant_id, now(), false, {", ".join(f"given.{name}" for name in _KINDS)}
        FROM given JOIN judged ON judged.id = given.lead_id
        ON CONFLICT DO NOTHING
        """,
        tenant_id=session.tenant_id,
        **_as_columns(scores),
    )


async def save_shadows(session: Session, scores: Sequence[tuple[LeadScore, datetime]]) -> None:
    """What a shadow says of leads at the time when they were judged. Nobody goes by it."""
    await session.run(
        f"""
        INSERT INTO judgement (tenant_id, is_shadow, judged_at, {", ".join(_KINDS)})
        SELECT :tenant_id, true, judged_at, {", ".join(f"given.{name}" for name in _KINDS)}
        FROM {unnest(**_KINDS, judged_at="timestamptz")} ON CONFLICT DO NOTHING
        """,
        tenant_id=session.tenant_id,
        **_as_columns([score for score, _ in scores]),
        judged_at=[at for _, at in scores],
    )


async def standing(
    session: Session, *, other: str, of: str | None, after: UUID | None, limit: int
) -> list[Standing]:
    """Leads in the order of their ids, each with its newest judgement and with what the model `other` said last.

    Those whose score is of the model `of`, or of any but `other`; those after the lead `after`. Until the transaction
    ends nobody else scores them, so that news that come in meanwhile are not written over.
    """
    ids = await session.rows(
        """
        SELECT id FROM lead
        WHERE tenant_id = :tenant_id AND model <> :other AND duplicate_of IS NULL
          AND (CAST(:of AS text) IS NULL OR model = :of) AND id > :after
        ORDER BY id LIMIT :limit FOR NO KEY UPDATE
        """,
        tenant_id=session.tenant_id,
        other=other,
        of=of,
        after=after or UUID(int=0),
        limit=limit,
    )
    # a statement of its own: it sees what was committed while the first one waited
    rows = await session.rows(
        f"""
        SELECT {_of("newest")}, lead.tier AS lead_tier, COALESCE(earlier.is_same, false) AS is_told_the_same,
               CASE WHEN NOT earlier.is_same THEN earlier.asked END AS earlier_asked
        FROM lead
        JOIN LATERAL (
            SELECT * FROM judgement j WHERE j.tenant_id = lead.tenant_id AND j.lead_id = lead.id AND NOT j.is_shadow
            ORDER BY judged_at DESC LIMIT 1
        ) newest ON true
        LEFT JOIN LATERAL (
            SELECT asked, CAST(asked AS text) = CAST(newest.asked AS text) AS is_same FROM judgement j
            WHERE j.tenant_id = lead.tenant_id AND j.lead_id = lead.id
              AND j.model = :other AND NOT j.is_shadow
            ORDER BY judged_at DESC LIMIT 1
        ) earlier ON true
        WHERE lead.tenant_id = :tenant_id AND lead.id = ANY(CAST(:ids AS uuid[])) ORDER BY lead.id
        """,
        tenant_id=session.tenant_id,
        other=other,
        ids=[row["id"] for row in ids],
    )
    return [
        Standing(
            Judged(*(row[name] for name in _JUDGED)),
            row["lead_tier"],
            row["is_told_the_same"],
            row["earlier_asked"],
        )
        for row in rows
    ]


async def restore(session: Session, leads: Sequence[UUID], *, model: str) -> int:
    """How many of these leads have again what the model said of them last, to the digit."""
    return await session.run(
        f"""
        UPDATE lead SET {_SET}, scored_at = given.judged_at
        FROM (
            SELECT DISTINCT ON (lead_id) * FROM judgement
            WHERE tenant_id = :tenant_id AND model = :model AND NOT is_shadow
              AND lead_id = ANY(CAST(:leads AS uuid[])) ORDER BY lead_id, judged_at DESC
        ) given
        WHERE lead.tenant_id = :tenant_id AND lead.id = given.lead_id
        """,
        tenant_id=session.tenant_id,
        model=model,
        leads=list(leads),
    )


async def newest(session: Session, lead_id: UUID) -> Judged | None:
    """The lead's newest judgement; None where it has none."""
    found = _judged(
        await session.rows(
            f"""
            SELECT {_of("j")} FROM judgement j
            JOIN lead ON lead.tenant_id = j.tenant_id AND lead.id = j.lead_id AND lead.model = j.model
            WHERE j.tenant_id = :tenant_id AND j.lead_id = :lead_id AND NOT j.is_shadow
            ORDER BY j.judged_at DESC LIMIT 1
            """,
            tenant_id=session.tenant_id,
            lead_id=lead_id,
        )
    )
    return found[0] if found else None


async def tiers(session: Session, leads: Sequence[UUID]) -> dict[UUID, str]:
    """The tiers in which these leads are."""
    rows = await session.rows(
        "SELECT id, tier FROM lead "
        "WHERE tenant_id = :tenant_id AND id = ANY(CAST(:ids AS uuid[])) AND tier IS NOT NULL",
        tenant_id=session.tenant_id,
        ids=list(leads),
    )
    return {row["id"]: row["tier"] for row in rows}


async def came_in(session: Session, *, since: datetime, until: datetime) -> dict[str, int]:
    """How many leads were first judged in this time, by the tier that they were put into then."""
    rows = await session.rows(
        """
        SELECT tier, count(*) AS leads FROM judgement j
        WHERE j.tenant_id = :tenant_id AND NOT j.is_shadow AND j.judged_at >= :since AND j.judged_at < :until
          AND NOT EXISTS (
              SELECT FROM judgement earlier WHERE earlier.tenant_id = j.tenant_id AND earlier.lead_id = j.lead_id
                AND NOT earlier.is_shadow AND earlier.judged_at < j.judged_at
          )
        GROUP BY tier
        """,
        tenant_id=session.tenant_id,
        since=since,
        until=until,
    )
    return {row["tier"]: row["leads"] for row in rows}


async def between(
    session: Session, *, since: datetime, until: datetime, model: str | None = None, limit: int = 100_000
) -> list[Judged]:
    """What was said in this time, of each lead the newest, the newest first; of a shadow where it is asked for."""
    return _judged(
        await session.rows(
            f"""
            SELECT * FROM (
                SELECT DISTINCT ON (j.lead_id) {_of("j")} FROM judgement j
                WHERE j.tenant_id = :tenant_id AND j.judged_at >= :since AND j.judged_at < :until
                  AND CASE WHEN CAST(:model AS text) IS NULL THEN NOT j.is_shadow ELSE j.model = :model END
                ORDER BY j.lead_id, j.judged_at DESC
            ) newest ORDER BY judged_at DESC, lead_id LIMIT :limit
            """,
            tenant_id=session.tenant_id,
            since=since,
            until=until,
            model=model,
            limit=limit,
        )
    )


async def without_shadow(session: Session, *, shadow: str, since: datetime, limit: int) -> list[Judged]:
    """What was said since then and the shadow was not asked about yet, the oldest first."""
    return _judged(
        await session.rows(
            f"""
            SELECT {_of("j")} FROM judgement j
            WHERE j.tenant_id = :tenant_id AND NOT j.is_shadow AND j.judged_at >= :since AND j.model <> :shadow
              AND NOT EXISTS (
                  SELECT FROM judgement other WHERE other.tenant_id = j.tenant_id AND other.lead_id = j.lead_id
                    AND other.judged_at = j.judged_at AND other.model = :shadow
              )
            ORDER BY j.judged_at, j.lead_id LIMIT :limit
            """,
            tenant_id=session.tenant_id,
            shadow=shadow,
            since=since,
            limit=limit,
        )
    )


def _of(table: str) -> str:
    return ", ".join(f"{table}.{name}" for name in _JUDGED)


def _judged(rows: Sequence[Mapping[str, Any]]) -> list[Judged]:
    return [Judged(**row) for row in rows]


def _as_columns(scores: Sequence[LeadScore]) -> dict[str, list[Any]]:
    plain = tuple(name for name in _KINDS if name not in ("reasons", "asked"))
    return columns(
        scores,
        plain,
        reasons=lambda score: to_json(score.reasons),
        asked=lambda score: to_json(score.asked),
    )
