"""People who may sign in: who there is, what is written down about it, and who can't see any of it."""

import asyncio

import pytest

from tenants.people import Given, Role
from tenants.store import audit, console_sessions, people, tenants
from tenants.store.rls import READ
from tenants.store.session import Database, DatabaseError

TABLES = ("person", "person_role", "console_session", "known_browser", "sign_in_guess", "system_audit")


@pytest.fixture
async def acme(database, vault):
    return await tenants.add(database, vault, "acme", {})


@pytest.fixture
async def other(database, vault):
    return await tenants.add(database, vault, "other", {})


async def add(database, login="ada", given=None, **more):
    async with database.system() as session:
        return await people.add(
            session, login=login, password_hash="$argon2id$x", given=given, by="root", **more
        )


async def do(database, act, *words, **named):
    async with database.system() as session:
        return await act(session, *words, **named)


async def signed_in(database, login="ada", token=b"t" * 32):
    async with database.system() as session:
        (person,) = [one for one in await people.listed(session) if one.login == login]
        assert await console_sessions.begin(session, person.id, sha256=token, csrf="c", password_hash=None)
    return token


async def enters(database, token):
    async with database.glance() as session:
        return (await console_sessions.enter(session, token)).signed_in


async def acts_of(database, tenant):
    async with database.tenant(tenant.id) as session:
        return [(act["by"], act["act"], act["subject"]) for act in await audit.recent(session)]


async def test_somebody_is_there_once_they_are_added(database):
    assert not await do(database, people.is_anybody)
    assert await add(database, "Ada@Example.com") == "ada@example.com"
    assert await do(database, people.is_anybody)
    (ada,) = await do(database, people.listed)
    assert (ada.login, ada.name, ada.roles, ada.is_disabled) == (
        "ada@example.com",
        "Ada@Example.com",
        (),
        False,
    )
    with pytest.raises(ValueError, match="already"):
        await add(database, "ADA@example.com")
    with pytest.raises(ValueError, match="at most 100"):
        await add(database, "bob", name="x" * 101)


async def test_roles_are_given_once_and_taken_once(database, acme, other):
    await add(database)
    given = Given(Role.OPERATOR, acme.id)
    assert [await do(database, people.give, "ada", given, by="root") for _ in range(2)] == [True, False]
    await do(database, people.give, "ada", Given(Role.PLATFORM), by="root")
    (ada,) = await do(database, people.listed)
    assert [(one.role, one.tenant) for one in ada.roles] == [("platform", None), ("operator", "acme")]
    assert [one.role for one in (await do(database, people.listed, of=acme.id))[0].roles] == ["operator"]
    assert await do(database, people.listed, of=other.id) == []
    assert [await do(database, people.take, "ada", given, by="root") for _ in range(2)] == [True, False]
    with pytest.raises(ValueError, match="say in which"):
        await do(database, people.give, "ada", Given(Role.VIEWER), by="root")
    with pytest.raises(people.NoSuchPerson, match="nobody has the login 'eve'"):
        await do(database, people.give, "eve", given, by="root")


@pytest.mark.parametrize(
    "change",
    [
        lambda session, tenant: people.disable(session, "ada", by="root"),
        lambda session, tenant: people.set_password(session, "ada", "$argon2id$y", by="root"),
        lambda session, tenant: people.give(session, "ada", Given(Role.VIEWER, tenant.id), by="root"),
        lambda session, tenant: people.take(session, "ada", Given(Role.ADMIN, tenant.id), by="root"),
        lambda session, tenant: people.end_sessions(session, "ada", by="root"),
    ],
    ids=["disabled", "password", "role given", "role taken", "ended"],
)
async def test_what_changes_somebody_ends_their_sessions_and_nobody_elses(database, acme, change):
    await add(database, given=Given(Role.ADMIN, acme.id))
    await add(database, "bob")
    mine = await signed_in(database)
    his = await signed_in(database, "bob", b"b" * 32)
    async with database.system() as session:
        await change(session, acme)
    assert await enters(database, mine) is None
    assert (await enters(database, his)).actor.login == "bob"


async def test_who_is_disabled_is_out_even_with_a_session_that_was_left_behind(database, database_url):
    await add(database)
    await do(database, people.disable, "ada", by="root")
    async with database.system() as session:
        await session.run(
            "INSERT INTO console_session (sha256, person_id, csrf, ends_at) "
            "SELECT :token, id, 'c', now() + interval '1 hour' FROM person",
            token=b"t" * 32,
        )
    assert await enters(database, b"t" * 32) is None
    assert await do(database, people.enable, "ada", by="root") is True
    assert await do(database, people.enable, "ada", by="root") is False
    assert await enters(database, b"t" * 32) is None  # enabling somebody brings no session back


async def test_each_act_is_in_the_audit_of_the_tenants_it_concerns_and_all_are_in_the_systems(
    database, acme, other
):
    await add(database, given=Given(Role.ADMIN, acme.id))
    await do(database, people.give, "ada", Given(Role.PLATFORM), by="root")
    await do(database, people.set_password, "ada", "$argon2id$y", by="ada")
    await do(database, people.disable, "ada", by="bob")
    assert await acts_of(database, acme) == [
        ("bob", "disable person", "person ada"),
        ("ada", "set password", "person ada"),
        ("root", "give role", "person ada"),
    ]
    assert await acts_of(database, other) == []
    kept = await do(database, people.history)
    assert [act["act"] for act in kept] == [
        "disable person",
        "set password",
        "give role",
        "give role",
        "add person",
    ]
    assert "argon2" not in str(kept)


async def test_an_act_and_its_audit_are_one(database, acme, monkeypatch):
    await add(database, given=Given(Role.ADMIN, acme.id))

    async def fail(*_, **__):
        raise RuntimeError

    monkeypatch.setattr(audit, "write_for", fail)
    with pytest.raises(RuntimeError):
        await do(database, people.disable, "ada", by="root")
    assert not (await do(database, people.listed))[0].is_disabled


async def test_a_tenants_audit_stays_closed_to_the_system_after_an_act(database, acme):
    await add(database)
    async with database.system() as session:
        await people.give(session, "ada", Given(Role.VIEWER, acme.id), by="root")
        assert await session.value("SELECT count(*) FROM audit") == 0


async def test_roles_go_with_their_tenant_and_people_stay(database, acme):
    await add(database, given=Given(Role.VIEWER, acme.id))
    await tenants.remove(database, "acme")
    (ada,) = await do(database, people.listed)
    assert ada.roles == ()


@pytest.mark.parametrize("table", TABLES)
async def test_the_reading_role_sees_nothing_of_it(database_url, table):
    reading = Database.at(database_url, role=READ, pool_size=1, read_only=True)
    try:
        with pytest.raises(DatabaseError, match="permission denied"):
            async with reading.system() as session:
                await session.rows(f"SELECT * FROM {table}")
    finally:
        await reading.close()


@pytest.mark.parametrize("table", [table for table in TABLES if table != "person_role"])
async def test_a_tenants_session_sees_nobody(database, acme, table):
    await add(database, given=Given(Role.VIEWER, acme.id))
    await signed_in(database)
    async with database.tenant(acme.id) as session:
        assert await session.value(f"SELECT count(*) FROM {table}") == 0


async def test_a_tenants_session_sees_its_own_roles_only(database, acme, other):
    await add(database, given=Given(Role.VIEWER, acme.id))
    await do(database, people.give, "ada", Given(Role.PLATFORM), by="root")
    for tenant, number in ((acme, 1), (other, 0)):
        async with database.tenant(tenant.id) as session:
            assert await session.value("SELECT count(*) FROM person_role") == number


async def test_what_is_written_down_can_not_be_changed(database):
    await add(database)
    for statement in ("UPDATE system_audit SET by = 'eve'", "DELETE FROM system_audit", "DELETE FROM person"):
        with pytest.raises(DatabaseError, match="permission denied"):
            await do(database, lambda session, text=statement: session.run(text))


async def test_two_who_change_one_person_at_once_wait_for_each_other(database, acme):
    await add(database)
    await asyncio.gather(
        *(do(database, people.give, "ada", Given(role, acme.id), by="root") for role in list(Role)[:5])
    )
    assert len((await do(database, people.listed))[0].roles) == 5
