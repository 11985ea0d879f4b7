"""Every button of every page: what it does is written down with a name, and to others it does nothing."""

import getpass
import json

import httpx
import pytest

from console.drafts import Draft
from console.pages import discovered
from scoring_models.folder import ModelFolder
from scoring_models.lifecycle import Lifecycle
from scoring_models.registry import Registry
from tenants.budgets import Budgets, fields_of
from tenants.differences import fields_hash
from tenants.people import Given, Role
from tenants.profiles import Profile
from tenants.settings import StoreSettings
from tenants.store import people, pins, profiles, spending
from tenants.store.session import Database
from tests.console import passes
from tests.console.conftest import Visitor
from tests.console.connecting import KEY, connect
from tests.console.seeds import Sown
from tests.console.waiting import audit_of, enrolment, fail, new_companies
from tests.scoring_models import world

ME = getpass.getuser()
ONLY_ASKS = {
    ("approvals", "decide-together"),
    ("errors", "ask-retry"),
    ("errors", "ask-resolve"),
    ("integrations", "ask-order"),
    ("agents", "ask-hold"),
    ("agents", "ask-on"),
    ("lead", "ask-pin"),
    ("models", "ask-promote"),
    ("models", "ask-roll-back"),
    *(
        ("icp", do)
        for do in ("preview", "show-yaml", "show-form", "add-persona", "drop-persona", "ask-save", "ask-back")
    ),
    ("budgets", "ask-budgets"),
}
BULK = {("approvals", "approve-bulk"), ("approvals", "reject-bulk")}
MODELS = frozenset(discovered()["models"].deeds)
PEOPLE = frozenset(discovered()["people"].deeds)
DEEDS = sorted((page.slug, do) for page in discovered().values() for do in page.deeds)
WORDS = {
    "reject-words": "no",
    "bulk-reason": "no",
    "why-resolve-one": "known",
    "why-resolve-all": "known",
    "effect.name": "Ada",
    "assignee": "bob",
    "why-withdraw": "no",
    "why-roll-back": "no",
    "why-pin": "I know them",
    "pin-tier": "A",
    "hold-how": "Drain",
    "hold-long": "for 4 hours",
    "why-hold": "the vendor is down",
    "key-apollo": "sim-apollo-key-5678",
    "pace-apollo": "90",
    "why-save": "they buy",
    "why-back": "they bought",
    "why-budgets": "it pays",
    "give-role": "approver",
    "add-role": "viewer",
    "add-login": "carla",
}
PROVIDERS = frozenset(discovered()["integrations"].deeds)
AGENTS = frozenset(discovered()["agents"].deeds)
PINS = frozenset({"ask-pin", "pin", "unpin"})
PROFILES = frozenset(discovered()["icp"].deeds)
BUDGETS = frozenset(discovered()["budgets"].deeds)


class Target:
    """One thing of a tenant for each deed to be done to."""

    def __init__(self, sown: Sown, database: Database) -> None:
        self.sown = sown
        self.database = database
        self.login = "bob"

    async def sow(self) -> None:
        async with self.database.tenant(self.sown.id) as session:
            await session.run("UPDATE run SET status = 'done' WHERE status = 'failed'")
            await session.run("""UPDATE tenant SET config = '{"approvals": {"bulk": ["source"]}}'""")
        self.held = await enrolment(self.database, self.sown)
        await new_companies(self.database, self.sown, 2)
        (self.run_id,) = await fail(self.database, self.sown)
        async with self.database.tenant(self.sown.id) as session:
            before = await session.value("SELECT input FROM run WHERE id = :id", id=self.run_id)
            self.lead_id = await session.value(
                "SELECT id FROM lead WHERE tenant_id = :tenant_id AND score IS NOT NULL ORDER BY id LIMIT 1",
                tenant_id=self.sown.id,
            )
        self.input = json.dumps({**before, "icp_version": 2})

    async def sow_for(self, page: str, do: str, models: ModelFolder) -> None:
        """What a page's buttons are for, beside what every page has."""
        if page == "models":
            await self.sow_models(models)
        if page == "icp":
            await self.sow_profiles()
        if page == "budgets":
            await self.sow_budgets()
        if page == "integrations":
            await self.connect()
        if do == "unpin":
            await self.pin()

    async def pin(self) -> None:
        """A person's score for the lead, as if it had been there for long."""
        async with self.database.tenant(self.sown.id) as session:
            await pins.pin(session, self.lead_id, 40, by="ann", reason="they wrote to her")
            await session.run("DELETE FROM audit")

    async def sow_people(self, role: Role, visitor: Visitor, at: Sown) -> None:
        """Somebody to do it to, and the visitor as somebody of this role."""
        self.login = f"bob-{self.sown.name}"
        await passes.add(self.database, self.login, Given(Role.VIEWER, self.sown.id))
        await passes.add(self.database, ME, Given(role, None if role.is_everywhere else at.id))
        visitor.client.headers.update((await passes.begin(self.database, ME)).headers)
        await self.forget(at)

    async def keep_out(self) -> None:
        """The person kept out, as if it had been so for long."""
        async with self.database.system() as session:
            await people.disable(session, self.login, by="root")
        await self.forget(self.sown)

    async def forget(self, at: Sown) -> None:
        """Nothing in the audits of what was only to prepare."""
        for tenant in (self.sown, at):
            async with self.database.tenant(tenant.id) as session:
                await session.run("DELETE FROM audit")

    async def sow_models(self, folder: ModelFolder) -> None:
        """A model of the tenant's own that judges, and another one that is proposed."""
        registry, life = Registry(self.database, folder), Lifecycle(self.database, folder, self.sown.id)
        self.models = [
            await registry.register(world.trained(), name="fit", tenant_id=self.sown.id) for _ in range(2)
        ]
        await life.propose(self.models[0], by="ann", dataset=None)
        await life.promote(by="ann")
        await life.propose(self.models[1], by="ann", dataset=None, despite="a test")

    async def connect(self) -> None:
        """Two providers, whose order a person may change."""
        for provider in ("apollo", "hunter"):
            await connect(self.database, self.sown, provider, api_key=KEY)
        async with self.database.tenant(self.sown.id) as session:
            way = await session.value("SELECT changed_at FROM connection WHERE provider = 'apollo'")
        self.way = way.isoformat()

    async def sow_profiles(self) -> None:
        """A profile that no other tenant has, and another one before it."""
        async with self.database.tenant(self.sown.id) as session:
            for city in ("Lyon", self.sown.name):
                profile = Profile.model_validate({"icp": {"cities": [city]}})
                seen = (await profiles.current(session)).hash
                await profiles.save(session, profile, seen=seen, by="ann", reason="they pay")
            self.profile = (await profiles.current(session)).hash
            await session.run("DELETE FROM audit")

    async def sow_budgets(self) -> None:
        """Budgets that no other tenant has."""
        budgets = Budgets(day_usd=len(self.sown.name), total_usd=len(self.sown.leads))
        async with self.database.tenant(self.sown.id) as session:
            seen = fields_hash(fields_of(Budgets()))
            await spending.save(session, budgets, seen=seen, by="ann", reason="they pay")
            await session.run("DELETE FROM audit")
        self.budgets = fields_hash(fields_of(budgets))

    def aim(self, do: str, seen: str | None = None) -> tuple[str, str, dict]:
        """On what a button is pressed so that it does something, as what that was seen, and what stands beside it."""
        fields = {**WORDS, "input": self.input}
        if do in PEOPLE:
            on = {"take-role": f"{self.login}:viewer", "give-role": "", "add-person": ""}.get(do, self.login)
            return on, "", fields | {"give-login": self.login}
        if do in AGENTS:
            return "scoring", "", fields
        if do in PROVIDERS:
            return ("hunter,apollo", "1", fields) if do.endswith("-order") else ("apollo", self.way, fields)
        if do in BUDGETS:
            wanted = Budgets(day_usd=99, total_usd=999)
            form = {f"budget.{name}": text for name, text in fields_of(wanted).items()}
            return "", f"{self.budgets}:{fields_hash(fields_of(wanted))}", fields | form
        if do in PROFILES:
            draft = Draft.of({"icp": {"cities": ["Oslo"]}, "personas": [{}]})
            holds = f"{self.profile}:{draft.hash}" if do == "save" else self.profile
            return "2", holds, fields | {"icp.cities": "Oslo", "personas.0.titles": ""}
        if do in MODELS:
            return f"own:{self.models[1]}", "", fields
        if do in PINS:
            return str(self.lead_id), "", fields
        if do.endswith("-bulk") or do == "decide-together":
            return "source", seen or "", fields
        if do in ("mute", "assign"):
            return {"mute": "1 day", "assign": "me"}[do], seen or "", fields
        on = self.run_id if do.startswith(("retry", "resolve", "ask")) else self.held.id
        return str(on), self.held.content_hash if seen is None else seen, fields

    async def press(self, visitor: Visitor, do: str, seen: str | None = None) -> dict:
        on, seen, fields = self.aim(do, seen)
        return await visitor.press(do, on, seen, **fields)


def test_the_buttons_are_known():
    assert len(DEEDS) >= 16
    assert {*ONLY_ASKS, *BULK} <= set(DEEDS)


def _seen_of(answer: dict) -> str:
    """What a question that is asked first says that the person has seen."""
    text = json.dumps(answer)
    at = text.index('"seen": "', text.index('"approve-bulk"')) + len('"seen": "')
    return text[at : at + 64]


@pytest.fixture
def models(monkeypatch, tmp_path) -> ModelFolder:
    """Where the console looks for models."""
    monkeypatch.setenv("LEADMILL_HOME", str(tmp_path))
    return ModelFolder.of(StoreSettings(home=tmp_path))


@pytest.mark.parametrize(("page", "do"), DEEDS)
async def test_each_deed_is_in_the_audit_and_what_only_asks_is_not(
    visitor: Visitor, acme: Sown, database: Database, models: ModelFolder, page: str, do: str
):
    mine = Target(acme, database)
    await mine.sow()
    await mine.sow_for(page, do, models)
    if page == "people":
        await mine.sow_people(Role.PLATFORM, visitor, acme)
    if do == "enable-person":
        await mine.keep_out()
    visitor.at(f"/t/acme/{page}", "?group=f1" if page == "errors" else "")
    seen = _seen_of(await mine.press(visitor, "decide-together")) if (page, do) in BULK else None
    await mine.press(visitor, do, seen)
    written = await audit_of(database, acme)
    if (page, do) in ONLY_ASKS:
        assert written == []
    else:
        assert written
        assert {by for by, _, _ in written} == {ME}


@pytest.mark.parametrize(("page", "do"), [one for one in DEEDS if one not in BULK | ONLY_ASKS])
async def test_no_deed_reaches_another_tenant(
    visitor: Visitor, acme: Sown, rival: Sown, database: Database, models: ModelFolder, page: str, do: str
):
    theirs = Target(rival, database)
    await theirs.sow()
    await theirs.sow_for(page, do, models)
    if page == "people":
        await theirs.sow_people(Role.ADMIN, visitor, acme)
    before = await _changes_of(database, models, rival)
    ways = await _ways_of(database, rival)
    async with database.tenant(acme.id) as session:
        await session.run("UPDATE run SET status = 'done' WHERE status = 'failed'")
    visitor.at(f"/t/acme/{page}", "?group=f1" if page == "errors" else "")
    await theirs.press(visitor, do)
    assert await audit_of(database, rival) == []
    # agents are called the same everywhere: whoever presses means one's own
    own = (
        [] if page != "agents" else [(ME, "agent draining" if do == "hold" else "agent on", "agent=scoring")]
    )
    assert await audit_of(database, acme) == own
    async with database.tenant(rival.id) as session:
        assert await session.value("SELECT count(*) FROM approval WHERE status <> 'pending'") == 0
        assert await session.value("SELECT count(*) FROM approval WHERE set_aside_until IS NOT NULL") == 0
        assert await session.value("SELECT status FROM run WHERE id = :id", id=theirs.run_id) == "failed"
        assert await session.value("SELECT count(*) FROM failure_group") == 0
        assert await session.value("SELECT count(*) FROM lead WHERE pinned_by IS NOT NULL") == (do == "unpin")
        assert await session.value("SELECT count(*) FROM person_role") == (page == "people")
        assert await session.value("SELECT count(*) FROM agent_switch") == 0
    assert await _ways_of(database, rival) == ways
    assert await _ways_of(database, acme) == []
    assert await _changes_of(database, models, rival) == before
    assert await _changes_of(database, models, acme) == []


async def _ways_of(database: Database, sown: Sown) -> list:
    """The tenant's ways to providers and what its configuration says, as nobody is to have changed them."""
    async with database.tenant(sown.id) as session:
        return await session.rows(
            "SELECT provider, sealed_key, calls_per_minute, changed_at, config_version "
            "FROM connection JOIN tenant ON id = tenant_id ORDER BY provider"
        )


async def _changes_of(database: Database, models: ModelFolder, sown: Sown) -> list:
    return await Lifecycle(database, models, sown.id).changes()


async def test_a_press_from_another_site_does_nothing(
    visitor: Visitor, client: httpx.AsyncClient, acme: Sown, database: Database
):
    mine = Target(acme, database)
    await mine.sow()
    client.headers["Origin"] = "https://evil.example"
    with pytest.raises(AssertionError, match="another site"):
        await mine.press(visitor.at("/t/acme/approvals"), "approve")
    assert await audit_of(database, acme) == []
