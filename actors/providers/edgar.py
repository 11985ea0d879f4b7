"""SEC EDGAR: companies listed in America, by name, with what they file.

The SEC has no keys. It wants to be told who asks, a name and a mail address, and refuses those who don't say it:
both go where other vendors have their key (`api_key: Acme Ltd ops@acme.example`).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
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
    FindSignals,
    PreviewCompanies,
    SignalsFound,
)
from actors.providers.edgar_reading import (
    HOME_COUNTRY,
    country_of,
    employees,
    is_reporting,
    revenue_usd,
    signals,
)
from actors.providers.fields import inner, text, texts, whole
from actors.providers.list_files import ListFile
from actors.providers.manners import Manners, Oddity, contact_of, json_object, send
from tenants.companies import normal_name, plain_name, registrable_domain
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
# At the end of a name: where it is incorporated, and other remarks, as in "DANAHER CORP /DE/" or "\DE\".
_REMARK = re.compile(r"\s*[/\\]\s*[A-Za-z]{0,4}\s*[/\\]?\s*$")


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
    found = await _on_file(link, question)
    if found is None:
        return Reply(None)
    filer, _, facts = found
    reported = await _asked(link, f"/api/xbrl/companyfacts/CIK{filer.cik}.json")
    if reported is not None:
        figures = {"revenue_usd": revenue_usd(reported), "employees": employees(reported)}
        facts = facts.model_copy(update=figures)
    return Reply(facts, evidence=f"SEC {_path(filer)}")


async def find_signals(link: Link, question: FindSignals) -> Reply:
    """What the one listed company of this name had to tell at once, and its private placements. Free."""
    found = await _on_file(link, question)
    told = signals(found[1], found[0].cik) if found is not None else []
    if found is None or not told:
        return Reply(None)
    return Reply(SignalsFound(signals=tuple(told)), evidence=f"SEC {_path(found[0])}")


async def _on_file(
    link: Link, question: EnrichCompany | FindSignals
) -> tuple[_Filer, dict[str, Any], CompanyFacts] | None:
    """The company that is asked about, what it filed, and what that says of it; None where it is not certain."""
    if not question.name:
        return None
    filers = await _FILERS.read(link)
    found = filers.by_name.get(normal_name(question.name), [])
    if question.country is None:
        found = [filer for filer in found if plain_name(filer.title) == plain_name(question.name)]
    if len(found) != 1:
        return None
    submissions = await _asked(link, _path(found[0]))
    if submissions is None:
        return None
    facts = _company(found[0], submissions)
    return None if _is_another(question, facts) else (found[0], submissions, facts)


def _path(filer: _Filer) -> str:
    return f"/submissions/CIK{filer.cik}.json"


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
    if icp.countries and HOME_COUNTRY not in icp.countries:
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
        country=country_of(business),
        city=text(business.get("city")),
        phone=text(get("phone")),
        status="active" if is_reporting(submissions) else None,
    )


def _is_another(question: EnrichCompany | FindSignals, facts: CompanyFacts) -> bool:
    """Whether the company on file is another one than is asked about, whatever its name."""
    if question.country is not None and facts.country != question.country.upper():
        return True
    domain = registrable_domain(question.domain)
    return domain is not None and facts.domain is not None and facts.domain != domain


PROVIDER = Provider(
    name=_NAME,
    title="SEC EDGAR",
    base_url=_HOME,
    needs_key=False,
    credit_price_usd=Decimal(0),
    answers={
        EnrichCompany: enrich_company,
        FindCompanies: find_companies,
        FindSignals: find_signals,
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
