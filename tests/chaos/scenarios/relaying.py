"""The relay between the log and Kafka, killed again and again; every agent reads Kafka."""

import asyncio

from actors.engine.relay import MOST_OF_A_LANE
from tests.chaos.carriage import must_be_the_log, over_kafka, publishes, relay_and_worker
from tests.chaos.failpoints import DIED, RELAY, names
from tests.chaos.ground import LANES
from tests.chaos.trial import LEASE_S, Scenario, Trial

_OF_A_TURN = ("relay.Relay.relay_once", "relay.Relay._has_the_role", "relay.Relay._remember")
_SECONDS = 20.0


async def relay_deaths(trial: Trial) -> None:
    """SIGKILL for the relay at random points, and a death at each step of its turn; another one takes over."""
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
        await relay.stop()
        points = await _die_at_each_step(trial)
        relay = await trial.desk("--relay", loading_only=True)
        trial.notes |= {"longest_silence_s": round(longest, 2), "points": points}
        trial.must(longest <= LEASE_S + 2, f"nothing was published for {longest:.1f} s after a kill")
        await trial.flowing()
        await trial.steady("after")
        await trial.drained()
        await must_be_the_log(trial, broker, most_repeats=trial.kills * MOST_OF_A_LANE * LANES)


async def _die_at_each_step(trial: Trial) -> int:
    """At how many points a relay has died, once each: before and after every step of a turn."""
    left = {one for one in names([RELAY]) if one.startswith(_OF_A_TURN)}
    if trial.is_brief:
        left = {one for one in left if one.endswith("after self._publisher.publish")}
    number = len(left)
    trial.must(number > 0, "there are points to die at")
    nest = await trial.nest("--relay")
    while left:
        hit, status = await nest.hatch(left, passes=0, seconds=_SECONDS)
        if hit is None:
            trial.must(False, f"no relay came to {', '.join(sorted(left))} (status {status})")
            break
        trial.must(status == DIED, f"at {hit} a relay ended with {status}")
        left.remove(hit)
        trial.kills += 1
    await nest.stop()
    return number - len(left)


SCENARIOS = (Scenario(3, "relay-deaths", relay_deaths),)
