"""What came of those who were put into sequences of messages: whether somebody answered in time."""

from tenants.records import SequenceTrack
from tenants.store.outcomes import WON_BY
from tenants.store.session import Session

LEARNED_DAYS = 365
"""Days over which it counts what came of leads."""
_NEWEST = 20_000


async def tracks(session: Session, *, answer_days: int) -> tuple[SequenceTrack, ...]:
    """By tier and sequence, who was put into it, and who of them answered within so many days.

    Only those count who have had that time; of many, the newest. Further people at a company count for themselves.
    """
    rows = await session.rows(
        """
        SELECT tier, sequence, count(*) AS enrolled, count(*) FILTER (WHERE has_answered) AS answered
        FROM (
            SELECT e.request ->> 'tier' AS tier, e.request ->> 'sequence' AS sequence, EXISTS (
                SELECT FROM engagement act WHERE act.tenant_id = e.tenant_id AND act.lead_id = e.lead_id
                  AND act.kind = ANY(CAST(:won_by AS text[]))
                  AND act.at >= e.created_at AND act.at < e.created_at + make_interval(days => :answer_days)
            ) AS has_answered
            FROM effect e
            WHERE e.tenant_id = :tenant_id AND e.kind = 'EnrolContact' AND e.state = 'sent'
              AND e.created_at >= now() - make_interval(days => :learned_days)
              AND e.created_at <= now() - make_interval(days => :answer_days)
            ORDER BY e.created_at DESC LIMIT :newest
        ) enrolments
        GROUP BY tier, sequence ORDER BY tier, sequence
        """,
        tenant_id=session.tenant_id,
        won_by=list(WON_BY),
        answer_days=answer_days,
        learned_days=LEARNED_DAYS + answer_days,
        newest=_NEWEST,
    )
    return tuple(SequenceTrack(**row) for row in rows)
