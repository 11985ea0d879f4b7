"""A database in memory: rows, locks, and transactions that see what is committed and themselves.

It promises what PostgreSQL promises at READ COMMITTED, and no more: a statement sees what was committed before
it; a row that somebody else has changed is waited for, and looked at again; of two that wait for each other one is
told so; a transaction is there as a whole or not at all.
"""

import asyncio
from collections.abc import Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import asyncpg

from tenants.store.session import DatabaseError

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


class NotModelled(Exception):
    """A statement was sent that the model does not know: `tests/simulation/model.py` is to learn it."""


class Faults:
    """What may happen to a statement and to a commit. This one is for good weather."""

    async def travel(self) -> None:
        """The way to the server, and the way back."""

    def statement(self) -> Exception | None:
        """Why a statement fails, if it does."""
        return None

    def commit(self) -> tuple[Exception | None, bool]:
        """Why the answer to a commit does not come, if it does not; and whether it was committed all the same."""
        return None, True


def connection_lost() -> DatabaseError:
    return DatabaseError(asyncpg.ConnectionDoesNotExistError("the connection is gone"), connection_lost=True)


def not_serializable() -> DatabaseError:
    return DatabaseError(asyncpg.SerializationError("could not serialize access"), connection_lost=False)


class Store:
    """The rows of all tables. `watchers` hear of every commit before it counts."""

    def __init__(self, clock: Callable[[], float] = lambda: 0.0) -> None:
        self._clock = clock
        self.tables: dict[str, dict] = {}
        self.due: dict = {}  # the index of runs that are due some time, in the order in which they came
        self.holders: dict = {}
        self.waiting: dict = {}
        self.open: list[Transaction] = []
        self.watchers: list[Callable[[Transaction], None]] = []

    @property
    def now(self) -> datetime:
        return EPOCH + timedelta(seconds=self._clock())

    def rows(self, table: str) -> dict:
        return self.tables.setdefault(table, {})


class Transaction:
    """Changes that nobody else sees before they are committed, and the locks on the rows that they are about."""

    def __init__(self, store: Store, process, *, is_alone: bool = False) -> None:
        self.store = store
        self.process = process
        self.is_alone = is_alone
        self.changes: dict = {}
        self.leases: list = []
        self.is_over = False
        self.is_committing = False
        self._locked: list = []
        store.open.append(self)

    def get(self, table: str, key):
        """The row as this transaction sees it, or None."""
        place = (table, key)
        return self.changes[place] if place in self.changes else self.store.rows(table).get(key)

    def put(self, table: str, key, row) -> None:
        """The row as it is from now on. It was locked before."""
        assert self.store.holders.get((table, key)) is self, "a row is changed that is not locked"
        self.changes[table, key] = row

    async def lock(self, table: str, key):
        """The row, once nobody else holds it, as it is by then. It stays ours until the end."""
        place = (table, key)
        while (holder := self.store.holders.get(place)) not in (None, self):
            if self._would_wait_in_a_circle(holder):
                raise DatabaseError(asyncpg.DeadlockDetectedError("deadlock detected"), connection_lost=False)
            free = asyncio.get_running_loop().create_future()
            self.store.waiting[self] = (holder, free)
            try:
                await free
            finally:
                self.store.waiting.pop(self, None)
            self.alive()
        if holder is None:
            self.store.holders[place] = self
            self._locked.append(place)
        return self.get(table, key)

    def is_free(self, table: str, key) -> bool:
        """Whether nobody else holds the row."""
        return self.store.holders.get((table, key)) in (None, self)

    def alive(self) -> None:
        """Raises where the server has ended this transaction."""
        if self.is_over:
            raise connection_lost()

    def commit(self) -> None:
        for watch in self.store.watchers:
            watch(self)
        for (table, key), row in self.changes.items():
            self.store.rows(table)[key] = row
            if table == "run":
                if row["due_at"] is not None:
                    self.store.due[key] = None
                else:
                    self.store.due.pop(key, None)
        self.end()

    def end(self) -> None:
        """The end, well or not: whoever waits for a row of ours may look again."""
        self.is_over = True
        self.store.open.remove(self)
        for place in self._locked:
            del self.store.holders[place]
        for holder, free in list(self.store.waiting.values()):
            if holder is self and not free.done():
                free.set_result(None)

    def _would_wait_in_a_circle(self, holder: "Transaction | None") -> bool:
        while holder is not None and holder is not self:
            holder = self.store.waiting[holder][0] if holder in self.store.waiting else None
        return holder is self


class SimSession:
    """A session as the store's functions get it. It sends no SQL: the model's functions know what would be sent."""

    def __init__(self, database: "SimDatabase", transaction: Transaction | None, tenant_id=None) -> None:
        self._database = database
        self._transaction = transaction
        self.tenant_id = tenant_id
        self.has_failed = False

    @asynccontextmanager
    async def statement(self):
        """One statement, in the transaction of the session or in one of its own."""
        database = self._database
        await database.faults.travel()
        if error := database.faults.statement():
            self.has_failed = True
            raise error
        transaction = self._transaction
        if transaction is not None:
            transaction.alive()
            try:
                yield transaction
            except BaseException:
                self.has_failed = True
                raise
            return
        alone = Transaction(database.store, database.process, is_alone=True)
        try:
            yield alone
            await database.commit(alone)
        finally:
            if not alone.is_over:
                alone.end()

    def note(self, lease) -> None:
        """The lease in whose name the transaction writes."""
        if self._transaction is not None:
            self._transaction.leases.append(lease)

    async def run(self, sql: str, **_):
        raise NotModelled(sql)

    rows = value = run


class SimDatabase:
    """The database as one process reaches it."""

    def __init__(self, store: Store, faults: Faults, process=None) -> None:
        self.store = store
        self.faults = faults
        self.process = process

    def tenant(self, tenant_id, **_) -> "_Sealed":
        return _Sealed(self, tenant_id)

    def system(self) -> "_Sealed":
        return _Sealed(self, None)

    def glance(self) -> "_Glance":
        return _Glance(self)

    def now(self) -> datetime:
        return self.store.now

    async def close(self) -> None:
        """Nothing to be closed."""

    async def commit(self, transaction: Transaction) -> None:
        if not transaction.changes:
            transaction.end()
            return
        transaction.is_committing = True
        if not transaction.is_alone:  # a statement without a transaction travels once
            await self.faults.travel()
        transaction.alive()
        error, is_committed = self.faults.commit()
        if is_committed:
            transaction.commit()
        await self.faults.travel()
        if error:
            raise error


class _Glance:
    """A session without a transaction."""

    def __init__(self, database: SimDatabase) -> None:
        self._database = database

    async def __aenter__(self) -> SimSession:
        return SimSession(self._database, None)

    async def __aexit__(self, *_) -> None:
        """Each statement has ended by itself."""


class _Sealed:
    """A transaction that commits when its block ends well."""

    def __init__(self, database: SimDatabase, tenant_id) -> None:
        self._database = database
        self._tenant_id = tenant_id

    async def __aenter__(self) -> SimSession:
        self._transaction = Transaction(self._database.store, self._database.process)
        self._session = SimSession(self._database, self._transaction, self._tenant_id)
        return self._session

    async def __aexit__(self, kind, *_) -> None:
        transaction = self._transaction
        try:
            if kind is None:
                if self._session.has_failed:
                    raise RuntimeError("the transaction was rolled back: a statement in it had failed")
                transaction.alive()
                await self._database.commit(transaction)
        finally:
            if not transaction.is_over:
                transaction.end()
