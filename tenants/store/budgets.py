"""Money that is spoken for: reserved before a call, spent or given back after it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from tenants.budgets import Ceiling, Yield
from tenants.store.columns import unnest
from tenants.store.session import Session

_KEYS = unnest(scope="text", key="text")


@dataclass(frozen=True, slots=True)
class Wish:
    """A call that may cost so much, and the ceilings over it."""

    call_id: UUID
    cost_usd: Decimal
    ceilings: tuple[Ceiling, ...]


async def reserve(session: Session, wishes: Sequence[Wish]) -> dict[UUID, Ceiling]:
    """The calls that must not be made, each with the ceiling that it would break. For the others money is reserved.

    What is reserved and what was spent count alike, and whoever else reserves at the same time waits: no
    ceiling is ever broken by calls that were looked at side by side.
    """
    keys = sorted({(one.scope, one.key) for wish in wishes for one in wish.ceilings})
    if not keys:
        return {}
    given = {
        "tenant_id": session.tenant_id,
        "scope": [scope for scope, _ in keys],
        "key": [key for _, key in keys],
    }
    await session.run(
        f"INSERT INTO budget_use (tenant_id, scope, key) SELECT :tenant_id, scope, key FROM {_KEYS} "
        "ORDER BY scope, key ON CONFLICT DO NOTHING",
        **given,
    )
    used = {(row["scope"], row["key"]): row["used"] for row in await _locked(session, given)}
    before = dict(used)
    refused: dict[UUID, Ceiling] = {}
    for wish in wishes:
        broken = next(
            (one for one in wish.ceilings if used[one.scope, one.key] + wish.cost_usd > one.limit_usd), None
        )
        if broken is not None:
            refused[wish.call_id] = broken
            continue
        for one in wish.ceilings:
            used[one.scope, one.key] += wish.cost_usd
    await session.run(
        f"UPDATE budget_use AS b SET reserved_usd = reserved_usd + given.more "
        f"FROM {unnest(scope='text', key='text', more='numeric')} "
        "WHERE b.tenant_id = :tenant_id AND b.scope = given.scope AND b.key = given.key",
        **given,
        more=[used[key] - before[key] for key in keys],
    )
    return refused


async def settle(session: Session, costs: Mapping[UUID, Decimal]) -> None:
    """Calls that are over, each with what it really cost: that is spent, and the rest is free again.

    To be called before the calls themselves are settled: those that are settled already are left alone.
    """
    given = {"tenant_id": session.tenant_id, "id": list(costs), "cost": list(costs.values())}
    changes = await session.rows(
        f"""
        SELECT one ->> 0 AS scope, one ->> 1 AS key, sum(c.reserved_usd) AS reserved, sum(given.cost) AS spent
        FROM {unnest(id="uuid", cost="numeric")}
        JOIN provider_call AS c ON c.tenant_id = :tenant_id AND c.id = given.id AND c.state = 'reserved'
        CROSS JOIN jsonb_array_elements(c.ceilings) AS one
        GROUP BY 1, 2 ORDER BY 1, 2
        """,
        **given,
    )
    if not changes:
        return
    keys = {
        "tenant_id": session.tenant_id,
        "scope": [row["scope"] for row in changes],
        "key": [row["key"] for row in changes],
    }
    await _locked(session, keys)
    await session.run(
        "UPDATE budget_use AS b SET reserved_usd = b.reserved_usd - given.reserved, "
        "spent_usd = b.spent_usd + given.spent "
        f"FROM {unnest(scope='text', key='text', reserved='numeric', spent='numeric')} "
        "WHERE b.tenant_id = :tenant_id AND b.scope = given.scope AND b.key = given.key",
        **keys,
        reserved=[row["reserved"] for row in changes],
        spent=[row["spent"] for row in changes],
    )


async def used(session: Session) -> dict[tuple[str, str], tuple[Decimal, Decimal]]:
    """What is (reserved, spent) under each ceiling, given as (scope, key), except those of single leads and runs."""
    rows = await session.rows(
        "SELECT scope, key, reserved_usd, spent_usd FROM budget_use "
        # by name, and not all but two: of single leads there are as many as of leads
        "WHERE tenant_id = :tenant_id AND scope IN ('total', 'day', 'provider', 'provider day')",
        tenant_id=session.tenant_id,
    )
    return {(row["scope"], row["key"]): (row["reserved_usd"], row["spent_usd"]) for row in rows}


async def spent_within(session: Session, within: timedelta) -> dict[str, Decimal]:
    """What each provider has cost the tenant lately."""
    rows = await session.rows(
        "SELECT provider, sum(cost_usd) AS cost FROM provider_call "
        "WHERE tenant_id = :tenant_id AND settled_at > now() - CAST(:within AS interval) GROUP BY provider",
        tenant_id=session.tenant_id,
        within=within,
    )
    return {row["provider"]: row["cost"] for row in rows}


async def brought(session: Session, *, calls: int, since: datetime | None) -> Yield:
    """What the tenant's newest billed calls have brought: so many of each provider, all after that time."""
    rows = await session.rows(
        """
        SELECT provider, count(*) AS calls, count(*) FILTER (WHERE answer ->> 'content' IS NOT NULL) AS hits
        FROM (
            SELECT provider, answer, row_number() OVER (PARTITION BY provider ORDER BY settled_at DESC) AS place
            FROM provider_call
            WHERE tenant_id = :tenant_id AND state = 'answered'
              AND (CAST(:since AS timestamptz) IS NULL OR settled_at > :since)
        ) newest WHERE place <= :calls GROUP BY provider
        """,
        tenant_id=session.tenant_id,
        calls=calls,
        since=since,
    )
    cost = (
        await session.rows(
            """
            WITH newest AS (
                SELECT cost_usd, reserved_at FROM provider_call
                WHERE tenant_id = :tenant_id AND state = 'answered'
                  AND (CAST(:since AS timestamptz) IS NULL OR settled_at > :since)
                ORDER BY settled_at DESC LIMIT :calls
            )
            SELECT count(*) AS calls, COALESCE(sum(cost_usd), 0) AS spent, (
                SELECT count(*) FROM run
                WHERE tenant_id = :tenant_id AND agent = 'contact_finder' AND status = 'done'
                  AND finished_at >= (SELECT min(reserved_at) FROM newest)
                  AND output ->> 'said' LIKE '%contact.verified%'
            ) AS contacts FROM newest
            """,
            tenant_id=session.tenant_id,
            calls=calls,
            since=since,
        )
    )[0]
    by_provider = {row["provider"]: (row["calls"], row["hits"]) for row in rows}
    return Yield(by_provider, cost["calls"], cost["spent"], cost["contacts"])


async def _locked(session: Session, given: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The rows under these ceilings, locked in one order, so that nobody waits for somebody who waits."""
    return await session.rows(
        f"""
        SELECT b.scope, b.key, b.reserved_usd + b.spent_usd AS used
        FROM budget_use AS b JOIN {_KEYS} ON b.scope = given.scope AND b.key = given.key
        WHERE b.tenant_id = :tenant_id ORDER BY b.scope, b.key FOR UPDATE OF b
        """,
        **given,
    )
