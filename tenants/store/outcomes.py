"""What came of leads: whether somebody answered within some time of the first score, and what was said of them then."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tenants.records import Judged
from tenants.store.session import Session

WON_BY = ("reply", "meeting")
"""What a prospect does that counts as an answer."""
_IS_WON = """
    EXISTS (
        SELECT FROM engagement e WHERE e.tenant_id = first.tenant_id AND e.lead_id = first.lead_id
          AND e.kind = ANY(CAST(:won_by AS text[]))
          AND e.at >= first.judged_at AND e.at < first.judged_at + CAST(:within AS interval)
    ) AS is_won
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A lead as it was first judged, and whether somebody answered in time."""

    judged: Judged
    is_won: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """Where a lead was put when it was first judged, and whether somebody answered in time."""

    fit: float
    intent: float
    tier: str
    is_won: bool


async def known(
    session: Session, *, since: datetime, until: datetime, within: timedelta, limit: int = 1_000_000
) -> list[Outcome]:
    """The leads that were first judged in this time and that somebody was written to of, the earliest first.

    Whoever was never written to could not answer, and says nothing of the score. `until` is to be as long ago as an
    answer may take.
    """
    rows = await session.rows(
        f"""
        SELECT first.*, {_IS_WON}
        FROM (
            SELECT DISTINCT ON (lead_id) tenant_id, lead_id, judged_at, model, fit, intent, score, tier, asked
            FROM judgement WHERE tenant_id = :tenant_id AND NOT is_shadow ORDER BY lead_id, judged_at
        ) first
        WHERE first.judged_at >= :since AND first.judged_at < :until AND (
            EXISTS (SELECT FROM effect e WHERE e.tenant_id = first.tenant_id AND e.lead_id = first.lead_id
                    AND e.kind = 'EnrolContact' AND e.state = 'sent')
            OR EXISTS (SELECT FROM engagement e WHERE e.tenant_id = first.tenant_id AND e.lead_id = first.lead_id)
        )
        ORDER BY first.judged_at, first.lead_id LIMIT :limit
        """,
        tenant_id=session.tenant_id,
        since=since,
        until=until,
        within=within,
        won_by=list(WON_BY),
        limit=limit,
    )
    hidden = ("tenant_id", "is_won")
    return [
        Outcome(Judged(**{key: value for key, value in row.items() if key not in hidden}), row["is_won"])
        for row in rows
    ]


async def answers(
    session: Session, *, since: datetime, until: datetime, within: timedelta, limit: int = 50_000
) -> list[Answer]:
    """The same leads, without what the model was told of them: enough to count by, and found by who was written to.

    Of more than so many, as many are drawn by their ids.
    """
    rows = await session.rows(
        f"""
        WITH written AS MATERIALIZED (
            SELECT lead_id FROM engagement WHERE tenant_id = :tenant_id
            UNION
            SELECT lead_id FROM effect
            WHERE tenant_id = :tenant_id AND kind = 'EnrolContact' AND state = 'sent' AND lead_id IS NOT NULL
        )
        SELECT first.fit, first.intent, first.tier, {_IS_WON}
        FROM written JOIN LATERAL (
            SELECT tenant_id, lead_id, judged_at, fit, intent, tier FROM judgement j
            WHERE j.tenant_id = :tenant_id AND j.lead_id = written.lead_id AND NOT j.is_shadow
            ORDER BY judged_at LIMIT 1
        ) first ON true
        WHERE first.judged_at >= :since AND first.judged_at < :until
        ORDER BY first.lead_id LIMIT :limit
        """,
        tenant_id=session.tenant_id,
        since=since,
        until=until,
        within=within,
        won_by=list(WON_BY),
        limit=limit,
    )
    return [Answer(**row) for row in rows]
