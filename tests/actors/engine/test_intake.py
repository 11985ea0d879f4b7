"""One agent on one lane, turn by turn, on a real database."""

import asyncio
from dataclasses import replace
from types import SimpleNamespace
from uuid import uuid4

import pytest

from actors.agents import all_agents
from actors.core.questions import EnrichCompany
from actors.engine import committing
from actors.engine.astray import is_stale
from actors.engine.intake import Intake
from actors.engine.sourcing import request_rows
from tenants.records import RunStatus
from tenants.store import identity, lanes, log, runs, tenants
from tenants.store.lanes import Fenced
from tenants.store.session import DatabaseError
from tests.actors.engine.mills import add_tenant, ask_for, counts_of, take_in, turns
from tests.fakes.works import CONNECTIONS, Oracle, open_fake_works


@pytest.fixture
async def works(database, vault):
    async with open_fake_works(database, vault, commit_linger_s=0.01) as works:
        yield works


async def until(condition):
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110 - what is waited for happens in its own task
            await asyncio.sleep(0.01)


async def source(works, tenant, count, prefix="company"):
    await ask_for(works, tenant, count, prefix)
    intake = await take_in(works, "lead_source", tenant.home_lane)
    wanted = -(-count // 200)
    await turns(intake, lambda: intake.counters.done == wanted)
    await intake.close()


async def kept(database, tenant, agent="enrichment"):
    async with database.tenant(tenant.id) as session:
        return await session.rows(
            "SELECT status, deliveries, attempt, reason FROM run WHERE agent = :agent", agent=agent
        )


async def test_an_event_becomes_a_run_with_its_effects_and_the_next_event(works, database, vault):
    acme = await add_tenant(database, vault)
    await source(works, acme, 5)
    intake = await take_in(works, "enrichment")
    await turns(intake, lambda: intake.counters.done == 5)
    assert [run["status"] for run in await kept(database, acme)] == ["done"] * 5
    assert (await counts_of(database, acme))["enriched"] == 5
    assert len(await works.bus("reader").read("lead.enriched", 0, 0, 100)) == 5
    async with database.system() as session:
        assert (await lanes.take(session, "enrichment", 0, "next", 10)).next_offset == 5


async def test_what_was_read_and_not_committed_comes_again_and_is_done_once(works, database, vault):
    acme = await add_tenant(database, vault)
    await source(works, acme, 4)
    dead = await take_in(works, "enrichment")
    await dead._take_in()  # runs are opened, and then the process is gone
    for task in dead.hand._tasks:
        task.cancel()
    heir = await take_in(works, "enrichment")
    await turns(heir, lambda: heir.counters.done == 4)
    assert {(run["status"], run["deliveries"]) for run in await kept(database, acme)} == {("done", 2)}
    assert len(await works.bus("reader").read("lead.enriched", 0, 0, 100)) == 4


async def test_old_news_about_a_lead_that_has_come_further_is_skipped_and_changes_nothing(
    works, database, vault
):
    acme = await add_tenant(database, vault)
    await source(works, acme, 3)
    intake = await take_in(works, "enrichment")
    await turns(intake, lambda: intake.counters.done == 3)
    leads = "SELECT CAST(lead AS text) FROM lead ORDER BY id"
    async with database.tenant(acme.id) as session:
        before = await session.rows(leads)
    async with database.system() as session:
        old = await log.read(session, "lead.sourced", 0, 0, 10)
        await log.append(session, [replace(entry, event_id=uuid4(), source="/elsewhere") for entry in old])
    await turns(intake, lambda: intake.counters.done == 6)
    reasons = [run["reason"] for run in await kept(database, acme) if run["status"] == "skipped"]
    assert reasons == ["the lead has come further since"] * 3
    async with database.tenant(acme.id) as session:
        assert await session.rows(leads) == before
    assert len(await works.bus("reader").read("lead.enriched", 0, 0, 100)) == 3


async def test_events_of_a_lead_that_was_closed_wait_until_the_merge_is_undone(works, database, vault):
    acme = await add_tenant(database, vault)
    await source(works, acme, 2)
    async with database.tenant(acme.id) as session:
        older, younger = await session.rows("SELECT id, account_id FROM lead ORDER BY created_at, id")
        merge_id = await identity.merge(
            session, keep=older["account_id"], other=younger["account_id"], evidence=["told"], by="ann"
        )
    intake = await take_in(works, "enrichment")
    await turns(intake, lambda: intake.counters.done == 2)
    counts = await counts_of(database, acme)
    assert (counts["enriched"], counts["skipped"]) == (1, 1)
    reasons = {run["status"]: run["reason"] for run in await kept(database, acme)}
    assert reasons == {"done": None, "skipped": "another lead of this company goes on instead"}
    async with database.tenant(acme.id) as session:
        await identity.undo_merge(session, merge_id, by="ann")
        await session.run("UPDATE run SET due_at = now() WHERE due_at IS NOT NULL")
    await turns(intake, lambda: intake.counters.done == 3)
    counts = await counts_of(database, acme)
    assert (counts["enriched"], counts["skipped"]) == (2, 0)


async def test_a_company_that_is_called_like_a_known_one_is_a_lead_and_a_question(works, database, vault):
    acme = await add_tenant(database, vault)
    profile = (await works.profiles.of([acme.id]))[acme.id]
    rows = [
        {"name": "Harbour GmbH", "country": "DE"},
        {"name": "Harbour", "country": "DE", "domain": "h.com"},
    ]
    for number, row in enumerate((*rows, *rows), start=1):  # the second time both are known
        await request_rows(database, profile, name="list", chunks=[(1, [row])], rows=1, by="test")
        intake = await take_in(works, "lead_source", acme.home_lane)
        await turns(intake, lambda intake=intake: intake.counters.done == 1)
        await intake.close()
        assert (await counts_of(database, acme))["sourced"] == min(number, 2)
    async with database.tenant(acme.id) as session:
        (review,) = await identity.open_reviews(session)
    assert {review["domain"], review["other_domain"]} == {None, "h.com"}
    assert review["score"] == pytest.approx(0.94)


def test_news_is_old_when_the_lead_is_further_than_it_says_and_early_news_never_is():
    agents = all_agents()
    event = SimpleNamespace(type="lead.enriched", data=None)
    stages = (None, "sourced", "enriched", "contactable", "scored")
    assert [is_stale(event, stage, agents["contact_finder"]) for stage in stages] == [
        False, False, False, True, True,
    ]  # fmt: skip
    assert not is_stale(SimpleNamespace(type="engagement.recorded", data=None), "scored", agents["scoring"])
    # of a person beside the one that the lead goes by it is said when the lead may be scored already
    for place, is_old in ((1, True), (2, False)):
        beside = SimpleNamespace(type="contact.verified", data=SimpleNamespace(place=place))
        assert is_stale(beside, "scored", agents["scoring"]) is is_old
    # who moves no leads hears whatever there is to hear
    onlooker = replace(agents["contact_finder"], emits=())
    assert not is_stale(event, "scored", onlooker)


async def test_a_holder_that_was_overtaken_writes_nothing(works, database, vault):
    acme = await add_tenant(database, vault)
    await source(works, acme, 3)
    zombie = await take_in(works, "enrichment")
    await zombie._take_in()
    await asyncio.gather(*zombie.hand._tasks)
    heir = await take_in(works, "enrichment")
    with pytest.raises(Fenced):
        await zombie._commit_finished()
    assert (await counts_of(database, acme))["enriched"] == 0
    await turns(heir, lambda: heir.counters.done == 3)
    assert len(await works.bus("reader").read("lead.enriched", 0, 0, 100)) == 3


async def test_two_lists_with_the_same_companies_give_each_of_them_once(works, database, vault):
    acme = await add_tenant(database, vault)
    for _ in range(2):
        await ask_for(works, acme, 40)
    intake = await take_in(works, "lead_source", acme.home_lane)
    await turns(intake, lambda: intake.counters.done == 2)
    assert (await counts_of(database, acme))["sourced"] == 40
    assert len(await works.bus("reader").read("lead.sourced", 0, 0, 100)) == 40


async def test_one_run_that_the_database_refuses_fails_alone(works, database, vault, monkeypatch):
    acme = await add_tenant(database, vault)
    await source(works, acme, 3)
    intake = await take_in(works, "enrichment")
    do = intake.runner.do

    async def with_a_bad_name(assignment, profile):
        finished = await do(assignment, profile)
        if assignment.event.data.account.name == "company 1":
            bad = tuple(
                record.model_copy(update={"description": "a\0b"})
                if hasattr(record, "identity_key")
                else record
                for record in finished.outcome.save
            )
            object.__setattr__(finished.outcome, "save", bad)
        return finished

    monkeypatch.setattr(intake.runner, "do", with_a_bad_name)
    await turns(intake, lambda: intake.counters.done == 3)
    assert sorted(run["status"] for run in await kept(database, acme)) == ["done", "done", "failed"]
    assert (await counts_of(database, acme))["failed"] == 1


async def test_a_slow_run_does_not_hold_its_neighbours(database, vault):
    gate = asyncio.Event()

    async def slow(question):
        if isinstance(question, EnrichCompany) and question.domain == "company-0.com":
            await gate.wait()

    async with open_fake_works(database, vault, oracle=Oracle(slow), commit_linger_s=0.01) as works:
        acme = await add_tenant(database, vault)
        await source(works, acme, 5)
        intake = await take_in(works, "enrichment")
        await turns(intake, lambda: intake.counters.done == 4)
        assert (await counts_of(database, acme))["enriched"] == 4
        gate.set()
        await turns(intake, lambda: intake.counters.done == 5)


async def test_events_go_on_to_the_lanes_that_their_tenant_holds_by_now(works, database, vault):
    acme = await add_tenant(database, vault)
    await source(works, acme, 60)
    async with database.system() as session:
        held = await lanes.scale(session, acme.id, "lead.sourced", 3)
    works.profiles._refreshed_at = -1.0
    home = await take_in(works, "enrichment", acme.home_lane)
    await turns(home, lambda: home.counters.read == 60)
    others = [await take_in(works, "enrichment", lane) for lane in held if lane != acme.home_lane]
    intakes: list[Intake] = [home, *others]

    async def everyone():
        async with asyncio.timeout(30):
            while sum(intake.counters.done for intake in intakes) < 60:
                for intake in intakes:
                    await intake.turn()

    await everyone()
    assert all(intake.counters.done > 5 for intake in intakes)
    assert (await counts_of(database, acme))["enriched"] == 60


async def test_what_a_process_has_begun_it_goes_on_with_though_its_tenant_holds_other_lanes_by_now(
    works, database, vault
):
    acme = await add_tenant(database, vault)
    await source(works, acme, 20)
    before = await take_in(works, "enrichment", acme.home_lane)
    await before._take_in()
    await before.abandon()
    async with database.system() as session:
        held = await lanes.scale(session, acme.id, "lead.sourced", 3)
    works.profiles._refreshed_at = -1.0
    again = await take_in(works, "enrichment", acme.home_lane)
    again.runner = before.runner  # the same process, which takes its lane once more
    await turns(again, lambda: again.counters.done == 20)
    elsewhere = [lane for lane in held if lane != acme.home_lane]
    assert [await works.bus("reader").read("lead.sourced", lane, 0, 100) for lane in elsewhere] == [[], []]


async def test_an_answer_to_a_commit_that_was_lost_is_not_a_second_commit(
    works, database, vault, monkeypatch
):
    acme = await add_tenant(database, vault)
    await source(works, acme, 3)
    intake = await take_in(works, "enrichment")
    once, lost = committing._commit_once, []

    async def and_then_the_line_broke(*arguments):
        await once(*arguments)
        if not lost:
            lost.append(True)
            raise DatabaseError(ConnectionError("gone"), connection_lost=True)

    monkeypatch.setattr(committing, "_commit_once", and_then_the_line_broke)
    await turns(intake, lambda: intake.counters.done == 3)
    assert lost
    assert len(await works.bus("reader").read("lead.enriched", 0, 0, 100)) == 3
    async with database.tenant(acme.id) as session:
        assert len(await runs.recent(session, agent="enrichment", status=RunStatus.DONE)) == 3


async def die(intake):
    """The process is gone: nothing is committed, nothing is given back."""
    for task in intake.hand._tasks:
        task.cancel()
    await asyncio.gather(*intake.hand._tasks, return_exceptions=True)
    intake.hand._suspects.leave()  # another process has turns of its own


async def test_a_run_that_kills_its_process_is_given_up_after_three_and_its_neighbours_end_well(
    database, vault
):
    begun: list[str] = []
    stuck = asyncio.Event()

    async def kills(question):
        begun.append(question.domain)
        if question.domain == "company-3.com":
            await stuck.wait()  # as far as it comes before its process is gone

    # a source that is free: of a paid call the answer is waited for, whatever becomes of those who asked
    site = replace(Oracle(kills).provider(), name="site", billed=frozenset())
    site = replace(site, answers={EnrichCompany: site.answers[EnrichCompany]})
    providers = {"oracle": Oracle().provider(), "site": site}
    async with open_fake_works(database, vault, providers=providers, commit_linger_s=0.01) as works:
        acme = await add_tenant(database, vault, connections={"site": {}})
        await source(works, acme, 30)
        for _ in range(3):
            begun.clear()
            intake = await take_in(works, "enrichment")
            await turns(intake, lambda: "company-3.com" in begun)
            await die(intake)
        assert begun[-1] == "company-3.com"
        heir = await take_in(works, "enrichment")
        await turns(heir, lambda: heir.counters.failed == 1)
        await turns(heir, lambda: heir.in_flight == 0)
        begun.clear()
        kept_runs = await kept(database, acme)
    assert sorted(run["status"] for run in kept_runs) == ["done"] * 29 + ["failed"]
    failed = next(run for run in kept_runs if run["status"] == "failed")
    assert failed["reason"] == "The process died while it worked on this: 3 times in a row"
    assert (await counts_of(database, acme))["failed"] == 1


async def test_nobody_has_died_over_a_run_that_was_not_begun_since_an_answer_was_lost(
    works, database, vault, monkeypatch
):
    acme = await add_tenant(database, vault)
    await source(works, acme, 2)
    gone = await take_in(works, "enrichment")
    await gone._take_in()
    await die(gone)
    begin_again = runs.begin_again

    async def and_then_the_line_broke(*arguments):
        await begin_again(*arguments)
        raise DatabaseError(ConnectionError("gone"), connection_lost=True)

    monkeypatch.setattr(runs, "begin_again", and_then_the_line_broke)
    heir = await take_in(works, "enrichment")
    with pytest.raises(DatabaseError):
        await turns(heir, lambda: heir.counters.done == 2)
    await heir.abandon()
    again = await take_in(
        works, "enrichment", runner=heir.runner
    )  # the same process takes its lane once more
    await turns(again, lambda: again.counters.done == 2)
    assert {run["status"] for run in await kept(database, acme)} == {"done"}


async def test_runs_that_were_left_in_good_order_are_not_suspected(works, database, vault):
    acme = await add_tenant(database, vault)
    await source(works, acme, 4)
    for _ in range(4):
        intake = await take_in(works, "enrichment")
        await intake._take_in()
        await intake.close()
    heir = await take_in(works, "enrichment")
    await turns(heir, lambda: heir.counters.done == 4)
    assert {run["status"] for run in await kept(database, acme)} == {"done"}


async def test_an_event_that_comes_again_while_its_run_is_in_hand_holds_up_nothing(database, vault):
    gate = asyncio.Event()

    async def slow(question):
        await gate.wait()

    async with open_fake_works(database, vault, oracle=Oracle(slow), commit_linger_s=0.01) as works:
        acme = await add_tenant(database, vault)
        await source(works, acme, 3)
        intake = await take_in(works, "enrichment")
        await intake._take_in()
        async with database.system() as session:
            await log.append(session, await log.read(session, "lead.sourced", 0, 0, 10))
        await turns(intake, lambda: intake.counters.read == 6)
        gate.set()
        await turns(intake, lambda: intake.counters.done == 3)
        assert len(await works.bus("reader").read("lead.enriched", 0, 0, 100)) == 3
        await intake.close()
        async with database.system() as session:
            assert (await lanes.take(session, "enrichment", 0, "next", 10)).next_offset == 6


async def test_runs_of_a_lane_that_was_lost_are_called_off(database, vault):
    asked = asyncio.Event()

    async def never(question):
        asked.set()
        await asyncio.Event().wait()

    async with open_fake_works(database, vault, oracle=Oracle(never), lease_s=0.3) as works:
        acme = await add_tenant(database, vault)
        await source(works, acme, 3)
        station = works.station("slow", "enrichment")
        await station.hold([0])
        await asked.wait()
        (intake,) = station._intakes.values()
        assert len(intake.hand._tasks) == 3
        async with database.system() as session:
            await lanes.take(session, "enrichment", 0, "somebody else", 10)
        await until(lambda: not station._intakes)
        await until(lambda: not intake.hand._tasks)
        await station.stop()


async def test_a_station_in_trouble_leaves_its_lane_to_whoever_took_it_meanwhile(works, database, vault):
    station = works.station("in trouble", "enrichment")
    await station.hold([0, 1])
    await until(lambda: len(station._intakes) == 2)

    async def cut_off():
        raise DatabaseError(ConnectionResetError("gone"), connection_lost=True)

    async with database.system() as session:
        heir = await lanes.take(session, "enrichment", 0, "heir", 10)
    before = station._intakes[1]
    for intake in station._intakes.values():
        intake.turn = cut_off
    await until(lambda: station.lanes == {1} and station._intakes.get(1) not in (None, before))
    async with database.system() as session:
        await lanes.advance(session, heir, 0, 10)  # it would be refused, had the station taken the lane again
    assert station.lanes == {1}
    await station.stop()


async def test_when_the_budget_is_used_up_leads_sleep_and_a_higher_one_wakes_them(database, vault):
    oracle = Oracle()
    async with open_fake_works(database, vault, oracle=oracle, commit_linger_s=0.01) as works:
        acme = await add_tenant(database, vault, budgets={"total_usd": "0.15"})
        await source(works, acme, 8)
        intake = await take_in(works, "enrichment")
        await turns(intake, lambda: intake.counters.done == 8)
        asked = [question for question in oracle.asked if isinstance(question, EnrichCompany)]
        assert len(asked) == 3
        runs_kept = await kept(database, acme)
        assert sorted(run["status"] for run in runs_kept) == ["done"] * 3 + ["snoozed"] * 5
        assert {run["reason"] for run in runs_kept} == {None, "The budget is used up: $0.15 in all"}
        await tenants.configure(
            database, vault, "acme", {"connections": CONNECTIONS, "budgets": {"total_usd": 1}}
        )
        await turns(intake, lambda: intake.counters.done == 13)
        assert (await counts_of(database, acme))["enriched"] == 8


async def test_a_lead_that_would_cost_too_much_fails_with_the_ceiling(works, database, vault):
    acme = await add_tenant(database, vault, budgets={"lead_usd": "0.04"})
    await source(works, acme, 2)
    intake = await take_in(works, "enrichment")
    await turns(intake, lambda: intake.counters.done == 2)
    assert {(run["status"], run["reason"]) for run in await kept(database, acme)} == {
        ("failed", "This would cost more than it may: $0.04 for a lead")
    }
