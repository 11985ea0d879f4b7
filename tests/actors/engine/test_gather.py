import asyncio
import gc

import pytest

from actors.engine.gather import Gather


class Fetch:
    """Answers each key with its double, remembers what it was asked at once, and waits while it is told to."""

    def __init__(self):
        self.asked = []
        self.running = 0
        self.go_on = asyncio.Event()
        self.go_on.set()
        self.begun = asyncio.Event()
        self.fails = {}

    async def __call__(self, keys):
        self.asked.append(keys)
        self.running += 1
        self.begun.set()
        try:
            await self.go_on.wait()
        finally:
            self.running -= 1
        for key in keys:
            if key in self.fails:
                raise self.fails[key]
        return {key: key * 2 for key in keys if key >= 0}


async def test_who_asks_at_the_same_time_is_answered_by_one_fetch():
    fetch = Fetch()
    gather = Gather(fetch)
    assert await asyncio.gather(*(gather.get(key) for key in (1, 2, 3))) == [2, 4, 6]
    assert fetch.asked == [[1, 2, 3]]
    assert await gather.get(4) == 8
    assert fetch.asked == [[1, 2, 3], [4]]


async def test_equal_keys_that_wait_together_are_fetched_once_and_later_ones_anew():
    fetch = Fetch()
    gather = Gather(fetch)
    assert await asyncio.gather(gather.get(1), gather.get(1)) == [2, 2]
    assert await gather.get(1) == 2
    assert fetch.asked == [[1], [1]]


async def test_while_one_fetch_is_under_way_the_next_one_fills_up():
    fetch = Fetch()
    fetch.go_on.clear()
    gather = Gather(fetch)
    first = asyncio.create_task(gather.get(1))
    await fetch.begun.wait()
    others = [asyncio.create_task(gather.get(key)) for key in (1, 2, 3)]
    await asyncio.sleep(0)
    fetch.go_on.set()
    assert await asyncio.gather(first, *others) == [2, 2, 4, 6]
    # whoever asks after the fetch has begun is not given what it saw
    assert fetch.asked == [[1], [1, 2, 3]]


async def test_a_fetch_takes_no_more_than_its_most_and_the_rest_follows():
    fetch = Fetch()
    gather = Gather(fetch, most=2)
    assert await asyncio.gather(*(gather.get(key) for key in range(5))) == [0, 2, 4, 6, 8]
    assert fetch.asked == [[0, 1], [2, 3], [4]]


async def test_one_fetch_is_under_way_at_a_time():
    fetch = Fetch()
    fetch.go_on.clear()
    gather = Gather(fetch, most=1)
    tasks = []
    for key in range(4):
        tasks.append(asyncio.create_task(gather.get(key)))
        for _ in range(5):
            await asyncio.sleep(0)
    assert fetch.running == 1
    fetch.go_on.set()
    assert await asyncio.gather(*tasks) == [0, 2, 4, 6]


async def test_a_flight_that_lingers_takes_those_along_who_come_meanwhile():
    fetch = Fetch()
    gather = Gather(fetch, linger_s=0.2)
    first = asyncio.create_task(gather.get(1))
    for _ in range(5):
        await asyncio.sleep(0)
    assert await asyncio.gather(first, gather.get(2)) == [2, 4]
    assert fetch.asked == [[1, 2]]


async def test_whoever_is_not_in_the_answer_gets_none():
    assert await Gather(Fetch()).get(-1) is None


async def test_a_fault_is_told_to_all_who_waited_for_it_and_to_nobody_after():
    fetch = Fetch()
    fetch.fails = {2: ZeroDivisionError}
    gather = Gather(fetch)
    results = await asyncio.gather(gather.get(1), gather.get(2), return_exceptions=True)
    assert [type(result) for result in results] == [ZeroDivisionError, ZeroDivisionError]
    assert await gather.get(1) == 2


async def test_a_fault_does_not_keep_those_who_wait_for_the_next_fetch_from_it():
    fetch = Fetch()
    fetch.fails = {1: ZeroDivisionError}
    gather = Gather(fetch, most=1)
    results = await asyncio.gather(*(gather.get(key) for key in (1, 2)), return_exceptions=True)
    assert isinstance(results[0], ZeroDivisionError)
    assert results[1] == 4


async def test_one_who_gives_up_takes_nothing_from_the_others_who_wait_for_the_same():
    fetch = Fetch()
    fetch.go_on.clear()
    gather = Gather(fetch)
    impatient, patient = [asyncio.create_task(gather.get(1)) for _ in range(2)]
    await fetch.begun.wait()
    impatient.cancel()
    with pytest.raises(asyncio.CancelledError):
        await impatient
    fetch.go_on.set()
    assert await patient == 2
    assert fetch.asked == [[1]]


async def test_a_fault_that_nobody_waits_for_any_more_troubles_nobody():
    complaints = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: complaints.append(context))
    fetch = Fetch()
    fetch.fails = {1: ZeroDivisionError}
    fetch.go_on.clear()
    gather = Gather(fetch)
    gone = asyncio.create_task(gather.get(1))
    await fetch.begun.wait()
    gone.cancel()
    await asyncio.gather(gone, return_exceptions=True)
    fetch.go_on.set()
    assert await gather.get(2) == 4
    del gone
    gc.collect()  # a fault that was never looked at is complained of when it goes
    assert complaints == []


async def test_as_many_flights_as_may_be_are_under_way_and_one_boards_at_a_time():
    fetch = Fetch()
    fetch.go_on.clear()
    gather = Gather(fetch, most=2, flights=2)
    tasks = [asyncio.create_task(gather.get(key)) for key in range(7)]
    for _ in range(10):
        await asyncio.sleep(0)
    assert fetch.asked == [[0, 1], [2, 3]]
    assert fetch.running == 2
    fetch.go_on.set()
    assert await asyncio.gather(*tasks) == [0, 2, 4, 6, 8, 10, 12]
    assert fetch.asked == [[0, 1], [2, 3], [4, 5], [6]]
