"""Addresses: `/t/<tenant>/<page>?<filters>`, what they mean, and which ones there are."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote

from starlette.responses import HTMLResponse, RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from console.auth import actor, csrf
from console.faults import BadRequest, NotFound
from console.plain import plain_page, sign_out_form
from console.reads import Reads
from tenants.people import Right

LENGTH_LIMIT = 2000
_MACHINERY = ("/_dash-", "/_reload-hash", "/_favicon.ico", "/assets/", "/healthz")


@dataclass(frozen=True, slots=True)
class Address:
    """Where a person is: which tenant, which page, which filters."""

    tenant: str
    slug: str
    query: Mapping[str, str]


def address_of(sent: object) -> Address:
    """The address that a browser says it is at.

    Raises BadRequest where it is no address, NotFound where no page could be there.
    """
    if not isinstance(sent, Mapping):
        raise BadRequest("The browser did not say which page it shows.")
    path, search = str(sent.get("pathname") or ""), str(sent.get("search") or "")
    if len(path) + len(search) > LENGTH_LIMIT:
        raise BadRequest("That address is too long.")
    parts = path.strip("/").split("/")
    if len(parts) != 3 or parts[0] != "t":
        raise NotFound("There is no such page.")
    try:
        query = dict(parse_qsl(search.lstrip("?"), max_num_fields=20))
    except ValueError:
        raise BadRequest("That address has too many filters.") from None
    return Address(parts[1], parts[2], query)


def path_to(tenant: str, slug: str) -> str:
    """The path of a tenant's page."""
    return f"/t/{quote(tenant, safe='')}/{slug}"


class Addresses:
    """The signpost: it sends the root to the first tenant, and says 404 where there is nothing.

    `needs` are the pages, each with the right that one needs to look at it.
    """

    def __init__(self, app: ASGIApp, *, reads: Reads, needs: Mapping[str, Right], first: str) -> None:
        self.app = app
        self.reads = reads
        self.needs = needs
        self.first = first

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The answer to one request."""
        if scope["type"] != "http" or scope["path"].startswith(_MACHINERY):
            await self.app(scope, receive, send)
        elif scope["path"] == "/":
            await (await self._welcome())(scope, receive, send)
        elif await self._exists(scope["path"]):
            # Dash prepares itself only when its own root is asked for, and draws every page from there
            await self.app({**scope, "path": "/", "raw_path": b"/"}, receive, send)
        else:
            await plain_page("Page not found", _NOT_FOUND, 404)(scope, receive, send)

    async def _welcome(self) -> HTMLResponse | RedirectResponse:
        tenants = await self.reads.tenants(actor())
        if tenants:
            return RedirectResponse(path_to(tenants[0].name, self.first), 307)
        if actor().is_everywhere:
            return plain_page("No tenant yet", _NO_TENANT)
        return plain_page("No role yet", _NO_ROLE + sign_out_form(csrf()))

    async def _exists(self, path: str) -> bool:
        try:
            address = address_of({"pathname": path})
            tenant = await self.reads.tenant(address.tenant, actor())
        except (BadRequest, NotFound):
            return False
        return self.needs.get(address.slug) in actor().rights_in(tenant.id)


_NOT_FOUND = """
  <p>There is no page at this address: the tenant or the page is spelled otherwise, or it was removed.</p>
  <p><a href="/">Go to the first tenant</a></p>
"""
_NO_ROLE = """
  <p>You are signed in, and have no role in any tenant: ask an admin for one, then sign in again.</p>
"""
_NO_TENANT = """
  <p>A tenant is a customer organisation: what it looks for, with which providers. Add the first one, then
  load this page again.</p>
  <pre>leadmill tenant add acme</pre>
"""
