"""Hunter on loopback: the addresses of a domain or a person, whether an address receives mail, and companies."""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import orjson

from actors.simulator import hunter_companies, hunter_records
from actors.simulator.chance import fraction
from actors.simulator.company import Company, is_domain, normalise_domain
from actors.simulator.coverage import covers
from actors.simulator.mailbox import Verdict, verdict
from actors.simulator.person import Person, fold
from actors.simulator.vendor import Answer, Call, InvalidInputError, Params
from actors.simulator.windows import Usage
from actors.simulator.world import World

_NO_LIMIT = 1_000_000
_MOST_SEARCHES_KEPT = 200
_MOST_CREDITS = "You have used all the requests of this billing period."


class Hunter:
    """Hunter, as its API description has it: 403 is the rate limit, 429 the quota, 451 an objection."""

    name = "hunter"
    free = frozenset({"GET /account", "GET /email-count", "POST /discover"})

    def __init__(self, world: World) -> None:
        self._world = world
        self._pending: set[tuple[str, str]] = set()
        self._searches: dict[bytes, list[Company]] = {}
        self.endpoints: Mapping[str, Callable[[Call], Answer]] = {
            "GET /domain-search": self._domain_search,
            "GET /email-finder": self._find,
            "GET /email-verifier": self._verify,
            "GET /email-count": self._count,
            "GET /companies/find": self._enrich,
            "POST /discover": self._discover,
            "GET /account": self._account,
        }

    # What any vendor has to say, in Hunter's words

    def key(self, headers: Mapping[str, str], params: Params) -> str:
        """The key in the query, the X-API-KEY header or the bearer token."""
        given = params.pop("api_key", None)
        bearer = headers.get("authorization", "")
        return str(given[0]) if given else headers.get("x-api-key") or bearer.removeprefix("Bearer ")

    def unauthorised(self) -> Answer:
        """401."""
        return _refused(401, "authentication_failed", "No user was found for the API key supplied.")

    def throttled(self, endpoint: str, retry_after_s: int) -> Answer:  # noqa: ARG002 (Hunter says neither)
        """403, which is how Hunter says "too fast"; no header tells when to come back."""
        return _refused(403, "too_many_requests", "You have reached the rate limit of this endpoint.")

    def spent(self) -> Answer:
        """429, which is how Hunter says that the month's quota is used."""
        return _refused(429, "too_many_requests", _MOST_CREDITS)

    def broken(self, status: int) -> Answer:
        """An error of Hunter's own."""
        return _refused(status, "server_error", "Something went wrong on our side.")

    def invalid(self, reason: str) -> Answer:
        """400, with the reason."""
        return _refused(400, "wrong_params", reason)

    def missing(self) -> Answer:
        """404."""
        return _refused(404, "not_found", "There is nothing here.")

    def headers(self, usage: Usage) -> Mapping[str, str]:  # noqa: ARG002 (Hunter tells nothing)
        """Nothing: Hunter sends no headers about limits."""
        return {}

    def clear(self) -> None:
        """Forget which verifications are under way, and the searches that were made."""
        self._pending.clear()
        self._searches.clear()

    # Addresses

    def _domain_search(self, call: Call) -> Answer:
        params = call.params
        limit, offset = params.number("limit", 10, 1, 100), params.number("offset", 0, 0, 10**6)
        company = self._company(params)
        emails = self._emails(company, params) if company else []
        shown = emails[offset : offset + limit]
        data = hunter_records.domain(company, params.text("domain"), shown)
        asked = ("domain", "company", "type", "seniority", "department")
        meta = {
            "results": len(emails),
            "limit": limit,
            "offset": offset,
            "params": {name: params.text(name) for name in asked},
        }
        return _answered(data, meta, credits_used=1 if shown else 0, meter="searches")

    def _find(self, call: Call) -> Answer:
        params = call.params
        name = params.text("full_name") or " ".join(
            filter(None, (params.text("first_name"), params.text("last_name")))
        )
        if not name and not params.text("linkedin_handle"):
            raise InvalidInputError(
                "You are missing the first_name and last_name, or the full_name parameter"
            )
        params.number("max_duration", 10, 3, 20)
        company = self._company(params)
        if company is None:
            return self.missing()
        person = self._person(company, name, params.text("linkedin_handle"))
        if person and person.objected:
            return _objected()
        hit = person if person and person.hunter_knows_email else None
        asked = ("first_name", "last_name", "full_name", "domain", "company", "max_duration")
        meta = {"params": {one: params.text(one) for one in asked}}
        data = hunter_records.finding(self._world, company, hit, params)
        return _answered(data, meta, credits_used=1 if hit else 0, meter="searches")

    def _count(self, call: Call) -> Answer:
        company = self._company(call.params)
        emails = self._emails(company, call.params) if company else []
        kinds = Counter(email["type"] for email in emails)
        data = {
            "total": len(emails),
            "personal_emails": kinds["personal"],
            "generic_emails": kinds["generic"],
            "department": Counter(email["department"] for email in emails if email["department"]),
            "seniority": Counter(email["seniority"] for email in emails if email["seniority"]),
        }
        asked = ("domain", "company", "type")
        return _answered(data, {"params": {one: call.params.text(one) for one in asked}})

    def _emails(self, company: Company, params: Params) -> list[dict[str, Any]]:
        """The addresses Hunter has of a company that pass the filters, people first."""
        emails = hunter_records.emails(self._world, company)
        for name in ("type", "seniority", "department"):
            wanted = (params.text(name) or "").lower()
            if wanted:
                emails = [email for email in emails if email[name] in wanted.split(",")]
        return emails

    def _company(self, params: Params) -> Company | None:
        """The company that a domain or a name stands for, if Hunter knows it."""
        domain, name = params.text("domain"), params.text("company")
        if domain:
            company = self._world.company_by_domain(domain)
            return company if company.is_known else None
        if not name:
            raise InvalidInputError("You are missing the domain or the company parameter")
        return self._world.company_by_name(name)

    def _person(self, company: Company, name: str, handle: str | None) -> Person | None:
        for person in self._world.people(company):
            is_named = bool(name) and fold(person.name) == fold(name)
            if is_named or (handle and person.linkedin_url.endswith(f"/in/{handle}")):
                return person
        return None

    # Companies

    def _enrich(self, call: Call) -> Answer:
        domain = call.params.text("domain")
        if domain is None:
            raise InvalidInputError("You are missing the domain parameter")
        company = self._world.company_by_domain(domain)
        if not covers(self.name, company):
            return self.missing()
        meta = {"domain": company.domain}
        return _answered(hunter_companies.company(company), meta, credits_used=1, meter="enrichments")

    def _discover(self, call: Call) -> Answer:
        limit, offset = call.params.number("limit", 100, 1, 100), call.params.number("offset", 0, 0, 10_000)
        filters = hunter_companies.filters(call.params)
        search = orjson.dumps(filters, option=orjson.OPT_SORT_KEYS)
        found = self._searches.get(search)
        if found is None:
            if len(self._searches) >= _MOST_SEARCHES_KEPT:
                self._searches.clear()
            found = self._searches[search] = hunter_companies.found(self._world, filters)
        shown = [hunter_companies.listed(self._world, one) for one in found[offset : offset + limit]]
        meta = {"results": len(found), "limit": limit, "offset": offset, "filters": filters}
        return _answered(shown, meta)

    # Verification

    def _verify(self, call: Call) -> Answer:
        email = (call.params.text("email") or "").lower()
        local, _, domain = email.rpartition("@")
        if not local or " " in email or not is_domain(normalise_domain(domain)):
            raise InvalidInputError("The email address is missing or not valid")
        meta = {"params": {"email": email}}
        if fraction("pending", email) < call.put_off and (call.key, email) not in self._pending:
            self._pending.add((call.key, email))
            return Answer(orjson.dumps({"data": None, "meta": meta}), 202)
        found = verdict(self._world, email)
        if found is Verdict.OBJECTED:
            return _objected()
        data = hunter_records.verification(self._world, email, found)
        return _answered(data, meta, credits_used=1, meter="verifications")

    # The account

    def _account(self, call: Call) -> Answer:
        available = _NO_LIMIT if call.allowance is None else call.allowance
        meters = {meter: call.account.meters[meter] for meter in ("searches", "verifications")}
        requests = {meter: {"used": used, "available": available} for meter, used in meters.items()}
        requests["credits"] = {"used": call.account.credits, "available": available}
        following = self._world.today.replace(day=28) + timedelta(days=4)
        data = {
            "first_name": None,
            "last_name": None,
            "email": None,
            "plan_name": "Simulated",
            "plan_level": 1,
            "reset_date": str(following.replace(day=1)),
            "team_id": 1,
            "calls": requests["searches"],
            "requests": requests,
        }
        return Answer(orjson.dumps({"data": data}))


def _answered(data: Any, meta: Any, *, credits_used: int = 0, meter: str = "searches") -> Answer:
    return Answer(orjson.dumps({"data": data, "meta": meta}), credits=credits_used, meter=meter)


def _refused(status: int, error: str, details: str) -> Answer:
    return Answer(orjson.dumps({"errors": [{"id": error, "code": status, "details": details}]}), status)


def _objected() -> Answer:
    return _refused(451, "claimed_email", "This person asked us not to process their personal data.")
