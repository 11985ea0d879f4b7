"""The cluster: how we join it, and how plain classes become actors. Names and options stand here only."""

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import ray
from ray.util import list_named_actors

NAMESPACE = "leadmill"
SUPERVISOR = "supervisor"
_DESK = "desk:"
# Desks wait for the network most of their time: what they need of a processor is little, but not nothing, or
# Ray would take nodes away that hold only them.
_DESK_CPUS = 0.05


def start_local(folder: Path, *, cpus: int | None = None) -> None:
    """A Ray of our own on this machine, with its state in this folder; it ends with this process."""
    ray.init(
        "local",
        num_cpus=cpus or max(os.cpu_count() or 1, 2),
        include_dashboard=False,
        namespace=NAMESPACE,
        _node_ip_address="127.0.0.1",
        _temp_dir=str(folder),
        log_to_driver=False,
        logging_level="warning",
    )


def join(address: str) -> None:
    """The Ray at this address, joined."""
    ray.init(address, namespace=NAMESPACE, log_to_driver=False, logging_level="warning")


def leave() -> None:
    """The end of our connection, and of a Ray that we started."""
    ray.shutdown()
    if "ray.serve.context" in sys.modules:
        # Serve keeps its way to the controller, and tells Rays apart by a job's number only: the next Ray that
        # this process joins may well have the same one.
        sys.modules["ray.serve.context"]._set_global_client(None)


def settings_here() -> dict[str, str]:
    """Our settings as this process has them, for actors on machines that know none of them.

    They travel as arguments: a runtime environment would write passwords into Ray's logs and lists.
    """
    return {name: value for name, value in os.environ.items() if name.startswith("LEADMILL_")}


def take_over(settings: Mapping[str, str]) -> None:
    """This process has these settings of ours from now on, and no others."""
    for name in settings_here().keys() - settings.keys():
        del os.environ[name]
    os.environ.update(settings)


def ensure_supervisor() -> Any:
    """The supervisor's actor, which is started where there is none. Ray starts it again if it dies."""
    from actors.shell.supervisor import Supervisor  # the supervisor itself needs this file

    return (
        ray.remote(Supervisor)
        .options(
            name=SUPERVISOR,
            namespace=NAMESPACE,
            lifetime="detached",
            get_if_exists=True,
            max_restarts=-1,
            max_concurrency=4,
            num_cpus=_DESK_CPUS,
        )
        .remote(settings_here())
    )


def start_desk(name: str, agent: str) -> Any:
    """A new desk's actor. Raises ValueError where there is one of this name."""
    from actors.shell.desk import Desk  # loaded where desks are made, not by everyone who joins

    return (
        ray.remote(Desk)
        .options(
            name=_DESK + name,
            namespace=NAMESPACE,
            lifetime="detached",
            max_restarts=0,
            num_cpus=_DESK_CPUS,
            enable_task_events=False,
        )
        .remote(name, agent, settings_here())
    )


def processors() -> int:
    """How many processors the Ray that we joined has, by what it was told."""
    return int(ray.cluster_resources().get("CPU", 1))


def as_task(work: Callable[..., Any]) -> Any:
    """The function as a task of Ray with a processor to itself. Called, it gives something to await."""
    return ray.remote(work).options(num_cpus=1).remote


def in_background(work: Callable[..., Any]) -> Any:
    """The function as a task of Ray beside desks, and as little counted, whose process ends with it."""
    return ray.remote(num_cpus=_DESK_CPUS, max_retries=0, max_calls=1)(work).remote


def shared(value: Any) -> Any:
    """The value as all tasks read it: sent to each machine once."""
    return ray.put(value)


def desk_names() -> list[str]:
    """The names of all desks that Ray knows."""
    return [name.removeprefix(_DESK) for name in list_named_actors() if name.startswith(_DESK)]


def desk_called(name: str) -> Any | None:
    """The actor of this desk, or None where it is gone."""
    try:
        return ray.get_actor(_DESK + name, namespace=NAMESPACE)
    except ValueError:
        return None
