"""The console as one ASGI application: everything is put together here, and nowhere else."""

import base64
import hashlib
from collections.abc import Sequence

from dash import Dash
from fastapi import FastAPI
from fastapi.middleware.gzip import GZipMiddleware
from starlette.responses import JSONResponse
from starlette.types import ASGIApp

from console import answers, deeds, frame
from console.acts import Acts
from console.addresses import Addresses
from console.answers import Answers
from console.auth import CSRF_HEADER, Gate
from console.deeds import Deeds
from console.downloads import Downloads
from console.elsewhere import Elsewhere
from console.faces import AgentFace, ProviderFace
from console.faults import told
from console.openid import OpenId
from console.pages import discovered
from console.plain import THEME_FIRST
from console.reads import Reads
from console.sessions import CSRF, Sessions
from console.sign_in import SignIn
from tenants.store.session import Database, DatabaseError


def create_app(
    *,
    reading: Database,
    acting: Database,
    agents: Sequence[AgentFace] = (),
    providers: Sequence[ProviderFace] = (),
    public: str | None = None,
    openid: OpenId | None = None,
) -> ASGIApp:
    """The console over these databases: one to read from, as the reading role, and one to act through.

    `agents` are the agents that exist; without any, those are shown that have left a trace. `providers` are those that
    a tenant could be connected to. With `public`, the https address of a proxy in front, people come in by that name
    too; with `openid` they may be vouched for there.
    """
    reads, acts, pages = Reads(reading, agents, providers, acting), Acts(acting), discovered()
    server = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    _tell_signs_of_life(server, reads)
    dash, answering = _dash(server), Answers(reads, pages)
    answers.wire(dash, answering)
    deeds.wire(dash, Deeds(answering, acts))
    for page in pages.values():
        if page.wire is not None:
            page.wire(dash, answering.asked, acts)
    needs = {slug: page.needs for slug, page in pages.items()}
    served = Downloads(Addresses(server, reads=reads, needs=needs, first=next(iter(pages))), answering)
    sessions = Sessions(acting)
    elsewhere = Elsewhere(openid, sessions, public) if openid is not None else None
    entered = SignIn(GZipMiddleware(served, minimum_size=1000), sessions, elsewhere)
    hashes = (*dash.csp_hashes(), _hash(THEME_FIRST))
    return Gate(entered, sessions, script_hashes=hashes, public=public)


def _tell_signs_of_life(server: FastAPI, reads: Reads) -> None:
    @server.get("/healthz")
    async def healthz() -> JSONResponse:
        try:
            await reads.now()
        except DatabaseError:
            return JSONResponse({"status": "the database does not answer"}, 503)
        return JSONResponse({"status": "ok"})


def _dash(server: FastAPI) -> Dash:
    # assets are found beside this package; the name must not be a module's, or pages would be imported twice
    dash = Dash(
        "console",
        server=server,
        assets_folder="assets",
        serve_locally=True,
        enable_mcp=False,
        websocket_callbacks=False,
        suppress_callback_exceptions=True,
        update_title="",
        title="Leadmill",
        index_string=frame.INDEX,
        csrf_token_name=CSRF,
        csrf_header_name=CSRF_HEADER,
        on_error=told,
    )
    dash.layout = frame.layout
    return dash


def _hash(script: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
