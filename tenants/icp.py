"""The customer a tenant looks for: which companies match, which people are wanted there."""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from typing import Self

from babel.languages import get_territory_language_info
from pydantic import Field, field_validator, model_validator

from tenants.names import normal_name, plain_name
from tenants.records import Account, Record

COMPETITOR = "competitor"
#: what no search can be narrowed by
_EXCLUSIONS = frozenset({"excluded_domains", "excluded_names", "competitors"})


class IdealCustomer(Record):
    """The ideal customer profile (ICP). An empty list means: no matter.

    Of technologies any is enough. Names and domains that are excluded, and competitors, have the last word.
    """

    industries: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    cities: tuple[str, ...] = ()
    employees_min: int | None = Field(default=None, ge=0)
    employees_max: int | None = Field(default=None, ge=0)
    technologies: tuple[str, ...] = ()
    funding_usd_min: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    funding_usd_max: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    open_jobs_min: int | None = Field(default=None, ge=0)
    founded_from: int | None = Field(default=None, ge=0, le=9_999)
    founded_to: int | None = Field(default=None, ge=0, le=9_999)
    keywords: tuple[str, ...] = ()
    excluded_domains: tuple[str, ...] = ()
    excluded_names: tuple[str, ...] = ()
    competitors: tuple[str, ...] = ()

    @field_validator("countries")
    @classmethod
    def _countries_are_codes(cls, countries: tuple[str, ...]) -> tuple[str, ...]:
        codes = tuple("GB" if country.upper() == "UK" else country.upper() for country in countries)
        for country, code in zip(countries, codes, strict=True):
            # a language is spoken in each country, and in nothing else that has two letters, such as EU
            if len(code) != 2 or not get_territory_language_info(code):
                raise ValueError(f"{country!r} is not a country code of two letters, such as DE")
        return codes

    @field_validator("excluded_domains", "competitors")
    @classmethod
    def _excluded_are_hosts(cls, domains: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(domain.strip().lower().rpartition("://")[2].partition("/")[0] for domain in domains)

    @field_validator("excluded_names")
    @classmethod
    def _names_are_names(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if any(not name.strip() for name in names):
            raise ValueError("an excluded name is empty")
        return tuple(normal_name(name) for name in names)

    @model_validator(mode="after")
    def _ranges_hold_something(self) -> Self:
        # not so of employees: such profiles may be stored already, and have to be read
        for least, most in (("funding_usd_min", "funding_usd_max"), ("founded_from", "founded_to")):
            low, high = getattr(self, least), getattr(self, most)
            if low is not None and high is not None and low > high:
                raise ValueError(f"{least} is above {most}: no company can match")
        return self


class Persona(Record):
    """A person wanted at each account: job titles, how senior, which department, and how many such people."""

    titles: tuple[str, ...] = ()
    seniorities: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    per_account: int = Field(default=1, ge=1, le=10)


def mismatch(icp: IdealCustomer, account: Account) -> str | None:
    """The reason why this account is not the ideal customer, or None where nothing speaks against it.

    What is not known yet does not speak against an account: it is asked again after enrichment.
    """
    excluded = _exclusion(icp, account)
    return excluded or _wrong_kind(icp, account) or next(_wrong_numbers(icp, account), None)


def icp_hash(icp: IdealCustomer) -> str:
    """The SHA-256 of what the profile says: the same in whatever order its lists are written."""
    said = {
        name: sorted(set(value)) if isinstance(value, tuple) else value
        for name, value in icp.model_dump().items()
        if value not in (None, ())
    }
    return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def without_exclusions(icp: IdealCustomer) -> IdealCustomer:
    """The profile as a search goes by it: whom it excludes changes nothing in where the search has come to."""
    return icp.model_copy(update=dict.fromkeys(_EXCLUSIONS, ()))


def _exclusion(icp: IdealCustomer, account: Account) -> str | None:
    if account.domain and _is_excluded(account.domain, icp.competitors):
        return COMPETITOR
    if account.domain and _is_excluded(account.domain, icp.excluded_domains):
        return "excluded domain"
    if icp.excluded_names and normal_name(account.name) in icp.excluded_names:
        return "excluded name"
    return None


def _wrong_kind(icp: IdealCustomer, account: Account) -> str | None:
    if icp.countries and account.country and account.country.upper() not in icp.countries:
        return "country outside the ideal customer profile"
    if icp.cities and account.city and plain_name(account.city) not in map(plain_name, icp.cities):
        return "city outside the ideal customer profile"
    if (
        icp.industries
        and account.industry
        and not any(has_words(account.industry, industry) for industry in icp.industries)
    ):
        return "industry outside the ideal customer profile"
    # an empty list is what somebody found, and never all that there is
    if (
        icp.technologies
        and account.technologies
        and not any(
            _is_technology(one, wanted) for one in account.technologies for wanted in icp.technologies
        )
    ):
        return "none of the technologies of the ideal customer profile"
    return None


def _wrong_numbers(icp: IdealCustomer, account: Account) -> Iterator[str]:
    for known, least, most, too_little, too_much in (
        (account.employees, icp.employees_min, icp.employees_max, "too few employees", "too many employees"),
        (
            account.funding_usd,
            icp.funding_usd_min,
            icp.funding_usd_max,
            "too little funding",
            "too much funding",
        ),
        (account.open_jobs, icp.open_jobs_min, None, "too few open jobs", ""),
        (account.founded_year, icp.founded_from, icp.founded_to, "founded too early", "founded too late"),
    ):
        if known is not None and least is not None and known < least:
            yield too_little
        if known is not None and most is not None and known > most:
            yield too_much


def has_words(text: str, wanted: str) -> bool:
    """Whether the wanted words stand in the text, in any case, as whole words: no IT within hospitality."""
    return re.search(rf"(?<!\w){re.escape(wanted.strip())}(?!\w)", text, re.IGNORECASE) is not None


def _is_excluded(domain: str, hosts: Iterable[str]) -> bool:
    # an account has the domain that was registered; people also write the host in front of it (www.rival.com)
    return any(host == domain or host.endswith(f".{domain}") for host in hosts)


def _is_technology(used: str, wanted: str) -> bool:
    # the same thing is Google Analytics, google_analytics and Google-Analytics
    return has_words(*(re.sub(r"[\s._-]+", " ", name) for name in (used, wanted)))
