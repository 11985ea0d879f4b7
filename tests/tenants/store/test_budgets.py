"""Money on a real database: however many ask side by side, no ceiling is broken."""

import asyncio
import random
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
import pytest_asyncio

from tenants.budgets import Ceiling
from tenants.store import budgets, calls, tenants
from tenants.store.calls import CallEnd, CallStart
from tenants.store.rls import APP
from tenants.store.session import Database

ONE = Decimal(1)
TOTAL = Ceiling("total", "", Decimal(50))


@pytest_asyncio.fixture
async def acme(database, vault):
    return await tenants.add(database, vault, "acme", {})


def start(*ceilings, cost=ONE):
    return CallStart(uuid4(), uuid4(), "apollo", "q", cost, ceilings or (TOTAL,))


def end(call, cost=ONE, state="answered"):
    answer = "{}" if state == "answered" else None
    return CallEnd(call.id, state, Decimal(1), cost, answer, is_budgeted=True)


async def reserve(database, tenant, *starts):
    async with database.tenant(tenant.id) as session:
        return await calls.reserve(session, starts)


async def settle(database, tenant, *ends):
    async with database.tenant(tenant.id) as session:
        await calls.settle(session, ends)


async def used(database, tenant):
    async with database.tenant(tenant.id) as session:
        return await budgets.used(session)


async def test_a_hundred_side_by_side_make_exactly_the_fifty_calls_that_are_paid_for(database_url, vault):
    database = Database.at(database_url, role=APP, pool_size=20)
    try:
        acme = await tenants.add(database, vault, "acme", {})

        async def worker():
            call = start(Ceiling("day", "2026-05-01", Decimal(1000)), TOTAL)
            if (await reserve(database, acme, call)).forbidden:
                return 0
            await settle(database, acme, end(call))
            return 1

        assert sum(await asyncio.gather(*(worker() for _ in range(100)))) == 50
        assert await used(database, acme) == {
            ("day", "2026-05-01"): (0, 50),
            ("total", ""): (0, 50),
        }
    finally:
        await database.close()


async def test_within_one_batch_the_first_come_first(database, acme):
    batch = [start() for _ in range(60)]
    reserved = await reserve(database, acme, *batch)
    assert list(reserved.forbidden) == [call.id for call in batch[50:]]
    assert set(reserved.forbidden.values()) == {TOTAL}
    async with database.tenant(acme.id) as session:
        assert await session.value("SELECT count(*) FROM provider_call") == 50


async def test_the_narrowest_ceiling_is_the_one_that_is_told_and_the_others_are_not_charged(database, acme):
    tight = Ceiling("lead", "l", Decimal("0.5"))
    assert (await reserve(database, acme, start(tight, TOTAL))).forbidden.popitem()[1] == tight
    assert await used(database, acme) == {("total", ""): (0, 0)}


async def test_what_a_call_did_not_cost_is_free_again(database, acme):
    dear, cheap, failed = start(cost=Decimal(20)), start(cost=Decimal(20)), start(cost=Decimal(10))
    await reserve(database, acme, dear, cheap, failed)
    assert (await reserve(database, acme, start())).forbidden
    ends = [end(dear, Decimal(20)), end(cheap, Decimal(0)), end(failed, Decimal(0), "failed")]
    for _ in range(2):  # a second time it is settled already
        await settle(database, acme, *ends)
        assert await used(database, acme) == {("total", ""): (0, 20)}
    assert not (await reserve(database, acme, start(cost=Decimal(30)))).forbidden


async def test_a_call_that_is_made_again_after_a_kill_is_reserved_once_and_after_a_failure_anew(
    database, acme
):
    call = start(cost=Decimal(30))
    for _ in range(2):
        assert not (await reserve(database, acme, call)).forbidden
    assert await used(database, acme) == {("total", ""): (30, 0)}
    await settle(database, acme, end(call, Decimal(0), "failed"))
    assert await used(database, acme) == {("total", ""): (0, 0)}
    await reserve(database, acme, call)
    assert await used(database, acme) == {("total", ""): (30, 0)}
    await settle(database, acme, end(call, Decimal(30)))
    assert (await reserve(database, acme, call)).kept == {call.id: {}}
    assert await used(database, acme) == {("total", ""): (0, 30)}


async def test_a_tenants_money_is_its_own(database, vault, acme):
    other = await tenants.add(database, vault, "other", {})
    await reserve(database, acme, start(cost=Decimal(50)))
    assert not (await reserve(database, other, start(cost=Decimal(50)))).forbidden


async def test_what_was_spent_lately_is_told_by_provider(database, acme):
    calls_ = [start(), start()]
    await reserve(database, acme, *calls_)
    await settle(database, acme, *(end(call, Decimal("0.25")) for call in calls_))
    async with database.tenant(acme.id) as session:
        assert await budgets.spent_within(session, timedelta(days=1)) == {"apollo": Decimal("0.5")}
        assert await budgets.spent_within(session, timedelta(0)) == {}
        await session.run("UPDATE provider_call SET settled_at = now() - interval '2 days'")
        assert await budgets.spent_within(session, timedelta(days=1)) == {}


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_the_order_the_books_are_right(database, acme, seed):
    """Reserved is what is under way, spent is what was billed, and both together never pass the ceiling."""
    chance = random.Random(seed)
    open_calls, spent = {}, Decimal(0)
    for _ in range(60):
        if open_calls and chance.random() < 0.5:
            call = open_calls.pop(chance.choice(list(open_calls)))
            cost = Decimal(chance.choice([0, 1, 2])).min(call.cost_usd)
            await settle(database, acme, end(call, cost))
            spent += cost
        else:
            call = start(cost=Decimal(chance.randint(1, 9)))
            if not (await reserve(database, acme, call)).forbidden:
                open_calls[call.id] = call
        books = await used(database, acme)
        assert books.get(("total", ""), (0, 0)) == (sum(one.cost_usd for one in open_calls.values()), spent)
        assert sum(books.get(("total", ""), (0, 0))) <= 50
