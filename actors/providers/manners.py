"""Good manners over HTTP: one way to ask, for every vendor, and one reading of what goes wrong.

A request has one deadline for all of it, a body has a cap, redirects are not followed, cookies are not kept,
and neither a key nor a query ever stands in an error.
"""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

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

_USER_AGENT = "Leadmill/0.1"
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
    """An answer that means something else at this vendor: a status, and words in small letters in the body."""

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


async def send(link: Link, manners: Manners, method: str, url: str) -> Heard:
    """The vendor's answer to a request without a body.

    Raises the AgentError that fits: of the connection, of the status, or of a body of the wrong kind or size.
    """
    endpoint = f"{method} {urlsplit(url).path}"
    try:
        async with asyncio.timeout(manners.deadline_s):
            request = httpx.Request(method, url, headers=_headers(link, manners), extensions=_NO_OTHER_TIMEOUT)
            response = await link.http.send(request, stream=True, follow_redirects=False)
            try:
                body = await _body(response, manners)
            finally:
                await response.aclose()
    except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
        raise NotConnected("its address is no web address", provider=manners.provider) from error
    except httpx.DecodingError as error:
        raise AnswerGarbled(f"a body that cannot be unpacked from {endpoint}", provider=manners.provider) from error
    except TimeoutError as error:
        raise ProviderDown(f"no answer to {endpoint} in {manners.deadline_s:g} s", provider=manners.provider) from error
    # The transport lets some of aiohttp's own errors through: a garbled status line, for one.
    except (httpx.HTTPError, aiohttp.ClientError, OSError) as error:
        raise ProviderDown(f"{type(error).__name__} at {endpoint}", provider=manners.provider) from error
    status = response.status_code
    if status not in manners.answers:
        raise _refusal(manners, endpoint, status, response.headers, body)
    if status == 200 and not response.headers.get("content-type", "").lower().startswith(manners.content_types):
        raise AnswerGarbled(f"the wrong type of content from {endpoint}", provider=manners.provider)
    return Heard(status, response.headers, body)


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


def _refusal(manners: Manners, endpoint: str, status: int, headers: httpx.Headers, body: bytes) -> AgentError:
    """The error that a status stands for. The vendor's own words stay out of it: some repeat the key."""
    lower = body.lower()
    odd = (oddity.error for oddity in manners.oddities if oddity.status == status and oddity.words in lower)
    error = next(odd, None) or _MEANING.get(status, ProviderDown)
    retry_at = _retry_at(headers.get("retry-after"))
    if retry_at is None and error is RateLimited:
        retry_at = datetime.now(UTC) + QUIET_AFTER_RATE_LIMIT
    return error(f"{status} to {endpoint}", provider=manners.provider, retry_at=retry_at)


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
