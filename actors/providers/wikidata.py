"""Wikidata: what the public has written down of a company, by its website, or by name and country."""

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from actors.core.errors import QuestionRefused, RateLimited
from actors.core.provider import Limit, Link, Provider, Reply
from actors.core.questions import CompanyFacts, EnrichCompany
from actors.providers.fields import day, inner, inners, text, whole
from actors.providers.manners import Manners, Oddity, json_object, send
from tenants.companies import normal_name, registrable_domain
from tenants.countries import country_code

_NAME = "wikidata"
_BANNED_S = 86_400.0
_MANNERS = Manners(
    provider=_NAME,
    deadline_s=30,  # Wikidata itself works on a query for up to 60 s, which is all the time that an agent has
    content_types=("application/sparql-results+json", "application/json"),
    oddities=(Oddity(403, RateLimited, words=b"banned until", quiet_s=_BANNED_S),),
    wants_contact=True,
)
_DOMAIN = re.compile(r"(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}")
_COUNTRY = re.compile(r"[A-Z]{2}")
# Labels are found by their exact letters and language; "mul" are those that are the same in every language.
_LANGUAGES = ("en", "mul", "de", "fr", "es", "it", "nl", "sv", "pl", "pt")
_ESCAPED = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_MOST_INDUSTRIES = 3
# One row for each value: as OPTIONALs, five industries and ten years of employees would make fifty rows.
# P31 instance of, P279 subclass of, Q43229 organisation, Q4917 United States dollar, P585 point in time,
# P582 end time; a precision of 9 is a year. Of statements, those of the best rank are taken for true.
_QUERY = """SELECT ?company ?field ?value ?on WHERE {
  { SELECT DISTINCT ?company WHERE {
    %s
    FILTER EXISTS { ?company wdt:P31/wdt:P279* wd:Q43229 }
  } LIMIT 5 }
  { ?company rdfs:label ?value . FILTER(LANG(?value) IN ("en", "mul")) BIND("name" AS ?field) }
  UNION { ?company wdt:P1448 ?value . BIND("legal_name" AS ?field) }
  UNION { ?company wdt:P856 ?value . BIND("website" AS ?field) }
  UNION { ?company wdt:P452 ?industry . ?industry rdfs:label ?value . FILTER(LANG(?value) = "en")
    BIND("industry" AS ?field) }
  UNION { ?company wdt:P159 ?city . ?city rdfs:label ?value . FILTER(LANG(?value) = "en")
    BIND("city" AS ?field) }
  UNION { ?company wdt:P17/wdt:P297 ?value . BIND("country" AS ?field) }
  UNION { ?company wdt:P1278 ?value . BIND("lei" AS ?field) }
  UNION { ?company wdt:P5531 ?value . BIND("cik" AS ?field) }
  UNION { ?company wdt:P249 ?value . BIND("ticker" AS ?field) }
  UNION { ?company p:P414 ?listing . ?listing pq:P249 ?value . FILTER NOT EXISTS { ?listing pq:P582 ?until }
    BIND("ticker" AS ?field) }
  UNION { ?company p:P571/psv:P571 ?founded . ?founded wikibase:timeValue ?value ;
    wikibase:timePrecision ?precision . FILTER(?precision >= 9) BIND("founded" AS ?field) }
  UNION { ?company p:P1128 ?staff . ?staff a wikibase:BestRank ; ps:P1128 ?value .
    OPTIONAL { ?staff pq:P585 ?on } BIND("employees" AS ?field) }
  UNION { ?company p:P2139 ?sales . ?sales a wikibase:BestRank ; psv:P2139 ?amount .
    ?amount wikibase:quantityUnit wd:Q4917 ; wikibase:quantityAmount ?value .
    OPTIONAL { ?sales pq:P585 ?on } BIND("revenue_usd" AS ?field) }
} LIMIT 500"""

# for each field its values, each with the day that it is of, as far as that is known
Values = dict[str, list[tuple[str, str]]]


async def enrich_company(link: Link, question: EnrichCompany) -> Reply:
    """What Wikidata has of the one company with this website, or of this name in this country. Free.

    A miss where it has several, and where it knows another website of the company with that name.
    """
    ways = [*_by_website(question.domain), *_by_name(question.name, question.country)]
    if not ways:
        return Reply(None)
    query = _QUERY % " UNION ".join(ways)
    address = f"{link.base_url.rstrip('/')}/sparql?{urlencode({'query': query, 'format': 'json'})}"
    heard = await send(link, _MANNERS, "GET", address)
    companies = _companies(json_object(heard, _MANNERS))
    found = _meant(question, companies)
    if found is None:
        return Reply(None)
    entity = found.rpartition("/")[2]
    facts = _facts(companies[found]).model_copy(update={"wikidata_id": entity})
    return Reply(facts, evidence=f"Wikidata {entity}")


def _by_website(domain: str | None) -> list[str]:
    """The pattern of companies with this website. Raises QuestionRefused for what is no domain."""
    if domain is None:
        return []
    domain = domain.lower()
    if not _DOMAIN.fullmatch(domain):
        raise QuestionRefused(f"{domain!r} is no domain", provider=_NAME)
    # an address is found by its exact letters only
    written = (
        f"<{scheme}://{www}{domain}{slash}>"
        for scheme in ("https", "http")
        for www in ("www.", "")
        for slash in ("/", "")
    )
    return [f"{{ VALUES ?website {{ {' '.join(written)} }} ?company wdt:P856 ?website . }}"]


def _by_name(name: str | None, country: str | None) -> list[str]:
    """The pattern of companies with this label or alias in this country."""
    if not name or not country or not _COUNTRY.fullmatch(country.upper()):
        return []
    written = " ".join(f"{_literal(name)}@{language}" for language in _LANGUAGES)
    named = f"VALUES ?name {{ {written} }} ?company rdfs:label|skos:altLabel ?name"
    return [f'{{ {named} ; wdt:P17/wdt:P297 "{country.upper()}" . }}']


def _literal(value: str) -> str:
    """A text as a literal of SPARQL, out of which nothing in it leads. Control characters go."""
    escaped = "".join(_ESCAPED.get(letter, letter) for letter in value if letter in _ESCAPED or letter >= " ")
    return f'"{escaped}"'


def _companies(answer: dict[str, Any]) -> dict[str, Values]:
    """The values of each company in an answer, by its address in Wikidata."""
    companies: dict[str, Values] = {}
    results = inner(answer, "results", _NAME) or {}
    for row in inners(results, "bindings", _NAME):
        company, field, value, on = (_bound(row, name) for name in ("company", "field", "value", "on"))
        if company is not None and field is not None and value is not None:
            companies.setdefault(company, {}).setdefault(field, []).append((on or "", value))
    return companies


def _bound(row: dict[str, Any], name: str) -> str | None:
    return text((inner(row, name, _NAME) or {}).get("value"))


def _meant(question: EnrichCompany, companies: dict[str, Values]) -> str | None:
    """The company that the question is about, None where that is not certain."""
    domain = registrable_domain(question.domain) or question.domain
    sites = {company: _domains(values) for company, values in companies.items()}
    candidates = [company for company in companies if domain in sites[company]] if domain else []
    # one without a website may be it, by its name; one with another is not
    candidates = candidates or [company for company in companies if not domain or not sites[company]]
    if len(candidates) > 1 and question.name:
        wanted = normal_name(question.name)
        candidates = [one for one in candidates if wanted in map(normal_name, _texts(companies[one], "name"))]
    return candidates[0] if len(candidates) == 1 else None


def _domains(values: Values) -> set[str]:
    return {domain for site in _texts(values, "website") if (domain := registrable_domain(site))}


def _facts(values: Values) -> CompanyFacts:
    years = [found.year for value in _texts(values, "founded") if (found := day(value))]
    cik = whole(_number(_only(values, "cik")))
    return CompanyFacts(
        name=_only(values, "name"),
        legal_name=_only(values, "legal_name"),
        domain=_one(_domains(values)),
        industry=", ".join(sorted(set(_texts(values, "industry")))[:_MOST_INDUSTRIES]) or None,
        country=country_code(_only(values, "country") or ""),
        city=_only(values, "city"),
        lei=_only(values, "lei"),
        cik=f"{cik:010}" if cik is not None else None,
        ticker=_only(values, "ticker"),
        founded_year=min(years, default=None),
        employees=whole(_number(_newest(values, "employees"))),
        revenue_usd=_number(_newest(values, "revenue_usd")),
    )


def _texts(values: Values, field: str) -> Iterable[str]:
    return (value for _, value in values.get(field, ()))


def _one(values: Iterable[str]) -> str | None:
    """The only value there is; of several, nobody can tell which one counts."""
    different = set(values)
    return different.pop() if len(different) == 1 else None


def _only(values: Values, field: str) -> str | None:
    return _one(_texts(values, field))


def _newest(values: Values, field: str) -> str | None:
    """The value of the latest day; one without a day comes last."""
    return max(values.get(field, ()), default=("", None))[1]


def _number(value: str | None) -> float | None:
    """A number from 0, which Wikidata may write with a plus."""
    try:
        number = float(value) if value is not None else None
    except ValueError:
        return None
    return number if number is not None and 0 <= number < float("inf") else None


PROVIDER = Provider(
    name=_NAME,
    title="Wikidata",
    base_url="https://query.wikidata.org",
    needs_key=False,
    credit_price_usd=Decimal(0),
    answers={EnrichCompany: enrich_company},
    knows=frozenset(
        {
            "name",
            "legal_name",
            "domain",
            "industry",
            "country",
            "city",
            "lei",
            "cik",
            "wikidata_id",
            "ticker",
            "founded_year",
            "employees",
            "revenue_usd",
        }
    ),
    trust=0.7,
    licence="CC0-1.0",
    keeps_for_days=180,
    # a minute of work in each minute; a query like this one takes about a second
    limits=(Limit(60, 60.0),),
)
