"""Companies and people as People Data Labs describes them, in our words."""

from decimal import Decimal, InvalidOperation
from typing import Any

from actors.core.provider import Heard
from actors.core.questions import CompanyFacts, PersonFound
from actors.providers.fields import amount, day, label, number, part, text, texts, whole
from actors.providers.industries import usual_name
from tenants.companies import normal_name, registrable_domain
from tenants.countries import country_code

#: the fields of a company that enrichment may fill, some of them in dearer plans only
KNOWS = frozenset(
    {
        "name",
        "industry",
        "country",
        "city",
        "employees",
        "founded_year",
        "funding_usd",
        "description",
        "ticker",
        "linkedin_url",
        "headcount_growth",
        "funding_stage",
        "last_funding_on",
    }
)

_SURE = 10  # the highest likelihood
# The highest first: a title may have several.
_SENIORITY = {
    "owner": "owner",
    "cxo": "c_suite",
    "partner": "partner",
    "vp": "vp",
    "director": "director",
    "manager": "manager",
    "senior": "senior",
    "entry": "entry",
    "training": "intern",
    "unpaid": "intern",
}
_DEPARTMENT = {"customer_service": "support", "human_resources": "hr", "public_relations": "marketing"}
_OF_IT = frozenset({"information_technology", "devops", "network", "security"})


def company(record: dict[str, Any]) -> CompanyFacts:
    """A company, as enrichment or a search gives it."""
    location = part(record, "location")
    return CompanyFacts(
        name=text(record.get("display_name")) or text(record.get("name")),
        domain=registrable_domain(text(record.get("website"))),
        industry=usual_name(text(record.get("industry"))),
        country=country_code(text(location.get("country")) or ""),
        city=text(location.get("locality")),
        employees=whole(record.get("employee_count")),
        founded_year=whole(record.get("founded")),
        funding_usd=amount(record.get("total_funding_raised")),
        description=text(record.get("summary")) or text(record.get("headline")),
        ticker=_upper(text(record.get("ticker"))),
        linkedin_url=_url(text(record.get("linkedin_url"))),
        headcount_growth=number(part(record, "employee_growth_rate").get("12_month")),
        funding_stage=label(record.get("latest_funding_stage")),
        last_funding_on=day(record.get("last_funding_date")),
    )


def is_called(record: dict[str, Any], name: str) -> bool:
    """Whether a company is the one of this name, by one of the two names that it goes by."""
    own = (text(record.get(field)) for field in ("name", "display_name"))
    return normal_name(name) in {normal_name(one) for one in own if one is not None}


def person(record: dict[str, Any]) -> PersonFound:
    """A person, as enrichment or a search gives them. In cheap plans an address is shown as true only."""
    email = text(record.get("work_email"))
    return PersonFound(
        provider_id=text(record.get("id")),
        first_name=text(record.get("first_name")),
        last_name=text(record.get("last_name")),
        title=text(record.get("job_title")),
        seniority=_seniority(record),
        department=_department(record),
        country=country_code(text(record.get("location_country")) or ""),
        linkedin_url=_url(text(record.get("linkedin_url"))),
        email=email.lower() if email is not None else None,
        email_status="unknown" if email is not None else None,  # nobody has tried it
        has_email=email is not None or record.get("work_email") is True,
    )


def has_left(record: dict[str, Any], domain: str) -> bool:
    """Whether a person now works elsewhere than at the company with this domain: they once did."""
    employer = registrable_domain(text(record.get("job_company_website")))
    email = (text(record.get("work_email")) or "").lower()
    return employer not in {None, domain} and not email.endswith(f"@{domain}")


def confidence(answer: dict[str, Any]) -> float | None:
    """How sure People Data Labs is that it is who was asked for, from 0 to 1."""
    likelihood = whole(answer.get("likelihood"))
    return likelihood / _SURE if likelihood is not None and 1 <= likelihood <= _SURE else None


def credits_spent(heard: Heard) -> Decimal | None:
    """What the header says that a call has cost; None where there is none that can be read."""
    try:
        spent = Decimal(heard.headers.get("x-call-credits-spent", ""))
    except InvalidOperation:
        return None
    return spent if spent.is_finite() and spent >= 0 else None


def _seniority(record: dict[str, Any]) -> str | None:
    levels = texts(record.get("job_title_levels")) or ()
    own = {level.lower() for level in levels}
    return next((ours for theirs, ours in _SENIORITY.items() if theirs in own), None)


def _department(record: dict[str, Any]) -> str | None:
    role = (text(record.get("job_title_role")) or "").lower().replace(" ", "_")
    if (text(record.get("job_title_sub_role")) or "").lower().replace(" ", "_") in _OF_IT:
        return "it"
    if role:
        return _DEPARTMENT.get(role, role)
    return "executive" if _seniority(record) in {"owner", "c_suite"} else None


def _url(address: str | None) -> str | None:
    """A web address, which is given without its scheme."""
    if address is None:
        return None
    return address.lower() if "://" in address else f"https://www.{address.lower().removeprefix('www.')}"


def _upper(word: str | None) -> str | None:
    return word.upper() if word is not None else None
