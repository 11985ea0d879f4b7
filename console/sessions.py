"""Sessions in the browser: which cookies there are, and who shows one that is good."""

import hashlib
import re
import secrets
import uuid
from collections.abc import Mapping

from starlette.requests import cookie_parser
from starlette.responses import Response

from tenants.store import console_sessions
from tenants.store.console_sessions import LONGEST_HOURS, Entry
from tenants.store.session import Database

# `__Host-` makes a browser keep them from any other host, subdomains among them, and from plain HTTP but on loopback
SESSION, CSRF = "__Host-leadmill", "__Host-leadmill-csrf"
BROWSER, FORM, ELSEWHERE = (f"{SESSION}-{ending}" for ending in ("browser", "form", "elsewhere"))
_BROWSER_KEPT_S = 180 * 86_400
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


class Sessions:
    """Who shows which cookie, told by the database; nothing of it is kept here."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def enter(self, cookies: Mapping[str, str]) -> Entry:
        """Whether anybody has to sign in, and who has. One statement, whatever comes."""
        async with self.database.glance() as session:
            return await console_sessions.enter(session, hashed(cookies.get(SESSION)))

    async def begin(
        self, person_id: uuid.UUID, *, password_hash: str | None, instead_of: bytes | None
    ) -> tuple[str, str] | None:
        """A new session's token and what its forms must bring along, in place of the one that was shown.

        None where the person was disabled, or got another password, a moment ago.
        """
        token, csrf = new_token(), new_token()
        sha256 = hashed(token)
        assert sha256 is not None
        async with self.database.system() as session:
            if not await console_sessions.begin(
                session, person_id, sha256=sha256, csrf=csrf, password_hash=password_hash
            ):
                return None
            if instead_of is not None:
                await console_sessions.end(session, instead_of)
        return token, csrf

    async def end(self, sha256: bytes) -> None:
        """The session with this hash lets nobody in any more."""
        async with self.database.system() as session:
            await console_sessions.end(session, sha256)


def new_token() -> str:
    """A token that nobody can guess: 256 random bits."""
    return secrets.token_urlsafe(32)


def hashed(token: str | None) -> bytes | None:
    """What is kept of a token; None for what can't be one."""
    return hashlib.sha256(token.encode()).digest() if token and _TOKEN.fullmatch(token) else None


def cookies_of(header: str) -> Mapping[str, str]:
    """The cookies that a browser sends, by name."""
    return cookie_parser(header)


def remember(response: Response, token: str, csrf: str, *, browser: str | None = None) -> None:
    """The cookies of somebody who has just signed in. Only the one for forms is for scripts: Dash reads it there.

    With a `browser` they did so by password, and it is known from now on.
    """
    longest_s = LONGEST_HOURS * 3600
    _set(response, SESSION, token, longest_s)
    _set(response, CSRF, csrf, longest_s, is_for_scripts=True)
    if browser is not None:
        _set(response, BROWSER, browser, _BROWSER_KEPT_S)


def forget(response: Response) -> None:
    """No cookies of a session any more. That this browser was signed in from before stays known."""
    for name in (SESSION, CSRF):
        _set(response, name, "", 0)


def of_form(response: Response, token: str) -> None:
    """The cookie that a form's hidden field must be the same as, where there is no session yet."""
    _set(response, FORM, token, 3600)


def of_question(response: Response, value: str | None) -> None:
    """The cookie with what somebody must bring back who is sent elsewhere to say who they are; None: they are back."""
    _set(response, ELSEWHERE, value or "", 600 if value else 0)


def _set(response: Response, name: str, value: str, age_s: int, *, is_for_scripts: bool = False) -> None:
    response.set_cookie(
        name, value, max_age=age_s, path="/", secure=True, httponly=not is_for_scripts, samesite="lax"
    )
