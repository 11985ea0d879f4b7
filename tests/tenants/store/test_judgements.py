from datetime import timedelta
from uuid import uuid4

import pytest
import pytest_asyncio

from tenants.records import LeadEngagement
from tenants.store import effects, engagement, judgements, outcomes, tenants
from tenants.store.effects import EffectEnd, EffectStart, Standing
from tests.tenants.store.rows import add_leads, score

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest_asyncio.fixture
async def acme(database, vault):
    return await tenants.add(database, vault, "acme", {})


async def since(session, days):
    return await session.value("SELECT now() - make_interval(days => :days)", days=days)


async def standing(session, lead):
    (row,) = await session.rows(
        "SELECT fit, score, tier, sequence, model FROM lead WHERE tenant_id = :tenant_id AND id = :id",
        tenant_id=session.tenant_id,
        id=lead.id,
    )
    return tuple(row.values())


async def test_each_score_is_kept_and_the_lead_has_the_newest(database, acme):
    async with database.tenant(acme.id) as session:
        (lead,) = await add_leads(session, 1)
    for points, model in ((40, "fit-1"), (70, "fit-2")):
        async with database.tenant(acme.id) as session:
            await judgements.save(session, [score(lead, points, model=model, asked={"employees": points})])
    async with database.tenant(acme.id) as session:
        assert await standing(session, lead) == (pytest.approx(0.7), 70, "A", "call-first", "fit-2")
        begin, end = await since(session, 1), await since(session, -1)
        (newest,) = await judgements.between(session, since=begin, until=end)
        assert (newest.model, newest.score, newest.asked) == ("fit-2", 70, {"employees": 70})
        (one,) = await judgements.standing(session, other="fit-1", of=None, after=None, limit=10)
        assert (one.judged.model, one.tier) == ("fit-2", "A")
        assert (one.is_told_the_same, one.earlier_asked) == (False, {"employees": 40})
        assert await judgements.standing(session, other="fit-1", of="fit-9", after=None, limit=10) == []
        assert await judgements.standing(session, other="fit-2", of=None, after=None, limit=10) == []
        assert (await judgements.newest(session, lead.id)).model == "fit-2"
        assert await judgements.newest(session, uuid4()) is None
        assert await judgements.restore(session, [lead.id], model="fit-1") == 1
        assert (await judgements.newest(session, lead.id)).model == "fit-1"
        assert await standing(session, lead) == (pytest.approx(0.4), 40, "A", "call-first", "fit-1")


async def test_a_score_of_a_lead_that_is_gone_is_not_kept(database, acme):
    async with database.tenant(acme.id) as session:
        (lead,) = await add_leads(session, 1)
        stranger = lead.model_copy(update={"id": uuid4()})
        await judgements.save(session, [score(stranger, 10)])
        assert await session.value("SELECT count(*) FROM judgement") == 0


async def test_a_shadow_is_asked_once_about_each_and_nobody_goes_by_it(database, acme):
    async with database.tenant(acme.id) as session:
        (lead,) = await add_leads(session, 1)
        await judgements.save(session, [score(lead, 40, model="fit-1", asked={"employees": 7})])
    async with database.tenant(acme.id) as session:
        begin, end = await since(session, 1), await since(session, -1)
        (one,) = await judgements.without_shadow(session, shadow="fit-2", since=begin, limit=10)
        assert one.asked == {"employees": 7}
        assert await judgements.without_shadow(session, shadow="fit-2", since=end, limit=10) == []
        said = [(score(lead, 90, model="fit-2", asked=one.asked), one.judged_at)]
        await judgements.save_shadows(session, said)
        await judgements.save_shadows(session, said)
        assert await judgements.without_shadow(session, shadow="fit-2", since=begin, limit=10) == []
        assert (await standing(session, lead))[1] == 40
        (shown,) = await judgements.between(session, since=begin, until=end)
        assert shown.model == "fit-1"
        (shadow,) = await judgements.between(session, since=begin, until=end, model="fit-2")
        assert (shadow.score, shadow.judged_at) == (90, shown.judged_at)


async def test_a_tenants_judgements_are_its_own(database, vault, acme):
    other = await tenants.add(database, vault, "globex", {})
    async with database.tenant(acme.id) as session:
        (lead,) = await add_leads(session, 1)
        await judgements.save(session, [score(lead, 40)])
    for scope in (database.tenant(other.id), database.system()):
        async with scope as session:
            assert await session.value("SELECT count(*) FROM judgement") == 0
    async with database.tenant(other.id) as session:
        assert await judgements.restore(session, [lead.id], model="acme-1") == 0


def act(lead, kind, at):
    return LeadEngagement(id=uuid4(), lead_id=lead.id, contact_id=None, kind=kind, at=at)


async def test_an_outcome_is_an_answer_in_time_of_somebody_who_was_written_to(database, acme):
    async with database.tenant(acme.id) as session:
        answered, late, silent, visited, unwritten = leads = await add_leads(session, 5)
        await judgements.save(session, [score(one, 40, asked={"employees": 7}) for one in leads])
        await session.run("UPDATE judgement SET judged_at = now() - interval '100 days'")
        judged_at = await since(session, 100)
        starts = [
            EffectStart(uuid4(), "EnrolContact", "sequences", one.id, uuid4(), "{}", uuid4())
            for one in (answered, late, silent)
        ]
        claimed = await effects.begin(session, starts, claim_s=60)
        assert len(claimed) == 3
        await effects.settle(session, [EffectEnd(one.id, one.claim, Standing.SENT, "{}") for one in starts])
        acts = [
            act(answered, "reply", judged_at + 5 * DAY),
            act(late, "meeting", judged_at + 91 * DAY),
            act(visited, "visit", judged_at + DAY),
        ]
        await engagement.save(session, acts)
        await judgements.save(session, [score(answered, 90, asked={"employees": 8})])
        found = await outcomes.known(session, since=judged_at - DAY, until=judged_at + DAY, within=90 * DAY)
        assert {one.judged.lead_id: one.is_won for one in found} == {
            answered.id: True,
            late.id: False,
            silent.id: False,
            visited.id: False,
        }
        assert {one.judged.asked["employees"] for one in found} == {7}
        told = await outcomes.answers(session, since=judged_at - DAY, until=judged_at + DAY, within=90 * DAY)
        assert sorted(told, key=str) == sorted(
            [
                outcomes.Answer(one.judged.fit, one.judged.intent, one.judged.tier, one.is_won)
                for one in found
            ],
            key=str,
        )
        assert unwritten.id not in {one.judged.lead_id for one in found}
        assert (
            await outcomes.known(session, since=judged_at + DAY, until=judged_at + 2 * DAY, within=90 * DAY)
            == []
        )


async def test_leads_are_counted_by_the_tier_that_they_came_in_with(database, acme):
    async with database.tenant(acme.id) as session:
        one, other, shadowed = await add_leads(session, 3)
        await judgements.save(session, [score(one, 80, tier="A"), score(other, 30, tier="C")])
        now = await session.value("SELECT now()")
        await judgements.save_shadows(session, [(score(shadowed, 99, tier="A"), now)])
    async with database.tenant(acme.id) as session:  # what is said of them later counts nothing
        await judgements.save(session, [score(one, 10, tier="D", model="fit-2")])
        begin, end = await since(session, 1), await since(session, -1)
        assert await judgements.came_in(session, since=begin, until=end) == {"A": 1, "C": 1}
        assert await judgements.came_in(session, since=end, until=end) == {}
