"""What vendors without keys have in common: everybody asks as the same nobody, and nothing costs anything."""

from collections.abc import Callable, Mapping

import orjson

from actors.simulator.vendor import JSON, Answer, Call, Params
from actors.simulator.windows import Usage

ANYBODY = "sim-anybody"


class OpenVendor:
    """A vendor that answers anybody. It bills nothing, and remembers nothing."""

    name: str
    free: frozenset[str] = frozenset()
    endpoints: Mapping[str, Callable[[Call], Answer]]

    def key(self, headers: Mapping[str, str], params: Params) -> str:  # noqa: ARG002 (as all vendors)
        """The key that nobody has to give."""
        return ANYBODY

    def unauthorised(self) -> Answer:
        """403, for those who don't say who they are where that is wanted."""
        return self.refused(403, "Forbidden")

    def throttled(self, endpoint: str, retry_after_s: int) -> Answer:  # noqa: ARG002 (as all vendors)
        """429, and no word of when to come back."""
        return self.refused(429, "Too Many Requests")

    def spent(self) -> Answer:
        """429: there are no credits, only a limit."""
        return self.throttled("", 60)

    def broken(self, status: int) -> Answer:
        """An error of the vendor's own."""
        return self.refused(status, "Internal Server Error")

    def invalid(self, reason: str) -> Answer:
        """400, with the reason."""
        return self.refused(400, reason)

    def missing(self) -> Answer:
        """404."""
        return self.refused(404, "Not Found")

    def headers(self, usage: Usage) -> Mapping[str, str]:  # noqa: ARG002 (as all vendors)
        """Nothing."""
        return {}

    def clear(self) -> None:
        """Nothing to forget."""

    def refused(self, status: int, reason: str) -> Answer:
        """A refusal in the vendor's own format."""
        raise NotImplementedError


def as_json(value: object, content_type: str = JSON) -> Answer:
    """A value as JSON, of the type that the vendor gives it."""
    return Answer(orjson.dumps(value), content_type=content_type)
