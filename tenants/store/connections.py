"""Connections: a tenant's way to each provider. Keys are written, and never shown again."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from tenants.policies import ProviderConnection
from tenants.secrets import Vault
from tenants.store import failures, readings
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
        hint=key[-4:] if key and len(key) >= 12 else None,
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
