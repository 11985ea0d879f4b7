import asyncio

import pytest

from tenants.exclusions import Exclusion, ExclusionKind
from tenants.store import exclusions, tenants

DOMAIN, EMAIL, NAME = ExclusionKind.DOMAIN, ExclusionKind.EMAIL, ExclusionKind.NAME


def one(value, reason="customer", source="hubspot", kind=DOMAIN, **more):
    return Exclusion(kind=kind, value=value, reason=reason, source=source, **more)


@pytest.fixture
async def acme(database, vault):
    return await tenants.add(database, vault, "acme", {})


async def listed(database, tenant, **by):
    async with database.tenant(tenant.id) as session:
        rows = await exclusions.listed(session, **by)
    return [(row["kind"], row["value"], row["reason"], row["owner"], row["source"]) for row in rows]


async def test_what_a_source_said_before_is_replaced_and_what_others_said_stays(database, acme):
    async with database.tenant(acme.id) as session:
        await exclusions.replace(session, "hubspot", [one("old.com"), one("kept.com", owner="ann")])
        await exclusions.replace(session, "salesforce", [one("old.com", source="salesforce")])
        await exclusions.save(session, [one("ann@x.com", "do not contact", "by hand", EMAIL)])
    async with database.tenant(acme.id) as session:
        assert (
            await exclusions.replace(session, "hubspot", [one("kept.com", "open deal"), one("new.com")]) == 2
        )
    assert await listed(database, acme) == [
        ("domain", "kept.com", "open deal", None, "hubspot"),
        ("domain", "new.com", "customer", None, "hubspot"),
        ("domain", "old.com", "customer", None, "salesforce"),
        ("email", "ann@x.com", "do not contact", None, "by hand"),
    ]
    assert [row[1] for row in await listed(database, acme, source="salesforce")] == ["old.com"]
    assert len(await listed(database, acme, limit=2)) == 2


async def test_of_several_reasons_the_weightiest_is_told_within_a_source_and_among_sources(database, acme):
    async with database.tenant(acme.id) as session:
        both = [one("a.com", "open deal"), one("a.com", "customer"), one("a.com", "competitor")]
        assert await exclusions.replace(session, "hubspot", both) == 1
        await exclusions.save(session, [one("a.com", "do not contact", "by hand")])
        await exclusions.save(session, [one("b.com", "they asked", "by hand")])
        await exclusions.save(session, [one("b.com", "competitor", "salesforce")])
        found = await exclusions.among(session, [(DOMAIN, "a.com"), (DOMAIN, "b.com"), (DOMAIN, "c.com")])
        assert found == {(DOMAIN, "a.com"): "do not contact", (DOMAIN, "b.com"): "competitor"}
        assert await exclusions.remove(session, DOMAIN, "a.com", "by hand")
        assert not await exclusions.remove(session, DOMAIN, "a.com", "by hand")
        assert await exclusions.among(session, [(DOMAIN, "a.com")]) == {(DOMAIN, "a.com"): "customer"}


async def test_a_domain_is_no_name_and_another_tenants_exclusions_are_its_own(database, vault, acme):
    other = await tenants.add(database, vault, "other", {})
    async with database.tenant(acme.id) as session:
        await exclusions.save(session, [one("acme", kind=NAME)])
    async with database.tenant(acme.id) as session:
        assert await exclusions.among(session, [(DOMAIN, "acme"), (EMAIL, "acme")]) == {}
        assert await exclusions.among(session, [(NAME, "acme")]) == {(NAME, "acme"): "customer"}
    async with database.tenant(other.id) as session:
        assert await exclusions.among(session, [(NAME, "acme")]) == {}


async def test_of_two_that_replace_side_by_side_one_is_there_as_a_whole(database, acme):
    async def replace(prefix):
        async with database.tenant(acme.id) as session:
            await exclusions.replace(session, "hubspot", [one(f"{prefix}-{n}.com") for n in range(20)])

    await asyncio.gather(*(replace(prefix) for prefix in "abcd"))
    left = {row[1][0] for row in await listed(database, acme)}
    assert len(await listed(database, acme)) == 20
    assert len(left) == 1
