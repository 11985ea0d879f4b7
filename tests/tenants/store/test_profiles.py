import asyncio
from decimal import Decimal
from uuid import uuid4

import pytest

from tenants.exclusions import Exclusion, ExclusionKind
from tenants.icp import IdealCustomer, Persona
from tenants.profiles import Profile
from tenants.store import audit, calls, exclusions, leads, profiles, tenants
from tenants.store.calls import CallEnd, CallStart
from tenants.store.configuring import ChangedMeanwhile, NothingChanged
from tenants.store.profiles import SearchPrice
from tenants.store.rls import APP
from tenants.store.session import Database
from tests.tenants.store.rows import account

FRENCH = Profile(icp=IdealCustomer(countries=("FR",)))


async def test_a_saved_profile_is_a_new_version_with_who_and_why(database, vault):
    acme = await tenants.add(
        database, vault, "acme", {"icp": {"countries": ["DE"]}, "order": ["dns"]}, by="ann"
    )
    async with database.tenant(acme.id) as session:
        before = await profiles.current(session)
        assert (before.number, before.by, before.reason) == (1, "ann", None)
        assert await profiles.save(session, FRENCH, seen=before.hash, by="ben", reason="we moved") == 2
    async with database.tenant(acme.id) as session:
        now = await profiles.current(session)
        assert (now.number, now.by, now.reason) == (2, "ben", "we moved")
        assert now.document["icp"] == {"countries": ["FR"]}
        assert [one.number for one in await profiles.versions(session)] == [2, 1]
        (act,) = await audit.recent(session)
        assert (act["by"], act["act"], act["subject"]) == (
            "ben",
            "change ideal customer",
            "configuration version 2",
        )
        assert act["detail"] == {
            "reason": "we moved",
            "before": {"icp.countries": ["DE"]},
            "after": {"icp.countries": ["FR"]},
        }
    config = tenants.config_of(await tenants.named(database, "acme"))
    assert config.icp == FRENCH.icp
    assert config.order == ("dns",)  # the rest of the configuration is left alone


async def test_whoever_saw_another_profile_changes_nothing(database, vault):
    acme = await tenants.add(database, vault, "acme", {})
    async with database.tenant(acme.id) as session:
        seen = (await profiles.current(session)).hash
        await profiles.save(session, FRENCH, seen=seen, by="ann", reason="first")
    async with database.tenant(acme.id) as session:
        with pytest.raises(ChangedMeanwhile, match="version 2 was saved by ann meanwhile"):
            await profiles.save(session, Profile(), seen=seen, by="ben", reason="second")
    async with database.tenant(acme.id) as session:
        now = await profiles.current(session)
        assert (now.number, now.by) == (2, "ann")
        with pytest.raises(NothingChanged):
            await profiles.save(session, FRENCH, seen=now.hash, by="ann", reason="again")


async def test_of_some_who_save_at_once_one_does_and_the_others_are_told(database, database_url, vault):
    acme = await tenants.add(database, vault, "acme", {})
    side_by_side = Database.at(database_url, role=APP, pool_size=3)
    async with database.tenant(acme.id) as session:
        seen = (await profiles.current(session)).hash

    async def save(country):
        profile = Profile(icp=IdealCustomer(countries=(country,)))
        async with side_by_side.tenant(acme.id) as session:
            return await profiles.save(session, profile, seen=seen, by=country, reason="x")

    ends = await asyncio.gather(*map(save, ("FR", "DE", "SE")), return_exceptions=True)
    await side_by_side.close()
    assert sorted(map(str, map(type, ends))) == sorted(map(str, [int, ChangedMeanwhile, ChangedMeanwhile]))
    async with database.tenant(acme.id) as session:
        assert len(await profiles.versions(session)) == 2
        assert len(await audit.recent(session)) == 1


async def test_another_budget_is_no_other_profile(database, vault):
    """Whoever edits the profile is not disturbed by what else is configured, and it is no version of its own."""
    acme = await tenants.add(database, vault, "acme", {"icp": {"countries": ["DE"]}})
    async with database.tenant(acme.id) as session:
        seen = (await profiles.current(session)).hash
    await tenants.configure(
        database, vault, "acme", {"icp": {"countries": ["DE"]}, "budgets": {"day_usd": 5}}
    )
    async with database.tenant(acme.id) as session:
        assert [one.number for one in await profiles.versions(session)] == [1]
        assert await profiles.save(session, FRENCH, seen=seen, by="ann", reason="x") == 3
        assert [one.number for one in await profiles.versions(session)] == [3, 1]
        assert await profiles.numbers(session) == {1: 1, 2: 1, 3: 3}
        assert (await profiles.version(session, 1)).document["icp"]["countries"] == ["DE"]
        assert await profiles.version(session, 9) is None
    assert str(tenants.config_of(await tenants.named(database, "acme")).budgets.day_usd) == "5"


async def test_a_run_that_missed_a_company_goes_on_under_another_profile(database, vault):
    acme = await tenants.add(database, vault, "acme", {})
    async with database.tenant(acme.id) as session:
        await session.run(
            "INSERT INTO run (tenant_id, id, agent, event_id, topic, lane, status, missing, input) "
            "VALUES (:tenant_id, gen_random_uuid(), 'enrichment', gen_random_uuid(), 'lead.sourced', 0, 'skipped', "
            "'ideal customer', '{}')",
            tenant_id=acme.id,
        )
        seen = (await profiles.current(session)).hash
        await profiles.save(session, FRENCH, seen=seen, by="ann", reason="x")
        assert await session.value("SELECT status FROM run") != "skipped"


async def test_companies_are_drawn_and_those_left_alone_are_known(database, vault):
    acme = await tenants.add(database, vault, "acme", {})
    other = await tenants.add(database, vault, "other", {})
    mine = [account(name=f"Firm {n}", domain=f"firm-{n}.example") for n in range(5)]
    async with database.tenant(other.id) as session:
        await leads.add_accounts(session, [account(name="Theirs")])
    async with database.tenant(acme.id) as session:
        await leads.add_accounts(session, mine)
        await session.run(
            "UPDATE account SET merged_into = :other WHERE id = :id", id=mine[0].id, other=mine[1].id
        )
        await exclusions.save(
            session,
            [
                Exclusion(kind=ExclusionKind.DOMAIN, value="firm-2.example", reason="customer", source="crm"),
                Exclusion(kind=ExclusionKind.NAME, value="firm 3", reason="open deal", source="crm"),
            ],
        )
        assert await profiles.count(session) == 4
        drawn = await profiles.drawn(session, 10)
        assert {one.id for one in drawn} == {one.id for one in mine[1:]}
        assert [one.id for one in await profiles.drawn(session, 2)] == sorted(one.id for one in drawn)[:2]
        assert await profiles.left_alone(session, drawn) == {mine[2].id: "customer", mine[3].id: "open deal"}


async def test_what_searches_cost_is_what_the_ledger_says(database, vault):
    acme = await tenants.add(database, vault, "acme", {})
    told = {
        'FindCompanies {"page":1}': '{"content":{"companies":[{"n":1},{"n":2},{"n":3}],"total":9}}',
        'FindCompanies {"page":2}': '{"content":{"companies":[{"n":4}],"total":9}}',
        'FindCompanies {"page":3}': '{"content":null}',
        'EnrichCompany {"domain":"x"}': '{"content":{"companies":[1]}}',
    }
    async with database.tenant(acme.id) as session:
        assert await profiles.search_prices(session) == []
        for question, answer in told.items():
            start = CallStart(uuid4(), uuid4(), "apollo", question)
            await calls.reserve(session, [start])
            await calls.settle(session, [CallEnd(start.id, "answered", Decimal(1), Decimal("0.10"), answer)])
        assert await profiles.search_prices(session) == [SearchPrice("apollo", 2, 4, Decimal("0.200000"))]


async def test_personas_are_part_of_the_profile(database, vault):
    acme = await tenants.add(database, vault, "acme", {})
    async with database.tenant(acme.id) as session:
        seen = (await profiles.current(session)).hash
        wanted = Profile(personas=(Persona(titles=("cto",)),))
        await profiles.save(session, wanted, seen=seen, by="ann", reason="x")
        assert (await tenants.configuration(session)).personas == wanted.personas
