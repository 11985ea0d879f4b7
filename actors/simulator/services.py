"""What the platform's own services have in common: bearer keys, and one way to refuse."""

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from actors.simulator.vendor import Answer, Call, Params
from actors.simulator.windows import Usage


class Service:
    """A service of the sales platform, behind its gateway. It bills nothing."""

    name: str
    free: frozenset[str] = frozenset()
    endpoints: Mapping[str, Callable[[Call], Answer]]

    def key(self, headers: Mapping[str, str], params: Params) -> str:  # noqa: ARG002 (as all vendors)
        """The bearer token."""
        return headers.get("authorization", "").removeprefix("Bearer ")

    def unauthorised(self) -> Answer:
        """401."""
        return refused(401, "the bearer token is missing or unknown")

    def throttled(self, endpoint: str, retry_after_s: int) -> Answer:  # noqa: ARG002 (as all vendors)
        """429, and when to come back."""
        refusal = refused(429, "too many requests")
        return Answer(refusal.body, 429, headers={"retry-after": str(retry_after_s)})

    def spent(self) -> Answer:
        """429: there are no credits, only a limit."""
        return self.throttled("", 60)

    def broken(self, status: int) -> Answer:
        """An error of the service's own."""
        return refused(status, "something went wrong on our side")

    def invalid(self, reason: str) -> Answer:
        """400, with the reason."""
        return refused(400, reason)

    def missing(self) -> Answer:
        """404."""
        return refused(404, "there is nothing here")

    def headers(self, usage: Usage) -> Mapping[str, str]:  # noqa: ARG002 (as all vendors)
        """Nothing."""
        return {}

    def clear(self) -> None:
        """Forget everything that was carried out."""
        raise NotImplementedError

    def carried_out(self) -> list[dict[str, Any]]:
        """Everything that was carried out, one after the other."""
        raise NotImplementedError


def answered(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """A value as JSON."""
    return Answer(orjson.dumps(value), status, headers=headers or {})


def refused(status: int, reason: str, **more: Any) -> Answer:
    """A refusal with its reason."""
    return answered({"error": reason, **more}, status)
