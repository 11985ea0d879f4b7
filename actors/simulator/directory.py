"""Where else a company is found: its telephone, and its page in the network for business."""

from actors.simulator.chance import draw64
from actors.simulator.company import Company

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
