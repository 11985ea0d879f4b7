from datetime import timedelta

import pytest

from tenants.people import Given, Role
from tenants.store import console_sessions, people, tenants
from tenants.store.console_sessions import IDLE_HOURS, LONGEST_HOURS
from tests.conftest import execute

TOKEN = b"t" * 32


@pytest.fixture
async def ada(database, vault):
    acme = await tenants.add(database, vault, "acme", {})
    async with database.system() as session:
        given = Given(Role.OPERATOR, acme.id)
        await people.add(session, login="ada", name="Ada", password_hash="h1", given=given, by="root")
        await people.give(session, "ada", Given(Role.PLATFORM), by="root")
        (person,) = await people.listed(session)
    return person, acme


async def begin(database, person, token=TOKEN, password_hash="h1"):
    async with database.system() as session:
        return await console_sessions.begin(
            session, person.id, sha256=token, csrf="csrf", password_hash=password_hash
        )


async def enter(database, token=TOKEN):
    async with database.glance() as session:
        return await console_sessions.enter(session, token)


async def test_while_nobody_was_added_nobody_signs_in(database):
    assert await enter(database, None) == console_sessions.Entry(is_guarded=False, signed_in=None)
    assert await enter(database) == console_sessions.Entry(is_guarded=False, signed_in=None)


async def test_who_shows_the_token_is_that_person_with_their_roles(database, ada):
    person, acme = ada
    assert await begin(database, person)
    entry = await enter(database)
    assert entry.is_guarded
    assert (entry.signed_in.sha256, entry.signed_in.csrf) == (TOKEN, "csrf")
    assert (entry.signed_in.actor.login, entry.signed_in.actor.name) == ("ada", "Ada")
    assert entry.signed_in.actor.given == {Given(Role.OPERATOR, acme.id), Given(Role.PLATFORM)}
    for guess in (None, b"x" * 32):
        assert await enter(database, guess) == console_sessions.Entry(is_guarded=True, signed_in=None)


async def test_a_session_that_was_ended_lets_nobody_in(database, ada):
    await begin(database, ada[0])
    async with database.system() as session:
        assert await console_sessions.end(session, TOKEN)
        assert not await console_sessions.end(session, TOKEN)
    assert (await enter(database)).signed_in is None


@pytest.mark.parametrize(
    ("column", "ago"), [("seen_at", timedelta(hours=IDLE_HOURS)), ("ends_at", timedelta(0))]
)
async def test_a_session_ends_by_itself(database, database_url, ada, column, ago):
    await begin(database, ada[0])
    seconds = ago.total_seconds() - 60
    await execute(
        database_url, f"UPDATE leadmill.console_session SET {column} = now() - interval '{seconds}s'"
    )
    assert (await enter(database)).signed_in is not None
    seconds = ago.total_seconds() + 1
    await execute(
        database_url, f"UPDATE leadmill.console_session SET {column} = now() - interval '{seconds}s'"
    )
    assert (await enter(database)).signed_in is None


async def test_a_session_lasts_for_so_long_at_most(database, ada):
    await begin(database, ada[0])
    async with database.system() as session:
        (one,) = await console_sessions.listed(session, "ada")
    assert one.ends_at - one.created_at == timedelta(hours=LONGEST_HOURS)


async def test_when_somebody_was_last_seen_is_written_once_a_minute_at_most(database, database_url, ada):
    await begin(database, ada[0])

    async def seen_at():
        async with database.system() as session:
            return (await console_sessions.listed(session, "ada"))[0].seen_at

    first = await seen_at()
    await enter(database)
    assert await seen_at() == first
    await execute(database_url, "UPDATE leadmill.console_session SET seen_at = now() - interval '61s'")
    await enter(database)
    assert await seen_at() >= first


@pytest.mark.parametrize("change", ["password", "disabled"])
async def test_no_session_begins_by_what_was_true_a_moment_ago(database, ada, change):
    async with database.system() as session:
        if change == "password":
            await people.set_password(session, "ada", "h2", by="root")
        else:
            await people.disable(session, "ada", by="root")
    assert not await begin(database, ada[0])
    assert (await enter(database)).signed_in is None


async def test_only_sessions_that_live_are_listed(database, database_url, ada):
    await begin(database, ada[0])
    await execute(database_url, "UPDATE leadmill.console_session SET ends_at = now()")
    await begin(database, ada[0], b"u" * 32)
    async with database.system() as session:
        assert len(await console_sessions.listed(session, "ada")) == 1
        assert await session.value("SELECT count(*) FROM console_session") == 1
