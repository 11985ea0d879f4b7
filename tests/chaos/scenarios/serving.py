"""The scoring service on a real Ray: its processes killed, and more asked of it than it can do."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import psutil

from actors.engine.settings import EngineSettings
from scoring_models.folder import ModelFolder
from scoring_models.registry import Registry
from scoring_models.scorer import Scorer
from serve.scoring import ONGOING_REQUESTS
from tenants.settings import StoreSettings
from tests.chaos.answers import answers_of, p99_s, read, troubles
from tests.chaos.cluster import Cluster
from tests.chaos.scores import misnamed
from tests.chaos.slowed import MOST, SLOWNESS
from tests.chaos.trial import Scenario, Trial
from tests.scoring_models import world

# after a kill 99 of a hundred answers come within twice the time that they took before it: at this time at the latest,
# and for at least so long
_CALM_WITHIN_S, _CALM_FOR_S, _CALM_TIMES = 10.0, 3.0, 2.0
_AT_LEAST = 10
# as many as a small machine has cores: more would only be born more slowly
_REPLICAS = 2
_GIVE_UP_AFTER_S = 60.0

_CALLERS = 200
_SLOW_S = 1.0
_UNDER_WAY = 1_500
# as many runs as a worker has in hand for a lane, by its default settings
_IN_HAND = EngineSettings.model_fields["runs_in_flight"].default
# what a process may still grow when the queue has been full for a while
_MOST_MORE_MB = 50
_LOOK_EVERY_S = 0.5

_FAILED = "SELECT count(*) FROM run WHERE status = 'failed'"
# at the scoring agent: the most that one lane has in hand, what waits for another try, what is not read yet
_WAITING = """
SELECT (SELECT COALESCE(max(runs), 0) FROM (SELECT count(*) AS runs FROM run
            WHERE agent = 'scoring' AND status = 'running' GROUP BY lane) lanes) AS in_hand,
       (SELECT count(*) FROM run WHERE agent = 'scoring' AND status = 'retrying') AS retrying,
       (SELECT count(*) FROM log g WHERE topic = 'contact.verified' AND NOT EXISTS (SELECT FROM run r
            WHERE (r.tenant_id, r.agent, r.event_id) = (g.tenant_id, 'scoring', g.event_id))) AS unread
"""
_LONGEST_WAIT_S = (
    "SELECT round(extract(epoch FROM max(r.finished_at - g.time)), 1)::float8 FROM run r "
    "JOIN log g ON g.tenant_id = r.tenant_id AND g.event_id = r.event_id "
    "WHERE r.agent = 'scoring' AND r.status = 'done'"
)


@asynccontextmanager
async def _judged(trial: Trial, *arguments: str, replicas: int) -> AsyncIterator[tuple[Cluster, str]]:
    """A cluster with the scoring service, and the label of the model that judges there.

    At the end every lead has the score that this model gives it, and nothing has failed for good.
    """
    folder = ModelFolder.of(StoreSettings(home=trial.home))
    registry = Registry(trial.database, folder)
    label = await registry.register(world.trained(), name="judge")
    await registry.promote(label)
    cluster = Cluster(trial.home)
    try:
        await cluster.start(*arguments, replicas=replicas)
        yield cluster, label
        await trial.drained()
        trial.notes["longest_wait_s"] = await trial.value(_LONGEST_WAIT_S)
        failed = await trial.value(_FAILED)
        trial.must(failed == 0, f"{failed} runs failed for good")
        others = await trial.value("SELECT count(*) FROM lead WHERE score IS NOT NULL AND model <> $1", label)
        trial.must(others == 0, f"{others} scores name another model than the one that judged")
        wrong = await misnamed(trial, Scorer(folder.path_of, open_models=1))
        trial.must(wrong == 0, f"{wrong} scores are not those that the model gives")
    finally:
        await cluster.stop()


async def deaths(trial: Trial) -> None:
    """SIGKILL for a replica, for all of them, for Serve's controller, for everything at once; then a new Serve."""
    async with _judged(trial, replicas=_REPLICAS) as (cluster, _):
        desk = await trial.desk(f"--serve={cluster.address}")
        file = answers_of(trial.home, desk.name)
        await trial.warm()
        began = time.monotonic()
        await trial.steady("before")
        usual_s = p99_s(read(file, began))
        trial.notes["p99_ms"] = {"before": round(1_000 * usual_s)}
        victims: dict[str, Callable[[], set[int]]] = {
            "replica": lambda: {min(cluster.replicas())},
            "replicas": cluster.replicas,
            "controller": cluster.controllers,
            "everything": lambda: cluster.replicas() | cluster.controllers(),
        }
        for name, chosen in victims.items():
            killed = chosen()
            at = time.monotonic()
            for pid in killed:
                os.kill(pid, signal.SIGKILL)
            trial.kills += len(killed)

            async def there(killed: set[int] = killed) -> bool:
                return len(cluster.replicas() - killed) == _REPLICAS and bool(cluster.controllers() - killed)

            there_s = await trial.until(there, f"after {name} every process is there", within_s=60)
            calm_s = await _calm_after(trial, file, at, usual_s)
            trial.notes[name] = {
                "there_s": round(there_s, 1),
                "calm_s": round(calm_s, 1),
                "away": troubles(read(file, at)),
            }
            # where nothing at all is left, it takes as long as this machine needs to start so many processes
            late_s = calm_s - there_s if name == "everything" else calm_s
            trial.must(
                trial.is_brief or late_s <= _CALM_WITHIN_S,
                f"after {name} answers came as before only {calm_s:.1f} s later",
            )
        if not trial.is_brief:
            at = time.monotonic()
            await cluster.renew_serve(_REPLICAS)
            calm_s = await _calm_after(trial, file, at, usual_s)
            trial.notes["renewed"] = {"calm_s": round(calm_s, 1), "away": troubles(read(file, at))}
        await trial.flowing()
        began = time.monotonic()
        await trial.steady("after")
        trial.notes["p99_ms"]["after"] = round(1_000 * p99_s(read(file, began)))


async def _calm_after(trial: Trial, file: Path, at: float, usual_s: float) -> float:
    """The seconds until answers come as before and go on doing so, from now on too. Raises TooLate."""
    most_s = _GIVE_UP_AFTER_S if trial.is_brief else _CALM_TIMES * usual_s
    earliest = time.monotonic() + _CALM_FOR_S

    async def calm() -> bool:
        return time.monotonic() > earliest and _calm_since(file, at, most_s) is not None

    await trial.until(calm, "answers come as before", within_s=_GIVE_UP_AFTER_S)
    since = _calm_since(file, at, most_s)
    assert since is not None
    return since - at


def _calm_since(file: Path, at: float, most_s: float) -> float | None:
    """The first time from which on answers have come within so many seconds, if that is long enough ago."""
    answers = read(file, at)
    for first in [at, *(one.at for one in answers)]:
        window = [one for one in answers if one.at > first]
        if first + _CALM_FOR_S > time.monotonic() or len(window) < _AT_LEAST:
            return None
        if p99_s(window) <= most_s:
            return first
    return None


async def overload(trial: Trial) -> None:
    """A slow replica, and far more callers than it takes in: leads wait, and nobody's memory grows without end."""
    async with _judged(trial, "--slowed", replicas=1) as (cluster, label):
        desk = await trial.desk(f"--serve={cluster.address}")
        await trial.warm()
        await trial.steady("before")
        (trial.home / SLOWNESS).write_text(str(_SLOW_S))
        crowd = await cluster.gather(_CALLERS, model=label)
        await trial.load.end()
        trial.load.begin(_UNDER_WAY)
        at = time.monotonic()
        pids = {"worker": desk.pid, "replica": min(cluster.replicas()), "crowd": crowd}
        processes = {name: psutil.Process(pid) for name, pid in pids.items()}
        # long enough for some to lose their patience, in the second half several times
        seconds = 10.0 if trial.is_brief else 30.0
        most = [await _most(trial, processes, seconds) for _ in range(2)]
        askers = {name: read(answers_of(trial.home, name), at) for name in (desk.name, "crowd")}
        await trial.load.end()
        await cluster.scatter()
        (trial.home / SLOWNESS).unlink()
        worked_off_s = await trial.until(trial.is_empty, "the pile worked off", within_s=60)
        await trial.warm()
        await trial.steady("after")
        trial.notes |= {
            "most": most,
            "taken_in": int((trial.home / MOST).read_text()),
            **{
                name: {"answered": sum(one.trouble is None for one in answers), **troubles(answers)}
                for name, answers in askers.items()
            },
            "worked_off_s": round(worked_off_s, 1),
        }
        trial.must(trial.notes["taken_in"] == ONGOING_REQUESTS, "a replica takes in as much as it may")
        trial.must("BackPressureError" in troubles(askers["crowd"]), "a full queue takes nothing more")
        trial.must(max(one["unread"] + one["retrying"] for one in most) > 0, "the worker takes in less")
        trial.must(max(one["in_hand"] for one in most) <= _IN_HAND, "no lane has more in hand than it may")
        for name in processes:
            grown = most[1][f"{name}_mb"] - most[0][f"{name}_mb"]
            trial.must(grown <= _MOST_MORE_MB, f"the {name} went on growing, by {grown} MB")


async def _most(trial: Trial, processes: Mapping[str, psutil.Process], seconds: float) -> dict[str, int]:
    """The most that there was for so long: megabytes of each process, and leads at the scoring agent."""
    most: dict[str, int] = {}
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        seen = {f"{name}_mb": round(process.memory_info().rss / 1e6) for name, process in processes.items()}
        seen |= dict(await trial.row(_WAITING))
        most = {name: max(value, most.get(name, 0)) for name, value in seen.items()}
        await asyncio.sleep(_LOOK_EVERY_S)
    return most


SCENARIOS = (Scenario(25, "serve-deaths", deaths), Scenario(26, "serve-overload", overload))
