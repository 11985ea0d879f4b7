import asyncio
from datetime import datetime, timedelta
from uuid import uuid4

import asyncpg
import pytest

from tenants.store import session as session_module
from tenants.store import tenants
from tenants.store.migrate import current_revision
from tenants.store.rls import APP
from tenants.store.session import Database, DatabaseError, as_asyncpg, as_dsn


@pytest.fixture
async def alone(database_url):
    """A database with one connection of each kind: whoever leaves one in a bad state is found out by the next."""
    database = Database.at(database_url, role=APP, pool_size=1)
    yield database
    await database.close()


async def test_a_parameter_that_stands_twice_is_sent_once_and_casts_and_times_are_left_alone(database):
    async with database.glance() as session:
        rows = await session.rows(
            "SELECT :n::int AS a, CAST(:n AS int) + 1 AS b, '10:30'::text AS c, CAST(:t AS text) AS d",
            n=4,
            t="x",
        )
    assert rows == [{"a": 4, "b": 5, "c": "10:30", "d": "x"}]


async def test_json_goes_in_as_text_and_comes_out_as_values(database):
    async with database.glance() as session:
        assert await session.value("SELECT CAST(:v AS json)", v='{"a": [1, null]}') == {"a": [1, None]}
        assert await session.value("SELECT CAST(:v AS jsonb)", v='"ü"') == "ü"


async def test_a_block_that_fails_leaves_nothing_behind_and_a_healthy_connection(alone):
    tenant = uuid4()

    async def fail():
        async with alone.tenant(tenant) as session:
            await session.run(
                "INSERT INTO source_request (tenant_id, id, name, parts, requested_by) "
                "VALUES (:id, :id, 'x', 1, 't')",
                id=tenant,
            )
            raise KeyError

    with pytest.raises(KeyError):
        await fail()
    async with alone.tenant(tenant) as session:
        assert await session.value("SELECT count(*) FROM source_request") == 0


async def test_a_cancelled_statement_leaves_a_healthy_connection(alone, database_url):
    async def sleep_long():
        async with alone.tenant(uuid4()) as session:
            await session.value("SELECT pg_sleep(60)")

    task = asyncio.create_task(sleep_long())
    async with asyncio.timeout(20):
        superuser = await asyncpg.connect(database_url)
        while not await superuser.fetchval(  # noqa: ASYNC110 - what is waited for is in the database
            "SELECT count(*) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(60)' AND state = 'active'"
        ):
            await asyncio.sleep(0.01)
        await superuser.close()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        async with alone.tenant(uuid4()) as session:
            assert await session.value("SELECT 1") == 1


async def test_going_on_after_a_refused_statement_is_not_taken_for_a_commit(alone):
    refused = None

    async def go_on():
        nonlocal refused
        async with alone.tenant(uuid4()) as session:
            with pytest.raises(DatabaseError) as refused:
                await session.run("SELECT 1 / 0")

    with pytest.raises(RuntimeError, match="rolled back"):
        await go_on()
    assert not refused.value.may_be_repeated
    assert isinstance(refused.value.cause, asyncpg.DivisionByZeroError)
    async with alone.tenant(uuid4()) as session:
        assert await session.value("SELECT 1") == 1


async def test_a_connection_that_broke_may_be_tried_again_and_the_next_one_is_new(alone, database_url):
    pid = None

    async def lose_it():
        nonlocal pid
        async with alone.tenant(uuid4()) as session:
            pid = await session.value("SELECT pg_backend_pid()")
            superuser = await asyncpg.connect(database_url)
            await superuser.execute(f"SELECT pg_terminate_backend({pid}, 5000)")
            await superuser.close()
            await session.value("SELECT 1")

    with pytest.raises(DatabaseError) as broken:
        await lose_it()
    assert broken.value.may_be_repeated
    async with alone.tenant(uuid4()) as session:
        assert await session.value("SELECT pg_backend_pid()") != pid


async def test_a_server_that_is_not_there_is_a_database_error_that_may_pass():
    nowhere = Database.at("postgresql://nobody@127.0.0.1:1/none", role=APP, pool_size=1)
    with pytest.raises(DatabaseError) as refused:
        await current_revision(nowhere)
    assert refused.value.may_be_repeated
    await nowhere.close()


async def test_a_tenants_session_never_works_on_a_connection_of_the_systems(alone, vault):
    acme = await tenants.add(alone, vault, "acme", {})
    async with alone.system() as session:
        assert await session.value("SELECT count(*) FROM tenant") == 1
    async with alone.tenant(uuid4()) as session:
        assert await session.value("SELECT count(*) FROM tenant") == 0
        assert await session.value("SELECT current_setting('leadmill.scope', true)") in (None, "")
    async with alone.tenant(acme.id) as session:
        assert await session.value("SELECT id FROM tenant") == acme.id


@pytest.mark.parametrize("word", ["ssl", "sslmode"])
def test_either_word_for_encryption_is_understood_by_both_readers(word):
    address = f"postgresql://me:pass@db.example:5433/leads?{word}=require"
    assert as_dsn(address) == "postgresql://me:pass@db.example:5433/leads?sslmode=require"
    assert as_asyncpg(address).query == {"ssl": "require"}


async def test_a_server_without_a_connection_to_spare_is_one_that_may_have_some_later():
    full = DatabaseError(asyncpg.TooManyConnectionsError("sorry, too many clients"), connection_lost=False)
    assert full.may_be_repeated


async def test_who_wants_many_connections_waits_behind_itself_and_no_neighbour_does(alone):
    busy, neighbour = uuid4(), uuid4()
    served = []

    async def work(tenant):
        async with alone.tenant(tenant) as session:
            await session.value("SELECT 1")
            served.append(tenant)

    async with alone.tenant(busy):
        waiting = [asyncio.create_task(work(busy)) for _ in range(20)]
        await asyncio.sleep(0)
        waiting.append(asyncio.create_task(work(neighbour)))
        await asyncio.sleep(0)
    await asyncio.gather(*waiting)
    assert len(served) == 21
    assert served.index(neighbour) <= 1


async def test_a_connection_that_is_waited_for_in_vain_may_be_had_later(alone, monkeypatch):
    monkeypatch.setattr(session_module, "_ACQUIRE_WITHIN_S", 0.05)
    tenant = uuid4()
    async with alone.tenant(tenant):
        with pytest.raises(DatabaseError) as refused:
            async with alone.tenant(tenant):
                pass
    assert refused.value.may_be_repeated
    async with alone.tenant(tenant) as session:
        assert await session.value("SELECT 1") == 1


async def test_who_stands_still_in_a_transaction_does_not_hold_its_locks_for_ever(database):
    async with database.tenant(uuid4()) as session:
        assert await session.value("SHOW idle_in_transaction_session_timeout") == "10s"


async def test_a_statement_without_an_answer_is_given_up_and_every_connection_is_made_anew(
    alone, monkeypatch
):
    async with alone.glance() as session:
        before = await session.value("SELECT pg_backend_pid()")

    async def wait_in_vain():
        async with alone.glance() as session:
            monkeypatch.setattr(session, "_timeout_s", 0.1)
            await session.value("SELECT pg_sleep(60)")

    with pytest.raises(DatabaseError) as silent:
        await wait_in_vain()
    assert silent.value.may_be_repeated
    async with alone.glance() as session:
        assert await session.value("SELECT pg_backend_pid()") != before


async def test_a_driver_that_is_confused_is_asked_again_on_another_connection(alone, monkeypatch):
    class Confused:
        def __init__(self, connection):
            self._connection = connection

        def __getattr__(self, name):
            return getattr(self._connection, name)

        async def fetchval(self, *_, **__):
            raise asyncpg.InternalClientError("cannot switch to state 15")

    async def confused():
        async with alone.tenant(uuid4()) as session:
            monkeypatch.setattr(session, "_connection", Confused(session._connection))
            await session.value("SELECT 1")

    with pytest.raises(DatabaseError) as told:
        await confused()
    assert told.value.may_be_repeated
    async with alone.tenant(uuid4()) as session:
        assert await session.value("SELECT 1") == 1


async def test_the_time_is_the_databases_whatever_the_hosts_clock_says(alone, monkeypatch):
    class Behind(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime(1999, 12, 31, tzinfo=tz)

    monkeypatch.setattr(session_module, "datetime", Behind)
    assert alone.now().year == 1999  # nobody has been asked yet
    async with alone.glance() as session:
        before = await session.value("SELECT clock_timestamp()")
        now = alone.now()
        after = await session.value("SELECT clock_timestamp()")
    assert before - timedelta(seconds=1) <= now <= after + timedelta(seconds=1)
