"""A mill of its own for a benchmark: database, simulator and Ray in a temporary home."""

import json
import os
import tempfile
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from actors.shell import demonstration
from actors.shell.parts import Parts
from actors.shell.settings import ShellSettings
from tenants.settings import StoreSettings
from tenants.store.rls import APP
from tenants.store.session import Database


class BenchMill:
    """A running mill, and what a benchmark does with it."""

    def __init__(self, parts: Parts, address: str, database: Database, simulator: dict[str, Any]) -> None:
        self.parts = parts
        self.address = address
        self.database = database
        self.simulator = simulator

    def world(self, **vendors: dict[str, Any]) -> None:
        """The simulator's settings changed, vendor by vendor."""
        request = urllib.request.Request(
            f"{self.simulator['http']}/_simulator/settings",
            data=json.dumps(vendors).encode(),
            headers={"content-type": "application/json"},
            method="PUT",
        )
        urllib.request.urlopen(request, timeout=10).close()


@asynccontextmanager
async def bench_store() -> AsyncIterator[tuple[Parts, str, Database]]:
    """A database of its own in a temporary home, with its address; gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="leadmill-bench-", ignore_cleanup_errors=True) as home:
        parts = Parts(StoreSettings(home=Path(home)), ShellSettings())
        try:
            address = await parts.database()
            database = Database.at(address, role=APP, pool_size=4)
            try:
                yield parts, address, database
            finally:
                await database.close()
        finally:
            parts.down(lambda _: None)


@asynccontextmanager
async def bench_mill(*, inline: bool = False, **settings: str) -> AsyncIterator[BenchMill]:
    """A mill with a model that judges, and these settings in its environment; gone afterwards."""
    os.environ.update(settings)
    async with bench_store() as (parts, address, database):
        simulator = parts.simulator()
        await demonstration.ensure_model(database, parts.store, simulator)
        await parts.mill(address, inline=inline)
        yield BenchMill(parts, address, database, simulator)
