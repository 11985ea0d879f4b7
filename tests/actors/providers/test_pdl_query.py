"""Ideal customers and personas as People Data Labs is asked for them."""

import json
from pathlib import Path
from typing import Any

import pytest

from actors.core.errors import QuestionRefused
from actors.providers.pdl_query import companies, country_name, people
from tenants.countries import english_names
from tenants.icp import IdealCustomer, Persona


def bool_of(query: str) -> dict[str, Any]:
    parsed = json.loads(query)
    assert parsed.keys() == {"query"}
    inner: dict[str, Any] = parsed["query"]["bool"]
    return inner


def test_the_ideal_customer() -> None:
    icp = IdealCustomer(
        industries=("Marketing & Advertising",),
        keywords=("seo",),
        countries=("DE", "TR"),
        employees_min=11,
        employees_max=200,
        excluded_domains=("https://rival.com/",),
    )
    assert bool_of(companies(icp)) == {
        "must": [
            {"exists": {"field": "website"}},
            {
                "bool": {
                    "should": [
                        {"terms": {"industry": ["marketing & advertising", "marketing and advertising"]}},
                        {"term": {"tags": "marketing & advertising"}},
                        {"match_phrase": {"summary": "marketing & advertising"}},
                        {"terms": {"industry": ["seo"]}},
                        {"term": {"tags": "seo"}},
                        {"match_phrase": {"summary": "seo"}},
                    ]
                }
            },
            {"terms": {"location.country": ["germany", "turkey"]}},
            {"range": {"employee_count": {"gte": 11, "lte": 200}}},
        ],
        "must_not": [{"terms": {"website": ["rival.com"]}}],
    }


def test_an_ideal_customer_without_wishes_still_has_a_website() -> None:
    assert bool_of(companies(IdealCustomer())) == {"must": [{"exists": {"field": "website"}}]}


def test_nothing_that_stands_in_a_query_ends_it() -> None:
    nasty = 'saas"}}]}} OR 1=1 --\\'
    query = bool_of(companies(IdealCustomer(keywords=(nasty,))))
    assert query["must"][1]["bool"]["should"][1] == {"term": {"tags": nasty.lower()}}
    assert len(query["must"]) == 2
    titles = bool_of(people("acme.com", Persona(titles=(nasty,))))["must"][1]
    assert " ".join(one["match"]["job_title"] for one in titles["bool"]["should"][0]["bool"]["must"]) == (
        nasty.lower()
    )


def test_the_persona() -> None:
    persona = Persona(titles=("Head of Sales", "CRO"), seniorities=("head", "c_suite", "director", "wizard"))
    assert bool_of(people("acme.com", persona)) == {
        "must": [
            {"term": {"job_company_website": "acme.com"}},
            {
                "bool": {
                    "should": [
                        {
                            "bool": {
                                "must": [{"match": {"job_title": "head"}}, {"match": {"job_title": "sales"}}]
                            }
                        },
                        {"bool": {"must": [{"match": {"job_title": "cro"}}]}},
                    ]
                }
            },
            {"terms": {"job_title_levels": ["cxo", "director"]}},
        ]
    }


def test_a_persona_without_wishes_is_anybody_there() -> None:
    assert bool_of(people("acme.com", Persona())) == {"must": [{"term": {"job_company_website": "acme.com"}}]}


def test_a_country_that_there_is_not_is_refused() -> None:
    with pytest.raises(QuestionRefused, match="XY"):
        companies(IdealCustomer.model_construct(countries=("XY",)))


@pytest.mark.dataset
def test_countries_are_called_as_the_api_description_calls_them(dataset: Any) -> None:
    described = Path(dataset("providers/pdl/company-endpoints.yml")).read_text()
    listed = described.split("The company's current HQ country", 1)[0].rsplit("enum:", 1)[1]
    known = {line.strip().removeprefix("- ").strip("'\"") for line in listed.splitlines()}
    unknown = {code for code in english_names() if country_name(code) not in known}
    # islands and territories that the description does not list at all
    assert unknown <= {"AC", "CP", "CQ", "DG", "EA", "IC", "TA"}
    assert len(known) > 200
