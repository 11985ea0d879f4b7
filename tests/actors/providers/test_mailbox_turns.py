"""Whose turn it is at a mail server, in time that is made up."""

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.core.errors import LeftAlone, SlowedDown
from actors.providers import mailbox_turns
from actors.providers.mailbox_turns import BLOCKED_S, BLOCKS, Turns
from actors.providers.mailbox_way import Limits

HERE, THERE = "192.0.2.1", "192.0.2.2"
MANY = 1000


class Time:
    """The time of the turns: whoever sleeps makes it go on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now_s = 1000.0
        self.slept: list[float] = []
        monkeypatch.setattr(mailbox_turns, "_now_s", lambda: self.now_s)
        monkeypatch.setattr(mailbox_turns, "_sleep", self.sleep)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now_s += seconds


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    return Time(monkeypatch)


async def test_so_many_connections_a_minute_and_the_next_is_put_off(time: Time) -> None:
    turns, limits = Turns(), Limits(at_once=5, per_minute=2)
    for _ in range(2):
        async with turns.turn(HERE, limits):
            pass
    with pytest.raises(SlowedDown) as slowed:
        async with turns.turn(HERE, limits):
            pass
    assert slowed.value.retry_at is not None
    assert slowed.value.retry_at - datetime.now(UTC) > timedelta(seconds=50)
    async with turns.turn(THERE, limits):
        pass
    assert time.slept == []


async def test_a_short_wait_is_waited_for(time: Time) -> None:
    turns, limits = Turns(), Limits(at_once=5, per_minute=2)
    for _ in range(2):
        async with turns.turn(HERE, limits):
            time.now_s += 20.0
    async with turns.turn(HERE, limits):
        assert time.slept == [20.0]


async def test_the_places_of_those_who_go_are_taken_in_turn() -> None:
    turns, limits = Turns(), Limits(at_once=2, per_minute=MANY)
    inside: list[int] = []
    most = 0
    order: list[int] = []

    async def visit(number: int) -> None:
        nonlocal most
        async with turns.turn(HERE, limits):
            order.append(number)
            inside.append(number)
            most = max(most, len(inside))
            await asyncio.sleep(0)
            inside.remove(number)

    await asyncio.gather(*(visit(number) for number in range(20)))
    assert most == 2
    assert order == list(range(20))


async def test_whoever_waits_too_long_is_put_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailbox_turns, "MOST_WAIT_S", 0.01)
    turns, limits = Turns(), Limits(at_once=1, per_minute=MANY)
    async with turns.turn(HERE, limits):
        with pytest.raises(SlowedDown):
            async with turns.turn(HERE, limits):
                pass
    async with turns.turn(HERE, limits):
        pass


async def test_whoever_gives_up_keeps_nobody_else_waiting() -> None:
    turns, limits = Turns(), Limits(at_once=1, per_minute=MANY)
    entered: list[str] = []

    async def visit(name: str) -> None:
        async with turns.turn(HERE, limits):
            entered.append(name)

    async with AsyncExitStack() as stack:
        await stack.enter_async_context(turns.turn(HERE, limits))
        first, second = asyncio.create_task(visit("first")), asyncio.create_task(visit("second"))
        await asyncio.sleep(0)
        await stack.aclose()  # the first is woken, and gives up before it comes to anything
        first.cancel()
        await asyncio.gather(first, second, return_exceptions=True)
    assert entered == ["second"]


async def test_a_server_that_blocks_us_is_left_alone_for_a_while(time: Time) -> None:
    turns = Turns()
    turns.was_blocked(HERE)
    assert turns.is_blocked(HERE)
    assert not turns.is_blocked(THERE)
    turns.look()
    time.now_s += BLOCKED_S
    assert not turns.is_blocked(HERE)


async def test_several_servers_that_block_us_one_after_another_are_about_us(time: Time) -> None:
    turns = Turns()
    for number in range(BLOCKS):
        turns.look()
        turns.was_blocked(f"192.0.2.{number}")
    with pytest.raises(LeftAlone) as left:
        turns.look()
    assert left.value.provider == "mailbox"
    time.now_s += BLOCKED_S
    turns.look()


async def test_a_server_that_answers_between_them_says_that_it_is_not_us(time: Time) -> None:
    turns = Turns()
    for number in range(BLOCKS * 2):
        turns.was_blocked(f"192.0.2.{number}")
        turns.was_heard()
        turns.look()
    for _ in range(BLOCKS):  # and one server is no more than one
        turns.was_blocked(HERE)
    turns.look()
    for number in range(BLOCKS):  # whereas so many in a row are about us
        turns.was_blocked(f"198.51.100.{number}")
    with pytest.raises(LeftAlone):
        turns.look()


@given(
    st.integers(1, 4),
    st.lists(st.tuples(st.sampled_from([HERE, THERE]), st.integers(0, 3), st.booleans()), max_size=25),
)
def test_the_limit_holds_whoever_comes_and_goes(at_once: int, visits: list[tuple[str, int, bool]]) -> None:
    turns, limits = Turns(), Limits(at_once=at_once, per_minute=MANY)
    inside: dict[str, int] = {HERE: 0, THERE: 0}

    async def visit(address: str, steps: int) -> None:
        async with turns.turn(address, limits):
            inside[address] += 1
            try:
                assert inside[address] <= at_once
                for _ in range(steps):
                    await asyncio.sleep(0)
            finally:
                inside[address] -= 1

    async def all_of_them() -> None:
        tasks = []
        for address, steps, gives_up in visits:
            task = asyncio.create_task(visit(address, steps))
            await asyncio.sleep(0)
            tasks.append(task)
            if gives_up:
                task.cancel()
        for told in await asyncio.gather(*tasks, return_exceptions=True):
            assert told is None or isinstance(told, asyncio.CancelledError)

    asyncio.run(all_of_them())


async def test_what_is_long_past_is_forgotten(time: Time, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailbox_turns, "_MOST_PLACES", 10)
    turns = Turns()
    turns.was_blocked(HERE)
    for number in range(40):
        async with turns.turn(f"198.51.100.{number}", Limits(1, 1)):
            time.now_s += 30.0
    assert len(turns._places) < 20
    assert turns.is_blocked(HERE)


async def test_where_the_day_has_no_more_for_a_server_it_is_left_alone_until_the_next(time: Time) -> None:
    turns, limits = Turns(), Limits(at_once=5, per_minute=MANY, per_day=3)
    for _ in range(3):
        async with turns.turn(HERE, limits):
            time.now_s += 3_600.0
    with pytest.raises(LeftAlone) as left:
        async with turns.turn(HERE, limits):
            pass
    assert left.value.retry_at is not None
    assert timedelta(hours=20) < left.value.retry_at - datetime.now(UTC) <= timedelta(hours=21)
    async with turns.turn(THERE, limits):
        pass
    time.now_s += 21 * 3_600.0
    async with turns.turn(HERE, limits):
        pass
