"""The console over 1,000,000 runs, 200,000 leads and 50 tenants: a page deep in the list of runs, by key and by number.

Ours is how often in a second the 10,000th page of 50 runs can be read by the key of the row before it, the peer the
same by `OFFSET`, on the same connection. Told besides: what each page of the console takes on the server, asked for
over HTTP as a browser does, when it is opened and when it is kept fresh, at the 95th percentile, in milliseconds; and
what the jump to the last row takes.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from statistics import quantiles
from typing import Any

import httpx

from console.pages import discovered
from tenants.identity import TenantId
from tenants.store import pages
from tenants.store.pages import RunFilter
from tenants.store.session import Database
from tests.bench import Measured, Tell
from tests.bench._crowd import RUNS, sow
from tests.bench._mill import bench_store
from tests.console import seeds
from tests.console.conftest import Visitor

PAGE, DEPTH = 50, 10_000
_PAIRS, _TIMES = 20, 40
_NAIVE = """
    SELECT r.id, r.agent, r.status, r.started_at, r.duration_s, r.attempt, r.cost_usd, r.reason, r.due_at,
           r.lead_id, a.name AS company
    FROM run r
    LEFT JOIN lead l ON l.tenant_id = r.tenant_id AND l.id = r.lead_id
    LEFT JOIN account a ON a.tenant_id = l.tenant_id AND a.id = l.account_id
    WHERE r.tenant_id = :tenant_id ORDER BY r.started_at DESC, r.id OFFSET :skip LIMIT :limit
"""


def run(tell: Tell) -> Measured:
    """Twenty pairs of pages, and forty requests for each page of the console."""
    return asyncio.run(_run(tell))


async def _run(tell: Tell) -> Measured:
    async with bench_store() as (_, address, database):
        name, tenant_id = await sow(database, address, tell)
        pairs, facts = await _deep(database, tenant_id)
        tell(f"page {DEPTH:,}: {facts['deep_ms']} ms by key, {facts['offset_ms']} ms by OFFSET")
        async with _console(address) as visitor:
            facts |= await _jump(visitor, name)
            tell(f"to the last row: {facts['measured_ms']} ms the first time, then {facts['last_row_ms']} ms")
            facts["pages_p95_ms"] = await _pages(visitor, name, tell)
    facts["worst_p95_ms"] = max(facts["pages_p95_ms"].values())
    return Measured("console", "pages/s", "the same page by OFFSET", pairs, facts)


async def _deep(database: Database, tenant_id: TenantId) -> tuple[list[tuple[float, float]], dict[str, Any]]:
    """The 10,000th page by key and by number in turn, and the first by key."""
    deep = PAGE * (DEPTH - 1)
    everything = RunFilter()
    async with database.tenant(tenant_id) as session:
        (last,) = await session.rows(_NAIVE, tenant_id=tenant_id, skip=deep - 1, limit=1)
        key = (last["started_at"], last["id"])

        async def by_key() -> Any:
            return await pages.runs(session, everything, after=key, skip=0, limit=PAGE)

        async def by_number() -> Any:
            return await session.rows(_NAIVE, tenant_id=tenant_id, skip=deep, limit=PAGE)

        async def first() -> Any:
            return await pages.runs(session, everything, after=None, skip=0, limit=PAGE)

        assert [row["id"] for row in await by_key()] == [row["id"] for row in await by_number()]
        timed = [[await _seconds(one) for one in (by_key, by_number, first)] for _ in range(_PAIRS)]
    pairs = [(1 / ours, 1 / peer) for ours, peer, _ in timed]
    columns = dict(zip(("deep_ms", "offset_ms", "first_ms"), zip(*timed, strict=True), strict=True))
    return pairs, {name: _ms(sorted(values)[len(values) // 2]) for name, values in columns.items()}


async def _jump(visitor: Visitor, tenant: str) -> dict[str, float]:
    """What the jump to the last run takes: the first time, when the list is measured, and from then on."""
    visitor.at(f"/t/{tenant}/runs")
    _, _, trail = await visitor.rows(0, 200)
    begin = time.perf_counter()
    _, total, trail = await visitor.rows(9_800, 10_000, trail)
    measured_s = time.perf_counter() - begin
    assert total == RUNS // 2
    jumps = [await _seconds(lambda: visitor.rows(total - 200, total, trail)) for _ in range(_PAIRS)]
    return {"measured_ms": _ms(measured_s), "last_row_ms": _ms(quantiles(jumps, n=20)[-1])}


async def _pages(visitor: Visitor, tenant: str, tell: Tell) -> dict[str, float]:
    """The 95th percentile of each page, opened, kept fresh, and of its table's rows."""
    found = {}
    for page in discovered().values():
        visitor.at(f"/t/{tenant}/{page.slug}")
        asks = {"n": 1, "since": None, "ids": []}
        ways: dict[str, Callable[[], Awaitable[Any]]] = {
            f"{page.slug}, opened": visitor.page,
            f"{page.slug}, kept fresh": lambda asks=asks: visitor.send("asks.data", asks, live=[]),
        }
        if page.table is not None:
            ways[f"{page.slug}, rows"] = lambda: visitor.rows(0, 200)
        if page.slug == "errors":  # it has rows of one group only
            del ways["errors, rows"]
        for name, ask in ways.items():
            await ask()
            found[name] = _ms(quantiles([await _seconds(ask) for _ in range(_TIMES)], n=20)[-1])
            tell(f"{name}: {found[name]} ms")
    return found


@asynccontextmanager
async def _console(address: str) -> AsyncIterator[Visitor]:
    """A console in its own process over this database, and somebody who asks it."""
    environment = os.environ | {"LEADMILL_DATABASE_URL": address}
    faces = json.dumps(seeds.FACES)
    command = [sys.executable, "-m", "console", "--port", "0", f"--agents-json={faces}"]
    process = await asyncio.create_subprocess_exec(*command, env=environment, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        ready = json.loads(await process.stdout.readline())
        async with httpx.AsyncClient(base_url=ready["console"], timeout=60) as client:
            dependencies = (await client.get("/_dash-dependencies")).json()
            yield Visitor(client, dependencies)
    finally:
        process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(process.wait(), 30)


async def _seconds(do: Callable[[], Awaitable[Any]]) -> float:
    begin = time.perf_counter()
    await do()
    return time.perf_counter() - begin


def _ms(seconds: float) -> float:
    return round(1000 * seconds, 1)
