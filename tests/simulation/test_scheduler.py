"""Time that is made up, processes that die between two steps, and a store that keeps PostgreSQL's promises."""

import asyncio
import random

import pytest

from tenants.store.session import DatabaseError
from tests.simulation.scheduler import Process, Scheduler, Stuck
from tests.simulation.store import Faults, SimDatabase, Store, Transaction


def scheduler(seed=0, between=lambda _: None):
    return Scheduler(random.Random(seed).random, between)


def test_the_clock_jumps_to_the_next_timer_and_nobody_waits():
    loop = scheduler()

    async def sleeper():
        await asyncio.sleep(3600)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(60):
                await asyncio.Event().wait()

    loop.run_until_complete(sleeper())
    assert loop.time() == 3660
    loop.close()


def test_whoever_waits_for_what_never_comes_is_stuck_and_does_not_hang():
    loop = scheduler()
    forever = loop.create_future()
    with pytest.raises(Stuck):
        loop.run_until_complete(forever)
    loop.close()


def test_steps_of_one_process_keep_their_order_and_those_of_two_come_as_the_seed_says():
    def order(seed):
        loop, said = scheduler(seed), []

        async def count(name):
            for number in range(5):
                said.append((name, number))
                await asyncio.sleep(0)

        async def both():
            await asyncio.gather(*(loop.begin(Process(name), count(name)) for name in "ab"))

        loop.run_until_complete(both())
        loop.close()
        assert [one for one in said if one[0] == "a"] == [("a", number) for number in range(5)]
        return said

    assert order(1) == order(1)
    assert len({tuple(order(seed)) for seed in range(5)}) > 1


def test_a_process_that_is_killed_takes_no_further_step_and_one_that_is_stopped_goes_on_later():
    loop, said = scheduler(), []
    killed, stopped = Process("killed"), Process("stopped")

    async def count(name):
        try:
            for number in range(4):
                await asyncio.sleep(1)
                said.append((name, number, loop.time()))
        finally:
            said.append((name, "tidied up", loop.time()))

    async def world():
        tasks = [loop.begin(process, count(process.name)) for process in (killed, stopped)]
        await asyncio.sleep(1.5)
        loop.kill(killed)
        loop.stop_process(stopped)
        await asyncio.sleep(9)
        loop.resume(stopped)
        await tasks[1]

    loop.run_until_complete(world())
    assert {one for one in said if one[0] == "killed"} == {("killed", 0, 1.0)}
    assert [one[1:] for one in said if one[0] == "stopped"] == [
        (0, 1.0), (1, 10.5), (2, 11.5), (3, 12.5), ("tidied up", 12.5),
    ]  # fmt: skip
    loop.clear_away([killed])
    loop.close()


async def test_what_is_not_committed_is_seen_by_nobody_else_and_a_row_that_is_changed_is_waited_for():
    store = Store()
    first, second = Transaction(store, None), Transaction(store, None)
    await first.lock("lead", 1)
    first.put("lead", 1, "first")
    assert (first.get("lead", 1), second.get("lead", 1)) == ("first", None)
    waiting = asyncio.create_task(second.lock("lead", 1))
    await asyncio.sleep(0)
    assert not waiting.done()
    first.commit()
    assert await waiting == "first"
    with pytest.raises(AssertionError, match="not locked"):
        second.put("lead", 2, "never locked")


async def test_of_two_that_wait_for_each_other_one_is_told_so():
    store = Store()
    first, second = Transaction(store, None), Transaction(store, None)
    await first.lock("lead", 1)
    await second.lock("lead", 2)
    waiting = asyncio.create_task(first.lock("lead", 2))
    await asyncio.sleep(0)
    with pytest.raises(DatabaseError) as told:
        await second.lock("lead", 1)
    assert told.value.may_be_repeated
    second.end()
    assert await waiting is None


async def test_a_transaction_that_fails_leaves_nothing_and_a_statement_that_is_not_modelled_says_so():
    store = Store()
    database = SimDatabase(store, Faults())

    async def half():
        async with database.tenant(None) as session:
            async with session.statement() as transaction:
                await transaction.lock("lead", 1)
                transaction.put("lead", 1, "half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await half()
    assert store.rows("lead") == {}
    assert store.holders == {}
    async with database.glance() as session:
        with pytest.raises(Exception, match="SELECT 1"):
            await session.run("SELECT 1")
