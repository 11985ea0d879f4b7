"""Events that are delivered more than once."""

import asyncio

from actors.agents import all_agents
from tenants.store import log
from tests.chaos.ground import LANES
from tests.chaos.trial import Scenario, Trial


async def repeats(trial: Trial) -> None:
    """What is in the log is put there again, twice, at later offsets of the same lane."""
    await trial.desk()
    await trial.warm()
    await trial.steady("before", 5)
    topics = sorted({agent.topic for agent in all_agents().values()})
    read: dict[tuple[str, int], int] = {}
    rounds = 2 if trial.is_brief else 8
    for _ in range(rounds):
        for topic in topics:
            for lane in range(LANES):
                async with trial.database.system() as session:
                    since = read.get((topic, lane), 0)
                    entries = await log.read(session, topic, lane, since, 200)
                    read[topic, lane] = since + len(entries)
                    again = entries * 2
                    trial.chance.shuffle(again)
                    await log.append(session, again)
                trial.repeated |= {entry.event_id for entry in again}
        await asyncio.sleep(0.3)
    trial.notes["repeated"] = len(trial.repeated)
    await trial.flowing()
    await trial.steady("after", 5)


SCENARIOS = (Scenario(19, "repeats", repeats),)
