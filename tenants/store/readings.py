"""The reading of CRMs for whom they exclude: when each is due, who reads it, and what went wrong.

Whoever reads a CRM has a claim on it, which ends by itself. What is read counts only under the newest claim.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from tenants.identity import TenantId
from tenants.modes import EVERY_AGENT
from tenants.policies import ExclusionReading
from tenants.store.session import Session


@dataclass(frozen=True, slots=True)
class Due:
    """A CRM that is to be read by now, and how often that tenant wants it read."""

    tenant_id: TenantId
    provider: str
    every_hours: int


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to read a CRM; it could not be read so many times in a row before."""

    provider: str
    id: UUID
    failures: int


@dataclass(frozen=True, slots=True)
class Reading:
    """Where the reading of a CRM stands: when it was last read and how many it excluded, and what is wrong since when.

    It is due at `next_at`; None: as soon as somebody looks. Where `every_hours` is 0, it is read by hand only.
    """

    provider: str
    every_hours: int
    read_at: datetime | None
    excluded: int | None
    next_at: datetime | None
    is_under_way: bool
    trouble: str | None
    trouble_since: datetime | None
    failures: int


# configurations that are older than the key are without it
_EVERY_HOURS = (
    "COALESCE(CAST(tenant.config #>> '{exclusions,every_hours}' AS int), "
    f"{ExclusionReading.model_fields['every_hours'].default})"
)
_NEXT_AT = "COALESCE(reading.again_at, reading.read_at + make_interval(hours => {every_hours}))"
_IS_FREE = "(reading.claimed_until IS NULL OR reading.claimed_until <= :now)"


async def due(session: Session, crms: Collection[str], now: datetime, limit: int) -> list[Due]:
    """The CRMs that are to be read, the longest overdue first. Needs a system session.

    Tenants that are held back as a whole are left alone, and so is everybody while everything is stopped.
    """
    next_at = _NEXT_AT.format(every_hours=_EVERY_HOURS)
    rows = await session.rows(
        f"""
        SELECT tenant.id AS tenant_id, crm.provider, {_EVERY_HOURS} AS every_hours
        FROM tenant CROSS JOIN unnest(tenant.connected) AS crm (provider)
        LEFT JOIN exclusion_reading AS reading
            ON reading.tenant_id = tenant.id AND reading.provider = crm.provider
        WHERE tenant.connected && CAST(:crms AS text[]) AND crm.provider = ANY(CAST(:crms AS text[]))
          AND {_EVERY_HOURS} > 0 AND ({next_at} IS NULL OR {next_at} <= :now) AND {_IS_FREE}
          AND NOT EXISTS (SELECT FROM agent_switch AS switch WHERE switch.tenant_id = tenant.id
                          AND switch.agent = :everything AND switch.mode <> 'on')
          AND NOT EXISTS (SELECT FROM halt WHERE ended_at IS NULL)
        ORDER BY {next_at} NULLS FIRST, tenant.id, crm.provider LIMIT :limit
        """,
        crms=list(crms),
        now=now,
        everything=EVERY_AGENT,
        limit=limit,
    )
    return [Due(**row) for row in rows]


async def take(session: Session, one: Due, claim: UUID, now: datetime, claim_s: float) -> Claim | None:
    """The claim on a CRM that is due still and that nobody reads; else None."""
    next_at = _NEXT_AT.format(every_hours=":every_hours")
    condition = f"{_IS_FREE} AND ({next_at} IS NULL OR {next_at} <= :now)"
    return await _claimed(session, one.provider, claim, now, claim_s, condition, every_hours=one.every_hours)


async def take_over(session: Session, provider: str, claim: UUID, now: datetime, claim_s: float) -> Claim:
    """The claim on a CRM, due or not. Whoever reads it at the moment does so in vain."""
    taken = await _claimed(session, provider, claim, now, claim_s, "true")
    assert taken is not None
    return taken


async def _claimed(
    session: Session,
    provider: str,
    claim: UUID,
    now: datetime,
    claim_s: float,
    condition: str,
    **more: object,
) -> Claim | None:
    rows = await session.rows(
        f"""
        INSERT INTO exclusion_reading AS reading (tenant_id, provider, claim, claimed_until)
        SELECT tenant.id, :provider, :claim, :until FROM tenant WHERE tenant.id = :tenant_id
        ON CONFLICT (tenant_id, provider) DO UPDATE
        SET claim = EXCLUDED.claim, claimed_until = EXCLUDED.claimed_until WHERE {condition}
        RETURNING failures
        """,
        tenant_id=session.tenant_id,
        provider=provider,
        claim=claim,
        now=now,
        until=now + timedelta(seconds=claim_s),
        **more,
    )
    return Claim(provider, claim, rows[0]["failures"]) if rows else None


async def go_on(session: Session, claim: Claim, now: datetime, claim_s: float) -> bool:
    """Whether the claim still holds; then it does so for longer."""
    until = now + timedelta(seconds=claim_s)
    return await _change(session, claim, "claimed_until = :until", until=until)


async def let_go(session: Session, claim: Claim) -> bool:
    """The claim given back: the CRM is as due as before."""
    return await _change(session, claim, "claim = NULL, claimed_until = NULL")


async def was_read(session: Session, claim: Claim, excluded: int, now: datetime) -> bool:
    """Whether the CRM counts as read, to its end and by now: not where the claim is somebody else's."""
    return await _change(
        session,
        claim,
        "read_at = :now, excluded = :excluded, trouble = NULL, trouble_since = NULL, failures = 0, "
        "again_at = NULL, claim = NULL, claimed_until = NULL",
        now=now,
        excluded=excluded,
    )


async def went_wrong(session: Session, claim: Claim, trouble: str, now: datetime, again_at: datetime) -> bool:
    """What is wrong, kept with the time since when, until the CRM could be read. It is tried again at `again_at`."""
    return await _change(
        session,
        claim,
        "trouble = :trouble, trouble_since = COALESCE(trouble_since, :now), failures = failures + 1, "
        "again_at = :again_at, claim = NULL, claimed_until = NULL",
        trouble=trouble,
        now=now,
        again_at=again_at,
    )


async def _change(session: Session, claim: Claim, changes: str, **values: object) -> bool:
    changed = await session.run(
        f"UPDATE exclusion_reading SET {changes} "
        "WHERE tenant_id = :tenant_id AND provider = :provider AND claim = :claim",
        tenant_id=session.tenant_id,
        provider=claim.provider,
        claim=claim.id,
        **values,
    )
    return changed > 0


async def resume(session: Session, provider: str) -> None:
    """The way to a CRM that could not be read is another one: it is due at once."""
    await session.run(
        "UPDATE exclusion_reading SET again_at = now() "
        "WHERE tenant_id = :tenant_id AND provider = :provider AND again_at > now()",
        tenant_id=session.tenant_id,
        provider=provider,
    )


async def listed(session: Session, crms: Collection[str], now: datetime) -> list[Reading]:
    """Where the reading of each of the tenant's connected CRMs stands, by name."""
    rows = await session.rows(
        f"""
        SELECT crm.provider, {_EVERY_HOURS} AS every_hours, reading.read_at, reading.excluded,
               {_NEXT_AT.format(every_hours=_EVERY_HOURS)} AS next_at, NOT {_IS_FREE} AS is_under_way,
               reading.trouble, reading.trouble_since, COALESCE(reading.failures, 0) AS failures
        FROM tenant CROSS JOIN unnest(tenant.connected) AS crm (provider)
        LEFT JOIN exclusion_reading AS reading
            ON reading.tenant_id = tenant.id AND reading.provider = crm.provider
        WHERE tenant.id = :tenant_id AND crm.provider = ANY(CAST(:crms AS text[]))
        ORDER BY crm.provider
        """,
        tenant_id=session.tenant_id,
        crms=list(crms),
        now=now,
    )
    return [Reading(**row) for row in rows]
