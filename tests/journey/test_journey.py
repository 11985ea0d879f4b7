"""A lead's whole way, sourced to scored, in one process on a real database."""

import asyncio
from dataclasses import replace
from decimal import Decimal

from actors.core.errors import ProviderDown, ScorerAway
from actors.core.provider import Reply
from actors.core.questions import (
    AddressVerdict,
    FindPeople,
    PeopleFound,
    PersonFound,
    RevealPerson,
    VerifyAddress,
)
from actors.engine.inline import InlineRoster
from actors.engine.supervision import Supervision
from actors.engine.wiring import build_id, followers
from actors.engine.working_off import work_off
from tenants.modes import Mode
from tenants.store import heartbeats, leads, switches
from tests.actors.engine.mills import add_tenant, ask_for, counts_of, run_to_the_end, run_until
from tests.fakes.works import Judge, Oracle, open_fake_works


async def test_leads_of_two_tenants_go_all_the_way_and_stay_apart(database, vault):
    oracle, judge = Oracle(), Judge()
    async with open_fake_works(database, vault, oracle=oracle, judge=judge) as works:
        acme = await add_tenant(database, vault, "acme")
        other = await add_tenant(database, vault, "other")
        await ask_for(works, acme, 30, "acme-lead")
        await ask_for(works, other, 20, "other-lead")
        await run_to_the_end(works, acme, 30)
        await run_to_the_end(works, other, 20)
        for tenant, count in ((acme, 30), (other, 20)):
            counts = await counts_of(database, tenant)
            assert counts == {
                "sourced": count, "enriched": count, "contactable": count, "scored": count,
                "skipped": 0, "failed": 0, "snoozed": 0, "awaiting_approval": 0, "in_flight": 0,
            }  # fmt: skip
        async with database.tenant(acme.id) as session:
            ranked = await leads.ranked(session)
            assert len(ranked) == 30
            assert all(one["account"]["name"].startswith("acme-lead") for one in ranked)
            assert [one["score"] for one in ranked] == sorted((one["score"] for one in ranked), reverse=True)
            cost = await session.value("SELECT sum(cost_usd) FROM run")
            assert cost == await session.value("SELECT sum(cost_usd) FROM provider_call")
            assert cost == await session.value("SELECT sum(cost_usd) FROM finding")


async def test_where_no_model_answers_the_score_waits_and_is_never_made_up(database, vault):
    judge = Judge()
    judge.away = ScorerAway("nobody is there")
    async with open_fake_works(database, vault, judge=judge) as works:
        acme = await add_tenant(database, vault)
        await ask_for(works, acme, 5)

        async def waiting():
            async with database.tenant(acme.id) as session:
                sql = "SELECT count(*) FROM run WHERE agent = 'scoring' AND status = 'retrying'"
                return await session.value(sql) == 5

        await run_until(works, waiting)
        counts = await counts_of(database, acme)
        assert (counts["scored"], counts["failed"], counts["in_flight"]) == (0, 0, 5)
        judge.away = None
        await run_to_the_end(works, acme, 5)
        assert (await counts_of(database, acme))["scored"] == 5


async def test_an_agent_that_is_off_holds_what_comes(database, vault):
    async with open_fake_works(database, vault) as works:
        acme = await add_tenant(database, vault, agents={"enrichment": False})
        await ask_for(works, acme, 7)

        async def held():
            async with database.tenant(acme.id) as session:
                return await session.value("SELECT count(*) FROM run WHERE status = 'held'") == 7

        await run_until(works, held)
        async with database.tenant(acme.id) as session:
            assert await switches.turn(session, "enrichment", Mode.ON, by="test") == 7
        await run_to_the_end(works, acme, 7)


async def test_a_list_is_worked_off_here_where_no_mill_runs(database, vault):
    async with open_fake_works(database, vault) as works:
        acme = await add_tenant(database, vault)
        request_id, parts = await ask_for(works, acme, 450)
        told = []
        tally = await work_off(works, acme.id, request_id, parts, told.append)
        assert tally == {"read": 450, "sourced": 450, "duplicates": 0, "rejected": {}}
        assert told[-1]["parts"] == parts == 3
        again, parts = await ask_for(works, acme, 450)
        assert (await work_off(works, acme.id, again, parts, told.append))["duplicates"] == 450


async def test_desks_are_there_for_work_and_gone_when_it_is_done(database, vault):
    async with open_fake_works(database, vault, sleep_after_s=0.05) as works:
        acme = await add_tenant(database, vault)
        roster = InlineRoster(works.station)
        supervision = Supervision(
            database, roster, {name: agent.topic for name, agent in works.agents.items()},
            followers=followers(), owner="test:1", build=build_id(), settings=works.settings,
        )  # fmt: skip
        assert (await supervision.turn()).start == {}
        await ask_for(works, acme, 3)
        woken = await supervision.turn()
        awake = {"lead_source", *followers()["lead_source"]}
        assert {"contact_finder", "scoring", "crm"} <= awake < set(works.agents)
        assert set(woken.start) == {f"{agent}/{acme.home_lane}" for agent in awake}
        async with asyncio.timeout(30):
            while await roster.real():
                await supervision.turn()
                await asyncio.sleep(0)
        assert (await counts_of(database, acme))["scored"] == 3
        async with database.system() as session:
            assert await heartbeats.seen(session) == []


async def test_what_a_first_try_paid_for_and_the_second_had_no_use_for_is_written_down(database, vault):
    """The second try hears of another person: what was paid for the first one is a finding of nothing."""
    people, broken = iter(("first", "second", "third")), [True]

    async def find(link, question):
        found = PersonFound(provider_id=next(people), first_name="Ann", last_name="Lee", title="CEO")
        return Reply(PeopleFound(people=(found,)), evidence="told")

    async def reveal(link, question):
        email = f"{question.provider_id}@{question.domain}"
        person = PersonFound(first_name="Ann", last_name="Lee", email=email, email_status="unknown")
        return Reply(person, Decimal(1), "told")

    async def verify(link, question):
        if broken:
            broken.clear()
            raise ProviderDown("503")
        return Reply(AddressVerdict(email=question.email, status="deliverable"), evidence="told")

    oracle = Oracle().provider()
    answers = {**oracle.answers, FindPeople: find, RevealPerson: reveal, VerifyAddress: verify}
    provider = replace(oracle, answers=answers, billed=oracle.billed | {RevealPerson})
    async with open_fake_works(database, vault, providers={"oracle": provider}) as works:
        acme = await add_tenant(database, vault)
        await ask_for(works, acme, 1)
        await run_to_the_end(works, acme, 1)
        assert (await counts_of(database, acme))["scored"] == 1
        async with database.tenant(acme.id) as session:
            spent = await session.value("SELECT sum(cost_usd) FROM provider_call")
            assert spent == Decimal("0.15")  # a company and two people
            assert spent == await session.value("SELECT sum(cost_usd) FROM finding")
            unused = await session.rows("SELECT cost_usd, evidence FROM finding WHERE field = 'nothing'")
    assert [(row["cost_usd"], row["evidence"]) for row in unused] == [
        (Decimal("0.05"), "paid for by earlier tries of this run, and not used")
    ]
