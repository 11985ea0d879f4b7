"""Companies and people in Apollo's wire shapes, as its API description and recorded answers have them."""

from datetime import date, timedelta
from typing import Any

from actors.simulator.chance import draw64, fraction
from actors.simulator.company import Company
from actors.simulator.coverage import shows
from actors.simulator.directory import WITH_PHONE, linkedin_slug, phone, symbol
from actors.simulator.person import Person
from actors.simulator.places import COUNTRIES

_DEPARTMENTS = {
    "sales": ("master_sales", "sales", 0.18),
    "marketing": ("master_marketing", "marketing", 0.07),
    "engineering": ("master_engineering_technical", "engineering", 0.26),
    "finance": ("master_finance", "finance", 0.05),
    "hr": ("master_human_resources", "human_resources", 0.04),
    "operations": ("master_operations", "operations", 0.22),
    "it": ("master_information_technology", "information_technology", 0.06),
}
# How enrichment says that it does not have a field.
_ABSENT: dict[str, dict[str, Any]] = {
    "industry": {"industry": None, "industries": [], "industry_tag_id": None, "industry_tag_hash": {}},
    "employees": {"estimated_num_employees": None, "departmental_head_count": {}},
    "revenue_usd": {"annual_revenue": None, "annual_revenue_printed": None},
    "technologies": {"technology_names": [], "current_technologies": []},
}
_FUNDING_PARTS = (1.0, 0.62, 0.38)


def organization_brief(company: Company) -> dict[str, Any]:
    """A company as the search lists it: who it is and where, but not what it is like."""
    number = phone(company)
    return {
        "id": company.id,
        "name": company.name,
        "website_url": f"http://www.{company.domain}",
        "blog_url": None,
        "angellist_url": None,
        "linkedin_url": f"http://www.linkedin.com/company/{linkedin_slug(company)}",
        "twitter_url": None,
        "facebook_url": None,
        "primary_phone": {"number": number, "source": "Scraped", "sanitized_number": number}
        if number
        else {},
        "languages": [],
        "alexa_ranking": None,
        "phone": number,
        "linkedin_uid": str(draw64("linkedin", company.domain) % 10**8),
        "founded_year": company.founded_year,
        "publicly_traded_symbol": symbol(company),
        "publicly_traded_exchange": "nyse" if symbol(company) else None,
        "logo_url": None,
        "crunchbase_url": None,
        "primary_domain": company.domain,
        "sanitized_phone": number,
        "owned_by_organization_id": None,
        "show_intent": False,
        "has_intent_signal_account": False,
        "intent_signal_account": None,
    }


def organization(company: Company) -> dict[str, Any]:
    """A company as enrichment gives it."""
    country = COUNTRIES[company.country].name
    growth = 100 * company.headcount_growth_12m
    tag = f"{draw64('tag', company.industry):024x}"
    return {
        **organization_brief(company),
        "num_languages": 0,
        "industry": company.industry,
        "industries": [company.industry],
        "secondary_industries": [],
        "industry_tag_id": tag,
        "industry_tag_hash": {company.industry: tag},
        "keywords": list(company.keywords),
        "estimated_num_employees": company.employees,
        "snippets_loaded": True,
        "retail_location_count": 0,
        "num_retail_locations": 0,
        "raw_address": f"{company.city}, {company.region}, {country}",
        "street_address": None,
        "city": company.city,
        "state": company.region,
        "postal_code": None,
        "country": country,
        "seo_description": company.one_liner,
        "short_description": f"{company.name}: {company.one_liner}",
        "suborganizations": [],
        "num_suborganizations": 0,
        "annual_revenue_printed": _printed(company.revenue_usd),
        "annual_revenue": company.revenue_usd,
        "total_funding": company.total_funding_usd,
        "total_funding_printed": _printed(company.total_funding_usd),
        "latest_funding_round_date": _moment(company.latest_funding_date),
        "latest_funding_stage": company.latest_funding_stage,
        "funding_events": _funding_events(company),
        "technology_names": list(company.technologies),
        "current_technologies": [
            {"uid": technology_uid(name), "name": name, "category": "Other"} for name in company.technologies
        ],
        "org_chart_root_people_ids": [],
        "org_chart_removed": False,
        "departmental_head_count": {
            function: int(company.employees * share) for _, function, share in _DEPARTMENTS.values()
        },
        "organization_headcount_six_month_growth": round(growth * 0.5, 1),
        "organization_headcount_twelve_month_growth": round(growth, 1),
        "organization_headcount_twenty_four_month_growth": round(growth * 1.8, 1),
    }


def shown_organization(company: Company) -> dict[str, Any]:
    """A company as enrichment gives it, without the fields that the truth table does not give Apollo of this one."""
    shown = organization(company)
    for field, absent in _ABSENT.items():
        if not shows("apollo", company, field):
            shown |= absent
    return shown


def person_brief(person: Person, company: Company, today: date) -> dict[str, Any]:
    """A person as the search lists them: no address, and the last name hidden."""
    refreshed = today - timedelta(days=draw64("refreshed", person.id) % 200)
    return {
        "id": person.id,
        "first_name": person.first_name,
        "last_name_obfuscated": f"{person.last_name[:2]}***{person.last_name[-1]}",
        "title": person.title,
        "last_refreshed_at": f"{refreshed}T03:20:00.000+00:00",
        "has_email": person.apollo_knows_email,
        "has_city": True,
        "has_state": True,
        "has_country": True,
        "has_direct_phone": "Yes" if fraction("phone", person.id) < 0.3 else "No",
        "organization": {
            "name": company.name,
            "has_industry": True,
            "has_phone": company.country in WITH_PHONE,
            "has_city": True,
            "has_state": True,
            "has_country": True,
            "has_zip_code": False,
            "has_revenue": company.revenue_usd is not None,
            "has_employee_count": True,
        },
    }


def person(who: Person, company: Company, today: date, shown_organization: Any) -> dict[str, Any]:
    """A person as enrichment gives them; the organization comes ready-made."""
    status, confidence = _email_status(who, company)
    department, function, _ = _DEPARTMENTS.get(who.department, ("c_suite", "entrepreneurship", 0.0))
    started = today.year - draw64("started", who.id) % 9
    job = {
        "id": f"{draw64('job', who.id):024x}",
        "current": True,
        "start_date": f"{started}-01-01",
        "end_date": None,
        "title": who.title,
        "organization_id": company.id,
        "organization_name": company.name,
    }
    return {
        "id": who.id,
        "first_name": who.first_name,
        "last_name": who.last_name,
        "name": who.name,
        "linkedin_url": who.linkedin_url,
        "title": who.title,
        "headline": f"{who.title} at {company.name}",
        "photo_url": None,
        "twitter_url": None,
        "github_url": None,
        "facebook_url": None,
        "email": who.email if who.apollo_knows_email else None,
        "email_status": status,
        "extrapolated_email_confidence": confidence,
        "organization_id": company.id,
        "employment_history": [job],
        "city": who.city,
        "state": who.region,
        "country": COUNTRIES[who.country].name,
        "departments": ["c_suite"] if who.seniority in {"founder", "c_suite"} else [department],
        "subdepartments": [],
        "functions": [function],
        "seniority": who.seniority,
        "is_likely_to_engage": fraction("engage", who.id) < 0.3,
        "show_intent": False,
        "revealed_for_current_team": True,
        "organization": shown_organization,
    }


def technology_uid(name: str) -> str:
    """How Apollo writes a technology in a filter: small letters, underscores for spaces and dots."""
    return name.lower().replace(" ", "_").replace(".", "_")


def _email_status(who: Person, company: Company) -> tuple[str, float | None]:
    """What Apollo says of an address, not always rightly: some of those that left still count as verified."""
    if not who.apollo_knows_email:
        return "unavailable", None
    luck = fraction("apollo status", who.id)
    if company.accept_all and luck < 0.6:
        return "extrapolated", round(0.5 + luck / 2, 2)
    return ("unverified" if luck < (0.6 if who.email_is_stale else 0.05) else "verified"), None


def _moment(day: date | None) -> str | None:
    return f"{day}T00:00:00.000+00:00" if day else None


def _printed(amount: int | None) -> str | None:
    if amount is None:
        return None
    for unit, size in (("B", 10**9), ("M", 10**6), ("K", 10**3)):
        if amount >= size:
            return f"{amount / size:.1f}".removesuffix(".0") + unit
    return str(amount)


def _funding_events(company: Company) -> list[dict[str, Any]]:
    """The last round, and one before it where the sum allows; newest first."""
    if company.total_funding_usd is None or company.latest_funding_date is None:
        return []
    shares = _FUNDING_PARTS[:1] if company.latest_funding_stage == "Seed" else _FUNDING_PARTS[1:]
    kinds = (company.latest_funding_stage, "Other")
    return [
        {
            "id": f"{draw64('round', company.domain, place):024x}",
            "date": _moment(company.latest_funding_date - timedelta(days=500 * place)),
            "news_url": None,
            "type": kinds[place],
            "investors": None,
            "amount": _printed(int(company.total_funding_usd * share)),
            "currency": "$",
        }
        for place, share in enumerate(shares)
    ]
