import asyncio

import pytest

from console.remembered import Remembered


class Source:
    """Something to be read, that counts how often it was."""

    def __init__(self):
        self.times = 0
        self.gate = asyncio.Event()
        self.fails = False

    async def read(self):
        self.times += 1
        number = self.times
        await self.gate.wait()
        if self.fails:
            raise OSError("away")
        return number


@pytest.fixture
def clock():
    return [0.0]


@pytest.fixture
def remembered(clock):
    return Remembered(lambda: clock[0])


async def test_whoever_asks_meanwhile_waits_for_the_same_reading(remembered):
    source = Source()
    asking = [asyncio.create_task(remembered.fresh("it", 10, source.read)) for _ in range(5)]
    await asyncio.sleep(0)
    source.gate.set()
    assert await asyncio.gather(*asking) == [1] * 5


async def test_it_is_read_again_when_it_is_old_or_was_forgotten(remembered, clock):
    source = Source()
    source.gate.set()
    assert await remembered.fresh("it", 10, source.read) == 1
    clock[0] = 9.9
    assert await remembered.fresh("it", 10, source.read) == 1
    clock[0] = 10
    assert await remembered.fresh("it", 10, source.read) == 2
    remembered.forget("it")
    assert await remembered.fresh("it", 10, source.read) == 3
    assert await remembered.fresh("another", 10, source.read) == 4


async def test_what_could_not_be_read_is_read_again_by_the_next(remembered):
    source = Source()
    source.gate.set()
    source.fails = True
    with pytest.raises(OSError, match="away"):
        await remembered.fresh("it", 10, source.read)
    source.fails = False
    assert await remembered.fresh("it", 10, source.read) == 2


async def test_who_goes_away_takes_it_from_nobody(remembered):
    source = Source()
    first, second = [asyncio.create_task(remembered.fresh("it", 10, source.read)) for _ in range(2)]
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    source.gate.set()
    assert await second == 1
