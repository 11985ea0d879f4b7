"""Apollo: companies by ideal customer, what is known of them, and their people."""

from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from actors.core.errors import QuestionRefused, QuotaExhausted
from actors.core.provider import Link, Provider, Reply
from actors.core.questions import (
    CompanyFacts,
    CompanyPage,
    EnrichCompany,
    FindCompanies,
    FindPeople,
    PeopleFound,
    PersonFound,
    RevealPerson,
)
from actors.providers.fields import amount, day, inner, inners, text, texts, truth, whole
from actors.providers.manners import Manners, Oddity, json_object, send
from tenants.companies import registrable_domain
from tenants.countries import country_code, english_names
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
_PEOPLE_PER_SEARCH = 25
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
_EMAIL_STATUS = {
    "verified": "deliverable",
    "likely to engage": "deliverable",
    "extrapolated": "unknown",  # guessed from the company's pattern, and not tried
    "unverified": "unknown",
}
# What stands in for an address that is not unlocked: a text like any other, the same for everybody.
_NO_EMAIL = "email_not_unlocked@"
_DEPARTMENT = {
    "engineering_technical": "engineering",
    "human_resources": "hr",
    "information_technology": "it",
    "product_management": "product",
}
_EXECUTIVE = "executive"


async def enrich_company(link: Link, question: EnrichCompany) -> Reply:
    """What Apollo knows of the company with this domain. A hit costs a credit; a miss is a 200 without it."""
    if question.domain is None:
        return Reply(None)
    answer = await _asked(link, "GET", "/organizations/enrich", [("domain", question.domain)])
    organization = inner(answer, "organization", _NAME)
    if not organization:
        return Reply(None)
    evidence = f"Apollo /organizations/enrich?domain={question.domain}"
    return Reply(_company(organization), _ONE_CREDIT, evidence)


async def find_companies(link: Link, question: FindCompanies) -> Reply:
    """A page of the companies that match. A page with anything on it costs a credit."""
    asked = [*_filters(question.icp), ("page", str(question.page)), ("per_page", str(question.per_page))]
    answer = await _asked(link, "POST", "/mixed_companies/search", asked)
    # A team's saved companies are listed as accounts, the rest as organizations.
    listed = inners({"accounts": [], **answer}, "accounts", _NAME) + inners(answer, "organizations", _NAME)
    pagination = inner(answer, "pagination", _NAME) or {}
    total = whole(pagination.get("total_entries"))
    page = CompanyPage(companies=tuple(map(_company, listed)), total=len(listed) if total is None else total)
    evidence = f"Apollo /mixed_companies/search, page {question.page}"
    return Reply(page, _ONE_CREDIT if listed else Decimal(0), evidence)


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
    if question.provider_id:
        asked = [("id", question.provider_id)]
    elif question.first_name and question.last_name and "*" not in question.last_name:
        asked = [
            ("first_name", question.first_name),
            ("last_name", question.last_name),
            ("domain", question.domain),
        ]
    else:
        return Reply(None)  # neither an id nor a whole name: nothing that could be found
    answer = await _asked(link, "POST", "/people/match", asked)
    person = inner(answer, "person", _NAME)
    if not person:
        return Reply(None)
    found = _person(person)
    is_billed = any((found.email, found.title, found.country, text(person.get("city"))))
    return Reply(found, _ONE_CREDIT if is_billed else Decimal(0), "Apollo /people/match")


async def _asked(link: Link, method: str, path: str, params: list[tuple[str, str]]) -> dict[str, Any]:
    heard = await send(link, _MANNERS, method, f"{link.base_url.rstrip('/')}{path}?{urlencode(params)}")
    return json_object(heard, _MANNERS)


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
    return filters


def _company(organization: dict[str, Any]) -> CompanyFacts:
    get = organization.get
    domain = text(get("primary_domain")) or text(get("domain"))
    return CompanyFacts(
        name=text(get("name")),
        domain=domain or registrable_domain(text(get("website_url"))),
        industry=text(get("industry")),
        country=country_code(text(get("country")) or ""),
        city=text(get("city")),
        employees=whole(get("estimated_num_employees")),
        founded_year=whole(get("founded_year")),
        revenue_usd=amount(get("annual_revenue")),
        funding_usd=amount(get("total_funding")),
        technologies=texts(get("technology_names")),
        description=text(get("short_description")) or text(get("seo_description")),
        last_funding_on=day(get("latest_funding_round_date")),
    )


def _person(person: dict[str, Any]) -> PersonFound:
    get = person.get
    email = text(get("email"))
    if email is not None and email.startswith(_NO_EMAIL):
        email = None
    return PersonFound(
        provider_id=text(get("id")),
        first_name=text(get("first_name")),
        last_name=text(get("last_name")),
        title=text(get("title")),
        seniority=text(get("seniority")),
        department=_department(person),
        country=country_code(text(get("country")) or ""),
        linkedin_url=text(get("linkedin_url")),
        email=email,
        email_status=_EMAIL_STATUS.get(text(get("email_status")) or "", "unknown") if email else None,
        has_email=email is not None,
    )


def _department(person: dict[str, Any]) -> str | None:
    """The department in our words. Apollo files all chiefs under c_suite; what they lead is a function."""
    departments = [name.removeprefix("master_") for name in texts(person.get("departments")) or ()]
    functions = texts(person.get("functions")) or ()
    own = [name for name in departments if name != "c_suite"]
    own += [name for name in functions if name != "entrepreneurship"]
    if own:
        return _DEPARTMENT.get(own[0], own[0])
    return _EXECUTIVE if departments else None


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
        FindPeople: find_people,
        RevealPerson: reveal_person,
    },
    billed=frozenset({EnrichCompany, FindCompanies, RevealPerson}),
    knows=frozenset(
        {
            "name",
            "industry",
            "country",
            "city",
            "employees",
            "founded_year",
            "revenue_usd",
            "funding_usd",
            "technologies",
            "description",
            "last_funding_on",
        }
    ),
)
