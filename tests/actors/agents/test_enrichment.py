from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from actors.agents.enrichment import enrichment
from actors.core.errors import NotConnected, ProviderDown
from actors.core.outcome import Done, Skip
from actors.core.questions import Answer, CompanyFacts, EnrichCompany, FindSignals, Signal, SignalsFound
from actors.events.lead import Company, LeadSourced
from scoring_models.schema import Score
from tenants.identity import lead_id_of
from tenants.policies import read_config
from tenants.records import Account, AccountIdentifier, AccountSignal, Finding, LeadProgress, Stage
from tenants.signals import signal
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
    """The enrichment of an account, with what a paid provider says, and what the website does."""
    free = [website] if website is not None else []
    ctx = FakeContext({EnrichCompany: provider, "free": free}, accounts=[of], **more)
    event = sourced(of)
    return event, await enrichment.work(event, ctx)


async def test_what_provider_and_website_know_is_kept_said_and_each_value_has_its_source():
    event, outcome = await enrich(
        account(country="DE"),
        told(CompanyFacts(industry="Steel", employees=70, lei="5299"), cost="0.05"),
        told(CompanyFacts(description="We do", employees=99), provider="website"),
    )
    assert isinstance(outcome, Done)
    richer, progress, *findings = outcome.save
    # what is free is asked first, and what it filled stays
    assert (richer.industry, richer.employees, richer.description, richer.country) == (
        "Steel",
        99,
        "We do",
        "DE",
    )
    assert progress == LeadProgress(lead_id=event.lead_id, stage=Stage.ENRICHED)
    assert {(one.field, one.value, one.provider, one.is_current) for one in findings} == {
        ("industry", "Steel", "apollo", True),
        ("employees", 70, "apollo", False),
        ("lei", "5299", "apollo", True),
        ("description", "We do", "website", True),
        ("employees", 99, "website", True),
    }
    for one in findings:
        assert isinstance(one, Finding)
        assert (one.subject_id, one.evidence, one.found_at) == (richer.id, "record 7", NOW)
    assert sum(one.cost_usd for one in findings) == Decimal("0.05")
    (said,) = outcome.say
    assert (said.lead_id, said.account_id, said.providers) == (
        event.lead_id,
        richer.id,
        ("website", "apollo"),
    )
    assert (said.account.industry, said.account.employees, said.account.country) == ("Steel", 99, "DE")
    assert outcome.output["findings"] == 5
    assert outcome.output["cost_usd"] == Decimal("0.05")


async def test_only_what_is_missing_is_bought_and_the_segment_is_the_one_that_the_free_sources_told():
    of = account(industry="Steel", city="Bonn")
    ctx = FakeContext(
        {
            EnrichCompany: [],
            "free": [told(CompanyFacts(employees=70, country="DE", description="We do"), provider="website")],
        },
        accounts=[of],
        config=read_config({"waterfall": {"fields": ["industry", "employees", "country", "revenue_usd"]}}),
    )
    outcome = await enrichment.work(sourced(of), ctx)
    assert ctx.wanted == [
        (False, "?/?", ("employees", "country", "revenue_usd")),
        (True, "DE/medium", ("revenue_usd",)),
    ]
    assert outcome.output["missing"] == ["revenue_usd"]


async def test_nothing_is_bought_where_nothing_is_missing():
    of = account()
    config = read_config({"waterfall": {"fields": ["employees"]}})
    ctx = FakeContext({"free": [told(CompanyFacts(employees=70))]}, accounts=[of], config=config)
    outcome = await enrichment.work(sourced(of), ctx)
    assert isinstance(outcome, Done)
    assert [paid for paid, *_ in ctx.wanted] == [False]


async def test_nothing_is_bought_for_a_company_that_turns_out_not_to_be_the_ideal_customer():
    of = account()
    config = read_config({"icp": {"employees_max": 50}})
    ctx = FakeContext({"free": [told(CompanyFacts(employees=70))]}, accounts=[of], config=config)
    outcome = await enrichment.work(sourced(of), ctx)
    assert isinstance(outcome, Skip)
    assert outcome.reason == "too many employees"
    assert [paid for paid, *_ in ctx.wanted] == [False]


async def test_what_stood_in_the_record_before_is_asked_for_again_when_it_has_expired():
    of = account(employees=70, industry="Steel")
    standing = Finding(
        subject_id=of.id,
        field="employees",
        value=70,
        provider="apollo",
        evidence="",
        confidence=0.8,
        cost_usd=Decimal(0),
        found_at=NOW - timedelta(days=91),
        expires_at=NOW - timedelta(days=1),
        is_current=True,
    )
    config = read_config({"waterfall": {"fields": ["employees", "industry"]}})
    ctx = FakeContext(
        {EnrichCompany: [told(CompanyFacts(employees=90))]},
        accounts=[of],
        config=config,
        findings={of.id: [standing]},
    )
    outcome = await enrichment.work(sourced(of), ctx)
    assert ctx.wanted[-1][2] == ("employees",)
    assert outcome.save[0].employees == 90


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


@pytest.mark.parametrize("nothing", [None, told(CompanyFacts())])
async def test_a_company_that_nobody_knows_is_skipped(nothing):
    _, outcome = await enrich(account(), nothing, nothing)
    assert outcome == Skip("nobody knows this company", missing="firmographics")


async def test_of_a_company_of_which_only_the_name_is_known_the_findings_are_kept_with_what_they_cost():
    _, outcome = await enrich(account(), told(CompanyFacts(name="Acme AG"), cost="0.05"))
    assert isinstance(outcome, Skip)
    assert outcome.missing == "firmographics"
    assert [(one.field, one.cost_usd) for one in outcome.save] == [("name", Decimal("0.05"))]


async def test_a_company_that_turns_out_not_to_be_ideal_is_skipped_and_what_was_found_is_kept():
    config = read_config({"icp": {"employees_max": 50}})
    _, outcome = await enrich(account(), told(CompanyFacts(employees=70), cost="0.05"), config=config)
    assert isinstance(outcome, Skip)
    assert outcome.reason == "too many employees"
    richer, finding = outcome.save
    assert (richer.employees, finding.field, finding.cost_usd) == (70, "employees", Decimal("0.05"))


async def test_who_could_not_answer_is_told_and_no_lead_is_lost_over_it():
    _, outcome = await enrich(account(), [told(CompanyFacts(employees=70)), "hunter"], "website")
    assert isinstance(outcome, Done)
    assert outcome.say[0].providers == ("apollo",)
    assert outcome.output["unanswered"] == ["website", "hunter"]


@pytest.mark.parametrize("trouble", [ProviderDown(), NotConnected()])
async def test_a_provider_that_can_not_answer_is_an_error_and_not_a_miss(trouble):
    with pytest.raises(type(trouble)):
        await enrich(account(), trouble, told(CompanyFacts(employees=70)))


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
    answers = {EnrichCompany: told(CompanyFacts(employees=70))}
    outcome = await enrichment.work(event, FakeContext(answers, leads={event.lead_id: ours}))
    assert isinstance(outcome, Done)
    assert [(said.type, said.account_id) for said in outcome.say] == [("lead.enriched", ours.id)]
    assert outcome.save[0].id == ours.id


def by_size(request):
    tier = "A" if (request.employees or 0) > 100 else "D"
    return Score(lead_id=request.lead_id, fit=0.5, intent=0.0, score=50, tier=tier, model="m", reasons=())


async def test_with_buy_decisive_only_what_could_change_the_tier_is_bought_and_judged_anew_after_each_answer():
    of = account(country="DE")
    config = read_config(
        {
            "waterfall": {
                "buy": "decisive",
                "fields": ["employees", "industry", "revenue_usd", "description"],
            }
        }
    )
    paid = [
        told(CompanyFacts(industry="Steel"), provider="hunter"),
        told(CompanyFacts(employees=70), provider="apollo"),
        told(CompanyFacts(employees=90, revenue_usd=1e6), provider="pdl"),
    ]
    ctx = FakeContext({EnrichCompany: paid}, accounts=[of], config=config, score=by_size)
    outcome = await enrichment.work(sourced(of), ctx)
    assert [wanted for is_paid, _, wanted in ctx.wanted if is_paid] == [("employees",), ("employees",)]
    assert outcome.say[0].providers == ("hunter", "apollo")
    assert outcome.output["not_bought"] == ["revenue_usd", "description"]
    assert "missing" not in outcome.output


async def test_with_buy_decisive_nothing_is_bought_where_the_tier_stands():
    of = account(employees=5)
    config = read_config({"waterfall": {"buy": "decisive"}})
    ctx = FakeContext(
        {"free": [told(CompanyFacts(city="Bonn"), provider="website")]},
        accounts=[of],
        config=config,
        score=by_size,
    )
    outcome = await enrichment.work(sourced(of), ctx)
    assert isinstance(outcome, Done)
    assert all(not paid for paid, *_ in ctx.wanted)


JOB = Signal(kind="hiring", on=date(2025, 12, 20), title="Cook", url="https://acme.com/jobs/1")


async def heard(of, *told_to_each, bought=None, free=None, **more):
    """The enrichment of an account, and the signals that it saves."""
    answers = {EnrichCompany: bought or told(CompanyFacts(industry="Steel")), "free": free or []}
    ctx = FakeContext({**answers, FindSignals: list(told_to_each)}, accounts=[of], **more)
    outcome = await enrichment.work(sourced(of), ctx)
    return ctx, outcome, [one for one in outcome.save if isinstance(one, AccountSignal)]


async def test_what_free_sources_say_has_happened_is_saved_with_its_source_and_who_cannot_say_is_named():
    of = account(country="DE")
    later = JOB.model_copy(update={"on": date(2030, 1, 1), "title": "Baker"})
    ctx, outcome, saved = await heard(
        of, told(SignalsFound(signals=(JOB, later)), "website"), told(None, "other"), "edgar"
    )
    assert isinstance(outcome, Done)
    assert ctx.asked_each == [FindSignals(domain="acme.com", name="Acme", country="DE")]
    assert [
        (one.kind, one.on, one.title, one.url, one.source, one.account_id, one.seen_at) for one in saved
    ] == [
        ("hiring", JOB.on, "Cook", JOB.url, "website", of.id, NOW),
        ("hiring", NOW.date(), "Baker", JOB.url, "website", of.id, NOW),  # nothing happens later than today
    ]
    assert outcome.output["signals"] == 2
    assert outcome.output["unanswered"] == ["edgar"]


async def test_what_is_known_already_is_not_saved_again():
    of = account()
    known = signal(of.id, "hiring", JOB.on, "COOK", None, "website", NOW - timedelta(days=3))
    _, outcome, saved = await heard(
        of, told(SignalsFound(signals=(JOB,)), "website"), signals={of.id: [known]}
    )
    assert saved == []
    assert "signals" not in outcome.output


async def test_findings_that_differ_from_those_that_stood_are_signals_too():
    of = account(technologies=("React",))
    stood = Finding(
        subject_id=of.id, field="technologies", value=["React"], provider="website", evidence="",
        confidence=0.8, cost_usd=Decimal(0), found_at=NOW - timedelta(days=40), is_current=True,
    )  # fmt: skip
    _, _, saved = await heard(
        of,
        free=[told(CompanyFacts(technologies=("React", "Vue")), "website")],
        bought=told(CompanyFacts(funding_stage="Seed", last_funding_on=date(2025, 6, 1))),
        findings={of.id: [stood]},
    )
    assert {(one.kind, one.on, one.title, one.source) for one in saved} == {
        ("technology", NOW.date(), "Uses Vue now", "website"),
        ("funding", date(2025, 6, 1), "Raised money: Seed", "apollo"),
    }


async def test_of_a_company_that_is_not_the_ideal_customer_nobody_asks_what_happened():
    config = read_config({"icp": {"employees_max": 50}})
    ctx, outcome, _ = await heard(account(), free=[told(CompanyFacts(employees=70))], config=config)
    assert isinstance(outcome, Skip)
    assert ctx.asked_each == []


async def test_what_happened_is_kept_of_a_company_that_only_a_vendor_rules_out():
    config = read_config({"icp": {"employees_max": 50}})
    _, outcome, saved = await heard(
        account(),
        told(SignalsFound(signals=(JOB,)), "website"),
        bought=told(CompanyFacts(employees=70)),
        config=config,
    )
    assert isinstance(outcome, Skip)
    assert [one.title for one in saved] == ["Cook"]


async def test_where_nothing_can_be_bought_that_is_told_and_nobody_is_listened_to_any_more():
    with pytest.raises(ProviderDown):
        await heard(account(), bought=ProviderDown())


async def test_a_trial_knows_what_happened_before():
    of = account()
    known = signal(of.id, "news", NOW.date() - timedelta(days=3), "Moved", None, "website", NOW)
    ctx, _, _ = await heard(
        of,
        config=read_config({"waterfall": {"buy": "decisive"}}),
        score=lambda request: Score(
            lead_id=request.lead_id, fit=0.5, intent=0.1, score=50, tier="B", model="m", reasons=()
        ),
        signals={of.id: [known]},
    )
    trials = [one for one in ctx.asked if not isinstance(one, EnrichCompany)]
    assert trials
    assert all([(one.kind, one.days_ago) for one in trial.signals] == [("news", 3)] for trial in trials)


LEI = "529900T8BM49AURSDO55"


def marks(outcome):
    return [(one.kind, one.value, one.source) for one in outcome.save if isinstance(one, AccountIdentifier)]


async def test_what_only_this_company_has_is_kept_from_whoever_told_it_first():
    _, outcome = await enrich(
        account(),
        told(CompanyFacts(employees=70, lei=LEI, cik="0000320193")),
        told(CompanyFacts(employees=70, lei=LEI, wikidata_id="Q42"), provider="wikidata"),
    )
    assert marks(outcome) == [
        ("lei", LEI, "wikidata"), ("wikidata", "Q42", "wikidata"), ("cik", "0000320193", "apollo"),
    ]  # fmt: skip


async def test_a_website_that_has_moved_is_kept_though_nobody_knows_the_company_or_it_is_not_the_customer():
    moved = told(CompanyFacts(domain="acme.com", leads_to="acme.org"), provider="website")
    _, outcome = await enrich(account(), None, moved)
    assert isinstance(outcome, Skip)
    assert marks(outcome) == [("domain", "acme.org", "website")]
    assert "leads_to" in {one.field for one in outcome.save if isinstance(one, Finding)}
    config = read_config({"icp": {"employees_max": 50}})
    for free in (moved, told(CompanyFacts(employees=99, leads_to="acme.org"), provider="website")):
        _, outcome = await enrich(account(), told(CompanyFacts(employees=70)), free, config=config)
        assert isinstance(outcome, Skip)
        assert marks(outcome) == [("domain", "acme.org", "website")]
