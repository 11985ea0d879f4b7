"""The doctor: is everything as it must be, and if not, what is to be done."""

import os
import stat
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from actors.bus.settings import KafkaSettings
from actors.engine.supervision import ROLE
from actors.shell.kafka_health import examine_kafka
from actors.shell.parts import MILL, Parts
from actors.shell.result import BAD, GOOD, NOTE, Result
from scoring_models.errors import ModelUnknownError, ModelUnsignedError, StoreAwayError
from scoring_models.folder import ModelFolder
from scoring_models.registry import Registry
from tenants.secrets import SecretsError, Vault
from tenants.store import checkup, connections, embedded, heartbeats, roles, tenants
from tenants.store.migrate import current_revision, newest_revision
from tenants.store.rls import APP, READ
from tenants.store.session import Database, DatabaseError

_OLDEST_POSTGRES = 150_000
_CLOCK_MAY_DIFFER_S = 2.0
_SILENT_AFTER_S = 10.0
_RAY_WITHIN_S = 20.0


async def examine(parts: Parts) -> AsyncIterator[Result]:
    """Every result, in an order in which what comes first is needed by what comes later.

    Nothing is changed. An embedded database that sleeps is woken for as long as it takes.
    """
    yield _home(parts)
    store = parts.store
    if store.database_url is None and not (store.home / "postgres" / "PG_VERSION").exists():
        yield Result("database", NOTE, "there is none yet", "`leadmill up` makes one, or `leadmill demo`")
        yield _master_key(parts)
        return
    try:
        async with embedded.borrowed_address(store) as address, _opened(address, APP) as database:
            async for result in _database(parts, address, database):
                yield result
    except DatabaseError as error:
        yield Result(
            "database",
            BAD,
            f"it does not let us in: {error}",
            "is it running, and is LEADMILL_DATABASE_URL right? A new one needs `leadmill migrate`",
        )


async def _database(parts: Parts, address: str, database: Database) -> AsyncIterator[Result]:
    async with database.glance() as session:
        here_s = time.time()
        server = await checkup.server(session)
        there_s = (time.time() + here_s) / 2
    yield _server(server)
    revision = await current_revision(database)
    if revision != newest_revision():
        found = f"the schema is at {revision or 'nothing'}, this code needs {newest_revision()}"
        yield Result("schema", BAD, found, "`leadmill migrate`")
        return
    yield Result("schema", GOOD, f"up to date ({revision})")
    yield _roles(server)
    yield await _reading_role(parts, address)
    yield await _walls(database)
    yield _clock(server["clock_s"] - there_s)
    yield await _log(database)
    for result in await examine_kafka(database, KafkaSettings()):
        yield result
    key = _master_key(parts)
    yield key
    if key.state != BAD:
        yield await _provider_keys(parts, database)
    yield await _model(parts, database)
    yield await _supervision(parts, database)
    mill = parts.installation.running(MILL)
    if mill is not None and mill.get("mill") == "ray":
        for result in _ray(parts, mill):  # in this thread: Ray wants the one that gets the signals
            yield result


@asynccontextmanager
async def _opened(address: str, role: str, *, read_only: bool = False) -> AsyncIterator[Database]:
    database = Database.at(address, role=role, pool_size=1, read_only=read_only)
    try:
        yield database
    finally:
        await database.close()


def _home(parts: Parts) -> Result:
    home = parts.store.home.absolute()
    nearest = next(path for path in (home, *home.parents) if path.exists())
    if not os.access(nearest, os.W_OK):
        return Result("home", BAD, f"{home} can't be written to", "another LEADMILL_HOME, or the right owner")
    return Result("home", GOOD, str(home) if home.exists() else f"{home}, not made yet")


def _server(server: Mapping[str, Any]) -> Result:
    found = f"PostgreSQL {server['version']}"
    if server["number"] < _OLDEST_POSTGRES:
        return Result("database", BAD, found, "PostgreSQL 15 or later is needed")
    if not (server["fsync"] and server["waits_for_disk"]):
        remedy = "`fsync` and `synchronous_commit` on, or what was confirmed is lost when the power is"
        return Result("database", BAD, f"{found} confirms what it has not kept", remedy)
    return Result("database", GOOD, found)


def _roles(server: Mapping[str, Any]) -> Result:
    if server["superuser"] or server["bypasses"] or server["owns"]:
        return Result(
            "roles",
            BAD,
            f"{server['role']} has more rights than it may have",
            "`leadmill migrate` as the owner",
        )
    return Result("roles", GOOD, f"{server['role']}: no superuser, no bypass, owner of nothing")


async def _reading_role(parts: Parts, address: str) -> Result:
    try:
        async with (
            _opened(parts.store.database_read_url or address, READ, read_only=True) as reading,
            reading.glance() as session,
        ):
            await session.value("SELECT count(*) FROM installation")
            writes = await session.value("SELECT has_table_privilege('lead', 'INSERT, UPDATE, DELETE')")
    except DatabaseError as error:
        return Result(
            "reading role", BAD, f"{READ}: {error}", "`leadmill migrate`, or LEADMILL_DATABASE_READ_URL"
        )
    if writes:
        return Result(
            "reading role", BAD, f"{READ} may write", f"`REVOKE` what it may beyond SELECT on {APP}'s tables"
        )
    return Result("reading role", GOOD, f"{READ}: reads only")


async def _walls(database: Database) -> Result:
    async with database.glance() as session:
        open_tables = await checkup.unprotected(session)
    if open_tables:
        return Result("row-level security", BAD, f"not on {', '.join(open_tables)}", "`leadmill migrate`")
    if await checkup.seen_by_nobody(database):
        return Result(
            "row-level security", BAD, "a stranger sees leads", "stop the mill, and tell us: this is a fault"
        )
    return Result("row-level security", GOOD, "on every table that has a tenant; a stranger sees nothing")


def _clock(ahead_s: float) -> Result:
    found = f"the database is {abs(ahead_s):.1f} s {'ahead of' if ahead_s > 0 else 'behind'} this machine"
    if abs(ahead_s) > _CLOCK_MAY_DIFFER_S:
        return Result(
            "clock", BAD, found, "let both follow a time server: retries and leases go by the clock"
        )
    return Result("clock", GOOD, found)


async def _log(database: Database) -> Result:
    async with database.system() as session:
        broken = await checkup.broken_lanes(session)
    if broken:
        found = f"events are missing on {', '.join(broken)}"
        return Result("log", BAD, found, "was something deleted from the log by hand? A backup has it")
    return Result("log", GOOD, "without a gap on any lane")


def _master_key(parts: Parts) -> Result:
    path = parts.store.home / "master.key"
    if parts.store.master_key is None and not path.exists():
        return Result("master key", NOTE, "there is none yet", "the first tenant with a key makes it")
    try:
        Vault.from_settings(parts.store)
    except SecretsError as error:
        return Result("master key", BAD, str(error), "the key that the tenants' keys were sealed with")
    if parts.store.master_key is not None:
        return Result("master key", GOOD, "from LEADMILL_MASTER_KEY")
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        return Result("master key", BAD, f"others on this machine can read {path}", f"chmod 600 {path}")
    return Result("master key", GOOD, f"{path}, readable by its owner only; keep a copy elsewhere")


async def _provider_keys(parts: Parts, database: Database) -> Result:
    async with database.system() as session:
        everyone = await tenants.everyone(session)
    if not everyone:
        return Result("provider keys", NOTE, "there is no tenant yet", "`leadmill tenant add`")
    vault = Vault.from_settings(parts.store)
    unreadable, keys = [], 0
    for tenant in everyone:
        try:
            async with database.tenant(tenant.id) as session:
                ways = await connections.everything(session, vault)
        except SecretsError as error:
            unreadable.append(f"{tenant.name}: {error}")
        else:
            keys += sum(way.api_key is not None for way in ways.values())
    if unreadable:
        remedy = "the former LEADMILL_MASTER_KEY (or master.key), or each key anew by `leadmill tenant apply`"
        return Result("provider keys", BAD, "; ".join(unreadable), remedy)
    return Result(
        "provider keys", GOOD, f"{keys} in all, for tenants: {len(everyone)}; every one can be opened"
    )


async def _model(parts: Parts, database: Database) -> Result:
    folder = ModelFolder.of(parts.store)
    champion = await Registry(database, folder).champion()
    if champion is None:
        return Result(
            "model", NOTE, "no model judges yet: leads will wait for their score", "`leadmill model train`"
        )
    try:
        folder.path_of(champion.label)
    except (ModelUnsignedError, StoreAwayError) as error:
        remedy = (
            "`leadmill model sign`" if isinstance(error, ModelUnsignedError) else "see to LEADMILL_MODELS_URL"
        )
        return Result("model", BAD, str(error), remedy)
    except SecretsError:
        return Result("model", BAD, f"who has named {champion.label} can't be told without the master key")
    except ModelUnknownError:
        remedy = f"bring its file back to {folder.path}, or `leadmill model promote` another"
        return Result("model", BAD, f"{champion.label} judges, but its file is not there", remedy)
    return Result("model", GOOD, f"{champion.label} judges")


async def _supervision(parts: Parts, database: Database) -> Result:
    async with database.system() as session:
        held = await roles.is_held(session, ROLE)
        desks = await heartbeats.seen(session)
    mill = parts.installation.running(MILL)
    if mill is None and not held:
        return Result("mill", NOTE, "it does not run", "`leadmill up`")
    if not held:
        return Result("mill", BAD, "it runs, but nobody supervises it", "`leadmill down`, then `leadmill up`")
    silent = [desk["desk"] for desk in desks if desk["age_s"] > _SILENT_AFTER_S]
    if silent:
        remedy = "they are replaced within half a minute; if not, look into the logs in the home"
        return Result("mill", NOTE, f"no sign of life from {', '.join(silent)}", remedy)
    where = f"process {mill['pid']}" if mill is not None else "on another machine, or from another home"
    return Result("mill", GOOD, f"supervised, {len(desks)} desks ({where})")


def _ray(parts: Parts, mill: Mapping[str, Any]) -> list[Result]:
    """Ray and the scoring service, seen from within: this process joins for a moment."""
    from actors.shell import keeper

    keeper.ray_environment(parts.store, parts.shell.ray_address)
    import ray  # after the settings above, which it reads when it is imported
    from ray import serve
    from ray.serve.exceptions import RayServeException

    from actors.shell import cluster
    from actors.shell.scorer import APPLICATION

    remedy = "`leadmill down`, then `leadmill up`"
    try:
        cluster.join(mill["address"])
        health = ray.get(
            ray.get_actor(cluster.SUPERVISOR, namespace=cluster.NAMESPACE).health.remote(),
            timeout=_RAY_WITHIN_S,
        )
        application = serve.status().applications.get(APPLICATION)
    except (ray.exceptions.RayError, RayServeException, ConnectionError, ValueError, TimeoutError) as error:
        said = str(error).strip() or type(error).__name__
        return [Result("ray", BAD, f"it does not answer: {said.splitlines()[-1]}", remedy)]
    finally:
        cluster.leave()
    results = [
        Result("ray", BAD, f"supervision has trouble: {health['trouble']}", "look at the database first")
        if health["trouble"]
        else Result("ray", GOOD, f"it answers; supervision has turned {health['turns']} times")
    ]
    state = str(application.status.value) if application is not None else "not deployed"
    results.append(
        Result("serve", GOOD, "the scoring service answers")
        if state == "RUNNING"
        else Result(
            "serve", BAD, f"the scoring service is {state.lower()}: leads wait for their score", remedy
        )
    )
    return results
