"""What tests of providers share: the simulator as a process of its own, its world, and ways to it."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from yarl import URL

from actors.core.provider import Heard, Http, Link
from actors.engine.http import open_web
from actors.simulator.launch import Launched, launch
from actors.simulator.world import World
from tests.internet.internet import Domain, Internet, launch_internet

SEED, COMPANIES = 7, 400
# What stands in the key's place where there are no keys.
KEYLESS = {
    "dns": None,
    "mailbox": None,
    "website": None,
    "gleif": None,
    "edgar": "Acme Ltd ops@acme.example",
    "wikidata": None,
    "yc": None,
}

Handler = Callable[[httpx.Request], httpx.Response]


@pytest.fixture(scope="session")
def simulator() -> Iterator[Launched]:
    with launch(seed=SEED, companies=COMPANIES) as launched:
        yield launched


@pytest.fixture(scope="session")
def world(simulator: Launched) -> World:
    """The world that the simulator serves: the truth that providers are held to."""
    return World(SEED, COMPANIES, datetime.now(UTC).date())


@pytest.fixture
async def http() -> AsyncIterator[Http]:
    """The client of production."""
    async with open_web(connections=16) as web:
        yield web


@pytest.fixture(scope="session")
def mail_servers() -> Iterator[Internet]:
    """The mail servers of one domain, for what is asked of every provider."""
    with launch_internet({"acme.example": Domain("google", {"ann"})}) as internet:
        yield internet


@pytest.fixture
def way(simulator: Launched, http: Http, request: pytest.FixtureRequest) -> Callable[[str], Link]:
    """The way to a provider in the simulator, with a key of this test's own, so that its bill is its own."""

    def to(provider: str) -> Link:
        key = KEYLESS.get(provider, f"sim-{request.node.name}")
        if provider == "mailbox":
            return Link(http, request.getfixturevalue("mail_servers").base_url, key)
        return Link(http, simulator.base_url(provider), key)

    return to


@pytest.fixture
def billed(simulator: Launched, request: pytest.FixtureRequest) -> Callable[[str], int]:
    """The credits that a vendor has billed to this test's key."""

    def credits_of(vendor: str) -> int:
        bill = httpx.get(f"{simulator.http}/_simulator/bill").json()
        keys = bill["vendors"].get(vendor, {}).get("keys", {})
        return int(keys.get(f"sim-{request.node.name}", {}).get("credits", 0))

    return credits_of


@pytest.fixture
def behave(simulator: Launched) -> Iterator[Callable[..., None]]:
    """Settings of a vendor, for as long as the test lasts."""
    address = f"{simulator.http}/_simulator/settings"
    usual = httpx.get(address).json()

    def behave(vendor: str, **settings: Any) -> None:
        httpx.put(address, json={vendor: settings}).raise_for_status()

    yield behave
    httpx.put(address, json=usual).raise_for_status()


class Answering:
    """The web, where a function answers."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler

    async def fetch(
        self,
        method: str,
        url: URL,
        headers: Mapping[str, str],
        *,
        most_bytes: int,
        body: bytes | None = None,
        public_only: bool = False,
    ) -> Heard:
        # whoever asked looks at the length once more, and nothing is connected to
        del most_bytes, public_only
        response = self._handler(httpx.Request(method, str(url), headers=headers, content=body))
        assert isinstance(response.stream, httpx.SyncByteStream)
        return Heard(response.status_code, response.headers, b"".join(response.stream))


@pytest.fixture
def vendor() -> Callable[..., Link]:
    """The way to a vendor that answers as a function says."""

    def answering(
        handler: Handler, *, base_url: str = "https://vendor.example/v1", key: str | None = "k"
    ) -> Link:
        return Link(Answering(handler), base_url, key)

    return answering
