"""The findings ledger: no cost is lost, and the right value stands."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.core.ledger import NOTHING, Ledger, findings_in, identifiers_of, split_cost
from actors.core.questions import Answer, CompanyFacts
from tenants.policies import FieldPolicy
from tenants.records import PERSON, Account, Finding, Firmographics
from tests.fakes.context import NOW


def account(**facts):
    given_facts = {"id": uuid4(), "identity_key": "domain:acme.com", "name": "Acme", "source": "list.csv"}
    return Account(**given_facts | {"domain": "acme.com"} | facts)


def told(provider="apollo", cost="0", confidence=0.8, quotes=None, **facts):
    return Answer(
        provider=provider,
        content=CompanyFacts(**facts),
        cost_usd=Decimal(cost),
        evidence="record 7",
        confidence=confidence,
        quotes=quotes or {},
        licence="theirs",
        keeps_for_days=30,
    )


def standing(of, field, value, provider="apollo", confidence=0.8, age_days=10, keeps_for_days=90):
    return Finding(
        subject_id=of.id,
        field=field,
        value=value,
        provider=provider,
        evidence="",
        confidence=confidence,
        cost_usd=Decimal(0),
        found_at=NOW - timedelta(days=age_days),
        expires_at=NOW + timedelta(days=keeps_for_days - age_days),
        is_current=True,
    )


def taken(of, *answers, before=(), **policies):
    ledger = Ledger(of, before, policies, NOW)
    for answer in answers:
        ledger.take(answer)
    return ledger


def stands(ledger):
    return {one.field: one.provider for one in ledger.found if one.is_current}


def test_a_value_has_its_words_its_terms_and_its_time():
    of = account()
    (one,) = findings_in(told(employees=70, cost="0.05", quotes={"employees": "70 people"}), of.id, NOW)
    assert one == Finding(
        subject_id=of.id,
        field="employees",
        value=70,
        provider="apollo",
        evidence="record 7",
        confidence=0.8,
        cost_usd=Decimal("0.05"),
        found_at=NOW,
        quote="70 people",
        licence="theirs",
        expires_at=NOW + timedelta(days=30),
    )


def test_what_was_paid_for_nothing_is_written_down_as_that():
    (one,) = findings_in(told(cost="0.05"), uuid4(), NOW)
    assert (one.field, one.value, one.cost_usd) == (NOTHING, None, Decimal("0.05"))
    assert findings_in(told(), uuid4(), NOW) == []


def test_what_was_known_stays_and_the_first_who_knows_fills_a_gap():
    known = account(industry="Steel", open_jobs=0)
    ledger = taken(
        known,
        told("apollo", industry="Software", open_jobs=5),
        told("pdl", employees=70, name="Other", domain="other.com"),
        told("hunter", employees=99, city="Köln"),
    )
    assert ledger.account == known.model_copy(update={"employees": 70, "city": "Köln"})
    assert stands(ledger) == {"employees": "pdl", "city": "hunter"}
    assert len(ledger.found) == 7


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
    assert taken(account(), told(**facts)).account.model_dump().items() >= facts.items()


@pytest.mark.parametrize(
    ("policy", "confidence", "value"),
    [
        (FieldPolicy.FILL_EMPTY, 0.9, 70),
        (FieldPolicy.NEWER_WINS, 0.1, 90),
        (FieldPolicy.MORE_TRUSTED_WINS, 0.9, 90),
        (FieldPolicy.MORE_TRUSTED_WINS, 0.8, 70),
        (FieldPolicy.SUGGEST_ONLY, 0.9, 70),
    ],
)
def test_the_policy_of_a_field_says_which_value_stands(policy, confidence, value):
    of = account(employees=70)
    before = [standing(of, "employees", 70, confidence=0.8)]
    ledger = taken(of, told("pdl", confidence=confidence, employees=90), before=before, employees=policy)
    assert ledger.account.employees == value
    assert stands(ledger) == ({"employees": "pdl"} if value == 90 else {})
    assert [one.value for one in ledger.found] == [90]  # kept, whether or not it stands


@pytest.mark.parametrize("policy", FieldPolicy)
@pytest.mark.parametrize("keeps_for_days", [90, 5])
def test_what_a_person_wrote_stays_whatever_comes(policy, keeps_for_days):
    of = account(employees=70)
    before = [standing(of, "employees", 70, PERSON, 0.1, keeps_for_days=keeps_for_days)]
    ledger = taken(of, told(confidence=1.0, employees=90), before=before, employees=policy)
    assert ledger.account.employees == 70
    assert stands(ledger) == {}
    assert ledger.found[0].value == 90


def test_a_list_is_what_all_sources_saw_together_but_for_what_a_person_wrote():
    of = account()
    ledger = taken(
        of,
        told("dns", technologies=("HubSpot", "Stripe")),
        told("website", technologies=("hubspot", "Next.js")),
    )
    assert ledger.account.technologies == ("HubSpot", "Stripe", "Next.js")
    assert stands(ledger) == {"technologies": "dns"}
    written = account(technologies=("Rust",))
    before = [standing(written, "technologies", ["Rust"], PERSON)]
    assert taken(written, told(technologies=("Go",)), before=before).account.technologies == ("Rust",)
    one_only = taken(
        account(),
        told("dns", technologies=("A",)),
        told("website", technologies=("B",)),
        technologies=FieldPolicy.NEWER_WINS,
    )
    assert one_only.account.technologies == ("A",)


def test_a_suggestion_does_not_even_fill_a_gap():
    ledger = taken(account(), told(employees=90), employees=FieldPolicy.SUGGEST_ONLY)
    assert ledger.account.employees is None
    assert stands(ledger) == {}


def test_of_answers_of_one_run_none_is_newer_than_another():
    ledger = taken(
        account(), told("apollo", employees=70), told("pdl", employees=90), employees=FieldPolicy.NEWER_WINS
    )
    assert ledger.account.employees == 70


def test_a_value_that_came_with_a_list_gives_way_to_who_is_trusted_more_than_an_unknown_hand():
    by_trust = FieldPolicy.MORE_TRUSTED_WINS
    trusted = taken(account(employees=70), told(confidence=0.8, employees=90), employees=by_trust)
    doubted = taken(account(employees=70), told(confidence=0.4, employees=90), employees=by_trust)
    assert (trusted.account.employees, doubted.account.employees) == (90, 70)


def test_a_value_that_has_expired_is_missing_again_and_gives_way():
    of = account(employees=70, city="Bonn")
    before = [
        standing(of, "employees", 70, age_days=10, keeps_for_days=5),
        standing(of, "city", "Bonn", age_days=10, keeps_for_days=11),
    ]
    ledger = taken(of, before=before)
    assert ledger.missing(["employees", "city", "industry"]) == ["employees", "industry"]
    ledger.take(told(employees=90))
    assert ledger.account.employees == 90
    assert ledger.missing(["employees"]) == []


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


def test_what_only_one_company_has_is_kept_with_who_told_it_and_the_way_to_a_domain():
    of = account()
    answer = told(
        lei="529900T8BM49AURSDO55", leads_to="acme.org", quotes={"leads_to": "https://acme.com/ 301 …"}
    )
    found = identifiers_of(of, answer.content.model_dump(), answer)
    assert [(one.account_id, one.kind, one.value, one.source, one.evidence) for one in found] == [
        (of.id, "domain", "acme.org", "apollo", "https://acme.com/ 301 …"),
        (of.id, "lei", "529900T8BM49AURSDO55", "apollo", "record 7"),
    ]
    at_home = told(leads_to="acme.com")
    assert identifiers_of(of, at_home.content.model_dump(), at_home) == []
