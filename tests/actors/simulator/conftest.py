"""One small world for all tests, and a running simulator with a client for each that asks."""

import os
from collections.abc import AsyncIterator, Iterator
from datetime import date
from pathlib import Path

import httpx
import pytest

from actors.simulator.launch import Launched, launch
from actors.simulator.server import Simulator
from actors.simulator.world import World

TODAY = date(2026, 11, 2)


class Clock:
    """A clock that tests turn by hand."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture(scope="session")
def world() -> World:
    return World(7, 600, TODAY)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def simulator(world: World, clock: Clock) -> AsyncIterator[Simulator]:
    simulator = Simulator(world, clock)
    await simulator.start()
    yield simulator
    await simulator.stop()


def client_of(address: str, **options: dict[str, str]) -> httpx.AsyncClient:
    """A client without certificates to load."""
    return httpx.AsyncClient(base_url=address, verify=False, trust_env=False, **options)


@pytest.fixture
async def http(simulator: Simulator) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(simulator.http) as client:
        yield client


@pytest.fixture
async def apollo(simulator: Simulator) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(f"{simulator.http}/apollo/api/v1", headers={"x-api-key": "sim-test"}) as client:
        yield client


@pytest.fixture
async def hunter(simulator: Simulator) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(f"{simulator.http}/hunter/v2", headers={"X-API-KEY": "sim-test"}) as client:
        yield client


@pytest.fixture(scope="session")
def launched() -> Iterator[Launched]:
    with launch(companies=600) as simulator:
        yield simulator


@pytest.fixture
def providers() -> Path:
    """The vendors' recorded answers."""
    if not os.environ.get("LEADMILL_DATASETS"):
        pytest.skip("LEADMILL_DATASETS is not set")
    return Path(os.environ["LEADMILL_DATASETS"]) / "providers"
