import pytest

from tenants.store import audit, tenants, tokens
from tenants.store.session import DatabaseError
from tenants.tokens import hash_of, new_token
from tests.conftest import execute


@pytest.fixture
async def acme(database, vault):
    return await tenants.add(database, vault, "acme", {})


@pytest.fixture
async def other(database, vault):
    return await tenants.add(database, vault, "other", {})


async def given(database, tenant, name="crm", days=None):
    secret = new_token()
    async with database.tenant(tenant.id) as session:
        token = await tokens.add(session, name=name, sha256=hash_of(secret), by="ann", days=days)
    return secret, token


async def speaks_for(database, secret):
    async with database.glance() as session:
        return await tokens.holder(session, hash_of(secret))


async def listed(database, tenant):
    async with database.tenant(tenant.id) as session:
        return await tokens.listed(session)


async def test_a_token_speaks_for_its_tenant_and_a_guess_for_nobody(database, acme, other):
    for tenant in (acme, other):
        secret, token = await given(database, tenant)
        holder = await speaks_for(database, secret)
        assert (holder.tenant_id, holder.token_id) == (tenant.id, token.id)
    assert await speaks_for(database, new_token()) is None


async def test_the_token_itself_is_nowhere_in_the_database(database, acme):
    secret, _ = await given(database, acme)
    async with database.tenant(acme.id) as session:
        rows = await session.rows("SELECT * FROM api_token")
        acts = await audit.recent(session)
    assert rows[0]["sha256"] == hash_of(secret)
    assert secret not in str(rows) + str(acts)


async def test_a_token_that_is_revoked_or_has_expired_speaks_for_nobody(database, database_url, acme):
    secret, token = await given(database, acme)
    brief, _ = await given(database, acme, "trial", days=30)
    assert (token.expires_at, token.is_good) == (None, True)
    assert await speaks_for(database, brief) is not None
    async with database.tenant(acme.id) as session:
        await tokens.revoke(session, "crm", by="bob")
    await execute(
        database_url, "UPDATE leadmill.api_token SET expires_at = now() - interval '1s' WHERE name = 'trial'"
    )
    assert [await speaks_for(database, one) for one in (secret, brief)] == [None, None]
    found = {token.name: token for token in await listed(database, acme)}
    assert {name: token.is_good for name, token in found.items()} == {"crm": False, "trial": False}
    assert found["crm"].revoked_at is not None


async def test_a_name_is_free_again_when_its_token_is_revoked(database, acme, other):
    await given(database, acme)
    await given(database, other)
    with pytest.raises(ValueError, match="there is a token 'crm' already"):
        await given(database, acme)
    async with database.tenant(acme.id) as session:
        await tokens.revoke(session, "crm", by="ann")
    await given(database, acme)
    assert [token.revoked_at is None for token in await listed(database, acme)] == [True, False]
    with pytest.raises(ValueError, match="no token 'sync'"):
        async with database.tenant(acme.id) as session:
            await tokens.revoke(session, "sync", by="ann")


@pytest.mark.parametrize("name", ["", " ", "x" * 81])
async def test_a_token_has_a_name_that_can_be_told(database, acme, name):
    with pytest.raises(ValueError, match="a token's name"):
        await given(database, acme, name)


async def test_both_acts_are_in_the_audit(database, acme):
    await given(database, acme)
    async with database.tenant(acme.id) as session:
        await tokens.revoke(session, "crm", by="bob")
        acts = await audit.recent(session)
    assert [(act["by"], act["act"], act["subject"]) for act in acts] == [
        ("bob", "revoke token", "token crm"),
        ("ann", "create token", "token crm"),
    ]


async def test_the_last_use_is_kept_but_not_written_for_every_request(database, database_url, acme):
    secret, token = await given(database, acme)
    assert token.last_used_at is None
    await speaks_for(database, secret)
    (first,) = await listed(database, acme)
    await speaks_for(database, secret)
    assert await listed(database, acme) == [first]
    assert first.last_used_at is not None
    await execute(database_url, "UPDATE leadmill.api_token SET last_used_at = now() - interval '61s'")
    await speaks_for(database, secret)
    (later,) = await listed(database, acme)
    assert later.last_used_at >= first.last_used_at


async def test_another_tenant_neither_sees_nor_revokes_a_token_and_can_t_make_one_of_its_own_of_it(
    database, acme, other
):
    secret, _ = await given(database, acme)
    assert await listed(database, other) == []
    async with database.tenant(other.id) as session:
        assert await tokens.holder(session, hash_of(secret)) is None
        with pytest.raises(ValueError, match="no token 'crm'"):
            await tokens.revoke(session, "crm", by="eve")
    for change in ("tenant_id = :own", "sha256 = :sha256"):
        with pytest.raises(DatabaseError, match="permission denied"):
            async with database.tenant(acme.id) as session:
                await session.run(
                    f"UPDATE api_token SET {change}",
                    **({"own": other.id} if "own" in change else {"sha256": hash_of(new_token())}),
                )
    assert (await speaks_for(database, secret)).tenant_id == acme.id


async def test_the_tokens_of_a_tenant_go_with_it(database, acme):
    secret, _ = await given(database, acme)
    await tenants.remove(database, "acme")
    assert await speaks_for(database, secret) is None
