"""Who may what: every callback, button and file that there is, for every role, here and in another's tenant.

The list is the application's own: whatever is new is asked for with everybody's rights, or has no recipe here, and
then this fails. Nothing of what is refused may leave a trace in the database.
"""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import asyncpg
import httpx
import pytest_asyncio
from dash import Dash
from dash._callback import GLOBAL_CALLBACK_MAP

from console import app as wiring
from console.auth import CSRF_HEADER
from console.faces import read_faces
from console.page import Deed
from scoring_models.folder import ModelFolder
from tenants.people import Given, Role
from tenants.settings import StoreSettings
from tests.console import passes, seeds
from tests.console.conftest import HOME, Visitor
from tests.console.passes import Pass
from tests.console.test_deeds import WORDS, Target

# written out here once more, so that neither is changed without the other
ROLES = {
    Role.VIEWER: {"see"},
    Role.OPERATOR: {"see", "operate"},
    Role.APPROVER: {"see", "approve"},
    Role.ML: {"see", "models"},
    Role.ADMIN: {"see", "operate", "approve", "models", "administer"},
    Role.PLATFORM: {"see", "operate", "approve", "models", "administer", "platform"},
}
DEEDS_OF = {
    "agents": "operate",
    "approvals": "approve",
    "errors": "operate",
    "lead": "operate",
    "models": "models",
    "icp": "administer",
    "budgets": "administer",
    "integrations": "administer",
    "people": "administer",
}
LOOKS = {("icp", name) for name in ("preview", "show-yaml", "show-form", "add-persona", "drop-persona")}
PLATFORMS = {"add-person", "new-password", "disable-person", "enable-person"}
LOOKED_AT = {"people": "administer"}
# what changes between two looks without anybody's doing: sessions are noted, and sequences are not rows
UNWATCHED = ("alembic_version", "console_session")


@dataclass(frozen=True)
class Request:
    """Something that a browser can ask of a tenant's console: which right it needs, and whether it was granted."""

    name: str
    right: str
    send: Callable[[Visitor, str], Awaitable[httpx.Response]]
    is_granted: Callable[[httpx.Response], bool]


class House:
    """One application over one database, with two tenants and somebody of each role in the first."""

    def __init__(self, database, owner, visitor, pages, triggers, targets) -> None:
        self.database = database
        self.owner = owner
        self.visitor = visitor
        self.pages = pages
        self.triggers = triggers
        self.targets = targets
        self.reached: list[tuple[str, str]] = []

    def watch(self) -> None:
        """Every deed counts that it was reached, and does what it does."""
        for page in self.pages.values():
            for name, deed in list(page.deeds.items()):
                page.deeds[name] = Deed(deed.needs, self._counted(page.slug, name, deed))

    def unwatch(self, before) -> None:
        for slug, deeds in before.items():
            self.pages[slug].deeds.update(deeds)

    def _counted(self, slug, name, deed):
        async def does(view, acts, press):
            self.reached.append((slug, name))
            return await deed.does(view, acts, press)

        return does

    async def standing(self) -> str:
        """All rows of all tables, in one word."""
        tables = await self.owner.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'leadmill'")
        parts = [
            f"SELECT '{table}' AS name, count(*) AS rows, COALESCE(sum(hashtext(t::text)::bigint), 0) AS sum "
            f'FROM leadmill."{table}" t'
            for (table,) in tables
            if table not in UNWATCHED
        ]
        return str(sorted(map(str, await self.owner.fetch(" UNION ALL ".join(parts)))))

    def requests(self) -> list[Request]:
        """Everything that can be asked, found in the application itself."""
        found = [self._callback(trigger) for trigger in self.triggers if trigger != "pressed.data"]
        found += [self._deed(page.slug, name) for page in self.pages.values() for name in page.deeds]
        for page in self.pages.values():
            found.append(_fetched(page.slug))
            if page.table is not None and page.table.file is not None:
                found.append(_fetched(f"{page.slug}.csv"))
        return found

    def _callback(self, trigger: str) -> Request:
        values, right, word = {
            "visit.data": (lambda here: here, "see", '"tenant"'),
            "opened.data": (lambda here: here, "see", '"drawer"'),
            "asks.data": (lambda here: {"n": 1, "since": None, "ids": []}, "see", '"heard"'),
            "grid.getRowsRequest": (lambda here: {"startRow": 0, "endRow": 5}, "see", '"rowData"'),
            "wish.data": (lambda here: {"agent": "scoring", "enabled": True}, "operate", '"done": true'),
        }[trigger]
        page = "agents" if trigger == "wish.data" else "runs"

        async def send(visitor: Visitor, tenant: str) -> httpx.Response:
            visitor.at(f"/t/{tenant}/{page}")
            return await visitor.post(trigger, values(visitor.here), live=[], panel=[])

        def is_granted(answer: httpx.Response) -> bool:
            text = answer.text.replace('":', '": ').replace(":  ", ": ")
            return answer.status_code == 200 and word in text and "Page not found" not in text

        return Request(trigger, right, send, is_granted)

    def _deed(self, slug: str, name: str) -> Request:
        async def send(visitor: Visitor, tenant: str) -> httpx.Response:
            self.reached.clear()
            target = self.targets[tenant]
            visitor.at(f"/t/{tenant}/{slug}", "?group=f1" if slug == "errors" else "")
            on, seen, fields = target.aim(name)
            pressed = {"do": name, "on": on, "seen": seen, "fields": fields, "at": 1}
            return await visitor.post("pressed.data", pressed)

        right = "see" if (slug, name) in LOOKS else "platform" if name in PLATFORMS else DEEDS_OF[slug]
        return Request(f"{slug}: {name}", right, send, lambda answer: (slug, name) in self.reached)


def _fetched(page: str) -> Request:
    async def send(visitor: Visitor, tenant: str) -> httpx.Response:
        return await visitor.client.get(f"/t/{tenant}/{page}")

    right = LOOKED_AT.get(page, "see")
    return Request(f"GET {page}", right, send, lambda answer: answer.status_code == 200)


@pytest_asyncio.fixture
async def house(database, reading, database_url, monkeypatch, tmp_path):
    made: list[Dash] = []

    class Kept(Dash):
        def __init__(self, *args, **kwargs) -> None:
            super().__init__(*args, **kwargs)
            made.append(self)

    monkeypatch.setattr(wiring, "Dash", Kept)
    monkeypatch.setenv("LEADMILL_HOME", str(tmp_path))
    folder = ModelFolder.of(StoreSettings(home=tmp_path))
    app = wiring.create_app(reading=reading, acting=database, agents=read_faces(json.dumps(seeds.FACES)))
    callbacks = {**made[0].callback_map, **GLOBAL_CALLBACK_MAP}
    triggers = {
        f"{one['id']}.{one['property']}"
        for entry in callbacks.values()
        if "callback" in entry
        for one in entry["inputs"]
    }
    targets = {}
    for lane, name in enumerate(("acme", "rival")):
        targets[name] = Target(await seeds.sow(database, name, leads=12, lane=lane), database)
        await targets[name].sow()
        await targets[name].sow_models(folder)
        await targets[name].connect()
        await targets[name].sow_profiles()
        await targets[name].sow_budgets()
    pages = wiring.discovered()
    before = {slug: dict(page.deeds) for slug, page in pages.items()}
    owner = await asyncpg.connect(database_url)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=HOME) as client:
        visitor = Visitor(client, (await client.get("/_dash-dependencies")).json())
        house = House(database, owner, visitor, pages, sorted(triggers), targets)
        house.watch()
        yield house
    house.unwatch(before)
    await owner.close()


async def _people(house: House) -> dict[Role, Pass]:
    for role in ROLES:
        tenant_id = None if role is Role.PLATFORM else house.targets["acme"].sown.id
        await passes.add(house.database, role, Given(role, tenant_id))
    await passes.add(house.database, "bob", Given(Role.VIEWER, house.targets["acme"].sown.id))
    return {role: await passes.begin(house.database, role) for role in ROLES}


async def test_everybody_does_what_they_may_and_nothing_else(house: House):
    everybody = await _people(house)
    client, requests = house.visitor.client, house.requests()
    assert len(requests) > 40
    asked = [(role, tenant, one) for role in ROLES for tenant in ("acme", "rival") for one in requests]
    allowed = [
        (role, tenant, one)
        for role, tenant, one in asked
        if one.right in ROLES[role] and (tenant == "acme" or role is Role.PLATFORM)
    ]
    before = await house.standing()

    async def granted(role: Role, tenant: str, one: Request) -> bool:
        house.reached.clear()
        client.headers.update(everybody[role].headers)
        return one.is_granted(await one.send(house.visitor, tenant))

    refused = [triple for triple in asked if triple not in allowed]
    wrong = [(role, tenant, one.name) for role, tenant, one in refused if await granted(role, tenant, one)]
    assert wrong == []
    assert await house.standing() == before
    wrong = [
        (role, tenant, one.name) for role, tenant, one in allowed if not await granted(role, tenant, one)
    ]
    assert wrong == []
    assert await house.standing() != before


async def test_everybodys_models_are_moved_by_the_platform_only(house: House):
    everybody = await _people(house)
    client = house.visitor.client
    for role in ROLES:
        client.headers.update(everybody[role].headers)
        for name in house.pages["models"].deeds:
            house.reached.clear()
            await house.visitor.at("/t/acme/models").post(
                "pressed.data", {"do": name, "on": "all:fit-1", "seen": "", "fields": WORDS}
            )
            assert (("models", name) in house.reached) == (role is Role.PLATFORM), (role, name)


async def test_without_its_token_or_after_its_end_a_session_is_nobody(house: House):
    """Missing and foreign tokens, a session that was signed out, one that was made up, and none at all."""
    everybody = await _people(house)
    client, admin, other = house.visitor.client, everybody[Role.PLATFORM], everybody[Role.ADMIN]
    gone = await passes.begin(house.database, Role.PLATFORM)
    await passes.end(house.database, gone)
    before = await house.standing()
    fakes = {
        "no token": ({"Cookie": admin.headers["Cookie"]}, 403),
        "a foreign token": (admin.headers | {CSRF_HEADER: other.csrf}, 403),
        "signed out": (gone.headers, 401),
        "made up": (Pass("x", "A" * 43, "x").headers, 401),
        "nobody": ({}, 401),
    }
    for fake, (headers, status) in fakes.items():
        for name in ("Cookie", CSRF_HEADER):
            client.headers.pop(name, None)
        client.headers.update(headers)
        for one in house.requests():
            house.reached.clear()
            answer = await one.send(house.visitor, "acme")
            # whoever only looks needs no token; whoever has no session is sent to where one signs in
            looked = 200 if status == 403 else 303
            expected = looked if one.name.startswith("GET") else status
            assert answer.status_code == expected, (fake, one.name)
            assert house.reached == []
    assert await house.standing() == before


async def test_anothers_tenant_answers_as_one_that_there_is_not(house: House):
    everybody = await _people(house)
    house.visitor.client.headers.update(everybody[Role.ADMIN].headers)
    house.targets["nobody"] = house.targets["rival"]
    for one in house.requests():
        answers = [await one.send(house.visitor, tenant) for tenant in ("rival", "nobody")]
        theirs, nobodys = [
            (one.status_code, one.text.replace("rival", "nobody").replace(one.headers["X-Request-Id"], "id"))
            for one in answers
        ]
        assert theirs == nobodys, one.name
