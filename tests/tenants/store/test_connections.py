from decimal import Decimal

import pytest

from tenants.policies import ProviderConnection
from tenants.secrets import SecretsError, Vault
from tenants.store import connections, tenants

KEY = "sim-secret-key-1"


async def save(database, vault, tenant, provider="apollo", **fields):
    async with database.tenant(tenant.id) as session:
        await connections.save(session, vault, provider, ProviderConnection(**fields))


async def everything(database, vault, tenant):
    async with database.tenant(tenant.id) as session:
        return await connections.everything(session, vault)


async def test_a_connection_is_opened_for_its_tenant_as_it_was_saved(database, vault):
    acme = await tenants.add(database, vault, "acme", {})
    other = await tenants.add(database, vault, "other", {})
    await save(database, vault, acme, api_key=KEY, base_url="http://127.0.0.1:1", credit_price_usd=0.05)
    await save(database, vault, acme, "website")
    found = await everything(database, vault, acme)
    assert found.keys() == {"apollo", "website"}
    apollo, website = found["apollo"], found["website"]
    assert (apollo.api_key, apollo.base_url, apollo.credit_price_usd) == (
        KEY,
        "http://127.0.0.1:1",
        Decimal("0.05"),
    )
    assert (website.api_key, website.base_url, website.credit_price_usd) == (None, None, None)
    assert await everything(database, vault, other) == {}


async def test_a_configuration_without_a_key_leaves_the_key_and_one_with_a_key_replaces_it(database, vault):
    acme = await tenants.add(database, vault, "acme", {})
    await save(database, vault, acme, api_key=KEY)
    await save(database, vault, acme, base_url="http://127.0.0.1:2")
    apollo = (await everything(database, vault, acme))["apollo"]
    assert (apollo.api_key, apollo.base_url) == (KEY, "http://127.0.0.1:2")
    await save(database, vault, acme, api_key="sim-secret-key-2")
    apollo = (await everything(database, vault, acme))["apollo"]
    assert (apollo.api_key, apollo.base_url) == ("sim-secret-key-2", None)


@pytest.mark.parametrize(("key", "hint"), [(KEY, "ey-1"), ("short-key", None), (None, None)])
async def test_what_can_be_seen_of_a_key_is_its_end_and_of_a_short_one_nothing(database, vault, key, hint):
    acme = await tenants.add(database, vault, "acme", {})
    await save(database, vault, acme, api_key=key)
    async with database.tenant(acme.id) as session:
        row = (await session.rows("SELECT sealed_key, key_hint FROM connection"))[0]
    assert row["key_hint"] == hint
    assert key is None or key.encode() not in row["sealed_key"]


async def test_a_key_is_not_shown_by_who_carries_it(database, vault):
    acme = await tenants.add(database, vault, "acme", {})
    await save(database, vault, acme, api_key=KEY)
    found = await everything(database, vault, acme)
    assert KEY not in f"{found} {found['apollo']!s} {found['apollo']!r}"


async def test_with_another_master_key_nothing_opens_and_the_provider_is_named(database, vault):
    acme = await tenants.add(database, vault, "acme", {})
    await save(database, vault, acme, api_key=KEY)
    with pytest.raises(SecretsError, match="apollo"):
        await everything(database, Vault(bytes(32)), acme)


async def test_the_system_knows_who_is_connected_to_whom_and_nothing_more(database, vault):
    acme = await tenants.add(database, vault, "acme", {"connections": {"crm": {"api_key": KEY}}})
    await save(database, vault, acme, "apollo")
    await tenants.add(database, vault, "other", {"connections": {"apollo": {}}})
    async with database.system() as session:
        assert await connections.connected(session) == {"apollo", "crm"}
        assert await session.value("SELECT connected FROM tenant WHERE name = 'acme'") == ["apollo", "crm"]


async def test_a_connection_that_is_changed_is_as_old_as_before(database, vault):
    acme = await tenants.add(database, vault, "acme", {"connections": {"crm": {"api_key": KEY}}})
    since = (await everything(database, vault, acme))["crm"].since
    await save(database, vault, acme, "crm", base_url="http://127.0.0.1:1")
    assert (await everything(database, vault, acme))["crm"].since == since
