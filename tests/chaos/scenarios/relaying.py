"""The relay between the log and Kafka, killed again and again; every agent reads Kafka."""

import asyncio

from actors.engine.relay import MOST_OF_A_LANE
from tests.chaos.carriage import must_be_the_log, over_kafka, publishes, relay_and_worker
from tests.chaos.ground import LANES
from tests.chaos.trial import LEASE_S, Scenario, Trial


async def relay_deaths(trial: Trial) -> None:
    """SIGKILL for the relay at random points, each time with another one that takes over when its role has ended."""
    kills = 2 if trial.is_brief else 20
    async with over_kafka(trial) as broker:
        relay, _ = await relay_and_worker(trial)
        longest = 0.0
        for _ in range(kills):
            heir = await trial.desk("--relay", loading_only=True)
            await heir.loaded()
            await trial.first_commit()
            await asyncio.sleep(trial.chance.uniform(0.0, 0.6))
            await relay.kill()
            trial.kills += 1
            longest = max(longest, await trial.until(lambda: publishes(trial), "the heir publishes"))
            relay = heir
        trial.notes["longest_silence_s"] = round(longest, 2)
        trial.must(longest <= LEASE_S + 2, f"nothing was published for {longest:.1f} s after a kill")
        await trial.flowing()
        await trial.steady("after")
        await trial.drained()
        await must_be_the_log(trial, broker, most_repeats=kills * MOST_OF_A_LANE * LANES)


SCENARIOS = (Scenario(3, "relay-deaths", relay_deaths),)
