"""Companies House: its quirks, and the simulator that speaks as it does."""

import base64
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest

from actors.core.errors import AnswerGarbled, KeyRefused, ProviderDown, RateLimited
from actors.core.provider import Link, Reply
from actors.core.questions import (
    CompanyFacts,
    CompanyPage,
    CompanyPreview,
    EnrichCompany,
    FindCompanies,
    PreviewCompanies,
)
from actors.providers.companies_house import (
    PROVIDER,
    enrich_company,
    find_companies,
    industry_of,
    preview_companies,
)
from actors.simulator.company import Company
from actors.simulator.coverage import covers
from actors.simulator.registered import legal_name, register_number
from actors.simulator.world import World
from tenants.companies import normal_name
from tenants.icp import IdealCustomer

MISS = Reply(None)
ACME = EnrichCompany(domain="acme.example", name="Acme Tools", country="GB")
PROFILE = {
    "company_name": "ACME TOOLS LIMITED",
    "company_number": "01234567",
    "company_status": "active",
    "date_of_creation": "1999-03-04",
    "registered_office_address": {
        "address_line_1": "1 High Street",
        "locality": "Leeds",
        "country": "England",
    },
    "sic_codes": ["62012", "62020"],
    "type": "ltd",
}


def entry(title: str, number: str = "01234567", status: str | None = "active") -> dict[str, Any]:
    return {
        "title": title,
        "company_number": number,
        "company_status": status,
        "kind": "searchresults#company",
    }


def answering(vendor: Callable[..., Link], *answers: Any) -> tuple[Link, list[httpx.Request]]:
    """The way to a register that gives these answers in turn, and what it was asked."""
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        said = answers[len(asked) - 1]
        return httpx.Response(404) if said is None else httpx.Response(200, json=said)

    return vendor(answer), asked


def params_of(request: httpx.Request) -> dict[str, str]:
    return dict(parse_qsl(request.url.query.decode()))


# How it is asked


async def test_a_company_by_its_name_and_then_in_full(vendor: Callable[..., Link]) -> None:
    link, asked = answering(vendor, {"items": [entry("ACME TOOLS LIMITED", "SC 1/2")]}, PROFILE)
    await enrich_company(link, ACME)
    assert [(request.method, request.url.raw_path.partition(b"?")[0]) for request in asked] == [
        ("GET", b"/v1/search/companies"),
        ("GET", b"/v1/company/SC%201%2F2"),
    ]
    assert params_of(asked[0]) == {"q": "Acme Tools", "items_per_page": "100"}
    for request in asked:
        scheme, _, given = request.headers["authorization"].partition(" ")
        assert (scheme, base64.b64decode(given)) == ("Basic", b"k:")


@pytest.mark.parametrize(
    "question",
    [
        EnrichCompany(domain="acme.co.uk"),
        EnrichCompany(domain=None, name="Acme"),
        EnrichCompany(domain=None, name="Acme", country="DE"),
        EnrichCompany(domain=None, name="", country="GB"),
    ],
)
async def test_only_british_names_are_asked_for(vendor: Callable[..., Link], question: EnrichCompany) -> None:
    link, asked = answering(vendor)
    assert await enrich_company(link, question) == MISS
    assert not asked


async def test_a_search_goes_page_by_page_through_the_active_ones(vendor: Callable[..., Link]) -> None:
    link, asked = answering(vendor, {"hits": 0, "items": []})
    await find_companies(link, FindCompanies(icp=IdealCustomer(countries=("GB", "DE")), page=4, per_page=50))
    assert asked[0].url.path == "/v1/advanced-search/companies"
    assert params_of(asked[0]) == {"company_status": "active", "size": "50", "start_index": "150"}


async def test_other_countries_are_not_asked_for(vendor: Callable[..., Link]) -> None:
    link, asked = answering(vendor)
    icp = IdealCustomer(countries=("DE", "FR"))
    assert await find_companies(link, FindCompanies(icp=icp, page=1, per_page=10)) == MISS
    assert await preview_companies(link, PreviewCompanies(icp=icp)) == MISS
    assert not asked


@pytest.mark.parametrize(
    "icp",
    [
        IdealCustomer(industries=("software",)),
        IdealCustomer(keywords=("saas",)),
        IdealCustomer(employees_min=10),
        IdealCustomer(employees_max=50),
    ],
)
async def test_what_the_register_cannot_count_is_not_previewed(
    vendor: Callable[..., Link], icp: IdealCustomer
) -> None:
    link, asked = answering(vendor)
    assert await preview_companies(link, PreviewCompanies(icp=icp)) == MISS
    assert not asked


# What its answers mean


async def test_a_company_in_our_words(vendor: Callable[..., Link]) -> None:
    link, _ = answering(vendor, {"items": [entry("ACME TOOLS LIMITED")]}, PROFILE)
    reply = await enrich_company(link, ACME)
    assert reply == Reply(
        CompanyFacts(
            legal_name="ACME TOOLS LIMITED",
            register_number="01234567",
            status="active",
            founded_year=1999,
            country="GB",
            city="Leeds",
            register_activity="information & communication",
        ),
        evidence="Companies House /company/01234567",
    )
    assert reply.content is not None
    assert {name for name, value in reply.content.model_dump().items() if value is not None} == PROVIDER.knows


@pytest.mark.parametrize(
    "items",
    [
        [],
        [entry("ACME TOOLS HOLDINGS LIMITED")],
        [entry("ACME LIMITED")],
        [entry("ACME TOOLS LIMITED", status="dissolved")],
        [entry("ACME TOOLS LIMITED", status="liquidation"), entry("ACME LIMITED", "2")],
        [entry("ACME TOOLS LIMITED", status=None)],
        # two that are alive, and nothing to tell which is meant
        [entry("ACME TOOLS LIMITED", "1"), entry("ACME TOOLS LLP", "2")],
        [entry("ACME TOOLS", "1"), entry("Acme Tools", "2")],
    ],
)
async def test_where_it_is_not_certain_it_is_a_miss(
    vendor: Callable[..., Link], items: list[dict[str, Any]]
) -> None:
    link, asked = answering(vendor, {"items": items})
    assert await enrich_company(link, ACME) == MISS
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("name", "items"),
    [
        ("Acme Tools", [entry("ACME TOOLS LTD", "9", "dissolved"), entry("ACME TOOLS LIMITED")]),
        ("ACME Tools Ltd.", [entry("ACME HOLDINGS LIMITED", "9"), entry("ACME TOOLS LIMITED")]),
        ("Acme Tools Limited", [entry("ACME TOOLS LLP", "9"), entry("ACME TOOLS LIMITED")]),
    ],
)
async def test_the_one_that_is_meant_is_found_among_others(
    vendor: Callable[..., Link], name: str, items: list[dict[str, Any]]
) -> None:
    link, asked = answering(vendor, {"items": items}, PROFILE)
    reply = await enrich_company(link, EnrichCompany(domain=None, name=name, country="GB"))
    assert isinstance(reply.content, CompanyFacts)
    assert asked[1].url.path == "/v1/company/01234567"


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("active", "active"),
        ("open", "active"),
        ("registered", "active"),
        ("dissolved", "inactive"),
        ("liquidation", "inactive"),
        ("a word of tomorrow", "inactive"),
        (None, None),
    ],
)
async def test_status_in_our_words(vendor: Callable[..., Link], said: str | None, status: str | None) -> None:
    # between the search and the profile a company may have come to its end
    link, _ = answering(vendor, {"items": [entry("ACME TOOLS LIMITED")]}, {**PROFILE, "company_status": said})
    facts = (await enrich_company(link, ACME)).content
    assert isinstance(facts, CompanyFacts)
    assert facts.status == status


async def test_fields_that_are_left_out_are_unknown(vendor: Callable[..., Link]) -> None:
    bare = {"company_number": "1", "company_name": "ACME TOOLS LIMITED", "company_status": "active"}
    link, _ = answering(vendor, {"items": [entry("ACME TOOLS LIMITED")]}, bare)
    facts = (await enrich_company(link, ACME)).content
    assert facts == CompanyFacts(
        legal_name="ACME TOOLS LIMITED", register_number="1", status="active", country="GB"
    )


async def test_a_profile_that_has_gone_is_a_miss(vendor: Callable[..., Link]) -> None:
    link, _ = answering(vendor, {"items": [entry("ACME TOOLS LIMITED")]}, None)
    assert await enrich_company(link, ACME) == MISS


@pytest.mark.parametrize("answer", [{}, {"items": None}, {"items": [1]}])
async def test_a_search_without_a_list_is_garbled(vendor: Callable[..., Link], answer: Any) -> None:
    link, _ = answering(vendor, answer, answer, answer)
    with pytest.raises(AnswerGarbled):
        await enrich_company(link, ACME)
    with pytest.raises(AnswerGarbled):
        await find_companies(link, FindCompanies(icp=IdealCustomer(), page=1, per_page=10))
    with pytest.raises(AnswerGarbled):
        await preview_companies(link, PreviewCompanies(icp=IdealCustomer()))


async def test_a_profile_of_nobody_is_garbled(vendor: Callable[..., Link]) -> None:
    link, _ = answering(vendor, {"items": [entry("ACME TOOLS LIMITED")]}, {})
    with pytest.raises(AnswerGarbled):
        await enrich_company(link, ACME)


async def test_a_page_and_a_preview(vendor: Callable[..., Link]) -> None:
    answer = {"hits": 4711, "items": [PROFILE], "kind": "search#advanced-search"}
    link, _ = answering(vendor, answer, answer)
    page = (await find_companies(link, FindCompanies(icp=IdealCustomer(), page=1, per_page=1))).content
    assert isinstance(page, CompanyPage)
    (listed,) = page.companies
    assert (page.total, listed.name, listed.city) == (4711, "ACME TOOLS LIMITED", "Leeds")
    preview = (await preview_companies(link, PreviewCompanies(icp=IdealCustomer(countries=("GB",))))).content
    assert preview == CompanyPreview(total=4711, sample=(listed,))


async def test_a_limit_says_in_unix_time_when_its_window_ends(vendor: Callable[..., Link]) -> None:
    then = datetime.now(UTC) + timedelta(seconds=200)
    headers = {"X-Ratelimit-Reset": str(int(then.timestamp())), "X-Ratelimit-Remain": "0"}
    link = vendor(lambda _: httpx.Response(429, headers=headers))
    with pytest.raises(RateLimited) as limited:
        await enrich_company(link, ACME)
    assert limited.value.retry_at is not None
    assert abs(limited.value.retry_at - then) < timedelta(seconds=5)


@pytest.mark.parametrize(
    ("codes", "industry"),
    [
        (("01110",), "agriculture, forestry & fishing"),
        (("09900",), "mining & quarrying"),
        (("10110",), "manufacturing"),
        (("33200",), "manufacturing"),
        (("35110",), "electricity, gas, steam & air conditioning supply"),
        (("39000",), "water supply, sewerage & waste management"),
        (("41201",), "construction"),
        (("47190",), "wholesale, retail & repair of motor vehicles"),
        (("52290",), "transportation & storage"),
        (("56101",), "accommodation & food service"),
        (("62012",), "information & communication"),
        (("64999",), "financial services & insurance"),
        (("68209",), "real estate"),
        (("73110",), "professional, scientific & technical services"),
        (("82990",), "administrative & support services"),
        (("84110",), "public administration & defence"),
        (("85590",), "education"),
        (("86101",), "health & social work"),
        (("93110",), "arts, entertainment & recreation"),
        (("96090",), "other services"),
        (("98000",), "households as employers"),
        (("99000",), "extraterritorial organisations"),
        (("99999",), None),
        (("74990", "62012"), "information & communication"),
        (("34000", "62012"), "information & communication"),
        (("", "None", "6"), None),
        ((), None),
    ],
)
def test_the_section_of_a_code(codes: tuple[str, ...], industry: str | None) -> None:
    assert industry_of(codes) == industry


# With the simulator


def british(world: World) -> list[Company]:
    return [company for company in world.companies if company.country == "GB"]


async def test_the_simulators_companies(way: Callable[[str], Link], world: World) -> None:
    known = 0
    for company in british(world):
        question = EnrichCompany(domain=company.domain, name=company.name, country="GB")
        reply = await enrich_company(way("companies_house"), question)
        assert reply.credits == 0
        if not covers("companies_house", company):
            assert reply == MISS
            continue
        known += 1
        facts = reply.content
        assert isinstance(facts, CompanyFacts)
        assert (facts.legal_name, facts.register_number) == (
            legal_name(company).upper(),
            register_number(company),
        )
        assert normal_name(facts.legal_name or "") == normal_name(company.name)
        assert (facts.founded_year, facts.city, facts.country, facts.status) == (
            company.founded_year,
            company.city,
            "GB",
            "active",
        )
    assert known > 20


async def test_the_simulators_industries_are_in_the_right_section(
    way: Callable[[str], Link], world: World
) -> None:
    sections = {
        "computer software": "information & communication",
        "machinery": "manufacturing",
        "construction": "construction",
        "hospitality": "accommodation & food service",
        "e-learning": "education",
    }
    for company in british(world):
        if company.industry in sections and covers("companies_house", company):
            question = EnrichCompany(domain=None, name=company.name, country="GB")
            facts = (await enrich_company(way("companies_house"), question)).content
            assert isinstance(facts, CompanyFacts)
            assert facts.register_activity == sections[company.industry]


async def test_the_simulators_register_is_read_to_its_end(
    way: Callable[[str], Link], world: World, billed: Callable[[str], int]
) -> None:
    truth = {register_number(one) for one in british(world) if covers("companies_house", one)}
    found: list[str | None] = []
    icp = IdealCustomer(countries=("GB",))
    for page in range(1, 100):
        reply = await find_companies(way("companies_house"), FindCompanies(icp=icp, page=page, per_page=7))
        if reply == MISS:  # the register has a 404 for a page with nothing on it
            break
        assert isinstance(reply.content, CompanyPage)
        assert reply.content.total == len(truth)
        found += [one.register_number for one in reply.content.companies]
    assert len(found) == len(truth) > 20
    assert set(found) == truth
    preview = (await preview_companies(way("companies_house"), PreviewCompanies(icp=icp))).content
    assert isinstance(preview, CompanyPreview)
    assert (preview.total, len(preview.sample)) == (len(truth), 10)
    assert billed("companies_house") == 0


async def test_the_simulators_faults(
    way: Callable[[str], Link], behave: Callable[..., None], world: World
) -> None:
    link = way("companies_house")
    known = next(one for one in british(world) if covers("companies_house", one))
    question = EnrichCompany(domain=None, name=known.name, country="GB")
    behave("companies_house", rate_429=1.0)
    with pytest.raises(RateLimited) as limited:
        await enrich_company(link, question)
    assert limited.value.retry_at is not None
    behave("companies_house", rate_429=0.0, rate_500=1.0)
    with pytest.raises(ProviderDown):
        await enrich_company(link, question)
    behave("companies_house", rate_500=0.0)
    with pytest.raises(KeyRefused):
        await enrich_company(Link(link.http, link.base_url, "no-such-key"), question)
