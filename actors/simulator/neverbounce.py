"""NeverBounce on loopback: whether an address takes mail, for a credit each time."""

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from actors.simulator.chance import draw64
from actors.simulator.company import WEBMAIL
from actors.simulator.vendor import Answer, Call, InvalidInputError, Params
from actors.simulator.verifiers import Saying, said
from actors.simulator.windows import Usage
from actors.simulator.world import World

_NO_LIMIT = 1_000_000
_DOWN = 503


class Neverbounce:
    """NeverBounce, as its documentation has it: whatever happens, the status of the answer is 200."""

    name = "neverbounce"
    free = frozenset({"POST /account/info", "GET /account/info"})

    def __init__(self, world: World) -> None:
        self._world = world
        self.endpoints: Mapping[str, Callable[[Call], Answer]] = {
            "GET /single/check": self._check,
            "POST /single/check": self._check,
            "GET /account/info": self._account,
            "POST /account/info": self._account,
        }

    def key(self, headers: Mapping[str, str], params: Params) -> str:  # noqa: ARG002 (as all vendors)
        """The key in the query or in the body."""
        given = params.pop("key", None)
        return str(given[0]) if given else ""

    def unauthorised(self) -> Answer:
        """200, and the trouble in the body."""
        return _told("auth_failure", "We were unable to authenticate your request")

    def throttled(self, endpoint: str, retry_after_s: int) -> Answer:  # noqa: ARG002 (it says neither)
        """200, and no word of when to come back."""
        return _told("throttle_triggered", "Too many requests, try again shortly")

    def spent(self) -> Answer:
        """200, and in the message that it is for the credits."""
        return _told("general_failure", "Insufficient credit balance")

    def broken(self, status: int) -> Answer:
        """200 where it knows that it is down; an error of its own is one."""
        return _told("temp_unavail", "Something went wrong on our end", 200 if status == _DOWN else status)

    def invalid(self, reason: str) -> Answer:
        """200, and the reason in the message."""
        return _told("general_failure", reason)

    def missing(self) -> Answer:
        """404."""
        return _told("general_failure", "There is no such endpoint", 404)

    def headers(self, usage: Usage) -> Mapping[str, str]:  # noqa: ARG002 (it tells nothing)
        """Nothing."""
        return {}

    def clear(self) -> None:
        """Nothing is remembered."""

    def _check(self, call: Call) -> Answer:
        email = (call.params.text("email") or "").lower()
        if not email:
            raise InvalidInputError("Missing required parameter 'email'")
        told = _shown(email, said(self.name, self._world, email))
        if call.params.text("credits_info") in {"1", "True"}:
            told["credits_info"] = _credits(call, used=1, billed_now=1)
        return Answer(orjson.dumps(told), credits=1, meter="verifications")

    def _account(self, call: Call) -> Answer:
        told = {"status": "success", "credits_info": _credits(call, used=call.account.credits)}
        return Answer(orjson.dumps({**told, "execution_time": 5}))


def _credits(call: Call, *, used: int, billed_now: int = 0) -> dict[str, int]:
    allowance = _NO_LIMIT if call.allowance is None else call.allowance
    return {
        "paid_credits_used": used,
        "free_credits_used": 0,
        "paid_credits_remaining": max(0, allowance - call.account.credits - billed_now),
        "free_credits_remaining": 0,
    }


def _shown(email: str, saying: Saying) -> dict[str, Any]:
    """An answer in its wire shape."""
    has_mail = saying.reason not in {"bad_syntax", "connect_fails"}
    flags = ["smtp_connectable"] if saying.status in {"valid", "catchall"} else []
    flags += ["has_dns", "has_dns_mx"] if has_mail else []
    flags += ["free_email_host"] if email.rpartition("@")[2] in WEBMAIL else []
    return {
        "status": "success",
        "result": saying.status,
        "flags": [*flags, saying.reason] if saying.reason else flags,
        "suggested_correction": "",
        "execution_time": 200 + draw64("time", email) % 800,
    }


def _told(status: str, message: str, code: int = 200) -> Answer:
    return Answer(orjson.dumps({"status": status, "message": message, "execution_time": 5}), code)
