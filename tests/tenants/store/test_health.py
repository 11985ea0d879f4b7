from datetime import UTC, datetime, timedelta

import pytest

from tenants.identity import stable_id
from tenants.records import RunStatus
from tenants.store import health, heartbeats, lanes, log, runs, tenants
from tests.conftest import LANES
from tests.tenants.store.rows import end, entry, start

TOPIC = "lead.sourced"
READERS = {"enrichment": TOPIC}


def ago(seconds):
    return datetime.now(UTC) - timedelta(seconds=seconds)


@pytest.fixture
async def acme(database, vault):
    return await tenants.add(database, vault, "acme", {})


async def say(database, tenant, ages_s, lane=0):
    """Events of a tenant, so many seconds old."""
    entries = [entry(tenant.id, time=ago(age_s), lane=lane) for age_s in ages_s]
    async with database.system() as session:
        await log.append(session, entries)
    return entries


async def handled(database, upto, lane=0):
    async with database.system() as session:
        lease = await lanes.take(session, "enrichment", lane, "desk-1:x", 60.0)
        await lanes.advance(session, lease, upto, 60.0)


async def asked(database, tenant, read, *arguments, **options):
    async with database.tenant(tenant.id) as session:
        return await read(session, *arguments, **options)


async def test_what_is_unread_is_told_with_the_age_of_the_oldest_and_of_others_only_how_many(
    database, vault, acme
):
    other = await tenants.add(database, vault, "other", {})
    await say(database, acme, [900, 300])
    await say(database, other, [600, 500, 400])
    await say(database, acme, [100])
    await handled(database, 1)
    (lane,) = await asked(database, acme, health.lanes, READERS)
    assert (lane["agent"], lane["lane"], lane["unread"], lane["own"]) == ("enrichment", 0, 5, 2)
    assert 300 <= lane["oldest_s"] < 330
    assert (lane["owner"], lane["is_leased"], lane["is_more"]) == ("desk-1:x", True, False)


async def test_where_nothing_was_ever_said_nothing_waits(database, acme):
    (lane,) = await asked(database, acme, health.lanes, READERS)
    assert (lane["unread"], lane["own"], lane["oldest_s"], lane["is_more"]) == (0, 0, None, False)


async def test_of_very_many_the_first_are_looked_at(database, acme, monkeypatch):
    monkeypatch.setattr(health, "LOOKED_AT", 3)
    await say(database, acme, [50, 40, 30, 20, 10])
    (lane,) = await asked(database, acme, health.lanes, READERS)
    assert (lane["unread"], lane["own"], lane["is_more"]) == (5, 3, True)


async def test_a_tenant_on_several_lanes_is_told_of_each(database, acme):
    async with database.system() as session:
        held = await lanes.scale(session, acme.id, TOPIC, 3)
    found = await asked(database, acme, health.lanes, READERS)
    assert [row["lane"] for row in found] == sorted(held)


async def test_on_kafka_the_unread_are_the_newest_of_the_log(database, acme):
    await say(database, acme, [500, 400, 300])
    async with database.system() as session:
        await session.run("UPDATE installation SET carrier = 'kafka'")
        # on Kafka the lane was made anew, and its offsets are others
        await session.run("INSERT INTO kafka_head VALUES (:topic, 0, 12)", topic=TOPIC)
    await handled(database, 11)
    (lane,) = await asked(database, acme, health.lanes, READERS)
    assert (lane["unread"], lane["own"]) == (1, 1)
    assert 300 <= lane["oldest_s"] < 330


async def test_how_many_come_is_told_for_the_last_ten_minutes(database, acme):
    await say(database, acme, [3000, 2000, *([200] * 60)])
    assert await asked(database, acme, health.came, READERS) == {"enrichment": pytest.approx(0.1)}


async def begin(database, tenant, *starts):
    async with database.tenant(tenant.id) as session:
        await runs.open_runs(session, "enrichment", 0, starts)


async def test_runs_that_wait_for_another_try_are_told_with_the_oldest_and_how_overdue(database, acme):
    first, second, third = start(), start(), start()
    await begin(database, acme, first, second, third)
    async with database.tenant(acme.id) as session:
        ends = [
            end(first, RunStatus.RETRYING, due_at=ago(70)),
            end(second, RunStatus.SNOOZED, due_at=ago(-500)),
            end(third),
        ]
        await runs.close_runs(session, ends)
        await session.run(
            "UPDATE run SET started_at = now() - interval '2 minutes' WHERE id = :id", id=second.id
        )
    told = await asked(database, acme, health.waiting, ["enrichment", "scoring"])
    assert told["enrichment"]["runs"] == 2
    assert 120 <= told["enrichment"]["oldest_s"] < 150
    assert 70 <= told["enrichment"]["overdue_s"] < 100
    assert (told["scoring"]["runs"], told["scoring"]["oldest_s"]) == (0, None)


async def test_the_last_hour_is_counted_by_slice_and_in_all(database, acme):
    starts = [start() for _ in range(4)]
    await begin(database, acme, *starts)
    async with database.tenant(acme.id) as session:
        await runs.close_runs(
            session,
            [
                end(starts[0], duration_s=1.0),
                end(starts[1], duration_s=3.0),
                end(starts[2], RunStatus.FAILED, duration_s=2.0),
            ],
        )
        await session.run(
            "UPDATE run SET started_at = now() - interval '50 minutes' WHERE id = :id", id=starts[2].id
        )
    rows = await asked(database, acme, health.hour, slices=6)
    (total,) = [row for row in rows if row["slice"] is None]
    assert (total["runs"], total["failed"], total["ended"], total["running"]) == (4, 1, 3, 1)
    assert (total["done_lately"], total["reach_s"]) == (3, 3600.0)
    assert total["took_s"] == [pytest.approx(2.0), pytest.approx(2.9)]
    assert {row["slice"]: row["runs"] for row in rows if row["slice"] is not None} == {0: 3, 5: 1}


async def test_of_very_many_runs_it_is_told_how_far_back_they_were_counted(database, acme, monkeypatch):
    monkeypatch.setattr(health, "_RUNS_OF_AN_HOUR", 2)
    starts = [start() for _ in range(3)]
    await begin(database, acme, *starts)
    async with database.tenant(acme.id) as session:
        for minutes, one in enumerate(starts):
            await session.run(
                "UPDATE run SET started_at = now() - make_interval(mins => :minutes) WHERE id = :id",
                minutes=10 * minutes,
                id=one.id,
            )
    (total,) = [row for row in await asked(database, acme, health.hour, slices=6) if row["slice"] is None]
    assert total["runs"] == 2
    assert 600 <= total["reach_s"] < 630


async def test_how_long_events_lay_is_from_when_they_were_said_to_when_their_run_began(database, acme):
    entries = await say(database, acme, [100, 100, 5])
    await handled(database, 2)
    ids = [stable_id(acme.id, "enrichment", one.event_id) for one in entries]
    await begin(database, acme, *[start(id=one) for one in ids])
    half, most = (await asked(database, acme, health.waits, READERS))["enrichment"]
    assert 100 <= half <= most < 130  # the third is not handled yet
    assert await asked(database, acme, health.waits, {"scoring": "contact.verified"}) == {}


async def test_desks_are_those_on_the_lanes_asked_for(database, acme):
    async with database.system() as session:
        for desk, agent, held in (
            ("a", "enrichment", [0, 4]),
            ("b", "enrichment", [2]),
            ("c", "scoring", [0]),
        ):
            await heartbeats.beat(
                session, desk=desk, agent=agent, lanes=held, pid=1, build="x", health={"in_flight": 3}
            )
    found = await asked(database, acme, health.desks, {"enrichment": [0]})
    assert [(row["desk"], row["in_flight"], row["stands_back"]) for row in found] == [("a", 3, None)]


async def test_others_on_the_same_lanes_are_counted_and_not_named(database, vault, acme):
    others = [await tenants.add(database, vault, f"other-{number}", {}) for number in range(LANES + 1)]
    at_home = sum(other.home_lane == acme.home_lane for other in others)
    assert at_home
    async with database.system() as session:
        assert await health.shared_with(session, acme.id, [TOPIC]) == {acme.home_lane: at_home}
        elsewhere = next(other for other in others if other.home_lane != acme.home_lane)
        held = await lanes.scale(session, elsewhere.id, TOPIC, LANES)
        assert acme.home_lane in held
        assert await health.shared_with(session, acme.id, [TOPIC]) == {acme.home_lane: at_home + 1}
