"""What all tests share: a real PostgreSQL, a database for each test, and no way out of this machine."""

import asyncio
import ipaddress
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import uuid
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import hypothesis
import pytest
import pytest_asyncio
from sqlalchemy import make_url

from tenants.secrets import Vault
from tenants.settings import StoreSettings
from tenants.store import embedded
from tenants.store.migrate import migrate
from tenants.store.rls import APP
from tenants.store.session import Database
from tests.kafka.broker import Broker
from tests.kafka.jars import NoKafka
from tests.memory import roomy_folder

LANES = 6
_HERE = Path(__file__).parent
#: folders whose tests start whole mills, clusters, brokers or browsers, the longest first
_LONG = {name: at for at, name in enumerate(("shell", "simulation", "browser", "serve", "journey", "house"))}
_CONNECT = socket.socket.connect
_GIVEN_BROKER = os.environ.get("LEADMILL_KAFKA_BOOTSTRAP")

# how long an example takes says how busy the machine is, and nothing of the code
hypothesis.settings.register_profile("house", deadline=None)
hypothesis.settings.load_profile("house")


@pytest.fixture(scope="session", autouse=True)
def _only_this_machine() -> Iterator[None]:
    """A connection to anywhere but loopback is a failure of the test that tries it."""

    def guarded(self: socket.socket, address: object) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and isinstance(address, tuple):
            host = str(address[0])
            loopback = host == "localhost" or (_is_address(host) and ipaddress.ip_address(host).is_loopback)
            assert loopback, f"a test wanted to reach {host}"
        _CONNECT(self, address)

    socket.socket.connect = guarded
    yield
    socket.socket.connect = _CONNECT


@pytest.fixture
def beyond_this_machine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Connections to anywhere, for one test that is marked as live."""
    assert request.node.get_closest_marker("live") is not None
    monkeypatch.setattr(socket.socket, "connect", _CONNECT)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what asks vendors for real, unless the command line names it by its marker.

    Where several processes share the tests, what takes long comes first: a file of minutes must not be begun last.
    """
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: _LONG.get(item.path.relative_to(_HERE).parts[0], len(_LONG)))
    if re.search(r"\blive\b", config.getoption("markexpr")):
        return
    live = [item for item in items if item.get_closest_marker("live") is not None]
    config.hook.pytest_deselected(items=live)
    items[:] = [item for item in items if item.get_closest_marker("live") is None]


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


@pytest.fixture(scope="session", autouse=True)
def _no_settings_from_outside(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Settings of whoever runs the tests do not reach them; the folder of data sets does."""
    for name in [name for name in os.environ if name.startswith("LEADMILL_") and name != "LEADMILL_DATASETS"]:
        del os.environ[name]
    os.environ["LEADMILL_HOME"] = str(tmp_path_factory.mktemp("home"))
    os.environ["RAY_AUTH_MODE"] = "disabled"


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL of this test session; its database `template` is migrated and empty.

    It has a folder of its own: pytest closes its temporary folders to others whenever a run begins, and
    PostgreSQL may run as another user.
    """
    with tempfile.TemporaryDirectory(
        prefix="leadmill-test-", dir=roomy_folder(), ignore_cleanup_errors=True
    ) as home:
        folder = Path(home) / "postgres"
        address = embedded.start(folder)
        try:
            asyncio.run(_make_template(address))
            yield address
        finally:
            embedded.stop(folder)


async def _make_template(address: str) -> None:
    await execute(
        address,
        "ALTER SYSTEM SET fsync = off",
        "ALTER SYSTEM SET full_page_writes = off",
        "SELECT pg_reload_conf()",
        "CREATE DATABASE template",
    )
    await migrate(_database_named(address, "template"), lanes=LANES)


async def execute(address: str, *statements: str) -> None:
    """Statements as the superuser."""
    connection = await asyncpg.connect(address)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


def _database_named(address: str, name: str) -> str:
    return make_url(address).set(database=name).render_as_string(hide_password=False)


class _Databases:
    """Migrated, empty databases. The next ones are made while a test uses one: making them is a fifth of a second."""

    def __init__(self, postgres: str) -> None:
        self._postgres = postgres
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="databases")
        self._ready = deque(self._worker.submit(self._make) for _ in range(2))
        self._dropped: list[Future[None]] = []

    def take(self) -> str:
        """The name of one that nobody else has."""
        self._ready.append(self._worker.submit(self._make))
        return self._ready.popleft().result()

    def give_back(self, name: str) -> None:
        """It is dropped, whoever is still connected to it."""
        self._dropped.append(self._worker.submit(self._run, f"DROP DATABASE {name} WITH (FORCE)"))

    def close(self) -> None:
        """The end, when all that were given back are gone."""
        for dropped in self._dropped:
            dropped.result()
        self._worker.shutdown(cancel_futures=True)

    def _make(self) -> str:
        name = f"test_{uuid.uuid4().hex[:12]}"
        self._run(f"CREATE DATABASE {name} TEMPLATE template STRATEGY FILE_COPY")
        return name

    def _run(self, statement: str) -> None:
        asyncio.run(execute(self._postgres, statement))


@pytest.fixture(scope="session")
def databases(postgres: str) -> Iterator[_Databases]:
    """The databases of this test session."""
    databases = _Databases(postgres)
    yield databases
    databases.close()


@pytest.fixture
def database_url(postgres: str, databases: _Databases) -> Iterator[str]:
    """The address of a migrated, empty database that only this test uses, as its superuser."""
    name = databases.take()
    yield _database_named(postgres, name)
    databases.give_back(name)


@pytest_asyncio.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A migrated, empty database as the application sees it."""
    database = Database.at(database_url, role=APP, pool_size=6)
    yield database
    await database.close()


@pytest.fixture(scope="session")
def broker() -> Iterator[str]:
    """The address of a Kafka broker of this test session, or of the one that LEADMILL_KAFKA_BOOTSTRAP names."""
    if _GIVEN_BROKER:
        yield _GIVEN_BROKER
        return
    with running_broker() as ours:
        yield ours.bootstrap


@pytest.fixture
def own_broker() -> Iterator[Broker]:
    """A Kafka broker for one test to kill."""
    with running_broker() as ours:
        yield ours


@pytest.fixture(scope="session")
def secured_broker() -> Iterator[Broker]:
    """A Kafka broker that speaks TLS only and asks for a name and a password."""
    with running_broker(secured=True) as ours:
        yield ours


@contextmanager
def running_broker(*, secured: bool = False, advertised_port: int = 0) -> Iterator[Broker]:
    """A Kafka broker for as long as the block lasts.

    Where there is none to be had the test is skipped; with REQUIRE_KAFKA=1 in the environment it fails.
    """
    ours = Broker(secured=secured, advertised_port=advertised_port)
    try:
        try:
            try:
                ours.start()
            except NoKafka:  # somebody else may have taken a port meanwhile
                ours.remove()
                ours = Broker(secured=secured)
                ours.start()
        except NoKafka as error:
            if os.environ.get("REQUIRE_KAFKA") == "1":
                pytest.fail(f"no Kafka: {error}")
            pytest.skip(f"no Kafka: {error}")
        yield ours
    finally:
        ours.remove()


@pytest.fixture
def provider(tmp_path_factory) -> Iterator[str]:
    """The address of a provider of OpenID Connect, as it calls itself."""
    folder = tmp_path_factory.mktemp("provider")
    # a redirect to loopback without a port is one to any port (RFC 8252)
    command = [sys.executable, "-m", "tests.console.provider", str(folder), "http://127.0.0.1/sign-in/back"]
    with subprocess.Popen(
        command, cwd=Path(__file__).parents[1], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield json.loads(process.stdout.readline())["issuer"]
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0


@pytest.fixture
def store_settings(database_url: str, tmp_path: Path) -> StoreSettings:
    """The settings of an installation with this test's database and a home of its own."""
    return StoreSettings(home=tmp_path / "home", database_url=database_url)


@pytest.fixture
def vault(store_settings: StoreSettings) -> Vault:
    """The vault of this test's installation."""
    return Vault.from_settings(store_settings)


@pytest.fixture(scope="session")
def dataset() -> Callable[[str], Path]:
    """A file of the folder with real data; where the folder is not named, the test is skipped."""
    folder = os.environ.get("LEADMILL_DATASETS")

    def find(name: str) -> Path:
        if not folder:
            pytest.skip("LEADMILL_DATASETS names no folder with data sets")
        path = Path(folder).resolve() / name
        assert path.exists(), f"{path} is missing"
        return path

    return find
