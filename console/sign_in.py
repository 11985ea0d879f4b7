"""Signing in and out: plain forms, one answer to whatever is wrong, and the same work for whoever is meant."""

import asyncio
import logging
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TypeVar
from urllib.parse import parse_qsl
from uuid import UUID

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from console import sessions as cookies
from console.auth import BACK, ELSEWHERE, PASSWORD, SIGN_IN, SIGN_OUT, request_id, signed_in
from console.elsewhere import Elsewhere
from console.openid import NotVouched
from console.plain import plain_page
from console.sessions import Sessions, cookies_of, hashed, new_token
from console.sign_in_page import form_of, go_to, local_path, password_page, sign_in_page
from tenants import passwords
from tenants.passwords import checked_password
from tenants.store import people, sign_in

AnswerT = TypeVar("AnswerT")

log = logging.getLogger(__name__)

# Each takes 64 MiB and a processor for a tenth of a second. Whoever comes while so many wait is asked to come again,
# and one at a time asks the database, where everybody's sessions are looked up as well.
_AT_ONCE, _WAITING = 2, 40
_WRONG = (
    "That login and password do not fit together, or there were too many wrong guesses. "
    "Wait a little, and try again."
)
_PATHS = frozenset({SIGN_IN, SIGN_OUT, ELSEWHERE, BACK, PASSWORD})
_STALE = "This form was open for too long. Try again."
_BUSY = "Too many people are signing in just now. Try again in a moment."


@dataclass(frozen=True, slots=True)
class _Known:
    """Somebody whose password was right."""

    person_id: UUID
    password_hash: str


class SignIn:
    """The way in and out; whatever else is asked for goes on to the pages."""

    def __init__(self, app: ASGIApp, sessions: Sessions, elsewhere: Elsewhere | None = None) -> None:
        self.app = app
        self.database = sessions.database
        self.sessions = sessions
        self.elsewhere = elsewhere
        self._hashing = asyncio.Semaphore(_AT_ONCE)
        self._counting = asyncio.Semaphore(1)
        self._waiting = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The answer to one request."""
        if scope["type"] != "http" or scope["path"] not in _PATHS:
            await self.app(scope, receive, send)
            return
        await (await self._answer(scope, receive))(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive) -> Response:
        path, is_form = scope["path"], scope["method"] == "POST"
        if path == SIGN_IN and is_form:
            return await self._enter(scope, await form_of(receive))
        if path == SIGN_OUT and is_form:
            return await self._leave(await form_of(receive))
        if path == PASSWORD:
            return await self._password(scope, await form_of(receive) if is_form else None)
        query = dict(parse_qsl(scope["query_string"].decode("latin-1")))
        if path == SIGN_IN:
            return await self._ask(scope, local_path(query.get("next", "")))
        if self.elsewhere is None or path == SIGN_OUT:
            return go_to("/")
        try:
            if path == ELSEWHERE:
                return await self.elsewhere.send(scope, query.get("next", ""))
            return await self.elsewhere.receive(scope, query)
        except NotVouched as why:
            log.warning("request %s: nobody vouched: %s", request_id(), why)
            name = self.elsewhere.provider.name
            wrong = f"{name} could not say who you are: {why}. Try again; if it stays, ask an admin."
            return self._page(_cookies(scope), "/", wrong=wrong, status=401)

    async def _ask(self, scope: Scope, there: str) -> Response:
        shown = _cookies(scope)
        entry = await self.sessions.enter(shown)
        if not entry.is_guarded or entry.signed_in is not None:
            return go_to(there)
        return self._page(shown, there)

    async def _enter(self, scope: Scope, given: Mapping[str, str]) -> Response:
        shown = _cookies(scope)
        there, login = local_path(given.get("next", "")), given.get("login", "").strip().lower()[:100]
        if not _same(given.get("csrf"), shown.get(cookies.FORM)):
            return self._page(shown, there, login=login, wrong=_STALE, status=403)
        if self._waiting >= _WAITING:
            return self._page(shown, there, login=login, wrong=_BUSY, status=503)
        self._waiting += 1
        try:
            return await self._enter_as(there, login, given.get("password", ""), shown)
        finally:
            self._waiting -= 1

    async def _enter_as(self, there: str, login: str, password: str, shown: Mapping[str, str]) -> Response:
        browser = shown.get(cookies.BROWSER, "")
        known = await self._known(login, password, hashed(browser))
        begun = known and await self.sessions.begin(
            known.person_id, password_hash=known.password_hash, instead_of=hashed(shown.get(cookies.SESSION))
        )
        if not known or not begun:
            log.warning("request %s: a sign-in was refused", request_id())
            return self._page(shown, there, login=login, wrong=_WRONG, status=401)
        if hashed(browser) is None:
            browser = new_token()
        await self._remember_browser(known.person_id, browser)
        answer = go_to(there)
        cookies.remember(answer, *begun, browser=browser)
        return answer

    async def _known(self, login: str, password: str, browser: bytes | None) -> _Known | None:
        """Whose login and password these are, if they may be looked at now. The work is the same for nobody's."""
        async with self._counting, self.database.system() as session:
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
        async with self._hashing:
            return await asyncio.to_thread(work, *given)

    async def _remember_browser(self, person_id: UUID, browser: str) -> None:
        sha256 = hashed(browser)
        assert sha256 is not None
        async with self.database.system() as session:
            await sign_in.know_browser(session, person_id, sha256)

    async def _leave(self, given: Mapping[str, str]) -> Response:
        who = signed_in()
        if who is not None:
            if not _same(given.get("csrf"), who.csrf):
                return plain_page("Not signed out", "<p>Load the page again, and sign out there.</p>", 403)
            await self.sessions.end(who.sha256)
        answer = go_to(SIGN_IN)
        cookies.forget(answer)
        return answer

    async def _password(self, scope: Scope, given: Mapping[str, str] | None) -> Response:
        """Another password for whoever is signed in and knows the one so far; it begins a session of its own."""
        who = signed_in()
        if who is None or not who.has_password:
            return go_to("/")
        page = partial(password_page, who.csrf, is_temporary=who.must_change_password)
        if given is None:
            return page()
        if not _same(given.get("csrf"), who.csrf):
            return page(wrong=_STALE, status=403)
        before, after = given.get("password", ""), given.get("new", "")
        try:
            checked_password(after, login=who.actor.login)
        except ValueError as rule:
            return page(wrong=f"{str(rule).capitalize()}.", status=401)
        if after != given.get("again") or after == before:
            return page(wrong="The new one must be another one, and the same both times.", status=401)
        browser = _cookies(scope).get(cookies.BROWSER, "")
        known = await self._known(who.actor.login, before, hashed(browser))
        if known is None:
            return page(
                wrong="That is not the password so far, or there were too many wrong guesses.", status=401
            )
        kept = await self._worked(passwords.hash_of, after)
        async with self.database.system() as session:
            await people.set_password(session, who.actor.login, kept, by=who.actor.login)
        begun = await self.sessions.begin(known.person_id, password_hash=kept, instead_of=None)
        answer = go_to("/")
        if begun is not None:
            cookies.remember(answer, *begun)
        return answer

    def _page(
        self, shown: Mapping[str, str], there: str, *, login: str = "", wrong: str = "", status: int = 200
    ) -> Response:
        """The form. What it must bring along stays the same in one browser: it may lie open in several tabs."""
        token = shown.get(cookies.FORM, "")
        if hashed(token) is None:
            token = new_token()
        elsewhere = self.elsewhere.provider.name if self.elsewhere is not None else ""
        return sign_in_page(token, there, login=login, wrong=wrong, status=status, elsewhere=elsewhere)


def _cookies(scope: Scope) -> Mapping[str, str]:
    return cookies_of(Headers(scope=scope).get("cookie", ""))


def _same(given: str | None, kept: str | None) -> bool:
    return bool(kept) and secrets.compare_digest((given or "").encode(), (kept or "").encode())
