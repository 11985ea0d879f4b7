from decimal import Decimal

import pytest

from tenants.policies import ProviderConnection
from tenants.secrets import SecretsError, Vault
from tenants.store import audit, connections, tenants
from tenants.store.connections import Moved

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


async def seen(database, tenant, provider="apollo"):
    async with database.tenant(tenant.id) as session:
        return await session.value(
            "SELECT changed_at FROM connection WHERE provider = :provider", provider=provider
        )


async def acts(database, tenant):
    async with database.tenant(tenant.id) as session:
        return [(row["by"], row["act"], row["subject"], row["detail"]) for row in await audit.recent(session)]


async def test_a_person_writes_a_key_and_the_rest_of_the_way_stays(database, vault):
    acme = await tenants.add(database, vault, "acme", {})
    await save(database, vault, acme, api_key=KEY, base_url="http://127.0.0.1:1", calls_per_minute=30)
    before = await seen(database, acme)
    async with database.tenant(acme.id) as session:
        await connections.write_key(session, vault, "apollo", "sim-secret-key-2", by="ann", seen=before)
    apollo = (await everything(database, vault, acme))["apollo"]
    assert (apollo.api_key, apollo.base_url, apollo.calls_per_minute) == (
        "sim-secret-key-2",
        "http://127.0.0.1:1",
        30,
    )
    assert await acts(database, acme) == [
        ("ann", "write key", "provider apollo", {"from": "ey-1", "to": "ey-2"})
    ]


async def test_a_key_that_somebody_has_changed_meanwhile_is_not_written_over(database, vault):
    acme = await tenants.add(database, vault, "acme", {})
    await save(database, vault, acme, api_key=KEY)
    before = await seen(database, acme)
    await save(database, vault, acme, api_key="sim-secret-key-2")
    for outdated in (before, None):
        with pytest.raises(Moved):
            async with database.tenant(acme.id) as session:
                await connections.write_key(session, vault, "apollo", "mine", by="ann", seen=outdated)
    assert (await everything(database, vault, acme))["apollo"].api_key == "sim-secret-key-2"
    assert await acts(database, acme) == []


async def test_a_key_connects_a_provider_that_was_not(database, vault):
    acme = await tenants.add(database, vault, "acme", {})
    async with database.tenant(acme.id) as session:
        await connections.write_key(session, vault, "apollo", KEY, by="ann", seen=None)
    assert (await everything(database, vault, acme))["apollo"].api_key == KEY


async def test_a_person_sets_the_pace_and_the_key_stays(database, vault):
    acme = await tenants.add(database, vault, "acme", {})
    await save(database, vault, acme, api_key=KEY, calls_per_minute=30)
    for calls in (90, None):
        before = await seen(database, acme)
        async with database.tenant(acme.id) as session:
            await connections.set_pace(session, vault, "apollo", calls, by="ann", seen=before)
        apollo = (await everything(database, vault, acme))["apollo"]
        assert (apollo.api_key, apollo.calls_per_minute) == (KEY, calls)
    assert [detail for _, _, _, detail in await acts(database, acme)] == [
        {"from": 90, "to": None},
        {"from": 30, "to": 90},
    ]
