"""The console over a real database, and a browser reduced to the requests that it makes."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest_asyncio

from console.app import create_app
from console.faces import read_faces, read_providers
from tenants.store.rls import READ
from tenants.store.session import Database
from tests.console import seeds
from tests.console.seeds import Sown

HOME = "http://127.0.0.1:8600"


class Visitor:
    """A browser at one address of the console: it sends what Dash's own script would send."""

    def __init__(self, client: httpx.AsyncClient, dependencies: list[dict[str, Any]]) -> None:
        self.client = client
        self.dependencies = dependencies
        self.here: dict[str, str] = {}

    def at(self, pathname: str, search: str = "") -> "Visitor":
        self.here = {"pathname": pathname, "search": search}
        return self

    async def send(self, trigger: str, value: Any, **states: Any) -> dict[str, Any]:
        """The answer to a change of this input, given as `id.property`; `states` by id."""
        answer = await self.post(trigger, value, **states)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def post(self, trigger: str, value: Any, **states: Any) -> httpx.Response:
        """The same, whether it is let in or not."""
        given = {"here": self.here, **states}
        wired = next(
            one for one in self.dependencies if not one["clientside_function"] and _names(one) == [trigger]
        )
        return await self.client.post("/_dash-update-component", json=_request(wired, trigger, value, given))

    async def told(self, trigger: str, value: Any, **states: Any) -> str:
        """What the person is told in a toast about this change."""
        answer = await self.send(trigger, value, **states)
        toast = answer["sideUpdate"]["toasts"]["sendNotifications"][0]
        return f"{toast['title']}: {toast['message']}"

    async def page(self) -> str:
        """All that the page at this address says, as JSON."""
        return json.dumps(
            (await self.send("visit.data", self.here))["response"]["content"], ensure_ascii=False
        )

    async def rows(self, start: int, end: int, trail: Any = None) -> tuple[list[dict[str, Any]], int, Any]:
        """Rows of the page's table, how many there are, and the trail to send with the next request."""
        request = {"startRow": start, "endRow": end, "sortModel": [], "filterModel": {}}
        response = (await self.send("grid.getRowsRequest", request, trail=trail))["response"]
        return (
            response["grid"]["getRowsResponse"]["rowData"],
            response["grid"]["getRowsResponse"]["rowCount"],
            response["trail"]["data"],
        )

    async def opened(self, name: object) -> dict[str, Any]:
        """What the drawer shows when the address opens this id."""
        there = self.here | {"search": f"{self.here['search'] or '?'}&open={name}"}
        return await self.send("opened.data", there)

    async def panel(self, name: object) -> str:
        """What the panel beside the list shows when the address opens this id, as JSON."""
        there = self.here | {"search": f"{self.here['search'] or '?'}&open={name}"}
        answer = await self.send("opened.data", there, panel=_ids("panel", "approval"))
        assert set(answer["response"]) == {'{"panel":"approval"}'}  # the drawer is left alone
        return json.dumps(answer["response"], ensure_ascii=False)

    async def press(self, do: str, on: object = "", seen: str = "", **fields: Any) -> dict[str, Any]:
        """The answer to a button that was pressed while these values stood in the fields."""
        pressed = {"do": do, "on": str(on), "seen": seen, "fields": fields, "at": 1}
        return await self.send("pressed.data", pressed)

    async def said(self, do: str, on: object = "", seen: str = "", **fields: Any) -> str:
        """What the person is told when a button was pressed."""
        toast = (await self.press(do, on, seen, **fields))["sideUpdate"]["toasts"]["sendNotifications"][0]
        return f"{toast['title']}: {toast['message']}"

    async def asked(self, do: str, on: object = "", seen: str = "") -> str:
        """What the person is asked before something is done, as JSON."""
        response = (await self.press(do, on, seen))["response"]
        assert response["ask"]["opened"] is True
        return json.dumps(response["ask"], ensure_ascii=False)

    async def refreshed(self, parts: list[str], **asks: Any) -> tuple[str, dict[str, Any]]:
        """The fresh parts as JSON, and what became of the table."""
        names = _ids("live", *parts)
        answer = await self.send("asks.data", {"n": 1, "since": None, "ids": [], **asks}, live=names)
        heard = answer["response"].pop("heard")["data"]
        return json.dumps(answer["response"], ensure_ascii=False), heard


def _ids(kind: str, *names: str) -> list[dict[str, Any]]:
    return [{"id": {kind: name}, "property": "id", "value": {kind: name}} for name in names]


def _names(wired: dict[str, Any]) -> list[str]:
    return [f"{one['id']}.{one['property']}" for one in wired["inputs"]]


def _request(wired: dict[str, Any], trigger: str, value: Any, given: dict[str, Any]) -> dict[str, Any]:
    states = []
    for state in wired["state"]:
        if state["id"].startswith("{"):
            states.append(given.get(next(iter(json.loads(state["id"]))), []))
        else:
            states.append({**state, "value": given.get(state["id"])})
    name, _, prop = trigger.rpartition(".")
    outputs: list[Any] = []
    for text in wired["output"].strip(".").split("..."):
        target, _, target_prop = text.rpartition(".")
        if target.startswith("{"):
            outputs.append([{"id": one["value"], "property": "children"} for one in states[-1]])
        else:
            outputs.append({"id": target, "property": target_prop.split("@")[0]})
    return {
        "output": wired["output"],
        "outputs": outputs if wired["output"].startswith("..") else outputs[0],
        "inputs": [{"id": name, "property": prop, "value": value}],
        "state": states,
        "changedPropIds": [trigger],
    }


@pytest_asyncio.fixture
async def reading(database_url: str) -> AsyncIterator[Database]:
    reading = Database.at(database_url, role=READ, pool_size=4, read_only=True)
    yield reading
    await reading.close()


@pytest_asyncio.fixture
async def client(database: Database, reading: Database) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(
        reading=reading,
        acting=database,
        agents=read_faces(json.dumps(seeds.FACES)),
        providers=read_providers(json.dumps(seeds.PROVIDERS)),
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=HOME) as client:
        yield client


@pytest_asyncio.fixture
async def visitor(client: httpx.AsyncClient) -> Visitor:
    return Visitor(client, (await client.get("/_dash-dependencies")).json())


@pytest_asyncio.fixture
async def acme(database: Database) -> Sown:
    return await seeds.sow(database, "acme", leads=60)


@pytest_asyncio.fixture
async def rival(database: Database) -> Sown:
    return await seeds.sow(database, "rival", leads=12, lane=1)
