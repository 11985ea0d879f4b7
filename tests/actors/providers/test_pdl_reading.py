"""Companies and people as People Data Labs describes them."""

from decimal import Decimal
from typing import Any

import pytest

from actors.core.provider import Heard
from actors.core.questions import CompanyFacts, PersonFound
from actors.providers.pdl_reading import (
    KNOWS,
    company,
    confidence,
    credits_spent,
    has_left,
    is_called,
    person,
)

COMPANY = {
    "status": 200,
    "id": "abc",
    "name": "Acme Tools",
    "display_name": "ACME Tools",
    "website": "www.acme.de",
    "industry": "Marketing And Advertising",
    "location": {"country": "Germany", "locality": "Berlin"},
    "employee_count": 120,
    "founded": 1999,
    "total_funding_raised": 5_000_000,
    "summary": "Tools For Everybody.",
    "ticker": "acm",
    "linkedin_url": "linkedin.com/company/acme",
    "employee_growth_rate": {"12_month": -0.05},
    "latest_funding_stage": "series_a",
    "last_funding_date": "2022-05-02",
    "likelihood": 9,
}
PERSON = {
    "id": "qEnOZ5Oh0poWnQ1luFBfVw_0000",
    "first_name": "Ann",
    "last_name": "Lee",
    "job_title": "Head Of Sales",
    "job_title_levels": ["Director"],
    "job_title_role": "Sales",
    "job_company_website": "acme.de",
    "work_email": "Ann.Lee@acme.de",
    "linkedin_url": "linkedin.com/in/ann-lee",
    "location_country": "Germany",
}


def test_a_company() -> None:
    facts = company(COMPANY)
    assert facts == CompanyFacts(
        name="ACME Tools",
        domain="acme.de",
        industry="marketing & advertising",
        country="DE",
        city="Berlin",
        employees=120,
        founded_year=1999,
        funding_usd=5e6,
        description="Tools For Everybody.",
        ticker="ACM",
        linkedin_url="https://www.linkedin.com/company/acme",
        headcount_growth=-0.05,
        funding_stage="Series A",
        last_funding_on="2022-05-02",
    )
    assert {name for name, value in facts.model_dump().items() if value is not None} == KNOWS | {"domain"}


def test_one_odd_field_does_not_spoil_a_company() -> None:
    odd = {
        "name": "Acme",
        "location": "Berlin",
        "employee_count": "11-50",
        "employee_growth_rate": [],
        "founded": "",
    }
    assert company(odd) == CompanyFacts(name="Acme")


def test_a_person() -> None:
    assert person(PERSON) == PersonFound(
        provider_id="qEnOZ5Oh0poWnQ1luFBfVw_0000",
        first_name="Ann",
        last_name="Lee",
        title="Head Of Sales",
        seniority="director",
        department="sales",
        country="DE",
        linkedin_url="https://www.linkedin.com/in/ann-lee",
        email="ann.lee@acme.de",
        email_status="unknown",
        has_email=True,
    )


def test_an_address_that_is_only_said_to_be_there_is_none() -> None:
    shown = person({**PERSON, "work_email": True})
    assert (shown.email, shown.email_status, shown.has_email) == (None, None, True)
    none = person({**PERSON, "work_email": None})
    assert (none.email, none.email_status, none.has_email) == (None, None, False)


@pytest.mark.parametrize(
    ("levels", "seniority"),
    [
        (["cxo"], "c_suite"),
        (["manager", "Owner"], "owner"),
        (["vp", "senior"], "vp"),
        (["training"], "intern"),
        (["emperor"], None),
        ([], None),
        (None, None),
        ("vp", None),
    ],
)
def test_seniority_in_our_words(levels: Any, seniority: str | None) -> None:
    assert person({"job_title_levels": levels}).seniority == seniority


@pytest.mark.parametrize(
    ("record", "department"),
    [
        ({"job_title_role": "Human Resources"}, "hr"),
        ({"job_title_role": "customer_service"}, "support"),
        ({"job_title_role": "engineering", "job_title_sub_role": "information_technology"}, "it"),
        ({"job_title_role": "engineering", "job_title_sub_role": "software"}, "engineering"),
        ({"job_title_role": None, "job_title_levels": ["cxo"]}, "executive"),
        ({"job_title_role": None, "job_title_levels": ["vp"]}, None),
    ],
)
def test_department_in_our_words(record: dict[str, Any], department: str | None) -> None:
    assert person(record).department == department


@pytest.mark.parametrize(
    ("record", "left"),
    [
        ({"job_company_website": "acme.de"}, False),
        ({"job_company_website": "www.acme.de"}, False),
        ({"job_company_website": "other.com"}, True),
        ({"job_company_website": "other.com", "work_email": "ann@acme.de"}, False),
        ({"job_company_website": "other.com", "work_email": True}, True),
        ({"job_company_website": None}, False),
    ],
)
def test_who_works_elsewhere_by_now(record: dict[str, Any], left: bool) -> None:
    assert has_left(record, "acme.de") == left


@pytest.mark.parametrize(
    ("name", "same"),
    [("Acme Tools GmbH", True), ("ACME TOOLS", True), ("Acme", False), ("Acme Tools Holding", False)],
)
def test_the_same_name(name: str, same: bool) -> None:
    assert is_called(COMPANY, name) == same


@pytest.mark.parametrize(
    ("likelihood", "sure"),
    [(10, 1.0), (6, 0.6), (1, 0.1), (0, None), (11, None), ("10", None), (None, None), (True, None)],
)
def test_confidence(likelihood: Any, sure: float | None) -> None:
    assert confidence({"likelihood": likelihood}) == sure


@pytest.mark.parametrize(
    ("header", "spent"),
    [
        ("1", 1),
        ("0", 0),
        ("12.5", Decimal("12.5")),
        (None, None),
        ("", None),
        ("one", None),
        ("-1", None),
        ("NaN", None),
    ],
)
def test_the_credits_in_the_header(header: str | None, spent: Any) -> None:
    headers = {} if header is None else {"x-call-credits-spent": header}
    assert credits_spent(Heard(200, headers, b"")) == spent
