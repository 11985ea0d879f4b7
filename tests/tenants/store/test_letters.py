from uuid import uuid4

import pytest

from tenants.store import letters


@pytest.fixture
async def session(database):
    async with database.system() as session:
        yield session


async def bury(session, letter_id, offset, reason="no JSON"):
    await letters.bury(
        session,
        letter_id=letter_id,
        topic="lead.sourced",
        lane=2,
        offset=offset,
        reason=reason,
        headers="{}",
        raw=b"\0!",
    )


async def test_a_letter_is_kept_once_with_its_bytes_however_often_it_is_buried(session):
    letter_id = uuid4()
    await bury(session, letter_id, 5)
    await bury(session, letter_id, 5, reason="later")
    (letter,) = await letters.listed(session, 10)
    assert (letter["id"], letter["offset"], letter["reason"], letter["raw"]) == (
        letter_id,
        5,
        "no JSON",
        b"\0!",
    )
    assert await letters.count(session) == 1


async def test_the_newest_come_first_and_no_more_than_asked_for(database):
    for offset in range(3):
        async with database.system() as session:
            await bury(session, uuid4(), offset)
    async with database.system() as session:
        assert [one["offset"] for one in await letters.listed(session, 2)] == [2, 1]
        assert await letters.count(session) == 3
