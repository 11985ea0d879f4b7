"""Workers that are killed at random points."""

import asyncio

from tests.chaos.trial import LEASE_S, Scenario, Trial


async def kill_workers(trial: Trial) -> None:
    """SIGKILL again and again, each time with another worker at hand that takes over."""
    kills = 2 if trial.is_brief else 20
    desk = await trial.desk()
    await trial.warm()
    await trial.steady("before")
    longest = 0.0
    for _ in range(kills):
        heir = await trial.desk(loading_only=True)
        await trial.first_commit()
        await asyncio.sleep(trial.chance.uniform(0.0, 0.6))
        await trial.kill(desk)
        await heir.hold()
        longest = max(longest, await trial.first_commit())
        desk = heir
    trial.must(longest <= LEASE_S + 2, f"the first commit after a kill took {longest:.1f} s")
    trial.notes["longest_silence_s"] = round(longest, 2)
    await trial.flowing()
    await trial.steady("after")


SCENARIOS = (Scenario(1, "kill-workers", kill_workers),)
