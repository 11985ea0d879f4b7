from datetime import UTC, datetime
from uuid import uuid4

import pytest

from tenants.signals import signal
from tenants.store import signals, tenants

NOW = datetime(2026, 3, 4, tzinfo=UTC)

ACCOUNT = (
    "INSERT INTO account (tenant_id, id, identity_key, name, source) VALUES (:tenant, :id, :key, :name, 't')"
)


async def tables_with_a_tenant(session):
    rows = await session.rows(
        """
        SELECT c.relname AS name, c.relrowsecurity AS enabled, c.relforcerowsecurity AS forced,
               (SELECT count(*) FROM pg_policy p WHERE p.polrelid = c.oid) AS policies
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = 'leadmill' AND c.relkind = 'r'
          AND (c.relname = 'tenant' OR EXISTS (
              SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id'))
        """
    )
    assert len(rows) > 12
    return rows


async def test_every_table_that_has_a_tenant_is_protected_even_from_its_owner(database):
    async with database.system() as session:
        for table in await tables_with_a_tenant(session):
            assert (table["enabled"], table["forced"], table["policies"]) == (True, True, 1), table["name"]


async def test_the_application_is_no_superuser_and_owns_nothing(database):
    async with database.system() as session:
        role = (
            await session.rows(
                "SELECT rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname = current_user"
            )
        )[0]
        assert not any(role.values())
        owned = await session.value(
            "SELECT count(*) FROM pg_class WHERE relowner = (SELECT oid FROM pg_roles WHERE rolname = current_user)"
        )
        assert owned == 0


async def test_a_session_sees_one_tenant_only_and_a_reused_connection_forgets_the_last(database, vault):
    acme = await tenants.add(database, vault, "acme", {})
    other = await tenants.add(database, vault, "other", {})
    for tenant in (acme, other):
        async with database.tenant(tenant.id) as session:
            await session.run(
                ACCOUNT, tenant=tenant.id, id=uuid4(), key="domain:same.example", name=tenant.name
            )
    for _ in range(20):
        for tenant in (acme, other):
            async with database.tenant(tenant.id) as session:
                assert [row["name"] for row in await session.rows("SELECT name FROM account")] == [
                    tenant.name
                ]
    async with database._tenants.connection() as bare:
        assert await bare.fetchval("SELECT count(*) FROM account") == 0
        assert await bare.fetchval("SELECT count(*) FROM tenant") == 0


async def test_the_system_does_not_see_what_tenants_own(database, vault):
    acme = await tenants.add(database, vault, "acme", {})
    async with database.tenant(acme.id) as session:
        await session.run(ACCOUNT, tenant=acme.id, id=uuid4(), key="domain:a.example", name="A")
    async with database.system() as session:
        for table in ("account", "contact", "lead", "finding", "signal", "connection", "provider_call"):
            assert await session.value(f"SELECT count(*) FROM {table}") == 0
        assert await session.value("SELECT count(*) FROM tenant") == 1


async def test_a_row_for_another_tenant_is_refused(database, vault):
    acme = await tenants.add(database, vault, "acme", {})
    other = await tenants.add(database, vault, "other", {})
    with pytest.raises(Exception, match="row-level security"):
        async with database.tenant(acme.id) as session:
            await session.run(ACCOUNT, tenant=other.id, id=uuid4(), key="domain:b.example", name="B")


async def test_a_removed_tenant_leaves_nothing_but_blank_events(database, vault):
    acme = await tenants.add(
        database, vault, "acme", {"connections": {"apollo": {"api_key": "sim-secret-key-1"}}}
    )
    async with database.tenant(acme.id) as session:
        await session.run(ACCOUNT, tenant=acme.id, id=uuid4(), key="domain:a.example", name="A")
        await signals.save(session, [signal(uuid4(), "news", NOW.date(), "Moved", None, "website", NOW)])
    await tenants.remove(database, "acme")
    again = await tenants.add(database, vault, "acme", {})
    async with database.tenant(again.id) as session:
        for table in ("account", "signal", "connection", "agent_switch"):
            assert await session.value(f"SELECT count(*) FROM {table}") == 0
