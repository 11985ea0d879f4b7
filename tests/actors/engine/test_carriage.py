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
from tests.kafka.carrier import make_topic, publish_raw, read_raw_until, remake_topics, settings_of

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
async def test_what_others_say_is_handled_once_on_whatever_lane_they_put_it(database, works, vault, kafka):
    whose = [await add_tenant(database, vault, name) for name in ("acme", "other")]
    lanes = defaultdict(list)
    for number in range(80):
        headers = {
            "ce_specversion": "1.0", "ce_id": f"found-{number}", "ce_source": "/crm", "ce_type": "lead.sourced",
            "ce_tenantid": str(whose[number % 2].id), "content-type": "application/json",
        }  # fmt: skip
        said = {"lead_id": str(uuid4()), "account_id": str(uuid4()), "account": {"name": f"Company {number}"},
                "source": "crm", "icp_version": 1}  # fmt: skip
        record = (json.dumps(said).encode(), [(name, value.encode()) for name, value in headers.items()])
        lanes[number % LANES].append(record)
    for lane, records in lanes.items():
        await publish_raw(kafka, "lead.sourced", lane, *records, *records[:2])

    async def handled():
        async with database.system() as session:
            return await session.value("SELECT count(*) FROM run WHERE status = 'skipped'") >= 80

    async def at_rest():
        async with database.system() as session:
            waiting = await lanes_store.work(session, {"enrichment": "lead.sourced"})
            return sum(one.events for one in waiting) >= 92 and not any(
                one.backlog or one.due for one in waiting
            )

    await run_until(works, handled)
    await run_until(works, at_rest)  # repeats have come by then as well
    for tenant in whose:
        async with database.tenant(tenant.id) as session:
            runs_of = await session.rows(
                "SELECT event_id, status, reason FROM run WHERE agent = 'enrichment'"
            )
        assert len(runs_of) == 40
        assert len({row["status"] for row in runs_of}) == 1
    async with database.system() as session:
        assert await session.value("SELECT count(*) FROM dead_letter") == 0
