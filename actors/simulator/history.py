"""Past leads with their endings, for training a scoring model on something that can be learnt."""

import math
from collections.abc import Iterator
from random import Random

from actors.simulator.chance import stream
from actors.simulator.company import Company, Mail
from actors.simulator.person import Person
from actors.simulator.world import World

COLUMNS = (
    "industry",
    "country",
    "employees",
    "founded_year",
    "revenue_usd",
    "funding_usd",
    "technology_count",
    "open_jobs",
    "seniority",
    "department",
    "email_status",
    "won",
)

# The hidden truth: what each fact adds to the log-odds of winning.
_BASE = -5.25
_INDUSTRY = {
    "computer software": 1.2,
    "information technology & services": 0.8,
    "financial services": 0.5,
    "e-learning": 0.2,
    "machinery": -0.2,
    "retail": -0.5,
    "hospitality": -1.2,
    "construction": -1.4,
}
_COUNTRY = {"US": 0.2, "GB": 0.2, "DE": 0.25, "IN": -0.4, "IT": -0.2}
_SENIORITY = {
    "founder": 0.6,
    "c_suite": 0.7,
    "vp": 1.0,
    "head": 0.9,
    "director": 0.7,
    "senior": -0.6,
    "entry": -1.1,
}
_DEPARTMENT = {
    "sales": 1.2,
    "marketing": 0.8,
    "executive": 0.5,
    "operations": 0.1,
    "hr": -0.5,
    "engineering": -0.9,
}
_EMAIL_STATUS = {"deliverable": 0.8, "risky": -0.6, "unknown": -0.4}
_MISSING = {
    "industry": 0.02,
    "employees": 0.04,
    "founded_year": 0.08,
    "department": 0.06,
    "technology_count": 0.05,
}


def history(world: World, rows: int) -> Iterator[dict[str, str | int | None]]:
    """Labelled leads, one dictionary of COLUMNS each; None where the seller never learnt a fact."""
    for row in range(rows):
        rng = stream(world.seed, "history", row)
        company = rng.choice(world.companies)
        person = rng.choice(world.people(company))
        yield _lead(rng, company, person)


def _lead(rng: Random, company: Company, person: Person) -> dict[str, str | int | None]:
    email_status = _email_status(rng, company, person)
    won = rng.random() < 1 / (1 + math.exp(-_log_odds(company, person, email_status)))
    lead: dict[str, str | int | None] = {
        "industry": company.industry,
        "country": company.country,
        "employees": company.employees,
        "founded_year": company.founded_year,
        "revenue_usd": company.revenue_usd,
        "funding_usd": company.total_funding_usd,
        "technology_count": len(company.technologies),
        "open_jobs": company.open_jobs,
        "seniority": person.seniority,
        "department": person.department,
        "email_status": email_status,
        "won": int(won),
    }
    for column, share in _MISSING.items():
        if rng.random() < share:
            lead[column] = None
    return lead


def _log_odds(company: Company, person: Person, email_status: str) -> float:
    """The log-odds of winning; a company of some 150 people is the best size."""
    return (
        _BASE
        + _INDUSTRY.get(company.industry, 0.0)
        + _COUNTRY.get(company.country, 0.0)
        + _SENIORITY.get(person.seniority, 0.0)
        + _DEPARTMENT.get(person.department, 0.0)
        + _EMAIL_STATUS.get(email_status, 0.0)
        + 1.7 * math.exp(-((math.log10(company.employees) - 2.2) ** 2) / 0.6)
        + 0.5 * min(1.0, math.log10(1 + company.open_jobs))
        + 0.12 * min(len(company.technologies), 10)
        + 0.25 * (company.total_funding_usd is not None)
    )


def _email_status(rng: Random, company: Company, person: Person) -> str:
    if company.mail is Mail.SERVFAIL or rng.random() < 0.08:
        return "unknown"
    if company.accept_all:
        return "accept_all"
    return "risky" if person.email_is_stale or rng.random() < 0.07 else "deliverable"
