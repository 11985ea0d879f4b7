import asyncio
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from tenants.records import LogEntry
from tenants.store import log, tenants


def entry(tenant_id, lane, n):
    return LogEntry(
        "lead.sourced",
        lane,
        uuid4(),
        tenant_id,
        "lead.sourced",
        "/t",
        None,
        datetime.now(UTC),
        None,
        f'{{"n":{n}}}',
    )


async def test_offsets_are_gapless_for_each_lane_whoever_writes_and_whoever_gives_up(database, vault):
    acme = await tenants.add(database, vault, "acme", {})
    other = await tenants.add(database, vault, "other", {})

    async def write(tenant, lane, n):
        async with database.tenant(tenant.id) as session:
            await log.append(session, [entry(tenant.id, lane, n), entry(tenant.id, 1 - lane, n)])
            if n % 3 == 0:
                raise ZeroDivisionError  # rolls back what was appended

    results = await asyncio.gather(
        *(write(acme if n % 2 else other, n % 2, n) for n in range(40)), return_exceptions=True
    )
    failed = sum(isinstance(result, ZeroDivisionError) for result in results)
    assert failed == 14
    assert all(result is None or isinstance(result, ZeroDivisionError) for result in results)
    for lane in (0, 1):
        async with database.system() as session:
            entries = await log.read(session, "lead.sourced", lane, 0, 1000)
            assert [one.offset for one in entries] == list(range(40 - failed))
            assert await log.end(session, "lead.sourced", lane) == 40 - failed


async def test_a_reader_goes_on_from_any_offset_and_never_past_what_is_there(database, vault):
    acme = await tenants.add(database, vault, "acme", {})
    async with database.tenant(acme.id) as session:
        await log.append(session, [entry(acme.id, 0, n) for n in range(5)])
    async with database.system() as session:
        assert [one.data for one in await log.read(session, "lead.sourced", 0, 3, 10)] == [
            '{"n":3}',
            '{"n":4}',
        ]
        assert await log.read(session, "lead.sourced", 0, 5, 10) == []
        assert await log.read(session, "lead.sourced", 1, 0, 10) == []


async def test_a_tenant_can_not_speak_for_another(database, vault):
    acme = await tenants.add(database, vault, "acme", {})
    other = await tenants.add(database, vault, "other", {})
    with pytest.raises(Exception, match="row-level security"):
        async with database.tenant(acme.id) as session:
            await log.append(session, [entry(other.id, 0, 1)])
