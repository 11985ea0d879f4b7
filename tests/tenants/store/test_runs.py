import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
import pytest_asyncio

from tenants.modes import HOLD_EVENTS, Mode
from tenants.records import LeadProgress, RunStatus, Stage
from tenants.store import leads, runs, switches, tenants
from tenants.store.runs import GroundMoved
from tests.tenants.store.rows import account, add_leads, end, lead, start

AGENT = "enrichment"
PAST, FUTURE = datetime(2020, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


@pytest_asyncio.fixture
async def acme(database, vault):
    return await tenants.add(database, vault, "acme", {})


@pytest.fixture
def opening(database, acme):
    async def open_(*starts, lane=0, agent=AGENT):
        async with database.tenant(acme.id) as session:
            return await runs.open_runs(session, agent, lane, starts)

    return open_


@pytest.fixture
def closing(database, acme):
    async def close(*ends):
        async with database.tenant(acme.id) as session:
            await runs.close_runs(session, ends)

    return close


@pytest.fixture
def due(database):
    async def take(limit=10, *, lane=0, agent=AGENT, claim_s=600.0):
        async with database.system() as session:
            return await runs.take_due(session, agent, lane, limit, claim_s)

    return take


@pytest.fixture
def kept(database, acme):
    async def row(run):
        async with database.tenant(acme.id) as session:
            return (await session.rows("SELECT * FROM run WHERE id = :id", id=run.id))[0]

    return row


async def test_an_event_that_was_handled_is_not_handled_again(opening, closing):
    run, other = start(), start()
    assert (await opening(run, other)).keys() == {run.id, other.id}
    await closing(end(run))
    assert (await opening(run, other)).keys() == {other.id}


@pytest.mark.parametrize(
    ("status", "due_at"),
    [
        (RunStatus.DONE, None),
        (RunStatus.SKIPPED, None),
        (RunStatus.FAILED, None),
        (RunStatus.RETRYING, FUTURE),
        (RunStatus.SNOOZED, FUTURE),
        (RunStatus.AWAITING_APPROVAL, None),
    ],
)
async def test_an_event_that_comes_again_does_not_begin_a_run_that_ended_or_waits(
    opening, closing, status, due_at
):
    run = start()
    await opening(run)
    await closing(end(run, status, due_at=due_at))
    assert await opening(run) == {}


async def test_a_run_whose_desk_died_is_opened_again_and_the_deliveries_are_counted(opening, kept):
    run = start()
    first = (await opening(run, lane=1))[run.id]
    second = (await opening(run, lane=2))[run.id]
    assert [(one.attempt, one.unfinished) for one in (first, second)] == [(1, 0), (1, 1)]
    row = await kept(run)
    assert (row["lane"], row["deliveries"]) == (2, 2)


async def test_a_retry_that_is_under_way_is_not_begun_a_second_time_by_its_event(opening, closing, due):
    run = start()
    await opening(run)
    await closing(end(run, RunStatus.RETRYING, due_at=PAST))
    assert [one.id for one in await due()] == [run.id]
    assert await opening(run) == {}


async def test_the_same_event_makes_a_run_of_its_own_for_each_tenant(database, vault, opening):
    other = await tenants.add(database, vault, "other", {})
    run = start()
    await opening(run)
    async with database.tenant(other.id) as session:
        assert (await runs.open_runs(session, AGENT, 0, [run]))[run.id].unfinished == 0


async def test_a_run_ends_once_and_the_second_ending_writes_nothing(database, acme, opening, closing, kept):
    run, other = start(), start()
    await opening(run, other)
    await closing(end(run, output='{"first":true}', cost_usd=Decimal("0.5")))
    with pytest.raises(GroundMoved) as moved:
        await closing(end(run, RunStatus.FAILED), end(other))
    assert moved.value.run_ids == {run.id, other.id}
    assert (await kept(run))["status"] == "done"
    assert (await kept(run))["output"] == {"first": True}
    assert (await kept(other))["status"] == "running"
    async with database.tenant(acme.id) as session:
        assert await runs.still_running(session, [run.id, other.id, uuid4()]) == {other.id}


async def test_a_run_that_was_never_opened_can_not_end(closing):
    with pytest.raises(GroundMoved):
        await closing(end(start()))


async def test_nothing_to_close_is_no_fault(closing):
    await closing()


async def test_an_ending_keeps_what_the_run_gave_and_adds_up_what_its_attempts_cost(
    opening, closing, due, kept
):
    run = start()
    await opening(run)
    fault = '{"class":"ProviderDown"}'
    await closing(
        end(run, RunStatus.RETRYING, due_at=PAST, reason="down", error=fault, cost_usd=Decimal("0.000001"))
    )
    row = await kept(run)
    assert (row["status"], row["reason"], row["error"], row["due_at"]) == (
        "retrying",
        "down",
        {"class": "ProviderDown"},
        PAST,
    )
    await due()
    await closing(
        end(run, duration_s=1.5, output='{"n":2}', versions='{"build":"b"}', cost_usd=Decimal("0.02"))
    )
    row = await kept(run)
    assert (row["status"], row["reason"], row["error"], row["due_at"]) == ("done", None, None, None)
    assert (row["output"], row["versions"], row["duration_s"]) == ({"n": 2}, {"build": "b"}, 1.5)
    assert (row["cost_usd"], row["attempt"]) == (Decimal("0.020001"), 2)
    assert row["finished_at"] >= row["started_at"]


@pytest.mark.parametrize(
    ("status", "hold"),
    [
        (RunStatus.DONE, None),
        (RunStatus.RETRYING, None),
        (RunStatus.SKIPPED, "skipped"),
        (RunStatus.FAILED, "failed"),
        (RunStatus.SNOOZED, "snoozed"),
        (RunStatus.AWAITING_APPROVAL, "awaiting_approval"),
    ],
)
async def test_a_lead_stands_still_with_the_reason_when_its_run_does(
    database, acme, opening, closing, status, hold
):
    async with database.tenant(acme.id) as session:
        held, neighbour = await add_leads(session, 2)
    run = start(lead_id=held.id)
    await opening(run)
    await closing(end(run, status, reason="the domain takes no mail"))
    async with database.tenant(acme.id) as session:
        rows = {
            row["id"]: (row["hold"], row["hold_reason"])
            for row in await session.rows("SELECT id, hold, hold_reason FROM lead")
        }
    assert rows[held.id] == (hold, "the domain takes no mail" if hold else None)
    assert rows[neighbour.id] == (None, None)


async def test_a_lead_that_is_scored_stays_scored_when_something_about_it_fails(
    database, acme, opening, closing
):
    async with database.tenant(acme.id) as session:
        (prospect,) = await add_leads(session, 1)
        await leads.move_leads(session, [LeadProgress(lead_id=prospect.id, stage=Stage.SCORED)])
    run = start(lead_id=prospect.id)
    await opening(run)
    await closing(end(run, RunStatus.FAILED, reason="down"))
    async with database.tenant(acme.id) as session:
        assert await session.rows("SELECT stage, hold FROM lead") == [{"stage": "scored", "hold": None}]


async def test_only_runs_of_the_lane_and_agent_whose_time_has_come_are_taken_up_and_only_once(
    opening, closing, due
):
    past, future, other_lane, other_agent = start(input='{"n": 1}'), start(), start(), start()
    await opening(past, future)
    await opening(other_lane, lane=1)
    await opening(other_agent, agent="scoring")
    await closing(
        end(past, RunStatus.RETRYING, due_at=PAST),
        end(future, RunStatus.RETRYING, due_at=FUTURE),
        end(other_lane, RunStatus.SNOOZED, due_at=PAST),
        end(other_agent, RunStatus.SNOOZED, due_at=PAST),
    )
    taken = await due()
    assert [(one.id, one.event_id, one.attempt, one.unfinished) for one in taken] == [
        (past.id, past.event_id, 2, 0)
    ]
    assert (taken[0].topic, taken[0].input) == ("lead.sourced", '{"n": 1}')
    assert await due() == []


async def test_the_longest_due_runs_are_taken_up_first(opening, closing, due):
    order = [start() for _ in range(4)]
    await opening(*order)
    await closing(
        *(
            end(run, RunStatus.RETRYING, due_at=PAST + timedelta(days=day))
            for day, run in zip((3, 0, 2, 1), order, strict=True)
        )
    )
    assert {run.id for run in await due(2)} == {order[1].id, order[3].id}
    assert {run.id for run in await due(2)} == {order[0].id, order[2].id}


async def test_a_run_that_was_taken_up_by_who_died_is_due_again_and_still_in_the_same_attempt(
    opening, closing, due
):
    run = start()
    await opening(run)
    await closing(end(run, RunStatus.RETRYING, due_at=PAST))
    first = await due(claim_s=-1.0)
    second = await due()
    assert [(one.attempt, one.unfinished) for one in first + second] == [(2, 0), (2, 1)]


async def test_a_wait_with_patience_is_no_attempt_and_is_counted_by_itself(opening, closing, due):
    run = start()
    await opening(run)
    for waits in range(1, 4):
        await closing(end(run, RunStatus.RETRYING, due_at=PAST, is_patient=True))
        (again,) = await due()
        assert (again.attempt, again.waits) == (1, waits)
    await closing(end(run, RunStatus.RETRYING, due_at=PAST))
    (again,) = await due()
    assert (again.attempt, again.waits) == (2, 0)


async def test_a_death_is_no_wait(opening, closing, due):
    run = start()
    await opening(run)
    await closing(end(run, RunStatus.RETRYING, due_at=PAST, is_patient=True))
    assert [(await due(claim_s=-1.0))[0].waits for _ in range(3)] == [1, 1, 1]


async def switch(database, tenant, *, enabled, agent=AGENT):
    async with database.tenant(tenant.id) as session:
        return await switches.turn(session, agent, Mode.ON if enabled else Mode.PAUSED, by="ann")


async def hold(database, *held, agent=AGENT, modes=HOLD_EVENTS):
    async with database.system() as session:
        return await runs.hold_back(session, agent, [run.id for run in held], modes)


async def test_runs_of_an_agent_that_is_off_are_held_until_they_are_let_go(database, acme, opening, due):
    run, other = start(), start()
    await opening(run)
    await opening(other, agent="scoring")
    await switch(database, acme, enabled=False)
    assert await hold(database, run) == {run.id}
    assert await opening(run) == {}
    assert await due() == []
    async with database.tenant(acme.id) as session:
        assert await runs.let_go(session) == 0
    assert await switch(database, acme, enabled=True, agent="scoring") == 0
    assert await switch(database, acme, enabled=True) == 1
    assert await switch(database, acme, enabled=True) == 0
    assert [one.id for one in await due()] == [run.id]


async def test_a_run_is_not_held_for_an_agent_that_is_on_by_now(database, acme, opening, kept):
    run = start()
    await opening(run)
    assert await hold(database, run) == set()
    for enabled in (False, True):
        await switch(database, acme, enabled=enabled)
    assert await hold(database, run) == set()
    await switch(database, acme, enabled=False, agent="scoring")
    assert await hold(database, run) == set()
    assert (await kept(run))["status"] == "running"


async def test_runs_are_held_for_those_tenants_only_that_switched_the_agent_off(
    database, vault, acme, opening
):
    other = await tenants.add(database, vault, "other", {"agents": {AGENT: False}})
    ours, theirs = start(), start()
    await opening(ours)
    async with database.tenant(other.id) as session:
        await runs.open_runs(session, AGENT, 0, [theirs])
    assert await hold(database, ours, theirs) == {theirs.id}
    assert await switch(database, acme, enabled=True) == 0
    assert await switch(database, other, enabled=True) == 1


async def test_who_switches_an_agent_on_while_a_run_is_being_held_sets_it_free(database, acme, opening):
    run = start()
    await opening(run)
    await switch(database, acme, enabled=False)
    async with database.system() as session:
        await runs.hold_back(session, AGENT, [run.id], HOLD_EVENTS)
        flipping = asyncio.create_task(switch(database, acme, enabled=True))
        waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
        while not flipping.done() and not await session.value(waiting):
            pass
    assert await flipping == 1


async def test_a_run_that_was_held_before_it_began_begins_with_its_first_attempt(
    database, acme, opening, due
):
    run = start()
    await opening(run)
    await switch(database, acme, enabled=False)
    await hold(database, run)
    await switch(database, acme, enabled=True)
    assert [one.attempt for one in await due()] == [1]


async def test_a_run_that_has_ended_is_not_held_back(database, acme, opening, closing, kept):
    run = start()
    await opening(run)
    await closing(end(run))
    await switch(database, acme, enabled=False)
    assert await hold(database, run) == set()
    assert (await kept(run))["status"] == "done"


async def test_recent_runs_come_newest_first_and_only_those_that_match(database, acme, opening, closing):
    async with database.tenant(acme.id) as session:
        company = account()
        await leads.add_accounts(session, [company])
        await leads.add_leads(session, [pursuit := lead(company)])
    order = [start(lead_id=pursuit.id), start(), start(lead_id=pursuit.id)]
    for run in order:
        await opening(run, agent="scoring" if run is order[2] else AGENT)
    await closing(
        end(order[0], RunStatus.FAILED, reason="no", error='{"kind":"data"}', cost_usd=Decimal("0.05"))
    )

    async def recent(**filters):
        async with database.tenant(acme.id) as session:
            return [row["id"] for row in await runs.recent(session, **filters)]

    first, second, third = (run.id for run in order)
    assert await recent() == [third, second, first]
    assert await recent(limit=1) == [third]
    assert await recent(status="failed") == [first]
    assert await recent(agent=AGENT) == [second, first]
    assert await recent(lead_id=pursuit.id) == [third, first]
    assert await recent(lead_id=pursuit.id, agent=AGENT, status="running") == []
    async with database.tenant(acme.id) as session:
        row = (await runs.recent(session, status="failed"))[0]
    assert (row["input"], row["error"], row["reason"], row["attempt"]) == (
        {"n": 1},
        {"kind": "data"},
        "no",
        1,
    )


async def test_a_run_that_was_left_in_good_order_is_on_whoever_begins_it_next(
    database, opening, closing, due
):
    """Nobody is blamed for what was left; but who begins it then and dies is counted, or it could kill for ever."""
    read, again = start(), start()
    await opening(read, again)
    await closing(end(again, RunStatus.RETRYING, due_at=PAST))
    await due(claim_s=-1.0)
    for is_left, unfinished in ((False, 1), (True, 0), (False, 1)):
        if is_left:
            async with database.system() as session:
                await runs.leave_off(session, [read.id, again.id])
        opened = await opening(read)
        assert opened[read.id].unfinished == unfinished
        assert [run.unfinished for run in await due(claim_s=-1.0)] == [unfinished]
