"""The open list of Y Combinator's companies on loopback: one file with all of them."""

from typing import Any

from actors.simulator.chance import draw64, fraction, pick
from actors.simulator.company import Company
from actors.simulator.open_vendor import OpenVendor, as_json
from actors.simulator.places import COUNTRIES
from actors.simulator.vendor import HTML, Answer, Call
from actors.simulator.world import World

_BACKED_SHARE, _LARGE_FROM = 0.5, 1001
_UNCOUNTED_SHARE, _NOWHERE_SHARE, _REMOTE_SHARE, _HIRING_SHARE = 0.08, 0.05, 0.4, 0.3
_STATUSES = ("Active",) * 14 + ("Acquired",) * 3 + ("Inactive",) * 2 + ("Public",)
_STATES = {
    "New York": "NY",
    "California": "CA",
    "Texas": "TX",
    "Massachusetts": "MA",
    "Illinois": "IL",
    "Colorado": "CO",
    "Washington": "WA",
    "Georgia": "GA",
}
_INDUSTRIES = {
    "computer software": ("B2B", "Engineering, Product and Design"),
    "information technology & services": ("B2B", "Infrastructure"),
    "financial services": ("Fintech",),
    "hospital & health care": ("Healthcare", "Healthcare IT"),
    "machinery": ("Industrials", "Manufacturing and Robotics"),
    "retail": ("Consumer", "Home and Personal"),
    "marketing & advertising": ("B2B", "Marketing"),
    "logistics & supply chain": ("B2B", "Supply Chain and Logistics"),
    "construction": ("Real Estate and Construction", "Construction"),
    "e-learning": ("Education",),
    "renewables & environment": ("Industrials", "Energy"),
    "hospitality": ("Consumer", "Travel, Leisure and Tourism"),
}
_AMERICA = frozenset({"US", "CA"})
_REGIONS = {"IN": "South Asia", "AU": "Oceania"}


class Yc(OpenVendor):
    """The list as it stands on GitHub's pages: whole, or not at all."""

    name = "yc"

    def __init__(self, world: World) -> None:
        self._companies = [company for company in world.companies if is_backed(company)]
        self.endpoints = {"GET /companies/all.json": self._all}

    def refused(self, status: int, reason: str) -> Answer:
        """A page of GitHub's."""
        return Answer(f"<!DOCTYPE html><html><body><h1>{reason}</h1></body></html>".encode(), status, HTML)

    def _all(self, call: Call) -> Answer:  # noqa: ARG002 (as all endpoints)
        return as_json(list(map(_record, self._companies)))


def is_backed(company: Company) -> bool:
    """Whether it is on the list: half of the small and medium companies are, whatever else is true of them."""
    is_large = company.employees >= _LARGE_FROM
    return company.is_known and not is_large and fraction("backed", company.domain) < _BACKED_SHARE


def status(company: Company) -> str:
    """What the list says has become of it."""
    return pick(_STATUSES, "status", company.domain)


def is_listed(company: Company) -> bool:
    """Whether it is on the list as one that is still at work."""
    return is_backed(company) and status(company) in {"Active", "Public"}


def is_counted(company: Company) -> bool:
    """Whether the list knows how many people work there."""
    return fraction("counted", company.domain) >= _UNCOUNTED_SHARE


def is_placed(company: Company) -> bool:
    """Whether the list knows the city, and not the country alone."""
    return fraction("placed", company.domain) >= _NOWHERE_SHARE


def industries(company: Company) -> tuple[str, ...]:
    """What it does, in the list's words: broadly, and more closely where there is a word for it."""
    return _INDUSTRIES[company.industry]


def _record(company: Company) -> dict[str, Any]:
    slug = company.domain.replace(".", "-")
    draw = draw64("record", company.domain)
    is_remote = fraction("remote", company.domain) < _REMOTE_SHARE
    return {
        "id": company.number + 1,
        "name": company.name,
        "slug": slug,
        "former_names": [],
        "small_logo_thumb_url": f"https://bookface-images.example/{slug}.png",
        "website": f"https://www.{company.domain}/" if draw % 2 else f"http://{company.domain}",
        "all_locations": _locations(company) + ("; Remote" if is_remote and is_placed(company) else ""),
        "long_description": f"{company.name}. {company.one_liner}",
        "one_liner": company.one_liner,
        "team_size": company.employees if is_counted(company) else None,
        "industry": industries(company)[0],
        "subindustry": " -> ".join(industries(company)),
        "launched_at": 1_300_000_000 + draw % 400_000_000,
        "tags": [keyword.title() for keyword in company.keywords],
        "tags_highlighted": [],
        "top_company": draw % 50 == 0,
        "isHiring": fraction("hiring", company.domain) < _HIRING_SHARE,
        "nonprofit": False,
        "batch": f"{('Winter', 'Summer')[draw % 2]} {2008 + draw % 18}",
        "status": status(company),
        "industries": list(industries(company)),
        "regions": [*_regions(company), *(("Remote", "Partly Remote") if is_remote else ())],
        "stage": "Growth" if company.employees > 50 else "Early",
        "app_video_public": False,
        "demo_day_video_public": False,
        "app_answers": None,
        "question_answers": False,
        "url": f"https://www.ycombinator.com/companies/{slug}",
        "api": f"https://yc-oss.github.io/api/batches/{slug}.json",
    }


def _locations(company: Company) -> str:
    if not is_placed(company):
        return ""
    if company.country == "US":
        return f"{company.city}, {_STATES[company.region]}, USA"
    return f"{company.city}, {company.region}, {COUNTRIES[company.country].name}"


def _regions(company: Company) -> tuple[str, ...]:
    if company.country == "US":
        return "United States of America", "America / Canada"
    wider = "America / Canada" if company.country in _AMERICA else _REGIONS.get(company.country, "Europe")
    return COUNTRIES[company.country].name, wider
