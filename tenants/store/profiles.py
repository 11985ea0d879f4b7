"""Whom tenants look for: the versions of a profile, companies to try one on, and what a search for them has cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from tenants.companies import normal_name
from tenants.exclusions import ExclusionKind
from tenants.policies import TenantConfig
from tenants.profiles import Profile, document_of, fields_of, profile_hash
from tenants.records import Account
from tenants.store import configuring, exclusions
from tenants.store.leads import ACCOUNT_COLUMNS, account_in
from tenants.store.session import Session

_VERSIONS_READ = 300


@dataclass(frozen=True, slots=True)
class Version:
    """A profile as it once was: what it said, since when, on whose word and why; None where nobody knows."""

    number: int
    at: datetime | None
    by: str | None
    reason: str | None
    document: Mapping[str, Any]

    @property
    def hash(self) -> str:
        """What the profile says, as one word."""
        return profile_hash(self.document)


@dataclass(frozen=True, slots=True)
class SearchPrice:
    """What a provider's searches have brought and cost the tenant: companies, and US dollars."""

    provider: str
    searches: int
    companies: int
    cost_usd: Decimal


async def current(session: Session) -> Version:
    """The profile by which the mill goes now."""
    row = (
        await session.rows(
            """
            SELECT t.config_version AS number, c.applied_at AS at, c.applied_by AS by, c.reason, t.config
            FROM tenant t LEFT JOIN tenant_config c ON c.tenant_id = t.id AND c.version = t.config_version
            WHERE t.id = :tenant_id
            """,
            tenant_id=session.tenant_id,
        )
    )[0]
    config = TenantConfig.model_validate(row["config"])
    told = {name: row[name] for name in ("number", "at", "by", "reason")}
    return Version(**told, document=document_of(Profile(icp=config.icp, personas=config.personas)))


async def versions(session: Session, *, limit: int = 50) -> list[Version]:
    """The newest versions of the profile, the newest first.

    A version of a tenant's configuration that says the same of whom it looks for is none of its own.
    """
    found: list[Version] = []
    for version in await _newest(session):
        if found and found[-1].hash == version.hash:
            found.pop()  # the older one of two alike is the one that somebody wanted
        found.append(version)
    return found[:limit]


async def numbers(session: Session) -> dict[int, int]:
    """For each of the newest versions of the configuration the version of the profile that it has.

    Leads carry the version of the configuration under which they came in; another budget is another one of these.
    """
    found: dict[int, int] = {}
    before: Version | None = None
    for version in reversed(await _newest(session)):
        is_same = before is not None and before.hash == version.hash
        found[version.number] = found[before.number] if before is not None and is_same else version.number
        before = version
    return found


async def _newest(session: Session) -> list[Version]:
    """The newest versions of the configuration, the newest first, as far as they tell whom it looks for."""
    rows = await session.rows(
        f"SELECT version AS number, applied_at AS at, applied_by AS by, reason, {_document('config')} AS document "
        "FROM tenant_config WHERE tenant_id = :tenant_id ORDER BY version DESC LIMIT :read",
        tenant_id=session.tenant_id,
        read=_VERSIONS_READ,
    )
    return [Version(**row) for row in rows]


async def version(session: Session, number: int) -> Version | None:
    """The profile of one version of the tenant's configuration, or None."""
    rows = await session.rows(
        f"SELECT version AS number, applied_at AS at, applied_by AS by, reason, {_document('config')} AS document "
        "FROM tenant_config WHERE tenant_id = :tenant_id AND version = :number",
        tenant_id=session.tenant_id,
        number=number,
    )
    return Version(**rows[0]) if rows else None


async def save(session: Session, profile: Profile, *, seen: str, by: str, reason: str) -> int:
    """The version as which the mill goes by this profile from now on.

    `seen` is the hash of what the person saw as the present one. What was left off for want of a company or a person
    that fits goes on. Raises ChangedMeanwhile and NothingChanged.
    """
    return await configuring.change(
        session,
        lambda config: config.model_copy(update={"icp": profile.icp, "personas": profile.personas}),
        told=lambda config: fields_of(document_of(Profile(icp=config.icp, personas=config.personas))),
        seen=seen,
        by=by,
        act="change ideal customer",
        reason=reason,
    )


async def drawn(session: Session, limit: int) -> list[Account]:
    """Companies that the tenant has, drawn evenly where there are more than so many.

    Their ids follow from what they are called by way of a hash, so the first of them are as good as drawn by lot.
    """
    rows = await session.rows(
        f"SELECT {ACCOUNT_COLUMNS} FROM account WHERE tenant_id = :tenant_id AND merged_into IS NULL "
        "ORDER BY id LIMIT :limit",
        tenant_id=session.tenant_id,
        limit=limit,
    )
    return [account_in(row) for row in rows]


async def count(session: Session) -> int:
    """How many companies the tenant has."""
    return int(
        await session.value(
            "SELECT count(*) FROM account WHERE tenant_id = :tenant_id AND merged_into IS NULL",
            tenant_id=session.tenant_id,
        )
    )


async def left_alone(session: Session, accounts: Sequence[Account]) -> dict[UUID, str]:
    """Those of these companies that the tenant leaves alone, each with the reason."""
    if not await session.value(
        "SELECT true FROM exclusion WHERE tenant_id = :id LIMIT 1", id=session.tenant_id
    ):
        return {}  # to read so many names takes a while
    keys = {
        account.id: [
            *([(ExclusionKind.DOMAIN, account.domain)] if account.domain else []),
            (ExclusionKind.NAME, normal_name(account.name)),
        ]
        for account in accounts
    }
    reasons = await exclusions.among(session, {key for some in keys.values() for key in some})
    told = {name: next((reasons[key] for key in some if key in reasons), None) for name, some in keys.items()}
    return {name: reason for name, reason in told.items() if reason is not None}


async def search_prices(session: Session) -> list[SearchPrice]:
    """What searches for companies have brought and cost so far, by provider, as the ledger of calls has it."""
    rows = await session.rows(
        """
        SELECT provider, count(*) AS searches, sum(cost_usd) AS cost_usd,
               COALESCE(sum(json_array_length(answer -> 'content' -> 'companies')), 0) AS companies
        FROM provider_call
        WHERE tenant_id = :tenant_id AND starts_with(question, 'FindCompanies ')
          AND json_typeof(answer -> 'content' -> 'companies') = 'array'
        GROUP BY provider ORDER BY provider
        """,
        tenant_id=session.tenant_id,
    )
    return [SearchPrice(**{**row, "companies": int(row["companies"])}) for row in rows]


def _document(column: str) -> str:
    return f"json_build_object('icp', {column} -> 'icp', 'personas', {column} -> 'personas')"
