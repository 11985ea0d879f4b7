"""A disk that is full: the one under the tables of PostgreSQL, and the one under the broker."""

import asyncio
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.chaos.carriage import come_back, must_be_the_log, over_kafka, recovered, relay_and_worker
from tests.chaos.trial import NotHere, Scenario, Trial

_BALLAST = "ballast"
_PIECE = bytes(65_536)
_TABLES_MB, _BROKER_MB = 192, 96
_FULL = "No space left on device"


async def full_disk(trial: Trial) -> None:
    """The disk under all tables and indexes is full for some time; then there is room again."""
    with _small_disk(_TABLES_MB, like=trial.ground.postgres) as disk:
        await _alone(trial, f"CREATE TABLESPACE small LOCATION '{disk}'")
        try:
            await _move(trial, "pg_default", "small")
            desk = await trial.desk()
            await trial.warm()
            await trial.steady("before")
            await trial.first_commit()
            _fill(disk)

            async def noticed() -> bool:
                return desk.said(_FULL) > 0

            await trial.until(noticed, "the worker is told that the disk is full")
            await asyncio.sleep(2 if trial.is_brief else 20)
            trial.must(desk.is_alive, "the worker lives on")
            (disk / _BALLAST).unlink()
            silence = await trial.first_commit()
            trial.notes |= {"first_commit_s": round(silence, 2), "refused": desk.said(_FULL)}
            trial.must(silence <= 15, f"the first commit when there was room again took {silence:.1f} s")
            await trial.flowing()
            await trial.steady("after")
            failed = await trial.value("SELECT count(*) FROM run WHERE status = 'failed'")
            trial.must(failed == 0, f"{failed} runs failed for good because the disk was full")
            await trial.drained()
        finally:
            (disk / _BALLAST).unlink(missing_ok=True)
            await _move(trial, "small", "pg_default")
            await _alone(trial, "DROP TABLESPACE small")


async def _alone(trial: Trial, statement: str) -> None:
    """A statement that wants no transaction around it."""
    connection = await trial.ground.connect_in(trial.database_name)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def _move(trial: Trial, place: str, other: str) -> None:
    """All tables and indexes of this trial from one place to another."""
    for kind in ("TABLE", "INDEX"):
        await trial.execute(f"ALTER {kind} ALL IN TABLESPACE {place} SET TABLESPACE {other}")


async def full_disk_of_the_broker(trial: Trial) -> None:
    """The disk under the broker is full, over which the broker ends; with room again it is started again."""
    with _small_disk(_BROKER_MB) as disk:
        async with over_kafka(trial, folder=disk) as broker:
            relay, worker = await relay_and_worker(trial)
            await trial.first_commit()
            _fill(disk)

            async def noticed() -> bool:
                return broker.is_gone or relay.said("again in a moment") > 0

            await trial.until(noticed, "the broker ends, or refuses")
            await asyncio.sleep(2 if trial.is_brief else 20)
            trial.notes["broker_is_gone"] = broker.is_gone
            trial.must(relay.is_alive and worker.is_alive, "relay and worker live on")
            (disk / _BALLAST).unlink()
            broker.kill()
            trial.kills += 1
            await asyncio.to_thread(broker.start)
            await come_back(trial, {"full": await recovered(trial)})
            await must_be_the_log(trial, broker)


@contextmanager
def _small_disk(megabytes: int, *, like: Path | None = None) -> Iterator[Path]:
    """A disk of so many megabytes, in memory, for whoever owns that folder. Raises NotHere where it can't be had."""
    with tempfile.TemporaryDirectory(prefix="lm-disk-") as place:
        owner = (like or Path(place)).stat()
        options = f"size={megabytes}m,mode=0700,uid={owner.st_uid},gid={owner.st_gid}"
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", options, "tmpfs", place], capture_output=True, text=True
        )
        if done.returncode != 0:
            raise NotHere(f"no disk can be made: {done.stderr.strip()}")
        try:
            yield Path(place)
        finally:
            subprocess.run(["umount", "--lazy", place], check=True)


def _fill(disk: Path) -> None:
    """Not a byte is left."""
    with (disk / _BALLAST).open("wb", buffering=0) as ballast:
        try:
            while ballast.write(_PIECE):
                pass
        except OSError:
            return


SCENARIOS = (
    Scenario(24, "full-disk", full_disk),
    Scenario(104, "full-disk-of-the-broker", full_disk_of_the_broker),
)
