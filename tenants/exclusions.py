"""Whom a tenant leaves alone: companies by domain or name, people by address, each for a reason and on whose word."""

from enum import StrEnum

from pydantic import field_validator

from tenants.companies import normal_name, registrable_domain
from tenants.records import Record

#: the source of an exclusion that somebody made by hand
BY_HAND = "by hand"
DO_NOT_CONTACT = "do not contact"
#: of several reasons for one company the first of these is told
REASONS = (DO_NOT_CONTACT, "customer", "open deal", "competitor")


class ExclusionKind(StrEnum):
    """What an exclusion is known by."""

    DOMAIN = "domain"
    EMAIL = "email"
    NAME = "name"


class Exclusion(Record):
    """A company or person that is left alone: why, whose it is, and who says so."""

    kind: ExclusionKind
    value: str
    reason: str
    source: str
    owner: str | None = None

    @field_validator("reason")
    @classmethod
    def _reason_is_told(cls, reason: str) -> str:
        if not reason.strip():
            raise ValueError("an exclusion has a reason")
        return reason.strip()


def read_whom(text: str) -> tuple[ExclusionKind, str]:
    """What a text excludes, as it is compared: an address, else a domain, else a company's name.

    Raises ValueError for a text that is none of these.
    """
    plain = text.strip()
    if "@" in plain and " " not in plain:
        return ExclusionKind.EMAIL, as_address(plain)
    domain = registrable_domain(plain)
    if domain is not None and " " not in plain:
        return ExclusionKind.DOMAIN, domain
    name = normal_name(plain)
    if not name:
        raise ValueError(f"{text!r} is neither an address nor a domain nor a name")
    return ExclusionKind.NAME, name


def as_address(email: str) -> str:
    """An e-mail address as it is compared."""
    return email.strip().lower()
