"""Signing in and out: plain forms, one answer to whatever is wrong, and the same work for whoever is meant."""

import asyncio
import html
import logging
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import parse_qsl, quote
from uuid import UUID

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from console import sessions as cookies
from console.auth import SIGN_IN, SIGN_OUT, request_id, signed_in
from console.plain import plain_page
from console.sessions import Sessions, cookies_of, hashed, new_token
from tenants import passwords
from tenants.store import sign_in
from tenants.store.console_sessions import SignedIn
from tenants.store.session import Database

AnswerT = TypeVar("AnswerT")

log = logging.getLogger(__name__)

_BODY_LIMIT = 20_000
# each takes 64 MiB and a processor for a tenth of a second; whoever comes while so many wait is asked to come again
_AT_ONCE, _WAITING = 2, 40
_WRONG = (
    "That login and password do not fit together, or there were too many wrong guesses. "
    "Wait a little, and try again."
)
_STALE = "This form was open for too long. Try again."
_BUSY = "Too many people are signing in just now. Try again in a moment."


@dataclass(frozen=True, slots=True)
class _Known:
    """Somebody whose password was right."""

    person_id: UUID
    password_hash: str


class SignIn:
    """The way in and out; whatever else is asked for goes on to the pages."""

    def __init__(self, app: ASGIApp, database: Database, sessions: Sessions) -> None:
        self.app = app
        self.database = database
        self.sessions = sessions
        self._hashing = asyncio.Semaphore(_AT_ONCE)
        self._waiting = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The answer to one request."""
        if scope["type"] != "http" or scope["path"] not in (SIGN_IN, SIGN_OUT):
            await self.app(scope, receive, send)
            return
        query = dict(parse_qsl(scope["query_string"].decode("latin-1")))
        answer: Response
        if scope["method"] != "POST":
            answer = await self._ask(scope, query) if scope["path"] == SIGN_IN else _redirect("/")
        else:
            given = await _form(receive)
            answer = await (self._enter(scope, given) if scope["path"] == SIGN_IN else self._leave(given))
        await answer(scope, receive, send)

    async def _ask(self, scope: Scope, query: Mapping[str, str]) -> Response:
        entry = await self.sessions.enter(cookies_of(Headers(scope=scope).get("cookie", "")))
        if not entry.is_guarded or entry.signed_in is not None:
            return _redirect(local_path(query.get("next", "")))
        return _page(local_path(query.get("next", "")), "", "")

    async def _enter(self, scope: Scope, given: Mapping[str, str]) -> Response:
        shown = cookies_of(Headers(scope=scope).get("cookie", ""))
        there, login = local_path(given.get("next", "")), given.get("login", "").strip().lower()[:100]
        if not _same(given.get("csrf"), shown.get(cookies.FORM)):
            return _page(there, login, _STALE, 403)
        browser = shown.get(cookies.BROWSER, "")
        if self._waiting >= _WAITING:
            return _page(there, login, _BUSY, 503)
        known = await self._known(login, given.get("password", ""), hashed(browser))
        begun = known and await self.sessions.begin(
            known.person_id, password_hash=known.password_hash, instead_of=hashed(shown.get(cookies.SESSION))
        )
        if not known or not begun:
            log.warning("request %s: a sign-in was refused", request_id())
            return _page(there, login, _WRONG, 401)
        if hashed(browser) is None:
            browser = new_token()
        await self._remember_browser(known.person_id, browser)
        answer = _redirect(there)
        cookies.remember(answer, *begun, browser)
        return answer

    async def _known(self, login: str, password: str, browser: bytes | None) -> _Known | None:
        """Whose login and password these are, if they may be looked at now. The work is the same for nobody's."""
        async with self.database.system() as session:
            who = await sign_in.candidate(session, login, browser or b"")
            guesses = sign_in.guesses_at(login, browser if who.knows_browser else None)
            if not await sign_in.may_try(session, guesses):
                return None
        is_right = await self._worked(passwords.fits, password, who.password_hash)
        if not is_right or who.id is None or who.password_hash is None or who.is_disabled:
            return None
        kept = who.password_hash
        if passwords.is_weak(kept):
            kept = await self._worked(passwords.hash_of, password)
        async with self.database.system() as session:
            await sign_in.forget_guesses(session, guesses)
            if kept != who.password_hash:
                await sign_in.rehash(session, who.id, before=who.password_hash, after=kept)
        return _Known(who.id, kept)

    async def _worked(self, work: Callable[..., AnswerT], *given: str | None) -> AnswerT:
        """What comes of work with passwords, beside the loop, only so many at once."""
        self._waiting += 1
        try:
            async with self._hashing:
                return await asyncio.to_thread(work, *given)
        finally:
            self._waiting -= 1

    async def _remember_browser(self, person_id: UUID, browser: str) -> None:
        sha256 = hashed(browser)
        assert sha256 is not None
        async with self.database.system() as session:
            await sign_in.know_browser(session, person_id, sha256)

    async def _leave(self, given: Mapping[str, str]) -> Response:
        who: SignedIn | None = signed_in()
        if who is not None:
            if not _same(given.get("csrf"), who.csrf):
                return plain_page("Not signed out", "<p>Load the page again, and sign out there.</p>", 403)
            await self.sessions.end(who.sha256)
        answer = _redirect(SIGN_IN)
        cookies.forget(answer)
        return answer


def local_path(text: str) -> str:
    """Where somebody wanted to go, if that is a page of ours; the first page for whatever else was asked for."""
    is_ours = text.startswith("/t/") and len(text) <= 2000 and text.isascii() and text.isprintable()
    return text if is_ours and "\\" not in text and " " not in text else "/"


def _page(there: str, login: str, wrong: str, status: int = 200) -> HTMLResponse:
    token = new_token()
    told = f'<p class="wrong" role="alert">{html.escape(wrong)}</p>' if wrong else ""
    focus = {True: " autofocus", False: ""}
    response = plain_page(
        "Sign in",
        f"""
  {told}
  <form action="{SIGN_IN}" method="post">
    <input type="hidden" name="csrf" value="{token}">
    <input type="hidden" name="next" value="{html.escape(there)}">
    <label>Login <input name="login" value="{html.escape(login)}" autocomplete="username" autocapitalize="none"
      spellcheck="false" maxlength="100" required{focus[not login]}></label>
    <label>Password <input name="password" type="password" autocomplete="current-password" maxlength="200"
      required{focus[bool(login)]}></label>
    <button>Sign in</button>
  </form>
""",
        status,
    )
    cookies.of_form(response, token)
    return response


async def _form(receive: Receive) -> Mapping[str, str]:
    """What a form brings along; nothing where it is too large or no form."""
    body = b""
    while len(body) <= _BODY_LIMIT:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body", False):
            try:
                return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=10))
            except ValueError:
                return {}
    return {}


def _same(given: str | None, kept: str | None) -> bool:
    return bool(kept) and secrets.compare_digest((given or "").encode(), (kept or "").encode())


def _redirect(there: str) -> RedirectResponse:
    return RedirectResponse(quote(there, safe="/?&=%:@!$'()*+,;~-._"), 303)
