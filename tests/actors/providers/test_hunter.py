"""Hunter: its quirks, the simulator that speaks as it does, and answers recorded from it."""

import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest

from actors.core.errors import (
    AnswerGarbled,
    AnswerPending,
    KeyRefused,
    OptedOut,
    ProviderDown,
    QuestionRefused,
    QuotaExhausted,
    RateLimited,
)
from actors.core.provider import Link, Reply
from actors.core.questions import (
    AddressPattern,
    AddressVerdict,
    CompanyFacts,
    CompanyPage,
    CompanyPreview,
    EnrichCompany,
    FindCompanies,
    FindPattern,
    PersonFound,
    PreviewCompanies,
    RevealPerson,
    VerifyAddress,
)
from actors.providers.hunter import (
    PROVIDER,
    enrich_company,
    find_companies,
    find_pattern,
    preview_companies,
    reveal_person,
    verify_address,
)
from actors.simulator.company import SIZE_BANDS, Company, Mail, size_band
from actors.simulator.coverage import covers, shows
from actors.simulator.directory import linkedin_slug, phone, symbol
from actors.simulator.person import Person
from actors.simulator.world import World
from tenants.icp import IdealCustomer

MISS = Reply(None)
ANN = RevealPerson(domain="acme.example", provider_id="p1", first_name="Ann", last_name="Lee")
PATTERN = FindPattern(domain="acme.example")
ADDRESS = VerifyAddress(email="ann+x@acme.example")
COMPANY = EnrichCompany(domain="acme.example")


def answering(
    vendor: Callable[..., Link], data: Any, status: int = 200, **meta: Any
) -> tuple[Link, list[httpx.Request]]:
    """The way to a Hunter that gives this answer, and what it was asked."""
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(status, json={"data": data, "meta": meta})

    return vendor(answer), asked


# How Hunter is asked


async def test_how_hunter_is_asked(vendor: Callable[..., Link]) -> None:
    link, asked = answering(vendor, None)
    await find_pattern(link, PATTERN)
    await verify_address(link, ADDRESS)
    await reveal_person(link, ANN)
    assert [request.method for request in asked] == ["GET"] * 3
    assert [request.url.path for request in asked] == [
        "/v1/domain-search",
        "/v1/email-verifier",
        "/v1/email-finder",
    ]
    assert [dict(parse_qsl(request.url.query.decode())) for request in asked] == [
        {"domain": "acme.example", "limit": "1"},
        {"email": "ann+x@acme.example"},
        {"domain": "acme.example", "first_name": "Ann", "last_name": "Lee"},
    ]
    assert {request.headers["x-api-key"] for request in asked} == {"k"}


@pytest.mark.parametrize("names", [(None, None), ("Ann", None), (None, "Lee"), ("Ann", "L***e"), ("", "Lee")])
async def test_nobody_is_asked_for_a_name_in_part(
    vendor: Callable[..., Link], names: tuple[str, str]
) -> None:
    link, asked = answering(vendor, None)
    first, last = names
    question = RevealPerson(domain="acme.example", provider_id="p1", first_name=first, last_name=last)
    assert await reveal_person(link, question) == MISS
    assert not asked


async def test_the_ideal_customer_in_hunters_words(vendor: Callable[..., Link]) -> None:
    link, asked = answering(vendor, [])
    icp = IdealCustomer(
        industries=("machinery",),
        keywords=("cnc",),
        countries=("DE", "GB"),
        employees_min=100,
        employees_max=600,
    )
    await find_companies(link, FindCompanies(icp=icp, page=3, per_page=50))
    assert (asked[0].method, asked[0].url.path) == ("POST", "/v1/discover")
    assert json.loads(asked[0].content) == {
        "headquarters_location": {"include": [{"country": "DE"}, {"country": "GB"}]},
        "keywords": {"include": ["machinery", "cnc"], "match": "any"},
        "headcount": ["51-200", "201-500", "501-1000"],
        "limit": 50,
        "offset": 100,
    }


async def test_a_first_full_page_and_a_preview_say_nothing_of_paging_which_some_plans_refuse(
    vendor: Callable[..., Link],
) -> None:
    link, asked = answering(vendor, [])
    icp = IdealCustomer(countries=("DE",))
    await find_companies(link, FindCompanies(icp=icp, page=1, per_page=100))
    await preview_companies(link, PreviewCompanies(icp=icp))
    for request in asked:
        assert json.loads(request.content).keys() == {"headquarters_location"}


@pytest.mark.parametrize(
    ("least", "most", "bands"),
    [
        (None, 10, ["1-10"]),
        (None, 11, ["1-10", "11-50"]),
        (1001, None, ["1001-5000", "5001-10000", "10001+"]),
        (60, 60, ["51-200"]),
    ],
)
async def test_sizes_in_bands(
    vendor: Callable[..., Link], least: int | None, most: int | None, bands: list[str]
) -> None:
    link, asked = answering(vendor, [])
    icp = IdealCustomer(employees_min=least, employees_max=most)
    await find_companies(link, FindCompanies(icp=icp, page=1, per_page=100))
    assert json.loads(asked[0].content) == {"headcount": bands}


@pytest.mark.parametrize("sizes", [{"employees_max": 0}, {"employees_min": 50, "employees_max": 10}])
async def test_sizes_that_no_company_has_are_not_asked_for(
    vendor: Callable[..., Link], sizes: dict[str, int]
) -> None:
    link, asked = answering(vendor, [])
    with pytest.raises(QuestionRefused):
        await find_companies(link, FindCompanies(icp=IdealCustomer(**sizes), page=1, per_page=100))
    with pytest.raises(QuestionRefused):
        await preview_companies(link, PreviewCompanies(icp=IdealCustomer(**sizes)))
    assert not asked


async def test_a_company_without_a_domain_is_not_asked_for(vendor: Callable[..., Link]) -> None:
    link, asked = answering(vendor, {"name": "Acme"})
    assert await enrich_company(link, EnrichCompany(domain=None, name="Acme", country="DE")) == MISS
    assert not asked


# What its answers mean


async def test_a_company_in_our_words(vendor: Callable[..., Link]) -> None:
    data = {
        "name": "Acme",
        "legalName": "Acme GmbH",
        "domain": "acme.de",
        "site": {"phoneNumbers": ["+49 30 1", "+49 30 2"], "emailAddresses": ["info@acme.de"]},
        "category": {"industry": "Machinery Manufacturing", "sector": "Industrials"},
        "description": "Tools.",
        "foundedYear": 1999,
        "geo": {"city": "Berlin", "state": "Berlin", "country": "Germany"},
        "linkedin": {"handle": "company/acme"},
        "ticker": "ACM",
        "metrics": {"employees": 120, "raised": 5_000_000, "annualRevenue": 9_000_000},
        "tech": ["sap", "autocad"],
        "fundingRounds": [
            {"series": "seed", "announcedDate": "2019-04-01"},
            {"series": "series_a", "announcedDate": "2022-05-02"},
            {"series": None, "announcedDate": None},
        ],
    }
    link, asked = answering(vendor, data)
    reply = await enrich_company(link, COMPANY)
    assert (asked[0].method, asked[0].url.path) == ("GET", "/v1/companies/find")
    assert dict(parse_qsl(asked[0].url.query.decode())) == {"domain": "acme.example"}
    assert reply.content == CompanyFacts(
        name="Acme",
        legal_name="Acme GmbH",
        domain="acme.de",
        industry="machinery",
        country="DE",
        city="Berlin",
        employees=120,
        founded_year=1999,
        revenue_usd=9e6,
        funding_usd=5e6,
        technologies=("sap", "autocad"),
        description="Tools.",
        ticker="ACM",
        phone="+49 30 1",
        linkedin_url="https://www.linkedin.com/company/acme",
        funding_stage="Series A",
        last_funding_on="2022-05-02",
    )
    filled = {name for name, value in reply.content.model_dump().items() if value is not None}
    assert filled == PROVIDER.knows | {"domain"}
    assert reply.credits == 1


async def test_what_hunter_groups_oddly_is_unknown_and_the_rest_is_not_lost(
    vendor: Callable[..., Link],
) -> None:
    data = {
        "name": "Acme",
        "geo": [],
        "metrics": {"employees": "11-50"},
        "site": None,
        "fundingRounds": "none",
    }
    link, _ = answering(vendor, data)
    reply = await enrich_company(link, COMPANY)
    assert (reply.content, reply.credits) == (CompanyFacts(name="Acme"), 1)


@pytest.mark.parametrize("data", [None, {}])
async def test_a_company_of_which_there_is_nothing_is_a_free_miss(
    vendor: Callable[..., Link], data: Any
) -> None:
    link, _ = answering(vendor, data)
    assert await enrich_company(link, COMPANY) == MISS


async def test_a_page_and_a_preview_of_a_search(vendor: Callable[..., Link]) -> None:
    listed = [
        {"domain": f"c{n}.com", "organization": f"C{n}", "industry": "Retail", "country": "DE"}
        for n in range(12)
    ]
    link, _ = answering(vendor, listed, results=4711)
    page = await find_companies(link, FindCompanies(icp=IdealCustomer(), page=1, per_page=100))
    assert isinstance(page.content, CompanyPage)
    assert page.content.total == 4711
    assert len(page.content.companies) == 12
    first = CompanyFacts(name="C0", domain="c0.com", industry="retail", country="DE")
    assert page.content.companies[0] == first
    preview = await preview_companies(link, PreviewCompanies(icp=IdealCustomer()))
    assert preview.content == CompanyPreview(total=4711, sample=page.content.companies[:10])
    assert page.credits == preview.credits == 0


async def test_a_search_lists_no_more_than_domains_and_names(vendor: Callable[..., Link]) -> None:
    link, _ = answering(
        vendor, [{"domain": "hunter.io", "organization": "Hunter", "emails_count": {"total": 3}}]
    )
    page = (await find_companies(link, FindCompanies(icp=IdealCustomer(), page=1, per_page=100))).content
    assert page == CompanyPage(companies=(CompanyFacts(name="Hunter", domain="hunter.io"),), total=1)


async def test_searching_is_free_and_enrichment_is_not() -> None:
    assert PROVIDER.answers.keys() - PROVIDER.billed == {FindCompanies, PreviewCompanies}


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("valid", "deliverable"),
        ("accept_all", "accept_all"),
        ("webmail", "risky"),
        ("disposable", "disposable"),
        ("invalid", "undeliverable"),
        ("unknown", "unknown"),
        ("a word of tomorrow", "unknown"),
        (None, "unknown"),
    ],
)
async def test_verdicts_in_our_words(vendor: Callable[..., Link], said: str | None, status: str) -> None:
    # "result" is the older word for it, and says something else
    link, _ = answering(vendor, {"status": said, "result": "undeliverable"})
    reply = await verify_address(link, ADDRESS)
    assert reply.content == AddressVerdict(email=ADDRESS.email, status=status)
    assert reply.credits == 1
    link, _ = answering(vendor, {"email": "ann@acme.example", "verification": {"date": None, "status": said}})
    reply = await reveal_person(link, ANN)
    assert reply.content == PersonFound(email="ann@acme.example", email_status=status, has_email=True)
    assert reply.credits == 1


async def test_an_address_that_was_never_verified(vendor: Callable[..., Link]) -> None:
    link, _ = answering(vendor, {"email": "ann@acme.example", "verification": None})
    found = (await reveal_person(link, ANN)).content
    assert isinstance(found, PersonFound)
    assert found.email_status == "unknown"


@pytest.mark.parametrize(
    "ask", [lambda link: verify_address(link, ADDRESS), lambda link: reveal_person(link, ANN)]
)
async def test_a_verdict_that_is_still_to_come_is_asked_for_a_little_later(
    vendor: Callable[..., Link], ask: Callable[[Link], Any]
) -> None:
    link, _ = answering(vendor, None, status=202)
    before = datetime.now(UTC)
    with pytest.raises(AnswerPending) as pending:
        await ask(link)
    assert pending.value.kind == "transient"
    assert pending.value.provider == "hunter"
    assert pending.value.retry_at is not None
    assert 2 <= (pending.value.retry_at - before).total_seconds() <= 60


async def test_a_mail_server_that_answers_strangely_leaves_it_unknown_and_free(
    vendor: Callable[..., Link],
) -> None:
    link = vendor(lambda _: httpx.Response(222, text="?"))
    reply = await verify_address(link, ADDRESS)
    assert reply.content == AddressVerdict(email=ADDRESS.email, status="unknown")
    assert reply.credits == 0


@pytest.mark.parametrize(
    ("data", "content", "credits_billed"),
    [
        (
            {"pattern": "{first}", "accept_all": False, "emails": [{"value": "a@acme.example"}]},
            AddressPattern(pattern="{first}", accept_all=False),
            1,
        ),
        ({"pattern": "{first}", "accept_all": None, "emails": []}, AddressPattern(pattern="{first}"), 0),
        (
            {"pattern": None, "accept_all": True, "emails": []},
            AddressPattern(pattern=None, accept_all=True),
            0,
        ),
        ({"pattern": None, "accept_all": None, "emails": [{}]}, None, 1),
        ({"pattern": None, "accept_all": None, "emails": []}, None, 0),
        (None, None, 0),
    ],
)
async def test_patterns(
    vendor: Callable[..., Link], data: Any, content: AddressPattern | None, credits_billed: int
) -> None:
    link, _ = answering(vendor, data)
    reply = await find_pattern(link, PATTERN)
    assert (reply.content, reply.credits) == (content, credits_billed)


async def test_nulls_are_a_free_miss(vendor: Callable[..., Link]) -> None:
    link, _ = answering(vendor, {"first_name": "Ann", "last_name": "Lee", "email": None, "score": None})
    assert await reveal_person(link, ANN) == MISS


@pytest.mark.parametrize(
    ("status", "error"),
    [(400, QuestionRefused), (401, KeyRefused), (403, RateLimited), (429, QuotaExhausted), (451, OptedOut)],
)
async def test_statuses_that_mean_something_else_here(
    vendor: Callable[..., Link], status: int, error: type[Exception]
) -> None:
    link = vendor(
        lambda _: httpx.Response(status, json={"errors": [{"id": "x", "code": status, "details": "…"}]})
    )
    for asking in (
        find_pattern(link, PATTERN),
        verify_address(link, ADDRESS),
        reveal_person(link, ANN),
        enrich_company(link, COMPANY),
        find_companies(link, FindCompanies(icp=IdealCustomer(), page=2, per_page=100)),
    ):
        with pytest.raises(error):
            await asking


@pytest.mark.parametrize("answer", [{}, {"data": []}, {"data": "x"}, {"errors": []}])
async def test_an_answer_without_data_is_garbled(vendor: Callable[..., Link], answer: Any) -> None:
    link = vendor(lambda _: httpx.Response(200, json=answer))
    for asking in (
        find_pattern(link, PATTERN),
        verify_address(link, ADDRESS),
        reveal_person(link, ANN),
        enrich_company(link, COMPANY),
    ):
        with pytest.raises(AnswerGarbled):
            await asking


@pytest.mark.parametrize("answer", [{}, {"data": None}, {"data": {}}, {"data": [1]}])
async def test_a_search_without_a_list_is_garbled(vendor: Callable[..., Link], answer: Any) -> None:
    link = vendor(lambda _: httpx.Response(200, json=answer))
    with pytest.raises(AnswerGarbled):
        await find_companies(link, FindCompanies(icp=IdealCustomer(), page=1, per_page=100))
    with pytest.raises(AnswerGarbled):
        await preview_companies(link, PreviewCompanies(icp=IdealCustomer()))


# With the simulator


def staff(world: World) -> list[tuple[Company, Person]]:
    return [(company, person) for company in world.companies for person in world.people(company)]


def named(company: Company, person: Person) -> RevealPerson:
    return RevealPerson(
        domain=company.domain, provider_id=None, first_name=person.first_name, last_name=person.last_name
    )


async def verdict_of(link: Link, email: str) -> Reply:
    """The verdict, asked for again where it is still to come."""
    try:
        return await verify_address(link, VerifyAddress(email=email))
    except AnswerPending:
        return await verify_address(link, VerifyAddress(email=email))


def truth_of(company: Company) -> CompanyFacts:
    """What is true of a company, as far as Hunter has it."""
    truth = CompanyFacts(
        name=company.name,
        domain=company.domain,
        industry=company.industry,
        country=company.country,
        city=company.city,
        employees=company.employees,
        founded_year=company.founded_year,
        revenue_usd=company.revenue_usd,
        funding_usd=company.total_funding_usd,
        technologies=company.technologies,
        description=company.one_liner,
        ticker=symbol(company),
        phone=phone(company),
        linkedin_url=f"https://www.linkedin.com/company/{linkedin_slug(company)}",
        funding_stage=company.latest_funding_stage,
        last_funding_on=company.latest_funding_date,
    )
    hidden = {name: None for name in CompanyFacts.model_fields if not shows("hunter", company, name)}
    return truth.model_copy(update=hidden)


async def test_the_simulators_companies(
    way: Callable[[str], Link], world: World, billed: Callable[[str], int]
) -> None:
    spent, known = Decimal(0), 0
    for company in world.companies[:80]:
        reply = await enrich_company(way("hunter"), EnrichCompany(domain=company.domain))
        spent += reply.credits
        if not covers("hunter", company):
            assert reply == MISS
            continue
        known += 1
        assert reply.content == truth_of(company)
    assert 20 < known < 70
    assert spent == billed("hunter") == known


async def test_the_simulators_search_is_read_to_its_end_for_nothing(
    way: Callable[[str], Link], world: World, billed: Callable[[str], int]
) -> None:
    icp = IdealCustomer(countries=("US", "GB"), employees_min=11, employees_max=200)
    truth = {
        one.domain
        for one in world.companies
        if covers("hunter", one) and one.country in icp.countries and 11 <= one.employees <= 200
    }
    found: list[CompanyFacts] = []
    for page in range(1, 100):
        reply = await find_companies(way("hunter"), FindCompanies(icp=icp, page=page, per_page=20))
        assert isinstance(reply.content, CompanyPage)
        assert reply.content.total == len(truth)
        if not reply.content.companies:
            break
        found += reply.content.companies
    assert len(found) == len(truth) > 20
    assert {one.domain for one in found} == truth
    preview = (await preview_companies(way("hunter"), PreviewCompanies(icp=icp))).content
    assert preview == CompanyPreview(total=len(truth), sample=tuple(found[:10]))
    assert billed("hunter") == 0


async def test_the_simulators_search_by_industry_and_keyword(
    way: Callable[[str], Link], world: World
) -> None:
    icp = IdealCustomer(industries=("machinery",), keywords=("solar",))
    page = (await find_companies(way("hunter"), FindCompanies(icp=icp, page=1, per_page=100))).content
    assert isinstance(page, CompanyPage)
    truth = {
        one.domain
        for one in world.companies
        if covers("hunter", one) and ("machinery" in one.industry or "solar" in one.keywords)
    }
    assert {one.domain for one in page.companies} == truth
    assert {one.industry for one in page.companies} == {"machinery", "renewables & environment"}


async def test_the_simulators_bands_are_ours(way: Callable[[str], Link], world: World) -> None:
    for band in range(len(SIZE_BANDS)):
        least, most = SIZE_BANDS[band]
        icp = IdealCustomer(employees_min=least, employees_max=most)
        preview = (await preview_companies(way("hunter"), PreviewCompanies(icp=icp))).content
        assert isinstance(preview, CompanyPreview)
        assert preview.total == sum(
            covers("hunter", one) and size_band(one.employees) == band for one in world.companies
        )


async def test_the_simulators_patterns(
    way: Callable[[str], Link], world: World, billed: Callable[[str], int]
) -> None:
    spent = Decimal(0)
    for company in world.companies[:50]:
        reply = await find_pattern(way("hunter"), FindPattern(domain=company.domain))
        assert isinstance(reply.content, AddressPattern)
        assert reply.content.accept_all == company.accept_all
        assert reply.content.pattern in {company.email_pattern, None}
        spent += reply.credits
    assert spent == billed("hunter") > 25
    unknown = next(d for n in range(1000) if not world.company_by_domain(d := f"stranger{n}.com").is_known)
    assert await find_pattern(way("hunter"), FindPattern(domain=unknown)) == MISS


async def test_the_simulators_people(
    way: Callable[[str], Link], world: World, billed: Callable[[str], int]
) -> None:
    spent, hits = Decimal(0), 0
    for company, person in [pair for pair in staff(world)[:120] if not pair[1].objected]:
        reply = await reveal_person(way("hunter"), named(company, person))
        found = reply.content
        spent += reply.credits
        if not person.hunter_knows_email:
            assert reply == MISS
            continue
        hits += 1
        assert isinstance(found, PersonFound)
        assert (found.first_name, found.last_name) == (person.first_name, person.last_name)
        assert (found.title, found.linkedin_url) == (person.title, person.linkedin_url)
        assert found.email == person.email
    assert hits > 20
    assert spent == billed("hunter") == hits


async def test_the_simulators_verdicts(
    way: Callable[[str], Link], world: World, billed: Callable[[str], int]
) -> None:
    spent, waited = Decimal(0), 0
    said: Counter[tuple[str, str]] = Counter()
    for company, person in [pair for pair in staff(world)[:400] if not pair[1].objected]:
        question = VerifyAddress(email=person.email)
        try:
            reply = await verify_address(way("hunter"), question)
        except AnswerPending:
            waited += 1
            reply = await verify_address(way("hunter"), question)
        assert isinstance(reply.content, AddressVerdict)
        assert reply.content.email == person.email
        spent += reply.credits
        if company.mail in {Mail.NULL_MX, Mail.NXDOMAIN}:
            truth = "undeliverable"
        elif company.mail is Mail.SERVFAIL:
            truth = "unknown"
        elif company.accept_all:
            truth = "accept_all"
        else:
            truth = "undeliverable" if person.email_is_stale else "deliverable"
        said[truth, reply.content.status] += 1
    # The simulator leaves a few unanswered, as mail servers do; the others are as they truly are.
    assert {truth for (truth, status) in said if status not in {truth, "unknown"}} == set()
    assert {status for _, status in said} == {"deliverable", "undeliverable", "accept_all", "unknown"}
    assert said["deliverable", "deliverable"] > 10 * said["deliverable", "unknown"]
    assert waited > 0
    assert spent == billed("hunter")


async def test_the_simulators_public_mailboxes(way: Callable[[str], Link]) -> None:
    for email, status in (("ann.lee@gmail.com", "risky"), ("ann.lee@mailinator.com", "disposable")):
        reply = await verdict_of(way("hunter"), email)
        assert reply.content == AddressVerdict(email=email, status=status)


async def test_who_objected_at_the_simulator_stays_out(
    way: Callable[[str], Link], world: World, billed: Callable[[str], int]
) -> None:
    company, person = next(pair for pair in staff(world) if pair[1].objected)
    with pytest.raises(OptedOut):
        await reveal_person(way("hunter"), named(company, person))
    with pytest.raises(OptedOut):
        await verdict_of(way("hunter"), person.email)
    assert billed("hunter") == 0


async def test_the_simulators_faults(
    way: Callable[[str], Link], behave: Callable[..., None], world: World, request: pytest.FixtureRequest
) -> None:
    link, question = way("hunter"), FindPattern(domain=world.companies[0].domain)
    behave("hunter", credits={f"sim-{request.node.name}": 0})
    with pytest.raises(QuotaExhausted):
        await find_pattern(link, question)
    behave("hunter", rate_429=1.0)
    with pytest.raises(RateLimited) as limited:
        await find_pattern(link, question)
    assert limited.value.retry_at is not None  # though Hunter does not say when
    behave("hunter", rate_429=0.0, outage=True)
    with pytest.raises(ProviderDown):
        await find_pattern(link, question)
    with pytest.raises(KeyRefused):
        await find_pattern(Link(link.http, link.base_url, "no-such-key"), question)
    behave("hunter", outage=False, credits={})
    with pytest.raises(QuestionRefused):
        await verify_address(link, VerifyAddress(email="not an address"))


# With recorded answers


@pytest.fixture
def recorded(dataset: Callable[[str], Path]) -> Callable[[str], Any]:
    def read(name: str) -> Any:
        path = dataset(f"providers/hunter/examples/hunter-{name}-example.json")
        return json.loads(path.read_text())["response"]["data"]

    return read


@pytest.mark.dataset
async def test_a_recorded_pattern(recorded: Callable[[str], Any], vendor: Callable[..., Link]) -> None:
    said = recorded("domain-search")
    link, _ = answering(vendor, said)
    reply = await find_pattern(link, PATTERN)
    assert reply.content == AddressPattern(pattern=said["pattern"], accept_all=said["accept_all"])
    assert reply.credits == 1


@pytest.mark.dataset
async def test_a_recorded_person(recorded: Callable[[str], Any], vendor: Callable[..., Link]) -> None:
    said = recorded("email-finder")
    link, _ = answering(vendor, said)
    reply = await reveal_person(link, ANN)
    assert reply.content == PersonFound(
        first_name=said["first_name"],
        last_name=said["last_name"],
        title=said["position"],
        linkedin_url=said["linkedin_url"],
        email=said["email"],
        email_status="deliverable",
        has_email=True,
    )
    assert None not in (reply.content.first_name, reply.content.title, reply.content.linkedin_url)


@pytest.mark.dataset
async def test_a_recorded_verdict(recorded: Callable[[str], Any], vendor: Callable[..., Link]) -> None:
    said = recorded("email-verifier")
    link, _ = answering(vendor, said)
    reply = await verify_address(link, VerifyAddress(email=said["email"]))
    assert reply.content == AddressVerdict(email=said["email"], status="deliverable")
