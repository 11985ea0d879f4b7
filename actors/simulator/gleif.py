"""GLEIF on loopback: the register of legal entity identifiers, searched by filters, a page at a time."""

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from actors.simulator.chance import draw64, fraction
from actors.simulator.company import Company
from actors.simulator.coverage import covers
from actors.simulator.open_vendor import OpenVendor, as_json
from actors.simulator.registered import legal_name, lei, register_number
from actors.simulator.vendor import Answer, Call, InvalidInputError, Params
from actors.simulator.world import World

JSON_API = "application/vnd.api+json"
_HOME = "https://api.gleif.org/api/v1"
_MOST_PER_PAGE, _LAST_RECORD = 200, 10_000
_LAPSED_SHARE, _NAMESAKE_SHARE, _OWNED_SHARE, _NOT_IN_REGISTER_SHARE = 0.2, 0.05, 0.15, 0.05
# American companies are often registered where their lawyers are
_LAWYERS_SHARE, _LAWYERS_CITY = 0.5, "WILMINGTON"

Record = dict[str, Any]


def _words_of(record: Record) -> set[str]:
    return set(record["attributes"]["entity"]["legalName"]["name"].casefold().split())


# How each filter looks at a record; the name's looks for words, the others for the same value.
_FILTERS: Mapping[str, Callable[[Record, str], bool]] = {
    "filter[entity.legalName]": lambda record, wanted: set(wanted.casefold().split()) <= _words_of(record),
    "filter[entity.legalAddress.country]": lambda record, wanted: (
        record["attributes"]["entity"]["legalAddress"]["country"] == wanted
    ),
    "filter[entity.status]": lambda record, wanted: record["attributes"]["entity"]["status"] == wanted,
    "filter[entity.category]": lambda record, wanted: record["attributes"]["entity"]["category"] == wanted,
    "filter[lei]": lambda record, wanted: record["id"] == wanted,
}
_PAGING = ("page[number]", "page[size]")


class Gleif(OpenVendor):
    """GLEIF, as its guide has it: JSON:API, filters with operators, pages that end at the ten thousandth record."""

    name = "gleif"

    def __init__(self, world: World) -> None:
        known = [company for company in world.companies if covers("gleif", company)]
        self._records: dict[str, Record] = {}
        self._parents: dict[str, str] = {}
        for company in known:
            number = lei(company.domain)
            if fraction("owned", company.domain) < _OWNED_SHARE:
                owner = known[draw64("owner", company.domain) % len(known)]
                if owner is not company:
                    self._parents[number] = lei(owner.domain)
            self._records[number] = _record(company, number, is_owned=number in self._parents)
            if fraction("namesake", company.domain) < _NAMESAKE_SHARE:
                former = lei("former", company.domain)
                self._records[former] = _record(company, former, status="INACTIVE")
        self.endpoints = {
            "GET /lei-records": self._search,
            "GET /lei-records/{lei}": self._one,
            "GET /lei-records/{lei}/direct-parent": self._parent,
        }

    def refused(self, status: int, reason: str) -> Answer:
        """An error as JSON:API has it."""
        body = orjson.dumps({"errors": [{"status": str(status), "title": reason}]})
        return Answer(body, status, JSON_API)

    def _search(self, call: Call) -> Answer:
        params = call.params
        number = params.number("page[number]", 1, 1, _LAST_RECORD)
        size = params.number("page[size]", 15, 1, _MOST_PER_PAGE)
        if number * size > _LAST_RECORD:
            raise InvalidInputError("Pages end at 10000 records. Use page[cursor] to go further.")
        found = [record for record in self._records.values() if _passes(params, record)]
        shown = found[(number - 1) * size : number * size]
        pagination = {
            "currentPage": number,
            "perPage": size,
            "from": (number - 1) * size + 1 if shown else None,
            "to": (number - 1) * size + len(shown) if shown else None,
            "total": len(found),
            "lastPage": max(1, -(-len(found) // size)),
        }
        return as_json({"meta": {"pagination": pagination}, "links": {}, "data": shown}, JSON_API)

    def _one(self, call: Call) -> Answer:
        return self._shown(call.params.text("lei"))

    def _parent(self, call: Call) -> Answer:
        return self._shown(self._parents.get(call.params.text("lei") or ""))

    def _shown(self, number: str | None) -> Answer:
        record = self._records.get(number or "")
        return as_json({"meta": {}, "data": record}, JSON_API) if record else self.missing()


def _passes(params: Params, record: Record) -> bool:
    """Whether a record passes all filters. `!` before a value is "not", a comma between values "or"."""
    for name in params:
        if name in _PAGING:
            continue
        matches = _FILTERS.get(name)
        if matches is None:
            raise InvalidInputError(f"{name} is no filter")
        value = params.text(name) or ""
        wanted = value.removeprefix("!").split(",")
        if any(matches(record, one) for one in wanted) == value.startswith("!"):
            return False
    return True


def _record(company: Company, number: str, *, status: str = "ACTIVE", is_owned: bool = False) -> Record:
    """The record of a company, of which it has one for each identifier."""
    home = f"{_HOME}/lei-records/{number}"
    at_lawyers = company.country == "US" and fraction("lawyers", company.domain) < _LAWYERS_SHARE
    in_register = fraction("in register", company.domain) >= _NOT_IN_REGISTER_SHARE
    parent = (
        {"relationship-record": f"{home}/direct-parent-relationship", "lei-record": f"{home}/direct-parent"}
        if is_owned
        else {"reporting-exception": f"{home}/direct-parent-reporting-exception"}
    )
    is_lapsed = fraction("lapsed", number) < _LAPSED_SHARE
    return {
        "type": "lei-records",
        "id": number,
        "attributes": {
            "lei": number,
            "entity": {
                "legalName": {"name": legal_name(company), "language": "en"},
                "otherNames": [],
                "transliteratedOtherNames": [],
                "legalAddress": _address(company, _LAWYERS_CITY if at_lawyers else company.city),
                "headquartersAddress": _address(company, company.city),
                "registeredAt": {"id": "RA000000" if in_register else "RA999999", "other": None},
                "registeredAs": register_number(company) if in_register else None,
                "jurisdiction": company.country,
                "category": "GENERAL",
                "legalForm": {"id": "8888", "other": None},
                "status": status,
                "expiration": {"date": None, "reason": None},
                "creationDate": f"{company.founded_year}-01-01T00:00:00Z",
            },
            "registration": {
                "initialRegistrationDate": "2014-03-11T00:00:00Z",
                "lastUpdateDate": "2025-02-01T00:00:00Z",
                "status": "LAPSED" if is_lapsed else "ISSUED",
                "nextRenewalDate": "2023-03-11T00:00:00Z" if is_lapsed else "2027-03-11T00:00:00Z",
                "managingLou": "5493001KJTIIGC8Y1R12",
                "corroborationLevel": "FULLY_CORROBORATED",
            },
            "bic": None,
            "mic": None,
            "ocid": None,
            "conformityFlag": "NON_CONFORMING" if is_lapsed else "CONFORMING",
        },
        "relationships": {
            "managing-lou": {"links": {"related": f"{home}/managing-lou"}},
            "direct-parent": {"links": parent},
        },
        "links": {"self": home},
    }


def _address(company: Company, city: str) -> dict[str, Any]:
    return {
        "language": "en",
        "addressLines": ["1 Main Street"],
        "city": city,
        "region": None,
        "country": company.country,
        "postalCode": None,
    }
