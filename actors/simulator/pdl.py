"""People Data Labs on loopback: companies and people, one by one, many at once, or by search."""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import orjson

from actors.simulator import pdl_query, pdl_records
from actors.simulator.chance import draw64
from actors.simulator.company import Company
from actors.simulator.coverage import covers
from actors.simulator.pdl_query import Staff
from actors.simulator.person import fold
from actors.simulator.vendor import Answer, Call, InvalidInputError, Params
from actors.simulator.windows import Usage
from actors.simulator.world import World

_MOST_IN_BULK = 100
_MOST_SCANNED = 2500  # companies whose people one search looks at, when it names none
_MOST_SEARCHES_KEPT = 200
_NO_LIMIT = 1_000_000
_ERRORS = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "payment_required",
    404: "not_found",
    429: "rate_limit_error",
}


class Pdl:
    """People Data Labs, as its API description has it: a miss is 404 and free, and each record costs a credit.

    It tells in headers what a call has cost and what is left. People who objected are not there.
    """

    name = "pdl"
    free: frozenset[str] = frozenset()

    def __init__(self, world: World, now: Callable[[], float] = time.time) -> None:
        self._world = world
        self._now = now
        self._searches: dict[str, list[Any]] = {}
        self.endpoints: Mapping[str, Callable[[Call], Answer]] = {
            "GET /v5/company/enrich": self._company,
            "POST /v5/company/search": self._companies,
            "GET /v5/person/enrich": self._person,
            "POST /v5/person/search": self._people,
            "POST /v5/person/bulk": self._many_people,
        }

    # What any vendor has to say, in these words

    def key(self, headers: Mapping[str, str], params: Params) -> str:
        """The key in the X-Api-Key header or in the query."""
        given = params.pop("api_key", None)
        return str(given[0]) if given else headers.get("x-api-key", "")

    def unauthorised(self) -> Answer:
        """401."""
        return _refused(401, "Request contained a missing or invalid key")

    def throttled(self, endpoint: str, retry_after_s: int) -> Answer:  # noqa: ARG002 (it names no endpoint)
        """429; when to come back stands in the header that ends the window, and there is no Retry-After."""
        refusal = _refused(429, "You have exceeded the rate limit")
        return Answer(refusal.body, 429, headers={"x-ratelimit-reset": self._moment(retry_after_s)})

    def spent(self) -> Answer:
        """402."""
        return _refused(402, "You have reached your account maximum (all matches used)")

    def broken(self, status: int) -> Answer:
        """An error of their own."""
        return _refused(status, "Something went wrong on our side")

    def invalid(self, reason: str) -> Answer:
        """400, with the reason."""
        return _refused(400, reason)

    def missing(self) -> Answer:
        """404."""
        return _refused(404, "No records were found matching your request")

    def headers(self, usage: Usage) -> Mapping[str, str]:
        """Limit and rest of the minute, each as JSON, and when it ends."""
        left = max(0, usage.per_minute - usage.minute)
        return {
            "x-ratelimit-limit": orjson.dumps({"minute": usage.per_minute}).decode(),
            "x-ratelimit-remaining": orjson.dumps({"minute": left}).decode(),
            "x-ratelimit-reset": self._moment(usage.minute_ends_in_s),
        }

    def clear(self) -> None:
        """Forget the searches that were made."""
        self._searches.clear()

    def _moment(self, ahead_s: int) -> str:
        return datetime.fromtimestamp(self._now() + ahead_s, UTC).isoformat(timespec="seconds")

    # Companies

    def _company(self, call: Call) -> Answer:
        found = self._identified(call.params)
        least = call.params.number("min_likelihood", 2, 0, 10)
        if found is None or found[1] < least:
            return self._answered(call, None)
        company, likelihood = found
        record = _shown(pdl_records.company(company), call)
        return self._answered(call, {"status": 200, **record, "likelihood": likelihood}, spent=1)

    def _identified(self, params: Params) -> tuple[Company, int] | None:
        """The company that a website or a name stands for, and how likely it is the one that is meant."""
        website, name = params.text("website"), params.text("name")
        luck = draw64("likelihood", website or name or "")
        place = params.text("country") or params.text("location")
        if website:
            company: Company | None = self._world.company_by_domain(
                website.lower().split("://")[-1].split("/")[0]
            )
            likelihood = 8 + luck % 3
        elif name:
            company = self._world.company_by_name(name)
            likelihood = 6 + luck % 3 if place else 3 + luck % 3
            if company and place and place.lower() != pdl_records.country(company.country):
                return None
        else:
            raise InvalidInputError("Request must contain name, website, ticker, profile or pdl_id")
        return (company, likelihood) if company and covers(self.name, company) else None

    def _companies(self, call: Call) -> Answer:
        query = pdl_query.parsed(call.params.text("query"))
        test = pdl_query.test_of(query, pdl_query.COMPANY)
        found = self._kept(
            call,
            lambda: [one for one in self._world.companies if covers(self.name, one) and test(one)],
        )
        return self._listed(call, found, pdl_records.company)

    # People

    def _person(self, call: Call) -> Answer:
        found = self._one(call.params)
        if found is None:
            return self._answered(call, None)
        return self._answered(call, _matched(found, titled=_is_titled(call.params)), spent=1)

    def _many_people(self, call: Call) -> Answer:
        requests = call.params.get("requests", [])
        if not 1 <= len(requests) <= _MOST_IN_BULK or not all(isinstance(one, dict) for one in requests):
            raise InvalidInputError(f"requests must hold 1 to {_MOST_IN_BULK} objects")
        shared = {
            name: values
            for name, values in call.params.items()
            if name in {"required", "min_likelihood", "titlecase"}
        }
        answers, billed = [], []
        for request in requests:
            params = Params(shared)
            params.update(
                {
                    name: value if isinstance(value, list) else [value]
                    for name, value in request.get("params", {}).items()
                }
            )
            answers.append({**self._outcome(params), "metadata": request.get("metadata", {})})
            if answers[-1]["status"] == 200:
                billed.append(("GET /v5/person/enrich", _as_in_a_query(params)))
        return replace(self._answered(call, answers, spent=len(billed)), entries=tuple(billed))

    def _outcome(self, params: Params) -> dict[str, Any]:
        try:
            found = self._one(params)
        except InvalidInputError as error:
            return _error(400, str(error))
        if found is None:
            return _error(404, "No records were found matching your request")
        return _matched(found, titled=_is_titled(params))

    def _one(self, params: Params) -> tuple[Staff, int] | None:
        """The person that an id, an address, or a name at a company stands for, with what is required of them."""
        pdl_id, email = params.text("pdl_id"), (params.text("email") or "").lower()
        employer = (params.text("company") or "").lower()
        name = params.text("name") or " ".join(
            filter(None, (params.text("first_name"), params.text("last_name")))
        )
        company: Company | None = None
        if pdl_id:
            company = self._world.company_by_id(pdl_id)
        elif "@" in email:
            company = self._world.company_by_domain(email.rpartition("@")[2])
        elif name and employer:
            company = (
                self._world.company_by_domain(employer)
                if "." in employer
                else self._world.company_by_name(employer)
            )
        else:
            raise InvalidInputError("Request must contain an id, an email, or a name and a company")
        if company is None or not covers(self.name, company):
            return None
        likelihood = 10 if pdl_id else 6 + draw64("likelihood", email, name) % 4
        if likelihood < params.number("min_likelihood", 2, 0, 10):
            return None
        for person in self._world.people(company):
            is_meant = (
                pdl_records.person_id(person) == pdl_id
                or (email and person.email == email)
                or (not pdl_id and name and fold(person.name) == fold(name))
            )
            if is_meant and not person.objected:
                record = pdl_records.person(person, company)
                required = (params.text("required") or "").split(" AND ")
                if all(record.get(field) for field in required if field):
                    return (company, person), likelihood
        return None

    def _people(self, call: Call) -> Answer:
        query = pdl_query.parsed(call.params.text("query"))
        test = pdl_query.test_of(query, pdl_query.PERSON)
        domain = pdl_query.named(query, "job_company_website")

        def found() -> list[Staff]:
            companies = (
                [self._world.company_by_domain(domain)] if domain else self._world.companies[:_MOST_SCANNED]
            )
            return [
                (company, person)
                for company in companies
                if covers(self.name, company)
                for person in self._world.people(company)
                if not person.objected and test((company, person))
            ]

        return self._listed(call, self._kept(call, found), lambda one: pdl_records.person(one[1], one[0]))

    # Answers

    def _kept(self, call: Call, found: Callable[[], list[Any]]) -> list[Any]:
        search = f"{call.endpoint} {call.params.text('query')}"
        kept = self._searches.get(search)
        if kept is None:
            if len(self._searches) >= _MOST_SEARCHES_KEPT:
                self._searches.clear()
            kept = self._searches[search] = found()
        return kept

    def _listed(self, call: Call, found: list[Any], record: Callable[[Any], dict[str, Any]]) -> Answer:
        """A page of what a search has found, 404 where there is nothing on it."""
        size, start = call.params.number("size", 1, 1, 100), call.params.number("from", 0, 0, 9999)
        shown = [_shown(record(one), call) for one in found[start : start + size]]
        if not shown:
            return self._answered(call, None)
        body = {"status": 200, "data": shown, "scroll_token": f"{start + size}$", "total": len(found)}
        return self._answered(call, body, spent=len(shown))

    def _answered(self, call: Call, body: Any, *, spent: int = 0) -> Answer:
        """An answer with its price in the headers; None stands for a miss."""
        told = {
            "x-call-credits-spent": str(spent),
            "x-call-credits-type": call.endpoint.rpartition("/")[2],
            "x-lifetime-used": str(call.account.credits + spent),
        }
        allowance = _NO_LIMIT if call.allowance is None else call.allowance
        told["x-totallimit-remaining"] = str(max(0, allowance - call.account.credits - spent))
        if body is None:
            return Answer(self.missing().body, 404, headers=told)
        return Answer(orjson.dumps(body), headers=told, credits=spent)


def _matched(found: tuple[Staff, int], *, titled: bool) -> dict[str, Any]:
    (company, person), likelihood = found
    record = pdl_records.person(person, company)
    return {"status": 200, "likelihood": likelihood, "data": pdl_records.titled(record) if titled else record}


def _shown(record: dict[str, Any], call: Call) -> dict[str, Any]:
    titled: dict[str, Any] = pdl_records.titled(record)
    return titled if _is_titled(call.params) else record


def _is_titled(params: Params) -> bool:
    return (params.text("titlecase") or "").lower() == "true"


def _as_in_a_query(params: Params) -> dict[str, list[str]]:
    return {
        name: [str(one).lower() if isinstance(one, bool) else str(one) for one in values]
        for name, values in params.items()
    }


def _error(status: int, message: str) -> dict[str, Any]:
    return {"status": status, "error": {"type": _ERRORS.get(status, "api_error"), "message": message}}


def _refused(status: int, message: str) -> Answer:
    return Answer(orjson.dumps(_error(status, message)), status)
