"""What all scenarios of a run stand on: a PostgreSQL with a migrated template, and a simulated world."""

import asyncio
import csv
import io
import json
import os
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy import make_url

from actors.simulator.launch import Launched, launch
from tenants.store import embedded
from tenants.store.migrate import migrate
from tests.chaos.desks import ROOT
from tests.memory import roomy_folder

LANES = 3
_COMPANIES = 12_000
_PATIENCE_S = 30


@dataclass(frozen=True)
class Ground:
    """A PostgreSQL that may be restarted at will, and a simulator whose faults may be set."""

    postgres: Path
    simulator: Launched
    companies: list[dict[str, Any]]
    #: the socket at which workers are asked for
    nursery: Path

    @property
    def socket(self) -> Path:
        """The server's own socket."""
        return self.postgres / ".s.PGSQL.5432"

    def address(self, database: str = "postgres") -> str:
        """The superuser's way to a database, past every proxy."""
        return f"postgresql://postgres:@/{database}?host={self.postgres}"

    def connect_in(self, database: str) -> Any:
        """A connection of the superuser."""
        return asyncpg.connect(self.address(database), timeout=_PATIENCE_S)

    def world(self, **vendors: dict[str, Any]) -> None:
        """The simulator's settings changed, vendor by vendor."""
        self._control("PUT", "settings", json.dumps(vendors).encode())

    def bill(self) -> dict[str, Any]:
        """What the vendors charge so far."""
        return dict(self._control("GET", "bill"))

    def effects(self) -> dict[str, list[dict[str, Any]]]:
        """What the platform's services have carried out."""
        return dict(self._control("GET", "effects"))

    def forget(self) -> None:
        """The bill emptied, every fault ended."""
        calm = {
            "latency_ms": "50±20",
            "rate_429": 0.0,
            "rate_500": 0.0,
            "rate_202": 0.0,
            "rate_lost": 0.0,
            "keys": "kept",
            "outage": False,
        }
        self.world(apollo=calm, hunter=calm, sequences=calm, crm=calm)
        self._control("POST", "reset")

    def _control(self, method: str, what: str, body: bytes | None = None) -> Any:
        request = urllib.request.Request(
            f"{self.simulator.http}/_simulator/{what}",
            data=body,
            method=method,
            headers={"content-type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=_PATIENCE_S) as answer:
            return json.loads(answer.read())


@contextmanager
def prepared() -> Iterator[Ground]:
    """The ground, and everything on it ended afterwards."""
    with (
        # a folder of its own under a short path: a socket lies in it, and PostgreSQL may run as another user
        tempfile.TemporaryDirectory(
            prefix="lm-chaos-", dir=roomy_folder(), ignore_cleanup_errors=True
        ) as home,
        launch(companies=_COMPANIES) as simulator,
        _nursery(Path(home) / "nursery") as nursery,
    ):
        folder = Path(home) / "postgres"
        embedded.start(folder)
        try:
            ground = Ground(folder, simulator, _companies(simulator), nursery)
            asyncio.run(_make_template(ground))
            yield ground
        finally:
            embedded.stop(folder)


@contextmanager
def _nursery(path: Path) -> Iterator[Path]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("LEADMILL_")}
    command = [sys.executable, "-m", "tests.chaos.nursery", str(path)]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        try:
            assert process.stdout is not None
            said = process.stdout.readline()
            assert said == b"ready\n", f"the nursery said {said!r}"
            yield path
        finally:
            process.communicate(timeout=_PATIENCE_S)  # it ends with its standard input


async def _make_template(ground: Ground) -> None:
    connection = await ground.connect_in("postgres")
    try:
        await connection.execute("CREATE DATABASE template")
    finally:
        await connection.close()
    address = make_url(ground.address("template")).render_as_string(hide_password=False)
    await migrate(address, lanes=LANES)


def _companies(simulator: Launched) -> list[dict[str, Any]]:
    address = f"{simulator.http}/_simulator/companies.csv?limit={_COMPANIES}"
    with urllib.request.urlopen(address, timeout=_PATIENCE_S) as answer:
        rows = csv.DictReader(io.StringIO(answer.read().decode()))
        return [{"name": row["name"], "website": row["website"], "country": row["country"]} for row in rows]
