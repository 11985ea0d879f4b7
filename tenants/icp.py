"""The customer a tenant looks for: which companies match, which people are wanted there."""

import re
from collections.abc import Iterable

from babel.languages import get_territory_language_info
from pydantic import Field, field_validator

from tenants.records import Account, Record


class IdealCustomer(Record):
    """The ideal customer profile (ICP). An empty list means: no matter."""

    industries: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    employees_min: int | None = Field(default=None, ge=0)
    employees_max: int | None = Field(default=None, ge=0)
    keywords: tuple[str, ...] = ()
    excluded_domains: tuple[str, ...] = ()

    @field_validator("countries")
    @classmethod
    def _countries_are_codes(cls, countries: tuple[str, ...]) -> tuple[str, ...]:
        codes = tuple("GB" if country.upper() == "UK" else country.upper() for country in countries)
        for country, code in zip(countries, codes, strict=True):
            # a language is spoken in each country, and in nothing else that has two letters, such as EU
            if len(code) != 2 or not get_territory_language_info(code):
                raise ValueError(f"{country!r} is not a country code of two letters, such as DE")
        return codes

    @field_validator("excluded_domains")
    @classmethod
    def _excluded_are_hosts(cls, domains: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(domain.strip().lower().rpartition("://")[2].partition("/")[0] for domain in domains)


class Persona(Record):
    """A person wanted at each account: job titles, how senior, which department."""

    titles: tuple[str, ...] = ()
    seniorities: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()


def mismatch(icp: IdealCustomer, account: Account) -> str | None:
    """The reason why this account is not the ideal customer, or None where nothing speaks against it.

    What is not known yet does not speak against an account: it is asked again after enrichment.
    """
    if account.domain and _is_excluded(account.domain, icp.excluded_domains):
        return "excluded domain"
    if icp.countries and account.country and account.country.upper() not in icp.countries:
        return "country outside the ideal customer profile"
    if (
        icp.industries
        and account.industry
        and not any(has_words(account.industry, industry) for industry in icp.industries)
    ):
        return "industry outside the ideal customer profile"
    if account.employees is not None:
        if icp.employees_min is not None and account.employees < icp.employees_min:
            return "too few employees"
        if icp.employees_max is not None and account.employees > icp.employees_max:
            return "too many employees"
    return None


def has_words(text: str, wanted: str) -> bool:
    """Whether the wanted words stand in the text, in any case, as whole words: no IT within hospitality."""
    return re.search(rf"(?<!\w){re.escape(wanted.strip())}(?!\w)", text, re.IGNORECASE) is not None


def _is_excluded(domain: str, hosts: Iterable[str]) -> bool:
    # an account has the domain that was registered; people also write the host in front of it (www.rival.com)
    return any(host == domain or host.endswith(f".{domain}") for host in hosts)
