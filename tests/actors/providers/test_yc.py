"""Y Combinator: its list, whom it finds, the simulator that publishes one, and real companies."""

import asyncio
import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actors.core.errors import AgentError, AnswerGarbled, ProviderDown
from actors.core.provider import Link, Reply
from actors.core.questions import (
    CompanyFacts,
    CompanyPage,
    CompanyPreview,
    EnrichCompany,
    FindCompanies,
    PreviewCompanies,
)
from actors.providers.yc import PROVIDER, enrich_company, find_companies, preview_companies
from actors.simulator import yc as simulated
from actors.simulator.company import Company
from actors.simulator.world import World
from tenants.icp import IdealCustomer
from tests.actors.providers.conftest import Answering

MISS = Reply(None)


def listed(**fields: Any) -> Any:
    """A company on the list, with what a test is about."""
    return {
        "id": 1,
        "name": "Acme",
        "slug": "acme",
        "website": "https://www.acme.com/",
        "all_locations": "Austin, TX, USA; Remote",
        "long_description": "Acme makes everything.",
        "one_liner": "Robots for warehouses",
        "team_size": 40,
        "industry": "B2B",
        "subindustry": "B2B -> Supply Chain and Logistics",
        "industries": ["B2B", "Supply Chain and Logistics"],
        "launched_at": 1_300_000_000,
        "tags": ["SaaS", "Robotics"],
        "isHiring": True,
        "batch": "Winter 2016",
        "status": "Active",
        "regions": ["United States of America", "America / Canada", "Remote"],
        **fields,
    }


def publishing(vendor: Callable[..., Link], *companies: Any) -> tuple[Link, list[httpx.Request]]:
    """The way to a list of these companies, and how often it was fetched."""
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json=list(companies))

    return vendor(answer, key=None), asked


async def facts_of(vendor: Callable[..., Link], **fields: Any) -> CompanyFacts:
    link, _ = publishing(vendor, listed(**fields))
    content = (await enrich_company(link, EnrichCompany(domain="acme.com"))).content
    assert isinstance(content, CompanyFacts)
    return content


async def names_of(link: Link, **icp: Any) -> list[str | None]:
    """The names of the companies that a search finds."""
    question = FindCompanies(icp=IdealCustomer(**icp), page=1, per_page=100)
    page = (await find_companies(link, question)).content
    assert isinstance(page, CompanyPage)
    assert page.total == len(page.companies)
    return [company.name for company in page.companies]


# What the list means


async def test_a_company_in_our_words(vendor: Callable[..., Link]) -> None:
    link, asked = publishing(vendor, listed(), listed(name="Other", website="https://other.com"))
    reply = await enrich_company(link, EnrichCompany(domain="acme.com", name="Whatever"))
    assert reply.content == CompanyFacts(
        name="Acme",
        domain="acme.com",
        industry="B2B, Supply Chain and Logistics",
        country="US",
        city="Austin",
        employees=40,
        description="Robots for warehouses",
    )
    assert reply.content.model_dump(exclude_none=True).keys() - {"domain"} == PROVIDER.knows
    assert (reply.credits, "acme" in reply.evidence) == (0, True)
    assert [request.url.path for request in asked] == ["/v1/companies/all.json"]


async def test_when_it_was_launched_there_and_that_it_hires_say_nothing_of_founding_and_jobs(
    vendor: Callable[..., Link],
) -> None:
    facts = await facts_of(vendor)
    assert (facts.founded_year, facts.open_jobs) == (None, None)


@pytest.mark.parametrize(("size", "employees"), [(None, None), (0, None), (1, 1), ("40", None), (-3, None)])
async def test_a_team_that_nobody_counted_has_no_size(
    vendor: Callable[..., Link], size: Any, employees: int | None
) -> None:
    assert (await facts_of(vendor, team_size=size)).employees == employees


@pytest.mark.parametrize(
    ("locations", "regions", "city", "country"),
    [
        ("San Francisco, CA, USA; Berlin, BE, Germany", [], "San Francisco", "US"),
        ("Waterloo, ON, Canada", [], "Waterloo", "CA"),
        ("London, England, United Kingdom", [], "London", "GB"),
        ("Remote; Paris, Île-de-France, France", [], "Paris", "FR"),
        ("Singapore, Singapore", [], "Singapore", "SG"),
        ("Singapore", [], None, "SG"),
        ("MH, India", [], None, "IN"),
        ("", ["America / Canada", "Sweden", "Europe"], None, "SE"),
        ("Remote", ["Remote", "Fully Remote"], None, None),
        (None, None, None, None),
        (["Berlin"], "Germany", None, None),
    ],
)
async def test_a_company_is_at_its_first_place(
    vendor: Callable[..., Link], locations: Any, regions: Any, city: str | None, country: str | None
) -> None:
    facts = await facts_of(vendor, all_locations=locations, regions=regions)
    assert (facts.city, facts.country) == (city, country)


@pytest.mark.parametrize(
    ("status", "is_at_work"),
    [
        ("Active", True),
        ("Public", True),
        ("Inactive", False),
        ("Acquired", False),
        (None, False),
        ([], False),
    ],
)
async def test_only_companies_at_work_are_told(
    vendor: Callable[..., Link], status: Any, is_at_work: bool
) -> None:
    other = listed(name="Other", website="https://other.com")
    link, _ = publishing(vendor, listed(status=status), other)
    reply = await enrich_company(link, EnrichCompany(domain="acme.com"))
    assert (reply.content is not None) == is_at_work
    assert await names_of(link) == ["Acme", "Other"][0 if is_at_work else 1 :]


async def test_a_domain_of_several_companies_tells_none_of_them(vendor: Callable[..., Link]) -> None:
    link, _ = publishing(vendor, listed(), listed(name="Acme Two", website="http://acme.com"))
    assert await enrich_company(link, EnrichCompany(domain="acme.com")) == MISS
    assert await names_of(link) == ["Acme", "Acme Two"]


@pytest.mark.parametrize("domain", [None, "unknown.com", "github.com"])
async def test_other_companies_are_a_miss(vendor: Callable[..., Link], domain: str | None) -> None:
    link, _ = publishing(vendor, listed(), listed(website="https://github.com/acme"), listed(website=""))
    assert await enrich_company(link, EnrichCompany(domain=domain, name="Acme", country="US")) == MISS


# Whom it finds


@pytest.fixture
def three(vendor: Callable[..., Link]) -> Link:
    link, _ = publishing(
        vendor,
        listed(name="Robots"),
        listed(
            name="Bank",
            all_locations="Berlin, BE, Germany",
            team_size=300,
            industries=["Fintech", "Payments"],
            one_liner="Payments for SaaS companies",
            tags=["Payments"],
        ),
        listed(
            name="Uncounted",
            all_locations="",
            regions=[],
            team_size=None,
            industries=[],
            industry="Unspecified",
        ),
    )
    return link


@pytest.mark.parametrize(
    ("icp", "names"),
    [
        ({}, ["Robots", "Bank", "Uncounted"]),
        ({"countries": ("DE",)}, ["Bank"]),
        ({"countries": ("DE", "US")}, ["Robots", "Bank"]),
        ({"industries": ("fintech", "retail")}, ["Bank"]),
        ({"industries": ("supply chain",)}, ["Robots"]),
        ({"industries": ("tech",)}, []),  # whole words
        ({"keywords": ("robotics",)}, ["Robots", "Uncounted"]),
        ({"keywords": ("saas",)}, ["Robots", "Bank", "Uncounted"]),
        ({"keywords": ("robots",), "countries": ("US",)}, ["Robots"]),
        ({"employees_min": 40}, ["Robots", "Bank"]),
        ({"employees_min": 41}, ["Bank"]),
        ({"employees_max": 40}, ["Robots"]),
        ({"employees_max": 0}, []),
        ({"employees_min": 50, "employees_max": 250}, []),
    ],
)
async def test_a_search_finds_those_that_are_known_to_match(three: Link, icp: Any, names: list[str]) -> None:
    assert await names_of(three, **icp) == names


async def test_a_search_has_pages_and_a_preview(vendor: Callable[..., Link]) -> None:
    link, asked = publishing(vendor, *(listed(name=f"C{number}") for number in range(25)))
    pages = [
        (await find_companies(link, FindCompanies(icp=IdealCustomer(), page=page, per_page=10))).content
        for page in (1, 2, 3, 4)
    ]
    assert all(isinstance(page, CompanyPage) and page.total == 25 for page in pages)
    names = [[one.name for one in page.companies] for page in pages if isinstance(page, CompanyPage)]
    assert names == [
        [f"C{n}" for n in range(10)],
        [f"C{n}" for n in range(10, 20)],
        [f"C{n}" for n in range(20, 25)],
        [],
    ]
    preview = (await preview_companies(link, PreviewCompanies(icp=IdealCustomer()))).content
    assert isinstance(preview, CompanyPreview)
    assert preview.total == 25
    assert [one.name for one in preview.sample] == names[0][: len(preview.sample)]
    assert len(asked) == 1


# The list as a file


async def test_the_list_is_fetched_once_for_many_questions(vendor: Callable[..., Link]) -> None:
    link, asked = publishing(vendor, listed())
    await asyncio.gather(*(enrich_company(link, EnrichCompany(domain="acme.com")) for _ in range(30)))
    assert len(asked) == 1


@pytest.mark.parametrize("companies", [[], [{}], [listed(status="Inactive")]])
async def test_a_list_without_companies_at_work_is_not_kept_but_garbled(
    vendor: Callable[..., Link], companies: Any
) -> None:
    link, asked = publishing(vendor, *companies)
    for _ in range(2):
        with pytest.raises(AnswerGarbled):
            await enrich_company(link, EnrichCompany(domain="acme.com"))
    assert len(asked) == 2


async def test_a_list_of_more_than_two_megabytes_is_read(vendor: Callable[..., Link]) -> None:
    long = listed(long_description="x" * 50_000)
    assert len(json.dumps([long] * 90)) > 4_000_000
    link, _ = publishing(vendor, *([long] * 90))
    assert len(await names_of(link, countries=("US",))) == 90


_VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.text(max_size=8),
    st.lists(st.text(max_size=8) | st.integers(), max_size=3),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)


@settings(max_examples=200, deadline=None)
@given(fields=st.dictionaries(st.sampled_from(sorted(listed().keys() - {"status"})), _VALUES, max_size=6))
def test_whatever_the_list_says_it_is_a_reply_or_a_typed_error(fields: Any) -> None:
    async def ask() -> list[Reply | AgentError]:
        link = Link(
            Answering(lambda _: httpx.Response(200, json=[listed(**fields)])), "https://v.example", None
        )
        icp = IdealCustomer(countries=("US",), industries=("B2B",), keywords=("robots",), employees_min=1)
        return [
            await enrich_company(link, EnrichCompany(domain="acme.com")),
            await find_companies(link, FindCompanies(icp=icp, page=1, per_page=10)),
        ]

    for reply in asyncio.run(ask()):
        assert isinstance(reply, Reply)
        if reply.content is not None:
            kind = type(reply.content)
            assert kind.model_validate(reply.content.model_dump(mode="json")) == reply.content


# With the simulator


def truth_of(company: Company) -> CompanyFacts:
    return CompanyFacts(
        name=company.name,
        domain=company.domain,
        industry=", ".join(simulated.industries(company)),
        country=company.country,
        city=company.city if simulated.is_placed(company) else None,
        employees=company.employees if simulated.is_counted(company) else None,
        description=company.one_liner,
    )


async def test_the_simulators_companies_are_told_truly(way: Callable[[str], Link], world: World) -> None:
    link = way("yc")
    at_work = [company for company in world.companies if simulated.is_listed(company)]
    assert len(at_work) > 100
    for company in at_work:
        content = (await enrich_company(link, EnrichCompany(domain=company.domain))).content
        assert content == truth_of(company)
    for company in world.companies:
        if not simulated.is_listed(company):
            assert await enrich_company(link, EnrichCompany(domain=company.domain)) == MISS
    icp = IdealCustomer(countries=("DE", "GB"), employees_min=11, employees_max=500)
    wanted = {
        company.domain
        for company in at_work
        if company.country in icp.countries
        and 11 <= company.employees <= 500
        and simulated.is_counted(company)
    }
    page = (await find_companies(link, FindCompanies(icp=icp, page=1, per_page=400))).content
    assert isinstance(page, CompanyPage)
    assert len(wanted) > 5
    assert {company.domain for company in page.companies} == wanted
    assert page.total == len(wanted)


async def test_the_simulators_troubles_are_typed(
    simulator: Any, vendor: Callable[..., Link], way: Callable[[str], Link], behave: Callable[..., None]
) -> None:
    behave("yc", outage=True)
    with pytest.raises(ProviderDown):
        await enrich_company(way("yc"), EnrichCompany(domain="acme.com"))


# With real companies


@pytest.mark.dataset
async def test_real_companies_are_read(dataset: Callable[[str], Path], vendor: Callable[..., Link]) -> None:
    """The list as YC has it, put together again from a table of it."""
    with dataset("companies/yc.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    lists = ("regions", "industries", "tags")
    companies = [
        listed(
            **row
            | {name: row[name].split("; ") for name in lists}
            | {"team_size": int(row["team_size"]) if row["team_size"] else None}
        )
        for row in rows
    ]
    link, _ = publishing(vendor, *companies)
    at_work = [row for row in rows if row["status"] in {"Active", "Public"}]
    question = FindCompanies(icp=IdealCustomer(), page=1, per_page=10_000)
    page = (await find_companies(link, question)).content
    assert isinstance(page, CompanyPage)
    assert page.total == len(at_work)
    assert [company.name for company in page.companies] == [row["name"] for row in at_work]
    for row, company in zip(at_work, page.companies, strict=True):
        assert company.employees == (int(row["team_size"] or 0) or None)
        assert (company.description or "") == row["one_liner"].strip()
        if "United States of America" in row["regions"] and "USA" in row["all_locations"].split(";")[0]:
            assert company.country == "US"
    nowhere = [
        one
        for one, row in zip(page.companies, at_work, strict=True)
        if not one.country and row["all_locations"]
    ]
    assert len(nowhere) < len(at_work) / 50
