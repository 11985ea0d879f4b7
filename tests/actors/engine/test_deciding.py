"""Who is asked before an outcome is done: policy, bypass, autonomy, and the price of what follows."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from actors.core.outcome import Act, Done
from actors.engine.deciding import Rules
from tenants.approvals import ActKind, ApprovalPolicy, Decision
from tenants.records import Account, Lead
from tenants.store import approvals, autonomy, calls, leads
from tenants.store.calls import CallEnd, CallStart
from tests.actors.engine.mills import add_tenant, ask_for, counts_of, run_to_the_end, run_until
from tests.fakes.works import open_fake_works

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LISTS = Done(acts=(Act(ActKind.SOURCE, "many", 10),))
AGAIN = Done(acts=(Act(ActKind.SEND_AGAIN, "nobody knows"),))


def rules(*autonomous, **policy):
    return Rules(ApprovalPolicy(**policy), autonomous, NOW)


@pytest.mark.parametrize(
    ("given", "waits", "passed"),
    [
        (rules(), False, {}),
        (rules(source_above=10), False, {}),
        (rules(source_above=9), True, None),
        (rules(source_above=9, bypass_until=NOW + timedelta(hours=1)), False, {"bypassed": [ActKind.SOURCE]}),
        (rules(source_above=9, bypass_until=NOW), True, None),
        (rules(ActKind.SOURCE, source_above=9), False, {"autonomous": [ActKind.SOURCE]}),
        (rules(ActKind.ENROL, source_above=9), True, None),
    ],
)
def test_an_outcome_waits_where_the_policy_asks_and_nothing_else_allows_it(given, waits, passed):
    assert given.must_wait(LISTS) is waits
    if passed is not None:
        assert given.passed(LISTS) == passed


def test_what_may_be_done_twice_waits_whatever_is_allowed():
    assert rules(*ActKind, bypass_until=NOW + timedelta(hours=1)).must_wait(AGAIN)


async def test_what_is_left_to_the_agents_is_done_at_once_and_asked_about_again_after_a_complaint(
    database, vault
):
    async with open_fake_works(database, vault, commit_linger_s=0.01) as works:
        acme = await add_tenant(database, vault, approvals={"source_above": 1, "autonomy_from": 0.5})

        async def waiting():
            async with database.tenant(acme.id) as session:
                return await approvals.listed(session)

        async def decided(count):
            for number in range(count):
                await ask_for(works, acme, 2, f"batch-{number}")

            async def all_wait():
                return len(await waiting()) == count

            await run_until(works, all_wait)
            async with database.tenant(acme.id) as session:
                policy = ApprovalPolicy()
                for row in await approvals.listed(session):
                    await approvals.decide(session, row["id"], Decision.APPROVED, by="ann", policy=policy)

        await decided(4)
        await run_to_the_end(works, acme, 8)
        async with database.tenant(acme.id) as session:
            await autonomy.grant(session, ActKind.SOURCE, by="ann", policy=ApprovalPolicy(autonomy_from=0.5))
        works.profiles._refreshed_at = float("-inf")
        await ask_for(works, acme, 3, "alone")
        await run_to_the_end(works, acme, 11)
        async with database.tenant(acme.id) as session:
            told = await session.value("SELECT output FROM run WHERE output ->> 'autonomous' IS NOT NULL")
            (first, *_) = await approvals.listed(session, status="executed")
            await autonomy.complain(session, first["id"], by="eve", reason="a competitor")
        assert told["autonomous"] == ["source"]
        works.profiles._refreshed_at = float("-inf")
        await ask_for(works, acme, 2, "after")

        async def one_waits():
            return len(await waiting()) == 1

        await run_until(works, one_waits)
        assert (await counts_of(database, acme))["sourced"] == 11


async def test_a_list_waits_when_its_companies_will_cost_more_than_the_cap(database, vault):
    async with open_fake_works(database, vault, commit_linger_s=0.01) as works:
        # the oracle bills one question, at 5 cents
        acme = await add_tenant(database, vault, approvals={"spend_above_usd": 0.20})
        await ask_for(works, acme, 4, "cheap")
        await run_to_the_end(works, acme, 4)
        await ask_for(works, acme, 5, "dear")

        async def waits():
            async with database.tenant(acme.id) as session:
                return await approvals.listed(session)

        await run_until(works, waits)
        ((act,),) = [row["acts"] for row in await waits()]
        assert (act["kind"], act["amount"], act["why"]) == (
            "spend",
            0.25,
            "5 companies, at about $0.25 together",
        )


async def test_experience_says_what_a_lead_costs(database, vault):
    acme = await add_tenant(database, vault)
    async with database.tenant(acme.id) as session:
        accounts = [
            Account(id=uuid4(), identity_key=f"name:{n}", name=f"Company {n}", source="list")
            for n in range(4)
        ]
        await leads.add_accounts(session, accounts)
        await leads.add_leads(
            session,
            [Lead(id=uuid4(), account_id=one.id, source="list", icp_version=1) for one in accounts],
        )
        call = CallStart(uuid4(), uuid4(), "apollo", "q")
        await calls.reserve(session, [call])
        await calls.settle(session, [CallEnd(call.id, "answered", Decimal(1), Decimal("0.10"), "{}")])
        assert await calls.cost_of_a_lead(session, at_least=4) == Decimal("0.025")
        assert await calls.cost_of_a_lead(session, at_least=5) is None
