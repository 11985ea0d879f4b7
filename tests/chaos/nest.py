"""A process from which workers hatch, each to die at a point of its own: python -m tests.chaos.nest NAME.

Everything is imported once, with points in it; a worker is a fork. A line of JSON says what the next one is to
die of: `at` these points, having passed `passes` of them, or in good order after `seconds`. The answer is a line
of JSON: the point that was `hit`, or null, and the process's `status`.
"""

import argparse
import asyncio
import json
import logging
import os
import random
import select
import signal
import sys
import traceback
from typing import Any

from tests.chaos import failpoints

failpoints.install()  # before anything of ours is imported

from tests.chaos import worker  # noqa: E402

_STOPPED_WITHIN_S = 20.0


def _hatched(
    name: str, order: dict[str, Any], number: int, conflicts: float, *, is_relay: bool
) -> dict[str, Any]:
    """A worker's life from beginning to end."""
    orders_in, orders_out = os.pipe()
    report_in, report_out = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(orders_out)
        os.close(report_in)
        os.dup2(orders_in, 0)  # it ends when this pipe does, and so with its parent
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        _live(f"{name}.{number}", order, report_out, conflicts, is_relay=is_relay)
    os.close(orders_in)
    os.close(report_out)
    with os.fdopen(orders_out, "w") as orders, os.fdopen(report_in, "rb", buffering=0) as report:
        if not is_relay:
            print("hold", file=orders, flush=True)
        if not _said_something(report, order["seconds"]):
            print("stop", file=orders, flush=True)
            if not _said_something(report, _STOPPED_WITHIN_S):
                os.kill(pid, signal.SIGKILL)
        hit = report.read(1_000).decode()
    _, status = os.waitpid(pid, 0)
    return {"hit": hit or None, "status": os.waitstatus_to_exitcode(status)}


def _said_something(report: Any, within_s: float) -> bool:
    """Whether the worker has told its point, or has ended."""
    return bool(select.select([report], [], [], within_s)[0])


def _live(name: str, order: dict[str, Any], report: int, conflicts: float, *, is_relay: bool) -> None:
    status = 1
    try:
        chance = random.Random(name)
        random.seed(name)
        failpoints.die_at(
            order["at"], lambda point: os.write(report, point.encode()), passes_first=order["passes"]
        )
        asyncio.run(worker.work(name, worker.Conflicts(conflicts, chance), worker.Judge(), is_relay=is_relay))
        status = 0
    except BaseException:  # noqa: BLE001 - whatever it was, the fork must not go on as its parent
        traceback.print_exc()
    finally:
        os._exit(status)


def main() -> None:
    """Workers, until nobody wants more."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.nest", description=__doc__)
    parser.add_argument("name")
    parser.add_argument("--conflicts", type=float, default=0.0)
    parser.add_argument("--relay", action="store_true", help="relays hatch, and not workers of lanes")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    worker.log_to_stderr()
    worker.say("ready")
    for number, line in enumerate(iter(sys.stdin.readline, "")):
        said = _hatched(
            f"{options.name}.{options.seed}",
            json.loads(line),
            number,
            options.conflicts,
            is_relay=options.relay,
        )
        logging.getLogger(__name__).info("worker %s: %s", number, said)
        worker.say(json.dumps(said))


if __name__ == "__main__":
    main()
