"""Companies House on loopback: the trade register of the world's British companies, by name, number and in full."""

import base64
import binascii
import time
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

import orjson

from actors.simulator.chance import draw64, fraction
from actors.simulator.company import Company
from actors.simulator.coverage import covers
from actors.simulator.registered import legal_name, register_number
from actors.simulator.vendor import Answer, Call, Params
from actors.simulator.windows import Usage
from actors.simulator.world import World

_SCOTTISH_CITY = "Edinburgh"
_SIC = {
    "computer software": "62012",
    "information technology & services": "62020",
    "financial services": "64999",
    "hospital & health care": "86101",
    "machinery": "28990",
    "retail": "47190",
    "marketing & advertising": "73110",
    "logistics & supply chain": "52290",
    "construction": "41201",
    "e-learning": "85590",
    "renewables & environment": "35110",
    "hospitality": "55100",
}
_NAMESAKES, _AFFILIATES = 0.15, 0.2  # the shares of companies that have such
_DISSOLVED_NUMBERS, _AFFILIATED_NUMBERS = 5_000_000, 7_000_000


class CompaniesHouse:
    """Companies House, as its description has it: names in capitals, fields left out where there is nothing.

    Beside some companies there stands a dissolved one of the same name, or one with a longer name. It bills
    nothing. Limits are counted by the minute here, and in five of them there.
    """

    name = "companies_house"
    free: frozenset[str] = frozenset()

    def __init__(self, world: World, now: Callable[[], float] = time.time) -> None:
        self._world = world
        self._now = now
        self.endpoints: Mapping[str, Callable[[Call], Answer]] = {
            "GET /search/companies": self._search,
            "GET /advanced-search/companies": self._search_further,
            "GET /company/{number}": self._profile,
        }

    # What any vendor has to say, in the register's words

    def key(self, headers: Mapping[str, str], params: Params) -> str:  # noqa: ARG002 (not in the parameters)
        """The user name of HTTP Basic, where the password is empty."""
        given = headers.get("authorization", "")
        try:
            user, _, password = (
                base64.b64decode(given.removeprefix("Basic "), validate=True).decode().partition(":")
            )
        except (binascii.Error, UnicodeDecodeError):
            return ""
        return user if given.startswith("Basic ") and not password else ""

    def unauthorised(self) -> Answer:
        """401."""
        return _answered({"error": "Invalid Authorization", "type": "ch:service"}, 401)

    def throttled(self, endpoint: str, retry_after_s: int) -> Answer:  # noqa: ARG002 (it names no endpoint)
        """429 without a body; when to come back stands in a header, as Unix time."""
        reset = str(int(self._now()) + retry_after_s)
        return Answer(b"", 429, headers={"X-Ratelimit-Reset": reset})

    def spent(self) -> Answer:
        """429: there are no credits, only a limit."""
        return self.throttled("", 60)

    def broken(self, status: int) -> Answer:
        """An error of the register's own."""
        return _answered({"error": "Internal server error", "type": "ch:service"}, status)

    def invalid(self, reason: str) -> Answer:
        """400, with the reason."""
        return _answered({"errors": [{"error": reason, "type": "ch:validation"}]}, 400)

    def missing(self) -> Answer:
        """404."""
        return _answered({"errors": [{"error": "company-profile-not-found", "type": "ch:service"}]}, 404)

    def headers(self, usage: Usage) -> Mapping[str, str]:
        """Limit, rest and end of the window."""
        return {
            "X-Ratelimit-Limit": str(usage.per_minute),
            "X-Ratelimit-Remain": str(max(0, usage.per_minute - usage.minute)),
            "X-Ratelimit-Reset": str(int(self._now()) + usage.minute_ends_in_s),
            "X-Ratelimit-Window": "1m",
        }

    def clear(self) -> None:
        """Nothing is remembered."""

    # The register

    @cached_property
    def _entries(self) -> list[dict[str, Any]]:
        """Every entry, the living and the dissolved, as profiles."""
        entries = []
        for company in self._world.companies:
            if not covers(self.name, company):
                continue
            own = _entry(company)
            entries.append(own)
            if fraction("namesake", company.domain) < _NAMESAKES:
                entries.append(_dissolved(own, own["company_name"], _DISSOLVED_NUMBERS))
            if fraction("affiliate", company.domain) < _AFFILIATES:
                name = f"{own['company_name'].rpartition(' ')[0]} HOLDINGS LIMITED"
                entries.append(_dissolved(own, name, _AFFILIATED_NUMBERS))
        return entries

    @cached_property
    def _by_number(self) -> dict[str, dict[str, Any]]:
        return {entry["company_number"]: entry for entry in self._entries}

    @cached_property
    def _by_word(self) -> dict[str, list[dict[str, Any]]]:
        words: dict[str, list[dict[str, Any]]] = {}
        for entry in self._entries:
            for word in set(entry["company_name"].split()):
                words.setdefault(word, []).append(entry)
        return words

    def _search(self, call: Call) -> Answer:
        """The entries that share a word with what is asked for, those that share most first."""
        size, start = call.params.number("items_per_page", 20, 1, 100), _start(call)
        wanted = set((call.params.text("q") or "").upper().split())
        if not wanted:
            return self.invalid("missing-query")
        found = {entry["company_number"]: entry for word in wanted for entry in self._by_word.get(word, ())}
        best = sorted(
            found.values(),
            key=lambda entry: (-len(wanted & set(entry["company_name"].split())), entry["company_number"]),
        )
        body = {
            "kind": "search#companies",
            "items_per_page": size,
            "page_number": start // size + 1,
            "start_index": start,
            "total_results": len(best),
            "items": [_found(entry) for entry in best[start : start + size]],
        }
        return _answered(body)

    def _search_further(self, call: Call) -> Answer:
        size, start = call.params.number("size", 20, 1, 5000), _start(call)
        statuses = [one for text in call.params.texts("company_status") for one in text.split(",")]
        codes = [one for text in call.params.texts("sic_codes") for one in text.split(",")]
        part = (call.params.text("company_name_includes") or "").upper()
        hits = [
            entry
            for entry in self._entries
            if (not statuses or entry["company_status"] in statuses)
            and (not codes or not set(codes).isdisjoint(entry["sic_codes"]))
            and part in entry["company_name"]
        ]
        shown = [_listed(entry) for entry in hits[start : start + size]]
        if not shown:
            return self.missing()
        body = {
            "etag": f"{draw64('etag', len(hits), start):016x}",
            "hits": len(hits),
            "items": shown,
            "kind": "search#advanced-search",
            "top_hit": _listed(hits[0]),
        }
        return _answered(body)

    def _profile(self, call: Call) -> Answer:
        entry = self._by_number.get((call.params.text("number") or "").upper())
        return _answered(entry) if entry is not None else self.missing()


def _entry(company: Company) -> dict[str, Any]:
    day = draw64("incorporated", company.domain)
    return {
        "accounts": {"overdue": False},
        "can_file": True,
        "company_name": legal_name(company).upper(),
        "company_number": register_number(company),
        "company_status": "active",
        "date_of_creation": f"{company.founded_year}-{1 + day % 12:02d}-{1 + day % 28:02d}",
        "jurisdiction": "scotland" if company.city == _SCOTTISH_CITY else "england-wales",
        "registered_office_address": {"locality": company.city, "country": company.region},
        "sic_codes": [_SIC[company.industry]],
        "type": "ltd",
    }


def _dissolved(own: Mapping[str, Any], name: str, numbers: int) -> dict[str, Any]:
    """Another entry that looks much like one of a living company."""
    digits = int(own["company_number"].removeprefix("SC")) + numbers
    return {
        **own,
        "company_name": name,
        "company_number": f"{digits:08d}",
        "company_status": "dissolved",
        "date_of_cessation": f"{own['date_of_creation'][:4]}-12-30",
    }


def _found(entry: Mapping[str, Any]) -> dict[str, Any]:
    """An entry as the search by name lists it."""
    address = entry["registered_office_address"]
    snippet = ", ".join(address.values())
    return {
        "kind": "searchresults#company",
        "title": entry["company_name"],
        "company_number": entry["company_number"],
        "company_status": entry["company_status"],
        "company_type": entry["type"],
        "date_of_creation": entry["date_of_creation"],
        "address": address,
        "address_snippet": snippet,
        "description": f"{entry['company_number']} - Incorporated on {entry['date_of_creation']}",
        "links": {"self": f"/company/{entry['company_number']}"},
        "matches": {"title": [1, len(entry["company_name"])]},
        "snippet": "",
    }


def _listed(entry: Mapping[str, Any]) -> dict[str, Any]:
    """An entry as the further search lists it."""
    fields = ("company_name", "company_number", "company_status", "date_of_creation", "sic_codes")
    return {
        **{field: entry[field] for field in fields},
        "company_type": entry["type"],
        "kind": "search-results#company",
        "links": {"company_profile": f"/company/{entry['company_number']}"},
        "registered_office_address": entry["registered_office_address"],
    }


def _start(call: Call) -> int:
    return call.params.number("start_index", 0, 0, 10_000)


def _answered(body: Any, status: int = 200) -> Answer:
    return Answer(orjson.dumps(body), status)
