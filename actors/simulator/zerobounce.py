"""ZeroBounce on loopback: whether an address takes mail, one by one or a hundred at once."""

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from actors.simulator.chance import draw64, fraction
from actors.simulator.company import WEBMAIL
from actors.simulator.vendor import Answer, Call, InvalidInputError, Params
from actors.simulator.verifiers import Saying, said
from actors.simulator.windows import Usage
from actors.simulator.world import World

_MOST_AT_ONCE = 100
_NO_LIMIT = 1_000_000
_WRONG_KEYS_UNTIL_SHIELD = 200
_NO_KEY_OR_CREDITS = "Invalid API key or your account ran out of credits"
_SANDBOX = "example.com"
# What an address to try things out with gets; the others are invalid for the reason that is their name.
_TRIED = {
    "valid": Saying(1, "valid"),
    "invalid": Saying(1, "invalid", "mailbox_not_found"),
    "catch_all": Saying(1, "catch-all"),
    "unknown": Saying(1, "unknown", "mail_server_temporary_error"),
    "spamtrap": Saying(1, "spamtrap"),
    "abuse": Saying(1, "abuse"),
    "donotmail": Saying(1, "do_not_mail", "role_based"),
    **{
        reason: Saying(1, "unknown", reason)
        for reason in ("greylisted", "antispam_system", "timeout_exceeded", "failed_smtp_connection")
    },
    **{
        reason: Saying(1, "do_not_mail", reason)
        for reason in ("role_based", "disposable", "toxic", "possible_trap", "global_suppression")
    },
}


class Zerobounce:
    """ZeroBounce, as its documentation has it: troubles with a status of 200, and no verdict, no price.

    What is greylisted is known when it is asked for again. Two hundred wrong keys raise its shield, which is 403
    for everybody here until the next reset.
    """

    name = "zerobounce"
    free = frozenset({"GET /getcredits"})

    def __init__(self, world: World) -> None:
        self._world = world
        self._greylisted: set[tuple[str, str]] = set()
        self._wrong_keys = 0
        self.endpoints: Mapping[str, Callable[[Call], Answer]] = {
            "GET /validate": self._one,
            "POST /validatebatch": self._many,
            "GET /getcredits": self._credits,
        }

    def key(self, headers: Mapping[str, str], params: Params) -> str:  # noqa: ARG002 (as all vendors)
        """The key in the query or in the body."""
        given = params.pop("api_key", None)
        return str(given[0]) if given else ""

    def unauthorised(self) -> Answer:
        """200, and in the body what may be a wrong key or no credits; 403 when there were too many of them."""
        self._wrong_keys += 1
        return self._shield() or _told(_NO_KEY_OR_CREDITS)

    def throttled(self, endpoint: str, retry_after_s: int) -> Answer:  # noqa: ARG002 (it says neither)
        """429, and no word of how long it blocks."""
        return _told("Too many requests", 429)

    def spent(self) -> Answer:
        """The same words as for a wrong key."""
        return _told(_NO_KEY_OR_CREDITS)

    def broken(self, status: int) -> Answer:
        """An error of its own."""
        return _told("Something went wrong on our side", status)

    def invalid(self, reason: str) -> Answer:
        """200, and the reason in the body."""
        return _told(reason)

    def missing(self) -> Answer:
        """404."""
        return _told("There is no such endpoint", 404)

    def headers(self, usage: Usage) -> Mapping[str, str]:  # noqa: ARG002 (it tells nothing)
        """Nothing."""
        return {}

    def clear(self) -> None:
        """Forget what is greylisted, and the wrong keys."""
        self._greylisted.clear()
        self._wrong_keys = 0

    def _shield(self) -> Answer | None:
        is_up = self._wrong_keys > _WRONG_KEYS_UNTIL_SHIELD
        return Answer(b"<html>Forbidden</html>", 403, "text/html") if is_up else None

    def _one(self, call: Call) -> Answer:
        if "ip_address" not in call.params:
            raise InvalidInputError("Missing parameter: ip_address")
        result, is_billed = self._result(call, call.params.text("email") or "")
        return self._shield() or Answer(orjson.dumps(result), credits=int(is_billed), meter="validations")

    def _many(self, call: Call) -> Answer:
        batch = call.params.get("email_batch", [])
        if not 1 <= len(batch) <= _MOST_AT_ONCE or not all(isinstance(one, dict) for one in batch):
            raise InvalidInputError(f"email_batch must have 1 to {_MOST_AT_ONCE} addresses")
        results, errors = [], []
        billed: list[tuple[str, dict[str, list[Any]]]] = []
        for one in batch:
            email = str(one.get("email_address") or "")
            if call.allowance is not None and call.account.credits + len(billed) >= call.allowance:
                errors.append({"error": _NO_KEY_OR_CREDITS, "email_address": email})
                continue
            if not email:
                errors.append({"error": "Missing parameter: email_address", "email_address": email})
                continue
            result, is_billed = self._result(call, email)
            results.append(result)
            if is_billed:
                billed.append(("GET /validate", {"email": [email], "ip_address": [""]}))
        results.sort(key=lambda result: draw64("batch", result["address"]))  # as each comes back
        answer = orjson.dumps({"email_batch": results, "errors": errors})
        return self._shield() or Answer(answer, entries=tuple(billed), meter="validations")

    def _credits(self, call: Call) -> Answer:
        left = _NO_LIMIT if call.allowance is None else max(0, call.allowance - call.account.credits)
        return self._shield() or Answer(orjson.dumps({"Credits": str(left)}))

    def _result(self, call: Call, given: str) -> tuple[dict[str, Any], bool]:
        """What it says of an address, and whether that costs a credit."""
        email = given.strip().lower()
        local, _, domain = email.rpartition("@")
        if domain == _SANDBOX:
            return _shown(email, _TRIED.get(local, Saying(1, "invalid", local))), False
        asked = (call.key, email)
        saying = said(self.name, self._world, email)
        if fraction("greylisted", email) < call.put_off and asked not in self._greylisted:
            self._greylisted.add(asked)
            saying = Saying(1, "unknown", "greylisted")
        return _shown(email, saying), saying.status != "unknown"


def _shown(email: str, saying: Saying) -> dict[str, Any]:
    """An answer in its wire shape; much of it is text where one would expect something else."""
    local, _, domain = email.rpartition("@")
    takes_mail = saying.reason not in {"no_dns_entries", "does_not_accept_mail", "failed_syntax_check"}
    return {
        "address": email,
        "status": saying.status,
        "sub_status": saying.reason,
        "free_email": domain in WEBMAIL,
        "did_you_mean": None,
        "account": local,
        "domain": domain,
        "domain_age_days": str(400 + draw64("age", domain) % 8000),
        "smtp_provider": "",
        "mx_found": "true" if takes_mail else "false",
        "mx_record": f"mx1.{domain}" if takes_mail else "",
        "firstname": None,
        "lastname": None,
        "gender": None,
        "country": None,
        "region": None,
        "city": None,
        "zipcode": None,
        "catchall_domain": "true" if saying.status == "catch-all" else "false",
        "processed_at": "2026-11-02 09:30:00.000",
    }


def _told(error: str, status: int = 200) -> Answer:
    return Answer(orjson.dumps({"error": error}), status)
