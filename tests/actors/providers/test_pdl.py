"""People Data Labs: its quirks, and the simulator that speaks as it does."""

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest

from actors.core.errors import (
    AgentError,
    AnswerGarbled,
    KeyRefused,
    ProviderDown,
    QuestionRefused,
    QuotaExhausted,
    RateLimited,
)
from actors.core.provider import Link, Reply
from actors.core.questions import (
    CompanyFacts,
    CompanyPage,
    EnrichCompany,
    FindCompanies,
    FindPeople,
    PeopleFound,
    PersonFound,
    RevealPerson,
)
from actors.providers.pdl import (
    PROVIDER,
    enrich_company,
    find_companies,
    find_people,
    reveal_people,
    reveal_person,
)
from actors.simulator import pdl_records
from actors.simulator.company import Company
from actors.simulator.coverage import covers, shows
from actors.simulator.directory import linkedin_slug, symbol
from actors.simulator.person import Person, fold
from actors.simulator.world import World
from tenants.icp import IdealCustomer, Persona

MISS = Reply(None)
OWN_ID = "qEnOZ5Oh0poWnQ1luFBfVw_0000"
BY_DOMAIN = EnrichCompany(domain="acme.de")
BY_NAME = EnrichCompany(domain=None, name="Acme Tools GmbH", country="DE")
ANN = RevealPerson(domain="acme.de", provider_id=None, first_name="Ann", last_name="Lee")
ACME = {"status": 200, "id": "abc", "name": "Acme Tools", "website": "acme.de", "likelihood": 9}
PERSON = {"id": OWN_ID, "first_name": "Ann", "last_name": "Lee", "work_email": "ann@acme.de"}


def answering(
    vendor: Callable[..., Link], answer: Any, status: int = 200, **headers: str
) -> tuple[Link, list[httpx.Request]]:
    """The way to a vendor that gives this answer, and what it was asked."""
    asked: list[httpx.Request] = []

    def respond(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        return httpx.Response(status, json=answer, headers=told)

    return vendor(respond), asked


def params_of(request: httpx.Request) -> dict[str, str]:
    return dict(parse_qsl(request.url.query.decode()))


# How it is asked


async def test_a_company_by_its_domain_else_by_name_and_country(vendor: Callable[..., Link]) -> None:
    link, asked = answering(vendor, ACME)
    await enrich_company(link, BY_DOMAIN)
    await enrich_company(link, BY_NAME)
    assert {(request.method, request.url.path) for request in asked} == {("GET", "/v1/v5/company/enrich")}
    assert params_of(asked[0]) == {"website": "acme.de", "titlecase": "true"}
    assert params_of(asked[1]) == {
        "name": "Acme Tools GmbH",
        "country": "germany",
        "min_likelihood": "6",
        "titlecase": "true",
    }
    assert asked[0].headers["x-api-key"] == "k"


@pytest.mark.parametrize(
    "question",
    [
        EnrichCompany(domain=None),
        EnrichCompany(domain=None, name="Acme"),
        EnrichCompany(domain=None, country="DE"),
    ],
)
async def test_a_name_without_a_country_is_not_asked_for(
    vendor: Callable[..., Link], question: EnrichCompany
) -> None:
    link, asked = answering(vendor, ACME)
    assert await enrich_company(link, question) == MISS
    assert not asked


async def test_searches_send_a_query_and_ask_for_no_more_than_they_need(vendor: Callable[..., Link]) -> None:
    link, asked = answering(vendor, {"status": 200, "data": [], "total": 0})
    icp = IdealCustomer(countries=("DE",))
    await find_companies(link, FindCompanies(icp=icp, page=1, per_page=100))
    await find_companies(link, FindCompanies(icp=icp, page=3, per_page=25))
    await find_people(link, FindPeople(domain="acme.de", persona=Persona()))
    bodies = [json.loads(request.content) for request in asked]
    assert [request.url.path for request in asked] == [
        "/v1/v5/company/search",
        "/v1/v5/company/search",
        "/v1/v5/person/search",
    ]
    assert all(isinstance(body.pop("query"), str) for body in bodies)
    assert bodies == [
        {"size": 100, "titlecase": True},
        {"size": 25, "from": 50, "titlecase": True},
        {"size": 5, "titlecase": True},
    ]


async def test_a_person_by_an_id_of_theirs_else_by_whole_name(vendor: Callable[..., Link]) -> None:
    link, asked = answering(vendor, {"status": 200, "likelihood": 8, "data": PERSON})
    await reveal_person(link, ANN.model_copy(update={"provider_id": OWN_ID}))
    # as Apollo gives them: this is nobody's id here
    await reveal_person(link, ANN.model_copy(update={"provider_id": "64a7ff0cc4dfae00013df1a5"}))
    assert params_of(asked[0]) == {"pdl_id": OWN_ID, "required": "work_email", "titlecase": "true"}
    assert params_of(asked[1]) == {
        "first_name": "Ann",
        "last_name": "Lee",
        "company": "acme.de",
        "min_likelihood": "6",
        "required": "work_email",
        "titlecase": "true",
    }


@pytest.mark.parametrize("names", [(None, None), ("Ann", None), (None, "Lee"), ("Ann", "L***e")])
async def test_nobody_is_asked_for_a_name_in_part(
    vendor: Callable[..., Link], names: tuple[str | None, str | None]
) -> None:
    link, asked = answering(vendor, {})
    question = RevealPerson(domain="acme.de", provider_id="p1", first_name=names[0], last_name=names[1])
    assert await reveal_person(link, question) == MISS
    assert await reveal_people(link, [question]) == [MISS]
    assert not asked


async def test_many_people_go_with_their_places(vendor: Callable[..., Link]) -> None:
    link, asked = answering(vendor, [])
    other = RevealPerson(domain="acme.de", provider_id=OWN_ID, first_name=None, last_name=None)
    partly = RevealPerson(domain="acme.de", provider_id=None, first_name="Bo", last_name="L***e")
    await reveal_people(link, [ANN, partly, other, ANN])
    assert (asked[0].method, asked[0].url.path) == ("POST", "/v1/v5/person/bulk")
    assert json.loads(asked[0].content) == {
        "requests": [
            {
                "params": {
                    "first_name": "Ann",
                    "last_name": "Lee",
                    "company": "acme.de",
                    "min_likelihood": "6",
                    "required": "work_email",
                    "titlecase": True,
                },
                "metadata": {"place": 0},
            },
            {
                "params": {"pdl_id": OWN_ID, "required": "work_email", "titlecase": True},
                "metadata": {"place": 1},
            },
        ]
    }


# What its answers mean


async def test_a_company_stands_beside_its_likelihood(vendor: Callable[..., Link]) -> None:
    link, _ = answering(vendor, ACME)
    reply = await enrich_company(link, BY_DOMAIN)
    assert reply.content == CompanyFacts(name="Acme Tools", domain="acme.de")
    assert (reply.credits, reply.confidence) == (1, 0.9)


@pytest.mark.parametrize(("spent", "cost"), [("1", 1), ("0", 0), ("3", 3), ("many", 1)])
async def test_a_call_costs_what_its_header_says(vendor: Callable[..., Link], spent: str, cost: int) -> None:
    link, _ = answering(vendor, ACME, x_call_credits_spent=spent)
    assert (await enrich_company(link, BY_DOMAIN)).credits == cost


async def test_nothing_found_is_a_404_and_free(vendor: Callable[..., Link]) -> None:
    answer = {"status": 404, "error": {"type": "not_found", "message": "No records were found"}}
    link, _ = answering(vendor, answer, status=404)
    assert await enrich_company(link, BY_DOMAIN) == MISS
    assert await reveal_person(link, ANN) == MISS
    assert await reveal_people(link, [ANN]) == [MISS]
    assert await find_companies(link, FindCompanies(icp=IdealCustomer(), page=9, per_page=10)) == MISS
    assert await find_people(link, FindPeople(domain="acme.de", persona=Persona())) == MISS


@pytest.mark.parametrize(
    "found",
    [
        {"name": "acme holding"},
        {"name": "Acme Tools", "location": {"country": "france"}},
        {"name": "Akme Tools"},
    ],
)
async def test_another_company_than_was_named_is_a_billed_miss(
    vendor: Callable[..., Link], found: dict[str, Any]
) -> None:
    link, _ = answering(vendor, {**ACME, **found})
    assert await enrich_company(link, BY_NAME) == Reply(None, Decimal(1))
    # by domain it is whatever goes by that domain
    assert (await enrich_company(link, BY_DOMAIN)).content is not None


async def test_the_company_that_was_named(vendor: Callable[..., Link]) -> None:
    link, _ = answering(vendor, {**ACME, "likelihood": 6, "location": {"country": "germany"}})
    reply = await enrich_company(link, BY_NAME)
    assert reply.content == CompanyFacts(name="Acme Tools", domain="acme.de", country="DE")
    assert reply.confidence == 0.6


async def test_who_has_left_for_another_company_is_a_billed_miss(vendor: Callable[..., Link]) -> None:
    gone = {**PERSON, "work_email": "ann@other.com", "job_company_website": "other.com"}
    link, _ = answering(vendor, {"status": 200, "likelihood": 9, "data": gone})
    assert await reveal_person(link, ANN) == Reply(None, Decimal(1))


async def test_each_record_of_a_search_costs_a_credit(vendor: Callable[..., Link]) -> None:
    link, _ = answering(vendor, {"status": 200, "data": [ACME, ACME, ACME], "total": 4711})
    reply = await find_companies(link, FindCompanies(icp=IdealCustomer(), page=1, per_page=3))
    assert isinstance(reply.content, CompanyPage)
    assert (reply.content.total, len(reply.content.companies), reply.credits) == (4711, 3, 3)
    link, _ = answering(vendor, {"status": 200, "data": [PERSON, PERSON]}, x_call_credits_spent="2")
    found = await find_people(link, FindPeople(domain="acme.de", persona=Persona()))
    assert isinstance(found.content, PeopleFound)
    assert (len(found.content.people), found.credits) == (2, 2)
    assert found.content.people[0].email == "ann@acme.de"


@pytest.mark.parametrize(
    "answer", [{"status": 200}, {"data": None}, {"data": [1]}, {"data": "x"}, {"data": {}}]
)
async def test_an_answer_of_another_make_is_garbled(vendor: Callable[..., Link], answer: Any) -> None:
    link, _ = answering(vendor, answer)
    for asking in (
        enrich_company(link, BY_DOMAIN),
        find_companies(link, FindCompanies(icp=IdealCustomer(), page=1, per_page=3)),
        find_people(link, FindPeople(domain="acme.de", persona=Persona())),
        reveal_person(link, ANN),
        reveal_people(link, [ANN]),
    ):
        with pytest.raises(AnswerGarbled):
            await asking


def people(count: int) -> list[RevealPerson]:
    return [ANN.model_copy(update={"first_name": f"Ann{n}"}) for n in range(count)]


def item(place: int, status: int, **more: Any) -> dict[str, Any]:
    return {"status": status, "metadata": {"place": place}, **more}


async def test_each_of_many_has_an_outcome_of_its_own_wherever_it_stands(
    vendor: Callable[..., Link],
) -> None:
    items = [
        item(6, 500),
        item(1, 404, error={"type": "not_found"}),
        item(3, 429),
        item(0, 200, likelihood=7, data=PERSON),
        item(4, 400),
        item(2, 402),
        item(5, 200, likelihood=7, data="Ann"),
    ]
    link, _ = answering(vendor, items)
    hit, missed, spent, limited, refused, garbled, down, absent = await reveal_people(link, people(8))
    assert isinstance(hit, Reply)
    assert isinstance(hit.content, PersonFound)
    assert (hit.content.email, hit.credits, hit.confidence) == ("ann@acme.de", 1, 0.7)
    assert missed == MISS
    errors = [spent, limited, refused, garbled, down, absent]
    assert [type(error) for error in errors] == [
        QuotaExhausted,
        RateLimited,
        QuestionRefused,
        AnswerGarbled,
        ProviderDown,
        AnswerGarbled,
    ]
    assert all(isinstance(error, AgentError) and error.provider == "pdl" for error in errors)
    assert isinstance(limited, RateLimited)
    assert limited.retry_at is not None
    assert limited.retry_at > datetime.now(UTC)


@pytest.mark.parametrize(
    ("spent", "own"), [(None, [1, 1, 0]), ("2", [1, 1, 0]), ("1", [1, 0, 0]), ("0", [0, 0, 0])]
)
async def test_the_header_of_many_is_the_sum_of_their_credits(
    vendor: Callable[..., Link], spent: str | None, own: list[int]
) -> None:
    items = [item(0, 200, data=PERSON), item(1, 200, data=PERSON), item(2, 404)]
    headers = {} if spent is None else {"x_call_credits_spent": spent}
    link, _ = answering(vendor, items, **headers)
    replies = await reveal_people(link, people(3))
    assert [reply.credits for reply in replies if isinstance(reply, Reply)] == own


async def test_a_limit_without_retry_after_says_when_the_window_ends(vendor: Callable[..., Link]) -> None:
    then = datetime.now(UTC) + timedelta(seconds=40)
    headers = {"x-ratelimit-reset": then.isoformat(), "x-ratelimit-remaining": "{'minute': 0}"}
    link = vendor(lambda _: httpx.Response(429, headers=headers))
    with pytest.raises(RateLimited) as limited:
        await enrich_company(link, BY_DOMAIN)
    assert limited.value.retry_at is not None
    assert abs(limited.value.retry_at - then) < timedelta(seconds=5)


def test_everything_costs_and_there_is_no_preview() -> None:
    assert PROVIDER.answers.keys() == PROVIDER.billed


# With the simulator


def truth_of(company: Company) -> CompanyFacts:
    """What is true of a company, as far as it is there."""
    truth = CompanyFacts(
        name=company.name,
        domain=company.domain,
        industry=company.industry,
        country=company.country,
        employees=company.employees,
        founded_year=company.founded_year,
        funding_usd=company.total_funding_usd,
        linkedin_url=f"https://www.linkedin.com/company/{linkedin_slug(company)}",
        ticker=symbol(company),
        headcount_growth=company.headcount_growth_12m,
        funding_stage=company.latest_funding_stage,
        last_funding_on=company.latest_funding_date,
    )
    hidden = {name: None for name in CompanyFacts.model_fields if not shows("pdl", company, name)}
    return truth.model_copy(update=hidden)


def compared(facts: Any) -> CompanyFacts:
    """Without what small letters and titles have changed."""
    assert isinstance(facts, CompanyFacts)
    return facts.model_copy(update={"city": None, "description": None, "name": (facts.name or "").casefold()})


def known_staff(world: World) -> list[tuple[Company, Person]]:
    """The people of known companies, but for those who share their name with somebody there."""
    return [
        (one, person)
        for one in world.companies
        if covers("pdl", one)
        for person in world.people(one)
        if sum(fold(other.name) == fold(person.name) for other in world.people(one)) == 1
    ]


def named(company: Company, person: Person) -> RevealPerson:
    return RevealPerson(
        domain=company.domain, provider_id=None, first_name=person.first_name, last_name=person.last_name
    )


async def test_the_simulators_companies(
    way: Callable[[str], Link], world: World, billed: Callable[[str], int]
) -> None:
    spent, known = Decimal(0), 0
    for company in world.companies[:80]:
        truth = truth_of(company)
        truth = truth.model_copy(update={"name": (truth.name or "").casefold()})
        by_name = EnrichCompany(domain=None, name=company.name, country=company.country)
        for question in (EnrichCompany(domain=company.domain), by_name):
            reply = await enrich_company(way("pdl"), question)
            spent += reply.credits
            if not covers("pdl", company):
                assert reply == MISS
                continue
            known += 1
            assert compared(reply.content) == truth
            assert isinstance(reply.content, CompanyFacts)
            assert (reply.content.city or "").casefold() == company.city.casefold()
            assert company.one_liner.casefold() in (reply.content.description or "").casefold()
            assert reply.confidence is not None
            assert reply.confidence >= 0.6
    assert 40 < known < 140
    assert spent == billed("pdl") == known


async def test_the_simulators_search_is_read_to_its_end_and_paid_by_the_record(
    way: Callable[[str], Link], world: World, billed: Callable[[str], int]
) -> None:
    excluded = next(one.domain for one in world.companies if one.country == "US" and covers("pdl", one))
    icp = IdealCustomer(
        countries=("US", "GB"), employees_min=11, employees_max=1000, excluded_domains=(excluded,)
    )
    truth = {
        one.domain
        for one in world.companies
        if covers("pdl", one) and shows("pdl", one, "employees")
        if one.country in icp.countries and 11 <= one.employees <= 1000
    } - {excluded}
    found: list[str | None] = []
    spent = Decimal(0)
    for page in range(1, 100):
        reply = await find_companies(way("pdl"), FindCompanies(icp=icp, page=page, per_page=30))
        spent += reply.credits
        if reply == MISS:
            break
        assert isinstance(reply.content, CompanyPage)
        assert reply.content.total == len(truth)
        found += [one.domain for one in reply.content.companies]
    assert len(found) == len(truth) > 30
    assert set(found) == truth
    assert spent == billed("pdl") == len(truth)


async def test_the_simulators_search_by_industry_and_keyword(
    way: Callable[[str], Link], world: World
) -> None:
    icp = IdealCustomer(industries=("logistics & supply chain",), keywords=("solar",))
    page = (await find_companies(way("pdl"), FindCompanies(icp=icp, page=1, per_page=100))).content
    assert isinstance(page, CompanyPage)
    truth = {
        one.domain
        for one in world.companies
        if covers("pdl", one)
        if "solar" in one.keywords
        or (one.industry == "logistics & supply chain" and shows("pdl", one, "industry"))
    }
    wordy = {
        one.domain
        for one in world.companies
        if covers("pdl", one) and "solar" in f"{one.name} {one.one_liner}".casefold().split()
    }
    assert {one.domain for one in page.companies} == truth | wordy


async def test_the_simulators_countries_are_called_as_we_call_them(
    way: Callable[[str], Link], world: World
) -> None:
    for code in {company.country for company in world.companies}:
        question = FindCompanies(icp=IdealCustomer(countries=(code,)), page=1, per_page=1)
        page = (await find_companies(way("pdl"), question)).content
        assert isinstance(page, CompanyPage)
        assert page.total == sum(covers("pdl", one) and one.country == code for one in world.companies)


async def test_the_simulators_people_are_found(
    way: Callable[[str], Link], world: World, billed: Callable[[str], int]
) -> None:
    spent = Decimal(0)
    for company in [one for one in world.companies if covers("pdl", one)][:10]:
        staff = {pdl_records.person_id(one): one for one in world.people(company) if not one.objected}
        reply = await find_people(way("pdl"), FindPeople(domain=company.domain, persona=Persona()))
        assert isinstance(reply.content, PeopleFound)
        assert len(reply.content.people) == min(5, len(staff)) == reply.credits
        spent += reply.credits
        for found in reply.content.people:
            truth = staff[found.provider_id or ""]
            assert (found.first_name or "").casefold() == truth.first_name.casefold()
            assert (found.title or "").casefold() == truth.title.casefold()
            assert found.country == truth.country
            assert found.department == truth.department
            assert found.has_email == pdl_records.knows_address(truth)
            assert found.email == (truth.email if found.has_email else None)
    assert spent == billed("pdl")


async def test_the_simulators_persona(way: Callable[[str], Link], world: World) -> None:
    company, person = next(pair for pair in known_staff(world) if pair[1].title == "Head of Sales")
    persona = Persona(titles=("Sales Head", "CRO"), seniorities=("head", "c_suite"))
    found = (await find_people(way("pdl"), FindPeople(domain=company.domain, persona=persona))).content
    assert isinstance(found, PeopleFound)
    assert pdl_records.person_id(person) in {one.provider_id for one in found.people}
    assert all("sales" in (one.title or "").casefold() for one in found.people)
    nobody = Persona(titles=("Lighthouse Keeper",))
    assert await find_people(way("pdl"), FindPeople(domain=company.domain, persona=nobody)) == MISS


async def test_the_simulators_people_are_revealed_where_there_is_an_address(
    way: Callable[[str], Link], world: World, billed: Callable[[str], int]
) -> None:
    staff = known_staff(world)[:60]
    spent, hits = Decimal(0), 0
    replies = [await reveal_person(way("pdl"), named(company, person)) for company, person in staff]
    for (company, person), reply in zip(staff, replies, strict=True):
        spent += reply.credits
        if person.objected or not pdl_records.knows_address(person):
            assert reply == MISS
            continue
        hits += 1
        assert isinstance(reply.content, PersonFound)
        assert reply.content.email == person.email
        assert (reply.content.last_name or "").casefold() == person.last_name.casefold()
        by_id = named(company, person).model_copy(update={"provider_id": reply.content.provider_id})
        assert (await reveal_person(way("pdl"), by_id)).content == reply.content
    assert 20 < hits < 50
    assert spent == hits
    assert billed("pdl") == 2 * hits
    many = await reveal_people(way("pdl"), [named(company, person) for company, person in staff])
    assert [one.content for one in many if isinstance(one, Reply)] == [one.content for one in replies]
    assert sum(one.credits for one in many if isinstance(one, Reply)) == hits
    assert billed("pdl") == 3 * hits


async def test_who_objected_is_not_there(way: Callable[[str], Link], world: World) -> None:
    company, person = next(pair for pair in known_staff(world) if pair[1].objected)
    assert await reveal_person(way("pdl"), named(company, person)) == MISS


async def test_the_simulators_faults(
    way: Callable[[str], Link], behave: Callable[..., None], world: World, request: pytest.FixtureRequest
) -> None:
    known = next(company for company in world.companies if covers("pdl", company))
    link, question = way("pdl"), EnrichCompany(domain=known.domain)
    behave("pdl", credits={f"sim-{request.node.name}": 0})
    with pytest.raises(QuotaExhausted):
        await enrich_company(link, question)
    behave("pdl", credits={}, rate_429=1.0)
    with pytest.raises(RateLimited) as limited:
        await enrich_company(link, question)
    assert limited.value.retry_at is not None
    behave("pdl", rate_429=0.0, requests_per_minute=1)
    with pytest.raises(RateLimited) as limited:
        await asyncio.gather(*(enrich_company(link, question) for _ in range(3)))
    assert limited.value.retry_at is not None
    assert limited.value.retry_at < datetime.now(UTC) + timedelta(seconds=65)
    behave("pdl", requests_per_minute=1000, outage=True)
    with pytest.raises(ProviderDown):
        await enrich_company(link, question)
    with pytest.raises(KeyRefused):
        await enrich_company(Link(link.http, link.base_url, "no-such-key"), question)
    behave("pdl", outage=False)
    too_many = [named(company, person) for company, person in known_staff(world)[:120]]
    with pytest.raises(QuestionRefused):
        await reveal_people(link, too_many)
