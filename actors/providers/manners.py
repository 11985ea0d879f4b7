"""Good manners over HTTP: one way to ask, for every vendor, and one reading of what goes wrong.

A request has one deadline for all of it, a body has a cap, redirects are not followed, cookies are not kept,
and neither a key nor a query ever stands in an error.
"""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
import httpx
import orjson

from actors.core.errors import (
    QUIET_AFTER_RATE_LIMIT,
    AgentError,
    AnswerGarbled,
    KeyRefused,
    NotConnected,
    OptedOut,
    ProviderDown,
    QuestionRefused,
    QuotaExhausted,
    RateLimited,
)
from actors.core.provider import Link

MOST_JSON_BYTES = 2_000_000

_OK = 200
_USER_AGENT = "leadmill"
# The deadline covers all of it; a timeout for each read would only cost.
_NO_OTHER_TIMEOUT = {"timeout": {"connect": None, "read": None, "write": None, "pool": None}}
_LONGEST_WAIT_S = 86_400.0

# What a status means at most vendors. The others: the vendor does not answer as it should.
_MEANING: dict[int, type[AgentError]] = {
    400: QuestionRefused,
    401: KeyRefused,
    402: QuotaExhausted,
    403: KeyRefused,
    413: QuestionRefused,
    414: QuestionRefused,
    422: QuestionRefused,
    429: RateLimited,
    451: OptedOut,
}


@dataclass(frozen=True, slots=True)
class Oddity:
    """An answer that means something else at this vendor: a status, and small letters in the body."""

    status: int
    error: type[AgentError]
    words: bytes = b""


@dataclass(frozen=True, slots=True)
class Manners:
    """How one vendor is asked, and where it departs from the rule. Statuses in `answers` are no errors."""

    provider: str
    deadline_s: float
    key_header: str | None = None
    content_types: tuple[str, ...] = ("application/json",)
    most_bytes: int = MOST_JSON_BYTES
    answers: frozenset[int] = frozenset({200})
    oddities: tuple[Oddity, ...] = ()


@dataclass(frozen=True, slots=True)
class Heard:
    """What came back: status, headers, and the body as it was sent."""

    status: int
    headers: httpx.Headers
    body: bytes


async def send(link: Link, manners: Manners, method: str, url: str | httpx.URL) -> Heard:
    """The vendor's answer to a request without a body.

    Raises the AgentError that fits: of the connection, of the status, or of a body of the wrong kind or size.
    """
    request = _request(link, manners, method, url)
    try:
        async with asyncio.timeout(manners.deadline_s):
            heard = await _heard(link, request, manners)
    # Besides its own errors, httpx lets through some of aiohttp's (a garbled status line), of the socket
    # library's (a host name's label that is too long), and InvalidURL where a redirect leads to no address.
    except (httpx.HTTPError, httpx.InvalidURL, aiohttp.ClientError, OSError, UnicodeError) as error:
        raise _trouble(error, manners, _endpoint(method, str(url))) from error
    if heard.status not in manners.answers:
        raise _refusal(heard, manners, _endpoint(method, str(url)))
    content_type = heard.headers.get("content-type", "").lower()
    if heard.status == _OK and not content_type.startswith(manners.content_types):
        detail = f"the wrong type of content from {_endpoint(method, str(url))}"
        raise AnswerGarbled(detail, provider=manners.provider)
    return heard


def json_object(heard: Heard, manners: Manners) -> dict[str, Any]:
    """The JSON object in a body. Raises AnswerGarbled for anything else, NaN among it."""
    try:
        value = orjson.loads(heard.body)
    except orjson.JSONDecodeError:
        raise AnswerGarbled("not JSON", provider=manners.provider) from None
    if not isinstance(value, dict):
        raise AnswerGarbled("JSON, but no object", provider=manners.provider)
    return value


def seconds_ahead(seconds: float) -> datetime:
    """The time so many seconds from now."""
    return datetime.now(UTC) + timedelta(seconds=seconds)


def _headers(link: Link, manners: Manners) -> dict[str, str]:
    headers = {
        "accept": manners.content_types[0],
        # Other encodings can blow a small body up beyond any cap before it is counted.
        "accept-encoding": "gzip",
        "user-agent": _USER_AGENT,
    }
    if manners.key_header is not None:
        key = link.api_key
        if not key or not key.isascii() or not key.isprintable():
            raise KeyRefused("no key, or one with characters that no key has", provider=manners.provider)
        headers[manners.key_header] = key
    return headers


def _request(link: Link, manners: Manners, method: str, url: str | httpx.URL) -> httpx.Request:
    """The request, not made by the client, which would send the cookies of other tenants' answers."""
    headers = _headers(link, manners)
    try:
        request = httpx.Request(method, url, headers=headers, extensions=_NO_OTHER_TIMEOUT)
    except httpx.InvalidURL:
        raise NotConnected("its address cannot be read", provider=manners.provider) from None
    if request.url.scheme not in {"http", "https"} or not request.url.host:
        raise NotConnected("its address is no web address", provider=manners.provider)
    return request


async def _heard(link: Link, request: httpx.Request, manners: Manners) -> Heard:
    # the transport itself, not a client around it, which would cost half as much again in processor time,
    # log what people are called, and carry cookies
    response = await link.http.handle_async_request(request)
    try:
        return Heard(response.status_code, response.headers, await _body(response, manners))
    finally:
        await response.aclose()


async def _body(response: httpx.Response, manners: Manners) -> bytes:
    if response.headers.get("content-encoding", "identity").lower() not in {"identity", "gzip", ""}:
        raise AnswerGarbled("an encoding that was not asked for", provider=manners.provider)
    chunks: list[bytes] = []
    size = 0
    async for chunk in response.aiter_bytes():
        size += len(chunk)
        if size > manners.most_bytes:
            raise AnswerGarbled(f"more than {manners.most_bytes} bytes", provider=manners.provider)
        chunks.append(chunk)
    return b"".join(chunks)


def _endpoint(method: str, url: str) -> str:
    """The request without host and query: in the query stand people's names."""
    return f"{method} /{'/'.join(url.partition('?')[0].split('/')[3:])}"


def _trouble(error: Exception, manners: Manners, endpoint: str) -> AgentError:
    """The error that a fault of the connection stands for."""
    if isinstance(error, httpx.DecodingError):
        return AnswerGarbled(f"{endpoint} cannot be unpacked", provider=manners.provider)
    if isinstance(error, TimeoutError):
        detail = f"no answer to {endpoint} within {manners.deadline_s:g} s"
        return ProviderDown(detail, provider=manners.provider)
    # The transport calls whatever it cannot place a timeout: aiohttp's own name for it says more.
    fault = type(error.__cause__ or error).__name__
    return ProviderDown(f"{fault} at {endpoint}", provider=manners.provider)


def _refusal(heard: Heard, manners: Manners, endpoint: str) -> AgentError:
    """The error that a status stands for. The vendor's own words stay out of it: some repeat the key."""
    said = heard.body.lower()
    odd = (odd.error for odd in manners.oddities if odd.status == heard.status and odd.words in said)
    error = next(odd, None) or _MEANING.get(heard.status, ProviderDown)
    retry_at = _retry_at(heard.headers.get("retry-after"))
    if retry_at is None and error is RateLimited:
        retry_at = datetime.now(UTC) + QUIET_AFTER_RATE_LIMIT
    return error(f"{heard.status} to {endpoint}", provider=manners.provider, retry_at=retry_at)


def _retry_at(text: str | None) -> datetime | None:
    """The time in a Retry-After header, at most a day ahead; None where it says none that can be read."""
    if not text:
        return None
    latest = seconds_ahead(_LONGEST_WAIT_S)
    try:
        if text.strip().isdecimal():
            return seconds_ahead(min(float(text), _LONGEST_WAIT_S))
        then = parsedate_to_datetime(text)
    except ValueError:
        return None
    return min(then if then.tzinfo is not None else then.replace(tzinfo=UTC), latest)
