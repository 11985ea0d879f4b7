"""Apollo: its quirks, the simulator that speaks as it does, and answers recorded from it."""

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest

from actors.core.errors import (
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
    CompanyPreview,
    EnrichCompany,
    FindCompanies,
    FindPeople,
    PeopleFound,
    PersonFound,
    PreviewCompanies,
    RevealPerson,
)
from actors.providers.apollo import (
    PROVIDER,
    enrich_companies,
    enrich_company,
    find_companies,
    find_people,
    preview_companies,
    reveal_people,
    reveal_person,
)
from actors.simulator.company import Company
from actors.simulator.coverage import covers, shows
from actors.simulator.directory import linkedin_slug, phone, symbol
from actors.simulator.world import World
from tenants.icp import IdealCustomer, Persona

MISS = Reply(None)


def person_asked(**fields: Any) -> RevealPerson:
    return RevealPerson(
        **{"domain": "acme.example", "provider_id": None, "first_name": None, "last_name": None} | fields
    )


def answering(vendor: Callable[..., Link], *answers: Any) -> tuple[Link, list[httpx.Request]]:
    """The way to an Apollo that gives these answers in turn, and what it was asked."""
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json=answers[len(asked) - 1])

    return vendor(answer), asked


def params_of(request: httpx.Request) -> list[tuple[str, str]]:
    return parse_qsl(request.url.query.decode())


# How Apollo is asked


async def test_the_ideal_customer_in_apollos_words(vendor: Callable[..., Link]) -> None:
    link, asked = answering(vendor, {"organizations": [], "pagination": {"total_entries": 0}})
    icp = IdealCustomer(
        industries=("machinery",), keywords=("cnc", "robots & arms"), countries=("DE", "CZ"), employees_min=20
    )
    reply = await find_companies(link, FindCompanies(icp=icp, page=3, per_page=50))
    assert (asked[0].method, asked[0].url.path) == ("POST", "/v1/mixed_companies/search")
    assert params_of(asked[0]) == [
        ("q_organization_keyword_tags[]", "machinery"),
        ("q_organization_keyword_tags[]", "cnc"),
        ("q_organization_keyword_tags[]", "robots & arms"),
        ("organization_locations[]", "Germany"),
        ("organization_locations[]", "Czechia"),
        ("organization_locations[]", "Czech Republic"),
        ("organization_num_employees_ranges[]", "20,10000000"),
        ("page", "3"),
        ("per_page", "50"),
    ]
    assert asked[0].headers["x-api-key"] == "k"
    assert reply == Reply(CompanyPage(companies=(), total=0), Decimal(0), reply.evidence)


async def test_technologies_jobs_and_funding_in_apollos_words(vendor: Callable[..., Link]) -> None:
    link, asked = answering(vendor, {"organizations": []})
    icp = IdealCustomer(
        technologies=("Google Analytics", "Node.js"),
        open_jobs_min=3,
        funding_usd_min=1e6,
        funding_usd_max=2.5e7,
        cities=("Berlin",),  # places are alternatives to Apollo: with a city, a country would no longer count
        competitors=("rival.com",),
    )
    await find_companies(link, FindCompanies(icp=icp, page=1, per_page=10))
    assert params_of(asked[0])[:-2] == [
        ("currently_using_any_of_technology_uids[]", "google_analytics"),
        ("currently_using_any_of_technology_uids[]", "node_js"),
        ("organization_num_jobs_range[min]", "3"),
        ("total_funding_range[min]", "1000000"),
        ("total_funding_range[max]", "25000000"),
    ]


@pytest.mark.parametrize(
    ("least", "most", "asked_for"),
    [(None, 50, ["1,50"]), (0, 0, ["0,0"]), (10, 99, ["10,99"]), (None, None, [])],
)
async def test_sizes(
    vendor: Callable[..., Link], least: int | None, most: int | None, asked_for: list[str]
) -> None:
    link, asked = answering(vendor, {"organizations": []})
    icp = IdealCustomer(employees_min=least, employees_max=most)
    await find_companies(link, FindCompanies(icp=icp, page=1, per_page=10))
    sizes = [value for name, value in params_of(asked[0]) if name == "organization_num_employees_ranges[]"]
    assert sizes == asked_for


async def test_a_country_that_there_is_not_is_not_asked_for(vendor: Callable[..., Link]) -> None:
    link, asked = answering(vendor)
    with pytest.raises(QuestionRefused, match="XY"):
        await find_companies(
            link, FindCompanies(icp=IdealCustomer.model_construct(countries=("XY",)), page=1, per_page=10)
        )
    assert not asked


async def test_people_by_domain_title_and_seniority(vendor: Callable[..., Link]) -> None:
    link, asked = answering(vendor, {"total_entries": 0, "people": []})
    persona = Persona(titles=("Head of Sales", "CRO"), seniorities=("vp",), departments=("sales",))
    reply = await find_people(link, FindPeople(domain="acme.example", persona=persona))
    assert (asked[0].method, asked[0].url.path) == ("POST", "/v1/mixed_people/api_search")
    assert params_of(asked[0])[:4] == [
        ("q_organization_domains_list[]", "acme.example"),
        ("person_titles[]", "Head of Sales"),
        ("person_titles[]", "CRO"),
        ("person_seniorities[]", "vp"),
    ]
    assert reply.content == PeopleFound(people=())
    assert reply.credits == 0


async def test_a_person_by_id_else_by_whole_name(vendor: Callable[..., Link]) -> None:
    link, asked = answering(vendor, {}, {}, {})
    await reveal_person(link, person_asked(provider_id="p1", first_name="Ann", last_name="L***e"))
    await reveal_person(link, person_asked(first_name="Zoë", last_name="O'Neil & Co"))
    elsewhere = "qEnOZ5Oh0poWnQ1luFBfVw_0000"  # an id of another vendor
    await reveal_person(link, person_asked(provider_id=elsewhere, first_name="Ann", last_name="Lee"))
    assert params_of(asked[2])[:2] == [("first_name", "Ann"), ("last_name", "Lee")]
    assert params_of(asked[0]) == [("id", "p1")]
    assert params_of(asked[1]) == [
        ("first_name", "Zoë"),
        ("last_name", "O'Neil & Co"),
        ("domain", "acme.example"),
    ]


@pytest.mark.parametrize("names", [{}, {"first_name": "Ann"}, {"first_name": "Ann", "last_name": "L***e"}])
async def test_nobody_is_paid_for_a_name_in_part(vendor: Callable[..., Link], names: dict[str, str]) -> None:
    link, asked = answering(vendor)
    assert await reveal_person(link, person_asked(**names)) == MISS
    assert not asked


async def test_many_companies_and_many_people_are_named_in_the_body(vendor: Callable[..., Link]) -> None:
    link, asked = answering(vendor, {"organizations": [None, None]}, {"matches": [None, None]})
    await enrich_companies(link, [EnrichCompany(domain="a.com"), EnrichCompany(domain="b.com")])
    people = [person_asked(provider_id="p1"), person_asked(first_name="Ann", last_name="Lee")]
    await reveal_people(link, people)
    assert [(request.method, request.url.path, request.url.query) for request in asked] == [
        ("POST", "/v1/organizations/bulk_enrich", b""),
        ("POST", "/v1/people/bulk_match", b""),
    ]
    assert json.loads(asked[0].content) == {"details": [{"domain": "a.com"}, {"domain": "b.com"}]}
    assert json.loads(asked[1].content) == {
        "details": [{"id": "p1"}, {"first_name": "Ann", "last_name": "Lee", "domain": "acme.example"}]
    }


async def test_a_preview_asks_for_the_people_of_such_companies(vendor: Callable[..., Link]) -> None:
    link, asked = answering(vendor, {"total_entries": 0, "people": []})
    icp = IdealCustomer(countries=("DE",), employees_max=50)
    await preview_companies(link, PreviewCompanies(icp=icp))
    assert (asked[0].method, asked[0].url.path) == ("POST", "/v1/mixed_people/api_search")
    assert params_of(asked[0]) == [
        ("organization_locations[]", "Germany"),
        ("organization_num_employees_ranges[]", "1,50"),
        ("page", "1"),
        ("per_page", "100"),
    ]


@pytest.mark.parametrize(
    "icp",
    [
        IdealCustomer(industries=("machinery",)),
        IdealCustomer(keywords=("cnc",)),
        IdealCustomer(open_jobs_min=0),
        IdealCustomer(funding_usd_max=1e6),
    ],
)
async def test_what_the_search_for_people_cannot_filter_is_not_previewed(
    vendor: Callable[..., Link], icp: IdealCustomer
) -> None:
    link, asked = answering(vendor)
    assert await preview_companies(link, PreviewCompanies(icp=icp)) == MISS
    assert not asked


# What its answers mean


async def test_each_of_many_companies_has_its_own_outcome(vendor: Callable[..., Link]) -> None:
    found = {"id": "o1", "name": "Acme", "primary_domain": "acme.com"}
    link, asked = answering(vendor, {"organizations": [None, found], "unique_enriched_records": 1})
    questions = [
        EnrichCompany(domain="nobody.com"),
        EnrichCompany(domain=None, name="Acme", country="DE"),
        EnrichCompany(domain="acme.com"),
    ]
    missed, unasked, hit = await enrich_companies(link, questions)
    assert len(json.loads(asked[0].content)["details"]) == 2
    assert (missed, unasked) == (MISS, MISS)
    assert isinstance(hit, Reply)
    assert (hit.content, hit.credits) == (CompanyFacts(name="Acme", domain="acme.com"), 1)


async def test_a_company_behind_two_domains_is_billed_once(vendor: Callable[..., Link]) -> None:
    found = {"id": "o1", "name": "Acme", "primary_domain": "acme.com"}
    link, _ = answering(vendor, {"organizations": [found, found], "unique_enriched_records": 1})
    replies = await enrich_companies(
        link, [EnrichCompany(domain="acme.com"), EnrichCompany(domain="acme.de")]
    )
    assert [reply.credits for reply in replies if isinstance(reply, Reply)] == [1, 0]


async def test_a_person_found_in_two_ways_is_billed_once(vendor: Callable[..., Link]) -> None:
    person = {"id": "p1", "first_name": "Ann", "last_name": "Lee", "title": "CEO"}
    for told in ({}, {"credits_consumed": 1}):
        link, _ = answering(vendor, {"matches": [person, person], **told})
        questions = [person_asked(provider_id="p1"), person_asked(first_name="Ann", last_name="Lee")]
        replies = await reveal_people(link, questions)
        assert [reply.credits for reply in replies if isinstance(reply, Reply)] == [1, 0]


@pytest.mark.parametrize(("consumed", "own"), [(2, [1, 1]), (1, [1, 0]), (0, [0, 0]), (9, [1, 8])])
async def test_what_apollo_says_that_it_billed_is_what_is_booked(
    vendor: Callable[..., Link], consumed: int, own: list[int]
) -> None:
    people = [{"id": f"p{n}", "first_name": "Ann", "title": "CEO"} for n in (1, 2)]
    link, _ = answering(vendor, {"matches": people, "credits_consumed": consumed})
    replies = await reveal_people(link, [person_asked(provider_id=f"p{n}") for n in (1, 2)])
    assert [reply.credits for reply in replies if isinstance(reply, Reply)] == own


async def test_many_names_in_part_are_nobody_and_not_asked_for(vendor: Callable[..., Link]) -> None:
    link, asked = answering(vendor)
    assert await reveal_people(link, [person_asked(first_name="Ann", last_name="L***e")]) == [MISS]
    assert await enrich_companies(link, [EnrichCompany(domain=None, name="Acme", country="DE")]) == [MISS]
    assert not asked


@pytest.mark.parametrize("entries", [None, [], [None], [1, 2], [None] * 3, {"a": None}])
async def test_other_entries_than_were_asked_for_are_garbled(
    vendor: Callable[..., Link], entries: Any
) -> None:
    link, _ = answering(vendor, {"organizations": entries}, {"matches": entries})
    with pytest.raises(AnswerGarbled):
        await enrich_companies(link, [EnrichCompany(domain="a.com"), EnrichCompany(domain="b.com")])
    with pytest.raises(AnswerGarbled):
        await reveal_people(link, [person_asked(provider_id="p1"), person_asked(provider_id="p2")])


async def test_a_preview_names_each_employer_once_and_a_few_of_them(vendor: Callable[..., Link]) -> None:
    names = ["Acme", "Acme", None, "Blue", *(f"Company {n}" for n in range(20))]
    people = [{"id": "p", "organization": {"name": name} if name else None} for name in names]
    link, _ = answering(vendor, {"total_entries": 4711, "people": people})
    reply = await preview_companies(link, PreviewCompanies(icp=IdealCustomer()))
    assert isinstance(reply.content, CompanyPreview)
    assert reply.content.total is None  # it counts people
    assert [one.name for one in reply.content.sample][:3] == ["Acme", "Blue", "Company 0"]
    assert len(reply.content.sample) == 10
    assert reply.credits == 0


@pytest.mark.parametrize("answer", [{}, {"organization": None}, {"organization": {}}])
async def test_a_miss_is_a_200_without_a_company_and_free(vendor: Callable[..., Link], answer: Any) -> None:
    link, _ = answering(vendor, answer)
    assert await enrich_company(link, EnrichCompany(domain="acme.example")) == MISS


@pytest.mark.parametrize("answer", [{}, {"person": None, "request_id": 5}, {"person": {}}])
async def test_a_miss_is_a_200_without_a_person_and_free(vendor: Callable[..., Link], answer: Any) -> None:
    link, _ = answering(vendor, answer)
    assert await reveal_person(link, person_asked(provider_id="p1")) == MISS


async def test_a_person_of_whom_only_the_name_is_told_is_free(vendor: Callable[..., Link]) -> None:
    link, _ = answering(vendor, {"person": {"id": "p1", "first_name": "Ann", "last_name": "Lee"}})
    reply = await reveal_person(link, person_asked(provider_id="p1"))
    assert reply.content == PersonFound(provider_id="p1", first_name="Ann", last_name="Lee", has_email=False)
    assert reply.credits == 0


async def test_an_address_that_is_not_unlocked_is_none(vendor: Callable[..., Link]) -> None:
    person = {
        "id": "p1",
        "title": "CEO",
        "email": "email_not_unlocked@domain.com",
        "email_status": "verified",
    }
    link, _ = answering(vendor, {"person": person})
    found = (await reveal_person(link, person_asked(provider_id="p1"))).content
    assert isinstance(found, PersonFound)
    assert (found.email, found.email_status, found.has_email) == (None, None, False)


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("verified", "deliverable"),
        ("extrapolated", "unknown"),
        ("unverified", "unknown"),
        ("a word of tomorrow", "unknown"),
        (None, "unknown"),
    ],
)
async def test_address_status_in_our_words(
    vendor: Callable[..., Link], said: str | None, status: str
) -> None:
    link, _ = answering(vendor, {"person": {"email": "ann@acme.example", "email_status": said}})
    reply = await reveal_person(link, person_asked(provider_id="p1"))
    assert isinstance(reply.content, PersonFound)
    assert reply.content.email_status == status
    assert reply.credits == 1


@pytest.mark.parametrize(
    ("person", "department"),
    [
        ({"departments": ["master_sales"], "functions": ["sales"]}, "sales"),
        ({"departments": ["master_engineering_technical"]}, "engineering"),
        ({"departments": ["master_human_resources"]}, "hr"),
        ({"departments": ["master_information_technology"]}, "it"),
        ({"departments": ["c_suite"], "functions": ["finance"]}, "finance"),
        ({"departments": ["c_suite"], "functions": ["information_technology"]}, "it"),
        ({"departments": ["c_suite"], "functions": ["entrepreneurship"]}, "executive"),
        ({"departments": ["c_suite", "master_sales"]}, "sales"),
        ({"departments": [], "functions": []}, None),
        ({}, None),
    ],
)
async def test_department_in_our_words(
    vendor: Callable[..., Link], person: dict[str, Any], department: str
) -> None:
    link, _ = answering(vendor, {"person": {"id": "p1", **person}})
    found = (await reveal_person(link, person_asked(provider_id="p1"))).content
    assert isinstance(found, PersonFound)
    assert found.department == department


async def test_companies_that_the_team_saved_are_found_too(vendor: Callable[..., Link]) -> None:
    saved = {"id": "a1", "name": "Saved", "domain": "saved.example"}
    other = {"id": "o1", "name": "Other", "website_url": "http://www.other.com/en"}
    answer = {"accounts": [saved], "organizations": [other], "pagination": {"total_entries": 2}}
    link, _ = answering(vendor, answer)
    reply = await find_companies(link, FindCompanies(icp=IdealCustomer(), page=1, per_page=10))
    page = reply.content
    assert isinstance(page, CompanyPage)
    assert [(one.name, one.domain) for one in page.companies] == [
        ("Saved", "saved.example"),
        ("Other", "other.com"),
    ]
    assert (page.total, reply.credits) == (2, 1)


async def test_one_odd_field_does_not_spoil_a_company(vendor: Callable[..., Link]) -> None:
    organization = {
        "name": "Acme",
        "primary_domain": "acme.example",
        "estimated_num_employees": "1600",
        "annual_revenue": -1,
        "founded_year": 10**12,
        "technology_names": ["Slack", None, 7],
        "latest_funding_round_date": "soon",
        "country": "Atlantis",
    }
    link, _ = answering(vendor, {"organization": organization})
    reply = await enrich_company(link, EnrichCompany(domain="acme.example"))
    assert reply.content == CompanyFacts(name="Acme", domain="acme.example", technologies=("Slack",))
    assert reply.credits == 1


@pytest.mark.parametrize("answer", [{"organization": [1]}, {"organization": "Acme"}, {"organization": 5}])
async def test_a_company_that_is_none_is_garbled(vendor: Callable[..., Link], answer: Any) -> None:
    link, _ = answering(vendor, answer)
    with pytest.raises(AnswerGarbled):
        await enrich_company(link, EnrichCompany(domain="acme.example"))


@pytest.mark.parametrize(
    "answer", [{}, {"organizations": None, "people": None}, {"organizations": [1], "people": [1]}]
)
async def test_a_search_without_a_list_is_garbled(vendor: Callable[..., Link], answer: Any) -> None:
    link, _ = answering(vendor, answer, answer)
    with pytest.raises(AnswerGarbled):
        await find_companies(link, FindCompanies(icp=IdealCustomer(), page=1, per_page=10))
    with pytest.raises(AnswerGarbled):
        await find_people(link, FindPeople(domain="acme.example", persona=Persona()))


async def test_used_up_credits_are_told_from_a_wrong_question(vendor: Callable[..., Link]) -> None:
    said = "Required parameter 'domain' missing"

    def refuse(_: httpx.Request) -> httpx.Response:
        return httpx.Response(422, json={"error": said})

    link = vendor(refuse)
    with pytest.raises(QuestionRefused):
        await enrich_company(link, EnrichCompany(domain="acme.example"))
    said = "Insufficient credits. Please upgrade your plan."
    with pytest.raises(QuotaExhausted):
        await enrich_company(link, EnrichCompany(domain="acme.example"))


# With the simulator


def truth_of(company: Company) -> CompanyFacts:
    """What is true of a company, as far as Apollo has it."""
    revenue, funding = company.revenue_usd, company.total_funding_usd
    truth = CompanyFacts(
        name=company.name,
        domain=company.domain,
        industry=company.industry,
        country=company.country,
        city=company.city,
        employees=company.employees,
        founded_year=company.founded_year,
        revenue_usd=float(revenue) if revenue is not None else None,
        funding_usd=float(funding) if funding is not None else None,
        technologies=company.technologies,
        ticker=symbol(company),
        phone=phone(company),
        linkedin_url=f"http://www.linkedin.com/company/{linkedin_slug(company)}",
        headcount_growth=company.headcount_growth_12m,
        funding_stage=company.latest_funding_stage,
        last_funding_on=company.latest_funding_date,
    )
    hidden = {name: None for name in CompanyFacts.model_fields if not shows("apollo", company, name)}
    return truth.model_copy(update=hidden)


async def test_the_simulators_companies_come_through_whole(
    way: Callable[[str], Link], world: World, billed: Callable[[str], int]
) -> None:
    spent, known = Decimal(0), 0
    for company in world.companies[:60]:
        reply = await enrich_company(way("apollo"), EnrichCompany(domain=company.domain))
        spent += reply.credits
        if not covers("apollo", company):
            assert reply == MISS
            continue
        known += 1
        assert isinstance(reply.content, CompanyFacts)
        assert company.one_liner in (reply.content.description or "")
        assert reply.content.model_copy(update={"description": None}) == truth_of(company)
    assert 20 < known < 60
    assert spent == billed("apollo") == known


async def test_the_simulators_companies_come_through_ten_at_a_time(
    way: Callable[[str], Link], world: World, billed: Callable[[str], int]
) -> None:
    spent = Decimal(0)
    for start in range(0, 60, 10):
        companies = world.companies[start : start + 10]
        questions = [EnrichCompany(domain=company.domain) for company in companies]
        replies = await enrich_companies(way("apollo"), questions)
        for company, reply in zip(companies, replies, strict=True):
            assert isinstance(reply, Reply)
            spent += reply.credits
            if not covers("apollo", company):
                assert reply == MISS
                continue
            assert isinstance(reply.content, CompanyFacts)
            assert reply.content.model_copy(update={"description": None}) == truth_of(company)
    assert spent == billed("apollo") == sum(covers("apollo", company) for company in world.companies[:60])
    too_many = [EnrichCompany(domain=company.domain) for company in world.companies[:11]]
    with pytest.raises(QuestionRefused):
        await enrich_companies(way("apollo"), too_many)


async def test_the_simulators_people_are_revealed_ten_at_a_time(
    way: Callable[[str], Link], world: World, billed: Callable[[str], int]
) -> None:
    staff = [(one, person) for one in world.companies[:6] for person in world.people(one)][:9]
    questions = [person_asked(domain=one.domain, provider_id=person.id) for one, person in staff]
    nobody = person_asked(domain=staff[0][0].domain, first_name="No", last_name="Body")
    *replies, missed = await reveal_people(way("apollo"), [*questions, nobody])
    assert missed == MISS
    for (_, person), reply in zip(staff, replies, strict=True):
        assert isinstance(reply, Reply)
        assert isinstance(reply.content, PersonFound)
        assert (reply.content.first_name, reply.content.last_name) == (person.first_name, person.last_name)
        assert reply.content.email == (person.email if person.apollo_knows_email else None)
    assert sum(reply.credits for reply in replies if isinstance(reply, Reply)) == billed("apollo") == 9


async def test_the_simulators_preview_is_of_companies_that_match_and_free(
    way: Callable[[str], Link], world: World, billed: Callable[[str], int]
) -> None:
    icp = IdealCustomer(countries=("DE",), employees_min=11, employees_max=500)
    preview = (await preview_companies(way("apollo"), PreviewCompanies(icp=icp))).content
    assert isinstance(preview, CompanyPreview)
    truth = {one.name for one in world.companies if one.country == "DE" and 11 <= one.employees <= 500}
    assert 1 < len(preview.sample) <= 10
    assert {one.name for one in preview.sample} <= truth
    assert billed("apollo") == 0


async def test_the_simulators_search_is_read_to_its_end(
    way: Callable[[str], Link], world: World, billed: Callable[[str], int]
) -> None:
    icp = IdealCustomer(countries=("DE", "GB"), employees_min=11, employees_max=500)
    truth = {c.domain for c in world.companies if c.country in icp.countries and 11 <= c.employees <= 500}
    found: list[str | None] = []
    spent = Decimal(0)
    for page in range(1, 100):
        reply = await find_companies(way("apollo"), FindCompanies(icp=icp, page=page, per_page=25))
        assert isinstance(reply.content, CompanyPage)
        assert reply.content.total == len(truth)
        spent += reply.credits
        if not reply.content.companies:
            break
        found += [company.domain for company in reply.content.companies]
    assert len(truth) > 25
    assert len(found) == len(truth)
    assert set(found) == truth
    assert spent == billed("apollo") == -(-len(truth) // 25)


async def test_the_simulators_countries_are_called_as_we_call_them(
    way: Callable[[str], Link], world: World
) -> None:
    for code in {company.country for company in world.companies}:
        question = FindCompanies(icp=IdealCustomer(countries=(code,)), page=1, per_page=1)
        page = (await find_companies(way("apollo"), question)).content
        assert isinstance(page, CompanyPage)
        assert page.total == sum(company.country == code for company in world.companies)


async def test_the_simulators_people_are_found_and_revealed(
    way: Callable[[str], Link], world: World, billed: Callable[[str], int]
) -> None:
    link = way("apollo")
    spent = Decimal(0)
    statuses = set()
    for company in world.companies[:25]:
        staff = {person.id: person for person in world.people(company)}
        found = (await find_people(link, FindPeople(domain=company.domain, persona=Persona()))).content
        assert isinstance(found, PeopleFound)
        assert {person.provider_id for person in found.people} == set(staff)
        for hint in found.people:
            truth = staff[hint.provider_id or ""]
            assert (hint.first_name, hint.title) == (truth.first_name, truth.title)
            assert hint.last_name != truth.last_name
            assert hint.has_email == truth.apollo_knows_email
        hint = found.people[0]
        question = person_asked(domain=company.domain, provider_id=hint.provider_id)
        reply = await reveal_person(link, question)
        revealed, truth = reply.content, staff[hint.provider_id or ""]
        assert isinstance(revealed, PersonFound)
        assert (revealed.first_name, revealed.last_name) == (truth.first_name, truth.last_name)
        assert (revealed.seniority, revealed.country) == (truth.seniority, truth.country)
        assert revealed.linkedin_url == truth.linkedin_url
        assert revealed.email == (truth.email if truth.apollo_knows_email else None)
        assert revealed.department == truth.department
        statuses.add(revealed.email_status)
        spent += reply.credits
    by_name = person_asked(domain=company.domain, first_name=truth.first_name, last_name=truth.last_name)
    reply = await reveal_person(link, by_name)
    assert reply.content == revealed
    nobody = person_asked(domain=company.domain, first_name="Nobody", last_name="Whatsoever")
    assert await reveal_person(link, nobody) == MISS
    assert statuses == {"deliverable", "unknown", None}
    assert spent + reply.credits == billed("apollo")


async def test_the_simulators_persona(way: Callable[[str], Link], world: World) -> None:
    company = max(world.companies, key=lambda company: len(world.people(company)))
    persona = Persona(seniorities=("vp", "c_suite"))
    found = (await find_people(way("apollo"), FindPeople(domain=company.domain, persona=persona))).content
    assert isinstance(found, PeopleFound)
    truth = {person.id for person in world.people(company) if person.seniority in persona.seniorities}
    assert truth
    assert {person.provider_id for person in found.people} == truth


async def test_the_simulators_faults(
    way: Callable[[str], Link], behave: Callable[..., None], world: World, request: pytest.FixtureRequest
) -> None:
    known = next(company for company in world.companies if covers("apollo", company))
    link, question = way("apollo"), EnrichCompany(domain=known.domain)
    behave("apollo", credits={f"sim-{request.node.name}": 0})
    with pytest.raises(QuotaExhausted):
        await enrich_company(link, question)
    behave("apollo", rate_429=1.0)
    with pytest.raises(RateLimited) as limited:
        await enrich_company(link, question)
    assert limited.value.retry_at is not None
    behave("apollo", rate_429=0.0, rate_500=1.0)
    with pytest.raises(ProviderDown):
        await enrich_company(link, question)
    behave("apollo", rate_500=0.0, outage=True)
    with pytest.raises(ProviderDown):
        await enrich_company(link, question)
    with pytest.raises(KeyRefused):
        await enrich_company(Link(link.http, link.base_url, "no-such-key"), question)


# With recorded answers


@pytest.fixture
def recorded(dataset: Callable[[str], Path]) -> Callable[[str], Any]:
    def read(name: str) -> Any:
        return json.loads(dataset(f"providers/apollo/examples/{name}_200_Result.json").read_text())

    return read


@pytest.mark.dataset
async def test_a_recorded_company(recorded: Callable[[str], Any], vendor: Callable[..., Link]) -> None:
    answer = recorded("get_organizations_enrich")
    link, _ = answering(vendor, answer)
    reply = await enrich_company(link, EnrichCompany(domain="apollo.io"))
    said = answer["organization"]
    assert reply.content == CompanyFacts(
        name=said["name"],
        domain=said["primary_domain"],
        industry=said["industry"],
        country="US",
        city=said["city"],
        employees=said["estimated_num_employees"],
        founded_year=said["founded_year"],
        revenue_usd=said["annual_revenue"],
        funding_usd=said["total_funding"],
        technologies=tuple(said["technology_names"]),
        description=said["short_description"],
        linkedin_url=said["linkedin_url"],
        headcount_growth=0.246,
        funding_stage=said["latest_funding_stage"],
        last_funding_on=said["latest_funding_round_date"][:10],
    )
    told = reply.content.model_dump(include=PROVIDER.knows)
    assert {name for name, value in told.items() if value is None} == {"phone", "ticker"}  # null there too


@pytest.mark.dataset
async def test_recorded_companies(recorded: Callable[[str], Any], vendor: Callable[..., Link]) -> None:
    answer = recorded("post_organizations_bulk_enrich")
    listed = answer["organizations"]
    link, _ = answering(vendor, answer)
    questions = [EnrichCompany(domain=said["primary_domain"]) for said in listed]
    replies = await enrich_companies(link, questions)
    for said, reply in zip(listed, replies, strict=True):
        assert isinstance(reply, Reply)
        assert isinstance(reply.content, CompanyFacts)
        facts = reply.content
        assert (facts.name, facts.domain, facts.industry) == (
            said["name"],
            said["primary_domain"],
            said["industry"],
        )
        assert (facts.employees, facts.founded_year, facts.city) == (
            said["estimated_num_employees"],
            said["founded_year"],
            said["city"],
        )
        assert (facts.phone, facts.ticker, facts.linkedin_url) == (
            said["phone"],
            said["publicly_traded_symbol"],
            said["linkedin_url"],
        )
        growth = said["organization_headcount_twelve_month_growth"]
        assert facts.headcount_growth == (None if growth is None else pytest.approx(growth / 100))
        assert facts.country is not None
        assert facts.description == said["short_description"]
    assert sum(reply.credits for reply in replies if isinstance(reply, Reply)) == 4
    assert {one.content.ticker for one in replies if isinstance(one, Reply)} > {None, "MSFT"}  # type: ignore[union-attr]


@pytest.mark.dataset
@pytest.mark.parametrize(
    "name", ["post_people_bulk_match_200_Result", "post_people_bulk_match_200_Waterfall-enrichment-result"]
)
async def test_recorded_matches(
    name: str, dataset: Callable[[str], Path], vendor: Callable[..., Link]
) -> None:
    answer = json.loads(dataset(f"providers/apollo/examples/{name}.json").read_text())
    link, _ = answering(vendor, answer)
    matches = answer["matches"]
    replies = await reveal_people(link, [person_asked(provider_id=said["id"]) for said in matches])
    for said, reply in zip(matches, replies, strict=True):
        assert isinstance(reply, Reply)
        assert isinstance(reply.content, PersonFound)
        found = reply.content
        assert (found.provider_id, found.first_name, found.last_name, found.title, found.linkedin_url) == (
            said["id"],
            said["first_name"],
            said["last_name"],
            said["title"],
            said["linkedin_url"],
        )
        assert (found.email, found.seniority, found.country) == (
            said.get("email"),
            said.get("seniority"),
            "US",
        )
        assert found.email_status == ("deliverable" if said.get("email") else None)
    billed_credits = sum(reply.credits for reply in replies if isinstance(reply, Reply))
    assert billed_credits == answer.get("credits_consumed", len(matches))


@pytest.mark.dataset
@pytest.mark.parametrize(
    "name",
    [
        "post_organizations_bulk_enrich_400_Add-domains",
        "post_organizations_bulk_enrich_400_More-than-10-companies",
        "post_people_bulk_match_400_Add-people-to-enrich",
        "post_people_bulk_match_400_More-than-10-people",
    ],
)
async def test_recorded_refusals(
    name: str, dataset: Callable[[str], Path], vendor: Callable[..., Link]
) -> None:
    answer = dataset(f"providers/apollo/examples/{name}.json").read_text()
    link = vendor(lambda _: httpx.Response(400, text=answer, headers={"content-type": "application/json"}))
    with pytest.raises(QuestionRefused):
        await enrich_companies(link, [EnrichCompany(domain="a.com")])
    with pytest.raises(QuestionRefused):
        await reveal_people(link, [person_asked(provider_id="p1")])


@pytest.mark.dataset
async def test_a_recorded_preview(recorded: Callable[[str], Any], vendor: Callable[..., Link]) -> None:
    answer = recorded("post_mixed_people_api_search")
    link, _ = answering(vendor, answer)
    preview = (await preview_companies(link, PreviewCompanies(icp=IdealCustomer()))).content
    assert isinstance(preview, CompanyPreview)
    employers = list(dict.fromkeys(said["organization"]["name"] for said in answer["people"]))
    assert [one.name for one in preview.sample] == employers


@pytest.mark.dataset
async def test_a_recorded_search(recorded: Callable[[str], Any], vendor: Callable[..., Link]) -> None:
    answer = recorded("post_mixed_companies_search")
    link, _ = answering(vendor, answer)
    reply = await find_companies(link, FindCompanies(icp=IdealCustomer(), page=1, per_page=2))
    page = reply.content
    assert isinstance(page, CompanyPage)
    assert page.total == answer["pagination"]["total_entries"]
    for one, said in zip(page.companies, answer["organizations"], strict=True):
        assert (one.name, one.domain, one.founded_year) == (
            said["name"],
            said["primary_domain"],
            said["founded_year"],
        )
        assert (one.phone, one.ticker, one.linkedin_url) == (
            said["phone"],
            said["publicly_traded_symbol"],
            said["linkedin_url"],
        )


@pytest.mark.dataset
async def test_recorded_people(recorded: Callable[[str], Any], vendor: Callable[..., Link]) -> None:
    answer = recorded("post_mixed_people_api_search")
    link, _ = answering(vendor, answer)
    found = (await find_people(link, FindPeople(domain="acme.example", persona=Persona()))).content
    assert isinstance(found, PeopleFound)
    assert [(p.provider_id, p.first_name, p.last_name, p.title, p.has_email) for p in found.people] == [
        (said["id"], said["first_name"], said["last_name_obfuscated"], said["title"], said["has_email"])
        for said in answer["people"]
    ]


@pytest.mark.dataset
async def test_a_recorded_person(recorded: Callable[[str], Any], vendor: Callable[..., Link]) -> None:
    answer = recorded("post_people_match")
    link, _ = answering(vendor, answer)
    reply = await reveal_person(link, person_asked(provider_id="p1"))
    said = answer["person"]
    assert reply.content == PersonFound(
        provider_id=said["id"],
        first_name=said["first_name"],
        last_name=said["last_name"],
        title=said["title"],
        seniority=said["seniority"],
        department="executive",
        country="US",
        linkedin_url=said["linkedin_url"],
        email=said["email"],
        email_status="deliverable",
        has_email=True,
    )
    assert reply.credits == 1


def test_all_but_the_search_for_people_and_what_is_made_of_it_can_cost_something() -> None:
    assert PROVIDER.answers.keys() - PROVIDER.billed == {FindPeople, PreviewCompanies}
