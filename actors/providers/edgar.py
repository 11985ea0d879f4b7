"""SEC EDGAR: companies listed in America, by name, with what they file.

The SEC has no keys. It wants to be told who asks, a name and a mail address, and refuses those who don't say it:
both go where other vendors have their key (`api_key: Acme Ltd ops@acme.example`).
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from actors.core.errors import AnswerGarbled, KeyRefused, ProviderDown, RateLimited
from actors.core.provider import Heard, Limit, Link, Provider, Reply
from actors.core.questions import (
    CompanyFacts,
    CompanyPage,
    CompanyPreview,
    EnrichCompany,
    FindCompanies,
    PreviewCompanies,
)
from actors.providers.fields import amount, day, inner, inners, text, texts, whole
from actors.providers.list_files import ListFile
from actors.providers.manners import Manners, Oddity, contact_of, json_object, send
from tenants.companies import normal_name, plain_name, registrable_domain
from tenants.countries import country_code
from tenants.icp import IdealCustomer

_NAME = "edgar"
_HOME = "https://data.sec.gov"
_HOME_OF_TICKERS = "https://www.sec.gov"
_TICKERS = "/files/company_tickers.json"
_NOT_FOUND = 404
_BLOCKED_S = 600.0
_TOO_FAST = Oddity(403, RateLimited, words=b"request rate threshold exceeded", quiet_s=_BLOCKED_S)
_MANNERS = Manners(
    provider=_NAME,
    deadline_s=25,
    most_bytes=30_000_000,  # all that a large company ever reported
    answers=frozenset({200, _NOT_FOUND}),
    oddities=(_TOO_FAST,),
    wants_contact=True,
)
# The page for those who don't say who they are has the title of the page for those who ask too fast.
_NAMELESS = Oddity(403, KeyRefused, words=b"undeclared automated tool")
_NAMELESS_MANNERS = replace(_MANNERS, oddities=(_NAMELESS, _TOO_FAST))
_WHO_ASKS = "the SEC wants a plain name and mail address in place of a key, as in Acme Ltd ops@acme.example"
_KEEPS_FOR_S = 6 * 3600.0
_SAMPLE = 5
_HOME_COUNTRY = "US"
# At the end of a name: where it is incorporated, and other remarks, as in "DANAHER CORP /DE/" or "\DE\".
_REMARK = re.compile(r"\s*[/\\]\s*[A-Za-z]{0,4}\s*[/\\]?\s*$")
# Codes of places with a digit are abroad, such as X0 for the United Kingdom.
_STATE = re.compile(r"[A-Z]{2}")
_NO_STATE = "XX"
_REPORTS = frozenset({"10-K", "10-K/A", "10-Q", "10-Q/A", "20-F", "20-F/A", "40-F", "40-F/A", "6-K"})
_FAREWELLS = frozenset({"15-12B", "15-12G", "15-15D", "15F-12B", "15F-12G", "15F-15D"})
_ANNUAL = frozenset({"10-K", "10-K/A"})
_YEAR_DAYS = range(340, 391)
# What revenue is called; where a company has several for one year, the first of these is all of it.
_REVENUES = (
    "Revenues",
    "RevenueFromContractWithCustomerExcludingAssessedTax",
    "RevenueFromContractWithCustomerIncludingAssessedTax",
    "SalesRevenueNet",
)


@dataclass(frozen=True, slots=True)
class _Filer:
    """A listed company: its number, its first ticker, its name."""

    cik: str
    ticker: str | None
    title: str

    @property
    def facts(self) -> CompanyFacts:
        return CompanyFacts(name=self.title, cik=self.cik, ticker=self.ticker)


@dataclass(frozen=True, slots=True)
class _Filers:
    """All listed companies, in the order of the file, and by their normalised names."""

    listed: tuple[_Filer, ...]
    by_name: dict[str, list[_Filer]]


async def enrich_company(link: Link, question: EnrichCompany) -> Reply:
    """What the SEC has on file of the one listed company of this name. Free.

    Without a country the whole name must be the same, legal form and all. A miss where another country or
    another website is on file.
    """
    if not question.name:
        return Reply(None)
    filers = await _FILERS.read(link)
    found = filers.by_name.get(normal_name(question.name), [])
    if question.country is None:
        found = [filer for filer in found if plain_name(filer.title) == plain_name(question.name)]
    if len(found) != 1:
        return Reply(None)
    filer = found[0]
    path = f"/submissions/CIK{filer.cik}.json"
    submissions = await _asked(link, path)
    if submissions is None:
        return Reply(None)
    facts = _company(filer, submissions)
    if _is_another(question, facts):
        return Reply(None)
    reported = await _asked(link, f"/api/xbrl/companyfacts/CIK{filer.cik}.json")
    if reported is not None:
        figures = {"revenue_usd": _revenue_usd(reported), "employees": _employees(reported)}
        facts = facts.model_copy(update=figures)
    return Reply(facts, evidence=f"SEC {path}")


async def find_companies(link: Link, question: FindCompanies) -> Reply:
    """A page of all listed companies: the SEC's list has names only. Free.

    Empty where no American companies are looked for: few of the others are listed, and the list tells none apart.
    """
    listed = await _listed(link, question.icp)
    first = (question.page - 1) * question.per_page
    companies = tuple(filer.facts for filer in listed[first : first + question.per_page])
    evidence = f"SEC {_TICKERS}, page {question.page}"
    return Reply(CompanyPage(companies=companies, total=len(listed)), evidence=evidence)


async def preview_companies(link: Link, question: PreviewCompanies) -> Reply:
    """How many listed companies there are, and the largest of them. Free."""
    listed = await _listed(link, question.icp)
    sample = tuple(filer.facts for filer in listed[:_SAMPLE])
    return Reply(CompanyPreview(total=len(listed), sample=sample), evidence=f"SEC {_TICKERS}")


async def _listed(link: Link, icp: IdealCustomer) -> tuple[_Filer, ...]:
    if icp.countries and _HOME_COUNTRY not in icp.countries:
        return ()
    return (await _FILERS.read(link)).listed


async def _asked(link: Link, path: str) -> dict[str, Any] | None:
    heard = await _heard(link, link.base_url.rstrip("/") + path)
    return None if heard.status == _NOT_FOUND else json_object(heard, _MANNERS)


async def _heard(link: Link, url: str) -> Heard:
    try:
        return await send(link, _MANNERS if contact_of(link) else _NAMELESS_MANNERS, "GET", url)
    except KeyRefused as error:
        raise KeyRefused(_WHO_ASKS, provider=_NAME) from error


async def _fetch(link: Link) -> _Filers:
    """The whole list. Raises AnswerGarbled where it is empty, too: kept for hours, it would hide every company."""
    home = link.base_url.rstrip("/")
    # the SEC has it on another host than the rest; whoever stands in for the SEC has one
    heard = await _heard(link, (_HOME_OF_TICKERS if home == _HOME else home) + _TICKERS)
    if heard.status == _NOT_FOUND:
        raise ProviderDown(f"{heard.status} to GET {_TICKERS}", provider=_NAME)
    listed = tuple(_filers(json_object(heard, _MANNERS)))
    if not listed:
        raise AnswerGarbled("a list without a company", provider=_NAME)
    by_name: dict[str, list[_Filer]] = {}
    for filer in listed:
        by_name.setdefault(normal_name(filer.title), []).append(filer)
    return _Filers(listed, by_name)


_FILERS = ListFile(_fetch, keeps_for_s=_KEEPS_FOR_S)


def _filers(answer: dict[str, Any]) -> Iterator[_Filer]:
    """The companies, each once: the list has a line for each ticker."""
    seen = set()
    for line in (inner(answer, number, _NAME) or {} for number in answer):
        cik, title = whole(line.get("cik_str")), text(line.get("title"))
        if cik is not None and title is not None and cik not in seen:
            seen.add(cik)
            # ten digits, as it stands everywhere else
            yield _Filer(f"{cik:010}", text(line.get("ticker")), _REMARK.sub("", title) or title)


def _company(filer: _Filer, submissions: dict[str, Any]) -> CompanyFacts:
    get = submissions.get
    addresses = inner(submissions, "addresses", _NAME) or {}
    business = inner(addresses, "business", _NAME) or {}
    return CompanyFacts(
        legal_name=text(get("name")),
        domain=registrable_domain(text(get("website"))),  # which few of them have filled in
        cik=filer.cik,
        ticker=next(iter(texts(get("tickers")) or ()), filer.ticker),
        industry=text(get("sicDescription")),
        country=_country(business),
        city=text(business.get("city")),
        phone=text(get("phone")),
        status="active" if _is_reporting(submissions) else None,
    )


def _country(address: dict[str, Any]) -> str | None:
    """The country of an address. American ones name the state twice: DE is Delaware, and CA no Canada."""
    place = text(address.get("stateOrCountry")) or ""
    if _STATE.fullmatch(place) and place != _NO_STATE and not address.get("isForeignLocation"):
        return _HOME_COUNTRY
    named = (address.get("stateOrCountryDescription"), address.get("country"))
    return next(filter(None, (country_code(text(name) or "") for name in named)), None)


def _is_reporting(submissions: dict[str, Any]) -> bool:
    """Whether the company has reported since it last said that it would no more. Filings are told in columns."""
    filings = inner(submissions, "filings", _NAME) or {}
    recent = inner(filings, "recent", _NAME) or {}
    forms, days = recent.get("form"), recent.get("filingDate")
    if not isinstance(forms, list) or not isinstance(days, list) or len(forms) != len(days):
        return False
    filed = [(form, on) for form, on in zip(map(text, forms), map(day, days), strict=True) if on is not None]
    reported = max((on for form, on in filed if form in _REPORTS), default=date.min)
    said_farewell = max((on for form, on in filed if form in _FAREWELLS), default=date.min)
    return reported > said_farewell


def _is_another(question: EnrichCompany, facts: CompanyFacts) -> bool:
    """Whether the company on file is another one than is asked about, whatever its name."""
    if question.country is not None and facts.country != question.country.upper():
        return True
    domain = registrable_domain(question.domain)
    return domain is not None and facts.domain is not None and facts.domain != domain


def _revenue_usd(reported: dict[str, Any]) -> float | None:
    """The revenue of the newest year that an annual report tells; of two reports on it, the later one counts.

    Annual reports tell of quarters, too, and of earlier years.
    """
    found = []
    for rank, concept in enumerate(_REVENUES):
        for entry in _in_annual_reports(reported, "us-gaap", concept, ("USD",)):
            begin, end, value = day(entry.get("start")), day(entry.get("end")), amount(entry.get("val"))
            if begin and end and value is not None and (end - begin).days in _YEAR_DAYS:
                found.append((end, -rank, day(entry.get("filed")) or date.min, value))
    return max(found)[-1] if found else None


def _employees(reported: dict[str, Any]) -> int | None:
    """The newest number of employees in an annual report. Most companies tell it in words only."""
    found = []
    for entry in _in_annual_reports(reported, "dei", "EntityNumberOfEmployees"):
        end, value = day(entry.get("end")), whole(entry.get("val"))
        if end and value is not None:
            found.append((end, day(entry.get("filed")) or date.min, value))
    return max(found)[-1] if found else None


def _in_annual_reports(
    reported: dict[str, Any], taxonomy: str, concept: str, units: Iterable[str] | None = None
) -> Iterator[dict[str, Any]]:
    facts = inner(reported, "facts", _NAME) or {}
    told = inner(inner(facts, taxonomy, _NAME) or {}, concept, _NAME) or {}
    by_unit = inner(told, "units", _NAME) or {}
    for unit in by_unit.keys() if units is None else by_unit.keys() & set(units):
        yield from (entry for entry in inners(by_unit, unit, _NAME) if text(entry.get("form")) in _ANNUAL)


PROVIDER = Provider(
    name=_NAME,
    title="SEC EDGAR",
    base_url=_HOME,
    needs_key=False,
    credit_price_usd=Decimal(0),
    answers={
        EnrichCompany: enrich_company,
        FindCompanies: find_companies,
        PreviewCompanies: preview_companies,
    },
    knows=frozenset(
        {
            "legal_name",
            "domain",
            "cik",
            "ticker",
            "industry",
            "country",
            "city",
            "phone",
            "status",
            "revenue_usd",
            "employees",
        }
    ),
    trust=0.95,
    licence="public domain",
    keeps_for_days=90,
    limits=(Limit(5, 1.0),),  # ten requests a second, and a company takes two: what it is and what it earns
)
