from uuid import uuid4

import pytest
import pytest_asyncio

from tenants.records import LeadProgress, Stage
from tenants.store import judgements, leads, tenants
from tests.tenants.store.rows import account, add_leads, contact, lead, score


@pytest_asyncio.fixture
async def acme(database, vault):
    return await tenants.add(database, vault, "acme", {})


FULL = {
    "domain": "acme.com",
    "industry": "Software",
    "country": "DE",
    "city": "Köln",
    "employees": 2**31 - 1,
    "founded_year": 1999,
    "revenue_usd": 1e12,
    "funding_usd": 0.5,
    "open_jobs": 0,
    "description": "Ünïcode, “quotes” and\nlines \\ {braces,} NULL",
}


async def test_an_account_comes_back_as_it_was_added(database, acme):
    full = account(**FULL, technologies=("Python", "PostgreSQL"))
    async with database.tenant(acme.id) as session:
        await leads.add_accounts(session, [full])
        assert (await leads.accounts(session, [full.id]))[full.id] == full


async def test_an_account_comes_back_as_it_was_last_known(database, acme):
    bare = account()
    learned = bare.learned(FULL | {"technologies": ("a, b", '"c"', "{d}", "NULL", "")})
    forgetful = bare.model_copy(update={"name": "Acme 2"})
    async with database.tenant(acme.id) as session:
        await leads.add_accounts(session, [bare, untouched := account()])
        for known in (learned, forgetful):
            await leads.update_accounts(session, [known])
            found = await leads.accounts(session, [bare.id, untouched.id, uuid4()])
            assert found == {bare.id: known, untouched.id: untouched}


async def test_accounts_are_found_by_their_leads_and_only_those_of_the_tenant(database, vault, acme):
    other = await tenants.add(database, vault, "other", {})
    known, unused = account(**FULL, technologies=("Python",)), account()
    mine = lead(known)
    async with database.tenant(acme.id) as session:
        await leads.add_accounts(session, [known, unused])
        await leads.add_leads(session, [mine])
        assert await leads.accounts_of(session, [mine.id, uuid4(), unused.id]) == {mine.id: known}
    async with database.tenant(other.id) as session:
        assert await leads.accounts_of(session, [mine.id]) == {}


async def test_adding_says_which_accounts_were_new_and_leaves_the_others_as_they_are(database, acme):
    first, same_company = account(identity_key="domain:acme.com"), account(identity_key="domain:acme.com")
    other = account()
    async with database.tenant(acme.id) as session:
        assert await leads.add_accounts(session, [first]) == {first.id}
        assert await leads.add_accounts(session, [first, same_company, other]) == {other.id}
        assert await leads.add_accounts(session, []) == set()
        found = await leads.accounts(session, [first.id, same_company.id])
        assert found.keys() == {first.id}


async def test_known_companies_are_those_of_this_tenant(database, vault, acme):
    other = await tenants.add(database, vault, "other", {})
    async with database.tenant(acme.id) as session:
        await leads.add_accounts(session, [account(identity_key="domain:acme.com")])
        keys = ["domain:acme.com", "domain:else.com"]
        assert await leads.known_keys(session, keys) == {"domain:acme.com"}
        assert await leads.known_keys(session, []) == set()
    async with database.tenant(other.id) as session:
        assert await leads.known_keys(session, keys) == set()
        assert len(await leads.add_accounts(session, [account(identity_key="domain:acme.com")])) == 1


async def test_adding_says_which_leads_were_new(database, acme):
    async with database.tenant(acme.id) as session:
        await leads.add_accounts(session, [company := account()])
        pursuit, another = lead(company), lead(company)
        assert await leads.add_leads(session, [pursuit]) == {pursuit.id}
        assert await leads.add_leads(session, [pursuit, another]) == {another.id}


async def test_a_contact_is_brought_up_to_date_by_who_knows_more(database, acme):
    async with database.tenant(acme.id) as session:
        await leads.add_accounts(session, [company := account()])
        person = contact(company)
        known = person.model_copy(update={"email": "ann@acme.com", "email_status": "deliverable"})
        for one in (person, known):
            await leads.save_contacts(session, [one, stranger := contact(company)])
            assert await leads.contacts(session, [one.id, stranger.id]) == {
                one.id: one,
                stranger.id: stranger,
            }


async def stages(session):
    return {
        row["id"]: (row["stage"], row["hold"], row["contact_id"])
        for row in await session.rows("SELECT id, stage, hold, contact_id FROM lead")
    }


@pytest.mark.parametrize("stands_at", list(Stage))
@pytest.mark.parametrize("told", list(Stage))
async def test_a_lead_moves_forward_and_never_back(database, acme, stands_at, told):
    async with database.tenant(acme.id) as session:
        pursuit, neighbour = await add_leads(session, 2)
        for stage in (stands_at, told):
            await leads.move_leads(session, [LeadProgress(lead_id=pursuit.id, stage=stage)])
        order = list(Stage)
        furthest = max(stands_at, told, key=order.index)
        assert await stages(session) == {
            pursuit.id: (furthest, None, None),
            neighbour.id: ("sourced", None, None),
        }


async def test_a_step_forward_frees_a_lead_and_keeps_the_contact_that_it_does_not_name(database, acme):
    async with database.tenant(acme.id) as session:
        (pursuit,) = await add_leads(session, 1)
        person = uuid4()
        steps = [
            LeadProgress(lead_id=pursuit.id, stage=Stage.CONTACTABLE, contact_id=person),
            LeadProgress(lead_id=pursuit.id, stage=Stage.SCORED),
        ]
        for step in steps:
            await session.run("UPDATE lead SET hold = 'failed', hold_reason = 'down'")
            await leads.move_leads(session, [step])
            assert await stages(session) == {pursuit.id: (step.stage, None, person)}


async def test_a_step_that_comes_too_late_does_not_free_a_lead_that_is_held_further_on(database, acme):
    async with database.tenant(acme.id) as session:
        (pursuit,) = await add_leads(session, 1)
        await leads.move_leads(session, [LeadProgress(lead_id=pursuit.id, stage=Stage.CONTACTABLE)])
        await session.run("UPDATE lead SET hold = 'failed', hold_reason = 'down'")
        await leads.move_leads(session, [LeadProgress(lead_id=pursuit.id, stage=Stage.ENRICHED)])
        assert await stages(session) == {pursuit.id: ("contactable", "failed", None)}


async def test_prospects_are_ranked_best_first_with_all_that_explains_them(database, acme):
    async with database.tenant(acme.id) as session:
        company = account(**FULL)
        await leads.add_accounts(session, [company])
        good, better, unscored = (lead(company) for _ in range(3))
        tied = [lead(company) for _ in range(8)]
        await leads.add_leads(session, [good, better, unscored, *tied])
        person = contact(company, title="CEO", email="ann@acme.com", email_status="deliverable")
        await leads.save_contacts(session, [person])
        reason = {"text": "Software fits", "contribution": 0.25}
        await judgements.save(
            session,
            [
                score(good, 40, tier="C", sequence=None),
                score(better, 90, reasons=(reason,)),
                *(score(one, 40) for one in tied),
            ],
        )
        await leads.move_leads(
            session,
            [LeadProgress(lead_id=better.id, stage=Stage.SCORED, contact_id=person.id)],
        )
        ranked = await leads.ranked(session)
        assert [row["lead_id"] for row in ranked] == [
            better.id,
            *sorted(one.id for one in (good, *tied)),
        ]
        best = ranked[0]
        assert best["contact"] == {
            "name": "Ann Example",
            "title": "CEO",
            "email": "ann@acme.com",
            "email_status": "deliverable",
        }
        assert best["account"].items() >= {"name": "Acme", "domain": "acme.com", "city": "Köln"}.items()
        assert (best["score"], best["tier"], best["sequence"], best["model"], best["reasons"]) == (
            90,
            "A",
            "call-first",
            "acme-1",
            [reason],
        )
        assert best["fit"] == pytest.approx(0.9)
        assert ranked[1]["contact"] is None
        assert [row["lead_id"] for row in await leads.ranked(session, limit=1)] == [better.id]
        assert [row["lead_id"] for row in await leads.ranked(session, tier="C")] == [good.id]
        assert await leads.ranked(session, tier="D") == []


async def test_a_lead_that_is_scored_again_has_its_latest_score(database, acme):
    async with database.tenant(acme.id) as session:
        (pursuit,) = await add_leads(session, 1)
        for points in (90, 10):
            await judgements.save(session, [score(pursuit, points)])
        assert [row["score"] for row in await leads.ranked(session)] == [10]
