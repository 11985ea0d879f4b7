"""Connections: a tenant's way to each provider. Keys are written, and never shown again."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from pydantic import SecretStr

from tenants.policies import ProviderConnection
from tenants.secrets import Vault
from tenants.store import audit, failures, readings
from tenants.store.session import Session


@dataclass(frozen=True, slots=True)
class Connection:
    """A way to one provider, with the key in clear: never logged, never sent to a browser."""

    provider: str
    base_url: str | None
    api_key: str | None
    credit_price_usd: Decimal | None
    since: datetime
    calls_per_minute: int | None = None

    def __repr__(self) -> str:
        return f"Connection({self.provider}, {self.base_url})"


class Moved(Exception):
    """The way to the provider is another one by now."""


async def save(session: Session, vault: Vault, provider: str, connection: ProviderConnection) -> None:
    """The connection as configured. A configuration without a key leaves the key that is there.

    Work that waited for the tenant's way to this provider goes on, and where the provider is new, also what
    was left off because nobody knew.
    """
    assert session.tenant_id is not None
    is_new = not await session.value(
        "SELECT true FROM connection WHERE tenant_id = :tenant_id AND provider = :provider",
        tenant_id=session.tenant_id,
        provider=provider,
    )
    key = connection.api_key.get_secret_value() if connection.api_key is not None else None
    await session.run(
        """
        INSERT INTO connection AS c (tenant_id, provider, base_url, sealed_key, key_hint, credit_price_usd,
                                     calls_per_minute)
        VALUES (:tenant_id, :provider, :base_url, :sealed_key, :hint, :price, :calls_per_minute)
        ON CONFLICT (tenant_id, provider) DO UPDATE
        SET base_url = EXCLUDED.base_url, sealed_key = COALESCE(EXCLUDED.sealed_key, c.sealed_key),
            key_hint = COALESCE(EXCLUDED.key_hint, c.key_hint), credit_price_usd = EXCLUDED.credit_price_usd,
            calls_per_minute = EXCLUDED.calls_per_minute, changed_at = now()
        """,
        tenant_id=session.tenant_id,
        provider=provider,
        base_url=connection.base_url,
        sealed_key=vault.seal(session.tenant_id, provider, key) if key else None,
        hint=_end_of(key),
        price=connection.credit_price_usd,
        calls_per_minute=connection.calls_per_minute,
    )
    # the system may know to whom a tenant is connected, and nothing more of it
    await session.run(
        "UPDATE tenant SET connected = ARRAY(SELECT provider FROM connection WHERE tenant_id = :tenant_id "
        "ORDER BY provider) WHERE id = :tenant_id",
        tenant_id=session.tenant_id,
    )
    await failures.resume_for_provider(session, provider)
    await readings.resume(session, provider)
    if is_new:
        await failures.resume(session, ("firmographics", "person", "email"))


async def write_key(
    session: Session, vault: Vault, provider: str, key: str, *, by: str, seen: datetime | None
) -> None:
    """A new key for the tenant's way to this provider, by a person; the rest of the way stays, or there is none yet.

    The audit has who it was, and the ends of both keys. Raises Moved where the way was changed since it was `seen`.
    """
    before, end = await _as_it_is(session, provider, seen)
    await save(session, vault, provider, before.model_copy(update={"api_key": SecretStr(key)}))
    detail = {"from": end, "to": _end_of(key)}
    await audit.write(session, by=by, act="write key", subject=f"provider {provider}", detail=detail)


async def set_pace(
    session: Session,
    vault: Vault,
    provider: str,
    calls_per_minute: int | None,
    *,
    by: str,
    seen: datetime | None,
) -> None:
    """How often the tenant's key of a provider may be used in a minute, by a person; None: as the vendor allows.

    Raises Moved where the way was changed since it was `seen`.
    """
    before, _ = await _as_it_is(session, provider, seen)
    now = ProviderConnection(**{**before.model_dump(), "calls_per_minute": calls_per_minute})
    await save(session, vault, provider, now)
    detail = {"from": before.calls_per_minute, "to": calls_per_minute}
    await audit.write(
        session, by=by, act="set calls per minute", subject=f"provider {provider}", detail=detail
    )


async def _as_it_is(
    session: Session, provider: str, seen: datetime | None
) -> tuple[ProviderConnection, str | None]:
    """The way to a provider without its key, and that key's end. It stays locked until the session ends."""
    rows = await session.rows(
        "SELECT base_url, credit_price_usd, calls_per_minute, key_hint, changed_at FROM connection "
        "WHERE tenant_id = :tenant_id AND provider = :provider FOR UPDATE",
        tenant_id=session.tenant_id,
        provider=provider,
    )
    if seen != (rows[0]["changed_at"] if rows else None):
        raise Moved(f"the way to {provider} was changed meanwhile: look again")
    if not rows:
        return ProviderConnection(), None
    names = ("base_url", "credit_price_usd", "calls_per_minute")
    return ProviderConnection(**{name: rows[0][name] for name in names}), rows[0]["key_hint"]


def _end_of(key: str | None) -> str | None:
    """What is shown of a key: its end, and of a short one nothing."""
    return key[-4:] if key and len(key) >= 12 else None


async def everything(session: Session, vault: Vault) -> dict[str, Connection]:
    """The tenant's connections by provider, opened for use."""
    assert session.tenant_id is not None
    rows = await session.rows(
        "SELECT provider, base_url, sealed_key, credit_price_usd, since, calls_per_minute "
        "FROM connection WHERE tenant_id = :tenant_id",
        tenant_id=session.tenant_id,
    )
    return {
        row["provider"]: Connection(
            row["provider"],
            row["base_url"],
            vault.open(session.tenant_id, row["provider"], row["sealed_key"]) if row["sealed_key"] else None,
            row["credit_price_usd"],
            row["since"],
            row["calls_per_minute"],
        )
        for row in rows
    }


async def connected(session: Session) -> set[str]:
    """The providers that any tenant is connected to. Needs a system session."""
    rows = await session.rows("SELECT DISTINCT unnest(connected) AS provider FROM tenant")
    return {row["provider"] for row in rows}
