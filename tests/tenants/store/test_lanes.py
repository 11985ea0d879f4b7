import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from tenants.records import Finding, RunStatus
from tenants.store import findings, lanes, log, runs, tenants
from tenants.store.lanes import Fenced
from tests.conftest import LANES
from tests.tenants.store.rows import end, entry, start

TOPIC = "lead.sourced"


async def take(database, owner="one", *, lane=0, agent="enrichment", ttl_s=60.0):
    async with database.system() as session:
        return await lanes.take(session, agent, lane, owner, ttl_s)


async def advance(database, lease, next_offset):
    async with database.system() as session:
        await lanes.advance(session, lease, next_offset, 60.0)


async def waiting(database):
    async with database.system() as session:
        return {one.lane: one for one in await lanes.work(session, {"enrichment": TOPIC})}


async def test_a_removal_waits_for_a_commit_under_way_and_leaves_nothing_of_it(database, vault):
    acme = await tenants.add(database, vault, "acme", {})
    lease = await take(database)
    found = Finding(
        subject_id=uuid4(), field="employees", value=7, provider="apollo", evidence="told", confidence=0.9,
        cost_usd=Decimal(0), found_at=datetime.now(UTC),
    )  # fmt: skip
    async with database.tenant(acme.id) as session:
        await lanes.advance(session, lease, 1, 60.0)
        removal = asyncio.create_task(tenants.remove(database, "acme"))
        await until_somebody_waits(database)
        await findings.save(session, [found])
    await removal
    async with database.tenant(acme.id) as session:
        assert await session.value("SELECT count(*) FROM finding") == 0


async def until_somebody_waits(database):
    async with asyncio.timeout(30):
        while True:
            async with database.system() as session:
                if await session.value("SELECT count(*) FROM pg_locks WHERE NOT granted"):
                    return


async def test_whoever_takes_a_lane_fences_the_older_holder_and_its_writes(database, vault):
    acme = await tenants.add(database, vault, "acme", {})
    older = await take(database, "one")
    younger = await take(database, "two")
    assert younger.epoch > older.epoch

    async def write():
        async with database.tenant(acme.id) as session:
            await log.append(session, [entry(acme.id)])
            await lanes.advance(session, older, 5, 60.0)

    with pytest.raises(Fenced, match=f"epoch {older.epoch} is over"):
        await write()
    async with database.system() as session:
        assert await log.end(session, TOPIC, 0) == 0
    await advance(database, younger, 3)
    assert (await take(database, "three")).next_offset == 3


async def test_the_same_owner_that_takes_its_lane_again_is_fenced_from_its_own_past(database):
    before = await take(database)
    await take(database)
    with pytest.raises(Fenced):
        await advance(database, before, 1)


async def test_whoever_lost_touch_takes_its_lane_again_unless_somebody_else_has_it(database):
    async def again(last, owner="one"):
        async with database.system() as session:
            return await lanes.take(session, "enrichment", 0, owner, 60.0, last=last)

    first = await take(database, "one")
    second = await again(first)
    assert second.epoch > first.epoch
    assert (await again(first)).epoch > second.epoch  # it was taken, and nobody was told
    heir = await take(database, "two")
    with pytest.raises(Fenced, match=f"epoch {second.epoch} is over"):
        await again(second)
    await advance(database, heir, 1)


async def test_the_offset_moves_forward_and_never_back(database):
    lease = await take(database)
    assert lease.next_offset == 0
    for offset, stands_at in ((7, 7), (3, 7), (8, 8)):
        await advance(database, lease, offset)
        lease = await take(database)
        assert lease.next_offset == stands_at


async def test_a_lane_is_leased_for_each_agent_on_its_own(database):
    enrichment = await take(database, lane=1)
    await take(database, agent="scoring", lane=1)
    await take(database, lane=2)
    await advance(database, enrichment, 4)
    assert (await take(database, agent="scoring", lane=1)).next_offset == 0


async def test_a_release_frees_the_lane_unless_somebody_newer_has_it(database, vault):
    acme = await tenants.add(database, vault, "acme", {})
    async with database.tenant(acme.id) as session:
        await log.append(session, [entry(acme.id)])
    older, younger = await take(database), await take(database)
    async with database.system() as session:
        await lanes.release(session, older)
    assert (await waiting(database))[0].leased
    async with database.system() as session:
        await lanes.release(session, younger)
    assert not (await waiting(database))[0].leased


async def test_what_waits_on_a_lane_is_its_backlog_its_due_runs_and_whether_a_desk_is_on_it(database, vault):
    acme = await tenants.add(database, vault, "acme", {})
    due, later, ended = start(), start(), start()
    now = datetime.now(UTC)
    async with database.tenant(acme.id) as session:
        await log.append(session, [entry(acme.id, lane=lane) for lane in (0, 0, 0, 1)])
        await log.append(session, [entry(acme.id, topic="lead.enriched", lane=3)])
        await runs.open_runs(session, "enrichment", 0, [due, later, ended])
        await runs.close_runs(
            session,
            [
                end(due, RunStatus.RETRYING, due_at=now - timedelta(hours=1)),
                end(later, RunStatus.SNOOZED, due_at=now + timedelta(hours=1)),
                end(ended),
            ],
        )
    await advance(database, await take(database, lane=0), 2)
    await take(database, lane=1, ttl_s=-1.0)
    found = await waiting(database)
    assert found.keys() == {0, 1}
    assert (found[0].backlog, found[0].due, found[0].leased) == (1, 1, True)
    assert (found[1].backlog, found[1].due, found[1].leased) == (1, 0, False)


async def test_runs_that_an_earlier_holder_had_taken_up_are_due_at_once_for_the_next(database, vault):
    acme = await tenants.add(database, vault, "acme", {})
    again, just_read = start(), start()
    async with database.tenant(acme.id) as session:
        await runs.open_runs(session, "enrichment", 0, [again, just_read])
        await runs.close_runs(session, [end(again, RunStatus.RETRYING, due_at=datetime.now(UTC))])
    async with database.system() as session:
        assert [run.id for run in await runs.take_due(session, "enrichment", 0, 10, 600.0)] == [again.id]
    async with database.system() as session:
        assert await runs.take_due(session, "enrichment", 0, 10, 600.0) == []
    await take(database, "two")
    async with database.system() as session:
        taken = await runs.take_due(session, "enrichment", 0, 10, 600.0)
    assert [(run.id, run.attempt) for run in taken] == [(again.id, 2)]


async def test_a_tenant_holds_its_home_lane_until_it_is_scaled_and_again_when_it_is_scaled_back(
    database, vault
):
    acme = await tenants.add(database, vault, "acme", {})
    other = await tenants.add(database, vault, "other", {})

    async def held():
        async with database.system() as session:
            return await lanes.held_by(session, [TOPIC, "lead.enriched"], [acme.id, other.id])

    home = {(one.id, topic): (one.home_lane,) for one in (acme, other) for topic in (TOPIC, "lead.enriched")}
    assert await held() == home
    async with database.system() as session:
        scaled = await lanes.scale(session, acme.id, TOPIC, 3)
    assert len(set(scaled)) == 3
    assert await held() == home | {(acme.id, TOPIC): tuple(sorted(scaled))}
    async with database.system() as session:
        assert await lanes.scale(session, acme.id, TOPIC, 1) == (acme.home_lane,)
    assert await held() == home


async def test_scaling_takes_the_home_lane_and_the_emptiest_others(database, vault):
    acme, other, third = [await tenants.add(database, vault, name, {}) for name in ("acme", "other", "third")]
    async with database.system() as session:
        free = set(range(LANES)) - {acme.home_lane, other.home_lane, third.home_lane}
        first = await lanes.scale(session, acme.id, TOPIC, 3)
        assert first[0] == acme.home_lane
        assert set(first[1:]) < free
        second = await lanes.scale(session, other.id, TOPIC, 2)
        assert second == (other.home_lane, *(free - set(first)))
        assert await lanes.scale(session, acme.id, TOPIC, 3) == first  # what it holds itself is no company
        # another topic is another desk's: nobody is there yet
        assert set((await lanes.scale(session, other.id, "lead.enriched", 2))[1:]) <= free


async def test_what_waits_is_shared_out_over_the_lanes_that_a_tenant_holds_from_now_on(database, vault):
    acme = await tenants.add(database, vault, "acme", {})
    other = await tenants.add(database, vault, "other", {})
    waiting_runs, running = [start() for _ in range(40)], start()
    elsewhere = [start(topic="lead.enriched") for _ in range(40)]
    async with database.tenant(other.id) as session:
        await runs.open_runs(session, "enrichment", acme.home_lane, [theirs := start()])
        await runs.close_runs(session, [end(theirs, RunStatus.SNOOZED, due_at=datetime.now(UTC))])
    async with database.tenant(acme.id) as session:
        await runs.open_runs(session, "enrichment", acme.home_lane, [*waiting_runs, *elsewhere, running])
        ends = [end(run, RunStatus.RETRYING, due_at=datetime.now(UTC)) for run in waiting_runs + elsewhere]
        await runs.close_runs(session, ends)

    async def lanes_of(*which):
        ids = [run.id for run in which]
        query = "SELECT DISTINCT lane FROM run WHERE id = ANY(CAST(:ids AS uuid[]))"
        async with database.system() as session:
            return {row["lane"] for row in await session.rows(query, ids=ids)}

    for wanted in (3, 1):
        async with database.system() as session:
            held = await lanes.scale(session, acme.id, TOPIC, wanted)
        assert await lanes_of(*waiting_runs) == set(held)
        assert await lanes_of(running, *elsewhere, theirs) == {acme.home_lane}


async def test_runs_that_wait_on_a_lane_without_any_event_are_seen(database, vault):
    """A tenant is given lanes while its runs wait: on those lanes nothing may ever have been said."""
    acme = await tenants.add(database, vault, "acme", {})
    waiting_runs = [start() for _ in range(40)]
    async with database.tenant(acme.id) as session:
        await log.append(session, [entry(acme.id, lane=acme.home_lane)])
        await runs.open_runs(session, "enrichment", acme.home_lane, waiting_runs)
        ends = [end(run, RunStatus.RETRYING, due_at=datetime.now(UTC)) for run in waiting_runs]
        await runs.close_runs(session, ends)
    async with database.system() as session:
        held = await lanes.scale(session, acme.id, TOPIC, 3)
    found = await waiting(database)
    assert set(found) == set(held)
    assert sum(one.due for one in found.values()) == len(waiting_runs)
    assert {lane: (one.events, one.backlog) for lane, one in found.items()} == {
        lane: (1, 1) if lane == acme.home_lane else (0, 0) for lane in held
    }


@pytest.mark.parametrize("wanted", [-1, 0, LANES + 1])
async def test_nobody_gets_more_lanes_than_there_are_nor_none(database, vault, wanted):
    acme = await tenants.add(database, vault, "acme", {})
    with pytest.raises(ValueError, match=f"{wanted} lanes were asked for, but this installation has {LANES}"):
        async with database.system() as session:
            await lanes.scale(session, acme.id, TOPIC, wanted)
    async with database.system() as session:
        assert len(await lanes.scale(session, acme.id, TOPIC, LANES)) == LANES


async def test_an_installation_gets_more_lanes_and_never_fewer(database, vault):
    acme = await tenants.add(database, vault, "acme", {})
    for wanted in (LANES + 2, LANES + 2):
        async with database.system() as session:
            await lanes.grow(session, wanted)
    async with database.system() as session:
        assert await lanes.lane_count(session) == LANES + 2
        assert len(await lanes.scale(session, acme.id, TOPIC, LANES + 2)) == LANES + 2
    assert (await tenants.named(database, "acme")).home_lane == acme.home_lane
    with pytest.raises(ValueError, match=f"has {LANES + 2} lanes, and they can't become {LANES}"):
        async with database.system() as session:
            await lanes.grow(session, LANES)


async def test_a_tenant_can_scale_itself_and_not_another(database, vault):
    acme = await tenants.add(database, vault, "acme", {})
    other = await tenants.add(database, vault, "other", {})
    async with database.tenant(acme.id) as session:
        assert len(await lanes.scale(session, acme.id, TOPIC, 2)) == 2
    with pytest.raises(Exception, match=r"row-level security|null value"):
        async with database.tenant(acme.id) as session:
            await lanes.scale(session, other.id, TOPIC, 2)


async def test_the_busiest_tenant_of_a_lane_is_the_one_with_most_events_that_nobody_has_settled(
    database, vault
):
    acme, other = [await tenants.add(database, vault, name, {}) for name in ("acme", "other")]
    async with database.system() as session:
        assert await lanes.busiest_tenant(session, "enrichment", "lead.sourced", 0) is None
    for tenant, count in ((acme, 5), (other, 3)):
        async with database.tenant(tenant.id) as session:
            await log.append(session, [entry(tenant.id) for _ in range(count)])
    async with database.system() as session:
        assert await lanes.busiest_tenant(session, "enrichment", "lead.sourced", 0) == acme.id
        lease = await lanes.take(session, "enrichment", 0, "me", 10)
        await lanes.advance(session, lease, 4, 10)
        assert await lanes.busiest_tenant(session, "enrichment", "lead.sourced", 0) == other.id
