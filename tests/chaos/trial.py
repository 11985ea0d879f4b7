"""What one scenario has for itself: a database, tenants, a load, worker processes, a clock and a verdict."""

import asyncio
import os
import random
import shutil
import statistics
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import asyncpg

from actors.bus.kafka import KafkaBus
from actors.engine.committing import to_entry
from actors.engine.wiring import topics_of
from actors.events import event_types
from actors.events.envelope import Payload, say
from actors.events.source import SourceRequested
from actors.shell.demonstration import connections
from tenants.identity import TenantId
from tenants.records import LogEntry, Tenant
from tenants.secrets import Vault
from tenants.settings import StoreSettings
from tenants.store import carriers, log, models, sources, tenants
from tenants.store.rls import APP
from tenants.store.session import Database
from tests.chaos.desks import Desk, Nest
from tests.chaos.ground import Ground
from tests.chaos.invariants import Findings, Happened, check
from tests.chaos.load import ENDED, Load
from tests.chaos.mutations import MUTATIONS
from tests.chaos.postgres_proxy import PostgresProxy
from tests.kafka.jars import NoKafka

LEASE_S = 2.0
CALLS_IN_FLIGHT = 24
#: how long a speed is measured, in so many pieces
WINDOW_S = 40.0
_PIECES = 10
#: of the speed before a fault, what must be there after it
LEAST_RATIO = 0.95
_WORK_EVERY_S = 0.25
_WARM_LEADS = 300
#: the guard that stands in the database, and not in a worker
WALL = "row-level security"
_TENANTS = ("large", "small", "other")
_LOOK_EVERY_S = 0.05
_LARGEST_BATCH = 150


DeskT = TypeVar("DeskT", bound=Desk)


class NotHere(Exception):
    """This machine has not what the scenario needs; the message says what."""


class TooLate(Exception):
    """Something did not happen within its deadline."""


@dataclass
class Row:
    """One line of the table."""

    number: int
    name: str
    seed: int
    kills: int = 0
    leads: int = 0
    lost: int = 0
    doubled: int = 0
    extra_billed: int = 0
    ratio: float | None = None
    seconds: float = 0.0
    notes: dict[str, Any] = field(default_factory=dict)
    violations: list[str] = field(default_factory=list)
    #: why it was not played, if it was not
    skipped: str | None = None


class Trial:
    """The world of one scenario. With `is_brief` faults are few and short, and no speed is measured."""

    def __init__(
        self,
        ground: Ground,
        database_name: str,
        *,
        seed: int,
        is_brief: bool,
        home: Path,
        proxy: PostgresProxy,
        database: Database,
        without: str | None = None,
        window_s: float = 0.0,
    ) -> None:
        self.without = without
        self.ground = ground
        self.database_name = database_name
        self.chance = random.Random(seed)
        self.seed = seed
        self.is_brief = is_brief
        self.proxy = proxy
        self.database = database
        self.vault = Vault.from_settings(StoreSettings(home=home))
        self.tenants: list[Tenant] = []
        self.load: Load
        self.kills = 0
        self.deaths = 0
        self.repeated: set[Any] = set()
        self.removed: set[Any] = set()
        self.poisoned: set[Any] = set()
        self.foreign: set[Any] = set()
        self.missed: list[str] = []
        self.notes: dict[str, Any] = {}
        self.desks: list[Desk] = []
        self.kafka: KafkaBus | None = None
        self.environment: dict[str, str] = {}
        self.home = home
        self._window_s = window_s
        self._windows: dict[str, tuple[datetime, float]] = {}

    async def set_up(self) -> None:
        """Three tenants with their own keys, and a model that judges for all of them."""
        async with self.database.system() as session:
            version = await models.add_version(
                session, tenant_id=None, name="fake", sha256="0", path="none", metrics={}, facts={}
            )
            await models.point_alias(session, tenant_id=None, alias="champion", name="fake", version=version)
        simulator = {"http": self.ground.simulator.http, "dns": self.ground.simulator.dns}
        for name in _TENANTS:
            document = {"connections": connections(simulator, name)}
            self.tenants.append(await tenants.add(self.database, self.vault, name, document))
        companies = self.ground.companies[:]
        self.chance.shuffle(companies)
        self.load = Load(self.database, self.vault, self.tenants, companies)
        self.ground.forget()
        if self.without == WALL:
            await self.execute("ALTER TABLE lead DISABLE ROW LEVEL SECURITY")

    async def desk(self, *arguments: str, loading_only: bool = False, port: int | None = None) -> Desk:
        """A new worker, with a login of its own; it holds every lane unless it is only to load."""
        mutation = (f"--without={self.without}",) if self.without in MUTATIONS else ()
        desk = await self._started(Desk, *mutation, *arguments, port=port or self.proxy.port)
        if not loading_only:
            await desk.hold()
        return desk

    async def nest(self, *arguments: str) -> Nest:
        """A process from which workers hatch."""
        nest = await self._started(Nest, *arguments, port=self.proxy.port)
        await nest.loaded()
        return nest

    async def _started(self, kind: type[DeskT], *arguments: str, port: int) -> DeskT:
        name = f"desk_{len(self.desks)}"
        await self.execute(
            f"DO $$ BEGIN CREATE ROLE {name} LOGIN IN ROLE {APP}; EXCEPTION WHEN duplicate_object THEN END $$"
        )
        desk = kind(name, self.home / f"{name}.log", self.ground.nursery)
        self.desks.append(desk)
        environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("LEADMILL_")},
            "LEADMILL_HOME": str(self.home),
            "LEADMILL_DATABASE_URL": f"postgresql://{name}@127.0.0.1:{port}/{self.database_name}",
            "LEADMILL_LEASE_S": str(LEASE_S),
            "LEADMILL_CALLS_IN_FLIGHT": str(CALLS_IN_FLIGHT),
            "LEADMILL_COMMIT_BATCH": str(_LARGEST_BATCH),
            **self.environment,
        }
        await desk.start(environment, f"--seed={self.seed}", *arguments)
        return desk

    async def kill(self, desk: Desk) -> None:
        """A worker killed, and counted."""
        await desk.kill()
        self.kills += 1
        self.deaths += 1

    @property
    def vendors(self) -> dict[str, Any]:
        """Where the simulated vendors answer."""
        return {"http": self.ground.simulator.http, "dns": self.ground.simulator.dns}

    async def configure(self, tenant: Tenant, **more: Any) -> None:
        """The tenant with this configuration, beside its connections."""
        document = {"connections": connections(self.vendors, tenant.name), **more}
        await tenants.configure(self.database, self.vault, tenant.name, document)

    async def say(
        self, tenant: Tenant, payloads: Sequence[Payload], *, lane: int | None = None
    ) -> list[UUID]:
        """The ids of events that are put into the log together, on their own lanes or on this one."""
        profile = await self.load.profile(tenant)
        now = datetime.now(UTC)
        events = [
            say(payload, tenant_id=tenant.id, cause=uuid.uuid4(), time=now, traceparent=None)
            for payload in payloads
        ]
        entries = [to_entry(event, profile) for event in events]
        async with self.database.tenant(tenant.id) as session:
            await log.append(
                session, [entry if lane is None else replace(entry, lane=lane) for entry in entries]
            )
        return [event.id for event in events]

    async def bring(
        self, tenant: Tenant, *lists: Sequence[Mapping[str, Any]], lane: int | None = None
    ) -> list[UUID]:
        """The ids of the events that ask for these lists, one for each."""
        asked = [
            SourceRequested(
                request_id=uuid.uuid4(),
                part=0,
                source="chaos",
                rows=tuple(rows),
                asked_for=len(rows),
                requested_by="joe",
            )
            for rows in lists
        ]
        async with self.database.tenant(tenant.id) as session:
            for one in asked:
                await sources.request(session, one.request_id, one.source, 1, "joe")
        return await self.say(tenant, asked, lane=lane)

    async def put(
        self, tenant: Tenant, topic: str, data: str, *, kind: str | None = None, of: UUID | None = None
    ) -> UUID:
        """The id of an event from elsewhere whose kind, text and tenant may be anything, on this tenant's lane."""
        profile = await self.load.profile(tenant)
        entry = LogEntry(
            topic=topic,
            lane=profile.tenant.home_lane,
            event_id=uuid.uuid4(),
            tenant_id=TenantId(of) if of is not None else tenant.id,
            type=kind or topic,
            source="/elsewhere",
            subject=None,
            time=datetime.now(UTC),
            traceparent=None,
            data=data,
        )
        async with self.database.system() as session:
            await log.append(session, [entry])
        return entry.event_id

    def must(self, holds: bool, sentence: str) -> None:
        """A criterion of this scenario, beside what must always hold."""
        if not holds:
            self.missed.append(f"criterion: {sentence}")

    async def value(self, sql: str, *parameters: Any) -> Any:
        """One value, as the superuser, past the proxy; a database that is away is waited for."""
        return (await self.row(sql, *parameters))[0]

    async def row(self, sql: str, *parameters: Any) -> Any:
        """The first row of an answer; otherwise as a value."""
        async with asyncio.timeout(60):
            while True:
                try:
                    connection = await self.ground.connect_in(self.database_name)
                    try:
                        await connection.execute("SET search_path TO leadmill")
                        return await connection.fetchrow(sql, *parameters) or (None,)
                    finally:
                        await connection.close()
                except (OSError, asyncpg.PostgresConnectionError, asyncpg.OperatorInterventionError):
                    await asyncio.sleep(_LOOK_EVERY_S)

    async def execute(self, sql: str) -> None:
        """Statements, as the superuser, past the proxy."""
        connection = await self.ground.connect_in(self.database_name)
        try:
            await connection.execute(f"SET search_path TO leadmill; {sql}")
        finally:
            await connection.close()

    async def until(
        self, condition: Callable[[], Awaitable[bool]], what: str, *, within_s: float = 30.0
    ) -> float:
        """The seconds until the condition held. Raises TooLate."""
        started = time.monotonic()
        while not await condition():
            if time.monotonic() - started > within_s:
                raise TooLate(f"{what}: not within {within_s:g} s")
            await asyncio.sleep(_LOOK_EVERY_S)
        return time.monotonic() - started

    async def ended(self) -> int:
        """How many leads have come to an end."""
        return int(await self.value(ENDED))

    async def progress(self, leads: int, *, within_s: float = 30.0) -> float:
        """The seconds until so many more leads have ended."""
        goal = await self.ended() + leads

        async def there() -> bool:
            return await self.ended() >= goal

        return await self.until(there, f"{leads} more leads at their end", within_s=within_s)

    async def first_commit(self, *, within_s: float = 30.0) -> float:
        """The seconds until a run ends that had not ended when this was asked."""
        now = time.time()

        async def there() -> bool:
            sql = "SELECT EXISTS (SELECT FROM run WHERE finished_at > to_timestamp($1))"
            return bool(await self.value(sql, now))

        return await self.until(there, "the first commit", within_s=within_s)

    async def steady(self, window: str) -> None:
        """A window in which the load flows, whose speed is measured afterwards.

        Both windows begin behind a vacuum and a checkpoint. What a fault has left dead would be tidied up at some
        time of the server's choosing; what is first written after a checkpoint costs more, and a server that was
        restarted has just made one.

        The machine's own speed drifts by a third within minutes, far more than the criterion allows. So a fixed piece
        of work is timed all along, and speeds are told by it.
        """
        if self.is_brief:
            await self.progress(20)
            return
        connection = await self.ground.connect_in(self.database_name)
        try:
            for tidying in ("VACUUM", "CHECKPOINT"):
                await connection.execute(tidying)
        finally:
            await connection.close()
        began = await self.value("SELECT clock_timestamp()")
        until, work = time.monotonic() + self._window_s, []
        while time.monotonic() < until:
            work.append(_fixed_work())
            await asyncio.sleep(_WORK_EVERY_S)
        self._windows[window] = began, statistics.median(work)

    async def ratio(self) -> float | None:
        """The speed after the fault, divided by that before it, each by the machine's own speed at the time."""
        if self._windows.keys() != {"before", "after"}:
            return None
        speeds = {name: await self._speed(began) for name, (began, _) in self._windows.items()}
        work = {name: work_s for name, (_, work_s) in self._windows.items()}
        self.notes["runs_per_second"] = {name: round(speed) for name, speed in speeds.items()}
        self.notes["machine"] = round(work["before"] / work["after"], 2)
        return (
            speeds["after"] * work["after"] / (speeds["before"] * work["before"])
            if speeds["before"]
            else None
        )

    async def _speed(self, began: datetime) -> float:
        """Runs that ended a second, by the database's clock: the median over the pieces of a window."""
        piece_s = self._window_s / _PIECES
        counts = await self.value(
            "SELECT array_agg((SELECT count(*) FROM run WHERE status IN ('done', 'skipped') "
            "AND finished_at >= $1::timestamptz + make_interval(secs => piece * $2::float8) "
            "AND finished_at < $1::timestamptz + make_interval(secs => (piece + 1) * $2::float8))) "
            "FROM generate_series(0, $3::int - 1) piece",
            began,
            piece_s,
            _PIECES,
        )
        return statistics.median(counts) / piece_s

    async def warm(self, outstanding: int = 150) -> None:
        """A load under way, and flowing."""
        self.load.begin(outstanding)
        await self.progress(30 if self.is_brief else _WARM_LEADS)

    async def flowing(self) -> None:
        """Work that goes on after a fault, for as long as it was let warm before it."""
        await self.progress(30 if self.is_brief else _WARM_LEADS)

    async def drained(self, *, within_s: float = 60.0) -> None:
        """No more leads, and the last of them at its end."""
        await self.load.end()
        await self.until(self.is_empty, "everything drained", within_s=within_s)

    async def is_empty(self) -> bool:
        """Whether everything is read, and no run is under way or about to be tried again."""
        if self.kafka is not None:
            # what is published by now is seen in these lengths, and what is not keeps the log from being empty
            heads = await self.kafka.ends(event_types())
            async with self.database.system() as session:
                await carriers.see_heads(session, heads, topics_of(), before={})
        return bool(await self.value(_DRAINED, list(topics_of()), list(topics_of().values())))

    async def errors(self) -> list[str]:
        """The most frequent errors that runs have ended in, or wait for."""
        sql = (
            "SELECT array_agg(told) FROM (SELECT agent || ' ' || status || ' ' || count(*) || ': ' || "
            "left(error::text, 300) AS told FROM run WHERE error IS NOT NULL AND status <> 'snoozed' "
            "GROUP BY agent, status, left(error::text, 300) ORDER BY count(*) DESC LIMIT 5) most"
        )
        return list(await self.value(sql) or ())

    async def verdict(self) -> Findings:
        """What the checker finds."""
        happened = Happened(
            deaths=self.deaths,
            calls_in_flight=CALLS_IN_FLIGHT,
            repeated=frozenset(self.repeated),
            removed=frozenset(self.removed),
            poisoned=frozenset(self.poisoned),
            foreign=frozenset(self.foreign),
        )
        connection = await self.ground.connect_in(self.database_name)
        try:
            return await check(connection, self.ground.bill(), happened)
        finally:
            await connection.close()


def _fixed_work() -> float:
    """The processor seconds that always the same work takes: how fast the machine is just now."""
    began, kept = time.thread_time(), {}
    for number in range(12_000):
        kept[number % 97] = str(number)
    return time.thread_time() - began


# In one snapshot: what a run says is committed with its end, and so nothing can be on its way in between.
_DRAINED = """
SELECT NOT EXISTS (
    SELECT FROM run WHERE status IN ('running', 'retrying') OR (status = 'awaiting_approval' AND due_at IS NOT NULL)
) AND NOT EXISTS (
    SELECT FROM unnest($1::text[], $2::text[]) AS w(agent, topic) JOIN bus_head h ON h.topic = w.topic
    LEFT JOIN lane_lease l ON l.agent = w.agent AND l.lane = h.lane
    WHERE COALESCE(l.next_offset, 0) <> h.next_offset) AND NOT EXISTS (
    SELECT FROM log_head h LEFT JOIN relay_position p USING (topic, lane)
    WHERE (SELECT carrier FROM installation) = 'kafka' AND h.next_offset <> COALESCE(p.next_offset, 0))
"""


@dataclass(frozen=True)
class Scenario:
    """A fault, and what must hold after it."""

    number: int
    name: str
    play: Callable[[Trial], Awaitable[None]]


@asynccontextmanager
async def _opened(
    ground: Ground, seed: int, is_brief: bool, without: str | None, window_s: float
) -> AsyncIterator[Trial]:
    name = f"chaos_{uuid.uuid4().hex[:8]}"
    async with AsyncExitStack() as stack:
        home = Path(tempfile.mkdtemp(prefix="lm-trial-"))
        stack.callback(shutil.rmtree, home, ignore_errors=True)
        connection = await ground.connect_in("postgres")
        await connection.execute(f"CREATE DATABASE {name} TEMPLATE template")
        await connection.close()
        stack.push_async_callback(_drop, ground, name)
        proxy = stack.enter_context(PostgresProxy(ground.socket, seed=seed))
        database = Database.at(ground.address(name), role=APP, pool_size=3)
        stack.push_async_callback(database.close)
        trial = Trial(
            ground,
            name,
            seed=seed,
            is_brief=is_brief,
            home=home,
            proxy=proxy,
            database=database,
            without=without,
            window_s=window_s,
        )
        await trial.set_up()
        try:
            yield trial
        finally:
            await trial.load.end()
            for desk in trial.desks:
                desk.thaw()
                await desk.kill()


async def _drop(ground: Ground, name: str) -> None:
    connection = await ground.connect_in("postgres")
    try:
        await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await connection.close()


async def perform(
    ground: Ground,
    scenario: Scenario,
    *,
    seed: int,
    is_brief: bool = False,
    without: str | None = None,
    window_s: float = WINDOW_S,
) -> Row:
    """A scenario played, drained and judged; with workers that lack a guard, if one is named.

    Its speed is measured for so long before the fault, and again after it.
    """
    row = Row(scenario.number, scenario.name, seed)
    began = time.monotonic()
    async with _opened(ground, seed, is_brief, without, window_s) as trial:
        try:
            await scenario.play(trial)
            await trial.drained()
        except NoKafka as nothing:
            if os.environ.get("REQUIRE_KAFKA") == "1":
                raise
            row.skipped = str(nothing)
            return row
        except NotHere as nothing:
            row.skipped = str(nothing)
            return row
        except TooLate as late:
            row.violations.append(f"deadline: {late}")
            row.violations += [
                f"  {desk.name}: {desk.last_words(6)}" for desk in trial.desks if desk.is_alive
            ]
        found = await trial.verdict()
        row.kills, row.leads, row.lost, row.doubled = trial.kills, found.leads, found.lost, found.doubled
        row.extra_billed = found.extra_billed
        row.ratio = await trial.ratio()
        row.notes = trial.notes
        row.violations += trial.missed + found.violations
        if row.violations:
            row.notes["errors"] = await trial.errors()
    row.seconds = time.monotonic() - began
    return row
