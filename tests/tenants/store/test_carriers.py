import pytest

from tenants.store import carriers, lanes, log, outbox, roles, tenants
from tenants.store.carriers import KAFKA, LOG, EventsLeft
from tenants.store.lanes import Fenced
from tests.tenants.store.rows import entry

TOPIC, QUIET = "lead.sourced", "engagement.recorded"
AGENTS = {"enrichment": TOPIC, "second": TOPIC}


@pytest.fixture
async def session(database):
    async with database.system() as session:
        yield session


@pytest.fixture
async def acme(database, vault):
    return await tenants.add(database, vault, "acme", {})


async def say(database, tenant, count, topic=TOPIC):
    async with database.tenant(tenant.id) as session:
        await log.append(session, [entry(tenant.id, lane=0, topic=topic) for _ in range(count)])


async def reach(session, agent, offset):
    lease = await lanes.take(session, agent, 0, "desk", 60.0)
    await lanes.advance(session, lease, offset, 60.0)
    return lease


async def publish_all(session):
    epoch = await roles.claim(session, outbox.ROLE, "relay", 60.0)
    reached = {(one.topic, one.lane): one.offset + 1 for one in await outbox.unpublished(session, 100)}
    await outbox.published(session, epoch, reached, 60.0)


async def waiting(session):
    return {one.agent: one.backlog for one in await lanes.work(session, AGENTS)}


async def see(session, heads):
    before = await carriers.reached(session, AGENTS)
    return await carriers.see_heads(session, heads, AGENTS, before=before)


async def test_an_installation_begins_with_the_log_and_stays_there(session):
    assert await carriers.current(session) == LOG
    assert await carriers.use(session, LOG, AGENTS) is False


async def test_what_some_agent_has_not_read_is_published_and_whoever_reads_the_log_is_fenced(
    database, acme, session
):
    await say(database, acme, 5)
    await say(database, acme, 2, QUIET)
    desk = await reach(session, "enrichment", 4)
    await reach(session, "second", 3)
    assert await carriers.use(session, KAFKA, AGENTS) is True
    left = {(one.topic, one.offset) for one in await outbox.unpublished(session, 100)}
    assert left == {(TOPIC, 3), (TOPIC, 4), (QUIET, 0), (QUIET, 1)}
    with pytest.raises(Fenced):
        await lanes.advance(session, desk, 5, 60.0)
    assert (await lanes.take(session, "enrichment", 0, "desk", 60.0)).next_offset == 0


async def test_an_agent_that_has_read_nothing_holds_back_what_others_have_read(database, acme, session):
    await say(database, acme, 5)
    await reach(session, "enrichment", 4)
    await carriers.use(session, KAFKA, AGENTS)
    assert len(await outbox.unpublished(session, 100)) == 5


async def test_what_waits_is_counted_on_the_bus_that_is_read(database, acme, session):
    await say(database, acme, 5)
    assert await waiting(session) == {"enrichment": 5, "second": 5}
    await carriers.use(session, KAFKA, AGENTS)
    assert await waiting(session) == {}
    assert await see(session, {(TOPIC, 0): 3, (TOPIC, 1): 0}) == []
    assert await see(session, {(TOPIC, 0): 7}) == []
    await reach(session, "enrichment", 6)
    assert {(one.agent, one.lane): one.backlog for one in await lanes.work(session, AGENTS)} == {
        ("enrichment", 0): 1, ("second", 0): 7, ("enrichment", 1): 0, ("second", 1): 0,
    }  # fmt: skip


async def test_there_is_no_way_back_while_events_are_on_their_way(database, acme, session):
    await say(database, acme, 2)
    await carriers.use(session, KAFKA, AGENTS)
    with pytest.raises(EventsLeft, match="2 events are on their way"):
        await carriers.use(session, LOG, AGENTS)
    await publish_all(session)
    await see(session, {(TOPIC, 0): 2})
    await reach(session, "enrichment", 2)
    with pytest.raises(EventsLeft, match="2 events are on their way"):
        await carriers.use(session, LOG, AGENTS)
    await reach(session, "second", 2)
    assert await carriers.use(session, LOG, AGENTS) is True
    assert await waiting(session) == {"enrichment": 0, "second": 0}
    await say(database, acme, 1)
    assert await waiting(session) == {"enrichment": 1, "second": 1}


async def test_a_lane_that_is_shorter_than_before_is_published_and_read_from_its_beginning(
    database, acme, session
):
    await say(database, acme, 3)
    await say(database, acme, 2, QUIET)
    await carriers.use(session, KAFKA, AGENTS)
    await publish_all(session)
    await see(session, {(TOPIC, 0): 3, (QUIET, 0): 2})
    desk = await reach(session, "enrichment", 3)
    relay = await roles.claim(session, outbox.ROLE, "relay", 60.0)
    assert await see(session, {(TOPIC, 0): 1, (QUIET, 0): 2}) == [(TOPIC, 0)]
    assert {(one.topic, one.offset) for one in await outbox.unpublished(session, 100)} == {
        (TOPIC, 0), (TOPIC, 1), (TOPIC, 2),
    }  # fmt: skip
    assert await waiting(session) == {"enrichment": 1, "second": 1}
    with pytest.raises(Fenced):
        await lanes.advance(session, desk, 3, 60.0)
    with pytest.raises(Fenced):
        await outbox.published(session, relay, {(TOPIC, 0): 3}, 60.0)
    assert await roles.claim(session, outbox.ROLE, "relay", 60.0) > relay


async def test_a_lane_is_not_anew_where_it_grew_while_somebody_looked_and_is_where_more_was_read(
    database, acme, session
):
    await carriers.use(session, KAFKA, AGENTS)
    before = await carriers.reached(session, AGENTS)
    await reach(session, "enrichment", 5)
    assert await carriers.see_heads(session, {(TOPIC, 0): 3}, AGENTS, before=before) == []
    assert await see(session, {(TOPIC, 0): 5}) == []
    assert await see(session, {(TOPIC, 0): 4}) == [(TOPIC, 0)]
    assert await see(session, {(TOPIC, 0): 4}) == []


async def test_of_two_who_looked_the_older_news_is_left_out(database, acme, session):
    await carriers.use(session, KAFKA, AGENTS)
    early = await carriers.reached(session, AGENTS)
    assert await see(session, {(TOPIC, 0): 7}) == []
    assert await carriers.see_heads(session, {(TOPIC, 0): 5}, AGENTS, before=early) == []
    assert await waiting(session) == {"enrichment": 7, "second": 7}
