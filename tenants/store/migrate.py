"""The way to an up-to-date schema: roles, schema, migrations."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from tenants.store.rls import APP, OWNER, READ
from tenants.store.session import SCHEMA, Database, as_asyncpg

# Two processes may want to migrate one database: one at a time.
_LOCK = 0x6C656164


async def migrate(address: str, *, lanes: int) -> str:
    """The revision of the schema after everything that was missing has been put in place.

    `lanes` is the number of lanes of a new installation; an existing one keeps its own.
    """
    engine = create_async_engine(as_asyncpg(address))
    try:
        async with engine.connect() as connection:
            await connection.execute(text(f"SELECT pg_advisory_lock({_LOCK})"))
            await _ensure_roles(connection)
            await connection.commit()
            await connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA} AUTHORIZATION {OWNER}"))
            await connection.execute(text(f"GRANT USAGE ON SCHEMA {SCHEMA} TO {APP}, {READ}"))
            await connection.execute(text(f"SET LOCAL ROLE {OWNER}"))
            await connection.execute(text(f"SET LOCAL search_path TO {SCHEMA}"))
            await connection.run_sync(_upgrade)
            await connection.execute(
                text("INSERT INTO installation (lanes) VALUES (:lanes) ON CONFLICT DO NOTHING"),
                {"lanes": lanes},
            )
            await connection.commit()
            await connection.execute(text(f"SELECT pg_advisory_unlock({_LOCK})"))
            await connection.commit()
    finally:
        await engine.dispose()
    return newest_revision()


async def current_revision(database: Database) -> str | None:
    """The revision of the schema in this database, or None where there is no schema."""
    async with database.glance() as session:
        if await session.value(f"SELECT to_regclass('{SCHEMA}.alembic_version')") is None:
            return None
        revision: str | None = await session.value(f"SELECT version_num FROM {SCHEMA}.alembic_version")
        return revision


def newest_revision() -> str:
    """The revision that this code was written for."""
    return str(ScriptDirectory.from_config(_configuration()).get_current_head())


def _configuration() -> Config:
    configuration = Config()
    configuration.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return configuration


def _upgrade(connection: Connection) -> None:
    configuration = _configuration()
    configuration.attributes["connection"] = connection
    command.upgrade(configuration, "head")
    connection.execute(text(f"GRANT SELECT ON {SCHEMA}.alembic_version TO {APP}, {READ}"))


async def _ensure_roles(connection: AsyncConnection) -> None:
    for role in (OWNER, APP, READ):
        known = await connection.scalar(
            text("SELECT true FROM pg_roles WHERE rolname = :role"), {"role": role}
        )
        if not known:
            await connection.execute(
                text(f"CREATE ROLE {role} NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE")
            )
    # since PostgreSQL 16 a member may still be unable to work as the role
    may = "SET" if int(await connection.scalar(text("SHOW server_version_num")) or 0) >= 160_000 else "MEMBER"
    for role in (OWNER, APP, READ):
        if not await connection.scalar(text("SELECT pg_has_role(:role, :may)"), {"role": role, "may": may}):
            await connection.execute(text(f"GRANT {role} TO CURRENT_USER"))
