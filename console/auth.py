"""Who is let in, and as whom: today the person at this machine, and nobody else. Sign-in comes next.

The console serves the loopback interface only, and whoever acts in it is recorded as the operating system's
user. What remains to fear is a browser at this machine that shows somebody else's page: a foreign Host means
DNS rebinding, a foreign Origin means a request forged by another site. Both are refused here, outermost, for
HTTP and for WebSocket, before anything of Dash runs.
"""

import getpass
import logging
import re
import uuid
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
BODY_LIMIT = 1_000_000
_SAFE = frozenset({"GET", "HEAD"})
_HOST = re.compile(r"(?:\[(?P<six>[0-9a-fA-F:]+)\]|(?P<name>[A-Za-z0-9.-]+))(?::\d{1,5})?")

log = logging.getLogger(__name__)

_person: ContextVar[str] = ContextVar("person")
_request_id: ContextVar[str] = ContextVar("request_id", default="-")


def person() -> str:
    """The person who acts in this request."""
    return _person.get()


def request_id() -> str:
    """The id by which this request is found again in the log."""
    return _request_id.get()


class Gate:
    """The door: it lets this machine's own pages in, and sends everything out with strict headers."""

    def __init__(self, app: ASGIApp, *, script_hashes: Sequence[str]) -> None:
        self.app = app
        self.person = getpass.getuser()
        self.headers = _strict_headers(script_hashes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The answer to one request, or the refusal of it."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        refusal = _refusal(scope)
        if refusal is None:
            _person.set(self.person)
            _request_id.set(uuid.uuid4().hex[:12])
            await self._let_in(scope, receive, self._strictly(scope, send))
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 4003, "reason": refusal[1]})
        else:
            response = PlainTextResponse(refusal[1] + "\n", status_code=refusal[0])
            await response(scope, receive, self._strictly(scope, send))

    async def _let_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def send_on(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, receive, send_on)
        except Exception:
            log.exception("request %s failed", request_id())
            if not begun and scope["type"] == "http":
                said = f"Something went wrong. Try again; if it stays, quote error {request_id()}.\n"
                await PlainTextResponse(said, status_code=500)(scope, receive, send)

    def _strictly(self, scope: Scope, send: Send) -> Send:
        async def send_strictly(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(self.headers)
                headers["X-Request-Id"] = request_id()
                if not scope["path"].startswith(("/assets/", "/_dash-component-suites/")):
                    headers["Cache-Control"] = "no-store"
            await send(message)

        return send_strictly


def _refusal(scope: Scope) -> tuple[int, str] | None:
    """Why this request is not let in: a status and a sentence, or None where nothing speaks against it."""
    headers = Headers(scope=scope)
    if _host_name(headers.get("host", "")) not in LOOPBACK:
        return 403, "This console answers to the addresses of this machine only."
    if scope["type"] == "websocket":
        return None if _same_origin(headers) else (403, "This request comes from another site.")
    if scope["method"] in _SAFE:
        return None
    if not _same_origin(headers):
        return 403, "This request comes from another site."
    length = headers.get("content-length", "")
    if not length.isascii() or not length.isdigit():
        return 411, "A request with a body says how long it is."
    if int(length) > BODY_LIMIT:
        return 413, "This request is too large."
    return None


def _host_name(host: str) -> str | None:
    match = _HOST.fullmatch(host)
    return (match["six"] or match["name"]).lower() if match else None


def _same_origin(headers: Headers) -> bool:
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == headers["host"]


def _strict_headers(script_hashes: Sequence[str]) -> Mapping[str, str]:
    policy = {
        "default-src": "'none'",
        "script-src": " ".join(("'self'", *script_hashes)),
        # the tables and Mantine put their rules into the page while it runs
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data:",
        "font-src": "'self' data:",
        "connect-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    return {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    }
