from uuid import uuid4

import pytest

from tenants.records import RunStatus, SourceRejection, SourceTally
from tenants.store import runs, sources, tenants
from tests.tenants.store.rows import end, start


def tally(request_id, part, **counts):
    given = {"read": 0, "sourced": 0, "duplicates": 0, "rejected": {}}
    return SourceTally(**{"request_id": request_id, "part": part} | given | counts)


async def test_the_account_of_a_list_is_the_sum_of_its_parts(database, vault):
    acme = await tenants.add(database, vault, "acme", {})
    wanted, another = uuid4(), uuid4()
    async with database.tenant(acme.id) as session:
        for request_id in (wanted, another):
            await sources.request(session, request_id, "list.csv", 3, "ann")
        await sources.save_tallies(
            session,
            [
                tally(wanted, 0, read=5, sourced=2, duplicates=1, rejected={"no name": 1, "too small": 1}),
                tally(wanted, 1, read=4, sourced=1, rejected={"no name": 3}),
                tally(another, 0, read=100, sourced=100),
            ],
        )
        assert await sources.tally(session, wanted) == {
            "parts": 2,
            "read": 9,
            "sourced": 3,
            "duplicates": 1,
            "rejected": {"no name": 4, "too small": 1},
        }
        assert await sources.tally(session, uuid4()) == {
            "parts": 0,
            "read": 0,
            "sourced": 0,
            "duplicates": 0,
            "rejected": {},
        }


async def test_a_part_is_counted_once(database, vault):
    acme = await tenants.add(database, vault, "acme", {})
    part = tally(uuid4(), 0, read=1, sourced=1)
    async with database.tenant(acme.id) as session:
        await sources.save_tallies(session, [part])
    with pytest.raises(Exception, match="duplicate key"):
        async with database.tenant(acme.id) as session:
            await sources.save_tallies(session, [part])


async def test_a_row_that_did_not_become_a_lead_is_kept_with_its_reason(database, vault):
    acme = await tenants.add(database, vault, "acme", {})
    request_id, row = uuid4(), {"name": "", "städte": ["Köln"], "n": 7}
    async with database.tenant(acme.id) as session:
        await sources.save_rejections(
            session, [SourceRejection(request_id=request_id, row_number=7, reason="no name", row=row)]
        )
        kept = await session.rows("SELECT request_id, row_number, reason, input FROM source_rejection")
    assert kept == [{"request_id": request_id, "row_number": 7, "reason": "no name", "input": row}]


async def test_parts_that_failed_are_told_with_their_reasons_and_those_of_other_lists_are_not(
    database, vault
):
    acme = await tenants.add(database, vault, "acme", {})
    wanted, another = uuid4(), uuid4()

    def part(request_id):
        return start(topic="source.requested", input=f'{{"request_id":"{request_id}"}}')

    failed, done, elsewhere = part(wanted), part(wanted), part(another)
    async with database.tenant(acme.id) as session:
        await runs.open_runs(session, "lead_source", 0, [failed, done, elsewhere])
        await runs.close_runs(
            session,
            [
                end(failed, RunStatus.FAILED, reason="no"),
                end(done),
                end(elsewhere, RunStatus.FAILED, reason="never"),
            ],
        )
        assert await sources.failed_parts(session, wanted) == ["no"]


async def test_a_part_that_failed_is_told_whatever_its_rows_hold(database, vault):
    acme = await tenants.add(database, vault, "acme", {})
    request_id = uuid4()
    part = start(
        topic="source.requested", input=f'{{"request_id":"{request_id}","rows":[{{"name":"a\\u0000b"}}]}}'
    )
    async with database.tenant(acme.id) as session:
        await runs.open_runs(session, "lead_source", 0, [part])
        await runs.close_runs(session, [end(part, RunStatus.FAILED, reason="no")])
        assert await sources.failed_parts(session, request_id) == ["no"]


async def test_a_search_is_over_when_each_part_was_read_or_has_ended_without(database, vault):
    acme = await tenants.add(database, vault, "acme", {})
    request_id = uuid4()
    fields = {"topic": "source.requested", "input": f'{{"request_id":"{request_id}"}}'}
    failed, skipped = start(**fields), start(**fields)
    async with database.tenant(acme.id) as session:
        await sources.request(session, request_id, "apollo", 3, "schedule")
        assert await sources.came_of(session, request_id) == (False, 0, None)
        await sources.save_tallies(session, [tally(request_id, 0, read=100, total=5_000_000_000)])
        await runs.open_runs(session, "lead_source", 0, [failed, skipped])
        await runs.close_runs(session, [end(failed, RunStatus.FAILED, reason="no")])
        assert await sources.came_of(session, request_id) == (False, 100, 5_000_000_000)
        await runs.close_runs(session, [end(skipped, RunStatus.SKIPPED, reason="rejected by ann")])
        assert await sources.came_of(session, request_id) == (True, 100, 5_000_000_000)
