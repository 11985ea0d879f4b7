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


class Slow(Source):
    """A source that takes so long."""

    def __init__(self, clock, takes_s):
        super().__init__()
        self.gate.set()
        self.clock, self.takes_s = clock, takes_s

    async def read(self):
        number = await super().read()
        self.clock[0] += self.takes_s
        return number


async def settled():
    for _ in range(5):
        await asyncio.sleep(0)


async def test_what_costs_little_is_read_whenever_somebody_asks(remembered, clock):
    source = Slow(clock, 0.019)
    assert [await remembered.lately("it", source.read) for _ in range(3)] == [1, 2, 3]


async def test_what_is_costly_is_given_as_it_was_and_read_anew_meanwhile(remembered, clock):
    source = Slow(clock, 0.5)
    assert await remembered.lately("it", source.read) == 1
    clock[0] = 9.9
    assert await remembered.lately("it", source.read) == 1
    await settled()
    assert source.times == 1
    clock[0] = 10.1
    source.gate.clear()
    assert [await remembered.lately("it", source.read) for _ in range(3)] == [1] * 3
    await settled()
    assert source.times == 2
    source.gate.set()
    await settled()
    assert await remembered.lately("it", source.read) == 2


async def test_what_nobody_has_asked_for_in_a_minute_is_waited_for(remembered, clock):
    source = Slow(clock, 3.0)
    assert await remembered.lately("it", source.read) == 1
    clock[0] = 61
    assert await remembered.lately("it", source.read) == 2


async def test_what_can_not_be_read_anew_is_told_to_the_next(remembered, clock):
    source = Slow(clock, 0.5)
    await remembered.lately("it", source.read)
    clock[0], source.fails = 11, True
    assert await remembered.lately("it", source.read) == 1
    await settled()
    with pytest.raises(OSError, match="away"):
        await remembered.lately("it", source.read)


async def test_what_was_forgotten_while_it_was_read_anew_is_read_once_more(remembered, clock):
    """What was being read may be from before the act for which it was forgotten."""
    source = Slow(clock, 0.5)
    await remembered.lately(("it", "acme"), source.read)
    clock[0] = 11
    source.gate.clear()
    await remembered.lately(("it", "acme"), source.read)
    await settled()
    remembered.forget_all_of("acme")
    source.gate.set()
    await settled()
    assert source.times == 2
    assert await remembered.lately(("it", "acme"), source.read) == 3
