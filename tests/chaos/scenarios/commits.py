"""Transactions that end in doubt, or in a conflict."""

import asyncio

from tests.chaos.trial import Scenario, Trial


async def lost_commits(trial: Trial) -> None:
    """The server commits, the answer never comes, and the connection is reset."""
    await trial.desk()
    await trial.warm()
    await trial.steady("before")
    trial.proxy.swallow_rate = 0.1
    goal = 20 if trial.is_brief else 60

    async def enough() -> bool:
        return trial.proxy.swallowed >= goal

    await trial.until(enough, f"{goal} answers swallowed", within_s=60)
    trial.proxy.swallow_rate = 0.0
    trial.notes["swallowed"] = trial.proxy.swallowed
    await trial.flowing()
    await trial.steady("after")


async def conflicts(trial: Trial) -> None:
    """A fifth of all statements ends in a serialization failure or a deadlock."""
    desk = await trial.desk()
    await trial.warm()
    await trial.steady("before")
    # the conflicts live in the process: it hands over to one with them, and that one to one without
    await desk.stop()
    troubled = await trial.desk("--conflicts=0.2")
    began = await trial.ended()
    await asyncio.sleep(1 if trial.is_brief else 8)
    trial.notes["ended_meanwhile"] = await trial.ended() - began
    await troubled.stop()
    await trial.desk()
    await trial.flowing()
    await trial.steady("after")
    trial.must(
        await trial.value("SELECT count(*) FROM run WHERE status = 'failed'") == 0,
        "no run fails for good because of conflicts",
    )


SCENARIOS = (Scenario(9, "lost-commits", lost_commits), Scenario(10, "conflicts", conflicts))
