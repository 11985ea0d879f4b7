"""Companies and people as Apollo describes them, in our words."""

from typing import Any

from actors.core.questions import CompanyFacts, PersonFound
from actors.providers.fields import amount, day, number, part, text, texts, whole
from tenants.companies import registrable_domain
from tenants.countries import country_code

#: the fields of a company that Apollo's enrichment may fill
KNOWS = frozenset(
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
        "ticker",
        "phone",
        "linkedin_url",
        "headcount_growth",
        "funding_stage",
        "last_funding_on",
    }
)

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


def company(organization: dict[str, Any]) -> CompanyFacts:
    """A company, as enrichment or a search gives it. Apollo tells growth in per cent."""
    get = organization.get
    domain = text(get("primary_domain")) or text(get("domain"))
    growth = number(get("organization_headcount_twelve_month_growth"))
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
        technologies=texts(get("technology_names")) or None,
        description=text(get("short_description")) or text(get("seo_description")),
        ticker=text(get("publicly_traded_symbol")),
        phone=text(get("phone")) or text(part(organization, "primary_phone").get("number")),
        linkedin_url=text(get("linkedin_url")),
        headcount_growth=round(growth / 100, 6) if growth is not None else None,
        funding_stage=text(get("latest_funding_stage")),
        last_funding_on=day(get("latest_funding_round_date")),
    )


def person(found: dict[str, Any]) -> PersonFound:
    """A person in full, as a match gives them."""
    get = found.get
    email = text(get("email"))
    if email is not None and email.startswith(_NO_EMAIL):
        email = None
    return PersonFound(
        provider_id=text(get("id")),
        first_name=text(get("first_name")),
        last_name=text(get("last_name")),
        title=text(get("title")),
        seniority=text(get("seniority")),
        department=_department(found),
        country=country_code(text(get("country")) or ""),
        linkedin_url=text(get("linkedin_url")),
        email=email,
        email_status=_EMAIL_STATUS.get(text(get("email_status")) or "", "unknown") if email else None,
        has_email=email is not None,
    )


def costs_a_credit(found: dict[str, Any]) -> bool:
    """Whether a match tells anything of the person that Apollo bills: an address, a title, or where they are."""
    told = person(found)
    return any((told.email, told.title, told.country, text(found.get("city"))))


def _department(found: dict[str, Any]) -> str | None:
    """The department in our words. Apollo files all chiefs under c_suite; what they lead is a function."""
    departments = [name.removeprefix("master_") for name in texts(found.get("departments")) or ()]
    functions = texts(found.get("functions")) or ()
    own = [name for name in departments if name != "c_suite"]
    own += [name for name in functions if name != "entrepreneurship"]
    if own:
        return _DEPARTMENT.get(own[0], own[0])
    return _EXECUTIVE if departments else None
