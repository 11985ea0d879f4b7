import asyncio

import pytest

from tenants.store import people, sign_in
from tenants.store.rls import APP
from tenants.store.session import Database
from tests.conftest import execute

BROWSER = b"b" * 32


@pytest.fixture
async def ada(database):
    async with database.system() as session:
        await people.add(session, login="ada", password_hash="h1", by="root")
        return (await people.listed(session))[0].id


async def may_try(database, login="ada", browser=None):
    async with database.system() as session:
        return await sign_in.may_try(session, sign_in.guesses_at(login, browser))


async def candidate(database, login="ada"):
    async with database.system() as session:
        return await sign_in.candidate(session, login, BROWSER)


async def wait(database_url, seconds):
    """What would be so if so much time had passed."""
    await execute(
        database_url,
        f"UPDATE leadmill.sign_in_guess SET free_at = free_at - interval '{seconds}s', "
        f"guessed_at = guessed_at - interval '{seconds}s'",
    )


async def test_a_login_that_nobody_has_means_nobody(database, ada):
    assert await candidate(database, "eve") == sign_in.Candidate(None, None, False, False)
    found = await candidate(database)
    assert (found.id, found.password_hash, found.is_disabled) == (ada, "h1", False)


@pytest.mark.parametrize("login", ["ada", "nobody"])
async def test_of_a_thousand_guesses_at_once_few_are_looked_at(database, ada, login):
    looked_at = 0
    for _ in range(50):
        looked_at += sum(await asyncio.gather(*(may_try(database, login) for _ in range(20))))
    assert sign_in.FREE_GUESSES <= looked_at <= 20


async def test_the_wait_doubles_and_does_not_grow_for_ever(database, database_url, ada):
    for _ in range(sign_in.FREE_GUESSES):
        assert await may_try(database)
    waits = []
    for _ in range(13):
        async with database.system() as session:
            left = await session.value("SELECT extract(epoch FROM free_at - guessed_at) FROM sign_in_guess")
        waits.append(round(float(left)))
        await wait(database_url, -3600)  # however slow this machine is
        assert not await may_try(database)
        await wait(database_url, 3600 + left)
        assert await may_try(database)
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 1024, 1024]


async def test_the_count_is_shared_by_all_and_survives_them(database, database_url, ada):
    for _ in range(sign_in.FREE_GUESSES):
        await may_try(database)
    await wait(database_url, -3600)
    another = Database.at(database_url, role=APP, pool_size=1)
    try:
        assert not await may_try(another)
    finally:
        await another.close()


async def test_a_right_guess_begins_the_count_anew(database, ada):
    for _ in range(sign_in.FREE_GUESSES):
        await may_try(database)
    async with database.system() as session:
        await sign_in.forget_guesses(session, sign_in.guesses_at("ada", None))
    assert await may_try(database)


async def test_guesses_elsewhere_do_not_keep_a_known_browser_out_and_those_from_it_are_counted(
    database, database_url, ada
):
    async with database.system() as session:
        await sign_in.know_browser(session, ada, BROWSER)
        await sign_in.know_browser(session, ada, BROWSER)
    assert (await candidate(database)).knows_browser
    for _ in range(sign_in.FREE_GUESSES):
        await may_try(database)
    await wait(database_url, -3600)
    assert not await may_try(database)
    assert all([await may_try(database, browser=BROWSER) for _ in range(sign_in.FREE_GUESSES)])
    await wait(database_url, -3600)
    assert not await may_try(database, browser=BROWSER)


async def test_a_browser_is_known_to_one_person(database, ada):
    async with database.system() as session:
        await people.add(session, login="bob", password_hash="h2", by="root")
        await sign_in.know_browser(session, ada, BROWSER)
    assert not (await candidate(database, "bob")).knows_browser


async def test_old_guesses_are_forgotten(database, database_url, ada):
    await may_try(database)
    await wait(database_url, 90_000)
    assert await may_try(database, "another")
    async with database.system() as session:
        assert await session.value("SELECT count(*) FROM sign_in_guess") == 1


async def test_a_browser_that_was_not_used_for_long_is_forgotten(database, database_url, ada):
    async with database.system() as session:
        await sign_in.know_browser(session, ada, BROWSER)
    await execute(database_url, "UPDATE leadmill.known_browser SET used_at = now() - interval '181 days'")
    async with database.system() as session:
        await sign_in.know_browser(session, ada, b"c" * 32)
    assert not (await candidate(database)).knows_browser


async def test_a_hash_is_replaced_only_where_it_is_still_the_one(database, ada):
    async with database.system() as session:
        await sign_in.rehash(session, ada, before="other", after="h9")
        await sign_in.rehash(session, ada, before="h1", after="h2")
    assert (await candidate(database)).password_hash == "h2"
