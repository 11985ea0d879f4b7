import httpx
import pytest
from starlette.types import Message, Scope

from console.auth import Gate
from console.sessions import Sessions
from tenants.store.session import Database
from tests.console import passes
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


@pytest.mark.parametrize("shown", ["a session", "one that has ended", "nothing"])
async def test_a_websocket_needs_a_session_once_somebody_was_added(database: Database, shown: str):
    reached: list[Scope] = []
    sent: list[Message] = []

    async def app(scope: Scope, receive: object, send: object) -> None:
        reached.append(scope)

    async def send(message: Message) -> None:
        sent.append(message)

    await passes.add(database, "ada")
    mine = await passes.begin(database, "ada")
    if shown == "one that has ended":
        await passes.end(database, mine)
    headers = [(b"host", b"127.0.0.1:8600"), (b"origin", b"http://127.0.0.1:8600")]
    if shown != "nothing":
        headers.append((b"cookie", mine.headers["Cookie"].encode()))
    scope = {"type": "websocket", "path": "/_dash-ws-callback", "headers": headers}
    await Gate(app, Sessions(database), script_hashes=())(scope, None, send)
    assert bool(reached) == (shown == "a session")
    assert [message["type"] for message in sent] == ([] if reached else ["websocket.close"])


async def test_offered_to_others_it_is_open_to_nobody(database: Database):
    """Whatever becomes of the people: where others reach it, nobody is the person at this machine."""
    reached: list[Scope] = []
    sent: list[Message] = []

    async def app(scope: Scope, receive: object, send: object) -> None:
        reached.append(scope)

    async def send(message: Message) -> None:
        sent.append(message)

    public = "https://leadmill.example.com"
    for host in (b"leadmill.example.com", b"127.0.0.1:8600"):
        scope = {"type": "http", "method": "GET", "path": "/t/acme/runs", "headers": [(b"host", host)]}
        await Gate(app, Sessions(database), script_hashes=(), public=public)(scope, None, send)
    assert reached == []
    begun = [one for one in sent if one["type"] == "http.response.start"]
    assert [one["status"] for one in begun] == [403, 403]
    assert all(b"strict-transport-security" in dict(one["headers"]) for one in begun)


@pytest.mark.parametrize(
    ("host", "origin", "status"),
    [
        ("leadmill.example.com", "https://leadmill.example.com", 401),
        ("leadmill.example.com", "null", 403),
        ("leadmill.example.com", "https://evil.example", 403),
        ("leadmill.example.com:8443", "https://leadmill.example.com:8443", 403),
        ("127.0.0.1:8600", "https://leadmill.example.com", 403),
        ("www.leadmill.example.com", "https://leadmill.example.com", 403),
    ],
)
async def test_others_come_by_the_one_name_only(database: Database, host: str, origin: str, status: int):
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    await passes.add(database, "ada")
    headers = {"host": host, "origin": origin, "content-length": "0"}
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/_dash-update-component",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    gate = Gate(None, Sessions(database), script_hashes=(), public="https://leadmill.example.com")
    await gate(scope, None, send)
    assert sent[0]["status"] == status


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
