from uuid import uuid4

import pytest
from pydantic import ValidationError

from tenants.icp import IdealCustomer, Persona, icp_hash, mismatch, without_exclusions
from tenants.records import Account


def account(**facts):
    return Account(
        **{"id": uuid4(), "identity_key": "domain:acme.com", "name": "Acme", "source": "test"} | facts
    )


def test_everybody_is_ideal_to_whom_nothing_matters():
    full = account(domain="acme.com", country="DE", industry="Steel", employees=3)
    assert mismatch(IdealCustomer(), full) is None


ICP = IdealCustomer(
    industries=("software", "Banking"),
    countries=("DE", "at"),
    employees_min=10,
    employees_max=100,
    excluded_domains=("rival.com",),
)


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"country": "DE", "industry": "Software", "employees": 10}, None),
        ({"country": "at", "industry": "Investment banking", "employees": 100}, None),
        ({"domain": "rival.com"}, "excluded domain"),
        ({"country": "FR"}, "country outside the ideal customer profile"),
        ({"industry": "Steel"}, "industry outside the ideal customer profile"),
        ({"employees": 9}, "too few employees"),
        ({"employees": 0}, "too few employees"),
        ({"employees": 101}, "too many employees"),
    ],
)
def test_an_account_that_is_not_ideal_is_told_why(facts, reason):
    assert mismatch(ICP, account(**facts)) == reason


def test_what_is_not_known_yet_does_not_speak_against_an_account():
    assert mismatch(ICP, account()) is None


def test_an_excluded_domain_is_excluded_however_it_is_written():
    icp = IdealCustomer(excluded_domains=("Rival.com", "https://www.other.com/"))
    for domain in ("rival.com", "other.com"):
        assert mismatch(icp, account(domain=domain)) == "excluded domain"


CHOOSY = IdealCustomer(
    cities=("Köln", "New York"),
    technologies=("Salesforce", "google_analytics", "C++"),
    funding_usd_min=1e6,
    funding_usd_max=5e6,
    open_jobs_min=3,
    founded_from=2000,
    founded_to=2020,
)


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"city": "koln"}, None),
        ({"city": "NEW YORK"}, None),
        ({"city": "York"}, "city outside the ideal customer profile"),
        ({"technologies": ("Python", "Google Analytics")}, None),
        ({"technologies": ("Salesforce Sales Cloud",)}, None),
        ({"technologies": ("c++",)}, None),
        (
            {"technologies": ("C#", "SalesforceKiller")},
            "none of the technologies of the ideal customer profile",
        ),
        ({"technologies": ()}, None),
        ({"funding_usd": 1e6}, None),
        ({"funding_usd": 999_999.0}, "too little funding"),
        ({"funding_usd": 0.0}, "too little funding"),
        ({"funding_usd": 5e6}, None),
        ({"funding_usd": 5e6 + 1}, "too much funding"),
        ({"open_jobs": 3}, None),
        ({"open_jobs": 0}, "too few open jobs"),
        ({"founded_year": 2000}, None),
        ({"founded_year": 1999}, "founded too early"),
        ({"founded_year": 2020}, None),
        ({"founded_year": 2021}, "founded too late"),
        ({}, None),
    ],
)
def test_place_technology_money_jobs_and_age_count_where_they_are_known(facts, reason):
    assert mismatch(CHOOSY, account(**facts)) == reason


EXCLUDING = IdealCustomer(
    countries=("DE",),
    excluded_domains=("old.com",),
    excluded_names=("Rival & Söhne GmbH",),
    competitors=("https://rival.com/", "both.com"),
)


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"domain": "rival.com", "country": "DE"}, "competitor"),
        ({"domain": "rival.com", "country": "FR"}, "competitor"),
        ({"domain": "old.com", "country": "FR"}, "excluded domain"),
        ({"name": "RIVAL and Sohne", "country": "DE"}, "excluded name"),
        ({"name": "Rival"}, None),
        ({"domain": "unrivalled.com"}, None),
    ],
)
def test_exclusions_and_competitors_have_the_last_word(facts, reason):
    assert mismatch(EXCLUDING, account(**facts)) == reason


@pytest.mark.parametrize(
    "wrong",
    [
        {"excluded_names": [" "]},
        {"funding_usd_min": 2, "funding_usd_max": 1},
        {"founded_from": 2021, "founded_to": 2020},
        {"funding_usd_min": float("nan")},
        {"open_jobs_min": -1},
    ],
)
def test_what_no_company_can_match_is_refused(wrong):
    with pytest.raises(ValidationError):
        IdealCustomer(**wrong)


def test_a_profile_is_known_by_its_hash_however_its_lists_are_ordered():
    one = IdealCustomer(countries=("DE", "FR"), keywords=("a", "b"), employees_min=0)
    assert icp_hash(one) == icp_hash(
        IdealCustomer(keywords=("b", "a"), countries=("fr", "de"), employees_min=0)
    )
    others = [
        IdealCustomer(),
        IdealCustomer(countries=("DE",), keywords=("a", "b"), employees_min=0),
        IdealCustomer(countries=("DE", "FR"), keywords=("a", "b")),
        IdealCustomer(countries=("DE", "FR"), industries=("a", "b"), employees_min=0),
        one.model_copy(update={"competitors": ("rival.com",)}),
    ]
    assert len({icp_hash(each) for each in (one, *others)}) == 6


def test_whom_a_profile_excludes_is_no_part_of_the_search():
    search = without_exclusions(EXCLUDING)
    assert search == IdealCustomer(countries=("DE",))


def test_an_industry_is_found_as_a_word_and_not_within_another():
    icp = IdealCustomer(industries=("IT",))
    assert mismatch(icp, account(industry="IT services")) is None
    assert mismatch(icp, account(industry="Hospitality")) is not None


@pytest.mark.parametrize("country", ["Germany", "D", "D1", ""])
def test_a_country_that_is_no_code_is_refused_and_named(country):
    with pytest.raises(ValidationError, match=f"'{country}' is not a country code"):
        IdealCustomer(countries=("DE", country))


@pytest.mark.parametrize("country", ["UK", "ZZ"])
def test_a_code_that_no_company_can_ever_have_does_not_silently_reject_them_all(country):
    try:
        icp = IdealCustomer(countries=(country,))
    except ValidationError:
        return
    assert mismatch(icp, account(country="GB")) is None


def test_sizes_are_not_negative_and_unknown_words_are_refused():
    with pytest.raises(ValidationError):
        IdealCustomer(employees_min=-1)
    with pytest.raises(ValidationError):
        IdealCustomer(industry=("software",))
    with pytest.raises(ValidationError):
        Persona(title=("CEO",))
