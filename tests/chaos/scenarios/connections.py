"""Connections that are ended, used up by others, or dead without anybody saying so."""

import asyncio
import time

import asyncpg

from tests.chaos.proxy import DOWN, UP
from tests.chaos.trial import Scenario, Trial

_END_ONE = (
    "SELECT pg_terminate_backend(pid) FROM (SELECT pid FROM pg_stat_activity "
    "WHERE datname = current_database() AND usename LIKE 'desk%' ORDER BY random() LIMIT 1) one"
)


async def ended_backends(trial: Trial) -> None:
    """pg_terminate_backend on one of the workers' connections, five times a second."""
    await trial.desk()
    await trial.warm()
    await trial.steady("before")
    ended = 0
    until = time.monotonic() + (2 if trial.is_brief else 12)
    while time.monotonic() < until:
        ended += bool(await trial.value(_END_ONE))
        await asyncio.sleep(0.2)
    trial.notes["backends_ended"] = ended
    trial.must(ended >= 5, f"only {ended} connections were ended")
    await trial.first_commit(within_s=10)
    await trial.flowing()
    failed = await trial.value("SELECT count(*) FROM run WHERE status = 'failed'")
    trial.must(failed == 0, f"{failed} runs failed for good because connections ended")
    await trial.steady("after")


async def no_connections_left(trial: Trial) -> None:
    """Strangers hold every connection that the server allows, and the workers have lost theirs."""
    desk = await trial.desk()
    await trial.warm()
    await trial.steady("before")
    await trial.execute("DO $$ BEGIN CREATE ROLE stranger LOGIN; EXCEPTION WHEN duplicate_object THEN END $$")
    strangers: list[asyncpg.Connection] = []
    address = trial.ground.address(trial.database_name).replace("postgres:@", "stranger:@")
    try:
        trial.proxy.cut()
        while True:
            try:
                strangers.append(await asyncpg.connect(address, timeout=5))
            except asyncpg.TooManyConnectionsError:
                if trial.proxy.cut() == 0 and not await _connections_of_desks(trial):
                    break
        trial.notes["strangers"] = len(strangers)
        standing = await trial.ended()
        await asyncio.sleep(1 if trial.is_brief else 6)
        trial.must(desk.is_alive, "the worker waits")
        trial.must(await trial.ended() - standing <= 5, "nothing gets through without a connection")
    finally:
        await asyncio.gather(*(stranger.close() for stranger in strangers))
    silence = await trial.first_commit(within_s=20)
    trial.notes["first_commit_s"] = round(silence, 2)
    await trial.flowing()
    await trial.steady("after")
    failed = await trial.value("SELECT count(*) FROM run WHERE status = 'failed'")
    trial.must(failed == 0, f"{failed} runs failed for good because no connection was left")


async def _connections_of_desks(trial: Trial) -> int:
    sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename LIKE 'desk%'"
    return int(await trial.value(sql))


async def half_open(trial: Trial) -> None:
    """Whatever the server says vanishes, and later whatever it is told; nobody is told that connections are dead."""
    await trial.desk()
    await trial.warm()
    await trial.steady("before")
    silences = []
    for hole in (DOWN, UP):
        trial.proxy.holes = frozenset({hole})

        async def fallen(already: int = trial.proxy.fell_silent) -> bool:
            return trial.proxy.fell_silent > already

        await trial.until(fallen, "a connection that has lost something")
        await asyncio.sleep(2)
        trial.proxy.holes = frozenset()  # what is new works again; what was hit stays dead
        silences.append(round(await trial.first_commit(within_s=45), 1))
        await trial.progress(20, within_s=45)
    trial.notes |= {"silent": trial.proxy.fell_silent, "first_commit_s": silences}
    trial.must(max(silences) <= 15, f"dead connections were noticed after {silences} s")
    await trial.flowing()
    await trial.steady("after")
    failed = await trial.value("SELECT count(*) FROM run WHERE status = 'failed'")
    trial.must(failed == 0, f"{failed} runs failed for good because of dead connections")


SCENARIOS = (
    Scenario(8, "ended-backends", ended_backends),
    Scenario(11, "no-connections-left", no_connections_left),
    Scenario(23, "half-open", half_open),
)
