import asyncio

import pytest

from serve.memory import Memory


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


async def test_what_is_known_is_asked_for_again_only_after_its_time(clock):
    asked = []

    async def look_up(key):
        asked.append(key)
        return len(asked)

    memory = Memory(look_up, for_s=1.0, most=10, clock=clock)
    assert [await memory.get("a"), await memory.get("a"), await memory.get("b")] == [1, 1, 2]
    clock.now = 0.99
    assert await memory.get("a") == 1
    clock.now = 1.0
    assert await memory.get("a") == 3
    assert asked == ["a", "b", "a"]


async def test_many_who_ask_at_once_are_one_question_and_one_who_gives_up_ends_it_for_nobody(clock):
    asked, goes_on = [], asyncio.Event()

    async def look_up(key):
        asked.append(key)
        await goes_on.wait()
        return key.upper()

    memory = Memory(look_up, for_s=1.0, most=10, clock=clock)
    impatient, *others = [asyncio.create_task(memory.get("a")) for _ in range(5)]
    await asyncio.sleep(0)
    impatient.cancel()
    goes_on.set()
    assert await asyncio.gather(*others) == ["A"] * 4
    assert asked == ["a"]


async def test_a_failure_is_told_to_all_who_wait_and_not_remembered(clock):
    answers = [OSError("away"), "here"]

    async def look_up(_):
        await asyncio.sleep(0)
        answer = answers.pop(0)
        if isinstance(answer, OSError):
            raise answer
        return answer

    memory = Memory(look_up, for_s=1.0, most=10, clock=clock)
    first, second = await asyncio.gather(memory.get("a"), memory.get("a"), return_exceptions=True)
    assert (str(first), str(second)) == ("away", "away")
    assert await memory.get("a") == "here"


async def test_no_more_is_remembered_than_may_be_and_the_oldest_goes_first(clock):
    asked = []

    async def look_up(key):
        asked.append(key)
        return key

    memory = Memory(look_up, for_s=1.0, most=2, clock=clock)
    for key in ("a", "b", "c", "b", "a"):
        await memory.get(key)
    assert asked == ["a", "b", "c", "a"]
