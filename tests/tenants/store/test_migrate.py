import asyncio
import uuid
from pathlib import Path

import asyncpg
import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from tenants.modes import Mode
from tenants.names import name_key
from tenants.store import connections, identity, lanes, leads, switches, tenants
from tenants.store import migrate as migrating
from tenants.store.migrate import current_revision, migrate, newest_revision
from tenants.store.rls import APP, OWNER, READ
from tenants.store.session import Database, as_asyncpg
from tests.conftest import LANES, execute

MIGRATIONS = Path(migrating.__file__).parent / "migrations"


def named(address, database):
    return make_url(address).set(database=database).render_as_string(hide_password=False)


async def schema(address):
    """All that migrations made: relations, columns, policies, grants."""
    connection = await asyncpg.connect(address)
    try:
        parts = (
            """
            SELECT CAST(c AS text) FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
            WHERE nspname = 'leadmill' ORDER BY c.oid
            """,
            "SELECT CAST(p AS text) FROM pg_policies p ORDER BY tablename, policyname",
            """
            SELECT CAST(g AS text) FROM information_schema.table_privileges g
            WHERE table_schema = 'leadmill' ORDER BY 1
            """,
            "SELECT CAST(i AS text) FROM leadmill.installation i",
        )
        return [[row[0] for row in await connection.fetch(part)] for part in parts]
    finally:
        await connection.close()


@pytest.fixture
def bare_url(postgres):
    """The address of a database that has never seen a migration."""
    name = f"bare_{uuid.uuid4().hex[:12]}"
    asyncio.run(execute(postgres, f"CREATE DATABASE {name}"))
    yield named(postgres, name)
    asyncio.run(execute(postgres, f"DROP DATABASE {name} WITH (FORCE)"))


async def test_a_second_migration_changes_nothing(database_url):
    before = await schema(database_url)
    assert all(before)
    assert await migrate(database_url, lanes=LANES + 3) == newest_revision()
    assert await schema(database_url) == before


async def test_an_installation_keeps_its_lanes_and_its_tenants(database, database_url, vault):
    acme = await tenants.add(database, vault, "acme", {})
    await migrate(database_url, lanes=LANES + 3)
    async with database.system() as session:
        assert await lanes.lane_count(session) == LANES
    assert await tenants.named(database, "acme") == acme


async def test_what_tenants_had_before_a_migration_is_carried_over(database, database_url, vault):
    acme = await tenants.add(
        database,
        vault,
        "acme",
        {"agents": {"scoring": False}, "order": ["apollo"], "connections": {"dns": {}}},
    )
    await database.close()
    await back_to(database_url, "0005")
    await migrate(database_url, lanes=LANES)
    again = Database.at(database_url, role=APP, pool_size=1)
    try:
        async with again.system() as session:
            assert await switches.modes(session, [acme.id]) == {(acme.id, "scoring"): Mode.PAUSED}
            assert await connections.connected(session) == {"dns"}
        async with again.tenant(acme.id) as session:
            config = await session.value("SELECT config FROM tenant_config WHERE version = 1")
            assert config["order"] == ["apollo"]
    finally:
        await again.close()


async def test_accounts_of_old_are_found_by_their_names_as_they_are_read_now(database, database_url, vault):
    """Keys of before stay, and what the same name gives now leads to the same account; where two meet, people look."""
    acme = await tenants.add(database, vault, "acme", {})
    other = await tenants.add(database, vault, "other", {})
    await database.close()
    await back_to(database_url, "0013")
    old = {
        "ООО Гавань": "name:ооо гавань|RU",
        "ЗАО Гавань": "name:зао гавань|RU",
        "Гавань": "name:гавань|RU",
        "OOO Priboi": "name:ooo priboi|RU",
        "Priboi OOO": "name:priboi ooo|RU",
        "Harbour GmbH": "name:harbour|DE",
        "Mill Corp /DE/": "domain:mill.example",
    }
    ids = {name: uuid.uuid4() for name in old}
    connection = await asyncpg.connect(database_url)
    try:
        for tenant in (acme, other):
            for minute, (name, key) in enumerate(old.items()):
                await connection.execute(
                    "INSERT INTO leadmill.account (tenant_id, id, identity_key, name, source, created_at) "
                    "VALUES ($1, $2, $3, $4, 't', now() + make_interval(mins => $5))",
                    *(tenant.id, ids[name], key, name, minute),
                )
    finally:
        await connection.close()
    await migrate(database_url, lanes=LANES)
    again = Database.at(database_url, role=APP, pool_size=1)
    try:
        for tenant in (acme, other):
            async with again.tenant(tenant.id) as session:
                keys = {
                    row["name"]: row["name_key"]
                    for row in await session.rows("SELECT name, name_key FROM account")
                }
                assert keys == {name: name_key(name) for name in old}
                # `гавань` has an account of its own, and of the two others the older one is found
                wanted = ["name:гавань|RU", "name:priboi|RU", "name:harbour|DE"]
                assert await leads.known_keys(session, wanted) == set(wanted)
                assert await identity.aliases(session, wanted) == {"name:priboi|RU": ids["OOO Priboi"]}
                reviews = {(row["name"], row["other_name"]) for row in await identity.open_reviews(session)}
                assert reviews == {
                    ("ООО Гавань", "Гавань"),
                    ("ЗАО Гавань", "Гавань"),
                    ("Priboi OOO", "OOO Priboi"),
                }
    finally:
        await again.close()


async def back_to(address, revision):
    """The schema as it was at an earlier revision."""
    engine = create_async_engine(as_asyncpg(address))

    def downgrade(connection):
        configuration = Config()
        configuration.set_main_option("script_location", str(MIGRATIONS))
        configuration.attributes["connection"] = connection
        command.downgrade(configuration, revision)

    try:
        async with engine.begin() as connection:
            await connection.execute(text(f"SET LOCAL ROLE {OWNER}"))
            await connection.execute(text("SET LOCAL search_path TO leadmill"))
            await connection.run_sync(downgrade)
    finally:
        await engine.dispose()


async def test_a_database_tells_its_revision_before_and_after(bare_url):
    database = Database.at(bare_url, role=APP, pool_size=1)
    try:
        assert await current_revision(database) is None
        assert await migrate(bare_url, lanes=2) == newest_revision()
        assert await current_revision(database) == newest_revision()
        async with database.system() as session:
            assert await lanes.lane_count(session) == 2
    finally:
        await database.close()


async def test_two_who_migrate_at_once_both_find_it_done(bare_url):
    assert await asyncio.gather(*(migrate(bare_url, lanes=2) for _ in range(3))) == [newest_revision()] * 3


async def test_the_roles_can_do_no_more_than_they_are_for(database_url):
    connection = await asyncpg.connect(database_url)
    try:
        flags = await connection.fetch(
            "SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication "
            "FROM pg_roles WHERE rolname = ANY($1)",
            [OWNER, APP, READ],
        )
        assert {row["rolname"] for row in flags} == {OWNER, APP, READ}
        assert not any(value for row in flags for value in tuple(row)[1:])
        memberships = await connection.fetchval(
            "SELECT count(*) FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member WHERE r.rolname = ANY($1)",
            [OWNER, APP, READ],
        )
        assert memberships == 0
        owners = await connection.fetch(
            "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'leadmill'"
        )
        assert [row[0] for row in owners] == [OWNER]
    finally:
        await connection.close()


async def test_who_only_reads_can_not_write(database_url):
    reader = Database.at(database_url, role=READ, pool_size=1)
    try:
        with pytest.raises(Exception, match="permission denied"):
            async with reader.system() as session:
                await session.run("UPDATE installation SET lanes = 1")
    finally:
        await reader.close()


@pytest.fixture
def modest(postgres, bare_url):
    """The address of that database as its owner, who is no superuser, as managed databases give it."""
    name = f"modest_{uuid.uuid4().hex[:8]}"
    database = make_url(bare_url).database
    asyncio.run(
        execute(
            bare_url,
            f"CREATE ROLE {name} LOGIN CREATEROLE NOSUPERUSER",
            f"ALTER DATABASE {database} OWNER TO {name}",
        )
    )
    yield name, make_url(bare_url).set(username=name).render_as_string(hide_password=False)
    asyncio.run(
        execute(
            bare_url,
            f"REVOKE {OWNER}, {APP}, {READ} FROM {name} CASCADE",
            f"DROP OWNED BY {name} CASCADE",
            f"ALTER DATABASE {database} OWNER TO CURRENT_USER",
            f"DROP ROLE {name}",
        )
    )


async def test_an_owner_without_superuser_rights_can_migrate(bare_url, modest):
    name, address = modest
    await execute(bare_url, f"GRANT {OWNER}, {APP}, {READ} TO {name} WITH ADMIN OPTION")
    for _ in range(2):
        assert await migrate(address, lanes=2) == newest_revision()
    database = Database.at(address, role=APP, pool_size=1)
    try:
        async with database.system() as session:
            assert await lanes.lane_count(session) == 2
    finally:
        await database.close()


async def test_who_has_the_roles_already_need_not_be_allowed_to_give_them(bare_url, modest):
    name, address = modest
    await execute(bare_url, f"GRANT {OWNER}, {APP}, {READ} TO {name}")
    assert await migrate(address, lanes=2) == newest_revision()
