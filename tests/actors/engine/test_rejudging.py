import pytest_asyncio

from actors.core.errors import ScorerAway
from actors.engine.rejudging import Rejudging
from tenants.store import judgements, models, tenants
from tests.fakes.works import Judge
from tests.tenants.store.rows import add_leads, score


class Clock:
    """Seconds that pass when they are told to."""

    now = 0.0

    def __call__(self):
        return self.now


class Town:
    """Two tenants whose three leads each were scored by a model that judges no longer."""

    def __init__(self, database):
        self.database = database
        self.judge = Judge()
        self.clock = Clock()
        self.rejudging = Rejudging(database, self.judge, looks_after_s=(30.0, 120.0), clock=self.clock)
        self.leads = {}

    async def champion(self, name, tenant_id=None):
        async with self.database.system() as session:
            version = await models.add_version(
                session, tenant_id=tenant_id, name=name, sha256="0", path="none", metrics={}, facts={}
            )
            await models.point_alias(
                session, tenant_id=tenant_id, alias="champion", name=name, version=version
            )

    async def score(self, tenant_id, model, leads=None):
        async with self.database.tenant(tenant_id) as session:
            leads = leads if leads is not None else self.leads[tenant_id]
            await judgements.save(
                session, [score(one, 50, model=model, asked={"employees": 7}) for one in leads]
            )

    async def turn(self, seconds):
        self.clock.now += seconds
        begun = await self.rejudging.turn()
        await self.rejudging.rounds.finished()
        return begun

    async def models(self):
        found = []
        for tenant_id in self.leads:
            async with self.database.tenant(tenant_id) as session:
                found.append(await session.value("SELECT array_agg(model ORDER BY model) FROM lead"))
        return found


@pytest_asyncio.fixture
async def town(database, vault):
    town = Town(database)
    for name in ("acme", "globex"):
        tenant = await tenants.add(database, vault, name, {})
        async with database.tenant(tenant.id) as session:
            town.leads[tenant.id] = await add_leads(session, 3)
    await town.champion("new")
    for tenant_id in town.leads:
        await town.score(tenant_id, "old-1")
    return town


async def test_old_scores_are_renewed_a_while_after_another_model_began_to_judge(town):
    assert await town.turn(0) == 0
    assert await town.turn(29) == 0
    assert await town.models() == [["old-1"] * 3] * 2
    assert await town.turn(1) == 2
    assert await town.models() == [["new-1"] * 3] * 2


async def test_a_score_that_came_late_is_found_by_the_next_look_and_then_nobody_looks_any_more(town):
    await town.turn(0)
    await town.turn(30)
    acme = next(iter(town.leads))
    await town.score(acme, "old-1", town.leads[acme][:1])
    assert await town.turn(60) == 0
    assert await town.turn(30) == 2
    assert await town.models() == [["new-1"] * 3] * 2
    assert await town.turn(10_000) == 0


async def test_of_a_tenant_with_a_model_of_its_own_only_its_leads_are_looked_at_again(town):
    for seconds in (0, 30, 90):
        await town.turn(seconds)
    acme = next(iter(town.leads))
    await town.champion("own", acme)
    assert await town.turn(0) == 0
    assert await town.turn(30) == 1
    assert await town.models() == [["own-1"] * 3, ["new-1"] * 3]


async def test_a_model_that_can_not_be_asked_is_asked_in_the_next_round(town):
    await town.turn(0)
    town.judge.away = ScorerAway("gone")
    assert await town.turn(30) == 2
    assert await town.models() == [["old-1"] * 3] * 2
    town.judge.away = None
    assert await town.turn(0) == 2
    assert await town.models() == [["new-1"] * 3] * 2


async def test_whatever_is_wrong_with_one_tenant_keeps_nobody_else_waiting(town, caplog):
    acme = next(iter(town.leads))
    async with town.database.tenant(acme) as session:
        await judgements.save(session, [score(town.leads[acme][0], 50, model="old-1", asked={"days": "?"})])
    await town.turn(0)
    await town.turn(30)
    assert await town.models() == [["old-1"] * 3, ["new-1"] * 3]
    assert "leads of " + str(acme) in caplog.text


async def test_without_a_model_nobody_is_looked_at(town):
    async with town.database.system() as session:
        await models.drop_alias(session, tenant_id=None, alias="champion")
    assert [await town.turn(seconds) for seconds in (0, 30)] == [0, 0]
    assert town.judge.batches == []
