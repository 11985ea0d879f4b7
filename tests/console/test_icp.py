"""The ideal customer in the console: written, tried, saved with a name to it, and taken back."""

import getpass
import json

import pytest

from console.drafts import Draft
from tenants.profiles import Profile, document_of
from tenants.store import profiles, tenants
from tenants.store.session import Database
from tests.console.conftest import Visitor
from tests.console.seeds import Sown
from tests.console.waiting import audit_of

ME = getpass.getuser()
GERMAN = {"icp.countries": "DE", "icp.employees_min": "100", "personas.0.titles": "head of sales\ncoo"}


async def holds(database: Database, sown: Sown) -> profiles.Version:
    async with database.tenant(sown.id) as session:
        return await profiles.current(session)


def drawn(answer: dict, place: str) -> str:
    """What the answer puts into this place of the page, as JSON."""
    return json.dumps(
        answer["sideUpdate"][json.dumps({"draft": place}, separators=(",", ":"))], ensure_ascii=False
    )


def confirmed(answer: dict, do: str) -> str:
    """What the button in the question says that the person has seen."""
    text = json.dumps(answer["response"]["ask"])
    at = text.index('"seen": "', text.index(f'"do": "{do}"')) + len('"seen": "')
    return text[at : text.index('"', at)]


async def save(visitor: Visitor, seen: str, why: str = "they buy", **fields: str) -> str:
    """What is told when the profile in these fields is saved, after looking at what that changes."""
    answer = await visitor.press("ask-save", "", seen, **fields)
    return await visitor.said("save", "", confirmed(answer, "save"), **fields, **{"why-save": why})


async def test_the_page_shows_the_profile_that_holds_as_fields(
    visitor: Visitor, acme: Sown, database: Database
):
    async with database.tenant(acme.id) as session:
        await session.run(
            """UPDATE tenant SET config = '{"icp": {"industries": ["Software", "Energy"], "employees_min": 50}}'"""
        )
    page = await visitor.at("/t/acme/icp").page()
    for said in (
        "Ideal customer",
        "Software\\nEnergy",
        '"value": "50"',
        "Persona 1",
        "Competitors",
        "version 1",
    ):
        assert said in page


async def test_a_draft_is_tried_on_the_companies_that_are_there_and_nothing_is_saved(
    visitor: Visitor, acme: Sown, rival: Sown, database: Database
):
    async with database.tenant(acme.id) as session:
        rows = await session.rows("SELECT country, employees FROM account")
    fits = sum(row["country"] == "DE" and row["employees"] >= 100 for row in rows)
    answer = await visitor.at("/t/acme/icp").press("preview", **GERMAN)
    said = drawn(answer, "preview")
    for told in (
        f"{fits:,} of {len(rows)}",
        f"\N{MINUS SIGN}{len(rows) - fits}",
        "country outside the ideal customer profile",
        "all that is asked for",
        "not known: no search has brought companies yet",
        "not known: nobody was asked with this profile yet",
    ):
        assert told in said
    assert await audit_of(database, acme) == []
    assert (await holds(database, acme)).document["icp"] == {}


async def test_a_mistake_is_told_at_its_field_and_nothing_is_tried(visitor: Visitor, acme: Sown):
    answer = await visitor.at("/t/acme/icp").press("preview", **{"icp.countries": "DE\nEU"})
    assert "'EU' is not a country code of two letters" in drawn(answer, "editor")
    assert "There is nothing to try yet, since something is wrong with it: Countries." in drawn(
        answer, "preview"
    )
    told = await visitor.said("ask-save", **{"icp.countries": "DE\nEU"})
    assert told == "That did not work: Something is wrong with it: Countries."


async def test_what_a_preview_says_of_prices_is_what_was_paid(
    visitor: Visitor, acme: Sown, database: Database
):
    async with database.tenant(acme.id) as session:
        await session.run(
            "INSERT INTO provider_call (tenant_id, id, run_id, provider, question, state, cost_usd, answer) VALUES "
            "(:tenant_id, gen_random_uuid(), gen_random_uuid(), 'apollo', 'FindCompanies {}', 'answered', 0.5, "
            """'{"content": {"companies": [1, 2, 3, 4], "total": 9}}')""",
            tenant_id=acme.id,
        )
    said = drawn(await visitor.at("/t/acme/icp").press("preview", **GERMAN), "preview")
    assert "$0.12 for a company, from 4 that 1 searches brought" in said


async def test_the_form_and_the_yaml_show_the_same_draft(visitor: Visitor, acme: Sown):
    visitor.at("/t/acme/icp")
    as_yaml = drawn(await visitor.press("show-yaml", **GERMAN), "editor")
    text = Draft.of(
        {
            "icp": {"countries": ["DE"], "employees_min": 100},
            "personas": [{"titles": ["head of sales", "coo"], "per_account": 1}],
        }
    ).yaml
    assert json.dumps(text) in as_yaml
    as_form = drawn(await visitor.press("show-form", yaml=text), "editor")
    assert '"head of sales\\ncoo"' in as_form
    assert '"value": "100"' in as_form


async def test_yaml_that_the_form_has_no_place_for_stays_yaml(visitor: Visitor, acme: Sown):
    answer = await visitor.at("/t/acme/icp").press("show-form", yaml="icp: {industrys: [a]}")
    assert "The form has no place for all that this says" in json.dumps(answer["sideUpdate"]["toasts"])
    assert "There is no such field." in drawn(answer, "editor")
    told = await visitor.said("show-form", yaml=f"personas: [{', '.join(['{}'] * 9)}]")
    assert "The form has room for 8 personas" in told


async def test_personas_come_and_go_in_the_form(visitor: Visitor, acme: Sown):
    visitor.at("/t/acme/icp")
    two = drawn(await visitor.press("add-persona", **GERMAN), "editor")
    assert "Persona 2" in two
    fields = GERMAN | {"personas.1.titles": "founder"}
    one = drawn(await visitor.press("drop-persona", "0", **fields), "editor")
    assert "founder" in one
    assert "head of sales" not in one
    assert "Persona 2" not in one


async def test_the_yaml_has_no_buttons_of_the_form(visitor: Visitor, acme: Sown):
    for do in ("add-persona", "drop-persona"):
        told = await visitor.at("/t/acme/icp").said(do, "0", yaml="personas: 1")
        assert told == "That did not work: There are no such fields."


async def test_a_profile_is_saved_after_its_differences_were_seen(
    visitor: Visitor, acme: Sown, rival: Sown, database: Database
):
    seen = (await holds(database, acme)).hash
    visitor.at("/t/acme/icp")
    asked = json.dumps((await visitor.press("ask-save", "", seen, **GERMAN))["response"], ensure_ascii=False)
    for said in ("Countries", "Persona 1: job titles", "Least employees", "From then on"):
        assert said in asked
    assert "Say why" in await save(visitor, seen, "", **GERMAN)
    assert await audit_of(database, acme) == []
    assert await save(visitor, seen, **GERMAN) == (
        "Version 2 holds from now on: The earlier ones stay, and there is a way back."
    )
    now = await holds(database, acme)
    assert now.document == {
        "icp": {"countries": ["DE"], "employees_min": 100},
        "personas": [{"titles": ["head of sales", "coo"], "per_account": 1}],
    }
    assert (now.by, now.reason) == (ME, "they buy")
    ((by, act, _),) = await audit_of(database, acme)
    assert (by, act) == (ME, "change ideal customer")
    assert (await holds(database, rival)).document["icp"] == {}
    page = await visitor.page()
    assert "they buy" in page
    assert "says what holds now" in page
    assert "/t/acme/insights?icp=2" in page


async def test_what_was_not_seen_is_not_saved(visitor: Visitor, acme: Sown, database: Database):
    seen = (await holds(database, acme)).hash
    answer = await visitor.at("/t/acme/icp").press("ask-save", "", seen, **GERMAN)
    other = GERMAN | {"icp.countries": "FR"}
    told = await visitor.said("save", "", confirmed(answer, "save"), **other, **{"why-save": "x"})
    assert told.startswith("That was not done: What stands in the editor is not what you saw any more")
    assert await audit_of(database, acme) == []


async def test_somebody_who_was_quicker_is_told_of_and_nothing_is_lost(
    visitor: Visitor, acme: Sown, database: Database
):
    opened = (await holds(database, acme)).hash
    visitor.at("/t/acme/icp")
    mine = await visitor.press("ask-save", "", opened, **GERMAN)
    theirs = Profile.model_validate({"icp": {"cities": ["Oslo"]}})
    async with database.tenant(acme.id) as session:
        await profiles.save(session, theirs, seen=opened, by="ann", reason="cities first")
    told = await visitor.said("save", "", confirmed(mine, "save"), **GERMAN, **{"why-save": "x"})
    assert told.startswith("That was not done: Version 2 was saved by ann meanwhile")
    again = await visitor.press("ask-save", "", opened, **GERMAN)
    asked = json.dumps(again["response"], ensure_ascii=False)
    assert "ann has saved version 2 since you opened the editor" in asked
    assert "Cities" in asked
    assert '"value": "DE"' in drawn(again, "editor")
    told = await visitor.said("save", "", confirmed(again, "save"), **GERMAN, **{"why-save": "countries do"})
    assert told.startswith("Version 3 holds from now on")


async def test_an_earlier_version_holds_again_as_a_new_one(
    visitor: Visitor, acme: Sown, database: Database, vault
):
    await tenants.configure(database, vault, "acme", {"icp": {"cities": ["Lyon"]}}, by="ann")
    seen = (await holds(database, acme)).hash
    visitor.at("/t/acme/icp")
    await save(visitor, seen, **GERMAN)
    answer = await visitor.press("ask-back", "2", "")
    asked = json.dumps(answer["response"], ensure_ascii=False)
    for said in ("Back to version 2", "Cities", "Lyon"):
        assert said in asked
    told = await visitor.said("back", "2", confirmed(answer, "back"), **{"why-back": "it was better"})
    assert told == "Version 2 holds again: It is version 4 now."
    assert (await holds(database, acme)).document["icp"] == {"cities": ["Lyon"]}
    stale = await visitor.said("back", "3", confirmed(answer, "back"), **{"why-back": "x"})
    assert stale.startswith("That was not done")


async def test_what_differs_between_two_versions_stands_in_the_address(
    visitor: Visitor, acme: Sown, database: Database, vault
):
    await tenants.configure(database, vault, "acme", {"icp": {"cities": ["Lyon"]}})
    await tenants.configure(database, vault, "acme", {"icp": {"cities": ["Oslo"]}})
    page = await visitor.at("/t/acme/icp", "?from=2&to=3").page()
    for said in ("Version 2", "Version 3", "Lyon", "Oslo"):
        assert said in page
    assert "Choose two versions above." in await visitor.at("/t/acme/icp").page()


@pytest.mark.parametrize("search", ["?from=1&to=99", "?from=x&to=1", "?from=1&to=-1", "?from=1&to=٣"])
async def test_a_version_that_there_is_not_is_a_clean_error(
    visitor: Visitor, acme: Sown, database: Database, vault, search: str
):
    await tenants.configure(database, vault, "acme", {})
    assert "This address does not work" in await visitor.at("/t/acme/icp", search).page()


async def test_another_tenants_version_is_nobodys(
    visitor: Visitor, acme: Sown, rival: Sown, database: Database, vault
):
    await tenants.configure(database, vault, "rival", {"icp": {"cities": ["Lyon"]}})
    assert "There is no version 2" in await visitor.at("/t/acme/icp").said("ask-back", "2")
    assert "Lyon" not in await visitor.page()


async def test_of_more_companies_than_are_looked_at_some_are_drawn(
    visitor: Visitor, acme: Sown, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("console.previews.LOOKED_AT", 20)
    said = drawn(await visitor.at("/t/acme/icp").press("preview", **GERMAN), "preview")
    assert "20 of 60 companies were looked at, drawn evenly: in all about" in said


def test_what_a_tenant_without_configuration_looks_for_is_everybody():
    assert Draft.of({}).document == document_of(Profile())
