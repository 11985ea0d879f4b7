"""The parts of a running mill on this machine: database, simulator, mill, console. Each is started if missing."""

import asyncio
import json
import socket
import sys
from collections.abc import Callable
from datetime import datetime
from typing import Any

from actors.agents import all_agents
from actors.bus.settings import KafkaSettings
from actors.engine.supervision import ROLE
from actors.engine.wiring import needs
from actors.providers import all_providers
from actors.shell.installation import PATIENCE_S, Installation
from actors.shell.settings import ShellSettings
from tenants.settings import StoreSettings
from tenants.store import embedded, lanes, outbox, roles
from tenants.store.migrate import current_revision, migrate, newest_revision
from tenants.store.rls import APP
from tenants.store.session import Database

_LOOKS, _LOOK_EVERY_S = 20, 0.4
_CLUSTER_PATIENCE_S = 960.0  # a cluster's first worker is bought, and everything is installed on it
MILL, CONSOLE, SIMULATOR = "mill", "console", "simulator"


class NotMigrated(Exception):
    """The database's schema is not the one that this code was written for."""


class Parts:
    """What `up`, `down`, `status` and `demo` share."""

    def __init__(self, store: StoreSettings, shell: ShellSettings) -> None:
        self.store = store
        self.shell = shell
        self.installation = Installation(store.home)

    async def database(self) -> str:
        """The address of the database, awake and with its schema up to date.

        An embedded one is brought up to date here; raises NotMigrated for an external one that is not.
        """
        address = embedded.database_address(self.store)
        if self.store.database_url is None:
            await migrate(address, lanes=self.store.lanes)
            return address
        database = Database.at(address, role=APP, pool_size=1)
        try:
            revision = await current_revision(database)
        finally:
            await database.close()
        if revision != newest_revision():
            raise NotMigrated(
                f"the database is at revision {revision or 'none'}, this code needs {newest_revision()}: "
                "run `leadmill migrate`"
            )
        return address

    async def topics(self, address: str) -> None:
        """The topics of the Kafka broker made, where one is configured."""
        kafka = KafkaSettings()
        if kafka.bootstrap is None:
            return
        from actors.bus.topics import apply_topics, wanted_topics  # Kafka's client takes a while to load

        database = Database.at(address, role=APP, pool_size=1)
        try:
            async with database.system() as session:
                number = await lanes.lane_count(session)
        finally:
            await database.close()
        await apply_topics(kafka, wanted_topics(kafka, number))

    def simulator(self, *options: str) -> dict[str, Any]:
        """Where the simulator answers; it is started if it does not run, on the ports that it had before."""
        running = self.installation.running(SIMULATOR)
        if running is not None:
            return running
        ports = self.store.home / "simulator.json"
        known = (
            json.loads(ports.read_text()) if ports.exists() else {"http": _free_port(), "dns": _free_port()}
        )
        command = [
            sys.executable,
            "-m",
            "actors.simulator",
            f"--port={known['http']}",
            f"--dns-port={known['dns']}",
        ]
        words = self.installation.start(SIMULATOR, [*command, *options], {})
        ports.write_text(json.dumps(known))
        return words

    async def mill(
        self, address: str, *, inline: bool, on_wait: Callable[[], None] = lambda: None
    ) -> dict[str, Any]:
        """How the mill runs; it is started if it does not. What a dead one left is ended first."""
        database = Database.at(address, role=APP, pool_size=1)
        try:
            running = self.installation.running(MILL)
            if running is not None and await self._turns(database):
                return running
            self.installation.stop(MILL)
            async with database.system() as session:
                for role in (ROLE, outbox.ROLE):
                    await roles.take_away(session, role, self.installation.mark)
        finally:
            await database.close()
        command = [sys.executable, "-m", "leadmill", "keep", "--inline" if inline else "--ray"]
        waits_for_others = self.shell.ray_address is not None and not inline
        return self.installation.start(
            MILL,
            command,
            self._environment(address),
            on_wait=on_wait,
            patience_s=_CLUSTER_PATIENCE_S if waits_for_others else PATIENCE_S,
        )

    async def _turns(self, database: Database) -> bool:
        """Whether supervision goes round: its role is renewed while we look.

        A supervisor that was just killed gets some time to come back.
        """
        seen: set[datetime | None] = set()
        for _ in range(_LOOKS):
            async with database.system() as session:
                seen.add(await roles.held_until(session, ROLE))
            if len(seen - {None}) > 1:
                return True
            await asyncio.sleep(_LOOK_EVERY_S)
        return False

    def console(self, address: str) -> dict[str, Any]:
        """Where the console answers; it is started if it does not run."""
        running = self.installation.running(CONSOLE)
        if running is not None:
            return running
        port = self.shell.console_port if _is_free(self.shell.console_port) else 0
        command = [
            sys.executable,
            "-m",
            "console",
            f"--port={port}",
            f"--agents-json={json.dumps(agents_told())}",
            f"--providers-json={json.dumps(providers_told())}",
        ]
        return self.installation.start(CONSOLE, command, self._environment(address))

    def down(self, say: Callable[[str], None]) -> None:
        """Everything stopped in good order: people first, then work, then the world, then the database."""
        for part in (CONSOLE, MILL, SIMULATOR):
            if self.installation.stop(part):
                say(f"{part} stopped")
        if self.store.database_url is None and embedded.stop(self.store.home / "postgres"):
            say("database stopped")

    def _environment(self, address: str) -> dict[str, str]:
        return {"LEADMILL_HOME": str(self.store.home.absolute()), "LEADMILL_DATABASE_URL": address}


def agents_told() -> list[dict[str, Any]]:
    """The agents that exist, as the console is told of them: it imports none."""
    needed = needs()
    return [
        {
            "name": agent.name,
            "title": agent.title,
            "description": agent.description,
            "topic": agent.topic,
            "needs": sorted(needed.get(agent.name, ())),
        }
        for agent in all_agents().values()
    ]


def providers_told() -> list[dict[str, Any]]:
    """The providers that exist, as the console is told of them."""
    return [
        {
            "name": provider.name,
            "title": provider.title,
            "base_url": provider.base_url,
            "needs_key": provider.needs_key,
            "credit_price_usd": float(provider.credit_price_usd),
            "fields": sorted(provider.knows),
            "questions": sorted(question.__name__ for question in provider.answers),
            "billed": sorted(question.__name__ for question in provider.billed),
            "limits": [(limit.calls, limit.per_s) for limit in provider.limits],
        }
        for provider in all_providers().values()
    ]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
