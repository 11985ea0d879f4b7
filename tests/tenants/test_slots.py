"""Slots: bounded over all, and a neighbour always finds one."""

import asyncio
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenants.slots import Slots

ANN, BOB, CARL = (uuid.UUID(int=number) for number in (1, 2, 3))


class Work:
    """Tasks that hold a slot until they are told to end."""

    def __init__(self, slots):
        self.slots = slots
        self.holding = []
        self.order = []

    async def __call__(self, tenant, release):
        async with self.slots.of(tenant):
            self.holding.append(tenant)
            self.order.append(tenant)
            await release.wait()
            self.holding.remove(tenant)


async def settle():
    for _ in range(10):
        await asyncio.sleep(0)


def start(work, tenant, count, release=None):
    release = release or asyncio.Event()
    return release, [asyncio.create_task(work(tenant, release)) for _ in range(count)]


async def test_one_tenant_alone_gets_nine_tenths_and_the_next_finds_room_at_once():
    work = Work(Slots(100))
    release, many = start(work, ANN, 200)
    await settle()
    assert work.holding.count(ANN) == 90
    _, few = start(work, BOB, 3, release)
    await settle()
    assert work.holding.count(BOB) == 3
    release.set()
    await asyncio.gather(*many, *few)
    assert work.holding == []


async def test_two_who_both_want_everything_come_to_the_same():
    work = Work(Slots(100))
    releases = [asyncio.Event() for _ in range(3)]
    tasks = [task for release in releases for task in start(work, ANN, 60, release)[1]]
    await settle()
    tasks += start(work, BOB, 200, releases[2])[1]
    await settle()
    assert work.holding.count(BOB) < 20
    releases[0].set()  # as the first one's work ends, its slots go to the other
    await settle()
    assert abs(work.holding.count(ANN) - work.holding.count(BOB)) <= 30
    assert 0 < 100 - len(work.holding) < 15
    for release in releases:
        release.set()
    await asyncio.gather(*tasks)


async def test_who_waits_is_served_in_the_order_of_coming_tenant_by_tenant():
    work = Work(Slots(2))
    first, held = start(work, ANN, 1)
    second, more = start(work, BOB, 1)
    await settle()
    third, waiting = start(work, ANN, 2)
    waiting += start(work, BOB, 1, third)[1]
    waiting += start(work, CARL, 1, third)[1]
    await settle()
    assert work.order == [ANN, BOB]
    third.set()
    first.set()
    second.set()
    await asyncio.gather(*held, *more, *waiting)
    assert work.order == [ANN, BOB, ANN, BOB, CARL, ANN]


async def test_who_gives_up_takes_no_slot_along():
    work = Work(Slots(1))
    release, (holder,) = start(work, ANN, 1)
    await settle()
    _, (impatient, patient) = start(work, BOB, 2, release)
    await settle()
    impatient.cancel()
    with pytest.raises(asyncio.CancelledError):
        await impatient
    release.set()
    await asyncio.gather(holder, patient)
    assert work.order == [ANN, BOB]


async def test_who_gives_up_as_the_slot_comes_gives_it_on():
    slots = Slots(1)
    work = Work(slots)
    async with slots.of(ANN):
        impatient = asyncio.create_task(work(BOB, asyncio.Event()))
        await settle()
    impatient.cancel()  # its turn has come in this very moment
    with pytest.raises(asyncio.CancelledError):
        await impatient
    async with asyncio.timeout(5), slots.of(CARL):
        assert work.order == []


async def test_a_block_that_fails_gives_its_slot_back():
    slots = Slots(1)
    with pytest.raises(ZeroDivisionError):
        async with slots.of(ANN):
            raise ZeroDivisionError
    async with asyncio.timeout(5), slots.of(BOB):
        pass


@given(
    st.integers(1, 12),
    st.lists(st.tuples(st.sampled_from((ANN, BOB, CARL)), st.integers(0, 5), st.booleans()), max_size=40),
)
async def test_all_are_served_and_never_more_at_once_than_there_are(total, wishes):
    slots, under_way, most, served = Slots(total), 0, 0, 0

    async def one(tenant, turns):
        nonlocal under_way, most, served
        async with slots.of(tenant):
            under_way += 1
            most = max(most, under_way)
            try:
                for _ in range(turns):
                    await asyncio.sleep(0)
            finally:
                under_way -= 1
            served += 1

    tasks = [(asyncio.create_task(one(tenant, turns)), gives_up) for tenant, turns, gives_up in wishes]
    await asyncio.sleep(0)
    for task, gives_up in tasks:
        if gives_up:
            task.cancel()
    await asyncio.gather(*(task for task, _ in tasks), return_exceptions=True)
    async with asyncio.timeout(5), slots.of(ANN):
        assert most <= total
    assert served >= sum(not gives_up for _, _, gives_up in wishes)
