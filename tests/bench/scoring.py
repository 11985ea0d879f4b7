"""What serving costs, three times beside those who do without it, in the same run.

- 100,000 leads, from the registry's champion to fit, intent, score and tier by Serve's handle; the peer is the very
  pipeline's `predict_proba` on the matrix of those leads. Both have it ready when their time begins: ours as columns.
  Bound: 1.3 times its time. Told besides: the same leads in full, as desks send them, with what prospects did, and
  with reasons, which the peer has not.
- One lead by handle, median; the peer is a handle's call that takes nothing and does nothing. Bound: twice its time.
- The HTTP API with its token, limits, intent, tiers and reasons; the peer is a bare FastAPI app on uvicorn with the
  same model, which has none of these. Bound: 0.8 of its requests a second. Told besides: one lead in a request.
"""

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from itertools import chain
from statistics import median
from typing import Any

import aiohttp
import numpy as np
import orjson

from actors.engine.wiring import collect_rarely
from actors.shell import keeper
from actors.shell.parts import Parts
from scoring_models.columns import LeadColumns, ScoreColumns, pack
from scoring_models.features import NUMBERS, matrix
from scoring_models.folder import ModelFolder
from scoring_models.registry import Registry
from tenants.secrets import Vault
from tenants.store import tenants, tokens
from tenants.store.session import Database
from tenants.tokens import hash_of, new_token
from tests.bench import Measured, Tell
from tests.bench._mill import bench_store
from tests.scoring_models import world

LEADS, AT_ONCE, CHUNK, ROUNDS = 100_000, 3, 20_000, 7
CALLS, CALL_ROUNDS = 100, 7
CONNECTIONS, HTTP_S, HTTP_ROUNDS = 8, 3.0, 5
LONGEST, SLOWEST, LEAST = 1.3, 2.0, 0.8


@dataclass(frozen=True)
class House:
    """A registry with a champion, the scoring application by handle and over HTTP, and a token."""

    registry: Registry
    scoring: Any
    nothing: Any
    api: str
    token: str
    model_file: str


def run(tell: Tell) -> Measured:
    """All three comparisons; the first is the one whose pairs are told."""
    return asyncio.run(_run(tell))


async def _run(tell: Tell) -> Measured:
    collect_rarely()
    async with bench_store() as (parts, address, database), _house(parts, address, database) as house:
        pairs, facts = await _many(house, tell)
        facts |= await _one(house, tell)
        facts |= await _http(house, tell)
    return Measured("scoring", "leads/s", "predict_proba", pairs, facts)


@asynccontextmanager
async def _house(parts: Parts, address: str, database: Database) -> AsyncIterator[House]:
    folder = ModelFolder.of(parts.store)
    registry = Registry(database, folder)
    label = await registry.register(world.trained(), name="fit")
    await registry.promote(label)
    tenant = await tenants.add(database, Vault.from_settings(parts.store), "bench", {})
    token = new_token()
    async with database.tenant(tenant.id) as session:
        await tokens.add(session, name="bench", sha256=hash_of(token), by="bench", days=None)
    os.environ |= {
        "LEADMILL_DATABASE_URL": address,
        "LEADMILL_HOME": str(parts.store.home),
        "LEADMILL_SERVE_HTTP_PORT": str(_free_port()),
        "LEADMILL_SERVE_REQUESTS_PER_S": "1000000",
    }
    keeper.ray_environment(parts.store, None)
    from ray import serve  # after the settings above, which Ray reads when it is imported

    from actors.shell import cluster
    from serve.app import NAME, deploy
    from tests.bench._nothing import nothing

    cluster.start_local(keeper.ray_folder(parts.store.home))
    try:
        api = deploy()["api"]
        idle = serve.run(nothing, name="nothing", route_prefix=None)
        yield House(registry, serve.get_app_handle(NAME), idle, api, token, str(folder.path_of(label)))
    finally:
        serve.shutdown()
        cluster.leave()


async def _many(house: House, tell: Tell) -> tuple[list[tuple[float, float]], dict[str, Any]]:
    """(ours, the peer's) leads a second for each round; and how long both took."""
    known = pack(world.requests(LEADS))
    rows = matrix(known)
    # the leads as the matrix knows them, and both have their numbers as arrays
    columns = known._replace(
        **{number.name: rows[:, at].astype(np.float64) for at, number in enumerate(NUMBERS)},
        engagement=[()] * LEADS,
        signals=[()] * LEADS,
    )
    pipeline = world.trained().pipeline
    parts, whole = [[_part(some, start) for start in range(0, LEADS, CHUNK)] for some in (columns, known)]
    times: list[tuple[float, float, float]] = []
    for number in range(ROUNDS + 1):
        ours = await _timed(lambda: _judged(house, parts, reasons=False))
        began = time.perf_counter()
        expected = pipeline.predict_proba(rows)[:, 1]
        peer = time.perf_counter() - began
        in_full = await _timed(lambda: _judged(house, whole, reasons=True))
        if number:  # the first one warms up
            times.append((ours, peer, in_full))
            tell(
                f"{LEADS:,} leads: {ours:.3f} s by handle ({in_full:.3f} s in full), predict_proba {peer:.3f} s"
            )
        else:
            fits = chain.from_iterable(scores.fit for scores in await _judged(house, parts, reasons=False))
            assert max(abs(fit - other) for fit, other in zip(fits, expected, strict=True)) < 1e-9
    ratio = median(ours / peer for ours, peer, _ in times)
    full_ratio = median(in_full / peer for _, peer, in_full in times)
    tell(f"time ratio {ratio:.2f} (bound {LONGEST}); in full {full_ratio:.2f}")
    facts = {"time_ratio": ratio, "time_bound": LONGEST, "time_ratio_in_full": full_ratio}
    return [(LEADS / ours, LEADS / peer) for ours, peer, _ in times], _rounded(facts)


async def _judged(house: House, parts: list[LeadColumns], *, reasons: bool) -> list[ScoreColumns]:
    """The scores of all leads by the model that judges now, some parts under way at a time."""
    champion = await house.registry.champion()
    assert champion is not None
    room = asyncio.Semaphore(AT_ONCE)

    async def judge(part: LeadColumns) -> ScoreColumns:
        async with room:
            scores: ScoreColumns = await house.scoring.score_many.remote(
                (champion.label, part), reasons=reasons
            )
            return scores

    return await asyncio.gather(*map(judge, parts))


async def _one(house: House, tell: Tell) -> dict[str, Any]:
    """Medians of a single lead by handle, and of a call that does nothing, in milliseconds."""
    champion = await house.registry.champion()
    assert champion is not None
    payload = champion.label, pack(world.requests(1))
    medians = []
    for number in range(CALL_ROUNDS + 1):
        ours = [await _timed(lambda: house.scoring.score_many.remote(payload)) for _ in range(CALLS)]
        peer = [await _timed(house.nothing.do.remote) for _ in range(CALLS)]
        if number:
            medians.append((median(ours) * 1_000, median(peer) * 1_000))
    ratio = median(ours / peer for ours, peer in medians)
    ours_ms, peer_ms = (median(column) for column in zip(*medians, strict=True))
    tell(
        f"one lead by handle: p50 {ours_ms:.2f} ms, nothing {peer_ms:.2f} ms; ratio {ratio:.2f} (bound {SLOWEST:g})"
    )
    facts = {"handle_p50_ms": ours_ms, "nothing_p50_ms": peer_ms, "handle_ratio": ratio}
    return _rounded(facts | {"handle_bound": SLOWEST})


async def _http(house: House, tell: Tell) -> dict[str, Any]:
    """Requests a second, of many leads and of one."""
    facts: dict[str, Any] = {}
    with _bare_api(house.model_file) as peer_address:
        for leads in (100, 1):
            pairs = []
            for number in range(HTTP_ROUNDS + 1):
                ours = await _requests_per_s(house.api, leads, house.token)
                peer = await _requests_per_s(peer_address, leads, house.token)
                if number:
                    pairs.append((ours, peer))
            ratio = median(ours / peer for ours, peer in pairs)
            ours, peer = (median(column) for column in zip(*pairs, strict=True))
            facts |= {f"http_{leads}_per_s": ours, f"bare_{leads}_per_s": peer, f"http_{leads}_ratio": ratio}
            tell(
                f"HTTP, {leads} leads a request: {ours:,.0f} requests/s, bare FastAPI {peer:,.0f}; "
                f"ratio {ratio:.2f} (bound {LEAST})"
            )
    return _rounded(facts | {"http_bound": LEAST})


async def _requests_per_s(address: str, leads: int, token: str) -> float:
    bodies = [
        orjson.dumps({"leads": [one.model_dump(mode="json") for one in world.requests(leads, seed)]})
        for seed in range(10)
    ]
    done = 0
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    async with aiohttp.ClientSession(address, headers=headers) as session:
        until = time.perf_counter() + HTTP_S

        async def ask(number: int) -> None:
            nonlocal done
            while time.perf_counter() < until:
                async with session.post("/v1/score", data=bodies[number % len(bodies)]) as answer:
                    answered = orjson.loads(await answer.read())
                    assert answer.status == 200, answered
                    assert len(answered["scores"]) == leads
                done += 1

        began = time.perf_counter()
        await asyncio.gather(*map(ask, range(CONNECTIONS)))
        return done / (time.perf_counter() - began)


@contextmanager
def _bare_api(model_file: str) -> Iterator[str]:
    port = _free_port()
    command = [sys.executable, "-m", "uvicorn", "tests.bench._bare_api:app", "--no-access-log"]
    with subprocess.Popen(
        [*command, f"--port={port}", "--log-level=warning"], env={**os.environ, "BENCH_MODEL": model_file}
    ) as process:
        try:
            _await_port(port)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def _await_port(port: int) -> None:
    until = time.monotonic() + 60
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


async def _timed(act: Callable[[], Awaitable[Any]]) -> float:
    began = time.perf_counter()
    await act()
    return time.perf_counter() - began


def _part(columns: LeadColumns, start: int) -> LeadColumns:
    return LeadColumns._make(column[start : start + CHUNK] for column in columns)


def _rounded(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: round(value, 3) for name, value in facts.items()}
