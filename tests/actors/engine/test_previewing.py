"""Previews: what leads will cost is what they have cost so far."""

from dataclasses import replace
from decimal import Decimal

import pytest

from actors.core.provider import Reply
from actors.core.questions import CompanyFacts, CompanyPage, CompanyPreview, FindCompanies, PreviewCompanies
from actors.engine.previewing import EXPERIENCE, NoSearch
from tests.actors.engine.mills import add_tenant, ask_for, run_to_the_end
from tests.fakes.works import Oracle, open_fake_works


def searchable(*, free=True, total=1_000):
    """An oracle that can be searched, and tells beforehand what it would find, or not."""
    company = CompanyFacts(name="Acme", domain="acme.com")

    async def preview(link, question):
        return Reply(CompanyPreview(total=total, sample=(company,)), evidence="told")

    async def find(link, question):
        return Reply(CompanyPage(companies=(company,), total=total), Decimal(1), "told")

    provider = Oracle().provider()
    answers = {**provider.answers, FindCompanies: find} | ({PreviewCompanies: preview} if free else {})
    return replace(provider, answers=answers, billed=provider.billed | {FindCompanies})


async def previewed(database, vault, provider, leads, brought=0):
    async with open_fake_works(database, vault, providers={"oracle": provider}) as works:
        acme = await add_tenant(database, vault)
        if brought:
            await ask_for(works, acme, brought)
            await run_to_the_end(works, acme, brought)
        profile = (await works.profiles.of([acme.id]))[acme.id]
        return await works.preview(profile, "oracle", leads=leads)


async def test_a_search_costs_its_pages_and_what_is_done_with_what_it_brings(database, vault):
    found = await previewed(database, vault, searchable(), 250)
    assert (found.total, [one.name for one in found.sample]) == (1_000, ["Acme"])
    assert found.search_usd == 3 * Decimal("0.05")
    # without experience: a credit for each question that is billed, searching among them
    assert found.leads_usd == 250 * 2 * Decimal("0.05")


async def test_no_more_is_paid_for_than_there_is(database, vault):
    found = await previewed(database, vault, searchable(total=20), 250)
    assert found.search_usd == Decimal("0.05")
    assert found.leads_usd == 20 * 2 * Decimal("0.05")


async def test_what_can_not_be_known_for_nothing_is_not_asked(database, vault):
    found = await previewed(database, vault, searchable(free=False), 100)
    assert (found.total, found.sample) == (None, ())
    assert found.search_usd == Decimal("0.05")


async def test_with_experience_leads_cost_what_they_have_cost(database, vault):
    found = await previewed(database, vault, searchable(), 100, brought=EXPERIENCE)
    assert found.leads_usd == 100 * Decimal("0.05")


async def test_who_can_not_be_searched_is_told_from_who_can(database, vault):
    with pytest.raises(NoSearch, match="no provider 'oracle' can be searched"):
        await previewed(database, vault, Oracle().provider(), 10)
