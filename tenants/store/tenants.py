"""Tenants themselves: added, changed, found, removed."""

import asyncio
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from tenants.identity import TenantId, checked_name
from tenants.modes import Mode
from tenants.policies import TenantConfig, read_config
from tenants.records import WITHDRAWN, Tenant
from tenants.secrets import Vault
from tenants.store import audit, connections, failures, lanes, switches
from tenants.store.columns import to_json
from tenants.store.session import Database, DatabaseError, Session

_REMOVED_WITHIN_S = 600.0  # each table, however much the tenant owns
_TRIES = 5
_COLUMNS = "id, name, label, home_lane, config_version, config"


class NoSuchTenant(Exception):
    """No tenant has this name."""


async def everyone(session: Session) -> list[Tenant]:
    """All tenants by name. Needs a system session."""
    return [_tenant(row) for row in await session.rows(f"SELECT {_COLUMNS} FROM tenant ORDER BY name")]


async def with_kill_switch(session: Session) -> list[Tenant]:
    """The tenants whose budgets have a kill switch. Needs a system session."""
    rows = await session.rows(
        f"SELECT {_COLUMNS} FROM tenant WHERE config -> 'budgets' ->> 'kill_switch' IS NOT NULL ORDER BY name"
    )
    return [_tenant(row) for row in rows]


async def with_sources(session: Session) -> list[tuple[Tenant, frozenset[str]]]:
    """The tenants with searches on a schedule, and whom they are connected to. Needs a system session."""
    rows = await session.rows(
        f"SELECT {_COLUMNS}, connected FROM tenant "
        "WHERE json_array_length(CAST(config -> 'sources' AS json)) > 0 ORDER BY name"
    )
    return [
        (
            _tenant({name: value for name, value in row.items() if name != "connected"}),
            frozenset(row["connected"]),
        )
        for row in rows
    ]


async def who_share(session: Session) -> list[Tenant]:
    """The tenants whose outcomes everybody's model may learn from. Needs a system session."""
    rows = await session.rows(
        f"SELECT {_COLUMNS} FROM tenant WHERE config ->> 'share_outcomes' = 'true' ORDER BY name"
    )
    return [_tenant(row) for row in rows]


async def these(session: Session, ids: Sequence[TenantId]) -> dict[TenantId, Tenant]:
    """Those of the tenants that exist. Needs a system session."""
    rows = await session.rows(
        f"SELECT {_COLUMNS} FROM tenant WHERE id = ANY(CAST(:ids AS uuid[]))", ids=list(ids)
    )
    return {row["id"]: _tenant(row) for row in rows}


async def former(session: Session, ids: Sequence[TenantId]) -> set[TenantId]:
    """Those of the tenants that were removed. Needs a system session."""
    rows = await session.rows(
        "SELECT id FROM former_tenant WHERE id = ANY(CAST(:ids AS uuid[]))", ids=list(ids)
    )
    return {row["id"] for row in rows}


async def named(database: Database, name: str) -> Tenant:
    """The tenant with this name.

    Raises NoSuchTenant, which says which names there are.
    """
    async with database.system() as session:
        rows = await session.rows(f"SELECT {_COLUMNS} FROM tenant WHERE name = :name", name=name)
        if rows:
            return _tenant(rows[0])
        names = [row["name"] for row in await session.rows("SELECT name FROM tenant ORDER BY name LIMIT 20")]
    known = f"there are {', '.join(names)}" if names else "there is none yet: `leadmill tenant add NAME`"
    raise NoSuchTenant(f"no tenant is called {name!r}; {known}")


async def configuration(session: Session) -> TenantConfig:
    """The configuration of the session's tenant."""
    stored = await session.value("SELECT config FROM tenant WHERE id = :id", id=session.tenant_id)
    return TenantConfig.model_validate(stored)


async def add(
    database: Database,
    vault: Vault,
    name: str,
    document: Mapping[str, Any],
    *,
    label: str = "",
    by: str | None = None,
) -> Tenant:
    """A new tenant with this configuration, at home on the emptiest lane.

    Raises ValueError where the name is taken or the configuration is wrong.
    """
    config = read_config(document)
    tenant_id = TenantId(uuid.uuid4())
    async with database.system() as session:
        # one at a time: two new tenants would otherwise both see the same lane empty
        await session.run("SELECT pg_advisory_xact_lock(hashtext('leadmill.tenant.add'))")
        if await session.value("SELECT true FROM tenant WHERE name = :name", name=checked_name(name)):
            raise ValueError(f"there is a tenant {name!r} already; `leadmill tenant apply` changes it")
        lane = await lanes.emptiest(session)
        await session.run(
            "INSERT INTO tenant (id, name, label, home_lane, config) "
            "VALUES (:id, :name, :label, :lane, CAST(:config AS json))",
            id=tenant_id,
            name=name,
            label=label or name,
            lane=lane,
            config=_stored(config),
        )
    async with database.tenant(tenant_id) as session:
        await _remember(session, by=by, reason=None)
        await _apply(session, vault, TenantConfig(), config)
    return await named(database, name)


async def configure(
    database: Database, vault: Vault, name: str, document: Mapping[str, Any], *, by: str | None = None
) -> Tenant:
    """The tenant with this configuration instead of its former one, as a new version; in the audit under that name."""
    config = read_config(document)
    tenant = await named(database, name)
    before = config_of(tenant)
    async with database.tenant(tenant.id) as session:
        number = await put(session, before, config, by=by, reason=None)
        await _apply(session, vault, before, config)
        if by is not None:
            # what connections were before is sealed: those that the file names are told
            changed = [
                part
                for part in TenantConfig.model_fields
                if part != "connections" and getattr(before, part) != getattr(config, part)
            ]
            await audit.write(
                session,
                by=by,
                act="apply configuration",
                subject=f"configuration version {number}",
                detail={"changed": changed, "connections": sorted(config.connections)},
            )
    return await named(database, name)


async def put(
    session: Session, before: TenantConfig, now: TenantConfig, *, by: str | None, reason: str | None
) -> int:
    """The version as which the session's tenant has this configuration instead of the one before.

    What was left off for want of what it brings goes on. Connections are left alone.
    """
    version: int = await session.value(
        "UPDATE tenant SET config = CAST(:config AS json), config_version = config_version + 1 WHERE id = :id "
        "RETURNING config_version",
        id=session.tenant_id,
        config=_stored(now),
    )
    await _remember(session, by=by, reason=reason)
    await _resume(session, before, now)
    return version


async def remove(database: Database, name: str) -> None:
    """The tenant and every row it owns, gone but for its id: what is still said of it on the bus is passed over."""
    tenant = await named(database, name)
    for attempt in range(1, _TRIES + 1):
        try:
            await _remove(database, tenant)
        except DatabaseError as error:
            # desks that are at work for it may stand in the way, and are through with that a moment later
            if attempt == _TRIES or not error.may_be_repeated:
                raise
            await asyncio.sleep(0.1 * attempt)
        else:
            return


async def _remove(database: Database, tenant: Tenant) -> None:
    async with database.tenant(tenant.id, answer_within_s=_REMOVED_WITHIN_S) as session:
        # whoever adds a row for the tenant holds this one: from here on nobody does
        await session.run("SELECT 1 FROM tenant WHERE id = :id FOR UPDATE", id=tenant.id)
        tables = await session.rows(
            "SELECT table_name FROM information_schema.columns "
            "WHERE table_schema = current_schema() AND column_name = 'tenant_id'"
        )
        for table in sorted(
            {row["table_name"] for row in tables} - {"log", "lead", "contact", "held_outcome"}
        ):
            await session.run(f'DELETE FROM "{table}" WHERE tenant_id = :id', id=tenant.id)
        # offsets in the log stay gapless: what the tenant said is blanked, not cut out
        await session.run(
            "UPDATE log SET type = :type, data = '{}', subject = NULL WHERE tenant_id = :id",
            id=tenant.id,
            type=WITHDRAWN,
        )
        await session.run("DELETE FROM tenant WHERE id = :id", id=tenant.id)
        await session.run("INSERT INTO former_tenant (id) VALUES (:id)", id=tenant.id)


def config_of(tenant: Tenant) -> TenantConfig:
    """The tenant's configuration, without its keys: those stay sealed in its connections."""
    return TenantConfig.model_validate(tenant.config)


async def _apply(session: Session, vault: Vault, before: TenantConfig, now: TenantConfig) -> None:
    # only what the file changes: what somebody has paused meanwhile stays so
    for agent in sorted({*before.agents, *now.agents}):
        enabled = now.agents.get(agent, True)
        if enabled != before.agents.get(agent, True):
            await switches.turn(session, agent, Mode.ON if enabled else Mode.PAUSED, by="configuration")
    for provider, connection in now.connections.items():
        await connections.save(session, vault, provider, connection)


async def _resume(session: Session, before: TenantConfig, now: TenantConfig) -> None:
    """What was left off for want of a fact goes on, where the new configuration may have brought that fact."""
    missing = []
    if now.icp != before.icp:
        missing.append("ideal customer")
    if now.personas != before.personas:
        missing.append("person")
    if missing:
        await failures.resume(session, missing)
    if now.budgets != before.budgets:
        await failures.resume_for_budget(session)


async def _remember(session: Session, *, by: str | None, reason: str | None) -> None:
    """The present configuration kept under its version: runs that went by it can be replayed."""
    await session.run(
        "INSERT INTO tenant_config (tenant_id, version, config, applied_by, reason) "
        "SELECT id, config_version, config, :by, :reason FROM tenant WHERE id = :tenant_id",
        tenant_id=session.tenant_id,
        by=by,
        reason=reason,
    )


def _stored(config: TenantConfig) -> str:
    return to_json(config.model_dump(mode="json", exclude={"connections"}))


def _tenant(row: Mapping[str, Any]) -> Tenant:
    return Tenant(**row)
