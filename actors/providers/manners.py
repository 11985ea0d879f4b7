"""Good manners over HTTP: one way to ask, for every vendor, and one reading of what goes wrong.

A request has one deadline for all of it, a body has a cap, redirects are not followed, cookies are not kept,
and neither a key nor a query ever stands in an error.
"""

import asyncio
import base64
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode

import aiohttp
import orjson
from yarl import URL

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
from actors.core.provider import Heard, Link

MOST_JSON_BYTES = 2_000_000

_OK = 200
_USER_AGENT = "leadmill"
_PLAIN = re.compile(r"https?://[!-~]+")
_LAST_PORT = 65_535
_BAD_REQUEST, _REQUEST_TIMEOUT, _FAULT = 400, 408, 500
_GZIP = 16 + zlib.MAX_WBITS
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
    """An answer that means something else at this vendor: a status, and small letters in the body.

    `quiet_s` is how long the vendor wants to be left alone, where its answer doesn't say.
    """

    status: int
    error: type[AgentError]
    words: bytes = b""
    quiet_s: float | None = None


@dataclass(frozen=True, slots=True)
class Manners:
    """How one vendor is asked, and where it departs from the rule. Statuses in `answers` are no errors.

    One that `wants_contact` has no keys, and wants to be told who asks: what stands in the key's place, such as
    "Acme Ltd ops@acme.example", follows our name in the User-Agent. A key that is a user name travels as HTTP Basic
    has it, without a password. Where no header takes the key, `key_param` is what it is called in the content, or
    in the query of a request without content. `reset_header` is the header that says when to come back where a
    vendor sends no Retry-After: a moment in ISO 8601, or in seconds of Unix time. Of a body that is too long, the
    beginning is an answer where the rest may be `cut_off`.
    """

    provider: str
    deadline_s: float
    key_header: str | None = None
    key_prefix: str = ""
    key_is_user_name: bool = False
    key_param: str | None = None
    reset_header: str | None = None
    content_types: tuple[str, ...] = ("application/json",)
    most_bytes: int = MOST_JSON_BYTES
    answers: frozenset[int] = frozenset({200})
    oddities: tuple[Oddity, ...] = ()
    wants_contact: bool = False
    cut_off: bool = False


async def send(
    link: Link,
    manners: Manners,
    method: str,
    url: str | URL,
    *,
    headers: Mapping[str, str] | None = None,
    content: Mapping[str, Any] | None = None,
    told: str | None = None,
) -> Heard:
    """The vendor's answer to a request, whose content travels as JSON.

    `told` stands for the path in errors where the path names somebody. Raises the AgentError that fits: of the
    connection, of the status, or of a body of the wrong kind or size.
    """
    sent = {**_headers(link, manners), **(headers or {})}
    body = None
    if manners.key_param is not None:
        asked = {manners.key_param: _key(link, manners)}
        if content is None:
            url = f"{url}{'&' if '?' in str(url) else '?'}{urlencode(asked)}"
        else:
            content = {**asked, **content}
    if content is not None:
        body, sent["content-type"] = orjson.dumps(content), "application/json"
    address = _address(url, manners)
    endpoint = f"{method} {told}" if told is not None else _endpoint(method, address)
    try:
        async with asyncio.timeout(manners.deadline_s):
            heard = await link.http.fetch(
                method,
                address,
                sent,
                most_bytes=manners.most_bytes,
                body=body,
                public_only=link.is_to_anybody,
            )
    # The socket library has UnicodeError for a host name's label that is too long.
    except (aiohttp.ClientError, OSError, UnicodeError) as error:
        raise _trouble(error, manners, endpoint) from error
    heard = Heard(heard.status, heard.headers, _unpacked(heard, manners))
    if heard.status not in manners.answers:
        raise _refusal(heard, manners, endpoint)
    content_type = heard.headers.get("content-type", "").lower()
    if heard.status == _OK and not content_type.startswith(manners.content_types):
        detail = f"the wrong type of content from {endpoint}"
        raise AnswerGarbled(detail, provider=manners.provider)
    return heard


def json_object(heard: Heard, manners: Manners) -> dict[str, Any]:
    """The JSON object in a body. Raises AnswerGarbled for anything else, NaN among it."""
    value = _json(heard, manners)
    if not isinstance(value, dict):
        raise AnswerGarbled("JSON, but no object", provider=manners.provider)
    return value


def json_list(heard: Heard, manners: Manners) -> list[dict[str, Any]]:
    """The JSON objects in a body that is a list of them. Raises AnswerGarbled for anything else."""
    values = _json(heard, manners)
    if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
        raise AnswerGarbled("JSON, but no list of objects", provider=manners.provider)
    return values


def contact_of(link: Link) -> str | None:
    """Who asks, where a vendor without keys wants to be told; None where it is not told, or can't be sent."""
    return link.api_key if link.api_key and _may_be_sent(link.api_key) else None


def meaning_of(status: int) -> type[AgentError]:
    """The error that a status other than success stands for at most vendors."""
    return _MEANING.get(status, ProviderDown)


def seconds_ahead(seconds: float) -> datetime:
    """The time so many seconds from now."""
    return datetime.now(UTC) + timedelta(seconds=seconds)


def _json(heard: Heard, manners: Manners) -> Any:
    try:
        return orjson.loads(heard.body)
    except orjson.JSONDecodeError:
        raise AnswerGarbled("not JSON", provider=manners.provider) from None


def _headers(link: Link, manners: Manners) -> dict[str, str]:
    headers = {
        "accept": manners.content_types[0],
        # Other encodings can blow a small body up beyond any cap before it is counted.
        "accept-encoding": "gzip",
        "user-agent": _USER_AGENT,
    }
    contact = contact_of(link) if manners.wants_contact else None
    if contact is not None:
        headers["user-agent"] = f"{_USER_AGENT} {contact}"
    if manners.key_header is not None:
        key = _key(link, manners)
        if manners.key_is_user_name:
            key = "Basic " + base64.b64encode(f"{key}:".encode()).decode()
        headers[manners.key_header] = manners.key_prefix + key
    return headers


def _key(link: Link, manners: Manners) -> str:
    if not link.api_key or not _may_be_sent(link.api_key):
        raise KeyRefused("no key, or one with characters that no key has", provider=manners.provider)
    return link.api_key


def _may_be_sent(text: str) -> bool:
    return text.isascii() and text.isprintable()


def _address(url: str | URL, manners: Manners) -> URL:
    try:
        if isinstance(url, str):
            # what is plain needs no quoting, and must not get it: it was encoded where it was put together
            url = URL(url, encoded=_PLAIN.fullmatch(url) is not None)
        is_of_the_web = url.scheme in {"http", "https"} and url.host and 0 < (url.port or 0) <= _LAST_PORT
    except ValueError:
        raise NotConnected("its address cannot be read", provider=manners.provider) from None
    if not is_of_the_web:
        raise NotConnected("its address is no web address", provider=manners.provider)
    return url


def _unpacked(heard: Heard, manners: Manners) -> bytes:
    """The body without its packing, of which no more is undone than the body may be long."""
    body, most = heard.body, manners.most_bytes
    encoding = heard.headers.get("content-encoding", "identity").lower()
    if encoding == "gzip" and len(body) <= most:
        try:
            unpacking = zlib.decompressobj(_GZIP)
            body = unpacking.decompress(body, most + 1)
        except zlib.error:
            raise AnswerGarbled("it cannot be unpacked", provider=manners.provider) from None
        if len(body) <= most and not unpacking.eof:
            raise AnswerGarbled("a packing that is cut short", provider=manners.provider)
    elif encoding not in {"identity", "gzip", ""}:
        raise AnswerGarbled("an encoding that was not asked for", provider=manners.provider)
    is_packed = encoding == "gzip" and len(heard.body) > most
    if len(body) > most and (is_packed or not manners.cut_off):
        raise AnswerGarbled(f"more than {most} bytes", provider=manners.provider)
    return body[:most]


def _endpoint(method: str, url: URL) -> str:
    """The request without host and query: in the query stand people's names."""
    return f"{method} {url.raw_path}"


def _trouble(error: Exception, manners: Manners, endpoint: str) -> AgentError:
    """The error that a fault of the connection stands for."""
    if isinstance(error, TimeoutError):
        detail = f"no answer to {endpoint} within {manners.deadline_s:g} s"
        return ProviderDown(detail, provider=manners.provider)
    down = ProviderDown(f"{type(error).__name__} at {endpoint}", provider=manners.provider)
    # where there was no connection nobody heard anything
    down.nothing_done = isinstance(error, aiohttp.ClientConnectorError)
    return down


def _refusal(heard: Heard, manners: Manners, endpoint: str) -> AgentError:
    """The error that a status stands for. The vendor's own words stay out of it: some repeat the key."""
    said = heard.body.lower()
    odd = next((odd for odd in manners.oddities if odd.status == heard.status and odd.words in said), None)
    error = odd.error if odd is not None else meaning_of(heard.status)
    retry_at = _retry_at(heard.headers.get("retry-after"), heard.headers.get("date"))
    if retry_at is None and error is RateLimited and manners.reset_header is not None:
        retry_at = _reset_at(heard.headers.get(manners.reset_header), heard.headers.get("date"))
    if retry_at is None and odd is not None and odd.quiet_s is not None:
        retry_at = seconds_ahead(odd.quiet_s)
    elif retry_at is None and error is RateLimited:
        retry_at = datetime.now(UTC) + QUIET_AFTER_RATE_LIMIT
    refusal = error(f"{heard.status} to {endpoint}", provider=manners.provider, retry_at=retry_at)
    if _BAD_REQUEST <= heard.status < _FAULT and heard.status != _REQUEST_TIMEOUT:
        refusal.nothing_done = True
    return refusal


def _retry_at(text: str | None, now: str | None) -> datetime | None:
    """The time in a Retry-After header, at most a day ahead; None where it says none that can be read.

    With the time that the vendor says it is, a date means so much later than that: our clocks may differ.
    """
    if not text:
        return None
    latest = seconds_ahead(_LONGEST_WAIT_S)
    try:
        if text.strip().isdecimal():
            return seconds_ahead(min(float(text), _LONGEST_WAIT_S))
        then = parsedate_to_datetime(text)
        if now:
            ahead_s = (then - parsedate_to_datetime(now)).total_seconds()
            return seconds_ahead(max(0.0, min(ahead_s, _LONGEST_WAIT_S)))
    except (ValueError, TypeError):  # no date, or one with its zone beside one without
        return None
    return min(then if then.tzinfo is not None else then.replace(tzinfo=UTC), latest)


def _reset_at(text: str | None, now: str | None) -> datetime | None:
    """The moment in a header such as x-ratelimit-reset, at most a day ahead; None where it says none to come."""
    if not text:
        return None
    try:
        then = (
            datetime.fromtimestamp(float(text), UTC)
            if text.strip().isdecimal()
            else datetime.fromisoformat(text.strip())
        )
        then = then if then.tzinfo is not None else then.replace(tzinfo=UTC)
        ahead_s = (then - (parsedate_to_datetime(now) if now else datetime.now(UTC))).total_seconds()
    except (ValueError, TypeError, OverflowError, OSError):
        return None
    return seconds_ahead(min(ahead_s, _LONGEST_WAIT_S)) if ahead_s > 0 else None
