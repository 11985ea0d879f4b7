"""The console as a process: `python -m console`."""

import argparse
import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import orjson
import uvicorn
from pydantic import ValidationError

from console.app import create_app
from console.auth import LOOPBACK
from console.faces import AgentFace, ProviderFace, read_faces, read_providers
from console.openid import OpenId
from console.settings import ConsoleSettings
from tenants.settings import StoreSettings
from tenants.store import people
from tenants.store.embedded import database_address
from tenants.store.migrate import current_revision
from tenants.store.rls import APP, READ
from tenants.store.session import Database, DatabaseError

if TYPE_CHECKING:
    from starlette.types import ASGIApp


def main() -> None:
    """The console, until it is told to stop. It prints one line of JSON when it answers."""
    settings = _settings()
    options = _options(settings.console_url)
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    # by the protocol's name, or asyncio leaves delays of 40 ms in answers that go out in two parts
    with socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((options.host, options.port))
        except OSError as error:
            raise SystemExit(f"{options.host} port {options.port}: {error.strerror}") from None
        asyncio.run(_serve(listener, options.agents_json, options.providers_json, settings))


class _Server(uvicorn.Server):
    """uvicorn, which says when it answers, and leaves signals to us: it would end by the signal itself."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        host, port = (sockets or [])[0].getsockname()[:2]
        name = f"[{host}]" if ":" in host else host
        ready = {"console": f"http://{name}:{port}", "pid": os.getpid()}
        sys.stdout.write(orjson.dumps(ready).decode() + "\n")
        sys.stdout.flush()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _serve(
    listener: socket.socket,
    faces: Sequence[AgentFace],
    providers: Sequence[ProviderFace],
    offered: ConsoleSettings,
) -> None:
    settings, public = StoreSettings(), offered.console_url
    address = database_address(settings)
    reading = Database.at(settings.database_read_url or address, role=READ, pool_size=6, read_only=True)
    acting = Database.at(address, role=APP, pool_size=2)
    try:
        await _find_schema(reading)
        if public is not None:
            await _find_somebody(acting)
        app: ASGIApp = create_app(
            reading=reading,
            acting=acting,
            agents=faces,
            providers=providers,
            public=public,
            openid=_openid(offered),
        )
        server = _Server(
            uvicorn.Config(
                app, log_level="warning", access_log=False, timeout_graceful_shutdown=3, ws_max_size=65_536
            )
        )
        for name in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(name, server.handle_exit, name, None)
        await server.serve(sockets=[listener])
    finally:
        await reading.close()
        await acting.close()


async def _find_schema(reading: Database) -> None:
    """A sentence instead of a start, where the database is not ready for the console."""
    try:
        revision = await current_revision(reading)
    except DatabaseError as error:
        reason = str(error).partition("\n")[0]
        raise SystemExit(
            f"The database does not let the console in: {reason}. Try `leadmill doctor`."
        ) from None
    if revision is None:
        raise SystemExit("The database has no tables yet: `leadmill migrate` makes them.")


async def _find_somebody(acting: Database) -> None:
    """A sentence instead of a start, where the console would be offered to others and nobody has to sign in."""
    async with acting.system() as session:
        if not await people.is_anybody(session):
            raise SystemExit(
                "LEADMILL_CONSOLE_URL offers the console to others, and nobody was added who could sign in: "
                "`leadmill person add LOGIN --role platform` adds the first."
            )


def _openid(offered: ConsoleSettings) -> OpenId | None:
    """Who vouches for people, or one sentence where the secret for that can't be read."""
    try:
        return offered.provider()
    except OSError as error:
        raise SystemExit(f"LEADMILL_OIDC_CLIENT_SECRET_FILE: {error.strerror}: {error.filename}") from None


def _settings() -> ConsoleSettings:
    """The settings, or one sentence for what is wrong with them."""
    try:
        return ConsoleSettings()
    except ValidationError as error:
        fault = error.errors()[0]
        name = f"LEADMILL_{fault['loc'][0]}".upper() if fault["loc"] else "The console's settings"
        raise SystemExit(f"{name}: {fault['msg']}") from None


def _options(public: str | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m console", description="The console of Leadmill.")
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        type=_loopback if public is None else str,
        help="address to serve on; one that others reach only with LEADMILL_CONSOLE_URL",
    )
    parser.add_argument("--port", default=8600, type=int, help="port to serve on; 0: any that is free")
    parser.add_argument(
        "--agents-json",
        default=(),
        type=read_faces,
        metavar="JSON",
        help='the agents that exist: [{"name": …, "title": …, "description": …, "topic": …}, …]',
    )
    parser.add_argument(
        "--providers-json",
        default=(),
        type=read_providers,
        metavar="JSON",
        help='the providers that exist: [{"name": …, "title": …, "fields": […], "questions": […], …}, …]',
    )
    return parser.parse_args()


def _loopback(host: str) -> str:
    if host not in LOOPBACK:
        raise argparse.ArgumentTypeError(
            f"{host} is not this machine's own: {', '.join(sorted(LOOPBACK))}. Others reach the console through a "
            "proxy that speaks https, and LEADMILL_CONSOLE_URL says under which address"
        )
    return host


if __name__ == "__main__":
    main()
