"""GLEIF: the world's register of legal entity identifiers (LEI), by name and country."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from actors.core.provider import Limit, Link, Provider, Reply
from actors.core.questions import (
    CompanyFacts,
    CompanyPage,
    CompanyPreview,
    EnrichCompany,
    FindCompanies,
    PreviewCompanies,
)
from actors.providers.fields import inner, inners, text, whole
from actors.providers.manners import Manners, json_object, send
from tenants.companies import normal_name, plain_name
from tenants.countries import country_code
from tenants.icp import IdealCustomer

_NAME = "gleif"
_NOT_FOUND = 404
_MANNERS = Manners(
    provider=_NAME,
    deadline_s=20,
    content_types=("application/vnd.api+json", "application/json"),
    answers=frozenset({200, _NOT_FOUND}),
)
_RECORDS = "/lei-records"
_MOST_NAMESAKES = 200  # the largest page there is
_LAST_RECORD = 10_000  # pages end here, however many match
_SAMPLE = 5
# To a filter, a comma means "or", an exclamation mark "not", two points a range.
_OPERATORS = re.compile(r'[,!<>*"]|\.{2,}')
_LEI = re.compile(r"[0-9A-Z]{20}")
_STATUS = {"ACTIVE": "active", "INACTIVE": "inactive"}


async def enrich_company(link: Link, question: EnrichCompany) -> Reply:
    """What the register says of the company of this name in this country, and who its direct parent is. Free.

    A miss where several companies there could be meant.
    """
    words = _words(question.name or "")
    if not question.name or not words or not question.country:
        return Reply(None)
    asked = [
        ("filter[entity.legalName]", words),
        ("filter[entity.legalAddress.country]", question.country.upper()),
        ("page[number]", "1"),
        ("page[size]", str(_MOST_NAMESAKES)),
    ]
    answer = await _asked(link, f"{_RECORDS}?{urlencode(asked)}")
    if answer is None:
        return Reply(None)
    records = inners(answer, "data", _NAME)
    has_more = (_total(answer) or 0) > len(records)
    record = _meant(question.name, records, has_more=has_more)
    facts = _company(record) if record is not None else None
    if record is None or facts is None or facts.lei is None:
        return Reply(None)
    parent = await _parent(link, facts.lei, record)
    registration = inner(_attributes(record), "registration", _NAME) or {}
    evidence = f"GLEIF {_RECORDS}/{facts.lei}, registration {text(registration.get('status')) or 'unknown'}"
    return Reply(facts.model_copy(update={"parent_lei": parent}), evidence=evidence)


async def find_companies(link: Link, question: FindCompanies) -> Reply:
    """A page of the active companies in these countries, all that GLEIF can search by. Free.

    A miss beyond the ten thousandth of them.
    """
    if question.page * question.per_page > _LAST_RECORD:
        return Reply(None)
    answer = await _asked(link, _search(question.icp, question.page, question.per_page))
    if answer is None:
        return Reply(None)
    companies = _companies(answer)
    total = _total(answer)
    page = CompanyPage(companies=companies, total=len(companies) if total is None else total)
    return Reply(page, evidence=f"GLEIF {_RECORDS}, page {question.page}")


async def preview_companies(link: Link, question: PreviewCompanies) -> Reply:
    """How many active companies there are in these countries, and a few of them. Free."""
    answer = await _asked(link, _search(question.icp, 1, _SAMPLE))
    if answer is None:
        return Reply(None)
    return Reply(
        CompanyPreview(total=_total(answer), sample=_companies(answer)), evidence=f"GLEIF {_RECORDS}"
    )


async def _asked(link: Link, path: str) -> dict[str, Any] | None:
    """What GLEIF answers, or None where there is nothing."""
    heard = await send(link, _MANNERS, "GET", link.base_url.rstrip("/") + path)
    return None if heard.status == _NOT_FOUND else json_object(heard, _MANNERS)


def _search(icp: IdealCustomer, page: int, per_page: int) -> str:
    # of a general category are companies; the others are funds, branches, states and persons
    asked = [("filter[entity.status]", "ACTIVE"), ("filter[entity.category]", "GENERAL")]
    if icp.countries:
        asked.append(("filter[entity.legalAddress.country]", ",".join(icp.countries)))
    asked += [("page[number]", str(page)), ("page[size]", str(per_page))]
    return f"{_RECORDS}?{urlencode(asked)}"


def _words(name: str) -> str:
    """The words of a name without its legal form, which registers write in other ways than people do."""
    words = _OPERATORS.sub(" ", name).split()
    wanted = normal_name(" ".join(words))
    for count in range(1, len(words)):
        if normal_name(" ".join(words[:count])) == wanted:
            return " ".join(words[:count])
    return " ".join(words)


def _meant(name: str, records: Sequence[dict[str, Any]], *, has_more: bool) -> dict[str, Any] | None:
    """The one record of that name. The filter finds words within names, so most records are of others.

    One whose legal form is the same, too, comes first; one that is active comes before those that are not.
    """
    named = [(record, legal_name) for record in records if (legal_name := _legal_name(record)) is not None]
    whole_name = [record for record, legal_name in named if plain_name(legal_name) == plain_name(name)]
    same_name = [record for record, legal_name in named if normal_name(legal_name) == normal_name(name)]
    namesakes = whole_name or ([] if has_more else same_name)
    active = [record for record in namesakes if _entity(record).get("status") == "ACTIVE"]
    candidates = active or namesakes
    return candidates[0] if len(candidates) == 1 else None


async def _parent(link: Link, lei: str, record: dict[str, Any]) -> str | None:
    """The LEI of the company that owns it, asked for only where the record says that one is known."""
    relationships = inner(record, "relationships", _NAME) or {}
    links = inner(inner(relationships, "direct-parent", _NAME) or {}, "links", _NAME)
    if not links or "reporting-exception" in links:
        return None
    answer = await _asked(link, f"{_RECORDS}/{lei}/direct-parent")
    return text((inner(answer or {}, "data", _NAME) or {}).get("id"))


def _companies(answer: dict[str, Any]) -> tuple[CompanyFacts, ...]:
    found = map(_company, inners(answer, "data", _NAME))
    return tuple(facts.model_copy(update={"name": facts.legal_name}) for facts in found)


def _total(answer: dict[str, Any]) -> int | None:
    meta = inner(answer, "meta", _NAME) or {}
    return whole((inner(meta, "pagination", _NAME) or {}).get("total"))


def _company(record: dict[str, Any]) -> CompanyFacts:
    """A record in our words. Its country is that of its register; a company may be run from another one."""
    attributes, entity = _attributes(record), _entity(record)
    registered = inner(entity, "legalAddress", _NAME) or {}
    run_from = inner(entity, "headquartersAddress", _NAME) or {}
    country = country_code(text(registered.get("country")) or "")
    is_at_home = country_code(text(run_from.get("country")) or "") == country
    lei = text(attributes.get("lei")) or text(record.get("id")) or ""
    return CompanyFacts(
        legal_name=_legal_name(record),
        lei=lei if _LEI.fullmatch(lei) else None,
        country=country,
        city=(text(run_from.get("city")) if is_at_home else None) or text(registered.get("city")),
        register_number=text(entity.get("registeredAs")),
        # whether the company is there; whether it has renewed its LEI stands in its registration
        status=_STATUS.get(text(entity.get("status")) or ""),
    )


def _attributes(record: dict[str, Any]) -> dict[str, Any]:
    return inner(record, "attributes", _NAME) or {}


def _entity(record: dict[str, Any]) -> dict[str, Any]:
    return inner(_attributes(record), "entity", _NAME) or {}


def _legal_name(record: dict[str, Any]) -> str | None:
    return text((inner(_entity(record), "legalName", _NAME) or {}).get("name"))


PROVIDER = Provider(
    name=_NAME,
    title="GLEIF",
    base_url="https://api.gleif.org/api/v1",
    needs_key=False,
    credit_price_usd=Decimal(0),
    answers={
        EnrichCompany: enrich_company,
        FindCompanies: find_companies,
        PreviewCompanies: preview_companies,
    },
    knows=frozenset({"legal_name", "lei", "country", "city", "register_number", "status", "parent_lei"}),
    trust=0.95,
    licence="CC0-1.0",
    keeps_for_days=180,
    most_results=10_000,
    limits=(Limit(30, 60.0),),  # 60 requests a minute, and a company may take two: it and its parent
)
