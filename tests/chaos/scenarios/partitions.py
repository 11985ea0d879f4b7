"""A host that is cut off from PostgreSQL and not from Kafka, and the other way round."""

import asyncio

from tests.chaos.carriage import (
    come_back,
    must_be_the_log,
    must_leave_nothing_behind,
    over_kafka,
    reached,
    recovered,
    relay_and_worker,
)
from tests.chaos.kafka_proxy import KafkaProxy
from tests.chaos.proxy import DOWN, UP
from tests.chaos.trial import Scenario, Trial

_SETTLED_S = 1.0


async def partition(trial: Trial) -> None:
    """Nothing gets through between the host and PostgreSQL, while Kafka answers; then the other way round."""
    cut_s = 1 if trial.is_brief else 20
    with KafkaProxy() as proxy:
        async with over_kafka(trial, proxy) as broker:
            await relay_and_worker(trial)
            took: dict[str, tuple[float, ...]] = {}
            for name, way in (("postgres", trial.proxy), ("kafka", proxy)):
                await trial.first_commit()
                way.holes = frozenset({UP, DOWN})
                await asyncio.sleep(_SETTLED_S)  # what is on its way arrives
                before = await reached(trial), await _read(trial)
                await asyncio.sleep(cut_s)
                after = await reached(trial), await _read(trial)
                trial.must(
                    after[0] == before[0], f"{name}: what is published goes on: {before[0]} {after[0]}"
                )
                trial.must(
                    after[1] == before[1] or way is proxy, f"{name}: offsets go on: {before[1]} {after[1]}"
                )
                await must_leave_nothing_behind(trial, broker)
                way.holes = frozenset()
                took[name] = await recovered(trial)
            await come_back(trial, took)
            await must_leave_nothing_behind(trial, broker)
            await must_be_the_log(trial, broker)


async def _read(trial: Trial) -> int:
    """How far all agents have come on all lanes."""
    return int(await trial.value("SELECT sum(next_offset) FROM lane_lease"))


SCENARIOS = (Scenario(22, "partition", partition),)
