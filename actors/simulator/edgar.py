"""SEC EDGAR on loopback: the list of tickers, what a company has filed, and the figures in its reports.

The SEC has its list on another host than the rest; here it is all in one place.
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from actors.simulator.chance import draw64, fraction
from actors.simulator.company import Company
from actors.simulator.coverage import covers
from actors.simulator.open_vendor import ANYBODY, OpenVendor, as_json
from actors.simulator.places import COUNTRIES
from actors.simulator.registered import cik, legal_name, ticker
from actors.simulator.vendor import HTML, Answer, Call, Params
from actors.simulator.world import World

_MAIL_ADDRESS = re.compile(r"\S+@\S+\.\S+")
_FILE = re.compile(r"CIK(\d{10})\.json")
_WEBSITE_SHARE, _HEADCOUNT_SHARE, _REMARK_SHARE, _SECOND_TICKER_SHARE = 0.3, 0.5, 0.15, 0.1
_INDUSTRIES = {
    "computer software": ("7372", "Services-Prepackaged Software"),
    "information technology & services": ("7370", "Services-Computer Programming, Data Processing, Etc."),
    "financial services": ("6199", "Finance Services"),
    "hospital & health care": ("8000", "Services-Health Services"),
    "machinery": ("3560", "General Industrial Machinery & Equipment"),
    "retail": ("5900", "Retail-Miscellaneous Retail"),
    "marketing & advertising": ("7310", "Services-Advertising"),
    "logistics & supply chain": ("4731", "Arrangement of Transportation of Freight & Cargo"),
    "construction": ("1600", "Heavy Construction Other Than Bldg Const - Contractors"),
    "e-learning": ("8200", "Services-Educational Services"),
    "renewables & environment": ("4911", "Electric Services"),
    "hospitality": ("7011", "Hotels & Motels"),
}
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
_PROVINCES = {"Ontario": "A6", "British Columbia": "A1", "Québec": "A8", "Alberta": "A0"}
_ABROAD = {
    "GB": "X0",
    "DE": "2M",
    "FR": "I0",
    "NL": "P7",
    "ES": "U3",
    "IT": "L6",
    "SE": "V7",
    "PL": "R9",
    "AU": "C3",
    "IN": "K7",
}
_PAGE = (
    "<!DOCTYPE html><html><head><title>SEC.gov | {title}</title></head><body><h1>{said}</h1></body></html>"
)
_TOO_FAST = "Request Rate Threshold Exceeded"


class Edgar(OpenVendor):
    """EDGAR, as its pages for developers have it; it answers those who give a mail address in their User-Agent."""

    name = "edgar"

    def __init__(self, world: World) -> None:
        self._world = world
        listed = [company for company in world.companies if covers("edgar", company)]
        self._listed = {cik(company): company for company in listed}
        self.endpoints = {
            "GET /files/company_tickers.json": self._tickers,
            "GET /submissions/{file}": self._submissions,
            "GET /api/xbrl/companyfacts/{file}": self._company_facts,
        }

    def key(self, headers: Mapping[str, str], params: Params) -> str:  # noqa: ARG002 (as all vendors)
        """Nobody's key, for those who say who they are."""
        return ANYBODY if _MAIL_ADDRESS.search(headers.get("user-agent", "")) else ""

    def unauthorised(self) -> Answer:
        """403: the title is that of the page for those who ask too fast."""
        return _page(403, _TOO_FAST, "Your Request Originates from an Undeclared Automated Tool")

    def throttled(self, endpoint: str, retry_after_s: int) -> Answer:  # noqa: ARG002 (as all vendors)
        """403, for ten minutes, which no header tells."""
        return _page(403, _TOO_FAST, _TOO_FAST)

    def refused(self, status: int, reason: str) -> Answer:
        """A page."""
        return _page(status, reason, reason)

    def _tickers(self, call: Call) -> Answer:  # noqa: ARG002 (as all endpoints)
        """One line for each ticker, the largest companies first."""
        lines = []
        for company in sorted(self._listed.values(), key=lambda company: -company.employees):
            line = {"cik_str": cik(company), "ticker": ticker(company), "title": _title(company)}
            lines.append(line)
            if fraction("second ticker", company.domain) < _SECOND_TICKER_SHARE:
                lines.append({**line, "ticker": f"{ticker(company)}-B"})
        return as_json({str(number): line for number, line in enumerate(lines)})

    def _submissions(self, call: Call) -> Answer:
        company = self._company(call)
        return as_json(_submissions(self._world, company)) if company else self.missing()

    def _company_facts(self, call: Call) -> Answer:
        company = self._company(call)
        return as_json(_company_facts(self._world, company)) if company else self.missing()

    def _company(self, call: Call) -> Company | None:
        """The company of a file, whose number has ten digits."""
        number = _FILE.fullmatch(call.params.text("file") or "")
        return self._listed.get(int(number[1])) if number else None


def _page(status: int, title: str, said: str) -> Answer:
    return Answer(_PAGE.format(title=title, said=said).encode(), status, HTML)


def _title(company: Company) -> str:
    """Its name on the list, for some with the state where it is incorporated."""
    remark = " /DE/" if fraction("remark", company.domain) < _REMARK_SHARE else ""
    return legal_name(company) + remark


def industry(company: Company) -> str:
    """What it does, in the SEC's words."""
    return _INDUSTRIES[company.industry][1]


def has_website(company: Company) -> bool:
    """Whether it has filled in its website, as few do."""
    return fraction("website at SEC", company.domain) < _WEBSITE_SHARE


def tells_headcount(company: Company) -> bool:
    """Whether its annual report tells the number of employees as a figure, and not in words only."""
    return _reports(company)[0] == "10-K" and fraction("headcount at SEC", company.domain) < _HEADCOUNT_SHARE


def phone(company: Company) -> str:
    """Its telephone number, of those that nobody has."""
    return f"2025550{100 + draw64('phone', company.domain) % 100}"


def _submissions(world: World, company: Company) -> dict[str, Any]:
    annual, quarterly = _reports(company)
    forms = [quarterly, "8-K", "4", annual, quarterly]
    return {
        "cik": f"{cik(company):010}",
        "entityType": "operating",
        "sic": _INDUSTRIES[company.industry][0],
        "sicDescription": industry(company),
        "name": legal_name(company),
        "tickers": [ticker(company)],
        "exchanges": ["Nasdaq"],
        "ein": "000000000",
        "website": f"https://www.{company.domain}" if has_website(company) else "",
        "category": "Large accelerated filer",
        "fiscalYearEnd": "1231",
        "stateOfIncorporation": "DE",
        "addresses": {"mailing": _address(company), "business": _address(company)},
        "phone": phone(company),
        "formerNames": [],
        "filings": {
            "recent": {
                "accessionNumber": [f"{cik(company):010}-26-{number:06}" for number in range(len(forms))],
                "filingDate": [
                    str(world.today - timedelta(days=30 * number)) for number in range(len(forms))
                ],
                "form": forms,
                # what a current report is about
                "items": ["5.02,9.01" if form == "8-K" else "" for form in forms],
            },
            "files": [],
        },
    }


def _reports(company: Company) -> tuple[str, str]:
    """The forms of its annual report and of those in between: companies from abroad have others."""
    return {"US": ("10-K", "10-Q"), "CA": ("40-F", "6-K")}.get(company.country, ("20-F", "6-K"))


def _address(company: Company) -> dict[str, Any]:
    """An address, abroad with the SEC's own code for the country or province."""
    state = _STATES.get(company.region) if company.country == "US" else None
    country = COUNTRIES[company.country].name
    code = state or _PROVINCES.get(company.region) or _ABROAD[company.country]
    return {
        "street1": "1 MAIN STREET",
        "street2": None,
        "city": company.city.upper(),
        "stateOrCountry": code,
        "zipCode": "",
        # the flag that an address is abroad is not set for all that are
        "isForeignLocation": 0 if state else None,
        "stateOrCountryDescription": state
        or (f"{company.region}, {country}" if company.country == "CA" else country),
        "country": None,
        "countryCode": None,
    }


def _company_facts(world: World, company: Company) -> dict[str, Any]:
    """The figures of all reports: those of the last year are true, and stand among quarters and earlier years."""
    year = world.today.year - 1
    annual, quarterly = _reports(company)
    facts: dict[str, Any] = {"dei": {}, "us-gaap": {}}
    if company.revenue_usd is not None:
        revenue = company.revenue_usd
        entries = [
            _entry(year - 2, "12-31", revenue // 3, annual),
            _entry(year - 1, "12-31", revenue // 2, annual),
            _entry(year, "12-31", revenue, annual),
            _entry(year, "03-31", revenue // 4, annual),
            _entry(year + 1, "03-31", revenue // 4, quarterly),
        ]
        facts["us-gaap"]["Revenues"] = {"label": "Revenues", "units": {"USD": entries}}
    if tells_headcount(company):
        told = [_entry(year - 1, "12-31", company.employees // 2 + 1, annual)]
        told.append(_entry(year, "12-31", company.employees, annual))
        for entry in told:
            del entry["start"]
        facts["dei"]["EntityNumberOfEmployees"] = {
            "label": "Entity Number of Employees",
            "units": {"pure": told},
        }
    return {"cik": cik(company), "entityName": legal_name(company), "facts": facts}


def _entry(year: int, until: str, value: int, form: str) -> dict[str, Any]:
    return {
        "start": f"{year}-01-01",
        "end": f"{year}-{until}",
        "val": value,
        "accn": f"0000000000-{year % 100}-000001",
        "fy": year,
        "fp": "Q1" if form in {"10-Q", "6-K"} else "FY",
        "form": form,
        "filed": f"{year + 1}-02-15",
    }
