import inspect
import json

import httpx
import pytest
from dash import Dash
from dash._callback import GLOBAL_CALLBACK_MAP

from console import app as wiring
from tenants.store.session import Database
from tests.console import seeds
from tests.console.conftest import Visitor
from tests.console.seeds import Sown


async def test_the_root_leads_to_the_first_tenants_pipeline(
    client: httpx.AsyncClient, acme: Sown, rival: Sown
):
    answer = await client.get("/")
    assert answer.status_code == 307
    assert answer.headers["Location"] == "/t/acme/pipeline"


async def test_without_a_tenant_the_root_says_what_to_do(client: httpx.AsyncClient):
    answer = await client.get("/")
    assert answer.status_code == 200
    assert "leadmill tenant add" in answer.text


@pytest.mark.parametrize(
    "page", ["pipeline", "lead", "approvals", "errors", "insights", "agents", "runs", "budgets"]
)
async def test_pages_answer(client: httpx.AsyncClient, visitor: Visitor, acme: Sown, page: str):
    answer = await client.get(f"/t/acme/{page}")
    assert answer.status_code == 200
    assert '<html lang="en">' in answer.text
    response = (await visitor.send("visit.data", {"pathname": f"/t/acme/{page}", "search": ""}))["response"]
    assert response["title"]["data"] == f"{page.capitalize()} · acme"
    assert response["tenant"]["value"] == "acme"


@pytest.mark.parametrize(
    "path",
    [
        "/t/nobody/pipeline",
        "/t/acme/nothing",
        "/t/acme",
        "/docs",
        "/openapi.json",
        "/redoc",
        "/t/acme/runs/1",
        "/mcp",
    ],
)
async def test_what_is_not_there_is_404(client: httpx.AsyncClient, acme: Sown, path: str):
    answer = await client.get(path)
    assert answer.status_code == 404
    assert "Page not found" in answer.text


async def test_health(client: httpx.AsyncClient):
    assert (await client.get("/healthz")).json() == {"status": "ok"}


async def test_a_database_that_is_gone_is_told_with_an_id(
    client: httpx.AsyncClient, reading: Database, monkeypatch
):
    for pool in ("_tenants", "_system"):
        monkeypatch.setattr(reading, pool, None)
    answer = await client.get("/t/acme/pipeline")
    assert answer.status_code == 500
    assert f"quote error {answer.headers['X-Request-Id']}" in answer.text
    assert "Content-Security-Policy" in answer.headers


async def test_nonsense_is_refused_without_a_traceback(client: httpx.AsyncClient):
    for body in ("{}", "[]", "nonsense", json.dumps({"output": "nothing.children", "inputs": []})):
        answer = await client.post(
            "/_dash-update-component", content=body, headers={"Content-Type": "application/json"}
        )
        assert answer.status_code in (400, 500)
        assert "Traceback" not in answer.text


async def test_a_fault_is_told_with_an_id_and_nothing_more(
    visitor: Visitor, acme: Sown, reading: Database, monkeypatch, caplog
):
    for pool in ("_tenants", "_system"):
        monkeypatch.setattr(reading, pool, None)
    page = await visitor.at("/t/acme/pipeline").page()
    assert "Something went wrong" in page
    assert "quote error" in page
    assert "NoneType" not in page
    assert "AttributeError" in caplog.text


async def test_every_callback_is_async(monkeypatch, reading: Database, database: Database):
    made: list[Dash] = []

    class Kept(Dash):
        def __init__(self, *args, **kwargs) -> None:
            super().__init__(*args, **kwargs)
            made.append(self)

    monkeypatch.setattr(wiring, "Dash", Kept)
    wiring.create_app(reading=reading, acting=database)
    callbacks = {**made[0].callback_map, **GLOBAL_CALLBACK_MAP}
    served = {name: entry["callback"] for name, entry in callbacks.items() if "callback" in entry}
    assert len(served) >= 5
    assert [name for name, function in served.items() if not inspect.iscoroutinefunction(function)] == []


async def test_agents_that_nobody_listed_are_those_that_left_a_trace(
    reading: Database, database: Database, acme: Sown
):
    app = wiring.create_app(reading=reading, acting=database)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client:
        visitor = Visitor(client, (await client.get("/_dash-dependencies")).json())
        page = await visitor.at("/t/acme/agents").page()
    for agent in seeds.AGENTS:
        assert f"switched-{agent}" in page
