"""A Ray of a scenario's own, in a session of its own, with the real scoring service: python -m tests.chaos.cluster.

It says on one line of JSON where it answers, and ends when it is asked to, or when whoever started it is gone. Its
settings are those of the works and of the service, in its environment; its state lies in their home. It can be joined
only with the token that lies there.
"""

import argparse
import asyncio
import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

import psutil

from actors.shell.installation import Installation
from actors.shell.keeper import ray_environment, ray_folder
from tenants.settings import StoreSettings
from tests.chaos.desks import ROOT
from tests.chaos.worker import say

_CLUSTER, _CROWD = "cluster", "crowd"
_REPLICA, _CONTROLLER = "ray::ServeReplica:scoring:", "ray::ServeController"
_PATIENCE_S = 60.0
_LOOK_EVERY_S = 0.1


class Cluster:
    """The cluster as a scenario holds it: found by its processes, killed by their ids."""

    def __init__(self, home: Path) -> None:
        self.address = ""
        self._installation = Installation(home)

    async def start(self, *arguments: str, replicas: int) -> None:
        """Ray and the scoring service, both answering."""
        said = await self._start(_CLUSTER, *arguments, LEADMILL_SERVE_REPLICAS=str(replicas))
        self.address = said["address"]

    async def stop(self) -> None:
        """Every process of it ended."""
        for part in (_CROWD, _CLUSTER):
            await asyncio.to_thread(self._installation.stop, part)

    async def renew_serve(self, replicas: int) -> None:
        """Serve ended in good order, and begun anew, with so many replicas."""
        before = self.replicas()
        os.kill(self._pid(_CLUSTER), signal.SIGUSR1)
        async with asyncio.timeout(_PATIENCE_S):
            while len(self.replicas() - before) < replicas:  # noqa: ASYNC110 - born in other processes
                await asyncio.sleep(_LOOK_EVERY_S)

    async def gather(self, callers: int, *, model: str) -> int:
        """The process of a crowd of so many that want scores by this model, until it is scattered."""
        await self._start(_CROWD, self.address, model, str(callers))
        return self._pid(_CROWD)

    async def scatter(self) -> None:
        """The crowd gone."""
        await asyncio.to_thread(self._installation.stop, _CROWD)

    async def _start(self, part: str, *arguments: str, **environment: str) -> dict[str, Any]:
        environment |= {
            "LEADMILL_HOME": str(self._installation.home),
            "PYTHONPATH": str(ROOT),  # replicas are to find what the tests make of them
        }
        command = [sys.executable, "-m", f"tests.chaos.{part}", *arguments]
        return await asyncio.to_thread(self._installation.start, part, command, environment)

    def _pid(self, part: str) -> int:
        running = self._installation.running(part)
        assert running is not None, f"the {part} has ended"
        return int(running["pid"])

    def replicas(self) -> set[int]:
        """The processes that judge leads."""
        return self._titled(_REPLICA)

    def controllers(self) -> set[int]:
        """The process that keeps as many of them as are wished, while there is one."""
        return self._titled(_CONTROLLER)

    def _titled(self, title: str) -> set[int]:
        found = set()
        for process in psutil.Process(self._pid(_CLUSTER)).children(recursive=True):
            try:
                if "".join(process.cmdline()[:1]).startswith(title):
                    found.add(process.pid)
            except psutil.Error:  # it has just ended
                continue
        return found


def main() -> None:
    """Ray and the scoring service, until they are to end."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.cluster", description=__doc__)
    parser.add_argument("--slowed", action="store_true", help="a service that can be made slow")
    options = parser.parse_args()
    orders: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1):
        signal.signal(number, lambda received, _: orders.append(received))
    parent = os.getppid()
    store = StoreSettings()
    ray_environment(store, None)
    import ray  # after the settings above, which it reads when it is imported
    from ray import serve as ray_serve

    from actors.shell import cluster
    from serve import app

    def deploy() -> None:
        ray_serve.start(proxy_location="Disabled")
        ray_serve.run(app.build({}), name=app.NAME, route_prefix=None)

    if options.slowed:
        from tests.chaos.slowed import SlowedScoring

        app.scoring = app.scoring.options(func_or_class=SlowedScoring)
    cluster.start_local(ray_folder(store.home))
    deploy()
    say(json.dumps({"address": ray.get_runtime_context().gcs_address}))
    while os.getppid() == parent:
        order = orders.pop(0) if orders else None
        if order == signal.SIGUSR1:
            ray_serve.shutdown()
            deploy()
        elif order is not None:
            break
        time.sleep(_LOOK_EVERY_S)
    cluster.leave()


if __name__ == "__main__":
    main()
