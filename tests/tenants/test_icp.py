from uuid import uuid4

import pytest
from pydantic import ValidationError

from tenants.icp import IdealCustomer, Persona, mismatch
from tenants.records import Account


def account(**facts):
    return Account(id=uuid4(), identity_key="domain:acme.com", name="Acme", source="test", **facts)


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
