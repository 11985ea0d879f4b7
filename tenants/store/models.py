"""Versions of models, and the aliases that point at them. The files themselves lie elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from tenants.records import ModelChange, ModelVersion
from tenants.store.columns import to_json
from tenants.store.session import Session


@dataclass(frozen=True, slots=True)
class Pointed:
    """The model that an alias means for a tenant, and since when it does."""

    tenant_id: UUID
    model: str
    since: datetime


_SELECT = """
    SELECT v.tenant_id, v.name, v.version, v.sha256, v.path, v.metrics, v.facts, v.created_at,
           ARRAY(SELECT a.alias FROM model_alias a WHERE a.tenant_id IS NOT DISTINCT FROM v.tenant_id
                 AND a.name = v.name AND a.version = v.version ORDER BY a.alias) AS aliases
    FROM model_version v
"""


async def add_version(
    connection: Session,
    *,
    tenant_id: UUID | None,
    name: str,
    sha256: str,
    path: str,
    metrics: Mapping[str, Any],
    facts: Mapping[str, Any],
) -> int:
    """The number of a new, immutable version."""
    await connection.run("SELECT pg_advisory_xact_lock(hashtext('leadmill.model.' || :name))", name=name)
    return int(
        await connection.value(
            """
            INSERT INTO model_version (tenant_id, name, version, sha256, path, metrics, facts)
            SELECT CAST(:tenant_id AS uuid), :name, COALESCE(max(version), 0) + 1, :sha256, :path,
                   CAST(:metrics AS json), CAST(:facts AS json)
            FROM model_version WHERE tenant_id IS NOT DISTINCT FROM CAST(:tenant_id AS uuid) AND name = :name
            RETURNING version
            """,
            tenant_id=tenant_id,
            name=name,
            sha256=sha256,
            path=path,
            metrics=to_json(metrics),
            facts=to_json(facts),
        )
    )


async def point_alias(
    connection: Session, *, tenant_id: UUID | None, alias: str, name: str, version: int
) -> None:
    """The alias on this version from now on."""
    await connection.run(
        """
        INSERT INTO model_alias (tenant_id, alias, name, version)
        VALUES (CAST(:tenant_id AS uuid), :alias, :name, :version)
        ON CONFLICT (tenant_id, alias) DO UPDATE
        SET name = EXCLUDED.name, version = EXCLUDED.version, changed_at = now()
        """,
        tenant_id=tenant_id,
        alias=alias,
        name=name,
        version=version,
    )


async def drop_alias(connection: Session, *, tenant_id: UUID | None, alias: str) -> None:
    """The alias on nothing any more."""
    await connection.run(
        "DELETE FROM model_alias WHERE tenant_id IS NOT DISTINCT FROM CAST(:tenant_id AS uuid) AND alias = :alias",
        tenant_id=tenant_id,
        alias=alias,
    )


async def own(connection: Session, *, tenant_id: UUID | None, alias: str) -> str | None:
    """The label behind an alias of the tenant's own, or of everybody's without one; None where it has none."""
    found = await connection.value(
        "SELECT name || '-' || version FROM model_alias "
        "WHERE tenant_id IS NOT DISTINCT FROM CAST(:tenant_id AS uuid) AND alias = :alias",
        tenant_id=tenant_id,
        alias=alias,
    )
    return str(found) if found is not None else None


async def lock_alias(connection: Session, *, tenant_id: UUID | None, alias: str) -> None:
    """Nobody else moves this alias until the transaction ends."""
    await connection.run(
        "SELECT pg_advisory_xact_lock(hashtext('leadmill.alias.' || :alias || COALESCE(:tenant_id, '')))",
        alias=alias,
        tenant_id=str(tenant_id) if tenant_id is not None else None,
    )


async def record_change(connection: Session, change: ModelChange) -> None:
    """What was decided about a model, for good."""
    await connection.run(
        """
        INSERT INTO model_change (tenant_id, alias, act, model, before, by, reason, gates)
        VALUES (CAST(:tenant_id AS uuid), :alias, :act, :model, :before, :by, :reason, CAST(:gates AS json))
        """,
        tenant_id=change.tenant_id,
        alias=change.alias,
        act=change.act,
        model=change.model,
        before=change.before,
        by=change.by,
        reason=change.reason,
        gates=to_json(list(change.gates)),
    )


async def changes(connection: Session, *, tenant_id: UUID | None, limit: int = 200) -> list[ModelChange]:
    """What was decided about models of a tenant, or of everybody, the newest first."""
    rows = await connection.rows(
        "SELECT tenant_id, alias, act, model, before, by, reason, gates, at FROM model_change "
        "WHERE tenant_id IS NOT DISTINCT FROM CAST(:tenant_id AS uuid) ORDER BY id DESC LIMIT :limit",
        tenant_id=tenant_id,
        limit=limit,
    )
    return [ModelChange(**{**row, "gates": tuple(row["gates"])}) for row in rows]


async def without_own_champion(connection: Session) -> list[UUID]:
    """The tenants whose leads everybody's champion judges."""
    rows = await connection.rows(
        "SELECT id FROM tenant WHERE NOT EXISTS (SELECT FROM model_alias a WHERE a.tenant_id = tenant.id "
        "AND a.alias = 'champion') ORDER BY id"
    )
    return [row["id"] for row in rows]


async def pointed(connection: Session, *, alias: str) -> list[Pointed]:
    """The tenants for whom this alias means a model: their own one, else everybody's."""
    rows = await connection.rows(
        """
        SELECT DISTINCT ON (tenant.id) tenant.id AS tenant_id, a.name || '-' || a.version AS model,
               a.changed_at AS since
        FROM tenant JOIN model_alias a ON a.alias = :alias AND (a.tenant_id = tenant.id OR a.tenant_id IS NULL)
        ORDER BY tenant.id, a.tenant_id NULLS LAST
        """,
        alias=alias,
    )
    return [Pointed(**row) for row in rows]


async def resolve(
    connection: Session, *, tenant_id: UUID | None, alias: str = "champion"
) -> ModelVersion | None:
    """The version behind an alias: the tenant's own, else everybody's, else None."""
    rows = await connection.rows(
        _SELECT
        + """
        JOIN model_alias a ON a.tenant_id IS NOT DISTINCT FROM v.tenant_id AND a.name = v.name AND a.version = v.version
        WHERE a.alias = :alias AND (v.tenant_id = CAST(:tenant_id AS uuid) OR v.tenant_id IS NULL)
        ORDER BY v.tenant_id NULLS LAST LIMIT 1
        """,
        alias=alias,
        tenant_id=tenant_id,
    )
    return _version(rows[0]) if rows else None


async def first(connection: Session, *, alias: str) -> ModelVersion | None:
    """The version behind everybody's alias of this name, else behind that of some tenant, else None."""
    rows = await connection.rows(
        _SELECT
        + """
        JOIN model_alias a ON a.tenant_id IS NOT DISTINCT FROM v.tenant_id AND a.name = v.name AND a.version = v.version
        WHERE a.alias = :alias ORDER BY v.tenant_id NULLS FIRST LIMIT 1
        """,
        alias=alias,
    )
    return _version(rows[0]) if rows else None


async def versions(connection: Session, *, tenant_id: UUID | None = None) -> list[ModelVersion]:
    """All versions of a tenant, or those of everybody, newest first."""
    rows = await connection.rows(
        _SELECT
        + " WHERE v.tenant_id IS NOT DISTINCT FROM CAST(:tenant_id AS uuid) ORDER BY v.created_at DESC, v.version DESC",
        tenant_id=tenant_id,
    )
    return [_version(row) for row in rows]


async def all_versions(connection: Session) -> list[ModelVersion]:
    """The versions of all tenants and those of everybody, the oldest first."""
    return [
        _version(row) for row in await connection.rows(_SELECT + " ORDER BY v.created_at, v.name, v.version")
    ]


def _version(row: Mapping[str, Any]) -> ModelVersion:
    return ModelVersion(**{**row, "aliases": tuple(row["aliases"])})
