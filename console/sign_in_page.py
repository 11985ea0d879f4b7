"""The sign-in page: one form, what was wrong with it the last time, and the way to a provider elsewhere."""

import html
from collections.abc import Mapping
from urllib.parse import parse_qsl, quote

from starlette.responses import HTMLResponse, RedirectResponse
from starlette.types import Receive

from console.auth import ELSEWHERE, PASSWORD, SIGN_IN
from console.plain import plain_page
from console.sessions import of_form
from tenants.passwords import SHORTEST

_BODY_LIMIT = 20_000
_LONGEST_PATH = 1_500  # it must find room in a cookie


def sign_in_page(
    token: str, there: str, *, login: str, wrong: str, status: int, elsewhere: str
) -> HTMLResponse:
    """The form, with what is `wrong`, and the name of who vouches for people `elsewhere`, if anybody does.

    The `token` goes into the form and into a cookie, and must come back the same from both.
    """
    told = f'<p class="wrong" role="alert">{html.escape(wrong)}</p>' if wrong else ""
    other = f"{ELSEWHERE}?next={quote(there, safe='')}"
    way = f'<p><a href="{other}">Sign in with {html.escape(elsewhere)}</a></p>' if elsewhere else ""
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
  {way}
""",
        status,
    )
    of_form(response, token)
    return response


def password_page(csrf: str, *, is_temporary: bool, wrong: str = "", status: int = 200) -> HTMLResponse:
    """The form for another password; after a temporary one there is no way around it."""
    told = f'<p class="wrong" role="alert">{html.escape(wrong)}</p>' if wrong else ""
    why = (
        "The password that you were given is good for this once: choose one of your own."
        if is_temporary
        else ""
    )
    return plain_page(
        "Choose a password",
        f"""
  <p>{why} It has at least {SHORTEST} letters; several words are a good one. Wherever you are signed in, that ends.</p>
  {told}
  <form action="{PASSWORD}" method="post">
    <input type="hidden" name="csrf" value="{html.escape(csrf)}">
    <label>Password so far <input name="password" type="password" autocomplete="current-password" maxlength="200"
      required autofocus></label>
    <label>New password <input name="new" type="password" autocomplete="new-password" maxlength="200" required></label>
    <label>The same again <input name="again" type="password" autocomplete="new-password" maxlength="200"
      required></label>
    <button>Change it</button>
  </form>
  {"" if is_temporary else '<p><a href="/">Leave it as it is</a></p>'}
""",
        status,
    )


def local_path(text: str) -> str:
    """Where somebody wanted to go, if that is a page of ours; the first page for whatever else was asked for."""
    is_ours = text.startswith("/t/") and len(text) <= _LONGEST_PATH and text.isascii() and text.isprintable()
    return text if is_ours and "\\" not in text and " " not in text else "/"


def go_to(there: str) -> RedirectResponse:
    """On to a page of ours."""
    return RedirectResponse(quote(there, safe="/?&=%:@!$'()*+,;~-._"), 303)


async def form_of(receive: Receive) -> Mapping[str, str]:
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
