from datetime import UTC, datetime, timedelta

from tenants.store import heartbeats, installation, lanes, log, roles, runs, tenants
from tests.tenants.store.rows import entry, start

READERS = {"enrichment": "lead.sourced", "scoring": "contact.verified"}


async def test_each_desk_is_told_with_whoever_is_on_its_lanes(database, vault):
    one = await tenants.add(database, vault, "one", {}, label="One")
    two = await tenants.add(database, vault, "two", {}, label="Two")
    assert one.home_lane != two.home_lane
    async with database.system() as session:
        await lanes.scale(session, two.id, "lead.sourced", 6)
        for desk, held in (("a", [one.home_lane]), ("b", [two.home_lane]), ("c", [])):
            await heartbeats.beat(
                session, desk=desk, agent="enrichment", lanes=held, pid=1, build="x", health={}
            )
        found = await installation.desks(session)
    assert [(row["desk"], row["tenants"]) for row in found] == [
        ("a", ["One", "Two"]),
        ("b", ["Two"]),
        ("c", None),
    ]


async def test_the_shares_of_the_last_hour_are_by_the_time_that_runs_took(database, vault, monkeypatch):
    busy = await tenants.add(database, vault, "busy", {})
    small = await tenants.add(database, vault, "small", {})
    await tenants.add(database, vault, "idle", {})
    for tenant, count, seconds in ((busy, 2, 30.0), (small, 3, 1.0)):
        async with database.tenant(tenant.id) as session:
            await runs.open_runs(session, "enrichment", 0, [start() for _ in range(count)])
            await session.run("UPDATE run SET duration_s = :seconds", seconds=seconds)
    async with database.system() as session:
        found = await installation.shares(session)
        assert [(row["name"], row["runs"], row["seconds"], row["is_about"]) for row in found] == [
            ("busy", 2, 60.0, False),
            ("small", 3, 3.0, False),
        ]
        monkeypatch.setattr(installation, "_RUNS_OF_A_TENANT", 2)
    async with database.tenant(busy.id) as session:
        await session.run("UPDATE run SET started_at = now() - interval '15 minutes'")
    async with database.system() as session:
        (found,) = [row for row in await installation.shares(session) if row["name"] == "busy"]
        assert (found["runs"], round(found["seconds"]), found["is_about"]) == (8, 240, True)


async def test_a_role_is_told_with_who_has_it_and_since_when(database):
    async with database.system() as session:
        await roles.claim(session, "supervisor", "one", 60.0)
        await session.run("UPDATE role_lease SET since = now() - interval '1 hour'")
    async with database.system() as session:
        await roles.claim(session, "supervisor", "one", 60.0)
        (role,) = (await installation.roles(session)).values()
        assert (role["owner"], round(role["since_s"] / 60)) == ("one", 60)
        assert 50 < role["left_s"] <= 60
        await roles.resign(session, "supervisor", "one")
        (role,) = (await installation.roles(session)).values()
        assert role["left_s"] is None
    async with database.system() as session:
        await roles.claim(session, "supervisor", "two", 60.0)
        (role,) = (await installation.roles(session)).values()
        assert (role["owner"], role["since_s"] < 60) == ("two", True)


async def test_what_is_not_carried_to_kafka_yet_is_counted_where_kafka_is_the_bus(database, vault):
    acme = await tenants.add(database, vault, "acme", {})
    async with database.system() as session:
        await log.append(session, [entry(acme.id), entry(acme.id)])
        assert (await installation.bus(session))["unpublished"] is None
        await session.run("UPDATE installation SET carrier = 'kafka'")
        assert dict(await installation.bus(session)) == {"carrier": "kafka", "lanes": 6, "unpublished": 2}


async def test_the_oldest_item_of_all_is_found_whoevers_it_is(database, vault):
    acme = await tenants.add(database, vault, "acme", {}, label="Acme")
    other = await tenants.add(database, vault, "other", {}, label="Other")
    now = datetime.now(UTC)
    async with database.system() as session:
        assert await installation.oldest(session, READERS) is None
        await log.append(
            session,
            [
                entry(acme.id, time=now - timedelta(seconds=900)),
                entry(acme.id, time=now - timedelta(seconds=60)),
                entry(other.id, topic="contact.verified", lane=3, time=now - timedelta(seconds=300)),
            ],
        )
        lease = await lanes.take(session, "enrichment", 0, "desk", 60.0)
        await lanes.advance(session, lease, 1, 60.0)
        found = await installation.oldest(session, READERS)
    assert (found["agent"], found["lane"], found["label"]) == ("scoring", 3, "Other")
    assert 300 <= found["age_s"] < 330
