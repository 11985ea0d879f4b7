"""Apollo: companies by ideal customer, what is known of them, and their people.

What happened at a company of late is not asked of Apollo: its job postings and its news cost a credit a page, on
top of the credit for the company's id that both need, and its last funding round comes with enrichment.
"""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from actors.core.errors import AgentError, AnswerGarbled, QuestionRefused, QuotaExhausted
from actors.core.provider import Bulk, Limit, Link, Provider, Reply
from actors.core.questions import (
    CompanyFacts,
    CompanyPage,
    CompanyPreview,
    EnrichCompany,
    FindCompanies,
    FindPeople,
    PeopleFound,
    PersonFound,
    PreviewCompanies,
    RevealPerson,
)
from actors.providers import apollo_reading as reading
from actors.providers.bulk import in_their_order, shared
from actors.providers.fields import inner, inners, text, truth, whole
from actors.providers.manners import Manners, Oddity, json_object, send
from tenants.countries import english_names
from tenants.icp import IdealCustomer

_NAME = "apollo"
_MANNERS = Manners(
    provider=_NAME,
    key_header="x-api-key",
    deadline_s=20,
    # "Insufficient credits. Please upgrade your plan." comes as a 422, like a wrong parameter. The API
    # description does not mention it; it was seen in production (superdesigndev/treg#301).
    oddities=(Oddity(422, QuotaExhausted, words=b"insufficient credits"),),
)
_ONE_CREDIT = Decimal(1)
_MOST_IN_BULK = 10
_BULK_ENRICH = "Apollo /organizations/bulk_enrich"
_PEOPLE_PER_SEARCH = 25
_PEOPLE_PER_PREVIEW = 100
_COMPANIES_IN_PREVIEW = 10
_MOST_EMPLOYEES = 10_000_000
# Countries that Apollo may write in another way than Unicode does. Filters are alternatives: both are asked.
_ALSO_WRITTEN = {
    "BA": "Bosnia and Herzegovina",
    "CZ": "Czech Republic",
    "HK": "Hong Kong",
    "MM": "Myanmar",
    "MO": "Macau",
    "TR": "Turkey",
    "TT": "Trinidad and Tobago",
}


async def enrich_company(link: Link, question: EnrichCompany) -> Reply:
    """What Apollo knows of the company with this domain. A hit costs a credit; a miss is a 200 without it."""
    if question.domain is None:
        return Reply(None)
    answer = await _asked(link, "GET", "/organizations/enrich", [("domain", question.domain)])
    organization = inner(answer, "organization", _NAME)
    if not organization:
        return Reply(None)
    evidence = f"Apollo /organizations/enrich?domain={question.domain}"
    return Reply(reading.company(organization), _ONE_CREDIT, evidence)


async def enrich_companies(link: Link, questions: Sequence[EnrichCompany]) -> list[Reply | AgentError]:
    """What Apollo knows of each of these companies. Each company that is found costs a credit, and costs it once."""
    asked = [question for question in dict.fromkeys(questions) if question.domain is not None]
    if not asked:
        return in_their_order(questions, {})
    details = [{"domain": question.domain} for question in asked]
    answer = await _asked(link, "POST", "/organizations/bulk_enrich", [], {"details": details})
    found = _entries(answer, "organizations", len(asked))
    outcomes: dict[EnrichCompany, Reply | AgentError] = {
        question: Reply(reading.company(organization), _ONE_CREDIT if is_first else Decimal(0), _BULK_ENRICH)
        if organization
        else Reply(None)
        for question, organization, is_first in zip(asked, found, _are_first(found), strict=True)
    }
    return in_their_order(questions, shared(outcomes, _billed(answer, "unique_enriched_records")))


async def find_companies(link: Link, question: FindCompanies) -> Reply:
    """A page of the companies that match. A page with anything on it costs a credit."""
    asked = [*_filters(question.icp), ("page", str(question.page)), ("per_page", str(question.per_page))]
    answer = await _asked(link, "POST", "/mixed_companies/search", asked)
    # A team's saved companies are listed as accounts, the rest as organizations.
    listed = inners({"accounts": [], **answer}, "accounts", _NAME) + inners(answer, "organizations", _NAME)
    pagination = inner(answer, "pagination", _NAME) or {}
    total = whole(pagination.get("total_entries"))
    page = CompanyPage(
        companies=tuple(map(reading.company, listed)), total=len(listed) if total is None else total
    )
    evidence = f"Apollo /mixed_companies/search, page {question.page}"
    return Reply(page, _ONE_CREDIT if listed else Decimal(0), evidence)


async def preview_companies(link: Link, question: PreviewCompanies) -> Reply:
    """Some of the companies that match, by name, from the search for people, which is free.

    It counts people, so how many companies there are stays open. It knows places, sizes and
    technologies of companies, but neither industries, keywords, open jobs nor funding: of an ideal customer with
    such there is no preview.
    """
    icp = question.icp
    bounds = (icp.open_jobs_min, icp.funding_usd_min, icp.funding_usd_max)
    if icp.industries or icp.keywords or any(bound is not None for bound in bounds):
        return Reply(None)
    asked = [*_filters(icp), ("page", "1"), ("per_page", str(_PEOPLE_PER_PREVIEW))]
    people = inners(await _asked(link, "POST", "/mixed_people/api_search", asked), "people", _NAME)
    employers = (text((inner(person, "organization", _NAME) or {}).get("name")) for person in people)
    names = list(dict.fromkeys(name for name in employers if name is not None))[:_COMPANIES_IN_PREVIEW]
    preview = CompanyPreview(total=None, sample=tuple(CompanyFacts(name=name) for name in names))
    return Reply(preview, evidence="Apollo /mixed_people/api_search: employers of the people there")


async def find_people(link: Link, question: FindPeople) -> Reply:
    """The people of this company with such titles and seniority: last names in part, no addresses. Free."""
    asked = [("q_organization_domains_list[]", question.domain)]
    asked += [("person_titles[]", title) for title in question.persona.titles]
    asked += [("person_seniorities[]", seniority) for seniority in question.persona.seniorities]
    asked += [("page", "1"), ("per_page", str(_PEOPLE_PER_SEARCH))]
    answer = await _asked(link, "POST", "/mixed_people/api_search", asked)
    people = tuple(
        PersonFound(
            provider_id=text(person.get("id")),
            first_name=text(person.get("first_name")),
            last_name=text(person.get("last_name_obfuscated")),
            title=text(person.get("title")),
            has_email=truth(person.get("has_email")),
        )
        for person in inners(answer, "people", _NAME)
    )
    evidence = f"Apollo /mixed_people/api_search for {question.domain}"
    return Reply(PeopleFound(people=people), evidence=evidence)


async def reveal_person(link: Link, question: RevealPerson) -> Reply:
    """A person in full. An address, or anything else to tell of them, costs a credit."""
    asked = _whom(question)
    if asked is None:
        return Reply(None)
    answer = await _asked(link, "POST", "/people/match", list(asked.items()))
    person = inner(answer, "person", _NAME)
    return _revealed(person, "Apollo /people/match") if person else Reply(None)


async def reveal_people(link: Link, questions: Sequence[RevealPerson]) -> list[Reply | AgentError]:
    """Each of these people in full. Whoever is found costs a credit, and costs it once."""
    whom = {question: asked for question in questions if (asked := _whom(question)) is not None}
    if not whom:
        return in_their_order(questions, {})
    details = list(whom.values())
    answer = await _asked(link, "POST", "/people/bulk_match", [], {"details": details})
    found = _entries(answer, "matches", len(details))
    outcomes: dict[RevealPerson, Reply | AgentError] = {
        question: _revealed(person, "Apollo /people/bulk_match", is_first=is_first) if person else Reply(None)
        for question, person, is_first in zip(whom, found, _are_first(found), strict=True)
    }
    return in_their_order(questions, shared(outcomes, _billed(answer, "credits_consumed")))


async def _asked(
    link: Link,
    method: str,
    path: str,
    params: list[tuple[str, str]],
    content: dict[str, Any] | None = None,
) -> dict[str, Any]:
    address = f"{link.base_url.rstrip('/')}{path}" + (f"?{urlencode(params)}" if params else "")
    return json_object(await send(link, _MANNERS, method, address, content=content), _MANNERS)


def _entries(answer: dict[str, Any], name: str, count: int) -> list[dict[str, Any] | None]:
    """An entry for each that was asked for, None where Apollo has nothing. Raises AnswerGarbled for anything else."""
    entries = answer.get(name)
    if not isinstance(entries, list) or not all(isinstance(one, dict | None) for one in entries):
        raise AnswerGarbled(f"{name} is no list of objects and nulls", provider=_NAME)
    if len(entries) != count:
        raise AnswerGarbled(f"{len(entries)} {name} where {count} were asked for", provider=_NAME)
    return entries


def _billed(answer: dict[str, Any], name: str) -> Decimal | None:
    """The credits that Apollo says it billed for all, or None where it does not say."""
    told = whole(answer.get(name))
    return Decimal(told) if told is not None else None


def _are_first(found: Sequence[dict[str, Any] | None]) -> list[bool]:
    """For each entry whether it is the first of its company or person: Apollo bills none of them twice."""
    ids = [entry.get("id") if entry else None for entry in found]
    return [one is None or one not in ids[:place] for place, one in enumerate(ids)]


def _whom(question: RevealPerson) -> dict[str, str] | None:
    """Whom the question is about, in Apollo's words: an id, else a whole name; None where there is neither."""
    # Apollo's ids are letters and digits; others that search for people give ids with more in them.
    if question.provider_id and question.provider_id.isalnum():
        return {"id": question.provider_id}
    if question.first_name and question.last_name and "*" not in question.last_name:
        return {
            "first_name": question.first_name,
            "last_name": question.last_name,
            "domain": question.domain,
        }
    return None


def _revealed(person: dict[str, Any], evidence: str, *, is_first: bool = True) -> Reply:
    cost = _ONE_CREDIT if is_first and reading.costs_a_credit(person) else Decimal(0)
    return Reply(reading.person(person), cost, evidence)


def _filters(icp: IdealCustomer) -> list[tuple[str, str]]:
    """The ideal customer in Apollo's words. Raises QuestionRefused for a country that there is not."""
    filters = [("q_organization_keyword_tags[]", tag) for tag in (*icp.industries, *icp.keywords)]
    for code in icp.countries:
        name = english_names().get(code)
        if name is None:
            raise QuestionRefused(f"there is no country {code}", provider=_NAME)
        filters.append(("organization_locations[]", name))
        if code in _ALSO_WRITTEN:
            filters.append(("organization_locations[]", _ALSO_WRITTEN[code]))
    if icp.employees_min is not None or icp.employees_max is not None:
        least = 1 if icp.employees_min is None else icp.employees_min
        most = _MOST_EMPLOYEES if icp.employees_max is None else icp.employees_max
        filters.append(("organization_num_employees_ranges[]", f"{least},{most}"))
    filters += [
        ("currently_using_any_of_technology_uids[]", re.sub(r"[\s.]+", "_", name.strip().lower()))
        for name in icp.technologies
    ]
    ranges = {
        "organization_num_jobs_range[min]": icp.open_jobs_min,
        "total_funding_range[min]": icp.funding_usd_min,
        "total_funding_range[max]": icp.funding_usd_max,
    }
    return filters + [(name, f"{bound:.0f}") for name, bound in ranges.items() if bound is not None]


PROVIDER = Provider(
    name=_NAME,
    title="Apollo",
    base_url="https://api.apollo.io/api/v1",
    needs_key=True,
    # What a credit costs depends on the plan: a default, to be overridden for each tenant.
    credit_price_usd=Decimal("0.05"),
    answers={
        EnrichCompany: enrich_company,
        FindCompanies: find_companies,
        PreviewCompanies: preview_companies,
        FindPeople: find_people,
        RevealPerson: reveal_person,
    },
    billed=frozenset({EnrichCompany, FindCompanies, RevealPerson}),
    most_results=10_000,
    bulk={
        EnrichCompany: Bulk(enrich_companies, _MOST_IN_BULK),
        RevealPerson: Bulk(reveal_people, _MOST_IN_BULK),
    },
    knows=reading.KNOWS,
    # Those of the searches in a paid plan; Apollo counts each endpoint by itself, and enrichment has more.
    limits=(Limit(200, 60), Limit(6_000, 3_600), Limit(50_000, 86_400)),
)
