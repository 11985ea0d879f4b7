"""Where else a company is found: its telephone, its page in the network for business, and the stock exchange."""

from actors.simulator.chance import draw64
from actors.simulator.company import FOREIGN, Company
from actors.simulator.coverage import covers
from actors.simulator.registered import ticker

WITH_PHONE = frozenset({"US", "CA", "GB"})


def phone(company: Company) -> str | None:
    """A number from the ranges that are kept for fiction."""
    if company.country not in WITH_PHONE:
        return None
    line = draw64("phone", company.domain) % 100
    return f"+44207946{line:04d}" if company.country == "GB" else f"+120255501{line:02d}"


def linkedin_slug(company: Company) -> str:
    """The last part of the address of its page."""
    return f"{company.domain.partition('.')[0]}-{company.number % 0xFFFFFF:06x}"


def symbol(company: Company) -> str | None:
    """The letters under which it is traded, where it is: the same as in its filings."""
    return ticker(company) if company.number < FOREIGN and covers("edgar", company) else None
