from uuid import uuid4

import pytest
import pytest_asyncio

from tenants.store import audit, judgements, pages, pins, tenants
from tests.tenants.store.rows import add_leads, score


@pytest_asyncio.fixture
async def acme(database, vault):
    return await tenants.add(database, vault, "acme", {"sequences": {"A": "call-first", "C": "letters"}})


@pytest_asyncio.fixture
async def lead(database, acme):
    async with database.tenant(acme.id) as session:
        (one,) = await add_leads(session, 1)
        await judgements.save(session, [score(one, 40, model="fit-1", tier="C", sequence="letters")])
    return one


async def shown(database, acme, lead):
    async with database.tenant(acme.id) as session:
        return await pages.prospect(session, lead.id)


async def test_a_pinned_lead_stays_where_it_is_whatever_models_say_and_what_they_say_is_beside_it(
    database, acme, lead
):
    async with database.tenant(acme.id) as session:
        await pins.pin(session, lead.id, 100, by="ann", reason="their CEO called")
    for points, model in ((55, "fit-1"), (60, "fit-2")):
        async with database.tenant(acme.id) as session:
            await judgements.save(session, [score(lead, points, model=model, tier="B", sequence=None)])
        one = await shown(database, acme, lead)
        assert (one["score"], one["tier"], one["sequence"]) == (100, "A", "call-first")
        assert (one["model"], one["said_score"], one["said_tier"]) == (model, points, "B")
        assert (one["pinned_by"], one["pinned_reason"]) == ("ann", "their CEO called")
    async with database.tenant(acme.id) as session:
        await judgements.restore(session, [lead.id], model="fit-1")
    one = await shown(database, acme, lead)
    assert (one["score"], one["model"], one["said_score"]) == (100, "fit-1", 55)


async def test_without_its_pin_a_lead_has_what_the_model_said_last(database, acme, lead):
    async with database.tenant(acme.id) as session:
        await pins.pin(session, lead.id, 100, by="ann", reason="their CEO called")
    async with database.tenant(acme.id) as session:
        await judgements.save(session, [score(lead, 30, model="fit-2", tier="C", sequence="letters")])
    async with database.tenant(acme.id) as session:
        assert await pins.unpin(session, lead.id, by="ben")
        assert not await pins.unpin(session, lead.id, by="cleo")
    one = await shown(database, acme, lead)
    assert (one["score"], one["tier"], one["sequence"], one["pinned_at"]) == (30, "C", "letters", None)
    async with database.tenant(acme.id) as session:
        acts = [(one["by"], one["act"]) for one in await audit.recent(session)]
    assert acts == [("ben", "unpin"), ("ann", "pin")]


async def test_a_lead_that_nobody_has_scored_is_not_pinned_nor_one_of_somebody_else(
    database, acme, vault, lead
):
    other = await tenants.add(database, vault, "globex", {})
    async with database.tenant(acme.id) as session:
        (unscored,) = await add_leads(session, 1)
    for tenant, lead_id in ((acme, unscored.id), (acme, uuid4()), (other, lead.id)):
        with pytest.raises(pins.NotScored):
            async with database.tenant(tenant.id) as session:
                await pins.pin(session, lead_id, 80, by="ann", reason="because")
    async with database.tenant(other.id) as session:
        assert not await pins.unpin(session, lead.id, by="ann")


@pytest.mark.parametrize(
    ("points", "reason", "why"),
    [(101, "because", "101 is not"), (-1, "because", "-1 is not"), (50, "  ", "wants a reason")],
)
async def test_what_is_no_score_or_has_no_reason_is_refused(database, acme, lead, points, reason, why):
    with pytest.raises(ValueError, match=why):
        async with database.tenant(acme.id) as session:
            await pins.pin(session, lead.id, points, by="ann", reason=reason)
    assert (await shown(database, acme, lead))["pinned_at"] is None


def test_each_tier_has_a_quarter_of_the_points():
    assert [pins.tier_of(points) for points in (0, 24, 25, 49, 50, 74, 75, 100)] == list("DDCCBBAA")
    assert {tier: pins.tier_of(points) for tier, points in pins.POINTS.items()} == {
        one: one for one in "ABCD"
    }
