"""Leads all the way over a real Kafka: the relay publishes what is said, and every agent reads it there."""

import json
from collections import defaultdict
from uuid import uuid4

import pytest

from actors.engine.carriage import carried
from actors.engine.wiring import topics_of
from actors.events import event_types
from tenants.store import lanes as lanes_store
from tenants.store import log, outbox
from tests.actors.engine.mills import add_tenant, ask_for, counts_of, run_to_the_end, run_until
from tests.conftest import LANES
from tests.fakes.works import open_fake_works
from tests.kafka.carrier import make_topic, publish_keyed, read_raw_until, remake_topics, settings_of

LEADS = 60
PUBLIC = ("lead.sourced", "lead.enriched", "contact.verified", "lead.scored")


@pytest.fixture
async def kafka(broker):
    settings = settings_of(broker)
    for topic in event_types():
        await make_topic(settings, topic, LANES)
    return settings


@pytest.fixture
async def works(database, vault, kafka):
    async with (
        open_fake_works(database, vault, kafka=kafka, commit_linger_s=0.01) as works,
        carried(database, kafka, topics_of(), owner="test", settings=works.settings),
    ):
        yield works


async def published(database):
    async with database.system() as session:
        return await outbox.waiting(session) == 0


async def records_of(database, kafka, topic):
    """For each lane what an independent consumer finds: pairs of event id and lead, in order."""
    async with database.system() as session:
        ends = {lane: await log.end(session, topic, lane) for lane in range(LANES)}
    found = {}
    for lane, end in ends.items():
        if end:
            messages = await read_raw_until(
                kafka,
                topic,
                lane,
                lambda told, end=end: len({dict(m.headers())["ce_id"] for m in told}) >= end,
            )
            found[lane] = [
                (dict(m.headers())["ce_id"].decode(), json.loads(m.value())["lead_id"]) for m in messages
            ]
    return found


async def said_in(database, topic, lane):
    """The ids of what the log holds of a lane, in order."""
    async with database.system() as session:
        return [str(one.event_id) for one in await log.read(session, topic, lane, 0, 1_000)]


@pytest.mark.kafka
async def test_leads_go_all_the_way_and_each_event_is_on_kafka_in_order(database, works, vault, kafka):
    acme = await add_tenant(database, vault)
    await ask_for(works, acme, LEADS)
    await run_to_the_end(works, acme, LEADS)
    assert (await counts_of(database, acme))["scored"] == LEADS
    await run_until(works, lambda: published(database))
    for topic in PUBLIC:
        lanes = await records_of(database, kafka, topic)
        for lane, records in lanes.items():
            first = list(dict.fromkeys(event_id for event_id, _ in records))
            assert first == await said_in(database, topic, lane)
        assert len({lead for records in lanes.values() for _, lead in records}) == LEADS


@pytest.mark.kafka
async def test_when_kafka_has_lost_everything_it_gets_it_again_and_nothing_is_done_twice(
    database, works, vault, kafka
):
    acme = await add_tenant(database, vault)
    await ask_for(works, acme, 20)
    await run_to_the_end(works, acme, 20)
    await remake_topics(kafka, list(event_types()), LANES)
    await ask_for(works, acme, 10, prefix="later")
    await run_to_the_end(works, acme, 30)
    await run_until(works, lambda: published(database))
    assert (await counts_of(database, acme))["scored"] == 30
    for topic in PUBLIC:
        for lane, records in (await records_of(database, kafka, topic)).items():
            assert {event_id for event_id, _ in records} == set(await said_in(database, topic, lane))
    async with database.tenant(acme.id) as session:
        assert await session.value("SELECT count(*) FROM run WHERE agent = 'scoring'") == 30
        assert await session.value("SELECT count(*) FROM provider_call") == 30


@pytest.mark.kafka
async def test_a_thousand_leads_of_others_are_handled_once_wherever_their_partitioner_puts_them(
    database, works, vault, kafka
):
    whose = [await add_tenant(database, vault, name) for name in ("acme", "other")]
    records, lead_ids = [], defaultdict(set)
    for number in range(1_000):
        tenant, lead_id = whose[number % 2], str(uuid4())
        lead_ids[tenant.id].add(lead_id)
        headers = {
            "ce_specversion": "1.0", "ce_id": f"found-{number}", "ce_source": "/crm", "ce_type": "lead.sourced",
            "ce_tenantid": str(tenant.id), "content-type": "application/json",
        }  # fmt: skip
        company = {"name": f"Company {number}", "domain": f"www.company-{number}.com", "segment": "gold"}
        said = {"lead_id": lead_id, "account_id": str(uuid4()), "account": company, "source": "crm",
                "icp_version": 1}  # fmt: skip
        key = f"{company['domain']}/{number % 7}"  # nothing that we would take for a key
        records.append((key, json.dumps(said), [(name, value.encode()) for name, value in headers.items()]))
    await publish_keyed(kafka, "lead.sourced", [*records, *records[:50]])

    async def handled():
        counts = [await counts_of(database, tenant) for tenant in whose]
        if any(one["sourced"] < 500 or one["in_flight"] for one in counts):
            return False
        async with database.system() as session:  # repeats have come by then as well
            waiting = await lanes_store.work(session, {"enrichment": "lead.sourced"})
        return not any(one.backlog or one.due for one in waiting)

    await run_until(works, handled, within_s=150)
    for tenant in whose:
        async with database.tenant(tenant.id) as session:
            leads = await session.rows("SELECT id, stage FROM lead")
            handled_by = await session.rows("SELECT agent, count(*) AS runs FROM run GROUP BY agent")
            calls = await session.value("SELECT count(*) FROM provider_call")
        assert {str(row["id"]) for row in leads} == lead_ids[tenant.id]
        assert {row["stage"] for row in leads} == {"scored"}
        runs_of = {row["agent"]: row["runs"] for row in handled_by}
        # handed on by one run of enrichment, let in by the lead source, enriched by another run
        assert runs_of == {"enrichment": 1_000, "lead_source": 500, "contact_finder": 500, "scoring": 500}
        assert calls == 500
    async with database.system() as session:
        assert await session.value("SELECT count(*) FROM dead_letter") == 0


@pytest.mark.kafka
async def test_lanes_grow_while_leads_are_under_way(database, works, vault, kafka):
    acme = await add_tenant(database, vault)
    await ask_for(works, acme, 100)

    async def has_begun():
        return (await counts_of(database, acme))["scored"] > 0

    await run_until(works, has_begun)
    for topic in event_types():
        await make_topic(kafka, topic, LANES + 3)
    async with database.system() as session:
        await lanes_store.grow(session, LANES + 3)
        for topic in ("lead.sourced", "lead.enriched"):
            await lanes_store.scale(session, acme.id, topic, LANES + 3)

    async def knows_its_lanes():  # a profile may be a second old
        profile = (await works.profiles.of([acme.id]))[acme.id]
        return len(profile.lanes["lead.sourced"]) == LANES + 3

    await run_until(works, knows_its_lanes)
    await ask_for(works, acme, 100, prefix="later")
    await run_to_the_end(works, acme, 200)
    assert (await counts_of(database, acme))["scored"] == 200
    async with database.tenant(acme.id) as session:
        lanes = await session.rows("SELECT DISTINCT agent, lane FROM run")
        runs_of = await session.rows("SELECT agent, count(*) AS runs FROM run GROUP BY agent")
    for agent in ("enrichment", "contact_finder"):
        assert {row["lane"] for row in lanes if row["agent"] == agent} >= {LANES, LANES + 1, LANES + 2}
    assert {row["runs"] for row in runs_of if row["agent"] != "lead_source"} == {200}
    async with database.tenant(acme.id) as session:
        assert await session.value("SELECT count(*) FROM provider_call") == 200
