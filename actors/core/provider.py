"""What a provider is: one outside company, the questions that it answers, and the effects that it carries out."""

from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

from pydantic import BaseModel
from yarl import URL

from actors.core.effects import Effect, Receipt
from actors.core.errors import AgentError
from actors.core.questions import Question


@dataclass(frozen=True, slots=True)
class Reply:
    """What a provider replied: the content, or None for a miss, and the credits that it bills for it.

    `evidence` is the call or the address that it comes from, `quotes` the words for a field where there are any.
    `confidence` is the provider's own in this answer, from 0 to 1; None: as usual. Whoever asks the same within
    `good_for_s` is told this again, where that is a shorter time than usual.
    """

    content: BaseModel | None
    credits: Decimal = Decimal(0)
    evidence: str = ""
    quotes: Mapping[str, str] = field(default_factory=dict)
    confidence: float | None = None
    good_for_s: float | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """What came back over HTTP: status, headers by name in any case, and the body as it was sent."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class NotPublic(OSError):
    """The address is not one of the public web: a machine or a network of our own may be there."""


class Http(Protocol):
    """The way out to the web."""

    async def fetch(
        self,
        method: str,
        url: URL,
        headers: Mapping[str, str],
        *,
        most_bytes: int,
        body: bytes | None = None,
        public_only: bool = False,
    ) -> Heard:
        """The answer to a request, redirects not followed. It is read until it is too long.

        With `public_only` no connection is made but to a public address: NotPublic is the reason otherwise.
        Raises aiohttp's ClientError, OSError or UnicodeError.
        """
        ...


@dataclass(frozen=True, slots=True)
class Link:
    """The way to a provider for one tenant: out to the web, to an address, with a key that is never shown."""

    http: Http
    base_url: str
    api_key: str | None = field(repr=False)

    @property
    def is_to_anybody(self) -> bool:
        """Whether its host is what somebody told us of a company, and not what our own people have set up."""
        return "{" in self.base_url.partition("://")[2].partition("/")[0]


AnswerFunction = Callable[[Link, Any], Awaitable[Reply]]


@dataclass(frozen=True, slots=True)
class Bulk:
    """How a provider answers many questions of a kind in one request, `most` at once.

    `ask` gives a reply for each question, in their order, or the error that befell this one alone; it raises what
    befell all. Only questions that `among` puts in the same place go together.
    """

    ask: Callable[[Link, Sequence[Any]], Awaitable[Sequence[Reply | AgentError]]]
    most: int
    among: Callable[[Any], Hashable] = type


@dataclass(frozen=True, slots=True)
class Limit:
    """How often a provider may be asked by one key: so many calls within so many seconds."""

    calls: int
    per_s: float


@dataclass(frozen=True, slots=True)
class Carrier:
    """How a service carries out one kind of effect, under a key that makes a repeat known as one.

    `carry_out` does it. An error of it with `nothing_done` says for certain that nothing was done.
    `look` asks what the service knows under that key: the receipt, or None where it knows for certain that
    nothing was done. It raises CannotTell where the service doesn't know.
    """

    carry_out: Callable[[Link, Any, str], Awaitable[Receipt]]
    look: Callable[[Link, Any, str], Awaitable[Receipt | None]]


@dataclass(frozen=True, slots=True)
class Provider:
    """One outside company: where it answers, what a credit costs, and a function for each question.

    A question whose function is `billed` is written down before it is asked, and every effect before it goes out. It
    costs a credit at most, where `most_credits` doesn't say otherwise of a question.
    `knows` are the fields that it may fill where a company is enriched. What it says is trusted so far (from 0 to
    1), may be kept under this licence, and is taken for true for so many days. Of `limits` all hold at once.
    Of one search
    it shows `most_results` companies at most.
    One that is not `is_one_service` is another machine for each company, as websites and name servers are.
    """

    name: str
    title: str
    base_url: str
    needs_key: bool
    credit_price_usd: Decimal
    answers: dict[type[Question[Any]], AnswerFunction] = field(default_factory=dict)
    billed: frozenset[type[Question[Any]]] = frozenset()
    most_credits: dict[type[Question[Any]], Callable[[Any], int]] = field(default_factory=dict)
    effects: dict[type[Effect], Carrier] = field(default_factory=dict)
    bulk: dict[type[Question[Any]], Bulk] = field(default_factory=dict)
    knows: frozenset[str] = frozenset()
    trust: float = 0.85
    licence: str = "the vendor's terms"
    keeps_for_days: int = 90
    limits: tuple[Limit, ...] = ()
    most_results: int | None = None
    is_one_service: bool = True
