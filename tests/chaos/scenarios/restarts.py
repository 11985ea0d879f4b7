"""PostgreSQL that is restarted as if its power had failed."""

import asyncio
import contextlib
import os
import signal
import time

import psutil

from tenants.store import embedded
from tests.chaos.trial import Scenario, Trial


async def restarts(trial: Trial) -> None:
    """An immediate end of the server, some seconds of nothing, and a recovery from its journal, several times."""
    await trial.desk()
    await trial.warm()
    await trial.steady("before")
    longest = 0.0
    for _ in range(1 if trial.is_brief else 4):
        await trial.first_commit()
        await asyncio.sleep(trial.chance.uniform(0.1, 1.5))
        pid = embedded.running_pid(trial.ground.postgres)
        assert pid is not None
        os.kill(pid, signal.SIGQUIT)

        async def away() -> bool:
            return embedded.running_pid(trial.ground.postgres) is None

        await trial.until(away, "the server has ended")
        await asyncio.sleep(trial.chance.uniform(0.0, 2.0))
        await asyncio.to_thread(embedded.start, trial.ground.postgres)
        longest = max(longest, await trial.first_commit())
    trial.notes["longest_silence_s"] = round(longest, 2)
    trial.must(longest <= 5, f"the first commit after a restart took {longest:.1f} s")
    await trial.flowing()
    await trial.steady("after")
    failed = await trial.value("SELECT count(*) FROM run WHERE status = 'failed'")
    trial.must(failed == 0, f"{failed} runs failed for good because the database was away")


async def blackout(trial: Trial) -> None:
    """Every worker and PostgreSQL are killed at once, and everything is started again."""
    desks = [await trial.desk(), await trial.desk(loading_only=True)]
    await desks[1].loaded()
    await trial.warm()
    await desks[0].hold(0)
    await desks[1].hold(1, 2)
    await trial.first_commit()
    await asyncio.sleep(trial.chance.uniform(0.0, 0.5))
    pid = embedded.running_pid(trial.ground.postgres)
    assert pid is not None
    server = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    for process in server:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    for desk in desks:
        await trial.kill(desk)
    _, left = psutil.wait_procs(server, timeout=10)
    trial.must(not left, f"{len(left)} processes of the server live on")
    began = time.monotonic()
    await asyncio.to_thread(embedded.start, trial.ground.postgres)
    await trial.desk()
    await trial.first_commit(within_s=60)
    cold_start_s = time.monotonic() - began
    trial.notes["first_commit_s"] = round(cold_start_s, 1)
    trial.must(cold_start_s <= 30, f"from nothing to the first commit took {cold_start_s:.0f} s")
    await trial.flowing()
    failed = await trial.value("SELECT count(*) FROM run WHERE status = 'failed'")
    trial.must(failed == 0, f"{failed} runs failed for good because everything was killed")


SCENARIOS = (Scenario(7, "restarts", restarts), Scenario(34, "blackout", blackout))
