"""How a company comes to be: everything about it follows from the seed and its number or domain."""

import math
from dataclasses import replace
from datetime import date, timedelta
from itertools import accumulate
from random import Random

from actors.simulator.chance import draw64, fraction, stream
from actors.simulator.company import DISPOSABLE, FOREIGN, WEBMAIL, Company, Mail, is_domain
from actors.simulator.industries import AUDIENCES, GENERAL_TECHNOLOGIES, INDUSTRIES, Industry
from actors.simulator.places import COUNTRIES, Country
from actors.simulator.words import words

_UNKNOWN_SHARE = 0.04  # of foreign domains, of which no provider knows
_SITE_SHARE = 0.87
_STAGES = (
    ("Seed", 1.5e6),
    ("Series A", 8e6),
    ("Series B", 2.2e7),
    ("Series C", 5e7),
    ("Series D", 1.1e8),
    ("Private Equity", 9e7),
)
_MAIL_SHARES = {
    Mail.EXCHANGERS: 40,
    Mail.HOSTED: 50,
    Mail.NULL_MX: 2,
    Mail.ADDRESS_ONLY: 4,
    Mail.NXDOMAIN: 3,
    Mail.SERVFAIL: 1,
}
_SMALL_PATTERNS = {"{first}": 55, "{first}.{last}": 24, "{f}{last}": 15, "{first}{last}": 6}
_MIDDLE_PATTERNS = {"{first}": 12, "{first}.{last}": 46, "{f}{last}": 30, "{first}{last}": 6, "{first}{l}": 6}
_LARGE_PATTERNS = {
    "{first}.{last}": 64,
    "{f}{last}": 22,
    "{first}_{last}": 6,
    "{last}.{first}": 4,
    "{f}.{last}": 4,
}

# Three letters, then two, then any ending: so no two of these names are ever written alike.
_HEADS = words(
    "Alb, Ard, Bel, Bor, Bra, Cal, Cas, Cor, Dal, Dor, Dun, Elb, Erl, Fal, Fen, Gal, Gar, Gor, Hal, Hel, "
    "Hov, Ilv, Jar, Jun, Kal, Kel, Kor, Lam, Lin, Lor, Mar, Mel, Mir, Mor, Nal, Nor, Nov, Olm, Orb, Pal, "
    "Pel, Por, Qua, Ral, Ren, Ros, Sal, Sel, Sol, Sor, Tal, Tel, Tor, Ulm, Val, Vel, Vor, Wal, Wen, Wil, "
    "Yar, Zel, Zor"
)
_MIDDLES = words(
    "va, ve, vi, vo, la, le, li, lo, ra, re, ri, ro, na, ne, ni, no, ta, te, ti, to, da, de, di, do, ma, "
    "me, mi, mo, sa, se"
)
_ENDINGS = words(
    "ntis, ndra, lix, rix, mera, nova, tech, works, grid, flow, forge, point, metric, wise, line, stack, "
    "craft, bridge, field, path, lane, mont, berg, stone, gate, port, mark, sphere, logic, pulse, hub, "
    "base, kraft, view, vista, nexa, loom, quill, arc"
)
MOST_COMPANIES = len(_HEADS) * len(_MIDDLES) * len(_ENDINGS)

_COUNTRIES = list(COUNTRIES.values())
_COUNTRY_WEIGHTS = list(accumulate(country.weight for country in _COUNTRIES))
_INDUSTRIES = list(INDUSTRIES.values())
_INDUSTRY_WEIGHTS = list(accumulate(industry.weight for industry in _INDUSTRIES))
_SUFFIX_COUNTRY = {
    suffix: country
    for country in _COUNTRIES
    for suffix in country.suffixes
    if suffix not in {".com", ".io", ".co"}
}


def native(seed: int, number: int, today: date) -> Company:
    """The world's own company of that number."""
    rng = stream(seed, "company", number)
    country = rng.choices(_COUNTRIES, cum_weights=_COUNTRY_WEIGHTS)[0]
    brand = _brand(seed, number)
    return _found(rng, number, brand, brand.lower() + rng.choice(country.suffixes), country, today)


def foreign(seed: int, domain: str, today: date) -> Company:
    """The company behind a domain that is not the world's own; none that is known behind a mail service."""
    rng = stream(seed, "foreign", domain)
    number = FOREIGN | (draw64(seed, "number", domain) % FOREIGN)
    label, _, suffix = domain.partition(".")
    drawn = rng.choices(_COUNTRIES, cum_weights=_COUNTRY_WEIGHTS)[0]
    country = _SUFFIX_COUNTRY.get(f".{suffix}", drawn)
    brand = " ".join(part.capitalize() for part in label.split("-") if part)
    is_known = is_domain(domain) and fraction(seed, "known", domain) >= _UNKNOWN_SHARE
    company = _found(rng, number, brand, domain, country, today, is_known=is_known)
    if domain in WEBMAIL or domain in DISPOSABLE:
        return replace(company, is_known=False, has_site=False, mail=Mail.EXCHANGERS)
    return company


def _brand(seed: int, number: int) -> str:
    """A name no other number has: the multiplier is a prime, so the walk meets each name once."""
    place = (number * 1_000_003 + draw64(seed, "brands")) % MOST_COMPANIES
    place, head = divmod(place, len(_HEADS))
    ending, middle = divmod(place, len(_MIDDLES))
    return _HEADS[head] + _MIDDLES[middle] + _ENDINGS[ending]


def _found(
    rng: Random, number: int, brand: str, domain: str, country: Country, today: date, *, is_known: bool = True
) -> Company:
    industry = rng.choices(_INDUSTRIES, cum_weights=_INDUSTRY_WEIGHTS)[0]
    employees = min(50_000, max(1, round(rng.lognormvariate(math.log(60), 1.75))))
    city, region = rng.choice(country.cities)
    mail = rng.choices(list(_MAIL_SHARES), list(_MAIL_SHARES.values()))[0]
    funding, stage, funded_on = _funding(rng, industry, employees, today)
    return Company(
        number=number,
        domain=domain,
        is_known=is_known,
        name=_full_name(rng, brand, industry, country),
        industry=industry.name,
        country=country.code,
        city=city,
        region=region,
        employees=employees,
        headcount_growth_12m=round(rng.gauss(0.06, 0.18), 3),
        founded_year=today.year - 1 - min(150, int(rng.lognormvariate(2.2, 0.8) * (1 + employees / 9000))),
        revenue_usd=_revenue(rng, employees),
        total_funding_usd=funding,
        latest_funding_stage=stage,
        latest_funding_date=funded_on,
        technologies=_technologies(rng, industry, employees),
        open_jobs=_open_jobs(rng, employees),
        keywords=tuple(rng.sample(industry.keywords, 3)),
        one_liner=f"{rng.choice(industry.offers)} for {rng.choice(AUDIENCES)}.",
        email_pattern=_email_pattern(rng, employees),
        accept_all=rng.random() < (0.12 if employees < 500 else 0.24),
        mail=mail,
        has_site=rng.random() < _SITE_SHARE and mail is not Mail.NXDOMAIN,
    )


def _full_name(rng: Random, brand: str, industry: Industry, country: Country) -> str:
    shape = rng.random()
    if shape < 0.45:
        return brand
    return f"{brand} {rng.choice(industry.descriptors) if shape < 0.80 else country.legal_form}"


def _revenue(rng: Random, employees: int) -> int | None:
    revenue = employees * rng.lognormvariate(math.log(130_000), 0.5)
    return None if rng.random() < 0.15 else int(round(revenue, -4))


def _funding(
    rng: Random, industry: Industry, employees: int, today: date
) -> tuple[int | None, str | None, date | None]:
    """The money raised so far, the last stage and its date; all None for those that raised none."""
    if rng.random() >= industry.funded * (1.0 if employees < 3000 else 0.4):
        return None, None, None
    reach = min(len(_STAGES) - 1.0, math.log10(max(employees, 3)) * 1.6 - 1.5 + rng.gauss(0, 0.7))
    stage, usual_total = _STAGES[max(0, round(reach))]
    funded_on = today - timedelta(days=int(rng.expovariate(1 / 700)) + 5)
    return int(round(usual_total * rng.lognormvariate(0, 0.6), -4)), stage, funded_on


def _technologies(rng: Random, industry: Industry, employees: int) -> tuple[str, ...]:
    wanted = 1 + int(rng.random() * 2.2 * math.log(employees + 2))
    own = rng.sample(industry.technologies, min(len(industry.technologies), (wanted + 1) // 2))
    general = rng.sample(GENERAL_TECHNOLOGIES, min(len(GENERAL_TECHNOLOGIES), wanted // 2))
    return tuple(own + general)


def _open_jobs(rng: Random, employees: int) -> int:
    if rng.random() < 0.4:
        return 0
    return min(400, int(employees * 0.02 * rng.expovariate(1.0) + rng.random() * 2))


def _email_pattern(rng: Random, employees: int) -> str:
    usual = _SMALL_PATTERNS if employees <= 30 else _MIDDLE_PATTERNS if employees <= 1000 else _LARGE_PATTERNS
    return rng.choices(list(usual), list(usual.values()))[0]
