"""Who knows which companies: the truth table of hit rates, by the size of a company and where it is.

Whether a vendor knows one company follows from the company alone, so that asking again brings nothing new. The
rates are invented, after what users tell of such vendors: each is good at something else.
"""

from actors.simulator.chance import fraction
from actors.simulator.company import Company
from actors.simulator.places import COUNTRIES

SIZES = ("small", "medium", "large")
REGIONS = ("america", "europe", "elsewhere")
Segment = tuple[str, str]

_AMERICA = frozenset({"US", "CA"})
_EUROPE = frozenset({"GB", "DE", "FR", "NL", "ES", "IT", "SE", "PL"})
# A trade register knows its own country's companies only, and of those so many more.
_NATIONAL = {"companies_house": "GB"}
_SMALL_BELOW, _LARGE_FROM = 51, 1001

#: for each vendor and size the share of companies that it knows, in REGIONS' order
TRUTH: dict[str, dict[str, tuple[float, float, float]]] = {
    "apollo": {
        "small": (0.70, 0.45, 0.40),
        "medium": (0.90, 0.65, 0.60),
        "large": (0.95, 0.85, 0.80),
    },
    "hunter": {
        "small": (0.60, 0.62, 0.45),
        "medium": (0.55, 0.60, 0.40),
        "large": (0.50, 0.55, 0.40),
    },
    "pdl": {
        "small": (0.55, 0.30, 0.25),
        "medium": (0.85, 0.55, 0.45),
        "large": (0.95, 0.75, 0.70),
    },
    "companies_house": {
        "small": (0.0, 0.20, 0.0),
        "medium": (0.0, 0.20, 0.0),
        "large": (0.0, 0.20, 0.0),
    },
    "gleif": {
        "small": (0.05, 0.15, 0.05),
        "medium": (0.20, 0.45, 0.20),
        "large": (0.75, 0.90, 0.60),
    },
    "edgar": {
        "small": (0.0, 0.0, 0.0),
        "medium": (0.05, 0.0, 0.0),
        "large": (0.45, 0.03, 0.03),
    },
    "wikidata": {
        "small": (0.01, 0.01, 0.01),
        "medium": (0.05, 0.06, 0.04),
        "large": (0.60, 0.65, 0.50),
    },
}

#: the fields that a vendor has of only some of the companies that it knows, as shares in REGIONS' order; what is
#: not named here it has of all, as far as there is anything to have
FILLS: dict[str, dict[str, tuple[float, float, float]]] = {
    "apollo": {
        "industry": (0.97, 0.90, 0.85),
        "employees": (0.97, 0.92, 0.90),
        "revenue_usd": (0.75, 0.25, 0.20),
        "technologies": (0.90, 0.85, 0.60),
    },
    "hunter": {
        "industry": (0.80, 0.92, 0.80),
        "employees": (0.70, 0.90, 0.70),
        "revenue_usd": (0.15, 0.55, 0.10),
        "technologies": (0.60, 0.88, 0.50),
    },
    "pdl": {
        "industry": (0.97, 0.95, 0.95),
        "employees": (0.98, 0.95, 0.95),
        "revenue_usd": (0.90, 0.40, 0.85),
        "technologies": (0.30, 0.20, 0.70),
    },
}


def segment(company: Company) -> Segment:
    """The size and the region of a company."""
    large = "large" if company.employees >= _LARGE_FROM else "medium"
    size = "small" if company.employees < _SMALL_BELOW else large
    region = "america" if company.country in _AMERICA else "elsewhere"
    return size, "europe" if company.country in _EUROPE else region


def rate(vendor: str, of: Segment) -> float:
    """The share of the companies of a segment that a vendor knows."""
    size, region = of
    return TRUTH[vendor][size][REGIONS.index(region)]


def covers(vendor: str, company: Company) -> bool:
    """Whether a vendor knows this company."""
    known = rate(vendor, segment(company))
    home = _NATIONAL.get(vendor)
    if home is not None:
        known = known / _share_of(home) if company.country == home else 0.0
    return company.is_known and fraction("coverage", vendor, company.domain) < known


def fill(vendor: str, of: Segment, field: str) -> float:
    """The share of the companies known to a vendor of which it has this field."""
    shares = FILLS.get(vendor, {}).get(field)
    return shares[REGIONS.index(of[1])] if shares is not None else 1.0


def shows(vendor: str, company: Company, field: str) -> bool:
    """Whether a vendor that knows the company has this field of it, where there is anything to have."""
    return fraction("fill", vendor, field, company.domain) < fill(vendor, segment(company), field)


def _share_of(code: str) -> float:
    """The share of a European country in the companies of Europe."""
    return COUNTRIES[code].weight / sum(COUNTRIES[other].weight for other in _EUROPE)
