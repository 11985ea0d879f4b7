"""Y Combinator: the companies that it has backed, from the list that yc-oss publishes every day."""

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from actors.core.errors import AnswerGarbled
from actors.core.provider import Link, Provider, Reply
from actors.core.questions import (
    CompanyFacts,
    CompanyPage,
    CompanyPreview,
    EnrichCompany,
    FindCompanies,
    PreviewCompanies,
)
from actors.providers.fields import text, texts, whole
from actors.providers.list_files import ListFile
from actors.providers.manners import Manners, json_list, send
from tenants.companies import registrable_domain
from tenants.countries import country_code
from tenants.icp import IdealCustomer, has_words

_NAME = "yc"
_PATH = "/companies/all.json"
_MANNERS = Manners(
    provider=_NAME,
    deadline_s=30,
    most_bytes=30_000_000,  # some six thousand companies, each with a long description
)
_KEEPS_FOR_S = 6 * 3600.0
_SAMPLE = 5
# The others are gone, or part of another company.
_AT_WORK = frozenset({"Active", "Public"})


@dataclass(frozen=True, slots=True)
class _Listed:
    """A company on the list: its facts, and the words that keywords are looked for in."""

    slug: str
    facts: CompanyFacts
    words: str


@dataclass(frozen=True, slots=True)
class _Companies:
    """The companies at work, in the order of the list, and those that have a domain to themselves by it."""

    listed: tuple[_Listed, ...]
    by_domain: dict[str, _Listed]


async def enrich_company(link: Link, question: EnrichCompany) -> Reply:
    """What the list says of the company with this domain. Free."""
    if question.domain is None:
        return Reply(None)
    companies = await _COMPANIES.read(link)
    found = companies.by_domain.get(question.domain.lower())
    if found is None:
        return Reply(None)
    return Reply(found.facts, evidence=f"yc-oss {_PATH}, {found.slug}")


async def find_companies(link: Link, question: FindCompanies) -> Reply:
    """A page of the companies at work that are known to match. Free."""
    matches = await _matches(link, question.icp)
    first = (question.page - 1) * question.per_page
    page = CompanyPage(companies=tuple(matches[first : first + question.per_page]), total=len(matches))
    return Reply(page, evidence=f"yc-oss {_PATH}, page {question.page}")


async def preview_companies(link: Link, question: PreviewCompanies) -> Reply:
    """How many companies at work are known to match, and the first few. Free."""
    matches = await _matches(link, question.icp)
    preview = CompanyPreview(total=len(matches), sample=tuple(matches[:_SAMPLE]))
    return Reply(preview, evidence=f"yc-oss {_PATH}")


async def _matches(link: Link, icp: IdealCustomer) -> list[CompanyFacts]:
    companies = await _COMPANIES.read(link)
    return [one.facts for one in companies.listed if _is_match(icp, one)]


def _is_match(icp: IdealCustomer, listed: _Listed) -> bool:
    """Whether a company is known to be what is looked for: one of unknown size has no size that is wanted."""
    facts = listed.facts
    if icp.countries and facts.country not in icp.countries:
        return False
    if icp.industries and not any(has_words(facts.industry or "", one) for one in icp.industries):
        return False
    if icp.keywords and not any(has_words(listed.words, one) for one in icp.keywords):
        return False
    size, least, most = facts.employees, icp.employees_min, icp.employees_max
    if size is None:
        return least is None and most is None
    return (least is None or size >= least) and (most is None or size <= most)


async def _fetch(link: Link) -> _Companies:
    """The whole list. Raises AnswerGarbled where it is empty, too: kept for hours, it would hide every company."""
    heard = await send(link, _MANNERS, "GET", link.base_url.rstrip("/") + _PATH)
    listed = tuple(_listed(one) for one in json_list(heard, _MANNERS) if text(one.get("status")) in _AT_WORK)
    if not listed:
        raise AnswerGarbled("a list without a company at work", provider=_NAME)
    shared = Counter(one.facts.domain for one in listed)
    by_domain = {
        one.facts.domain: one for one in listed if one.facts.domain and shared[one.facts.domain] == 1
    }
    return _Companies(listed, by_domain)


_COMPANIES = ListFile(_fetch, keeps_for_s=_KEEPS_FOR_S)


def _listed(record: dict[str, Any]) -> _Listed:
    get = record.get
    city, country = _place(text(get("all_locations")) or "", texts(get("regions")) or ())
    one_liner = text(get("one_liner"))
    facts = CompanyFacts(
        name=text(get("name")),
        domain=registrable_domain(text(get("website"))),
        # a broad industry and the one within it: "B2B, Analytics"
        industry=", ".join(texts(get("industries")) or ()) or text(get("industry")),
        country=country,
        city=city,
        employees=whole(get("team_size")) or None,  # null, or 0, where nobody has told
        description=one_liner,
    )
    words = "; ".join((one_liner or "", *(texts(get("tags")) or ())))
    return _Listed(text(get("slug")) or "", facts, words)


def _place(locations: str, regions: tuple[str, ...]) -> tuple[str | None, str | None]:
    """City and country of the first place in "Austin, TX, USA; Remote"; else the country among the regions."""
    for location in locations.split(";"):
        country = country_code(location.strip())
        if country is not None:
            city, _, rest = location.strip().partition(",")
            # some places begin with a region: "MH, India"
            is_city = bool(rest) and not (len(city) == 2 and city.isupper())
            return city if is_city else None, country
    return None, next(filter(None, map(country_code, regions)), None)


PROVIDER = Provider(
    name=_NAME,
    title="Y Combinator",
    base_url="https://yc-oss.github.io/api",
    needs_key=False,
    credit_price_usd=Decimal(0),
    answers={
        EnrichCompany: enrich_company,
        FindCompanies: find_companies,
        PreviewCompanies: preview_companies,
    },
    knows=frozenset({"name", "industry", "country", "city", "employees", "description"}),
    trust=0.8,
)
