"""Wikidata: the query that is sent, what its rows mean, and the simulator that answers it."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actors.core.errors import AnswerGarbled, KeyRefused, ProviderDown, QuestionRefused, RateLimited
from actors.core.provider import Link, Reply
from actors.core.questions import CompanyFacts, EnrichCompany
from actors.providers.wikidata import PROVIDER, enrich_company
from actors.simulator.company import FOREIGN, Company
from actors.simulator.coverage import covers
from actors.simulator.registered import cik, legal_name, lei, ticker
from actors.simulator.world import World

MISS = Reply(None)
ACME = EnrichCompany(domain="acme.com", name="Acme", country="US")
Q1, Q2 = "http://www.wikidata.org/entity/Q1", "http://www.wikidata.org/entity/Q2"
RESULTS = "application/sparql-results+json;charset=utf-8"


def row(field: str, value: Any, on: str | None = None, company: str = Q1) -> Any:
    """One row of an answer, as the query service binds it."""
    bound = {
        "company": {"type": "uri", "value": company},
        "field": {"type": "literal", "value": field},
        "value": {"type": "literal", "value": value},
    }
    return bound | ({"on": {"type": "literal", "value": on}} if on else {})


ITS_SITE = row("website", "https://www.acme.com/")


def answering(vendor: Callable[..., Link], *rows: Any) -> tuple[Link, list[httpx.Request]]:
    """The way to a Wikidata that has these rows, and what it was asked."""
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        answered = {"head": {"vars": []}, "results": {"bindings": list(rows)}}
        return httpx.Response(200, json=answered, headers={"content-type": RESULTS})

    return vendor(answer, key=None), asked


async def facts_of(vendor: Callable[..., Link], *rows: Any) -> CompanyFacts:
    content = (await enrich_company(answering(vendor, ITS_SITE, *rows)[0], ACME)).content
    assert isinstance(content, CompanyFacts)
    return content


async def query_of(vendor: Callable[..., Link], question: EnrichCompany) -> str:
    link, asked = answering(vendor)
    assert await enrich_company(link, question) == MISS
    assert asked[0].url.params["format"] == "json"
    return asked[0].url.params["query"]


# The query


async def test_a_company_is_looked_for_by_each_way_to_write_its_website_and_by_name_and_country(
    vendor: Callable[..., Link],
) -> None:
    query = await query_of(vendor, ACME)
    assert set(re.findall(r"<(\S+)>", query)) == {
        f"{scheme}://{www}acme.com{slash}"
        for scheme in ("http", "https")
        for www in ("", "www.")
        for slash in ("", "/")
    }
    assert '"Acme"@en' in query
    assert '"US"' in query
    assert re.search(r"LIMIT \d+$", query)


async def test_without_a_country_no_name_is_asked_for(vendor: Callable[..., Link]) -> None:
    for question in (
        EnrichCompany(domain="acme.com"),
        EnrichCompany(domain="acme.com", name="Acme"),
        EnrichCompany(domain="acme.com", name="Acme", country='U" }'),
    ):
        query = await query_of(vendor, question)
        assert "Acme" not in query
        assert "acme.com" in query
    link, asked = answering(vendor)
    assert await enrich_company(link, EnrichCompany(domain=None, name="Acme")) == MISS
    assert not asked


@pytest.mark.parametrize(
    "domain",
    ["acme", "acme.com> } DROP ALL {", "acme.com/", "a b.com", "acme.com\n", "ä.com", "-a.com", "<.com"],
)
async def test_what_is_no_domain_is_not_asked_for(vendor: Callable[..., Link], domain: str) -> None:
    link, asked = answering(vendor)
    with pytest.raises(QuestionRefused):
        await enrich_company(link, EnrichCompany(domain=domain))
    assert not asked


# A literal of SPARQL 1.1, between double quotes: no quote, backslash or line break but in an escape.
LITERAL = re.compile(r'"((?:[^"\\\n\r]|\\[tbnrf"\'\\])*)"@(\w+)')
ESCAPES = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}


def read(literal: str) -> str:
    """What a literal says, as whoever reads SPARQL understands it."""
    return re.sub(r"\\(.)", lambda escape: ESCAPES.get(escape[1], escape[1]), literal)


NAMES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=40)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.one_of(
        NAMES,
        st.lists(st.sampled_from(['"', "\\", "\n", "}", "{", "@en", "#", "'", "u0022", "a"]), min_size=1).map(
            "".join
        ),
        st.sampled_from(
            [
                'Acme"@en } ?company ?p ?o . { VALUES ?name { "x',
                "Acme\\",
                "\\u0022 } DROP ALL #",
                'a"""b',
                "'; DELETE WHERE { ?s ?p ?o } #",
                "<https://evil.example/>",
            ]
        ),
    )
)
async def test_a_name_leads_out_of_no_literal(vendor: Callable[..., Link], name: str) -> None:
    """Whatever a company is called, the query is the same but for what its literals say."""
    query = await query_of(vendor, EnrichCompany(domain=None, name=name, country="US"))
    plain = await query_of(vendor, EnrichCompany(domain=None, name="x", country="US"))
    assert LITERAL.sub('"x"@\\2', query) == plain
    said = "".join(letter for letter in name if letter >= " " or letter in "\n\r\t")
    assert {read(literal) for literal, _ in LITERAL.findall(query)} == {said}


async def test_it_is_told_which_software_asks_and_for_whom(vendor: Callable[..., Link]) -> None:
    link, asked = answering(vendor)
    await enrich_company(link, ACME)
    await enrich_company(Link(link.http, link.base_url, "Acme Ltd ops@acme.example"), ACME)
    assert [request.headers["user-agent"] for request in asked] == [
        "leadmill",
        "leadmill Acme Ltd ops@acme.example",
    ]


# What its rows mean


async def test_a_company_in_our_words(vendor: Callable[..., Link]) -> None:
    link, _ = answering(
        vendor,
        ITS_SITE,
        row("name", "Acme"),
        row("legal_name", "Acme, Inc."),
        row("industry", "robotics"),
        row("industry", "automation"),
        row("city", "Denver"),
        row("country", "US"),
        row("lei", "5493001KJTIIGC8Y1R12"),
        row("cik", "0000320193"),
        row("ticker", "ACME"),
        row("founded", "1976-04-01T00:00:00Z"),
        row("employees", "850", "2025-12-31T00:00:00Z"),
        row("revenue_usd", "+12000000", "2025-12-31T00:00:00Z"),
    )
    reply = await enrich_company(link, ACME)
    assert reply.content == CompanyFacts(
        name="Acme",
        legal_name="Acme, Inc.",
        domain="acme.com",
        industry="automation, robotics",
        country="US",
        city="Denver",
        lei="5493001KJTIIGC8Y1R12",
        cik="0000320193",
        wikidata_id="Q1",
        ticker="ACME",
        founded_year=1976,
        employees=850,
        revenue_usd=12_000_000,
    )
    assert set(reply.content.model_dump(exclude_none=True)) == PROVIDER.knows
    assert (reply.credits, reply.evidence) == (0, "Wikidata Q1")


@pytest.mark.parametrize("field", ["employees", "revenue_usd"])
async def test_the_newest_number_counts_and_one_without_a_date_comes_last(
    vendor: Callable[..., Link], field: str
) -> None:
    old, new = row(field, "10", "2019-12-31T00:00:00Z"), row(field, "20", "2024-12-31T00:00:00Z")
    undated = row(field, "30")
    for rows in ([old, new, undated], [undated, new, old]):
        assert getattr(await facts_of(vendor, *rows), field) == 20
    assert getattr(await facts_of(vendor, undated), field) == 30


@pytest.mark.parametrize("field", ["name", "legal_name", "city", "country", "lei", "cik", "ticker"])
async def test_of_several_values_none_is_taken(vendor: Callable[..., Link], field: str) -> None:
    values = {"country": ("US", "DE"), "cik": ("1", "2")}.get(field, ("One", "Other"))
    assert getattr(await facts_of(vendor, *(row(field, value) for value in values)), field) is None
    assert getattr(await facts_of(vendor, row(field, values[0]), row(field, values[0])), field) is not None


async def test_it_was_founded_when_it_was_founded_first(vendor: Callable[..., Link]) -> None:
    years = [row("founded", f"{year}-01-01T00:00:00Z") for year in (1999, 1987, 2004)]
    assert (await facts_of(vendor, *years)).founded_year == 1987


@pytest.mark.parametrize("value", ["many", "-5", "NaN", "1e999", "", 5, None, ["5"], "1.5"])
async def test_one_odd_value_does_not_spoil_a_company(vendor: Callable[..., Link], value: Any) -> None:
    facts = await facts_of(vendor, row("employees", value), row("founded", value), row("country", value))
    assert facts == CompanyFacts(domain="acme.com", wikidata_id="Q1")


async def test_no_rows_are_a_miss(vendor: Callable[..., Link]) -> None:
    assert await enrich_company(answering(vendor)[0], ACME) == MISS


@pytest.mark.parametrize(
    "answer", [{}, {"results": None}, {"results": {}}, {"results": {"bindings": [1]}}, {"results": [1]}]
)
async def test_an_answer_without_bindings_is_garbled(vendor: Callable[..., Link], answer: Any) -> None:
    with pytest.raises(AnswerGarbled):
        await enrich_company(vendor(lambda _: httpx.Response(200, json=answer)), ACME)


# Which company is meant


async def meant(vendor: Callable[..., Link], *rows: Any, question: EnrichCompany = ACME) -> str | None:
    """The number of the company that is taken, by its evidence."""
    return (await enrich_company(answering(vendor, *rows)[0], question)).evidence.rpartition(" ")[2] or None


async def test_the_company_with_the_website_comes_before_one_with_the_name(
    vendor: Callable[..., Link],
) -> None:
    assert await meant(vendor, row("name", "Acme", company=Q2), ITS_SITE) == "Q1"


async def test_a_company_of_the_name_with_another_website_is_another_company(
    vendor: Callable[..., Link],
) -> None:
    other = row("website", "https://acme.org/"), row("name", "Acme")
    assert await meant(vendor, *other) is None
    assert await meant(vendor, row("name", "Acme")) == "Q1"
    assert await meant(vendor, *other, question=ACME.model_copy(update={"domain": None})) == "Q1"
    nowhere = ACME.model_copy(update={"domain": "acme.example"})  # no suffix that companies register under
    assert await meant(vendor, *other, question=nowhere) is None


async def test_of_several_companies_with_the_website_the_name_decides(vendor: Callable[..., Link]) -> None:
    both = ITS_SITE, row("website", "http://acme.com", company=Q2), row("name", "Acme Robots", company=Q2)
    assert await meant(vendor, *both) is None
    assert await meant(vendor, *both, row("name", "ACME Inc.")) == "Q1"
    assert await meant(vendor, *both, row("name", "Acme Robots")) is None
    nameless = EnrichCompany(domain="acme.com")
    assert await meant(vendor, *both, row("name", "ACME Inc."), question=nameless) is None


async def test_of_several_companies_of_the_name_none_is_meant(vendor: Callable[..., Link]) -> None:
    assert await meant(vendor, row("name", "Acme"), row("name", "Acme", company=Q2)) is None


# What goes wrong


async def test_too_much_work_is_waited_for_as_long_as_it_says(vendor: Callable[..., Link]) -> None:
    before = datetime.now(UTC)
    with pytest.raises(RateLimited) as limited:
        await enrich_company(vendor(lambda _: httpx.Response(429, headers={"retry-after": "37"})), ACME)
    assert limited.value.retry_at is not None
    wait = timedelta(seconds=37)
    assert before + wait <= limited.value.retry_at <= datetime.now(UTC) + wait


async def test_a_ban_lasts_a_day_and_any_other_403_is_about_who_asks(vendor: Callable[..., Link]) -> None:
    banned = "You have been banned until 2026-11-03T10:00:00Z, please respect throttling"
    with pytest.raises(RateLimited) as limited:
        await enrich_company(vendor(lambda _: httpx.Response(403, text=banned)), ACME)
    assert limited.value.retry_at is not None
    assert limited.value.retry_at > datetime.now(UTC) + timedelta(hours=23)
    with pytest.raises(KeyRefused):
        await enrich_company(vendor(lambda _: httpx.Response(403, text="Please set a user-agent")), ACME)


async def test_a_query_that_took_too_long_is_waited_for(vendor: Callable[..., Link]) -> None:
    said = "java.util.concurrent.TimeoutException"
    with pytest.raises(ProviderDown):
        await enrich_company(vendor(lambda _: httpx.Response(500, text=said)), ACME)


def test_it_is_free_and_asked_once_a_second_at_most() -> None:
    assert (PROVIDER.needs_key, PROVIDER.credit_price_usd, PROVIDER.billed) == (False, 0, frozenset())
    (limit,) = PROVIDER.limits
    assert limit.calls <= limit.per_s


# With the simulator


def truth_of(company: Company, official: str | None) -> CompanyFacts:
    is_listed = covers("edgar", company) and company.number < FOREIGN
    return CompanyFacts(
        name=company.name,
        legal_name=official,
        domain=company.domain,
        industry=company.industry,
        country=company.country,
        city=company.city,
        lei=lei(company.domain) if covers("gleif", company) and company.number < FOREIGN else None,
        cik=f"{cik(company):010}" if is_listed else None,
        wikidata_id=f"Q{20_000_000 + company.number}",
        ticker=ticker(company) if is_listed else None,
        founded_year=company.founded_year,
        employees=company.employees,
        revenue_usd=company.revenue_usd if company.country == "US" else None,  # the others tell it in euros
    )


async def test_the_simulators_companies_are_told_truly_by_either_way(
    way: Callable[[str], Link], world: World
) -> None:
    link = way("wikidata")
    known = [company for company in world.companies if covers("wikidata", company)]
    assert len(known) > 20
    official = set()
    for company in known:
        by_website = EnrichCompany(domain=company.domain)
        by_name = EnrichCompany(domain=None, name=company.name, country=company.country)
        for question in (by_website, by_name):
            content = (await enrich_company(link, question)).content
            assert isinstance(content, CompanyFacts)
            official.add(content.legal_name)
            assert content == truth_of(company, content.legal_name)
            assert content.legal_name in {None, legal_name(company)}
    assert len(official) > 5


async def test_what_the_simulator_does_not_know_is_a_miss(way: Callable[[str], Link], world: World) -> None:
    for company in [company for company in world.companies if not covers("wikidata", company)][:30]:
        question = EnrichCompany(domain=company.domain, name=company.name, country=company.country)
        assert await enrich_company(way("wikidata"), question) == MISS
    strange = EnrichCompany(domain=None, name='Acme"@en } #', country="US")
    assert await enrich_company(way("wikidata"), strange) == MISS


async def test_the_simulators_troubles_are_typed(
    way: Callable[[str], Link], behave: Callable[..., None]
) -> None:
    behave("wikidata", rate_429=1.0)
    with pytest.raises(RateLimited) as limited:
        await enrich_company(way("wikidata"), ACME)
    assert limited.value.retry_at is not None
    behave("wikidata", rate_429=0.0, outage=True)
    with pytest.raises(ProviderDown):
        await enrich_company(way("wikidata"), ACME)
