"""Who is let in, and as whom: outermost, for HTTP and for WebSocket, before anything of Dash runs.

As long as nobody was added, the console is the machine's: it serves the loopback interface only, and whoever acts in
it is recorded as the operating system's user. From the first person on, everybody signs in (`console/sign_in.py`),
and each request shows a session that the database knows. What is left to fear is a browser that shows somebody else's
page: a foreign Host means DNS rebinding, a foreign Origin or a missing token means a request forged by another site.
"""

import getpass
import logging
import re
import secrets
import uuid
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from urllib.parse import quote, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from console.sessions import Sessions, cookies_of
from tenants.people import Actor, everything
from tenants.store.console_sessions import SignedIn

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
BODY_LIMIT = 1_000_000
SIGN_IN, SIGN_OUT = "/sign-in", "/sign-out"
ELSEWHERE, BACK, PASSWORD = "/sign-in/elsewhere", "/sign-in/back", "/sign-in/password"
CSRF_HEADER = "X-CSRFToken"
_SAFE = frozenset({"GET", "HEAD"})
# what anybody may have: signs of life, the libraries' files and our own, and the way in
_ANYBODYS = frozenset({"/healthz", "/_favicon.ico", SIGN_IN, ELSEWHERE, BACK})
_ANYBODYS_FILES = ("/assets/", "/_dash-component-suites/")
# whose token comes with the form, and is looked at where the form is read
_FORMS = frozenset({SIGN_OUT, PASSWORD})
_HOST = re.compile(r"(?:\[(?P<six>[0-9a-fA-F:]+)\]|(?P<name>[A-Za-z0-9.-]+))(?::\d{1,5})?")

log = logging.getLogger(__name__)

_actor: ContextVar[Actor] = ContextVar("actor")
_signed_in: ContextVar[SignedIn | None] = ContextVar("signed_in", default=None)
_request_id: ContextVar[str] = ContextVar("request_id", default="-")


def actor() -> Actor:
    """Who acts in this request, and what they may."""
    return _actor.get()


def person() -> str:
    """The login of whoever acts in this request."""
    return _actor.get().login


def signed_in() -> SignedIn | None:
    """The session of this request; None where nobody has to sign in, or nobody has."""
    return _signed_in.get()


def csrf() -> str | None:
    """What forms of this session must bring along; None where there is none."""
    session = _signed_in.get()
    return session.csrf if session is not None else None


def request_id() -> str:
    """The id by which this request is found again in the log."""
    return _request_id.get()


class Gate:
    """The door: it lets in whoever is known here, and sends everything out with strict headers.

    With `public`, the https address of a proxy, it answers to that name too.
    """

    def __init__(
        self, app: ASGIApp, sessions: Sessions, *, script_hashes: Sequence[str], public: str | None = None
    ) -> None:
        self.app = app
        self.sessions = sessions
        self.public = public
        self.here = everything(getpass.getuser())
        self.headers = _strict_headers(script_hashes)
        if public is not None:
            self.headers = {**self.headers, "Strict-Transport-Security": "max-age=31536000"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The answer to one request, or the refusal of it."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        _request_id.set(uuid.uuid4().hex[:12])
        _signed_in.set(None)
        refusal = self._strange(scope)
        if refusal is None:
            await self._let_in(scope, receive, self._strictly(scope, send))
        else:
            await self._refuse(refusal, scope, receive, self._strictly(scope, send))

    async def _refuse(self, refusal: Response, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 4003, "reason": "Not let in."})
        else:
            await refusal(scope, receive, send)

    async def _unknown(self, scope: Scope) -> Response | None:
        """Why whoever asks is not let in as somebody; None where they are, and then it is known who acts."""
        path = scope["path"]
        if path in _ANYBODYS or path.startswith(_ANYBODYS_FILES):
            return None
        headers = Headers(scope=scope)
        entry = await self.sessions.enter(cookies_of(headers.get("cookie", "")))
        if not entry.is_guarded:
            if self.public is not None:
                return _said(
                    403, "Nobody was added yet: `leadmill person add` at this machine adds the first."
                )
            _actor.set(self.here)
            return None
        if entry.signed_in is None:
            if _is_look(scope):
                there = quote(path + ("?" + scope["query_string"].decode("latin-1")).rstrip("?"), safe="")
                return RedirectResponse(f"{SIGN_IN}?next={there}", 303)
            return _said(401, "Your session has ended: sign in again.")
        _actor.set(entry.signed_in.actor)
        _signed_in.set(entry.signed_in)
        if path in _FORMS:
            return None
        if entry.signed_in.must_change_password:
            return (
                RedirectResponse(PASSWORD, 303) if _is_look(scope) else _said(403, "Choose a password first.")
            )
        if scope["type"] == "http" and scope["method"] not in _SAFE:
            shown = headers.get(CSRF_HEADER, "").encode()
            if not secrets.compare_digest(shown, entry.signed_in.csrf.encode()):
                return _said(
                    403, "This request does not come from a page of your session: load the page again."
                )
        return None

    async def _let_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def send_on(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            refusal = await self._unknown(scope)
            if refusal is not None:
                await self._refuse(refusal, scope, receive, send_on)
                return
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

    def _strange(self, scope: Scope) -> Response | None:
        """Why this request is not looked at: it comes from elsewhere, or is too large. None where nothing is wrong."""
        headers = Headers(scope=scope)
        if not self._is_ours(headers.get("host", "")):
            return _said(403, "This console answers to the addresses of this machine only.")
        if scope["type"] == "websocket":
            return None if self._same_origin(headers) else _said(403, "This request comes from another site.")
        if scope["method"] in _SAFE:
            return None
        if not self._same_origin(headers):
            return _said(403, "This request comes from another site.")
        length = headers.get("content-length", "")
        if not length.isascii() or not length.isdigit():
            return _said(411, "A request with a body says how long it is.")
        if int(length) > BODY_LIMIT:
            return _said(413, "This request is too large.")
        return None

    def _is_ours(self, host: str) -> bool:
        is_public = self.public is not None and host.lower() == urlsplit(self.public).netloc
        return is_public or _host_name(host) in LOOPBACK

    def _same_origin(self, headers: Headers) -> bool:
        if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return False
        origin = headers.get("origin")
        return origin is None or urlsplit(origin).netloc == headers["host"]


def _is_look(scope: Scope) -> bool:
    """Whether a person is at a page, and can be led to another, as against a script that asks for something."""
    return scope["type"] == "http" and scope["method"] in _SAFE and not scope["path"].startswith("/_")


def _said(status: int, sentence: str) -> Response:
    return PlainTextResponse(f"{sentence}\n", status_code=status)


def _host_name(host: str) -> str | None:
    match = _HOST.fullmatch(host)
    return (match["six"] or match["name"]).lower() if match else None


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
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    return {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",  # with none at all, a form would not say that it is ours
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    }
