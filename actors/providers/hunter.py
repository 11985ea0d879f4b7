"""Hunter: addresses, how a company writes them and whether they take mail; and companies, by ideal customer too."""

from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from actors.core.errors import (
    AnswerGarbled,
    AnswerPending,
    OptedOut,
    QuestionRefused,
    QuotaExhausted,
    RateLimited,
)
from actors.core.provider import Heard, Limit, Link, Provider, Reply
from actors.core.questions import (
    AddressPattern,
    AddressVerdict,
    CompanyFacts,
    CompanyPage,
    CompanyPreview,
    EnrichCompany,
    FindCompanies,
    FindPattern,
    PersonFound,
    PreviewCompanies,
    RevealPerson,
    VerifyAddress,
)
from actors.providers.fields import amount, day, inner, inners, label, part, text, texts, truth, whole
from actors.providers.industries import usual_name
from actors.providers.manners import Manners, Oddity, json_object, seconds_ahead, send
from tenants.companies import registrable_domain
from tenants.countries import country_code
from tenants.icp import IdealCustomer

_NAME = "hunter"
_UNDER_WAY, _STRANGE_SMTP, _NOT_FOUND = 202, 222, 404
_MANNERS = Manners(
    provider=_NAME,
    key_header="X-API-KEY",  # and not in the query, which ends up in logs
    deadline_s=25,  # Hunter itself takes up to 20 s for an address
    answers=frozenset({200, _UNDER_WAY, _STRANGE_SMTP, _NOT_FOUND}),
    oddities=(
        Oddity(403, RateLimited),
        Oddity(429, QuotaExhausted),
        Oddity(451, OptedOut),
    ),
)
_ONE_CREDIT = Decimal(1)
_ASK_AGAIN_AFTER_S = 5.0
_MOST_LISTED = 100
_COMPANIES_IN_PREVIEW = 10
_LARGEST = 10_000_000
_HEADCOUNTS = {
    "1-10": (1, 10),
    "11-50": (11, 50),
    "51-200": (51, 200),
    "201-500": (201, 500),
    "501-1000": (501, 1000),
    "1001-5000": (1001, 5000),
    "5001-10000": (5001, 10_000),
    "10001+": (10_001, _LARGEST),
}
_STATUS = {
    "valid": "deliverable",
    "accept_all": "accept_all",
    "webmail": "risky",
    "disposable": "disposable",
    "invalid": "undeliverable",
}


async def find_pattern(link: Link, question: FindPattern) -> Reply:
    """How the company writes its addresses. Costs a credit where Hunter has an address of it to show."""
    data = await _asked(link, "/domain-search", {"domain": question.domain, "limit": "1"})
    if data is None:
        return Reply(None)
    pattern, accept_all = text(data.get("pattern")), truth(data.get("accept_all"))
    cost = _ONE_CREDIT if data.get("emails") else Decimal(0)
    if pattern is None and accept_all is None:
        return Reply(None, cost)
    evidence = f"Hunter /domain-search?domain={question.domain}"
    return Reply(AddressPattern(pattern=pattern, accept_all=accept_all), cost, evidence)


async def verify_address(link: Link, question: VerifyAddress) -> Reply:
    """Whether the address takes mail. Each verdict costs a credit."""
    heard = await _heard(link, "/email-verifier", {"email": question.email})
    if heard.status == _STRANGE_SMTP:  # the mail server answered nothing that tells; not billed
        verdict = AddressVerdict(email=question.email, status="unknown")
        return Reply(verdict, evidence="Hunter /email-verifier: unexpected answer of the mail server")
    data = _data(heard)
    if data is None:
        return Reply(None)
    status = _STATUS.get(text(data.get("status")) or "", "unknown")
    return Reply(AddressVerdict(email=question.email, status=status), _ONE_CREDIT, "Hunter /email-verifier")


async def reveal_person(link: Link, question: RevealPerson) -> Reply:
    """The address of a person whose whole name is known. An address costs a credit."""
    if not question.first_name or not question.last_name or "*" in question.last_name:
        return Reply(None)  # nothing that could be found
    asked = {"domain": question.domain, "first_name": question.first_name, "last_name": question.last_name}
    data = await _asked(link, "/email-finder", asked)
    email = text(data.get("email")) if data is not None else None
    if data is None or email is None:
        return Reply(None)
    status = text((inner(data, "verification", _NAME) or {}).get("status"))
    found = PersonFound(
        first_name=text(data.get("first_name")),
        last_name=text(data.get("last_name")),
        title=text(data.get("position")),
        linkedin_url=text(data.get("linkedin_url")),
        email=email,
        email_status=_STATUS.get(status or "", "unknown"),
        has_email=True,
    )
    return Reply(found, _ONE_CREDIT, f"Hunter /email-finder?domain={question.domain}")


async def enrich_company(link: Link, question: EnrichCompany) -> Reply:
    """What Hunter knows of the company with this domain. A hit costs a credit."""
    if question.domain is None:
        return Reply(None)
    data = await _asked(link, "/companies/find", {"domain": question.domain})
    if not data:
        return Reply(None)
    return Reply(_company(data), _ONE_CREDIT, f"Hunter /companies/find?domain={question.domain}")


async def find_companies(link: Link, question: FindCompanies) -> Reply:
    """A page of the companies that match, in size by Hunter's bands. Free; further pages are for paying plans."""
    content = _filters(question.icp)
    # Plans without paging refuse even the values that hold without being sent.
    if question.per_page != _MOST_LISTED:
        content["limit"] = question.per_page
    if question.page > 1:
        content["offset"] = (question.page - 1) * question.per_page
    found = await _discovered(link, content)
    if found is None:
        return Reply(None)
    companies, total = found
    return Reply(
        CompanyPage(companies=companies, total=total), evidence=f"Hunter /discover, page {question.page}"
    )


async def preview_companies(link: Link, question: PreviewCompanies) -> Reply:
    """How many companies match, and the first of them. Free."""
    found = await _discovered(link, _filters(question.icp))
    if found is None:
        return Reply(None)
    companies, total = found
    preview = CompanyPreview(total=total, sample=companies[:_COMPANIES_IN_PREVIEW])
    return Reply(preview, evidence="Hunter /discover")


async def _asked(link: Link, path: str, params: dict[str, str]) -> dict[str, Any] | None:
    return _data(await _heard(link, path, params))


async def _discovered(link: Link, content: dict[str, Any]) -> tuple[tuple[CompanyFacts, ...], int] | None:
    """The companies of a search, and how many there are in all; None where Hunter has none."""
    heard = await send(link, _MANNERS, "POST", f"{link.base_url.rstrip('/')}/discover", content=content)
    if heard.status == _NOT_FOUND:
        return None
    answer = json_object(heard, _MANNERS)
    companies = tuple(
        CompanyFacts(
            name=text(one.get("organization")),
            domain=registrable_domain(text(one.get("domain"))),
            industry=usual_name(text(one.get("industry"))),
            country=country_code(text(one.get("country")) or ""),
        )
        for one in inners(answer, "data", _NAME)
    )
    total = whole(part(answer, "meta").get("results"))
    return companies, len(companies) if total is None else total


def _filters(icp: IdealCustomer) -> dict[str, Any]:
    """The ideal customer in Hunter's words. Raises QuestionRefused for sizes that no company has.

    Industries are asked for as keywords: Hunter refuses those that are not on a list of its own.
    """
    filters: dict[str, Any] = {}
    if icp.countries:
        # A list of places, as those have it who use it; the API description in circulation has it otherwise.
        filters["headquarters_location"] = {"include": [{"country": code} for code in icp.countries]}
    if words := [*icp.industries, *icp.keywords]:
        filters["keywords"] = {"include": words, "match": "any"}
    if icp.employees_min is not None or icp.employees_max is not None:
        least = icp.employees_min or 0
        most = _LARGEST if icp.employees_max is None else icp.employees_max
        bands = [band for band, (low, high) in _HEADCOUNTS.items() if low <= most and least <= high]
        if not bands:  # an empty list would ask for companies of any size
            raise QuestionRefused(f"no company has from {least} to {most} people", provider=_NAME)
        filters["headcount"] = bands
    return filters


def _company(data: dict[str, Any]) -> CompanyFacts:
    geo, metrics = part(data, "geo"), part(data, "metrics")
    phones = texts(part(data, "site").get("phoneNumbers")) or ()
    rounds = data.get("fundingRounds")
    funded = [one for one in rounds if isinstance(one, dict)] if isinstance(rounds, list) else []
    last = max(funded, key=lambda one: text(one.get("announcedDate")) or "", default={})
    return CompanyFacts(
        name=text(data.get("name")),
        domain=registrable_domain(text(data.get("domain"))),
        legal_name=text(data.get("legalName")),
        industry=usual_name(text(part(data, "category").get("industry"))),
        country=country_code(text(geo.get("countryCode")) or text(geo.get("country")) or ""),
        city=text(geo.get("city")),
        employees=whole(metrics.get("employees")),
        founded_year=whole(data.get("foundedYear")),
        revenue_usd=amount(metrics.get("annualRevenue")),
        funding_usd=amount(metrics.get("raised")),
        technologies=texts(data.get("tech")) or None,
        description=text(data.get("description")),
        ticker=text(data.get("ticker")),
        phone=text(data.get("phone")) or (phones[0] if phones else None),
        linkedin_url=_linkedin_url(text(part(data, "linkedin").get("handle"))),
        funding_stage=label(last.get("series")),
        last_funding_on=day(last.get("announcedDate")),
    )


def _linkedin_url(handle: str | None) -> str | None:
    if handle is None:
        return None
    return f"https://www.linkedin.com/company/{handle.removeprefix('company/')}"


async def _heard(link: Link, path: str, params: dict[str, str]) -> Heard:
    """The answer, unless it is still to come: asking again is free."""
    heard = await send(link, _MANNERS, "GET", f"{link.base_url.rstrip('/')}{path}?{urlencode(params)}")
    if heard.status == _UNDER_WAY:
        raise AnswerPending(provider=_NAME, retry_at=seconds_ahead(_ASK_AGAIN_AFTER_S))
    return heard


def _data(heard: Heard) -> dict[str, Any] | None:
    """The data of an answer, or None where Hunter found nothing."""
    if heard.status == _NOT_FOUND:
        return None
    answer = json_object(heard, _MANNERS)
    if "data" not in answer:
        raise AnswerGarbled("no data", provider=_NAME)
    return inner(answer, "data", _NAME)


PROVIDER = Provider(
    name=_NAME,
    title="Hunter",
    base_url="https://api.hunter.io/v2",
    needs_key=True,
    # What a credit costs depends on the plan: a default, to be overridden for each tenant.
    credit_price_usd=Decimal("0.03"),
    answers={
        EnrichCompany: enrich_company,
        FindCompanies: find_companies,
        PreviewCompanies: preview_companies,
        FindPattern: find_pattern,
        VerifyAddress: verify_address,
        RevealPerson: reveal_person,
    },
    billed=frozenset({EnrichCompany, FindPattern, VerifyAddress, RevealPerson}),
    knows=frozenset(
        {
            "name",
            "legal_name",
            "industry",
            "country",
            "city",
            "employees",
            "founded_year",
            "revenue_usd",
            "funding_usd",
            "technologies",
            "description",
            "ticker",
            "phone",
            "linkedin_url",
            "funding_stage",
            "last_funding_on",
        }
    ),
    trust=0.8,
    # Those of the verifier, which is asked most; the other calls are allowed more, /discover five a second.
    limits=(Limit(10, 1), Limit(300, 60)),
)
