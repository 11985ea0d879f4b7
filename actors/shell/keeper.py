"""The keeper: the process that holds the mill, with Ray or without."""

import asyncio
import contextlib
import hashlib
import logging
import os
import signal
import tempfile
import time
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import orjson

from actors.bus.settings import KafkaSettings
from actors.engine.carriage import carried, carrier
from actors.engine.inline import InlineRoster, supervise
from actors.engine.supervision import Supervision
from actors.engine.wiring import build_id, followers, needs, open_chores, open_works, tend_here, topics_of
from actors.shell.installation import installation_mark
from tenants.settings import StoreSettings

logger = logging.getLogger(__name__)

_CHECK_EVERY_S = 2.0
_SILENT_CHECKS = 5
_BIRTH_S, _BIRTH_IN_A_CLUSTER_S = 60.0, 900.0  # there, the first machine for work may have yet to come


async def keep_inline() -> None:
    """The mill in this process, until it is asked to end."""
    stop = _stop_on_signals()
    kafka = KafkaSettings()
    owner = f"{installation_mark()}:{os.getpid()}:{uuid.uuid4()}"
    async with (
        open_works(pool_size=10, kafka=kafka) as works,
        carried(works.database, kafka, topics_of(), owner=owner, settings=works.settings),
        open_chores(works.database, works.settings, works.scoring, tend_here) as chores,
    ):
        supervision = Supervision(
            works.database,
            InlineRoster(works.station),
            topics_of(),
            followers=followers(),
            needs=needs(),
            owner=owner,
            build=build_id(),
            settings=works.settings,
            carrier=carrier(kafka),
            chores=chores,
        )
        _ready({"mill": "inline", "pid": os.getpid(), "agents": sorted(works.agents)})
        await supervise(supervision, stop)


def keep_ray(
    store: StoreSettings,
    *,
    address: str | None,
    deploy: Callable[[], Mapping[str, str]],
    undeploy: Callable[[], None],
) -> int:
    """The exit status after keeping the mill on Ray: 0 when asked to end, 1 when Ray was lost.

    Without an address a Ray of our own is started, which ends with this process. `deploy` puts the scoring
    service up, and gives what is to be told of it.
    """
    ray_environment(store, address)
    import ray  # after the settings above, which it reads when it is imported

    from actors.shell import cluster

    if address is None:
        cluster.start_local(ray_folder(store.home))
    else:
        cluster.join(address)
    asked_to_end: list[int] = []
    # only now: when Ray is joined it sets handlers of its own, which end the process at once
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, _: asked_to_end.append(received))
    deployed = deploy()
    supervisor = cluster.ensure_supervisor()
    _await_first_turn(supervisor, _BIRTH_S if address is None else _BIRTH_IN_A_CLUSTER_S)
    gcs = ray.get_runtime_context().gcs_address
    _ready({"mill": "ray", "pid": os.getpid(), "address": gcs, **deployed})
    silent = 0
    while not asked_to_end and silent < _SILENT_CHECKS:
        try:
            healthy = ray.get(supervisor.health.remote(), timeout=5)["alive"]
        except ray.exceptions.RayError as trouble:
            logger.warning("the supervisor does not answer: %s", trouble)
            healthy = False
        silent = 0 if healthy else silent + 1
        until = time.monotonic() + _CHECK_EVERY_S
        while not asked_to_end and time.monotonic() < until:
            time.sleep(0.1)
    if silent or not asked_to_end:  # there is nobody left who could be asked to stop in good order
        return 0 if asked_to_end else 1
    with contextlib.suppress(ray.exceptions.RayError):  # what does not answer any more is ended by process id
        ray.get(supervisor.stop.remote(), timeout=40)
        ray.kill(supervisor)
    undeploy()
    cluster.leave()
    return 0


def _await_first_turn(supervisor: Any, within_s: float) -> None:
    """Until it supervises, or says what keeps it from that: whoever is told that the mill runs may rely on it.

    Where it does neither in time it is looked after as later on. Raises RayError where it is not even born.
    """
    import ray

    until = time.monotonic() + within_s
    while True:
        health = ray.get(supervisor.health.remote(), timeout=within_s)
        if health["turns"] or health["trouble"] or not health["alive"] or time.monotonic() > until:
            return
        time.sleep(0.05)


def ray_environment(store: StoreSettings, address: str | None) -> None:
    """What Ray must find in the environment when it is imported: our token, no reports, no lower priority.

    A Ray at an address was started by others: its token is named in the environment, if it has one.
    """
    if address is None:
        os.environ.setdefault("RAY_AUTH_MODE", "token")
        os.environ.setdefault("RAY_AUTH_TOKEN_PATH", str(_token(store.home)))
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_worker_niceness", "0")  # desks are the work, not something for idle hours


def ray_folder(home: Path) -> Path:
    """Where Ray keeps its sockets: their paths must be short, so a long home gets a short name elsewhere."""
    inside = home.absolute() / "ray"
    if len(str(inside)) <= 40:
        return inside
    short = hashlib.sha256(str(inside).encode()).hexdigest()[:10]
    return Path(tempfile.gettempdir()) / f"leadmill-{os.getuid()}-{short}"


def _token(home: Path) -> Path:
    """The file with the token that every process of our Ray must show."""
    path = home.absolute() / "ray.token"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(uuid.uuid4().hex + uuid.uuid4().hex)
    return path


def _stop_on_signals() -> asyncio.Event:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


def _ready(words: dict[str, Any]) -> None:
    print(orjson.dumps(words).decode(), flush=True)  # noqa: T201 - the one line that says where we answer
