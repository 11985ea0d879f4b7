"""Companies House, the trade register of the United Kingdom: who a company is, and whether it still is one. Free."""

import re
from decimal import Decimal
from typing import Any
from urllib.parse import quote, urlencode

from actors.core.errors import AnswerGarbled
from actors.core.provider import Limit, Link, Provider, Reply
from actors.core.questions import (
    CompanyFacts,
    CompanyPage,
    CompanyPreview,
    EnrichCompany,
    FindCompanies,
    PreviewCompanies,
)
from actors.providers.fields import day, inners, part, text, texts, whole
from actors.providers.manners import Manners, json_object, send
from tenants.companies import normal_name

_NAME = "companies_house"
_COUNTRY = "GB"
_NOT_FOUND = 404
_MANNERS = Manners(
    provider=_NAME,
    key_header="authorization",
    key_is_user_name=True,
    deadline_s=15,
    answers=frozenset({200, _NOT_FOUND}),
    reset_header="x-ratelimit-reset",
)
_ALIVE = frozenset({"active", "open", "registered"})
_NAMESAKES = 100
_COMPANIES_IN_PREVIEW = 10

# Sections of the UK's industrial classification (SIC 2007), by the first and the last division, which is what the
# first two digits of a code say.
_SECTIONS = (
    (1, 3, "agriculture, forestry & fishing"),
    (5, 9, "mining & quarrying"),
    (10, 33, "manufacturing"),
    (35, 35, "electricity, gas, steam & air conditioning supply"),
    (36, 39, "water supply, sewerage & waste management"),
    (41, 43, "construction"),
    (45, 47, "wholesale, retail & repair of motor vehicles"),
    (49, 53, "transportation & storage"),
    (55, 56, "accommodation & food service"),
    (58, 63, "information & communication"),
    (64, 66, "financial services & insurance"),
    (68, 68, "real estate"),
    (69, 75, "professional, scientific & technical services"),
    (77, 82, "administrative & support services"),
    (84, 84, "public administration & defence"),
    (85, 85, "education"),
    (86, 88, "health & social work"),
    (90, 93, "arts, entertainment & recreation"),
    (94, 96, "other services"),
    (97, 98, "households as employers"),
    (99, 99, "extraterritorial organisations"),
)
_SIC_CODE = re.compile(r"[0-9]{5}")
# What is registered of companies that do nothing: no industry.
_DORMANT = frozenset({"74990", "99999"})


async def enrich_company(link: Link, question: EnrichCompany) -> Reply:
    """What the register says of the one active British company of this name; a miss where there are several."""
    if question.country != _COUNTRY or not question.name:
        return Reply(None)
    params = {"q": question.name, "items_per_page": str(_NAMESAKES)}
    found = await _asked(link, f"/search/companies?{urlencode(params)}")
    number = _number_of(question.name, inners(found, "items", _NAME)) if found is not None else None
    if number is None:
        return Reply(None)
    path = f"/company/{quote(number, safe='')}"
    profile = await _asked(link, path)
    if profile is None:
        return Reply(None)
    if text(profile.get("company_number")) is None:
        raise AnswerGarbled("no company number", provider=_NAME)
    return Reply(_company(profile), evidence=f"Companies House {path}")


async def find_companies(link: Link, question: FindCompanies) -> Reply:
    """A page of the active companies. The register knows nothing of sizes, keywords and the words for industries."""
    if question.icp.countries and _COUNTRY not in question.icp.countries:
        return Reply(None)
    start = (question.page - 1) * question.per_page
    found = await _searched(link, size=question.per_page, start=start)
    if found is None:
        return Reply(None)
    companies, hits = found
    page = CompanyPage(companies=companies, total=hits)
    return Reply(page, evidence=f"Companies House /advanced-search/companies, page {question.page}")


async def preview_companies(link: Link, question: PreviewCompanies) -> Reply:
    """How many active companies there are, and the first of them: none where more than the country is asked for."""
    icp = question.icp
    is_narrower = icp.industries or icp.keywords or icp.employees_min or icp.employees_max is not None
    if is_narrower or (icp.countries and _COUNTRY not in icp.countries):
        return Reply(None)
    found = await _searched(link, size=_COMPANIES_IN_PREVIEW)
    if found is None:
        return Reply(None)
    companies, hits = found
    preview = CompanyPreview(total=hits, sample=companies)
    return Reply(preview, evidence="Companies House /advanced-search/companies")


def industry_of(sic_codes: tuple[str, ...]) -> str | None:
    """The section of the classification that the first telling one of these codes belongs to."""
    for code in sic_codes:
        if code in _DORMANT or not _SIC_CODE.fullmatch(code):
            continue
        for first, last, name in _SECTIONS:
            if first <= int(code[:2]) <= last:
                return name
    return None


def _number_of(name: str, items: list[dict[str, Any]]) -> str | None:
    """The number of the active company of that name, whatever its legal form; None where that is not one only.

    Of several that differ by no more than the legal form, the one is meant whose whole name it is.
    """
    named = [
        (text(item.get("company_number")), (text(item.get("title")) or "").casefold())
        for item in items
        if text(item.get("company_status")) in _ALIVE
        and normal_name(text(item.get("title")) or "") == normal_name(name)
    ]
    if len(named) > 1:
        named = [(number, title) for number, title in named if title == name.strip().casefold()]
    return named[0][0] if len(named) == 1 else None


def _company(record: dict[str, Any], *, is_listed: bool = False) -> CompanyFacts:
    """A company of the register. Its legal name is in capitals there, and how it calls itself is not told."""
    legal_name = text(record.get("company_name"))
    founded, status = day(record.get("date_of_creation")), text(record.get("company_status"))
    return CompanyFacts(
        name=legal_name if is_listed else None,
        legal_name=legal_name,
        register_number=text(record.get("company_number")),
        status=None if status is None else "active" if status in _ALIVE else "inactive",
        founded_year=founded.year if founded is not None else None,
        country=_COUNTRY,
        city=text(part(record, "registered_office_address").get("locality")),
        register_activity=industry_of(texts(record.get("sic_codes")) or ()),
    )


async def _searched(link: Link, *, size: int, start: int = 0) -> tuple[tuple[CompanyFacts, ...], int] | None:
    """The active companies from a place in their list on, and how many there are; None where there are no more."""
    params = {"company_status": "active", "size": str(size), "start_index": str(start)}
    answer = await _asked(link, f"/advanced-search/companies?{urlencode(params)}")
    if answer is None:
        return None
    items = inners(answer, "items", _NAME)
    companies = tuple(_company(item, is_listed=True) for item in items)
    hits = whole(answer.get("hits"))
    return companies, len(companies) if hits is None else hits


async def _asked(link: Link, path: str) -> dict[str, Any] | None:
    """The answer to a request, None where there is no such company."""
    heard = await send(link, _MANNERS, "GET", f"{link.base_url.rstrip('/')}{path}")
    return json_object(heard, _MANNERS) if heard.status != _NOT_FOUND else None


PROVIDER = Provider(
    name=_NAME,
    title="Companies House",
    base_url="https://api.company-information.service.gov.uk",
    needs_key=True,
    credit_price_usd=Decimal(0),
    answers={
        EnrichCompany: enrich_company,
        FindCompanies: find_companies,
        PreviewCompanies: preview_companies,
    },
    knows=frozenset(
        {"legal_name", "register_number", "status", "founded_year", "city", "country", "register_activity"}
    ),
    trust=0.95,
    licence="Open Government Licence 3.0",
    keeps_for_days=180,
    limits=(Limit(600, 300),),
)
