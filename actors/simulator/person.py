"""A person at a company, and how a company's people are made."""

import math
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from random import Random

from actors.simulator.chance import draw64, stream
from actors.simulator.company import Company
from actors.simulator.places import COUNTRIES, Country
from actors.simulator.titles import DEPARTMENTS, LEADING, SENIORITIES, title

HIT_RATES: dict[tuple[str, str], tuple[float, float]] = {
    ("north america", "small"): (0.66, 0.55),
    ("north america", "middle"): (0.80, 0.66),
    ("north america", "large"): (0.84, 0.62),
    ("english", "small"): (0.56, 0.58),
    ("english", "middle"): (0.70, 0.68),
    ("english", "large"): (0.76, 0.64),
    ("continental", "small"): (0.40, 0.60),
    ("continental", "middle"): (0.55, 0.70),
    ("continental", "large"): (0.64, 0.66),
}
"""The share of people whose address Apollo and Hunter know, by region and size of the company."""

_DEPARTMENTS, _DEPARTMENT_WEIGHTS = list(DEPARTMENTS), list(accumulate(DEPARTMENTS.values()))
_SENIORITIES, _SENIORITY_WEIGHTS = list(SENIORITIES), list(accumulate(SENIORITIES.values()))
_STALE_SHARE = 0.08
_OBJECTED_SHARE = 0.008
_GERMAN_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_LETTERS_WITHOUT_BASE = str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "æ": "ae", "ı": "i", "đ": "d"})  # noqa: RUF001 (Turkish)


@dataclass(frozen=True, slots=True)
class Person:
    """A person: name, role, place, true address, and which provider knows of it."""

    id: str
    first_name: str
    last_name: str
    title: str
    seniority: str
    department: str
    city: str
    region: str
    country: str
    linkedin_url: str
    email: str
    email_is_stale: bool
    apollo_knows_email: bool
    hunter_knows_email: bool
    objected: bool

    @property
    def name(self) -> str:
        """First and last name together."""
        return f"{self.first_name} {self.last_name}"


@lru_cache(maxsize=16_384)
def fold(text: str, country: str = "") -> str:
    """A name in plain ASCII, as local parts and slugs are made of; German umlauts become two letters."""
    lowered = text.lower()
    if country == "DE":
        lowered = lowered.translate(_GERMAN_LETTERS)
    decomposed = unicodedata.normalize("NFKD", lowered.translate(_LETTERS_WITHOUT_BASE))
    return re.sub(r"[^a-z0-9-]", "", decomposed)


def local_part(pattern: str, first_name: str, last_name: str, country: str) -> str:
    """The part before the @ that a company's pattern gives a name."""
    first, last = fold(first_name, country), fold(last_name, country)
    return pattern.format(first=first, last=last, f=first[:1], l=last[:1])


def staff(seed: int, company: Company) -> tuple[Person, ...]:
    """The people of a company whom the world knows, the head of the company first."""
    rng = stream(seed, "people", company.domain)
    wanted = round(2 * math.log(company.employees + 1)) - 1 + rng.randrange(-1, 4)
    local_parts: set[str] = set()
    top_titles: set[str] = set()
    return tuple(
        _person(rng, company, index, local_parts, top_titles) for index in range(min(25, max(3, wanted)))
    )


def _person(rng: Random, company: Company, index: int, local_parts: set[str], top_titles: set[str]) -> Person:
    country = COUNTRIES[company.country]
    roots = country if rng.random() < 0.85 else COUNTRIES[rng.choice(list(COUNTRIES))]
    first_name, last_name = rng.choice(roots.first_names), rng.choice(roots.last_names)
    seniority, department, job = _role(rng, company, index, top_titles)
    city, region = (company.city, company.region) if rng.random() < 0.8 else rng.choice(country.cities)
    local = _free_local_part(company, first_name, last_name, local_parts)
    apollo_rate, hunter_rate = HIT_RATES[_region(country), _size(company.employees)]
    slug = f"{fold(first_name)}-{fold(last_name)}-{draw64(company.domain, index) & 0xFFFFFFFF:08x}"
    return Person(
        id=f"{company.number:016x}{index + 1:08x}",
        first_name=first_name,
        last_name=last_name,
        title=job,
        seniority=seniority,
        department=department,
        city=city,
        region=region,
        country=country.code,
        linkedin_url=f"http://www.linkedin.com/in/{slug}",
        email=f"{local}@{company.domain}",
        email_is_stale=rng.random() < _STALE_SHARE,
        apollo_knows_email=rng.random() < apollo_rate,
        hunter_knows_email=rng.random() < hunter_rate,
        objected=rng.random() < _OBJECTED_SHARE,
    )


def _role(rng: Random, company: Company, index: int, top_titles: set[str]) -> tuple[str, str, str]:
    """Seniority, department and title; the first person leads the company, the second sells for it."""
    if index == 0:
        seniority = "founder" if company.employees < 50 and rng.random() < 0.7 else "c_suite"
        return seniority, "executive", title(rng, seniority, "executive")
    if index == 1:
        department, seniority = rng.choice(("sales", "sales", "marketing")), rng.choice(LEADING)
    else:
        department = rng.choices(_DEPARTMENTS, cum_weights=_DEPARTMENT_WEIGHTS)[0]
        seniority = rng.choices(_SENIORITIES, cum_weights=_SENIORITY_WEIGHTS)[0]
    if seniority == "vp" and company.employees < 40:
        seniority = "head"
    job = title(rng, seniority, department)
    if seniority in {"c_suite", "vp"}:
        if job in top_titles:
            return "manager", department, title(rng, "manager", department)
        top_titles.add(job)
    return seniority, department, job


def _free_local_part(company: Company, first_name: str, last_name: str, taken: set[str]) -> str:
    local = local_part(company.email_pattern, first_name, last_name, company.country)
    if local in taken:
        local = local_part("{first}.{last}", first_name, last_name, company.country)
    number = 2
    wanted = local
    while local in taken:
        local, number = f"{wanted}{number}", number + 1
    taken.add(local)
    return local


def _region(country: Country) -> str:
    if country.code in {"US", "CA"}:
        return "north america"
    return "english" if country.code in {"GB", "AU", "IN"} else "continental"


def _size(employees: int) -> str:
    return "small" if employees <= 50 else "middle" if employees <= 1000 else "large"
