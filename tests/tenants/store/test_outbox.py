from datetime import UTC, datetime, timedelta

import pytest

from tenants.store import log, outbox, roles, tenants
from tenants.store.lanes import Fenced
from tests.tenants.store.rows import entry

OTHER = "lead.enriched"


@pytest.fixture
async def acme(database, vault):
    return await tenants.add(database, vault, "acme", {})


async def said(database, tenant, *entries):
    async with database.tenant(tenant.id) as session:
        await log.append(session, list(entries))
    return [one.event_id for one in entries]


async def unpublished(database, most=100):
    async with database.system() as session:
        return await outbox.unpublished(session, most)


async def epoch(database, owner="one", ttl_s=60.0):
    async with database.system() as session:
        return await roles.claim(session, outbox.ROLE, owner, ttl_s)


async def published(database, epoch, **reached):
    async with database.system() as session:
        await outbox.published(
            session, epoch, {("lead.sourced", int(k[1:])): v for k, v in reached.items()}, 9
        )


async def waiting(database):
    async with database.system() as session:
        return await outbox.waiting(session)


async def test_what_is_not_published_comes_in_order_and_no_more_of_a_lane_than_asked_for(database, acme):
    first = await said(database, acme, *(entry(acme.id, lane=0) for _ in range(3)))
    other = await said(database, acme, entry(acme.id, lane=1), entry(acme.id, topic=OTHER, lane=0))
    found = await unpublished(database, most=2)
    assert [one.event_id for one in found if (one.topic, one.lane) == ("lead.sourced", 0)] == first[:2]
    assert {one.event_id for one in found} == {*first[:2], *other}
    assert await waiting(database) == 5


async def test_what_is_published_does_not_come_again_and_the_place_never_moves_back(database, acme):
    first = await said(database, acme, *(entry(acme.id, lane=0) for _ in range(3)))
    ours = await epoch(database)
    await published(database, ours, l0=2)
    assert [one.event_id for one in await unpublished(database)] == first[2:]
    await published(database, ours, l0=1)
    assert await waiting(database) == 1
    await published(database, ours, l0=3)
    assert await unpublished(database) == []


async def test_whoever_lost_the_role_remembers_nothing(database, acme):
    await said(database, acme, entry(acme.id, lane=0))
    old = await epoch(database, "one", ttl_s=-1.0)
    assert await epoch(database, "two") > old
    with pytest.raises(Fenced, match=f"epoch {old} is over"):
        await published(database, old, l0=1)
    assert await waiting(database) == 1


async def test_only_what_is_published_and_old_is_deleted_and_the_oldest_first(database, acme):
    old, new = datetime.now(UTC) - timedelta(days=9), datetime.now(UTC)
    times = [old, old + timedelta(days=1), new, old]
    ids = await said(database, acme, *(entry(acme.id, lane=0, time=time) for time in times))
    await published(database, await epoch(database), l0=3)

    async def prune(most):
        async with database.system() as session:
            pruned = await outbox.prune(session, 7 * 86_400, most)
            return pruned, [one.event_id for one in await log.read(session, "lead.sourced", 0, 0, 10)]

    assert await prune(1) == (1, ids[1:])
    assert await prune(9) == (1, ids[2:])
    assert await prune(9) == (0, ids[2:])
    # the next one still gets the offset that it would have had
    await said(database, acme, entry(acme.id, lane=0))
    assert [one.offset for one in await unpublished(database)] == [3, 4]
