"""SEC EDGAR: who it answers, its list, its files, the simulator that speaks as it does, and the real list."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actors.core.errors import AgentError, AnswerGarbled, KeyRefused, ProviderDown, RateLimited
from actors.core.provider import Link, Reply
from actors.core.questions import (
    CompanyFacts,
    CompanyPage,
    CompanyPreview,
    EnrichCompany,
    FindCompanies,
    FindSignals,
    PreviewCompanies,
    Signal,
    SignalsFound,
)
from actors.providers.edgar import PROVIDER, enrich_company, find_companies, find_signals, preview_companies
from actors.providers.edgar_reading import signals
from actors.simulator import edgar as simulated
from actors.simulator.company import Company
from actors.simulator.coverage import covers
from actors.simulator.registered import cik, legal_name, ticker
from actors.simulator.world import World
from tenants.companies import normal_name
from tenants.icp import IdealCustomer
from tests.actors.providers.conftest import Answering

MISS = Reply(None)
TICKERS, SUBMISSIONS, FACTS = (
    "/files/company_tickers.json",
    "/submissions/CIK0000000042.json",
    "/api/xbrl/companyfacts/CIK0000000042.json",
)
ACME = EnrichCompany(domain="acme.example", name="Acme, Inc.", country="US")
TOO_FAST, NAMELESS = (
    "Request Rate Threshold Exceeded",
    "Your Request Originates from an Undeclared Automated Tool",
)


def tickers(*titles: str) -> Any:
    """The list with these names on it; the first one has the number 42."""
    return {
        str(place): {"cik_str": 42 + place, "ticker": f"T{place}", "title": title}
        for place, title in enumerate(titles)
    }


def submissions(**fields: Any) -> Any:
    business = {"city": "DENVER", "stateOrCountry": "CO", "stateOrCountryDescription": "CO"}
    return {
        "cik": "0000000042",
        "name": "ACME INC",
        "sicDescription": "Services-Prepackaged Software",
        "website": "",
        "tickers": ["ACME"],
        "phone": "3035550100",
        "addresses": {"mailing": {"city": "ELSEWHERE"}, "business": business},
        "filings": {"recent": {"form": ["8-K", "10-K"], "filingDate": ["2026-10-01", "2026-02-15"]}},
        **fields,
    }


def year(told: int, value: Any, *, form: str = "10-K", filed: str | None = None, **more: Any) -> Any:
    return {
        "start": f"{told}-01-01",
        "end": f"{told}-12-31",
        "val": value,
        "form": form,
        "filed": filed or f"{told + 1}-02-15",
        **more,
    }


def revenues(**concepts: list[Any]) -> Any:
    told = {concept: {"units": {"USD": entries}} for concept, entries in concepts.items()}
    return {"facts": {"us-gaap": told, "dei": {}}}


Sec = tuple[Link, list[httpx.Request]]


@pytest.fixture
def sec(vendor: Callable[..., Link]) -> Callable[..., Sec]:
    """The way to an SEC that has these files, and what it was asked. There is none: 404."""

    def having(files: dict[str, Any] | None = None, **options: Any) -> Sec:
        had = {TICKERS: tickers("ACME INC"), SUBMISSIONS: submissions(), **(files or {})}
        asked: list[httpx.Request] = []

        def answer(request: httpx.Request) -> httpx.Response:
            asked.append(request)
            found = had.get(request.url.path)
            return httpx.Response(404) if found is None else httpx.Response(200, json=found)

        return vendor(answer, **{"base_url": "https://sec.example"} | options), asked

    return having


async def facts_of(sec: Sec, question: EnrichCompany = ACME) -> CompanyFacts:
    content = (await enrich_company(sec[0], question)).content
    assert isinstance(content, CompanyFacts)
    return content


# Whom it answers


async def test_it_is_told_who_asks(sec: Callable[..., Sec]) -> None:
    link, asked = sec(key="Acme Ltd ops@acme.example")
    await enrich_company(link, ACME)
    agents = {request.headers["user-agent"] for request in asked}
    assert agents == {"leadmill Acme Ltd ops@acme.example"}


def refusing(vendor: Callable[..., Link], *said: str, key: str | None) -> Link:
    return vendor(lambda _: httpx.Response(403, html=" ".join(said)), key=key)


@pytest.mark.parametrize("said", [(TOO_FAST, NAMELESS), (NAMELESS,), ("Forbidden",)])
async def test_who_does_not_say_who_they_are_is_told_how(
    vendor: Callable[..., Link], said: tuple[str, ...]
) -> None:
    with pytest.raises(KeyRefused, match="a plain name and mail address in place of a key") as refused:
        await enrich_company(refusing(vendor, *said, key=None), ACME)
    assert refused.value.kind == "configuration"


@pytest.mark.parametrize(("key", "said"), [("a@b.example", (TOO_FAST, NAMELESS)), (None, (TOO_FAST,))])
async def test_who_asks_too_fast_waits_ten_minutes(
    vendor: Callable[..., Link], key: str | None, said: tuple[str, ...]
) -> None:
    """The page for those without a name has the same title, so whoever has given one is too fast."""
    before = datetime.now(UTC)
    with pytest.raises(RateLimited) as limited:
        await enrich_company(refusing(vendor, *said, key=key), ACME)
    assert limited.value.retry_at is not None
    ten_minutes = timedelta(minutes=10)
    assert before + ten_minutes <= limited.value.retry_at <= datetime.now(UTC) + ten_minutes


# Where it is asked


async def test_the_secs_list_is_on_another_host_than_the_rest(sec: Callable[..., Sec]) -> None:
    link, asked = sec(base_url=PROVIDER.base_url)
    await enrich_company(link, ACME)
    assert [(request.url.host, request.url.path) for request in asked] == [
        ("www.sec.gov", TICKERS),
        ("data.sec.gov", SUBMISSIONS),
        ("data.sec.gov", FACTS),
    ]


async def test_who_stands_in_for_the_sec_has_all_of_it(sec: Callable[..., Sec]) -> None:
    link, asked = sec(base_url="https://proxy.example/sec/")
    with pytest.raises(ProviderDown):  # this one has nothing, and a register without a list is none
        await enrich_company(link, ACME)
    assert [str(request.url) for request in asked] == [f"https://proxy.example/sec{TICKERS}"]


async def test_the_list_is_fetched_once_for_many_questions(sec: Callable[..., Sec]) -> None:
    link, asked = sec()
    await asyncio.gather(*(enrich_company(link, ACME) for _ in range(20)))
    await find_companies(link, FindCompanies(icp=IdealCustomer(), page=1, per_page=10))
    paths = Counter(request.url.path for request in asked)
    assert paths[TICKERS] == 1
    assert paths[SUBMISSIONS] == 20


@pytest.mark.parametrize("found", [{}, {"0": {"title": "ACME"}}, {"0": {"cik_str": "x", "title": "A"}}])
async def test_an_empty_list_is_not_kept_but_garbled(sec: Callable[..., Sec], found: Any) -> None:
    link, asked = sec({TICKERS: found})
    for _ in range(2):
        with pytest.raises(AnswerGarbled):
            await enrich_company(link, ACME)
    assert len(asked) == 2


async def test_a_list_of_more_than_two_megabytes_is_read(sec: Callable[..., Sec]) -> None:
    long = tickers(
        "ACME INC", *(f"COMPANY NUMBER {place} OF MANY WITH A LONG NAME" for place in range(40_000))
    )
    assert len(json.dumps(long)) > 3_000_000
    link, _ = sec({TICKERS: long})
    preview = (await preview_companies(link, PreviewCompanies(icp=IdealCustomer()))).content
    assert isinstance(preview, CompanyPreview)
    assert preview.total == 40_001


# Which company is meant


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("ACME INC", "Acme, Inc."),
        ("ACME CORP", "Acme"),
        ("ACME CORP /DE/", "Acme"),
        ("ACME CORP/", "Acme"),
        ("ACME INC /NEW/", "ACME Inc"),
        ("ACME INC \\TX\\", "acme inc."),
        ("Acme Co., Limited/ADR", "Acme"),
    ],
)
async def test_a_company_is_found_by_its_name(sec: Callable[..., Sec], title: str, name: str) -> None:
    way = sec({TICKERS: tickers(title, "ACME HOLDINGS INC")})
    assert (await facts_of(way, EnrichCompany(domain=None, name=name, country="US"))).cik == "0000000042"


@pytest.mark.parametrize(
    "question",
    [
        EnrichCompany(domain="acme.example"),
        EnrichCompany(domain=None, name="Acme Holdings", country="US"),
        EnrichCompany(domain=None, name="Acm", country="US"),
    ],
)
async def test_without_a_name_on_the_list_nothing_more_is_asked(
    sec: Callable[..., Sec], question: EnrichCompany
) -> None:
    link, asked = sec()
    assert await enrich_company(link, question) == MISS
    assert {request.url.path for request in asked} <= {TICKERS}


async def test_of_two_companies_of_one_name_neither_is_meant(sec: Callable[..., Sec]) -> None:
    link, asked = sec({TICKERS: tickers("ACME INC", "ACME CORP")})
    assert await enrich_company(link, ACME) == MISS
    assert len(asked) == 1


async def test_a_company_with_two_tickers_is_one_company(sec: Callable[..., Sec]) -> None:
    lines = tickers("ACME INC") | {"7": {"cik_str": 42, "ticker": "ACME-B", "title": "ACME INC"}}
    way = sec({TICKERS: lines})
    assert (await facts_of(way)).cik == "0000000042"
    page = (await find_companies(way[0], FindCompanies(icp=IdealCustomer(), page=1, per_page=9))).content
    assert page == CompanyPage(
        companies=(CompanyFacts(name="ACME INC", cik="0000000042", ticker="T0"),), total=1
    )


@pytest.mark.parametrize(("name", "is_found"), [("ACME, Inc.", True), ("Acme", False), ("Acme Corp", False)])
async def test_without_a_country_the_whole_name_must_be_the_same(
    sec: Callable[..., Sec], name: str, is_found: bool
) -> None:
    link, _ = sec()
    reply = await enrich_company(link, EnrichCompany(domain=None, name=name))
    assert (reply.content is not None) == is_found


async def test_a_namesake_in_another_country_is_another_company(sec: Callable[..., Sec]) -> None:
    link, _ = sec()
    assert await enrich_company(link, ACME.model_copy(update={"country": "DE"})) == MISS


@pytest.mark.parametrize(
    ("website", "domain", "is_found"),
    [
        ("https://www.acme.com", "acme.com", True),
        ("https://www.acme.com", "rival.com", False),
        ("https://www.acme.com", None, True),
        ("", "rival.com", True),
        ("n/a", "rival.com", True),
    ],
)
async def test_a_namesake_with_another_website_is_another_company(
    sec: Callable[..., Sec], website: str, domain: str | None, is_found: bool
) -> None:
    link, _ = sec({SUBMISSIONS: submissions(website=website)})
    reply = await enrich_company(link, ACME.model_copy(update={"domain": domain}))
    assert (reply.content is not None) == is_found


# What its files mean


async def test_a_companys_files_in_our_words(sec: Callable[..., Sec]) -> None:
    dei = {
        "EntityNumberOfEmployees": {"units": {"pure": [{"end": "2025-12-31", "val": 850, "form": "10-K"}]}}
    }
    figures = revenues(Revenues=[year(2025, 12_000_000)])
    figures["facts"]["dei"] = dei
    way = sec({SUBMISSIONS: submissions(website="https://www.acme.com/"), FACTS: figures})
    reply = await enrich_company(way[0], ACME.model_copy(update={"domain": "acme.com"}))
    assert reply.content == CompanyFacts(
        legal_name="ACME INC",
        domain="acme.com",
        cik="0000000042",
        ticker="ACME",
        industry="Services-Prepackaged Software",
        country="US",
        city="DENVER",
        phone="3035550100",
        status="active",
        revenue_usd=12_000_000,
        employees=850,
    )
    assert set(reply.content.model_dump(exclude_none=True)) == PROVIDER.knows
    assert (reply.credits, SUBMISSIONS in reply.evidence) == (0, True)


async def test_a_company_without_submissions_is_a_miss_and_one_without_figures_is_not(
    sec: Callable[..., Sec],
) -> None:
    link, _ = sec({SUBMISSIONS: None})
    assert await enrich_company(link, ACME) == MISS
    facts = await facts_of(sec({FACTS: None}))
    assert (facts.city, facts.revenue_usd, facts.employees) == ("DENVER", None, None)


@pytest.mark.parametrize(
    ("place", "description", "more", "country"),
    [
        ("CA", "CA", {}, "US"),  # California, and not Canada
        ("DE", "DE", {"isForeignLocation": 0}, "US"),  # Delaware, and not Germany
        ("X0", "United Kingdom", {}, "GB"),
        ("P7", "Netherlands", {"isForeignLocation": None}, "NL"),
        ("A6", "Ontario, Canada", {"isForeignLocation": 1}, "CA"),
        ("ON", "ON", {"isForeignLocation": 1, "country": "Canada"}, "CA"),
        ("XX", "Unknown", {}, None),
        ("", "", {}, None),
        (None, None, {}, None),
        (5, ["DE"], {}, None),
    ],
)
async def test_a_state_is_no_country(
    sec: Callable[..., Sec], place: Any, description: Any, more: Any, country: str | None
) -> None:
    business = {"city": "X", "stateOrCountry": place, "stateOrCountryDescription": description, **more}
    way = sec({SUBMISSIONS: submissions(addresses={"business": business})})
    question = EnrichCompany(domain=None, name="ACME INC")
    assert (await facts_of(way, question)).country == country


@pytest.mark.parametrize(
    ("forms", "days", "status"),
    [
        (["8-K", "10-Q", "10-K"], ["2026-10-01", "2026-08-01", "2026-02-15"], "active"),
        (["20-F"], ["2026-03-01"], "active"),
        (["8-K", "4"], ["2026-10-01", "2026-08-01"], None),
        (["15-12G", "10-K"], ["2026-10-01", "2026-02-15"], None),
        (["10-K", "15-12G"], ["2026-10-01", "2026-02-15"], "active"),  # one of its securities ended before
        (["10-K"], ["2026-10-01", "2026-02-15"], None),  # columns that do not fit each other
        ([["10-K"]], ["2026-10-01"], None),
        (["10-K"], ["soon"], None),
        (None, None, None),
    ],
)
async def test_filings_are_told_in_columns(
    sec: Callable[..., Sec], forms: Any, days: Any, status: str | None
) -> None:
    filings = {"recent": {"form": forms, "filingDate": days, "accessionNumber": []}, "files": []}
    assert (await facts_of(sec({SUBMISSIONS: submissions(filings=filings)}))).status == status


@pytest.mark.parametrize(
    ("concepts", "revenue"),
    [
        ({"Revenues": [year(2023, 1), year(2025, 3), year(2024, 2)]}, 3),
        # a quarter within an annual report, and one that is newer
        ({"Revenues": [year(2025, 3), year(2025, 1, start="2025-10-01"), year(2026, 9, form="10-Q")]}, 3),
        ({"Revenues": [year(2025, 3), year(2026, 9, end="2026-03-31")]}, 3),
        # corrected a year later
        ({"Revenues": [year(2025, 3, filed="2026-02-15"), year(2025, 4, filed="2026-11-01")]}, 4),
        ({"Revenues": [year(2025, 4, form="10-K/A"), year(2024, 3)]}, 4),
        # called otherwise since 2018
        (
            {
                "Revenues": [year(2017, 1)],
                "RevenueFromContractWithCustomerExcludingAssessedTax": [year(2025, 3)],
            },
            3,
        ),
        # a bank, whose contracts bring only a part of its revenue
        (
            {
                "RevenueFromContractWithCustomerExcludingAssessedTax": [year(2025, 3)],
                "Revenues": [year(2025, 8)],
            },
            8,
        ),
        ({"SalesRevenueNet": [year(2017, 5)]}, 5),
        ({"Revenues": [year(2025, -1), year(2024, "2"), year(2023, 7)]}, 7),
        ({"Revenues": [year(2025, 3, form=["10-K"])]}, None),
        ({"Revenues": [year(2025, 3, start=None)]}, None),
        ({"CostOfRevenue": [year(2025, 3)]}, None),
    ],
)
async def test_revenue_is_that_of_the_newest_year_in_an_annual_report(
    sec: Callable[..., Sec], concepts: Any, revenue: float | None
) -> None:
    assert (await facts_of(sec({FACTS: revenues(**concepts)}))).revenue_usd == revenue


async def test_revenue_in_other_money_is_none(sec: Callable[..., Sec]) -> None:
    told = {"facts": {"us-gaap": {"Revenues": {"units": {"EUR": [year(2025, 3)]}}}}}
    assert (await facts_of(sec({FACTS: told}))).revenue_usd is None


async def test_employees_are_the_newest_in_an_annual_report(sec: Callable[..., Sec]) -> None:
    counted = [
        {"end": "2024-12-31", "val": 800, "form": "10-K"},
        {"end": "2025-12-31", "val": 900, "form": "10-K"},
        {"end": "2026-06-30", "val": 1, "form": "10-Q"},
    ]
    told = {"facts": {"dei": {"EntityNumberOfEmployees": {"units": {"employee": counted}}}}}
    assert (await facts_of(sec({FACTS: told}))).employees == 900


_NAMES = (
    "addresses,business,stateOrCountry,filings,recent,form,filingDate,tickers,website,facts,us-gaap,dei,Revenues,"
    "EntityNumberOfEmployees,units,USD,pure,end,start,val,filed,name"
)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["10-K", "2025-12-31", "US", "CO"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_NAMES.split(",")), inner, max_size=5)
    ),
    max_leaves=30,
)


@settings(max_examples=200, deadline=None)
@given(filed=st.dictionaries(st.sampled_from(["addresses", "filings", "tickers", "name"]), _JSON), told=_JSON)
def test_whatever_its_files_say_it_is_a_reply_or_a_typed_error(filed: Any, told: Any) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        files = {TICKERS: tickers("ACME INC"), SUBMISSIONS: filed, FACTS: told}
        return httpx.Response(200, json=files[request.url.path])

    async def ask() -> Reply | AgentError:
        try:
            question = EnrichCompany(domain=None, name="ACME INC")
            return await enrich_company(Link(Answering(answer), "https://sec.example", None), question)
        except AgentError as error:
            return error

    outcome = asyncio.run(ask())
    assert isinstance(outcome, AnswerGarbled) or (
        isinstance(outcome, Reply) and isinstance(outcome.content, CompanyFacts)
    )


# Signals

SIGNALS = FindSignals(domain="acme.example", name="Acme, Inc.", country="US")


def filed(*rows: tuple[Any, Any, Any, Any]) -> Any:
    """Submissions with these filings: form, day, items, number."""
    names = ("form", "filingDate", "items", "accessionNumber")
    columns = [list(column) for column in zip(*rows, strict=True)]
    return submissions(filings={"recent": dict(zip(names, columns, strict=True)), "files": []})


async def test_what_was_told_at_once_is_a_signal_and_the_results_of_a_quarter_are_none(
    sec: Callable[..., Sec],
) -> None:
    files = filed(
        ("10-Q", "2026-10-05", "", "0000000042-26-000009"),
        ("8-K", "2026-10-01", "1.01,5.02,9.01", "0000000042-26-000008"),
        ("8-K", "2026-09-01", "2.02,9.01", "0000000042-26-000007"),
        ("8-K/A", "2026-08-01", "5.02", "0000000042-26-000006"),
        ("D", "2026-07-01", "", None),
        ("8-K", "2025-10-04", "5.02", "0000000042-25-000001"),  # more than a year before the newest
    )
    link, asked = sec({SUBMISSIONS: files})
    reply = await find_signals(link, SIGNALS)
    assert reply.content == SignalsFound(
        signals=(
            Signal(
                kind="news",
                on=date(2026, 10, 1),
                title="Reported a material agreement, a change among directors or officers",
                url="https://www.sec.gov/Archives/edgar/data/42/000000004226000008/0000000042-26-000008-index.htm",
            ),
            Signal(kind="funding", on=date(2026, 7, 1), title="Raised money: a private placement"),
        )
    )
    assert reply.evidence == f"SEC {SUBMISSIONS}"
    assert [request.url.path for request in asked] == [TICKERS, SUBMISSIONS]


async def test_of_another_company_and_of_one_that_told_nothing_there_is_no_signal(
    sec: Callable[..., Sec],
) -> None:
    files = {SUBMISSIONS: filed(("8-K", "2026-10-01", "5.02", None))}
    assert (await find_signals(sec(files)[0], SIGNALS)).content is not None
    for question in (
        SIGNALS.model_copy(update={"country": "GB"}),
        SIGNALS.model_copy(update={"country": None, "name": "Acme Ltd"}),
        SIGNALS.model_copy(update={"name": None}),
        SIGNALS.model_copy(update={"name": "Nobody Inc"}),
    ):
        assert await find_signals(sec(files)[0], question) == MISS
    assert await find_signals(sec()[0], SIGNALS) == MISS


@given(st.dictionaries(st.sampled_from(["form", "filingDate", "items", "accessionNumber"]), _JSON))
def test_whatever_filings_say_signals_have_a_day_and_a_title(recent: Any) -> None:
    for one in signals({"filings": {"recent": recent}}, "0000000042"):
        assert isinstance(one.on, date)
        assert one.title


# Searches


async def test_a_search_is_pages_of_the_list(sec: Callable[..., Sec]) -> None:
    link, asked = sec({TICKERS: tickers("A INC", "B INC", "C INC /DE/")})
    icp = IdealCustomer(countries=("DE", "US"), industries=("whatever",), employees_min=10)
    second = (await find_companies(link, FindCompanies(icp=icp, page=2, per_page=2))).content
    assert second == CompanyPage(
        companies=(CompanyFacts(name="C INC", cik="0000000044", ticker="T2"),), total=3
    )
    third = (await find_companies(link, FindCompanies(icp=icp, page=3, per_page=2))).content
    assert third == CompanyPage(companies=(), total=3)
    preview = (await preview_companies(link, PreviewCompanies(icp=icp))).content
    assert isinstance(preview, CompanyPreview)
    assert (preview.total, [one.name for one in preview.sample]) == (3, ["A INC", "B INC", "C INC"])
    assert len(asked) == 1


async def test_whoever_looks_for_no_american_companies_gets_none(sec: Callable[..., Sec]) -> None:
    link, asked = sec()
    icp = IdealCustomer(countries=("DE",))
    found = (await find_companies(link, FindCompanies(icp=icp, page=1, per_page=2))).content
    assert found == CompanyPage(companies=(), total=0)
    assert (await preview_companies(link, PreviewCompanies(icp=icp))).content == CompanyPreview(total=0)
    assert not asked


# With the simulator


def asked_about(company: Company) -> EnrichCompany:
    return EnrichCompany(domain=company.domain, name=company.name, country=company.country)


async def test_the_simulators_companies_are_told_truly(way: Callable[[str], Link], world: World) -> None:
    listed = [company for company in world.companies if covers("edgar", company)]
    found = [one for one in listed if normal_name(legal_name(one)) == normal_name(one.name)]
    assert len(found) >= 5
    for company in found:
        content = (await enrich_company(way("edgar"), asked_about(company))).content
        assert isinstance(content, CompanyFacts)
        assert content == CompanyFacts(
            legal_name=legal_name(company),
            domain=company.domain if simulated.has_website(company) else None,
            cik=f"{cik(company):010}",
            ticker=ticker(company),
            industry=simulated.industry(company),
            country=company.country,
            city=company.city.upper(),
            phone=simulated.phone(company),
            status="active",
            revenue_usd=company.revenue_usd if company.country == "US" else None,  # the others file no 10-K
            employees=company.employees if simulated.tells_headcount(company) else None,
        )
    page = (
        await find_companies(way("edgar"), FindCompanies(icp=IdealCustomer(), page=1, per_page=500))
    ).content
    assert isinstance(page, CompanyPage)
    assert {company.cik for company in page.companies} == {f"{cik(company):010}" for company in listed}
    assert page.total == len(listed)


async def test_the_simulators_companies_have_told_of_their_directors_a_month_ago(
    way: Callable[[str], Link], world: World
) -> None:
    for company in [company for company in world.companies if covers("edgar", company)][:20]:
        question = FindSignals(domain=company.domain, name=legal_name(company), country=company.country)
        found = (await find_signals(way("edgar"), question)).content
        assert isinstance(found, SignalsFound)
        assert [(one.kind, one.on, one.title) for one in found.signals] == [
            ("news", world.today - timedelta(days=30), "Reported a change among directors or officers")
        ]


async def test_what_the_simulator_has_not_listed_is_a_miss(way: Callable[[str], Link], world: World) -> None:
    for company in [company for company in world.companies if not covers("edgar", company)][:20]:
        assert await enrich_company(way("edgar"), asked_about(company)) == MISS


async def test_the_simulators_troubles_are_typed(
    way: Callable[[str], Link], world: World, behave: Callable[..., None]
) -> None:
    question = asked_about(world.companies[0])
    link = way("edgar")
    with pytest.raises(KeyRefused):
        await enrich_company(Link(link.http, link.base_url, None), question)
    behave("edgar", rate_429=1.0)
    with pytest.raises(RateLimited) as limited:
        await enrich_company(link, question)
    assert limited.value.retry_at is not None
    assert limited.value.retry_at > datetime.now(UTC) + timedelta(minutes=9)
    behave("edgar", rate_429=0.0, outage=True)
    with pytest.raises(ProviderDown):
        await enrich_company(link, question)


# With the real list


@pytest.mark.dataset
async def test_the_real_list_is_read(dataset: Callable[[str], Path], sec: Callable[..., Sec]) -> None:
    real = json.loads(dataset("companies/sec_company_tickers.json").read_text())
    link, asked = sec({TICKERS: real})
    preview = (await preview_companies(link, PreviewCompanies(icp=IdealCustomer()))).content
    assert isinstance(preview, CompanyPreview)
    assert preview.total == len({line["cik_str"] for line in real.values()})
    for name, number in (
        ("Apple", 320193),
        ("NVIDIA Corporation", 1045810),
        ("Amazon.com, Inc.", 1018724),
        ("Bank of America", 70858),
        ("Danaher Corp.", 313616),
        ("Costco Wholesale Corporation", 909832),
    ):
        await enrich_company(link, EnrichCompany(domain=None, name=name, country="US"))
        assert asked[-1].url.path == f"/submissions/CIK{number:010}.json"


def test_it_is_free_and_its_ten_requests_a_second_suffice_for_two_for_each_company() -> None:
    assert (PROVIDER.needs_key, PROVIDER.credit_price_usd, PROVIDER.billed) == (False, 0, frozenset())
    assert [2 * limit.calls / limit.per_s for limit in PROVIDER.limits] == [10]
