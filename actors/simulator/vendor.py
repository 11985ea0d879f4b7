"""What a simulated vendor is: it takes a call and gives an answer, which may cost credits."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from actors.simulator.bill import Account
from actors.simulator.windows import Usage

JSON = "application/json; charset=utf-8"
TEXT = "text/plain; charset=utf-8"
HTML = "text/html; charset=utf-8"
CSV = "text/csv; charset=utf-8"


class InvalidInputError(Exception):
    """A parameter that cannot be understood; the message is what the vendor says of it."""


class Params(dict[str, list[Any]]):
    """Parameters by name, each a list of values, wherever they came from."""

    def text(self, name: str) -> str | None:
        """The value of a parameter as text, None where it is absent or empty."""
        values = self.get(name)
        return str(values[0]).strip() or None if values and values[0] is not None else None

    def texts(self, name: str) -> list[str]:
        """All values of a list parameter in small letters."""
        return [str(value).strip().lower() for value in self.get(name, ())]

    def number(self, name: str, default: int, least: int, most: int) -> int:
        """A whole number between two bounds; raises InvalidInputError for anything else."""
        text = self.text(name)
        if text is None:
            return default
        if not text.isdecimal() or not least <= int(text) <= most:
            raise InvalidInputError(f"{name} must be a whole number from {least} to {most}")
        return int(text)


@dataclass(frozen=True, slots=True)
class Call:
    """One request to a vendor: what is asked, by whom, what that key has used and may use.

    `put_off` is the share of questions that take longer than a request may, `keys` what becomes of the keys that
    make a repeated request known as one.
    """

    endpoint: str
    key: str
    params: Params
    account: Account
    allowance: int | None
    put_off: float = 0.0
    headers: Mapping[str, str] = field(default_factory=dict)
    keys: str = "kept"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server sends back, and what it costs. With `drip_s` it comes a byte at a time, so far apart.

    One that is lost never arrives, though the vendor has done what it was asked for. Of a request for many things
    `entries` are those that cost a credit, each as if it had been asked for by itself: endpoint and parameters.
    """

    body: bytes
    status: int = 200
    content_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)
    credits: int = 0
    meter: str = "credits"
    drip_s: float = 0.0
    is_lost: bool = False
    entries: tuple[tuple[str, Mapping[str, list[Any]]], ...] = ()


class Vendor(Protocol):
    """A vendor: its endpoints, and how it words what any vendor has to say."""

    name: str
    """The name under which it is billed and set."""

    endpoints: Mapping[str, Callable[[Call], Answer]]
    """What it answers, by method and path, such as "GET /account"; `{name}` in a path is a parameter."""

    free: frozenset[str]
    """The endpoints that answer although no credits are left."""

    def key(self, headers: Mapping[str, str], params: Params) -> str:
        """The key of a request, taken out of the parameters; empty where there is none."""
        ...

    def unauthorised(self) -> Answer:
        """The answer to a missing or unknown key."""
        ...

    def throttled(self, endpoint: str, retry_after_s: int) -> Answer:
        """The answer to a key that asks too fast."""
        ...

    def spent(self) -> Answer:
        """The answer to a key without credits."""
        ...

    def broken(self, status: int) -> Answer:
        """The answer of a vendor that fails (500) or is down (503)."""
        ...

    def invalid(self, reason: str) -> Answer:
        """The answer to parameters that cannot be understood."""
        ...

    def missing(self) -> Answer:
        """The answer to a path that does not exist."""
        ...

    def headers(self, usage: Usage) -> Mapping[str, str]:
        """What the vendor tells in headers of how much was used."""
        ...

    def clear(self) -> None:
        """Forget what was asked before."""
        ...
