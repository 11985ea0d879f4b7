import httpx
import pytest
from starlette.types import Message, Scope

from console.auth import Gate
from console.sessions import Sessions
from tenants.store.session import Database
from tests.console.conftest import HOME, Visitor
from tests.console.seeds import Sown


@pytest.mark.parametrize("host", ["127.0.0.1:8600", "localhost:8600", "LOCALHOST", "[::1]:8600"])
async def test_this_machines_own_names_are_let_in(client: httpx.AsyncClient, host: str):
    assert (await client.get("/healthz", headers={"Host": host})).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "127.0.0.1.evil.example",
        "evil.example:8600",
        "localhost@evil.example",
        "",
        "127.0.0.1:x",
    ],
)
async def test_a_foreign_host_is_refused(client: httpx.AsyncClient, host: str):
    answer = await client.get("/healthz", headers={"Host": host})
    assert answer.status_code == 403
    assert "Content-Security-Policy" in answer.headers


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:9999"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
async def test_a_post_from_another_site_is_refused(client: httpx.AsyncClient, headers: dict[str, str]):
    answer = await client.post("/_dash-update-component", json={}, headers=headers)
    assert answer.status_code == 403


async def test_a_post_from_our_own_page_is_let_in(visitor: Visitor, acme: Sown):
    visitor.client.headers.update({"Origin": HOME, "Sec-Fetch-Site": "same-origin"})
    assert "Prospects" in await visitor.at("/t/acme/pipeline").page()


async def test_bodies_are_limited(client: httpx.AsyncClient):
    answer = await client.post("/_dash-update-component", content=b" " * 1_000_001)
    assert answer.status_code == 413

    async def drip():
        yield b"{}"

    assert (await client.post("/_dash-update-component", content=drip())).status_code == 411


async def test_headers_are_strict(client: httpx.AsyncClient, acme: Sown):
    answer = await client.get("/t/acme/pipeline")
    policy = dict(part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert "unsafe" not in policy["script-src"]
    assert policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert len(answer.headers["X-Request-Id"]) == 12


async def test_the_page_names_no_other_address(client: httpx.AsyncClient, acme: Sown):
    page = (await client.get("/t/acme/pipeline")).text
    scripts_and_styles = [line for line in page.splitlines() if "src=" in line or "href=" in line]
    assert scripts_and_styles
    assert not any("//" in line for line in scripts_and_styles)


@pytest.mark.parametrize(
    ("origin", "let_in"), [("http://127.0.0.1:8600", True), ("http://evil.example", False)]
)
async def test_websockets_pass_the_same_gate(database: Database, origin: str, let_in: bool):
    reached: list[Scope] = []
    sent: list[Message] = []

    async def app(scope: Scope, receive: object, send: object) -> None:
        reached.append(scope)

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [(b"host", b"127.0.0.1:8600"), (b"origin", origin.encode())]
    scope = {"type": "websocket", "path": "/_dash-ws-callback", "headers": headers}
    await Gate(app, Sessions(database), script_hashes=())(scope, None, send)
    assert bool(reached) is let_in
    assert [message["type"] for message in sent] == ([] if let_in else ["websocket.close"])
