"""Companies and people as Apollo describes them."""

from typing import Any

import pytest

from actors.core.questions import CompanyFacts
from actors.providers.apollo_reading import KNOWS, company, costs_a_credit, person


@pytest.mark.parametrize(
    ("organization", "facts"),
    [
        ({"organization_headcount_twelve_month_growth": 24.6}, {"headcount_growth": 0.246}),
        ({"organization_headcount_twelve_month_growth": -7}, {"headcount_growth": -0.07}),
        ({"organization_headcount_twelve_month_growth": 0}, {"headcount_growth": 0.0}),
        ({"organization_headcount_twelve_month_growth": None}, {}),
        ({"phone": "+1 800", "primary_phone": {"number": "+1 900"}}, {"phone": "+1 800"}),
        ({"phone": None, "primary_phone": {"number": "+1 900"}}, {"phone": "+1 900"}),
        ({"phone": None, "primary_phone": []}, {}),
        ({"publicly_traded_symbol": "MSFT"}, {"ticker": "MSFT"}),
        ({"technology_names": []}, {}),
        ({"technology_names": ["SAP"]}, {"technologies": ("SAP",)}),
        ({"latest_funding_stage": "Series D"}, {"funding_stage": "Series D"}),
    ],
)
def test_what_enrichment_tells_beyond_the_firm(organization: dict[str, Any], facts: dict[str, Any]) -> None:
    assert company({"name": "Acme", **organization}) == CompanyFacts(name="Acme", **facts)


def test_every_field_that_may_be_filled_is_filled_where_apollo_tells_all() -> None:
    told = company(
        {
            "name": "Acme",
            "primary_domain": "acme.com",
            "industry": "machinery",
            "country": "Germany",
            "city": "Berlin",
            "estimated_num_employees": 12,
            "founded_year": 1999,
            "annual_revenue": 1e6,
            "total_funding": 2e6,
            "technology_names": ["SAP"],
            "short_description": "Tools.",
            "publicly_traded_symbol": "ACM",
            "phone": "+49 30 1",
            "linkedin_url": "http://www.linkedin.com/company/acme",
            "organization_headcount_twelve_month_growth": 5,
            "latest_funding_stage": "Seed",
            "latest_funding_round_date": "2026-01-01T00:00:00.000+00:00",
        }
    )
    filled = {name for name, value in told.model_dump().items() if value is not None}
    assert filled == KNOWS | {"domain"}


@pytest.mark.parametrize(
    ("found", "costs"),
    [
        ({"id": "p1", "first_name": "Ann", "last_name": "Lee"}, False),
        ({"id": "p1", "email": "email_not_unlocked@domain.com"}, False),
        ({"id": "p1", "email": "ann@acme.example"}, True),
        ({"id": "p1", "title": "CEO"}, True),
        ({"id": "p1", "city": "Berlin"}, True),
        ({"id": "p1", "country": "Germany"}, True),
    ],
)
def test_a_name_alone_costs_nothing(found: dict[str, Any], costs: bool) -> None:
    assert costs_a_credit(found) == costs


def test_the_sole_duty_of_chiefs_is_what_they_lead() -> None:
    chief = {"departments": ["c_suite"], "functions": ["human_resources"]}
    assert person(chief).department == "hr"
