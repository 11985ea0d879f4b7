"""Whose model is to be looked at next, and what was found the last time."""

from datetime import timedelta

import pytest
import pytest_asyncio

from tenants.store import models, tenants, upkeep
from tenants.store.upkeep import Due, Look

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest_asyncio.fixture
async def acme(database, vault):
    return await tenants.add(database, vault, "acme", {})


async def champion(database, tenant_id=None):
    async with database.system() as session:
        await models.add_version(
            session, tenant_id=tenant_id, name="fit", sha256="0", path="none", metrics={}, facts={}
        )
        await models.point_alias(session, tenant_id=tenant_id, alias="champion", name="fit", version=1)


async def due(database, at):
    async with database.glance() as session:
        return await upkeep.due(session, at, 10)


async def take(database, one, now):
    async with database.system() as session:
        return await upkeep.take(session, one, now, now + HOUR)


async def test_a_tenants_model_is_due_a_day_after_it_came_and_after_that_when_it_is_time(database, acme):
    now = database.now()
    assert await due(database, now + 2 * DAY) == []  # no model judges yet
    await champion(database)
    assert await due(database, now) == []
    drift, training = Due(acme.id, "drift"), Due(acme.id, "training")
    now += 2 * DAY
    assert await due(database, now) == [drift, training]
    assert await take(database, drift, now)
    assert not await take(database, drift, now)
    assert await due(database, now + HOUR / 2) == [training]
    assert await due(database, now + HOUR) == [training, drift]
    assert await take(database, drift, now + HOUR)


async def test_what_was_found_is_kept_in_place_of_what_was_found_before(database, acme):
    now = database.now()
    looks = [
        Look(
            "training", now + at * HOUR, now + at * HOUR + DAY, "fit-1", "waiting", f"{at} of 50 new outcomes"
        )
        for at in (1, 2)
    ]
    for look in looks:
        async with database.system() as session:
            await upkeep.keep(session, acme.id, look)
    async with database.tenant(acme.id) as session:
        assert await upkeep.last(session, acme.id) == looks[1:]
    await champion(database)
    assert await due(database, looks[1].next_at - HOUR) == [Due(acme.id, "drift")]
    assert Due(acme.id, "training") in await due(database, looks[1].next_at)


@pytest.mark.parametrize(
    ("wanted", "kinds"),
    [
        ({"drift_days": 0}, ["training"]),
        ({"train_days": None}, ["drift", "training"]),
        ({"train_days": 0, "new_outcomes": 0}, ["drift"]),
    ],
)
async def test_a_tenant_says_what_is_looked_at(database, vault, wanted, kinds):
    await champion(database)
    one = await tenants.add(database, vault, "globex", {"upkeep": wanted})
    assert await due(database, database.now() + 2 * DAY) == [Due(one.id, kind) for kind in kinds]


async def test_everybodys_model_is_due_where_somebody_shares_what_came_of_leads(database, vault, acme):
    await champion(database)
    later = database.now() + 2 * DAY
    assert all(one.tenant_id == acme.id for one in await due(database, later))
    await tenants.add(database, vault, "globex", {"share_outcomes": True})
    everybodys = Due(None, "training")
    assert [one for one in await due(database, later) if one.tenant_id is None] == [everybodys]
    assert await take(database, everybodys, later)
    assert not await take(database, everybodys, later)
    assert everybodys not in await due(database, later)
    look = Look("training", later, later + DAY, "fit-2", "proposed", "it is proposed")
    async with database.system() as session:
        await upkeep.keep(session, None, look)
    async with database.tenant(acme.id) as session:
        assert await upkeep.last(session, None) == [look]
        assert await upkeep.last(session, acme.id) == []


async def test_a_model_of_ones_own_is_enough_and_others_do_not_see_what_was_found(database, vault, acme):
    await champion(database, acme.id)
    other = await tenants.add(database, vault, "globex", {})
    later = database.now() + 2 * DAY
    assert {one.tenant_id for one in await due(database, later)} == {acme.id}
    async with database.system() as session:
        await upkeep.keep(session, acme.id, Look("drift", later, later, "fit-1", "steady", "nothing to do"))
    async with database.tenant(other.id) as session:
        assert await upkeep.last(session, acme.id) == []
