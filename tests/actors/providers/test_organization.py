"""An organization in JSON-LD, as it is meant and as people write it."""

from typing import Any

import pytest

from actors.providers.organization import facts_of, own_organization, quote


def is_own(url: str) -> bool:
    return url.startswith("https://acme.com")


@pytest.mark.parametrize(
    ("nodes", "name"),
    [
        ([], None),
        ([{"@type": "WebSite", "name": "A"}, {"@type": "Person", "name": "B"}], None),
        ([{"@type": "WebSite", "name": "A"}, {"@type": "Organization", "name": "B"}], "B"),
        ([{"@type": "Organization", "name": "A"}, {"@type": "Corporation", "name": "B"}], "A"),
        ([{"@type": ["Brand", "https://schema.org/Dentist"], "name": "A"}], "A"),
        ([{"@type": "StoreManager", "name": "A"}], None),
        # a customer's praise beside the company itself
        (
            [
                {"@type": "Organization", "name": "A", "url": "https://customer.example/"},
                {"@type": "Organization", "name": "B", "url": "https://acme.com/"},
            ],
            "B",
        ),
        ([{"@type": "Organization", "name": "A", "url": "https://acme.de/"}], "A"),
        ([{"@type": "Organization", "name": "A", "url": 5}, {"@type": "Organization", "name": "B"}], "A"),
    ],
)
def test_the_company_itself(nodes: list[dict[str, Any]], name: str | None) -> None:
    assert own_organization(nodes, is_own).get("name") == name


def test_everything_that_can_be_told() -> None:
    facts = facts_of(
        {
            "name": "Smith &amp; Sons",
            "legalName": "Smith &amp; Sons Ltd",
            "description": " Makes nails\n",
            "foundingDate": "1998-05-01",
            "numberOfEmployees": {"value": 120},
            "telephone": "+44 20 7946 0123",
            "address": {"addressLocality": "K&ouml;ln", "addressCountry": "DE"},
            "sameAs": ["https://x.com/acme", "https://www.linkedin.com/company/smith-sons/about/?x=1"],
            "founder": {"@type": "Person", "name": "Ann Smith"},
            "employee": [{"@type": "Person", "name": "Bob Smith"}],
        }
    )
    assert facts == {
        "name": "Smith & Sons",
        "legal_name": "Smith & Sons Ltd",
        "country": "DE",
        "city": "Köln",
        "employees": 120,
        "founded_year": 1998,
        "phone": "+44 20 7946 0123",
        "linkedin_url": "https://www.linkedin.com/company/smith-sons",
        "description": "Makes nails",
    }


def test_nothing_is_told() -> None:
    assert set(facts_of({}).values()) == {None}


@pytest.mark.parametrize(
    ("organization", "phone"),
    [
        ({"telephone": "(030) 1234-567"}, "(030) 1234-567"),
        ({"telephone": "tel:+49301234567"}, "+49301234567"),
        ({"telephone": ["+49 30 1", "+49 30 2"]}, "+49 30 1"),
        ({"telephone": "+49 1"}, None),
        ({"telephone": "+1 555 0100 ext. 12"}, "+1 555 0100 ext. 12"),
        ({"telephone": "call Ann at 030 1234567"}, None),
        ({"telephone": "-----"}, None),
        ({"telephone": 49301234567}, None),
        ({"contactPoint": {"telephone": "+49 30 1234567", "name": "Ann"}}, "+49 30 1234567"),
        ({"contactPoint": [{"telephone": "+49 30 1"}, {"telephone": "+49 30 2"}]}, "+49 30 1"),
        ({"contactPoint": "Ann"}, None),
    ],
)
def test_phone(organization: dict[str, Any], phone: str | None) -> None:
    assert facts_of(organization)["phone"] == phone


@pytest.mark.parametrize(
    ("same_as", "url"),
    [
        ("https://linkedin.com/company/acme", "https://linkedin.com/company/acme"),
        ([5, None, "http://de.linkedin.com/company/acme-2/"], "http://de.linkedin.com/company/acme-2"),
        (["https://www.linkedin.com/in/ann-lee"], None),
        (["https://evil.example/linkedin.com/company/acme"], None),
        (["https://linkedin.com.evil.example/company/acme"], None),
        ({"@id": "https://linkedin.com/company/acme"}, None),
        (None, None),
    ],
)
def test_linkedin(same_as: Any, url: str | None) -> None:
    assert facts_of({"sameAs": same_as})["linkedin_url"] == url


def test_a_quote_is_short_and_in_one_line() -> None:
    assert quote({"numberOfEmployees": {"value": 5}}) == '{"numberOfEmployees":{"value":5}}'
    assert len(quote({"numberOfEmployees": "5\n" * 500})) == 200
    assert "\n" not in quote({"numberOfEmployees": "5\n" * 500})
