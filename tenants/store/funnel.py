"""The funnel: how far the tenant's leads have come, and what holds the others."""

from tenants.store.session import Session


async def counts(session: Session) -> dict[str, int]:
    """The tenant's leads as `leadmill demo --json` counts them.

    `sourced = scored + skipped + failed + snoozed + awaiting_approval + in_flight`, always.
    """
    row = (
        await session.rows(
            """
            SELECT count(*) AS sourced,
                   count(*) FILTER (WHERE stage <> 'sourced') AS enriched,
                   count(*) FILTER (WHERE stage IN ('contactable', 'scored')) AS contactable,
                   count(*) FILTER (WHERE stage = 'scored' AND hold IS NULL) AS scored,
                   count(*) FILTER (WHERE hold = 'skipped') AS skipped,
                   count(*) FILTER (WHERE hold = 'failed') AS failed,
                   count(*) FILTER (WHERE hold = 'snoozed') AS snoozed,
                   count(*) FILTER (WHERE hold = 'awaiting_approval') AS awaiting_approval,
                   count(*) FILTER (WHERE hold IS NULL AND stage <> 'scored') AS in_flight
            FROM lead WHERE tenant_id = :tenant_id
            """,
            tenant_id=session.tenant_id,
        )
    )[0]
    return {name: int(count) for name, count in row.items()}


async def reasons(session: Session, limit: int = 20) -> list[tuple[str, str, int]]:
    """Why leads stand still: (hold, reason, how many), the most frequent first."""
    rows = await session.rows(
        "SELECT hold, COALESCE(hold_reason, '') AS reason, count(*) AS leads FROM lead "
        "WHERE tenant_id = :tenant_id AND hold IS NOT NULL GROUP BY 1, 2 ORDER BY 3 DESC, 2 LIMIT :limit",
        tenant_id=session.tenant_id,
        limit=limit,
    )
    return [(row["hold"], row["reason"], row["leads"]) for row in rows]
