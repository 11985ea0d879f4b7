"""Sessions: each is sealed to one tenant or is openly the system's, and this is the only commit."""

import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import orjson
from sqlalchemy import URL, Result, make_url, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from tenants.identity import TenantId
from tenants.settings import StoreSettings

TENANT_SETTING = "leadmill.tenant_id"
SCOPE_SETTING = "leadmill.scope"
SCHEMA = "leadmill"

log = logging.getLogger(__name__)


class Session:
    """One transaction. It sends SQL with parameters, and nothing else."""

    def __init__(self, connection: AsyncConnection, tenant_id: TenantId | None) -> None:
        self.connection = connection
        self.tenant_id = tenant_id

    async def run(self, sql: str, **parameters: Any) -> Result[Any]:
        """The result of one statement. Values go in as parameters, never into the text."""
        return await self.connection.execute(text(sql), parameters)

    async def rows(self, sql: str, **parameters: Any) -> list[Mapping[str, Any]]:
        """All rows of one statement, each by column name."""
        return [dict(row) for row in (await self.run(sql, **parameters)).mappings()]

    async def value(self, sql: str, **parameters: Any) -> Any:
        """The first column of the first row, or None."""
        return (await self.run(sql, **parameters)).scalar()


class Database:
    """The pool of connections of one process, as one database role."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine

    @classmethod
    def at(cls, address: str | URL, *, role: str, pool_size: int = 4, read_only: bool = False) -> "Database":
        """A database at this address, where each connection works as the given role."""
        server_settings = {
            "role": role,
            "search_path": SCHEMA,
            "application_name": "leadmill",
            # a plan made while a table was empty reads all of it once it is full, and would be kept for ever
            "plan_cache_mode": "force_custom_plan",
        }
        if read_only:
            server_settings["default_transaction_read_only"] = "on"
        engine = create_async_engine(
            as_asyncpg(address),
            json_deserializer=orjson.loads,
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=30,
            pool_pre_ping=False,
            connect_args={"server_settings": server_settings, "timeout": 10, "command_timeout": 60},
        )
        return cls(engine)

    @asynccontextmanager
    async def tenant(self, tenant_id: TenantId) -> AsyncIterator[Session]:
        """A transaction that sees one tenant's rows; it commits when the block ends well."""
        async with self.engine.begin() as connection:
            await connection.execute(_SEAL, {"setting": TENANT_SETTING, "value": str(tenant_id)})
            yield Session(connection, tenant_id)

    @asynccontextmanager
    async def system(self) -> AsyncIterator[Session]:
        """A transaction of the system itself: it sees the log, runs and switches, and no tenant's leads."""
        async with self.engine.begin() as connection:
            await connection.execute(_SEAL, {"setting": SCOPE_SETTING, "value": "system"})
            yield Session(connection, None)

    async def close(self) -> None:
        """The end of the pool."""
        await self.engine.dispose()


# Set for the transaction only: a setting of the connection would leak to whoever gets it from the pool next.
_SEAL = text("SELECT set_config(:setting, :value, true)")


def as_asyncpg(address: str | URL) -> URL:
    """A PostgreSQL address as SQLAlchemy's asyncpg dialect wants it."""
    return make_url(address).set(drivername="postgresql+asyncpg")


@asynccontextmanager
async def open_database(
    settings: StoreSettings | None = None, *, pool_size: int = 4
) -> AsyncIterator[Database]:
    """The configured database as the application role; an embedded one is started if it is not running."""
    from tenants.store.embedded import (
        borrowed_address,
    )  # the embedded server is only loaded where it is wanted
    from tenants.store.rls import APP

    async with borrowed_address(settings or StoreSettings()) as address:
        database = Database.at(address, role=APP, pool_size=pool_size)
        try:
            yield database
        finally:
            await database.close()
