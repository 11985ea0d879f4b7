"""A company of the invented world, as it truly is; providers show parts of it."""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

SIZE_BANDS = (
    (1, 10),
    (11, 50),
    (51, 200),
    (201, 500),
    (501, 1000),
    (1001, 5000),
    (5001, 10000),
    (10001, 50000),
)
WEBMAIL = frozenset({"gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "yahoo.com", "icloud.com"})
DISPOSABLE = frozenset({"mailinator.com", "guerrillamail.com", "yopmail.com", "10minutemail.com"})
FOREIGN = 1 << 60  # from here on, numbers belong to domains that were asked for, not to the world's own

_VALID_DOMAIN = re.compile(
    r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+(xn--[a-z0-9-]+|[a-z]{2,63})$"
)


class Mail(StrEnum):
    """How a domain receives mail."""

    EXCHANGERS = "exchangers"
    HOSTED = "hosted"
    NULL_MX = "null_mx"
    ADDRESS_ONLY = "address_only"
    NXDOMAIN = "nxdomain"
    SERVFAIL = "servfail"


@dataclass(frozen=True, slots=True)
class Company:
    """A company: what it does, how large it is, what it uses and how it writes its addresses."""

    number: int
    domain: str
    is_known: bool
    name: str
    industry: str
    country: str
    city: str
    region: str
    employees: int
    headcount_growth_12m: float
    founded_year: int
    revenue_usd: int | None
    total_funding_usd: int | None
    latest_funding_stage: str | None
    latest_funding_date: date | None
    technologies: tuple[str, ...]
    open_jobs: int
    keywords: tuple[str, ...]
    one_liner: str
    email_pattern: str
    accept_all: bool
    mail: Mail
    has_site: bool

    @property
    def id(self) -> str:
        """Its 24 hexadecimal digits, as vendors number companies."""
        return f"{self.number:016x}00000000"


def size_band(employees: int) -> int:
    """The place in SIZE_BANDS of a number of employees."""
    return next(band for band, (_, most) in enumerate(SIZE_BANDS) if employees <= most)


def normalise_domain(text: str) -> str:
    """A domain in small letters, without a leading www. and a trailing dot."""
    return text.strip().lower().rstrip(".").removeprefix("www.")


def is_domain(text: str) -> bool:
    """Whether a normalised text could be a domain at all."""
    return bool(_VALID_DOMAIN.match(text))
