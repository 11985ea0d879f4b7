"""Companies and people in People Data Labs' wire shapes: everything in small letters, unless titles are asked for."""

from typing import Any

from actors.simulator.chance import fraction
from actors.simulator.company import SIZE_BANDS, Company, size_band
from actors.simulator.coverage import shows
from actors.simulator.directory import linkedin_slug, symbol
from actors.simulator.person import Person
from actors.simulator.places import COUNTRIES

_KNOWN_ADDRESSES = 0.6
_LEVELS = {"founder": "owner", "c_suite": "cxo", "head": "director"}
_ROLES = {"hr": "human_resources", "it": "engineering", "executive": None}
# What stays as it is although titles are asked for.
_NO_WORDS = frozenset(
    {
        "id",
        "size",
        "website",
        "linkedin_url",
        "linkedin_username",
        "job_company_id",
        "job_company_website",
        "job_company_size",
        "work_email",
        "address",
        "type",
        "ticker",
        "last_funding_date",
        "latest_funding_stage",
    }
)


def company_id(company: Company) -> str:
    """The id of a company."""
    return f"pdl{company.number:016x}"


def person_id(person: Person) -> str:
    """The id of a person: 22 characters, and a version."""
    return f"{person.id[:16]}{person.id[18:]}_0000"


def employees(company: Company) -> int | None:
    """The number of employees, as far as it is known."""
    return company.employees if shows("pdl", company, "employees") else None


def size(company: Company) -> str | None:
    """The band of the number of employees, as far as that is known."""
    if employees(company) is None:
        return None
    least, most = SIZE_BANDS[size_band(company.employees)]
    return f"{least}-{most}" if most < SIZE_BANDS[-1][1] else f"{least}+"


def industry(company: Company) -> str | None:
    """The industry, as far as it is known, with "and" where others write &, but for hospitals and what is green."""
    if not shows("pdl", company, "industry"):
        return None
    if company.industry in {"hospital & health care", "renewables & environment"}:
        return company.industry
    return company.industry.replace(" & ", " and ")


def country(code: str) -> str:
    """What a country is called."""
    return COUNTRIES[code].name.lower()


def knows_address(person: Person) -> bool:
    """Whether the address of a person is known."""
    return fraction("pdl address", person.id) < _KNOWN_ADDRESSES


def level(person: Person) -> str:
    """How senior a person is."""
    return _LEVELS.get(person.seniority, person.seniority)


def company(one: Company) -> dict[str, Any]:
    """A company."""
    stage = one.latest_funding_stage
    return {
        "id": company_id(one),
        "name": one.name.lower(),
        "display_name": one.name,
        "size": size(one),
        "employee_count": employees(one),
        "founded": one.founded_year,
        "industry": industry(one),
        "location": {
            "name": f"{one.city}, {one.region}, {country(one.country)}".lower(),
            "locality": one.city.lower(),
            "region": one.region.lower(),
            "country": country(one.country),
            "street_address": None,
            "postal_code": None,
            "geo": None,
        },
        "linkedin_id": None,
        "linkedin_url": f"linkedin.com/company/{linkedin_slug(one)}",
        "facebook_url": None,
        "twitter_url": None,
        "profiles": [],
        "website": one.domain,
        "ticker": (symbol(one) or "").lower() or None,
        "type": "public" if symbol(one) else "private",
        "summary": f"{one.name}: {one.one_liner}".lower(),
        "headline": None,
        "tags": list(one.keywords),
        "alternative_names": [],
        "affiliated_profiles": [],
        "total_funding_raised": one.total_funding_usd,
        "latest_funding_stage": stage.lower().replace(" ", "_") if stage else None,
        "last_funding_date": str(one.latest_funding_date) if one.latest_funding_date else None,
        "employee_growth_rate": {"12_month": one.headcount_growth_12m},
        "inferred_revenue": None,
    }


def person(who: Person, employer: Company) -> dict[str, Any]:
    """A person, with where they work now."""
    email = who.email if knows_address(who) else None
    return {
        "id": person_id(who),
        "full_name": who.name.lower(),
        "first_name": who.first_name.lower(),
        "last_name": who.last_name.lower(),
        "linkedin_url": who.linkedin_url.removeprefix("http://www."),
        "linkedin_username": who.linkedin_url.rpartition("/")[2],
        "work_email": email,
        "emails": [{"address": email, "type": "current_professional"}] if email else [],
        "mobile_phone": None,
        "industry": industry(employer),
        "job_title": who.title.lower(),
        "job_title_role": _ROLES.get(who.department, who.department),
        "job_title_sub_role": "information_technology" if who.department == "it" else None,
        "job_title_levels": [level(who)],
        "job_company_id": company_id(employer),
        "job_company_name": employer.name.lower(),
        "job_company_website": employer.domain,
        "job_company_size": size(employer),
        "job_company_industry": industry(employer),
        "location_name": f"{who.city}, {who.region}, {country(who.country)}".lower(),
        "location_locality": who.city.lower(),
        "location_region": who.region.lower(),
        "location_country": country(who.country),
        "experience": [],
        "education": [],
        "profiles": [],
    }


def titled(value: Any, name: str = "") -> Any:
    """A record with capitals at the beginning of each word."""
    if isinstance(value, dict):
        return {key: titled(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [titled(inner, name) for inner in value]
    return value.title() if isinstance(value, str) and name not in _NO_WORDS else value
