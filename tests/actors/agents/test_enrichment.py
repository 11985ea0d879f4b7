from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.agents.enrichment import enrichment, merge, split_cost
from actors.core.errors import NotConnected, ProviderDown
from actors.core.outcome import Done, Skip
from actors.core.questions import Answer, CompanyFacts, EnrichCompany, ReadSite
from actors.events.lead import Company, LeadSourced
from tenants.identity import lead_id_of
from tenants.policies import read_config
from tenants.records import Account, Finding, Firmographics, LeadProgress, Stage
from tests.fakes.context import NOW, FakeContext


def account(**facts):
    given_facts = {"id": uuid4(), "identity_key": "domain:acme.com", "name": "Acme", "source": "list.csv"}
    return Account(**given_facts | {"domain": "acme.com"} | facts)


def sourced(of):
    return LeadSourced(
        lead_id=lead_id_of(FakeContext().tenant_id, of.id),
        account_id=of.id,
        account=Company(name=of.name, domain=of.domain),
        source="list.csv",
        icp_version=1,
    )


def told(content, provider="apollo", cost="0"):
    return Answer(provider=provider, content=content, cost_usd=Decimal(cost), evidence="record 7")


async def enrich(of, provider=None, website=None, **more):
    ctx = FakeContext({EnrichCompany: provider, ReadSite: website}, accounts=[of], **more)
    event = sourced(of)
    return event, await enrichment.work(event, ctx)


async def test_what_provider_and_website_know_is_kept_said_and_each_value_has_its_source():
    event, outcome = await enrich(
        account(country="DE"),
        told(CompanyFacts(industry="Steel", employees=70), cost="0.05"),
        told(CompanyFacts(description="We do", employees=99), provider="website"),
    )
    assert isinstance(outcome, Done)
    richer, progress, *findings = outcome.save
    assert (richer.industry, richer.employees, richer.description, richer.country) == (
        "Steel",
        70,
        "We do",
        "DE",
    )
    assert progress == LeadProgress(lead_id=event.lead_id, stage=Stage.ENRICHED)
    assert {(one.field, one.value, one.provider) for one in findings} == {
        ("industry", "Steel", "apollo"),
        ("employees", 70, "apollo"),
        ("description", "We do", "website"),
        ("employees", 99, "website"),
    }
    for one in findings:
        assert isinstance(one, Finding)
        assert (one.subject_id, one.evidence, one.found_at) == (richer.id, "record 7", NOW)
    assert sum(one.cost_usd for one in findings) == Decimal("0.05")
    (said,) = outcome.say
    assert (said.lead_id, said.account_id, said.providers) == (
        event.lead_id,
        richer.id,
        ("apollo", "website"),
    )
    assert (said.account.industry, said.account.employees, said.account.country) == ("Steel", 70, "DE")
    assert outcome.output == {"findings": 4}


async def test_a_company_is_trusted_less_than_a_provider_when_it_speaks_of_itself():
    facts = CompanyFacts(industry="Steel")
    _, outcome = await enrich(account(), told(facts), told(facts, provider="website"))
    by_provider, by_itself = outcome.save[2:]
    assert 0 < by_itself.confidence < by_provider.confidence <= 1


def test_what_was_known_stays_and_the_first_who_knows_fills_a_gap():
    known = account(industry="Steel", open_jobs=0)
    merged = merge(
        known,
        [
            told(CompanyFacts(industry="Software", open_jobs=5)),
            told(None),
            told(CompanyFacts(employees=70, name="Other", domain="other.com")),
            told(CompanyFacts(employees=99, city="Köln")),
        ],
    )
    assert merged == known.model_copy(update={"employees": 70, "city": "Köln"})
    assert known.employees is None


def test_every_fact_that_an_account_can_have_is_taken_over():
    facts = {
        "industry": "Steel",
        "country": "DE",
        "city": "Köln",
        "employees": 70,
        "founded_year": 1999,
        "revenue_usd": 1e6,
        "funding_usd": 0.0,
        "technologies": ("Python",),
        "open_jobs": 0,
        "description": "We do",
    }
    assert facts.keys() == Firmographics.model_fields.keys()
    assert merge(account(), [told(CompanyFacts(**facts))]).model_dump().items() >= facts.items()


async def test_an_account_that_is_gone_or_has_no_domain_is_skipped_and_nobody_is_asked():
    gone = account()
    ctx = FakeContext()
    outcome = await enrichment.work(sourced(gone), ctx)
    assert outcome == Skip("the account is gone", missing="account")
    nameless = account(domain=None)
    ctx = FakeContext(accounts=[nameless])
    outcome = await enrichment.work(sourced(nameless), ctx)
    assert outcome == Skip("no domain is known for this company", missing="domain")
    assert ctx.asked == []


@pytest.mark.parametrize("nothing", [None, told(CompanyFacts()), told(CompanyFacts(name="Acme"))])
async def test_a_company_that_nobody_knows_is_skipped(nothing):
    _, outcome = await enrich(account(), nothing, nothing)
    assert outcome == Skip("nobody knows this company", missing="firmographics")


async def test_a_company_that_turns_out_not_to_be_ideal_is_skipped_and_what_was_found_is_kept():
    config = read_config({"icp": {"employees_max": 50}})
    _, outcome = await enrich(account(), told(CompanyFacts(employees=70), cost="0.05"), config=config)
    assert isinstance(outcome, Skip)
    assert outcome.reason == "too many employees"
    richer, finding = outcome.save
    assert (richer.employees, finding.field, finding.cost_usd) == (70, "employees", Decimal("0.05"))


@pytest.mark.parametrize("trouble", [ProviderDown(), NotConnected()])
async def test_no_lead_is_lost_over_a_website_that_can_not_be_read(trouble):
    _, outcome = await enrich(account(), told(CompanyFacts(employees=70)), trouble)
    assert isinstance(outcome, Done)
    assert outcome.say[0].providers == ("apollo",)


@pytest.mark.parametrize("trouble", [ProviderDown(), NotConnected()])
async def test_a_provider_that_can_not_answer_is_an_error_and_not_a_miss(trouble):
    with pytest.raises(type(trouble)):
        await enrich(account(), trouble, told(CompanyFacts(employees=70)))


async def test_a_fault_of_ours_is_not_hidden_as_a_website_that_can_not_be_read():
    with pytest.raises(ZeroDivisionError):
        await enrich(account(), told(CompanyFacts(employees=70)), ZeroDivisionError())


MONEY = st.decimals(0, 10**6, places=6)


@given(MONEY | st.decimals(0, 10**4, places=10), st.integers(1, 12))
def test_the_parts_of_a_cost_add_up_to_it_exactly(cost, parts):
    shares = split_cost(cost, parts)
    assert len(shares) == parts
    assert sum(shares) == cost


@given(MONEY, st.integers(1, 12))
def test_no_part_of_a_cost_is_negative_and_none_is_a_millionth_of_a_dollar_more_than_another(cost, parts):
    shares = split_cost(cost, parts)
    assert min(shares) >= 0
    assert max(shares) - min(shares) <= Decimal("0.000001")


def test_a_cost_without_parts_has_none():
    assert split_cost(Decimal(1), 0) == []


def told_by_others(**company):
    return LeadSourced(
        lead_id=uuid4(),
        account_id=uuid4(),
        account=Company(**{"name": "Acme", "domain": "https://www.acme.com"} | company),
        source="crm",
        icp_version=99,
    )


async def test_a_lead_of_others_is_handed_to_the_lead_source_under_its_id_and_nobody_is_asked_yet():
    event, ctx = told_by_others(employees=70, segment="gold"), FakeContext()
    outcome = await enrichment.work(event, ctx)
    assert isinstance(outcome, Done)
    assert (outcome.new, outcome.save) == ((), ())
    (said,) = outcome.say
    assert (said.type, said.source, said.as_lead, said.requested_by) == (
        "source.requested", "crm", event.lead_id, "crm"
    )  # fmt: skip
    company = {"name": "Acme", "domain": "https://www.acme.com", "employees": 70, "segment": "gold"}
    assert said.rows == (company,)
    assert ctx.asked == []
    assert await enrichment.work(event, FakeContext()) == outcome


async def test_of_a_lead_of_others_that_is_one_of_ours_by_now_it_is_our_account_that_counts():
    ours = account(country="DE")
    event = told_by_others()
    answers = {EnrichCompany: told(CompanyFacts(employees=70)), ReadSite: None}
    outcome = await enrichment.work(event, FakeContext(answers, leads={event.lead_id: ours}))
    assert isinstance(outcome, Done)
    assert [(said.type, said.account_id) for said in outcome.say] == [("lead.enriched", ours.id)]
    assert outcome.save[0].id == ours.id
