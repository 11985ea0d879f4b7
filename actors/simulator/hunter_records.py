"""Companies, addresses and verifications in Hunter's wire shapes, as its API description has them."""

from datetime import date, timedelta
from typing import Any

from actors.simulator.chance import draw64, fraction
from actors.simulator.company import Company, Mail, size_band
from actors.simulator.mailbox import Verdict, shared_addresses, verdict_at
from actors.simulator.person import Person
from actors.simulator.vendor import Params
from actors.simulator.world import World

HEADCOUNTS = (
    "1-10",
    "11-50",
    "51-200",
    "201-500",
    "501-1000",
    "1001-5000",
    "5001-10000",
    "10001+",
)
INDUSTRIES = {
    "computer software": "Software Development",
    "information technology & services": "IT Services and IT Consulting",
    "financial services": "Financial Services",
    "hospital & health care": "Hospitals and Health Care",
    "machinery": "Machinery Manufacturing",
    "retail": "Retail",
    "marketing & advertising": "Advertising Services",
    "logistics & supply chain": "Transportation, Logistics, Supply Chain and Storage",
    "construction": "Construction",
    "e-learning": "E-Learning Providers",
    "renewables & environment": "Renewable Energy Power Generation",
    "hospitality": "Hospitality",
}
_SENIORITIES = {"senior": "senior", "manager": "senior", "entry": "junior"}
_DEPARTMENTS = {"engineering": "it"}
_RESULTS = {
    Verdict.VALID: ("deliverable", 97),
    Verdict.INVALID: ("undeliverable", 4),
    Verdict.ACCEPT_ALL: ("risky", 72),
    Verdict.WEBMAIL: ("risky", 60),
    Verdict.DISPOSABLE: ("risky", 20),
    Verdict.UNKNOWN: ("risky", 45),
}


def domain(company: Company | None, asked: str | None, shown: list[dict[str, Any]]) -> dict[str, Any]:
    """A domain with its addresses; nulls where Hunter knows nothing."""
    return {
        "domain": company.domain if company else asked,
        "disposable": False,
        "webmail": False,
        "accept_all": company.accept_all if company else None,
        "pattern": company.email_pattern if company and shown else None,
        "organization": company.name if company else None,
        "description": company.one_liner if company else None,
        "industry": INDUSTRIES[company.industry] if company else None,
        "twitter": None,
        "facebook": None,
        "linkedin": None,
        "instagram": None,
        "youtube": None,
        "technologies": [name.lower().replace(" ", "-") for name in company.technologies] if company else [],
        "country": company.country if company else None,
        "state": company.region if company else None,
        "city": company.city if company else None,
        "postal_code": None,
        "street": None,
        "headcount": HEADCOUNTS[size_band(company.employees)] if company else None,
        "company_type": "privately_held" if company else None,
        "emails": shown,
    }


def emails(world: World, company: Company) -> list[dict[str, Any]]:
    """All addresses Hunter has of a company: people who did not object, then shared mailboxes."""
    known = [p for p in world.people(company) if p.hunter_knows_email and not p.objected]
    return [
        *(_email(world, company, person.email, person) for person in known),
        *(_email(world, company, address, None) for address in shared_addresses(company.domain)),
    ]


def finding(world: World, company: Company, person: Person | None, params: Params) -> dict[str, Any]:
    """The address of a person; nulls where Hunter found none."""
    score = _score(person.email) if person else None
    return {
        "first_name": person.first_name if person else params.text("first_name"),
        "last_name": person.last_name if person else params.text("last_name"),
        "email": person.email if person else None,
        "score": score,
        "domain": company.domain,
        "accept_all": company.accept_all,
        "position": person.title if person else None,
        "twitter": None,
        "linkedin_url": person.linkedin_url if person else None,
        "phone_number": None,
        "company": company.name,
        "sources": _sources(world.today, company.domain, person.email) if person else [],
        "verification": _remembered(world.today, company, person.email, person)
        if person
        else {"date": None, "status": None},
    }


def verification(world: World, email: str, found: Verdict) -> dict[str, Any]:
    """What the verifier says of an address."""
    company = world.company_by_domain(email.rpartition("@")[2])
    result, score = _RESULTS[found]
    is_own = found not in {Verdict.WEBMAIL, Verdict.DISPOSABLE}
    receives = not is_own or company.mail not in {Mail.NULL_MX, Mail.NXDOMAIN, Mail.SERVFAIL}
    return {
        "status": found.value,
        "result": result,
        "score": score,
        "email": email,
        "regexp": True,
        "gibberish": False,
        "disposable": found is Verdict.DISPOSABLE,
        "webmail": found is Verdict.WEBMAIL,
        "mx_records": receives,
        "smtp_server": receives and found is not Verdict.UNKNOWN,
        "smtp_check": found in {Verdict.VALID, Verdict.ACCEPT_ALL},
        "accept_all": found is Verdict.ACCEPT_ALL,
        "block": found is Verdict.UNKNOWN,
        "sources": _sources(world.today, company.domain, email) if found is Verdict.VALID else [],
    }


def _email(world: World, company: Company, address: str, person: Person | None) -> dict[str, Any]:
    department = _DEPARTMENTS.get(person.department, person.department) if person else "communication"
    return {
        "value": address,
        "type": "personal" if person else "generic",
        "confidence": _score(address),
        "first_name": person.first_name if person else None,
        "last_name": person.last_name if person else None,
        "position": person.title if person else None,
        "seniority": _SENIORITIES.get(person.seniority, "executive") if person else None,
        "department": department,
        "linkedin": person.linkedin_url.rpartition("/")[2] if person else None,
        "twitter": None,
        "phone_number": None,
        "verification": _remembered(world.today, company, address, person),
        "sources": _sources(world.today, company.domain, address),
    }


def _score(address: str) -> int:
    return 70 + draw64("score", address) % 30


def _remembered(today: date, company: Company, address: str, person: Person | None) -> dict[str, str | None]:
    """The last verification, for the two thirds of addresses that had one."""
    if fraction("verified", address) > 0.67:
        return {"date": None, "status": None}
    day = today - timedelta(days=draw64("verified on", address) % 150)
    return {"date": f"{day}T09:30:00Z", "status": verdict_at(company, address, person).value}


def _sources(today: date, site: str, address: str) -> list[dict[str, Any]]:
    """The pages where an address was seen, none to two of them."""
    pages = ("team", "contact")[: draw64("sources", address) % 3]
    return [
        {
            "domain": site,
            "uri": f"https://{site}/{page}",
            "extracted_on": str(today - timedelta(days=400)),
            "last_seen_on": str(today - timedelta(days=40)),
            "still_on_page": True,
        }
        for page in pages
    ]
