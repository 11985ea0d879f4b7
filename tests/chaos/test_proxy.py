"""The proxy before a real PostgreSQL: each switch, and the frames that it reads along."""

import asyncio
import struct
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import make_url

from tests.chaos.postgres_proxy import Frames, PostgresProxy
from tests.chaos.proxy import DOWN, UP


def frame(kind, body):
    return kind + struct.pack("!I", len(body) + 4) + body


COMMITTED = frame(b"C", b"COMMIT\0")
SAID = [
    frame(b"1", b""),
    frame(b"D", b"C\0\0\0\x0bCOMMIT\0"),  # a row that looks like it
    COMMITTED,
    frame(b"C", b"COMMITTED\0"),
    frame(b"D", b"x" * 5000),
    frame(b"C", b"SELECT 1\0"),
    COMMITTED,
    frame(b"Z", b"I"),
]


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 12, 100, 4096, 10_000])
def test_an_answer_to_a_commit_is_found_however_the_bytes_come(size):
    said = b"".join(SAID)
    frames = Frames()
    ends = [at + end for at in range(0, len(said), size) for end in frames.committed(said[at : at + size])]
    assert ends == [len(b"".join(SAID[:3])), len(b"".join(SAID[:7]))]


@pytest.fixture
def proxy(postgres):
    folder = make_url(postgres).query["host"]
    with PostgresProxy(Path(str(folder)) / ".s.PGSQL.5432") as proxy:
        yield proxy


@pytest.fixture
async def through(proxy, database_url):
    """A way to the test's database through the proxy."""
    address = f"postgresql://postgres@127.0.0.1:{proxy.port}/{make_url(database_url).database}"
    opened = []

    async def connect(**more):
        connection = await asyncpg.connect(address, timeout=5, **more)
        opened.append(connection)
        return connection

    yield connect
    for connection in opened:
        connection.terminate()


async def test_what_is_said_goes_through_in_both_directions(through, proxy):
    connection = await through()
    assert await connection.fetchval("SELECT repeat('x', 300000)") == "x" * 300_000
    assert await connection.fetchval("SELECT length($1::text)", "y" * 300_000) == 300_000
    assert proxy.connections == 1


async def test_a_swallowed_commit_is_in_place_and_nobody_was_told(through, proxy):
    connection = await through()
    await connection.execute("CREATE TABLE kept (n int)")
    proxy.swallow_rate = 1.0
    await connection.execute("BEGIN; INSERT INTO kept VALUES (1)")
    with pytest.raises((asyncpg.ConnectionDoesNotExistError, OSError)):
        await connection.execute("COMMIT")
    proxy.swallow_rate = 0.0
    assert proxy.swallowed == 1
    assert await (await through()).fetchval("SELECT n FROM kept") == 1


async def test_connections_are_cut_and_new_ones_refused(through, proxy):
    connection = await through()
    proxy.refuses = True
    assert proxy.cut() == 1
    with pytest.raises((asyncpg.PostgresConnectionError, asyncpg.InterfaceError, OSError)):
        await connection.fetchval("SELECT 1")
    with pytest.raises((asyncpg.PostgresConnectionError, OSError)):
        await through()
    proxy.refuses = False
    assert await (await through()).fetchval("SELECT 1") == 1


@pytest.mark.parametrize("hole", [UP, DOWN])
async def test_what_falls_into_a_hole_never_comes_and_nobody_is_told(through, proxy, hole):
    connection = await through()
    proxy.holes = frozenset({hole})
    with pytest.raises(TimeoutError):
        await connection.fetchval("SELECT 1", timeout=0.3)
    assert proxy.fell_silent >= 1
    proxy.holes = frozenset()
    assert not connection.is_closed()
    assert await (await through()).fetchval("SELECT 1") == 1


async def test_answers_are_delayed(through, proxy):
    connection = await through()
    proxy.delay_s = 0.2
    started = asyncio.get_running_loop().time()
    assert await connection.fetchval("SELECT 1") == 1
    assert asyncio.get_running_loop().time() - started >= 0.2
