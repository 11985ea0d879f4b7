"""Events that are delivered more than once."""

import asyncio

from actors.agents import all_agents
from tenants.store import log
from tests.chaos.ground import LANES
from tests.chaos.trial import Scenario, Trial

_BEHIND = (
    "SELECT (SELECT sum(next_offset) FROM log_head WHERE topic = ANY($1::text[])) - "
    "(SELECT sum(next_offset) FROM lane_lease)"
)


async def repeats(trial: Trial) -> None:
    """What is in the log is put there again, twice, at later offsets of the same lane."""
    await trial.desk()
    await trial.warm()
    await trial.steady("before")
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
                    again = [entry for entry in entries if entry.event_id not in trial.repeated] * 2
                    trial.chance.shuffle(again)
                    await log.append(session, again)
                trial.repeated |= {entry.event_id for entry in again}
        await asyncio.sleep(0.3)
    trial.notes["repeated"] = len(trial.repeated)

    async def caught_up() -> bool:
        return int(await trial.value(_BEHIND, topics)) < 200

    caught_up_s = await trial.until(caught_up, "the repeats are read")
    trial.notes["read_after_s"] = round(caught_up_s, 1)
    await trial.flowing()
    await trial.steady("after")


SCENARIOS = (Scenario(19, "repeats", repeats),)
