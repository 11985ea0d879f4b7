"""A broker that is restarted, stands still, is gone for a while, or whose answers are lost."""

import asyncio
import time

import psutil

from actors.engine.relay import MOST_OF_A_LANE
from tests.chaos.carriage import (
    come_back,
    must_be_the_log,
    over_kafka,
    recovered,
    relay_and_worker,
    unpublished,
)
from tests.chaos.desks import Desk
from tests.chaos.ground import LANES
from tests.chaos.guises import BEGUN
from tests.chaos.kafka_proxy import KafkaProxy
from tests.chaos.proxy import DOWN, UP
from tests.chaos.trial import Scenario, Trial

_GROWN_BYTES = 50_000_000
#: what a publisher waits at most before it gives its producer up, and some seconds to find out why
_GIVEN_UP_AFTER_S = 25
_ONE_EACH_S = 1.0


async def broker_restarts(trial: Trial) -> None:
    """The broker is asked to stop and started again, and then killed and started again, under load."""
    async with over_kafka(trial) as broker:
        await relay_and_worker(trial)
        took: dict[str, tuple[float, ...]] = {}
        for name, stop in (("ended", broker.end), ("killed", broker.kill)):
            await trial.first_commit()
            await asyncio.sleep(trial.chance.uniform(0.1, 1.5))
            await asyncio.to_thread(stop)
            trial.kills += 1
            await asyncio.to_thread(broker.start)
            took[name] = await recovered(trial)
        await come_back(trial, took)
        await must_be_the_log(trial, broker)


async def broker_is_down(trial: Trial) -> None:
    """The broker stands still for a minute, and is gone for another; what is said piles up, and is worked off."""
    outage_s = 3 if trial.is_brief else 60
    async with over_kafka(trial) as broker:
        relay, worker = await relay_and_worker(trial)
        took: dict[str, tuple[float, ...]] = {}
        before = {desk.name: _bytes(desk) for desk in (relay, worker)}
        piled = {}
        broker.freeze()
        piled["stopped"] = await _piled_up(trial, outage_s)
        broker.thaw()
        took["stopped"] = await recovered(trial)
        await trial.flowing()
        broker.kill()
        trial.kills += 1
        piled["killed"] = await _piled_up(trial, outage_s)
        await asyncio.to_thread(broker.start)
        took["killed"] = await recovered(trial)
        grown = {desk.name: _bytes(desk) - before[desk.name] for desk in (relay, worker) if desk.is_alive}
        trial.notes |= {"piled_up": piled, "grown_mb": {name: size >> 20 for name, size in grown.items()}}
        trial.must(relay.is_alive, "the relay lives on")
        trial.must(worker.is_alive, "the worker lives on")
        for name, size in grown.items():
            trial.must(size < _GROWN_BYTES, f"{name} has grown by {size:,} bytes")
        begun = trial.notes["producers"] = relay.said(BEGUN)
        trial.must(begun >= 3 or outage_s < _GIVEN_UP_AFTER_S, f"there were {begun} producers in all")
        await come_back(trial, took)
        await must_be_the_log(trial, broker)


async def _piled_up(trial: Trial, outage_s: float) -> list[int]:
    """How much waits to be published, at the beginning and at the end of an outage in which leads come in."""
    await asyncio.sleep(_ONE_EACH_S)  # for what is acknowledged already
    waiting = [await unpublished(trial)]
    until = time.monotonic() + outage_s
    while time.monotonic() < until:
        await trial.load.bring_in(1)
        await asyncio.sleep(_ONE_EACH_S)
    waiting.append(await unpublished(trial))
    trial.must(waiting[1] > waiting[0], f"the log grows: {waiting}")
    return waiting


def _bytes(desk: Desk) -> int:
    return int(psutil.Process(desk.pid).memory_info().rss)


async def produce_answers_are_lost(trial: Trial) -> None:
    """The broker takes what is produced, and no answer to that arrives for some time."""
    with KafkaProxy() as proxy:
        async with over_kafka(trial, proxy) as broker:
            relay, _ = await relay_and_worker(trial)
            took: dict[str, tuple[float, ...]] = {}
            for lost_s in (2,) if trial.is_brief else (10, 30):
                await trial.first_commit()
                already = proxy.swallowed
                proxy.swallows = True

                async def swallowed(already: int = already) -> bool:
                    return proxy.swallowed > already

                await trial.until(swallowed, "an answer is lost")
                await asyncio.sleep(lost_s)
                proxy.swallows = False
                took[f"{lost_s} s"] = await recovered(trial)
            trial.notes |= {"swallowed": proxy.swallowed, "producers": relay.said(BEGUN)}
            await come_back(trial, took)
            # each turn of the relay that ended in doubt may have left one batch of each lane
            turns = relay.said("again in a moment") + 1
            await must_be_the_log(trial, broker, most_repeats=turns * MOST_OF_A_LANE * LANES)


async def half_open_broker(trial: Trial) -> None:
    """Whatever the broker says vanishes, and later whatever it is told; nobody is told that connections are dead."""
    with KafkaProxy() as proxy:
        async with over_kafka(trial, proxy) as broker:
            await relay_and_worker(trial)
            took: dict[str, tuple[float, ...]] = {}
            for hole in (DOWN, UP):
                await trial.first_commit()
                already = proxy.fell_silent
                proxy.holes = frozenset({hole})

                async def fallen(already: int = already) -> bool:
                    return proxy.fell_silent >= already + 2

                await trial.until(fallen, "the relay and the worker have lost something")
                await asyncio.sleep(2)
                proxy.holes = frozenset()  # what is new works again; what was hit stays dead
                took[hole] = await recovered(trial)
            trial.notes["silent"] = proxy.fell_silent
            await come_back(trial, took)
            await must_be_the_log(trial, broker)


SCENARIOS = (
    Scenario(4, "broker-restarts", broker_restarts),
    Scenario(5, "broker-is-down", broker_is_down),
    Scenario(6, "produce-answers-are-lost", produce_answers_are_lost),
    Scenario(103, "half-open-broker", half_open_broker),
)
