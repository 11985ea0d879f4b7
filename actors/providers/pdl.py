"""People Data Labs: what is known of companies and people, and both by search, at a credit for each record."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from actors.core.errors import AgentError, AnswerGarbled, RateLimited
from actors.core.provider import Bulk, Heard, Limit, Link, Provider, Reply
from actors.core.questions import (
    CompanyPage,
    EnrichCompany,
    FindCompanies,
    FindPeople,
    PeopleFound,
    RevealPerson,
)
from actors.providers import pdl_query as query
from actors.providers import pdl_reading as reading
from actors.providers.bulk import in_their_order, shared
from actors.providers.fields import inner, inners, part, whole
from actors.providers.manners import Manners, json_list, json_object, meaning_of, seconds_ahead, send

_NAME = "pdl"
_OK, _NOT_FOUND = 200, 404
_MANNERS = Manners(
    provider=_NAME,
    key_header="X-Api-Key",
    deadline_s=25,
    answers=frozenset({_OK, _NOT_FOUND}),
    reset_header="x-ratelimit-reset",
)
_ONE_CREDIT = Decimal(1)
_MOST_IN_BULK = 100
_PEOPLE_PER_SEARCH = 5  # each of them costs a credit
# By a name alone somebody else of that name is found and billed below this likelihood.
_LIKELY_ENOUGH = "6"
_AGAIN_AFTER_S = 60.0
# So that nobody else's id is asked for: searches of other vendors give people ids too.
_OWN_ID = re.compile(r"[\w-]{22}_\d{4}")


async def enrich_company(link: Link, question: EnrichCompany) -> Reply:
    """What is known of the company with this domain, or of this name in this country. A hit costs a credit.

    One of another name or country is no answer, though it is billed all the same.
    """
    if question.domain is not None:
        asked = {"website": question.domain}
    elif question.name and question.country:
        country = query.country_name(question.country)
        asked = {"name": question.name, "country": country, "min_likelihood": _LIKELY_ENOUGH}
    else:
        return Reply(None)
    heard = await _got(link, "/v5/company/enrich", asked)
    if heard.status == _NOT_FOUND:
        return Reply(None)
    record = json_object(heard, _MANNERS)  # the fields stand beside status and likelihood, not under data
    if not record.get("id") and not record.get("name"):
        raise AnswerGarbled("no company", provider=_NAME)
    cost = _cost(heard, 1)
    facts = reading.company(record)
    if question.domain is None and not (
        reading.is_called(record, question.name or "") and facts.country in {question.country, None}
    ):
        return Reply(None, cost)
    evidence = f"People Data Labs /v5/company/enrich?{urlencode(asked)}"
    return Reply(facts, cost, evidence, confidence=reading.confidence(record))


async def find_companies(link: Link, question: FindCompanies) -> Reply:
    """A page of the companies that match. Each of them costs a credit."""
    start = (question.page - 1) * question.per_page
    searched = await _searched(
        link, "/v5/company/search", query.companies(question.icp), size=question.per_page, start=start
    )
    if searched is None:
        return Reply(None)
    records, total, cost = searched
    page = CompanyPage(companies=tuple(map(reading.company, records)), total=total)
    return Reply(page, cost, f"People Data Labs /v5/company/search, page {question.page}")


async def find_people(link: Link, question: FindPeople) -> Reply:
    """A few of the people of this company with such titles and seniority. Each of them costs a credit."""
    wanted = query.people(question.domain, question.persona)
    searched = await _searched(link, "/v5/person/search", wanted, size=_PEOPLE_PER_SEARCH)
    if searched is None:
        return Reply(None)
    records, _, cost = searched
    people = PeopleFound(people=tuple(map(reading.person, records)))
    return Reply(people, cost, f"People Data Labs /v5/person/search for {question.domain}")


async def reveal_person(link: Link, question: RevealPerson) -> Reply:
    """A person with an address at work. A hit costs a credit, also of one who has left for another company."""
    asked = _whom(question)
    if asked is None:
        return Reply(None)
    heard = await _got(link, "/v5/person/enrich", {**asked, "required": "work_email"})
    if heard.status == _NOT_FOUND:
        return Reply(None)
    return _revealed(json_object(heard, _MANNERS), question, _cost(heard, 1), "/v5/person/enrich")


async def reveal_people(link: Link, questions: Sequence[RevealPerson]) -> list[Reply | AgentError]:
    """Each of these people with an address at work. A hit costs a credit; each has an outcome of its own."""
    whom = {question: asked for question in questions if (asked := _whom(question)) is not None}
    if not whom:
        return in_their_order(questions, {})
    requests = [
        {
            "params": {**asked, "required": "work_email", "titlecase": True},
            "metadata": {"place": place},
        }
        for place, asked in enumerate(whom.values())
    ]
    content = {"requests": requests}
    heard = await send(link, _MANNERS, "POST", _address(link, "/v5/person/bulk"), content=content)
    if heard.status == _NOT_FOUND:
        return in_their_order(questions, {})
    items = {whole(part(item, "metadata").get("place")): item for item in json_list(heard, _MANNERS)}
    outcomes = {question: _outcome(items.get(place), question) for place, question in enumerate(whom)}
    return in_their_order(questions, shared(outcomes, reading.credits_spent(heard)))


def _outcome(item: dict[str, Any] | None, question: RevealPerson) -> Reply | AgentError:
    """What became of one person in a request for many, as the status says that the item has for itself."""
    status = whole(item.get("status")) if item is not None else None
    if item is None or status is None:
        return AnswerGarbled("no status for one of many", provider=_NAME)
    if status == _NOT_FOUND:
        return Reply(None)
    if status != _OK:
        error = meaning_of(status)
        retry_at = seconds_ahead(_AGAIN_AFTER_S) if error is RateLimited else None
        return error(f"{status} for one of many", provider=_NAME, retry_at=retry_at)
    try:
        return _revealed(item, question, _ONE_CREDIT, "/v5/person/bulk")
    except AgentError as garbled:
        return garbled


def _revealed(answer: dict[str, Any], question: RevealPerson, cost: Decimal, path: str) -> Reply:
    record = inner(answer, "data", _NAME)
    if not record:
        raise AnswerGarbled("no person", provider=_NAME)
    if reading.has_left(record, question.domain):
        return Reply(None, cost)
    evidence = f"People Data Labs {path}"
    return Reply(reading.person(record), cost, evidence, confidence=reading.confidence(answer))


def _whom(question: RevealPerson) -> dict[str, str] | None:
    """Whom the question is about, in their words: an id of theirs, else a whole name; None where there is neither."""
    if question.provider_id and _OWN_ID.fullmatch(question.provider_id):
        return {"pdl_id": question.provider_id}
    if question.first_name and question.last_name and "*" not in question.last_name:
        return {
            "first_name": question.first_name,
            "last_name": question.last_name,
            "company": question.domain,
            "min_likelihood": _LIKELY_ENOUGH,
        }
    return None


async def _got(link: Link, path: str, params: Mapping[str, str]) -> Heard:
    # else everything comes in small letters, the names of people too
    asked = urlencode({**params, "titlecase": "true"})
    return await send(link, _MANNERS, "GET", f"{_address(link, path)}?{asked}")


async def _searched(
    link: Link, path: str, wanted: str, *, size: int, start: int = 0
) -> tuple[list[dict[str, Any]], int, Decimal] | None:
    """The records of a page of a search, how many there are in all, and what they cost; None where there are none."""
    content = {"query": wanted, "size": size, "titlecase": True, **({"from": start} if start else {})}
    heard = await send(link, _MANNERS, "POST", _address(link, path), content=content)
    if heard.status == _NOT_FOUND:
        return None
    answer = json_object(heard, _MANNERS)
    records = inners(answer, "data", _NAME)
    total = whole(answer.get("total"))
    return records, len(records) if total is None else total, _cost(heard, len(records))


def _cost(heard: Heard, records: int) -> Decimal:
    """What a call has cost: as its header says, else a credit for each record."""
    spent = reading.credits_spent(heard)
    return Decimal(records) if spent is None else spent


def _address(link: Link, path: str) -> str:
    return f"{link.base_url.rstrip('/')}{path}"


PROVIDER = Provider(
    name=_NAME,
    title="People Data Labs",
    base_url="https://api.peopledatalabs.com",
    needs_key=True,
    # What a credit costs depends on the plan: a default, to be overridden for each tenant.
    credit_price_usd=Decimal("0.10"),
    answers={
        EnrichCompany: enrich_company,
        FindCompanies: find_companies,
        FindPeople: find_people,
        RevealPerson: reveal_person,
    },
    billed=frozenset({EnrichCompany, FindCompanies, FindPeople, RevealPerson}),
    most_credits={
        FindCompanies: lambda question: question.per_page,
        FindPeople: lambda _: _PEOPLE_PER_SEARCH,
    },
    bulk={RevealPerson: Bulk(reveal_people, _MOST_IN_BULK)},
    knows=reading.KNOWS,
    # Of the free plan, for enrichment; paid ones have ten times as much, searches ten a minute in all of them.
    limits=(Limit(100, 60),),
)
