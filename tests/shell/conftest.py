"""A real mill on a real Ray, in a home of its own, for the tests of the shell."""

import asyncio
import socket
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from actors.shell import demonstration
from actors.shell.parts import Parts
from actors.shell.settings import ShellSettings
from tenants.secrets import Vault
from tenants.settings import StoreSettings
from tenants.store import tenants
from tenants.store.rls import APP
from tenants.store.session import Database


@dataclass
class Mill:
    """A running installation: its parts, its database's address, and where the simulator answers."""

    parts: Parts
    address: str
    simulator: dict[str, Any]

    def database(self) -> Database:
        return Database.at(self.address, role=APP, pool_size=2)

    async def add_tenant(self, name: str, **more: Any) -> Any:
        document = {"connections": demonstration.connections(self.simulator, name), **more}
        database = self.database()
        try:
            return await tenants.add(database, Vault.from_settings(self.parts.store), name, document)
        finally:
            await database.close()


@pytest.fixture(scope="package")
def mill() -> Iterator[Mill]:
    """The mill on Ray. Its home has a short path: Ray's sockets lie in it."""
    with (
        tempfile.TemporaryDirectory(prefix="lm-", ignore_cleanup_errors=True) as home,
        pytest.MonkeyPatch.context() as environment,
    ):
        # room for a desk on every lane that one of the tests has woken
        environment.setenv("LEADMILL_MAX_DESKS", "24")
        # an event that is sent on to a lane that its tenant was given stands in the log twice, and is no double
        environment.setenv("LEADMILL_SCALE_LANES", "1")
        with socket.create_server(("127.0.0.1", 0)) as probe:
            environment.setenv("LEADMILL_SERVE_HTTP_PORT", str(probe.getsockname()[1]))
        parts = Parts(StoreSettings(home=Path(home)), ShellSettings(console_port=0))

        async def start() -> Mill:
            address = await parts.database()
            simulator = parts.simulator("--companies=2000")
            mill = Mill(parts, address, simulator)
            database = mill.database()
            try:
                await demonstration.ensure_model(database, parts.store, simulator)
            finally:
                await database.close()
            await parts.mill(address, inline=False)
            return mill

        try:
            yield asyncio.run(start())
        finally:
            parts.down(lambda _: None)
