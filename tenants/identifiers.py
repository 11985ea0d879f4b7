"""What tells one company from all others: a domain to which its own leads for good, its numbers in registers."""

import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any


class IdentifierKind(StrEnum):
    """Kinds of identifiers; the values are stored. All but the domain are numbers in a register."""

    DOMAIN = "domain"
    LEI = "lei"
    CIK = "cik"
    COMPANIES_HOUSE = "companies_house"
    WIKIDATA = "wikidata"


#: what each register's number is called
TITLES = {
    IdentifierKind.LEI: "LEI",
    IdentifierKind.CIK: "CIK",
    IdentifierKind.COMPANIES_HOUSE: "number at Companies House",
    IdentifierKind.WIKIDATA: "entry in Wikidata",
}
# Which field of what a provider knows of a company is which number, and how that is written.
_NUMBERS = {
    "lei": (IdentifierKind.LEI, re.compile(r"[0-9A-Z]{18}[0-9]{2}")),
    "cik": (IdentifierKind.CIK, re.compile(r"[0-9]{10}")),
    "register_number": (IdentifierKind.COMPANIES_HOUSE, re.compile(r"[0-9]{8}|[A-Z]{2}[0-9]{6}")),
    "wikidata_id": (IdentifierKind.WIKIDATA, re.compile(r"Q[1-9][0-9]*")),
}
_COUNTRY_OF_COMPANIES_HOUSE = "GB"


def identifiers_in(facts: Mapping[str, Any]) -> Iterator[tuple[IdentifierKind, str]]:
    """The identifiers among the facts that a provider knows of a company.

    A number in a register of its country is one for the United Kingdom only: elsewhere nobody says which of a
    country's registers it is from, and each begins at 1.
    """
    if facts.get("leads_to"):
        yield IdentifierKind.DOMAIN, facts["leads_to"]
    for field, (kind, pattern) in _NUMBERS.items():
        is_foreign = (
            kind is IdentifierKind.COMPANIES_HOUSE and facts.get("country") != _COUNTRY_OF_COMPANIES_HOUSE
        )
        value = facts.get(field)
        if isinstance(value, str) and pattern.fullmatch(value) and not is_foreign:
            yield kind, value
