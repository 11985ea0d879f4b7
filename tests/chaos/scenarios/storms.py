"""Workers that come and go every other second, and take lanes from one another."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.chaos.carriage import must_be_the_log, over_kafka, recovered, relay_and_worker
from tests.chaos.desks import Desk
from tests.chaos.ground import LANES
from tests.chaos.trial import Scenario, Trial

_EVERY_S = 2.0
_LOOK_EVERY_S = 0.2
_UNOWNED_AT_MOST_S = 10

# Who moved a lane's offset, and whose the lane was; written within that transaction.
_WITNESS = """
CREATE SCHEMA chaos;
CREATE TABLE chaos.moved (who text, owner text);
CREATE FUNCTION chaos.note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
    INSERT INTO chaos.moved VALUES (session_user, split_part(NEW.owner, ':', 1)); RETURN NULL;
END $$;
CREATE TRIGGER note AFTER UPDATE OF next_offset ON lane_lease FOR EACH ROW EXECUTE FUNCTION chaos.note();
"""


async def lease_storm(trial: Trial) -> None:
    """A worker is added, stopped or killed every two seconds, and each time all lanes are dealt out anew."""
    rounds = 3 if trial.is_brief else 30
    async with over_kafka(trial) as broker:
        await trial.execute(_WITNESS)
        _, first = await relay_and_worker(trial)
        workers = [first]
        everybody = [first]
        async with _watched(trial) as longest:
            for _ in range(rounds):
                until = time.monotonic() + _EVERY_S
                if len(workers) == 1 or (len(workers) < LANES and trial.chance.random() < 0.5):
                    workers.append(await trial.desk(loading_only=True))
                    everybody.append(workers[-1])
                    await _deal(trial, workers)
                else:
                    await _remove(trial, workers)
                await asyncio.sleep(max(0.0, until - time.monotonic()))
        while len(workers) > 1:
            await workers.pop().stop()
        await workers[0].hold()
        await recovered(trial)
        refused = sum(worker.refused() for worker in everybody)
        moved, stale = await trial.row(
            "SELECT count(*), count(*) FILTER (WHERE who <> owner) FROM chaos.moved"
        )
        trial.notes |= {
            "workers": len(everybody), "longest_unowned_s": round(max(longest), 1),
            "moved": moved, "refused": refused, "accepted": stale,
        }  # fmt: skip
        trial.must(
            max(longest) <= _UNOWNED_AT_MOST_S, f"a lane was nobody's for {max(longest):.1f} s in a row"
        )
        trial.must(stale == 0, f"{stale} writes with an old epoch were accepted")
        trial.must(moved > 0, "what was written is on record")
        trial.must(refused > 0 or trial.is_brief, "no write with an old epoch was tried")
        await trial.flowing()
        await trial.steady("after")
        await trial.drained()
        await must_be_the_log(trial, broker)


async def _deal(trial: Trial, workers: list[Desk]) -> None:
    """Each lane to some worker, and at least one to each; they are told in any order, and take what is others'."""
    lanes = list(range(LANES))
    trial.chance.shuffle(lanes)
    dealt = {worker: [lanes.pop()] for worker in workers}
    for lane in lanes:
        dealt[trial.chance.choice(workers)].append(lane)
    for worker in trial.chance.sample(workers, len(workers)):
        await worker.hold(*dealt[worker])
        trial.deaths += 1  # as far as calls go: what it had under way on lanes that are another's by now


async def _remove(trial: Trial, workers: list[Desk]) -> None:
    """One worker less: killed, stopped in good order, or stopped when the others have taken its lanes."""
    leaving = workers.pop(trial.chance.randrange(len(workers)))
    how = trial.chance.randrange(3)
    if how == 0:
        await trial.kill(leaving)
    elif how == 1:
        await leaving.stop()
    await _deal(trial, workers)
    if how == 2:
        await leaving.stop()


@asynccontextmanager
async def _watched(trial: Trial) -> AsyncIterator[list[float]]:
    """For how many seconds lanes had no owner, as far as they had none for so long that it was seen."""
    longest = [0.0]

    async def watch() -> None:
        since: dict[str, float] = {}
        while True:
            sql = "SELECT array_agg(agent || ' ' || lane) FROM lane_lease WHERE expires_at <= now()"
            unowned = set(await trial.value(sql) or ())
            now = time.monotonic()
            since = {lane: since.get(lane, now) for lane in unowned}
            longest.extend(now - began for began in since.values())
            await asyncio.sleep(_LOOK_EVERY_S)

    watching = asyncio.create_task(watch())
    try:
        yield longest
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


SCENARIOS = (Scenario(12, "lease-storm", lease_storm),)
