"""A process that works lanes without Ray and without supervision: python -m tests.chaos.worker.

It says `ready` when everything is loaded, and from then on does what it is told, line by line: `hold` (take every
lane, or those that are named, from whoever has them), `health` (its stations as JSON), `stop` (end in good order).
It ends
when the process that started it does. Its settings are those of the works, in its environment.
"""

import argparse
import asyncio
import json
import logging
import random
import sys
from contextlib import AsyncExitStack
from typing import Any

from actors.engine.carriage import carried
from actors.engine.station import Station
from actors.engine.wiring import Works, open_works, topics_of
from actors.shell.keeper import ray_environment
from scoring_models.schema import ScoringService
from tenants.settings import StoreSettings
from tenants.store import lanes
from tenants.store.session import Session
from tests.chaos.answers import Timed, answers_of
from tests.chaos.guises import GUISES
from tests.chaos.mutations import MUTATIONS
from tests.fakes.works import Judge

_STATES = ("40001", "40P01")


class Conflicts:
    """A share of this process's statements that end in a conflict with another transaction, while it is on.

    The server itself raises the error, so that its state and the end of the transaction are its own.
    """

    def __init__(self, share: float, chance: random.Random) -> None:
        self.are_on = False
        self._share = share
        self._chance = chance
        for name in ("run", "rows", "value"):
            setattr(Session, name, self._failing(getattr(Session, name)))

    def _failing(self, ask: Any) -> Any:
        async def asked(session: Session, sql: str, **parameters: Any) -> Any:
            if self.are_on and self._chance.random() < self._share:
                state = self._chance.choice(_STATES)
                return await ask(session, f"DO $$ BEGIN RAISE 'injected' USING ERRCODE = '{state}'; END $$")
            return await ask(session, sql, **parameters)

        return asked


async def work(name: str, conflicts: Conflicts, scoring: ScoringService | None, *, is_relay: bool) -> None:
    """The worker's life: it does what it is told, until it is told to stop."""
    loop = asyncio.get_running_loop()
    orders = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    async with AsyncExitStack() as stack:
        works = await stack.enter_async_context(open_works(scoring=scoring))
        if is_relay:
            carrying = carried(works.database, works.kafka, topics_of(), owner=name, settings=works.settings)
            await stack.enter_async_context(carrying)
        stations: list[Station] = []
        say("ready")
        while order := (await orders.readline()).decode().strip():
            if order.startswith("hold"):
                stations = stations or [works.station(f"{name}:{agent}", agent) for agent in works.agents]
                await _hold(stations, works, order.split()[1:])
                conflicts.are_on = True
                say("holding")
            elif order == "health":
                say(json.dumps([station.health() for station in stations]))
            elif order == "stop":
                conflicts.are_on = False
                for station in stations:
                    await station.stop()
                say("stopped")
                return
    # whoever gave the orders is gone
    sys.exit(1)


async def _hold(stations: list[Station], works: Works, named: list[str]) -> None:
    async with works.database.system() as session:
        every = range(await lanes.lane_count(session))
    for station in stations:
        await station.hold([int(lane) for lane in named] or every)


def joined(address: str) -> ScoringService:
    """The way to the scoring service of the cluster at this address, which this process joins."""
    ray_environment(StoreSettings(), None)
    from actors.shell import cluster  # after the settings above, which Ray reads when it is imported
    from actors.shell.scorer import ServeScoring

    cluster.join(address)
    return ServeScoring()


def say(line: str) -> None:
    """A line for whoever gives the orders."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def log_to_stderr() -> None:
    """What this process logs, where its desk looks for it."""
    logging.basicConfig(
        stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s"
    )


def main() -> None:
    """The worker, until it is told to stop."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.worker", description=__doc__)
    parser.add_argument("name")
    parser.add_argument("--conflicts", type=float, default=0.0, help="share of statements that conflict")
    parser.add_argument("--models", action="store_true", help="trained models judge, and not a made-up one")
    parser.add_argument("--serve", metavar="ADDRESS", help="the scoring service of this Ray judges")
    parser.add_argument("--relay", action="store_true", help="it publishes to Kafka; it is told of no lanes")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--without", choices=MUTATIONS, help="a guard that is taken out")
    parser.add_argument(
        "--as", dest="guises", choices=GUISES, action="append", default=[], help="made into this"
    )
    options = parser.parse_args()
    log_to_stderr()
    if options.without is not None:
        MUTATIONS[options.without]()
    for guise in options.guises:
        GUISES[guise]()
    conflicts = Conflicts(options.conflicts, random.Random(options.seed))
    scoring: ScoringService | None = None if options.models else Judge()
    if options.serve is not None:
        scoring = Timed(joined(options.serve), answers_of(StoreSettings().home, options.name))
    asyncio.run(work(options.name, conflicts, scoring, is_relay=options.relay))


if __name__ == "__main__":
    main()
