"""Apollo on loopback: company and people search, enrichment one by one or ten at a time, credit usage."""

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from actors.simulator import apollo_records, apollo_search
from actors.simulator.chance import draw64
from actors.simulator.company import Company
from actors.simulator.coverage import covers
from actors.simulator.person import Person, fold
from actors.simulator.vendor import HTML, JSON, TEXT, Answer, Call, InvalidInputError, Params
from actors.simulator.windows import Usage
from actors.simulator.world import World

_RESULTS_LIMIT = 10_000
_MOST_IN_BULK = 10
_MOST_SEARCHES_KEPT = 200
_NO_LIMIT = 1_000_000
_OTHER_CREDITS = (
    "direct_dial_credit",
    "export_credit",
    "conversation_credit",
    "ai_credit",
    "power_up_credit",
)


class Apollo:
    """Apollo, as its API description and recorded answers have it; misses are 200 and cost nothing.

    Enrichment has the companies and fields that the truth table gives it; the searches and the people are of all.
    """

    name = "apollo"
    free = frozenset({"POST /mixed_people/api_search", "POST /usage_stats/credit_usage_stats"})

    def __init__(self, world: World) -> None:
        self._world = world
        self._organizations: dict[int, Answer] = {}
        self._searches: dict[bytes, list[Company]] = {}
        self.endpoints: Mapping[str, Callable[[Call], Answer]] = {
            "POST /mixed_companies/search": self._search_companies,
            "POST /mixed_people/api_search": self._search_people,
            "GET /organizations/enrich": self._enrich,
            "POST /organizations/bulk_enrich": self._bulk_enrich,
            "POST /people/match": self._match,
            "POST /people/bulk_match": self._bulk_match,
            "POST /usage_stats/credit_usage_stats": self._credit_usage,
        }

    # What any vendor has to say, in Apollo's words

    def key(self, headers: Mapping[str, str], params: Params) -> str:  # noqa: ARG002 (not in the parameters)
        """The key in the x-api-key header."""
        return headers.get("x-api-key", "")

    def unauthorised(self) -> Answer:
        """401, in plain text."""
        return Answer(b"Invalid API key. See the documentation for how to authenticate.", 401, TEXT)

    def throttled(self, endpoint: str, retry_after_s: int) -> Answer:
        """429, saying when to come back."""
        message = (
            f"The maximum number of api calls allowed for api/v1/{endpoint.partition('/')[2]} was reached."
        )
        return Answer(orjson.dumps({"message": message}), 429, headers={"retry-after": str(retry_after_s)})

    def spent(self) -> Answer:
        """422, for want of credits."""
        return Answer(orjson.dumps({"error": "You have insufficient credits for this request."}), 422)

    def broken(self, status: int) -> Answer:
        """A page of a proxy, not JSON."""
        return Answer(f"<html><body><h1>{status}</h1></body></html>".encode(), status, HTML)

    def invalid(self, reason: str) -> Answer:
        """422, with the reason."""
        return Answer(orjson.dumps({"error": reason}), 422)

    def missing(self) -> Answer:
        """404."""
        return Answer(orjson.dumps({"error": "Not found"}), 404)

    def headers(self, usage: Usage) -> Mapping[str, str]:
        """Limit, usage and rest for the minute, the hour and the day."""
        limit = usage.per_minute
        return {
            "x-rate-limit-minute": str(limit),
            "x-rate-limit-hourly": str(limit * 60),
            "x-rate-limit-24-hour": str(limit * 1440),
            "x-minute-usage": str(usage.minute),
            "x-hourly-usage": str(usage.hour),
            "x-24-hour-usage": str(usage.day),
            "x-minute-requests-left": str(max(0, limit - usage.minute)),
            "x-hourly-requests-left": str(max(0, limit * 60 - usage.hour)),
            "x-24-hour-requests-left": str(max(0, limit * 1440 - usage.day)),
        }

    def clear(self) -> None:
        """Forget the searches that were made."""
        self._searches.clear()

    # Searches

    def _search_companies(self, call: Call) -> Answer:
        page, per_page = _page(call)
        filters = {name: values for name, values in call.params.items() if name not in {"page", "per_page"}}
        search = orjson.dumps(filters, option=orjson.OPT_SORT_KEYS)
        found = self._searches.get(search)
        if found is None:
            if len(self._searches) >= _MOST_SEARCHES_KEPT:
                self._searches.clear()
            found = self._searches[search] = apollo_search.companies(self._world, call.params)
        within_reach = found[:_RESULTS_LIMIT]
        shown = within_reach[(page - 1) * per_page : page * per_page]
        body = {
            "breadcrumbs": [],
            "partial_results_only": False,
            "has_join": False,
            "disable_eu_prospecting": False,
            "partial_results_limit": _RESULTS_LIMIT,
            "pagination": {
                "page": page,
                "per_page": per_page,
                "total_entries": len(found),
                "total_pages": -(-len(within_reach) // per_page),
            },
            "accounts": [],
            "organizations": [apollo_records.organization_brief(company) for company in shown],
            "model_ids": [company.id for company in shown],
            "num_fetch_result": None,
            "derived_params": None,
        }
        return Answer(orjson.dumps(body), credits=1 if shown else 0)

    def _search_people(self, call: Call) -> Answer:
        page, per_page = _page(call)
        found = apollo_search.people(self._world, call.params)
        people = [
            apollo_records.person_brief(person, company, self._world.today)
            for company, person in found[(page - 1) * per_page : page * per_page]
        ]
        return Answer(orjson.dumps({"total_entries": len(found), "people": people}))

    # Companies

    def _enrich(self, call: Call) -> Answer:
        company = self._company(call.params)
        return self._enriched(company) if company else Answer(b"{}")

    def _enriched(self, company: Company) -> Answer:
        answer = self._organizations.get(company.number)
        if answer is None:
            body = orjson.dumps({"organization": apollo_records.shown_organization(company)})
            answer = self._organizations[company.number] = Answer(body, credits=1)
        return answer

    def _organization(self, company: Company) -> orjson.Fragment:
        return orjson.Fragment(self._enriched(company).body[len('{"organization":') : -1])

    def _bulk_enrich(self, call: Call) -> Answer:
        details = call.params.get("details") or [
            {"domain": domain} for domain in call.params.get("domains", ())
        ]
        if not details:
            return _bulk_refused("INVALID_REQUEST", "invalid request, missing domains", TEXT)
        if len(details) > _MOST_IN_BULK:
            return _bulk_refused("RECORD_LIMIT_EXCEEDED", "domain count cannot be more than 10")
        asked = [_listed(detail) for detail in details]
        companies = [self._company(one) for one in asked]
        found = {
            company.number: ("GET /organizations/enrich", one)
            for company, one in zip(companies, asked, strict=True)
            if company
        }
        body = {
            "status": "success",
            "error_code": None,
            "error_message": None,
            "total_requested_records": None,
            "total_requested_domains": len(details),
            "unique_domains": len({orjson.dumps(detail) for detail in details}),
            "unique_records": None,
            "unique_enriched_records": len(found),
            "missing_records": companies.count(None),
            "organizations": [self._organization(company) if company else None for company in companies],
        }
        return Answer(orjson.dumps(body), credits=len(found), entries=tuple(found.values()))

    def _company(self, params: Params) -> Company | None:
        """The company that a domain, website or name stands for, if Apollo knows it."""
        domain = params.text("domain") or params.text("website")
        name = params.text("name")
        company: Company | None = None
        if domain:
            company = self._world.company_by_domain(domain.lower().split("://")[-1].split("/")[0])
        elif name:
            company = self._world.company_by_name(name)
        elif not params.text("linkedin_url"):
            raise InvalidInputError("Required parameter 'domain' missing")
        return company if company is not None and covers(self.name, company) else None

    # People

    def _match(self, call: Call) -> Answer:
        found = self._find(call.params)
        body: dict[str, Any] = {"person": self._person(*found) if found else None}
        body["request_id"] = draw64(call.key, repr(call.params)) >> 4
        return Answer(orjson.dumps(body), credits=1 if found else 0)

    def _bulk_match(self, call: Call) -> Answer:
        details = call.params.get("details")
        if not details:
            return _bulk_refused("INVALID_REQUEST", "invalid request, missing details")
        if len(details) > _MOST_IN_BULK:
            return _bulk_refused("RECORD_LIMIT_EXCEEDED", "cannot enrich more than 10 in a single request")
        asked = [_listed(detail) for detail in details]
        matches = [self._find(one) for one in asked]
        billed = {
            found[1].id: ("POST /people/match", one)
            for found, one in zip(matches, asked, strict=True)
            if found
        }
        body = {
            "status": "success",
            "error_code": None,
            "error_message": None,
            "total_requested_enrichments": len(details),
            "unique_enriched_records": len(billed),
            "missing_records": matches.count(None),
            "credits_consumed": len(billed),
            "matches": [self._person(*found) if found else None for found in matches],
            "request_id": draw64(call.key, repr(details)) >> 4,
        }
        return Answer(orjson.dumps(body), credits=len(billed), entries=tuple(billed.values()))

    def _person(self, company: Company, person: Person) -> dict[str, Any]:
        return apollo_records.person(person, company, self._world.today, self._organization(company))

    def _find(self, params: Params) -> tuple[Company, Person] | None:
        """The person that an id, an address, or a name at a company stands for."""
        person_id, email = params.text("id"), params.text("email")
        domain, employer = params.text("domain"), params.text("organization_name")
        name = params.text("name") or " ".join(
            filter(None, (params.text("first_name"), params.text("last_name")))
        )
        company: Company | None = None
        if person_id:
            company = self._world.company_by_id(person_id)
        elif domain or (email and "@" in email):
            company = self._world.company_by_domain(domain or (email or "").rpartition("@")[2])
        elif employer:
            company = self._world.company_by_name(employer)
        elif not (name or params.text("linkedin_url") or params.text("hashed_email")):
            raise InvalidInputError("Invalid parameters")
        if company is None or not company.is_known:
            return None
        for person in self._world.people(company):
            if (
                person.id == person_id
                or person.email == (email or "").lower()
                or fold(person.name) == fold(name)
            ):
                return company, person
        return None

    # Credits

    def _credit_usage(self, call: Call) -> Answer:
        limit = _NO_LIMIT if call.allowance is None else call.allowance
        consumed = call.account.credits
        usage = {
            "lead_credit": {"limit": limit, "consumed": consumed, "left_over": max(0, limit - consumed)},
            **{other: {"limit": 1000, "consumed": 0, "left_over": 1000} for other in _OTHER_CREDITS},
        }
        first = self._world.today.replace(day=1)
        following = first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)
        cycle = {"start_date": f"{first}T00:00:00.000Z", "end_date": f"{following}T00:00:00.000Z"}
        return Answer(orjson.dumps({"credit_usage_stats": usage, "current_credit_cycle": cycle}))


def _page(call: Call) -> tuple[int, int]:
    return call.params.number("page", 1, 1, 500), call.params.number("per_page", 10, 1, 100)


def _listed(detail: Any) -> Params:
    """One entry of a bulk request as parameters; raises InvalidInputError for what is not an object."""
    if not isinstance(detail, dict):
        raise InvalidInputError("no implicit conversion into Hash")
    return Params({name: [value] for name, value in detail.items()})


def _bulk_refused(code: str, message: str, content_type: str = JSON) -> Answer:
    body = {"status": "failed", "error_code": code, "error_message": message}
    return Answer(orjson.dumps(body), 400, content_type)
