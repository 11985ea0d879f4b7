"""Signing in elsewhere: somebody is sent to a provider of OpenID Connect, and comes back with its word."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import RedirectResponse, Response
from starlette.types import Scope

from console import sessions as cookies
from console.auth import BACK
from console.openid import NotVouched, OpenId, Question
from console.sessions import Sessions, cookies_of, hashed
from console.sign_in_page import go_to, local_path
from tenants.store import sign_in


class Elsewhere:
    """The way to a provider and back. Nobody is made up here: whom nobody has added is told whom to ask."""

    def __init__(self, provider: OpenId, sessions: Sessions, public: str | None) -> None:
        self.provider = provider
        self.sessions = sessions
        self.public = public

    async def send(self, scope: Scope, wanted: str) -> Response:
        """Off to the provider, with a question that only this browser can bring the answer to. Raises NotVouched."""
        there, asked = await self.provider.ask(self._back_at(scope))
        answer = RedirectResponse(there, 303)
        kept = f"{asked.state}.{asked.nonce}.{asked.verifier}.{local_path(wanted).encode().hex()}"
        cookies.of_question(answer, kept)
        return answer

    async def receive(self, scope: Scope, said: Mapping[str, str]) -> Response:
        """In, as whoever the provider says that this is. Raises NotVouched."""
        shown = cookies_of(Headers(scope=scope).get("cookie", ""))
        kept = shown.get(cookies.ELSEWHERE, "").split(".")
        if len(kept) != 4:
            raise NotVouched("that took too long, or was begun in another browser")
        vouched = await self.provider.hear(Question(*kept[:3]), self._back_at(scope), said)
        async with self.sessions.database.system() as session:
            who = await sign_in.vouched(session, vouched.issuer, vouched.subject, vouched.verified_email)
        begun = None
        if who.id is not None and not who.is_disabled:
            begun = await self.sessions.begin(
                who.id, password_hash=None, instead_of=hashed(shown.get(cookies.SESSION))
            )
        if begun is None:
            whom = vouched.verified_email or "you, but no address of which it is sure"
            raise NotVouched(f"it knows {whom}, and nobody may sign in here as that")
        answer = go_to(local_path(_of_hex(kept[3])))
        cookies.remember(answer, *begun)
        cookies.of_question(answer, None)
        return answer

    def _back_at(self, scope: Scope) -> str:
        """Where the provider sends people back to: where they came from, by the one name or the other."""
        host = Headers(scope=scope)["host"]
        is_public = self.public is not None and host.lower() == urlsplit(self.public).netloc
        return f"{self.public if is_public else f'http://{host}'}{BACK}"


def _of_hex(text: str) -> str:
    try:
        return bytes.fromhex(text).decode("ascii")
    except ValueError:
        return ""
