"""Spending: what a tenant's work has cost on each day, by provider and by agent, and other budgets for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from tenants.budgets import Budgets, fields_of
from tenants.store import configuring
from tenants.store.session import Session


@dataclass(frozen=True, slots=True)
class DaySpent:
    """What one provider, or one agent, has cost on one day of UTC, and by how many calls or runs."""

    name: str
    day: date
    times: int
    cost_usd: Decimal


async def by_provider(session: Session, since: datetime) -> Sequence[DaySpent]:
    """What each provider has cost on each day since then."""
    rows = await session.rows(
        """
        SELECT provider AS name, CAST(settled_at AT TIME ZONE 'UTC' AS date) AS day, count(*) AS times,
               sum(cost_usd) AS cost_usd
        FROM provider_call WHERE tenant_id = :tenant_id AND settled_at >= :since AND cost_usd > 0
        GROUP BY 1, 2 ORDER BY 1, 2
        """,
        tenant_id=session.tenant_id,
        since=since,
    )
    return [DaySpent(**row) for row in rows]


async def by_agent(session: Session, since: datetime) -> Sequence[DaySpent]:
    """What each agent's runs have cost that were begun on each day since then."""
    rows = await session.rows(
        """
        SELECT agent AS name, CAST(started_at AT TIME ZONE 'UTC' AS date) AS day, count(*) AS times,
               sum(cost_usd) AS cost_usd
        FROM run WHERE tenant_id = :tenant_id AND started_at >= :since AND cost_usd > 0
        GROUP BY 1, 2 ORDER BY 1, 2
        """,
        tenant_id=session.tenant_id,
        since=since,
    )
    return [DaySpent(**row) for row in rows]


async def save(session: Session, budgets: Budgets, *, seen: str, by: str, reason: str) -> int:
    """The version as which these budgets hold from now on; what waits for money goes on, as far as they allow.

    `seen` is the hash of what the person saw as the present ones. Raises ChangedMeanwhile and NothingChanged.
    """
    return await configuring.change(
        session,
        lambda config: config.model_copy(update={"budgets": budgets}),
        told=lambda config: fields_of(config.budgets),
        seen=seen,
        by=by,
        act="change budgets",
        reason=reason,
    )
