from datetime import timedelta

import pytest_asyncio

from actors.core.errors import ScorerAway
from actors.engine.shadowing import Shadowing
from tenants.store import judgements, models, tenants
from tests.fakes.works import Judge
from tests.tenants.store.rows import add_leads, score


@pytest_asyncio.fixture
async def judged(database, vault):
    """Two tenants with three scored leads each, and a model that judges everybody's in the shadow since before."""
    async with database.system() as session:
        version = await models.add_version(
            session, tenant_id=None, name="shade", sha256="0", path="none", metrics={}, facts={}
        )
        await models.point_alias(session, tenant_id=None, alias="shadow", name="shade", version=version)
    made = {}
    for name in ("acme", "globex"):
        tenant = await tenants.add(database, vault, name, {})
        async with database.tenant(tenant.id) as session:
            made[tenant.id] = leads = await add_leads(session, 3)
            await judgements.save(
                session, [score(one, 50, model="fit-1", asked={"employees": 7}) for one in leads]
            )
    return made


async def said(database, tenant_id):
    """What the shadow has said of the tenant's leads."""
    async with database.tenant(tenant_id) as session:
        now = await session.value("SELECT now()")
        day = timedelta(days=1)
        return await judgements.between(session, since=now - day, until=now + day, model="shade-1")


async def turn(shadowing):
    begun = await shadowing.turn()
    await shadowing.rounds.finished()
    return begun


async def test_a_shadow_says_of_each_lead_once_what_it_would_and_leads_stay_as_they_are(database, judged):
    judge = Judge()
    shadowing = Shadowing(database, judge)
    assert await turn(shadowing) == 2
    assert await turn(shadowing) == 2
    assert judge.batches == [3, 3]
    for tenant_id, leads in judged.items():
        found = await said(database, tenant_id)
        assert {one.lead_id for one in found} == {one.id for one in leads}
        assert all(one.asked["employees"] == 7 for one in found)
        async with database.tenant(tenant_id) as session:
            assert await session.value("SELECT array_agg(DISTINCT model) FROM lead") == ["fit-1"]


async def test_one_that_can_not_be_asked_is_asked_again_later(database, judged):
    judge = Judge()
    judge.away = ScorerAway("gone")
    shadowing = Shadowing(database, judge)
    assert await turn(shadowing) == 2
    assert [await said(database, one) for one in judged] == [[], []]
    judge.away = None
    await turn(shadowing)
    assert [len(await said(database, one)) for one in judged] == [3, 3]


async def test_without_a_shadow_nobody_is_asked(database, judged):
    async with database.system() as session:
        await models.drop_alias(session, tenant_id=None, alias="shadow")
    judge = Judge()
    assert await turn(Shadowing(database, judge)) == 0
    assert judge.batches == []


async def test_what_is_under_way_is_given_up_at_the_end(database, judged):
    shadowing = Shadowing(database, Judge())
    await shadowing.turn()
    await shadowing.close()
    assert await turn(Shadowing(database, Judge())) == 2
    assert [len(await said(database, one)) for one in judged] == [3, 3]
