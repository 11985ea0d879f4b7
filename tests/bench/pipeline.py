"""Leads a second, end to end, with everything on this machine: providers over HTTP, Ray, PostgreSQL.

The peer is a bare asyncpg loop that writes the very rows that our run wrote, in batches of the same size,
with the same fsync, and knows neither agents nor providers.
"""

import asyncio
import time
from typing import Any

import asyncpg

from actors.shell import demonstration
from tests.bench import Measured, Tell
from tests.bench._mill import BenchMill, bench_mill

LEADS, WARM_UP, TENANTS, PAIRS, BATCH = 5_000, 1_200, 3, 3, 64
_TABLES = ("account", "lead", "contact", "finding", "provider_call", "run", "log")


def run(tell: Tell) -> Measured:
    """Three pairs of 5,000 leads for three tenants."""
    return asyncio.run(_run(tell))


async def _run(tell: Tell) -> Measured:
    async with bench_mill() as mill:
        # no latency: nor does a vendor put anybody off, which its clients wait out for five seconds
        mill.world(hunter={"rate_202": 0})
        tell("warming up")
        await _ours(mill, WARM_UP)
        pairs = []
        for number in range(1, PAIRS + 1):
            ours, final = await _ours(mill, LEADS)
            peer = await _peer(mill, LEADS)
            pairs.append((ours, peer))
            tell(f"pair {number}: {ours:.0f} leads/s, the peer {peer:.0f}")
        return Measured("pipeline", "leads/s", "bare asyncpg loop, same rows and batches", pairs, final)


async def _ours(mill: BenchMill, leads: int) -> tuple[float, dict[str, Any]]:
    who = await demonstration.prepare(mill.database, mill.parts.store, mill.simulator, count=TENANTS)
    await _tidy(mill)
    await demonstration.ask_for_leads(mill.database, mill.parts.store, who, leads)

    async def nothing() -> None:
        return None

    final, seconds = await demonstration.follow(mill.database, who, leads, lambda _: None, nothing)
    counts = {name: final.total(name) for name in ("scored", "skipped", "snoozed", "failed")}
    return leads / seconds, {"leads": leads, **counts}


async def _tidy(mill: BenchMill) -> None:
    """What the pair before has left, cleared away, so that this one does not pay for it."""
    connection = await asyncpg.connect(mill.address)
    try:
        await connection.execute("DROP SCHEMA IF EXISTS bench CASCADE")
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()


async def _peer(mill: BenchMill, leads: int) -> float:
    """The rows of the run that has just ended, written again into empty tables of the same shape."""
    connection = await asyncpg.connect(mill.address)
    try:
        await connection.execute(
            "DROP SCHEMA IF EXISTS bench CASCADE; CREATE SCHEMA bench; SET search_path TO leadmill"
        )
        rows: dict[str, list[list[Any]]] = {}
        columns: dict[str, list[tuple[str, str]]] = {}
        for table in _TABLES:
            await connection.execute(f"CREATE TABLE bench.{table} (LIKE leadmill.{table} INCLUDING ALL)")
            columns[table] = [
                (row["attname"], row["kind"])
                for row in await connection.fetch(
                    "SELECT attname, format_type(atttypid, atttypmod) AS kind FROM pg_attribute "
                    "WHERE attrelid = $1::regclass AND attnum > 0 ORDER BY attnum",
                    f"leadmill.{table}",
                )
            ]
            found = await connection.fetch(
                f"SELECT t.* FROM {table} t JOIN tenant ON tenant.id = t.tenant_id"
            )
            rows[table] = [list(row.values()) for row in found]
        await connection.execute(
            "CREATE TABLE bench.lane (offset_now bigint); INSERT INTO bench.lane VALUES (0)"
        )
        started = time.monotonic()
        await _write(connection, rows, columns)
        return leads / (time.monotonic() - started)
    finally:
        await connection.close()


async def _write(
    connection: asyncpg.Connection,
    rows: dict[str, list[list[Any]]],
    columns: dict[str, list[tuple[str, str]]],
) -> None:
    commits = max(1, len(rows["run"]) // BATCH)
    for number in range(commits):
        async with connection.transaction():
            await connection.execute("SELECT set_config('leadmill.tenant_id', '', true)")
            await connection.execute("UPDATE bench.lane SET offset_now = offset_now + 1")
            for table in _TABLES:
                part = rows[table][
                    number * len(rows[table]) // commits : (number + 1) * len(rows[table]) // commits
                ]
                if part:
                    await _insert(connection, table, columns[table], part)


async def _insert(
    connection: asyncpg.Connection, table: str, columns: list[tuple[str, str]], rows: list[list[Any]]
) -> None:
    # arrays do not nest: they travel as their text
    kinds = [("text" if kind.endswith("[]") else kind) for _, kind in columns]
    arrays = ", ".join(f"${number}::{kind.split('(')[0]}[]" for number, kind in enumerate(kinds, start=1))
    casts = ", ".join(f"c{number}::{kind}" for number, (_, kind) in enumerate(columns, start=1))
    names = ", ".join(f"c{number}" for number in range(1, len(columns) + 1))
    values = [
        [
            "{" + ",".join(f'"{item}"' for item in row[index]) + "}"
            if isinstance(row[index], list)
            else row[index]
            for row in rows
        ]
        for index in range(len(columns))
    ]
    await connection.execute(
        f"INSERT INTO bench.{table} SELECT {casts} FROM unnest({arrays}) AS given({names})", *values
    )
