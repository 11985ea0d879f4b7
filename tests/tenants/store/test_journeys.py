"""A lead's journey on a real database: all of it, in order, and nothing of other leads."""

from uuid import uuid4

import pytest_asyncio

from tenants.records import LeadProgress, RunStatus, Stage
from tenants.store import journeys, leads, runs, tenants
from tests.tenants.store.rows import account, contact, end, lead, start


@pytest_asyncio.fixture
async def session(database, vault):
    acme = await tenants.add(database, vault, "acme", {})
    async with database.tenant(acme.id) as session:
        yield session


async def pursue(session, name, domain):
    of = account(name=name, domain=domain)
    person, pursuit = contact(of, email=f"ann@{domain}"), lead(of)
    await leads.add_accounts(session, [of])
    await leads.save_contacts(session, [person])
    await leads.add_leads(session, [pursuit])
    step = LeadProgress(lead_id=pursuit.id, stage=Stage.CONTACTABLE, contact_id=person.id)
    await leads.move_leads(session, [step])
    return pursuit


async def test_the_runs_of_a_lead_in_the_order_of_time_with_their_calls(session):
    mine, other = await pursue(session, "Acme", "acme.example"), await pursue(session, "Beta", "beta.example")
    begun = [start(lead_id=mine.id), start(lead_id=mine.id), start(lead_id=other.id)]
    for number, run in enumerate(begun):
        await runs.open_runs(session, f"agent_{number}", 0, [run])
        await runs.close_runs(session, [end(run, RunStatus.DONE)])
        await session.run(
            "UPDATE run SET started_at = now() + make_interval(secs => :n) WHERE id = :id",
            n=float(number),
            id=run.id,
        )
        await session.run(
            "INSERT INTO provider_call (tenant_id, id, run_id, provider, question, state, answer, reserved_at) VALUES "
            "(:tenant_id, gen_random_uuid(), :id, 'apollo', 'q', 'settled', '{\"content\": {}}', "
            "now() + make_interval(secs => :n))",
            tenant_id=session.tenant_id,
            id=run.id,
            n=float(number),
        )
    found = await journeys.of_lead(session, mine.id)
    assert [run["agent"] for run in found.runs] == ["agent_0", "agent_1"]
    assert [(call["run_id"], call["is_hit"]) for call in found.calls] == [(run.id, True) for run in begun[:2]]
    assert found.lead["company"] == "Acme"
    assert (found.approvals, found.effects, found.findings, found.signals) == ([], [], [], [])
    assert found.runs[0]["is_recorded"] is False
    assert await journeys.of_lead(session, uuid4()) is None


async def test_a_few_letters_bring_a_lead_to_mind_and_are_no_pattern(session):
    mine = await pursue(session, "Acme 100%", "acme.example")
    await pursue(session, "Beta", "beta.example")
    for text in ("acm", "ACME.EX", "100%", "ann@acme"):
        assert [row["id"] for row in await journeys.found(session, text, limit=5)] == [mine.id]
    assert await journeys.found(session, "a_me", limit=5) == []
    assert len(await journeys.found(session, "example", limit=1)) == 1
