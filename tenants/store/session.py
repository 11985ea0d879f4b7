"""Sessions: each is sealed to one tenant or is openly the system's, and this is the only commit."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import asyncpg
import orjson
from sqlalchemy import URL, make_url

from tenants.identity import TenantId
from tenants.settings import StoreSettings
from tenants.slots import Slots

TENANT_SETTING = "leadmill.tenant_id"
SCOPE_SETTING = "leadmill.scope"
SCHEMA = "leadmill"

_ACQUIRE_WITHIN_S = 30.0
# A connection may be dead without anybody saying so. No statement of ours takes nearly as long as this.
_ANSWER_WITHIN_S = 10.0
_RELEASE_WITHIN_S = 2.0
_DEADLOCK, _SERIALIZATION = "40P01", "40001"
# classes of states: the connection broke, the server was stopped, it has no more room or connections
_CONNECTION, _OPERATOR, _RESOURCES = "08", "57", "53"
# What the driver raises. The third kind is its own confusion, where a connection ends at an unlucky moment:
# nobody knows the state of such a connection any more.
_TROUBLES = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)
# `:name`, but neither a cast (`::text`) nor what stands in a word or a time ("24:00")
_PARAMETER = re.compile(r"(?<![:\w]):([a-z]\w*)")


class DatabaseError(Exception):
    """PostgreSQL refused a statement, or could not be asked. The cause is the driver's own error."""

    def __init__(self, cause: Exception, *, connection_lost: bool) -> None:
        super().__init__(str(cause) or type(cause).__name__)
        self.cause = cause
        state = getattr(cause, "sqlstate", None) or ""
        self.may_be_repeated: bool = (
            connection_lost
            or isinstance(cause, OSError)
            or state in (_DEADLOCK, _SERIALIZATION)
            or state[:2] in (_CONNECTION, _OPERATOR, _RESOURCES)
        )
        """Whether the same transaction may succeed on another try."""


class Session:
    """A connection to PostgreSQL for a short while. It sends SQL with parameters, and nothing else."""

    def __init__(
        self, connection: Any, tenant_id: TenantId | None, answer_within_s: float | None = None
    ) -> None:
        self._connection = connection
        self.tenant_id = tenant_id
        self._timeout_s = answer_within_s

    async def run(self, sql: str, **parameters: Any) -> int:
        """How many rows one statement touched. Values go in as parameters, never into the text."""
        text, names = _numbered(sql)
        with _translated(self._connection):
            tag = await self._connection.execute(
                text, *[parameters[name] for name in names], timeout=self._timeout_s
            )
        count = tag.rpartition(" ")[2]
        return int(count) if count.isdigit() else 0

    async def rows(self, sql: str, **parameters: Any) -> list[Mapping[str, Any]]:
        """All rows of one statement, each by column name."""
        text, names = _numbered(sql)
        with _translated(self._connection):
            found = await self._connection.fetch(
                text, *[parameters[name] for name in names], timeout=self._timeout_s
            )
        return [dict(row) for row in found]

    async def value(self, sql: str, **parameters: Any) -> Any:
        """The first column of the first row, or None."""
        text, names = _numbered(sql)
        with _translated(self._connection):
            return await self._connection.fetchval(
                text, *[parameters[name] for name in names], timeout=self._timeout_s
            )

    @asynccontextmanager
    async def keeping_plans(self) -> AsyncIterator[None]:
        """For adding rows that name others: PostgreSQL checks each foreign key by a statement of its own.

        Planned anew for every row, such a check costs ten times what it does; and it looks a key up,
        so that the index is right however empty the table was when the plan was made.
        """
        await self._set("SET LOCAL plan_cache_mode = auto; SET LOCAL enable_seqscan = off")
        yield
        await self._set("SET LOCAL plan_cache_mode = force_custom_plan; SET LOCAL enable_seqscan = on")

    async def _set(self, settings: str) -> None:
        with _translated(self._connection):
            await self._connection.execute(settings)


class Database:
    """The connections of one process, as one database role: some for tenants' work, some for the system's."""

    def __init__(self, tenants: "_Pool", system: "_Pool", clock: "_Clock") -> None:
        self._tenants = tenants
        self._system = system
        self._clock = clock

    @classmethod
    def at(cls, address: str | URL, *, role: str, pool_size: int = 4, read_only: bool = False) -> "Database":
        """A database at this address, where each connection works as the given role. It connects when used."""
        server_settings = {
            "role": role,
            "search_path": SCHEMA,
            "application_name": "leadmill",
            # A plan made while a table was empty reads all of it once it is full: where tables had been emptied
            # and analysed, kept plans made a mill four times as slow. `keeping_plans` is the exception.
            "plan_cache_mode": "force_custom_plan",
            # Who stands still in the middle of a transaction holds locks: nobody could take its lane over.
            "idle_in_transaction_session_timeout": f"{_ANSWER_WITHIN_S:g}s",
        }
        if read_only:
            server_settings["default_transaction_read_only"] = "on"
        dsn = as_dsn(address)
        clock = _Clock()
        return cls(
            _Pool(dsn, pool_size, server_settings, clock),
            _Pool(dsn, min(pool_size, 2), server_settings | {SCOPE_SETTING: "system"}, clock),
            clock,
        )

    def now(self) -> datetime:
        """The time by the database's clock, which all hosts share, as far as it was asked; else by the host's."""
        return self._clock.now()

    @asynccontextmanager
    async def tenant(
        self, tenant_id: TenantId, *, answer_within_s: float | None = None
    ) -> AsyncIterator[Session]:
        """A transaction that sees one tenant's rows; it commits when the block ends well.

        `answer_within_s` is for statements that may take longer than any other.
        """
        # Set for the transaction only: a setting of the connection would leak to whoever gets it next.
        # Hexadecimal digits need no quoting, and so both statements travel together.
        opening = f"BEGIN; SET LOCAL {TENANT_SETTING} = '{tenant_id.hex}'"
        async with (
            self._tenants.turn_of(tenant_id) as connection,
            _transaction(connection, opening),
        ):
            yield Session(connection, tenant_id, answer_within_s)

    @asynccontextmanager
    async def system(self) -> AsyncIterator[Session]:
        """A transaction of the system itself: it sees the log, runs and switches, and no tenant's leads."""
        async with self._system.connection() as connection, _transaction(connection, "BEGIN"):
            yield Session(connection, None)

    @asynccontextmanager
    async def glance(self) -> AsyncIterator[Session]:
        """The system's session without a transaction: each statement is one by itself, and costs one journey."""
        async with self._system.connection() as connection:
            yield Session(connection, None)

    async def close(self) -> None:
        """The end of all connections."""
        await self._tenants.close()
        await self._system.close()


class _Clock:
    """The database's clock as it was told with the newest connection. The host's may be hours off, or jump."""

    def __init__(self) -> None:
        self._told: datetime | None = None
        self._told_at_s = 0.0

    async def hear(self, connection: Any) -> None:
        """What the database says that the time is."""
        self._told, self._told_at_s = await connection.fetchval("SELECT clock_timestamp()"), time.monotonic()

    def now(self) -> datetime:
        """That time, and what has passed since."""
        if self._told is None:
            return datetime.now(UTC)
        return self._told + timedelta(seconds=time.monotonic() - self._told_at_s)


class _Pool:
    """Connections of one kind, made when they are first needed, on the loop that needs them."""

    def __init__(self, dsn: str, size: int, server_settings: Mapping[str, str], clock: _Clock) -> None:
        self._pool: asyncpg.Pool | None = None
        self._dsn = dsn
        self._size = size
        self._server_settings = dict(server_settings)
        self._clock = clock
        self._opening = asyncio.Lock()
        self._slots = Slots(size)

    @asynccontextmanager
    async def turn_of(self, tenant_id: TenantId) -> AsyncIterator[Any]:
        """A connection for the length of the block. Who wants many at once waits behind itself, not its neighbours."""
        with _translated(None):
            async with asyncio.timeout(_ACQUIRE_WITHIN_S):
                await self._slots.take(tenant_id)
        try:
            async with self.connection() as connection:
                yield connection
        finally:
            self._slots.give_back(tenant_id)

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Any]:
        """A connection for the length of the block."""
        with _translated(None):
            pool = self._pool or await self._open()
            connection = await pool.acquire(timeout=_ACQUIRE_WITHIN_S)
        try:
            yield connection
        except DatabaseError as error:
            if isinstance(error.cause, TimeoutError):  # the others may be as dead: all are made anew
                await pool.expire_connections()
            raise
        finally:
            # one that cannot be given back in good order is ended by the pool, and matters to nobody
            with suppress(*_TROUBLES):
                await pool.release(connection, timeout=_RELEASE_WITHIN_S)

    async def _open(self) -> asyncpg.Pool:
        async with self._opening:
            if self._pool is None:
                self._pool = await asyncpg.create_pool(
                    self._dsn,
                    min_size=0,
                    max_size=self._size,
                    init=self._introduced,
                    reset=_as_it_is,
                    timeout=10,
                    command_timeout=_ANSWER_WITHIN_S,
                    server_settings=self._server_settings,
                )
            return self._pool

    async def _introduced(self, connection: Any) -> None:
        await _speak_json(connection)
        await self._clock.hear(connection)

    async def close(self) -> None:
        """The end of the connections. Whoever still waits for an answer gets an error."""
        if self._pool is not None:
            pool, self._pool = self._pool, None
            try:
                await asyncio.wait_for(pool.close(), 5)
            except TimeoutError:
                pool.terminate()


async def _speak_json(connection: Any) -> None:
    """JSON goes in as text and comes out as values."""
    for kind in ("json", "jsonb"):
        await connection.set_type_codec(kind, schema="pg_catalog", encoder=str, decoder=orjson.loads)


async def _as_it_is(connection: Any) -> None:
    """Nothing to reset before the next user: no session sets anything beyond its transaction, which has ended."""


@asynccontextmanager
async def _transaction(connection: Any, opening: str) -> AsyncIterator[None]:
    try:
        with _translated(connection):
            await connection.execute(opening)
        yield
        with _translated(connection):
            ended = await connection.execute("COMMIT")
    except BaseException:
        await _roll_back(connection)
        raise
    if ended != "COMMIT":  # a statement had failed, and somebody went on all the same
        raise RuntimeError("the transaction was rolled back: a statement in it had failed")


async def _roll_back(connection: Any) -> None:
    """The transaction undone. A connection that can't even do that is given up, and PostgreSQL undoes it."""
    if _is_gone(connection) or not connection.is_in_transaction():
        return
    try:
        await connection.execute("ROLLBACK", timeout=5)
    except _TROUBLES:
        if not _is_gone(connection):
            connection.terminate()


@contextmanager
def _translated(connection: Any) -> Iterator[None]:
    """The driver's errors as ours. Without a connection: those of getting one, which may break on the way too."""
    try:
        yield
    except _TROUBLES as error:
        lost = _is_gone(connection) if connection is not None else isinstance(error, asyncpg.InterfaceError)
        if isinstance(error, asyncpg.InternalClientError):
            lost = True
            if connection is not None and not _is_gone(connection):
                connection.terminate()
        raise DatabaseError(error, connection_lost=lost) from error


def _is_gone(connection: Any) -> bool:
    """Whether the connection broke. The pool takes such a one back at once, and then nothing can be asked of it."""
    try:
        return bool(connection.is_closed())
    except asyncpg.InterfaceError:
        return True


@lru_cache(maxsize=512)
def _numbered(sql: str) -> tuple[str, tuple[str, ...]]:
    """The statement with `$1` for its first named parameter and so on, and the names in that order."""
    names: dict[str, int] = {}
    text = _PARAMETER.sub(lambda found: f"${names.setdefault(found[1], len(names) + 1)}", sql)
    return text, tuple(names)


def as_dsn(address: str | URL) -> str:
    """A PostgreSQL address as asyncpg and libpq write it."""
    url = make_url(address).set(drivername="postgresql")
    if "ssl" in url.query:
        url = url.difference_update_query(["ssl"]).update_query_dict({"sslmode": url.query["ssl"]})
    return url.render_as_string(hide_password=False)


def as_asyncpg(address: str | URL) -> URL:
    """A PostgreSQL address as SQLAlchemy's asyncpg dialect wants it."""
    url = make_url(address).set(drivername="postgresql+asyncpg")
    if "sslmode" in url.query:
        url = url.difference_update_query(["sslmode"]).update_query_dict({"ssl": url.query["sslmode"]})
    return url


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
