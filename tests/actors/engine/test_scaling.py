"""Lanes are given to a tenant whose work piles up, and taken back: the real engine, and a slow provider."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from actors.core.errors import RateLimited
from actors.core.questions import EnrichCompany
from tenants.store import lanes
from tests.actors.engine.mills import add_tenant, ask_for, counts_of, run_until
from tests.fakes.works import Oracle, open_fake_works

TOPIC = "lead.sourced"
LEADS = 300
# four leads at a time and 60 ms for each: a lane takes 4.5 s, and our patience is half a second
SLOW_LANES = {"runs_in_flight": 4, "commit_linger_s": 0.01, "scale_after_s": 0.5, "sleep_after_s": 1.0}


async def takes_a_while(question):
    if isinstance(question, EnrichCompany):
        await asyncio.sleep(0.06)


@pytest.fixture
async def works(database, vault):
    oracle = Oracle(fail=takes_a_while)
    async with open_fake_works(database, vault, oracle=oracle, scale_lanes=4, **SLOW_LANES) as works:
        yield works


async def held(database, tenant):
    async with database.system() as session:
        return (await lanes.scaled(session)).get((tenant.id, TOPIC))


async def lanes_that_worked(database, tenant):
    async with database.tenant(tenant.id) as session:
        rows = await session.rows(
            "SELECT lane, count(*) AS n FROM run WHERE agent = 'enrichment' GROUP BY lane"
        )
    return {row["lane"]: row["n"] for row in rows}


async def test_a_busy_tenant_gets_lanes_and_gives_them_back_and_nothing_is_done_twice(works, database, vault):
    acme = await add_tenant(database, vault)
    await ask_for(works, acme, LEADS)
    seen = set()

    async def done_and_given_back():
        now = await held(database, acme)
        seen.add(now)
        counts = await counts_of(database, acme)
        return counts["sourced"] == LEADS and counts["in_flight"] == 0 and now is None

    await run_until(works, done_and_given_back)
    most, by_supervision = max((one for one in seen if one is not None), key=lambda one: len(one[0]))
    assert len(most) in (2, 4)
    assert acme.home_lane in most
    assert by_supervision
    worked = await lanes_that_worked(database, acme)
    assert set(worked) <= set(most)
    assert len(worked) >= 2
    assert sum(worked.values()) == LEADS
    assert (await counts_of(database, acme))["scored"] == LEADS


async def test_what_a_person_gave_is_neither_added_to_nor_taken_back(works, database, vault):
    acme = await add_tenant(database, vault)
    async with database.system() as session:
        given = await lanes.scale(session, acme.id, TOPIC, 2)
    await ask_for(works, acme, LEADS)
    seen = set()

    async def rested():
        seen.add(await held(database, acme))
        counts = await counts_of(database, acme)
        if counts["sourced"] < LEADS or counts["in_flight"]:
            return False
        asleep.append(True)
        return len(asleep) > 100  # two seconds: twice as long as lanes are kept that nobody needs

    asleep = []
    await run_until(works, rested)
    assert seen == {(tuple(sorted(given)), False)}


async def test_work_that_waits_when_a_tenant_is_given_lanes_goes_on_there(database, vault):
    """Nothing is said on the new lanes: only what waited is there."""
    failed = set()

    async def at_first(question):
        if isinstance(question, EnrichCompany) and question.domain not in failed:
            failed.add(question.domain)
            raise RateLimited(provider="oracle", retry_at=datetime.now(UTC) + timedelta(seconds=1))

    async with open_fake_works(
        database, vault, oracle=Oracle(fail=at_first), commit_linger_s=0.01, scale_lanes=1
    ) as works:
        acme = await add_tenant(database, vault)
        await ask_for(works, acme, 40)

        async def all_wait():
            async with database.tenant(acme.id) as session:
                return await session.value("SELECT count(*) FROM run WHERE status = 'retrying'") == 40

        await run_until(works, all_wait)
        async with database.system() as session:
            given = await lanes.scale(session, acme.id, TOPIC, 3)

        async def ended():
            return (await counts_of(database, acme))["scored"] == 40

        await run_until(works, ended)
        assert set(await lanes_that_worked(database, acme)) == set(given)


async def test_no_lane_is_given_that_would_have_to_share_a_desk(database, vault):
    oracle = Oracle(fail=takes_a_while)
    # three agents at work on the home lane once the list is read: three desks, and not one more
    async with open_fake_works(
        database, vault, oracle=oracle, scale_lanes=4, max_desks=3, **SLOW_LANES
    ) as works:
        acme = await add_tenant(database, vault)
        await ask_for(works, acme, LEADS)
        seen = set()

        async def all_scored():
            seen.add(await held(database, acme))
            return (await counts_of(database, acme))["scored"] == LEADS

        await run_until(works, all_scored)
        assert seen == {None}
