"""Versions of models, and the aliases that point at them. The files themselves lie elsewhere."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from tenants.records import ModelVersion
from tenants.store.columns import to_json
from tenants.store.session import Session

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


async def versions(connection: Session, *, tenant_id: UUID | None = None) -> list[ModelVersion]:
    """All versions of a tenant, or those of everybody, newest first."""
    rows = await connection.rows(
        _SELECT
        + " WHERE v.tenant_id IS NOT DISTINCT FROM CAST(:tenant_id AS uuid) ORDER BY v.created_at DESC, v.version DESC",
        tenant_id=tenant_id,
    )
    return [_version(row) for row in rows]


def _version(row: Mapping[str, Any]) -> ModelVersion:
    return ModelVersion(**{**row, "aliases": tuple(row["aliases"])})
