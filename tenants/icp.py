"""The customer a tenant looks for: which companies match, which people are wanted there."""

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
        for country in countries:
            if len(country) != 2 or not country.isalpha():
                raise ValueError(f"{country!r} is not a country code of two letters, such as DE")
        return tuple(country.upper() for country in countries)


class Persona(Record):
    """A person wanted at each account: job titles, how senior, which department."""

    titles: tuple[str, ...] = ()
    seniorities: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()


def mismatch(icp: IdealCustomer, account: Account) -> str | None:
    """The reason why this account is not the ideal customer, or None where nothing speaks against it.

    What is not known yet does not speak against an account: it is asked again after enrichment.
    """
    if account.domain and account.domain in icp.excluded_domains:
        return "excluded domain"
    if icp.countries and account.country and account.country.upper() not in icp.countries:
        return "country outside the ideal customer profile"
    if icp.industries and account.industry and not _any_within(icp.industries, account.industry):
        return "industry outside the ideal customer profile"
    if account.employees is not None:
        if icp.employees_min is not None and account.employees < icp.employees_min:
            return "too few employees"
        if icp.employees_max is not None and account.employees > icp.employees_max:
            return "too many employees"
    return None


def _any_within(wanted: tuple[str, ...], text: str) -> bool:
    lower = text.lower()
    return any(word.lower() in lower for word in wanted)
