"""Tenants whose money brings too little, paused by themselves."""

from decimal import Decimal
from uuid import uuid4

import pytest

from actors.engine import kill_switch
from tenants.modes import EVERY_AGENT, Mode
from tenants.store import calls, runs, switches, tenants
from tenants.store.calls import CallEnd, CallStart
from tests.tenants.store.rows import end, start

HIT, MISS = '{"content": {"name": "Acme"}}', '{"content": null}'


@pytest.fixture
def tenant(database, vault):
    async def add(**limits):
        return await tenants.add(
            database, vault, "acme", {"budgets": {"kill_switch": {"calls": 10, **limits}}}
        )

    return add


async def spend(database, tenant, *answers, provider="apollo", cost=1):
    """Billed calls, each in a transaction of its own: they are told apart by their times."""
    for answer in answers:
        async with database.tenant(tenant.id) as session:
            call = CallStart(uuid4(), uuid4(), provider, "q")
            await calls.reserve(session, [call])
            await calls.settle(session, [CallEnd(call.id, "answered", Decimal(1), Decimal(cost), answer)])


async def find_contacts(database, tenant, count):
    begun = [start() for _ in range(count)]
    async with database.tenant(tenant.id) as session:
        await runs.open_runs(session, "contact_finder", 0, begun)
        await runs.close_runs(session, [end(run, output='{"said": ["contact.verified"]}') for run in begun])


async def mode(database, tenant):
    async with database.tenant(tenant.id) as session:
        row = (await switches.standing(session)).get(EVERY_AGENT)
    return (row["mode"], row["changed_by"], row["reason"]) if row else None


async def test_a_provider_that_finds_less_and_less_pauses_the_tenant(database, tenant):
    acme = await tenant(fill_rate_below=0.3)
    await spend(database, acme, *[HIT] * 10, *[MISS] * 7)
    assert await kill_switch.watch(database) == 0
    await spend(database, acme, MISS)
    assert await kill_switch.watch(database) == 1
    assert await mode(database, acme) == (
        "paused",
        "kill switch",
        "20% of the last 10 calls to apollo brought something, less than 30%",
    )
    assert await kill_switch.watch(database) == 0


async def test_each_provider_is_judged_by_itself_and_not_by_a_few_calls(database, tenant):
    acme = await tenant(fill_rate_below=0.3)
    await spend(database, acme, *[MISS] * 9)
    await spend(database, acme, *[HIT] * 20, provider="hunter")
    assert await kill_switch.watch(database) == 0


async def test_contacts_that_come_to_cost_too_much_pause_the_tenant(database, tenant):
    acme = await tenant(cost_per_contact_above_usd=3)
    await spend(database, acme, *[HIT] * 10)
    await find_contacts(database, acme, 4)
    assert await kill_switch.watch(database) == 0
    await spend(database, acme, HIT, cost=4)
    assert await kill_switch.watch(database) == 1
    assert (await mode(database, acme))[2] == (
        "over the last 10 calls a verified contact cost $3.25, more than $3.00"
    )


async def test_money_that_brings_no_contact_at_all_pauses_the_tenant(database, tenant):
    acme = await tenant(cost_per_contact_above_usd=3)
    await spend(database, acme, *[HIT] * 10)
    assert await kill_switch.watch(database) == 1
    assert "brought no verified contact" in (await mode(database, acme))[2]


async def test_who_lets_the_tenant_go_on_gives_it_a_fresh_start(database, tenant):
    acme = await tenant(fill_rate_below=0.3)
    await spend(database, acme, *[MISS] * 10)
    assert await kill_switch.watch(database) == 1
    async with database.tenant(acme.id) as session:
        await switches.turn(session, EVERY_AGENT, Mode.ON, by="ann")
    assert await kill_switch.watch(database) == 0
    await spend(database, acme, *[MISS] * 10)
    assert await kill_switch.watch(database) == 1


async def test_a_tenant_without_a_kill_switch_is_left_alone(database, vault):
    acme = await tenants.add(database, vault, "acme", {"budgets": {"total_usd": 100}})
    await spend(database, acme, *[MISS] * 20)
    assert await kill_switch.watch(database) == 0
