from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from tenants.records import LeadEngagement, LeadProgress, Stage
from tenants.store import engagement, leads, tenants
from tests.tenants.store.rows import add_leads

NOW = datetime(2026, 3, 4, 8, tzinfo=UTC)


@pytest.fixture
async def acme(database, vault):
    return await tenants.add(database, vault, "acme", {})


def act(lead_id, kind="click", ago=0):
    return LeadEngagement(
        id=uuid4(), lead_id=lead_id, contact_id=None, kind=kind, at=NOW - timedelta(days=ago)
    )


async def test_what_was_done_is_kept_once_and_read_the_newest_first_each_lead_for_itself(database, acme):
    one, other = uuid4(), uuid4()
    old, new, theirs = act(one, "reply", 5), act(one, "visit", 1), act(other)
    async with database.tenant(acme.id) as session:
        for _ in range(2):
            await engagement.save(session, [old, new, theirs])
    async with database.tenant(acme.id) as session:
        assert await engagement.of_leads(session, [one, uuid4()]) == {one: (new, old)}


async def test_of_what_a_lead_did_without_end_the_newest_is_read(database, acme):
    lead_id = uuid4()
    async with database.tenant(acme.id) as session:
        await engagement.save(session, [act(lead_id, ago=number) for number in range(250)])
        found = (await engagement.of_leads(session, [lead_id]))[lead_id]
    assert len(found) == 200
    assert found[0].at == NOW


async def test_how_far_leads_have_come(database, acme):
    async with database.tenant(acme.id) as session:
        one, other = await add_leads(session, 2)
        await leads.move_leads(session, [LeadProgress(lead_id=one.id, stage=Stage.SCORED)])
        assert await leads.stages(session, [one.id, other.id, uuid4()]) == {
            one.id: Stage.SCORED,
            other.id: Stage.SOURCED,
        }
