"""The People page: an admin's own tenant, the platform's everybody, and a first password that is shown once."""

import json
import re

import pytest

from console import sessions
from tenants import passwords
from tenants.people import Given, Role
from tenants.store import people
from tenants.store.session import Database
from tests.console import passes
from tests.console.conftest import Visitor
from tests.console.passes import Pass
from tests.console.seeds import Sown
from tests.console.test_sign_in import Browser


async def signed_in(database: Database, visitor: Visitor, login: str, *given: Given) -> Pass:
    await passes.add(database, login, *given)
    mine = await passes.begin(database, login)
    visitor.client.headers.update(mine.headers)
    return mine


@pytest.fixture
async def crowd(database: Database, acme: Sown, rival: Sown) -> None:
    """Ben in both tenants, Rita in the other one only."""
    await passes.add(database, "ben", Given(Role.VIEWER, acme.id), Given(Role.ADMIN, rival.id))
    await passes.add(database, "rita", Given(Role.OPERATOR, rival.id))


async def roles_of(database: Database, login: str) -> set[tuple[str, str | None]]:
    async with database.system() as session:
        (found,) = [one for one in await people.listed(session) if one.login == login]
    return {(one.role, one.tenant) for one in found.roles}


async def test_an_admin_sees_their_own_tenants_people_and_roles_only(
    visitor: Visitor, acme: Sown, crowd: None, database: Database
):
    await signed_in(database, visitor, "ada", Given(Role.ADMIN, acme.id))
    page = await visitor.at("/t/acme/people").page()
    assert "ben:viewer" in page
    assert "ben:admin" not in page
    assert "rita" not in page
    assert '"add-person"' not in page
    assert '"disable-person"' not in page
    assert "2 with a role of acme" in page


async def test_the_platform_sees_everybody(visitor: Visitor, acme: Sown, crowd: None, database: Database):
    await signed_in(database, visitor, "root", Given(Role.PLATFORM))
    page = await visitor.at("/t/acme/people").page()
    assert {"ben", "rita", "root"} <= set(re.findall(r'"(\w+)"', page))
    assert '"add-person"' in page


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.ADMIN, Role.PLATFORM)])
async def test_nobody_else_finds_the_page(
    visitor: Visitor, acme: Sown, crowd: None, database: Database, role: Role
):
    await signed_in(database, visitor, "ada", Given(role, acme.id))
    assert (await visitor.client.get("/t/acme/people")).status_code == 404
    assert "Page not found" in await visitor.at("/t/acme/people").page()
    menu = (await visitor.send("visit.data", {"pathname": "/t/acme/runs", "search": ""}))["response"]["menu"]
    assert "/t/acme/people" not in json.dumps(menu)


async def test_an_admin_gives_and_takes_roles_of_who_is_there(
    visitor: Visitor, acme: Sown, crowd: None, database: Database
):
    await signed_in(database, visitor, "ada", Given(Role.ADMIN, acme.id))
    visitor.at("/t/acme/people")
    said = await visitor.said("give-role", **{"give-login": "Ben", "give-role": "approver"})
    assert said == "ben is approver: They sign in anew, and may do more then."
    assert ("approver", "acme") in await roles_of(database, "ben")
    await visitor.press("take-role", "ben:viewer")
    assert await roles_of(database, "ben") == {("approver", "acme"), ("admin", "rival")}
    for role in ("platform", "king", ""):
        assert "no such role" in await visitor.said("give-role", **{"give-login": "ben", "give-role": role})


async def test_an_admin_is_not_told_whether_there_is_somebody_elsewhere(
    visitor: Visitor, acme: Sown, crowd: None, database: Database
):
    await signed_in(database, visitor, "ada", Given(Role.ADMIN, acme.id))
    visitor.at("/t/acme/people")
    said = [
        await visitor.said("give-role", **{"give-login": login, "give-role": "viewer"})
        for login in ("rita", "nobody")
    ]
    assert said[0] == said[1]
    assert await roles_of(database, "rita") == {("operator", "rival")}
    theirs = await passes.begin(database, "rita")
    assert "Nobody of this tenant" in await visitor.said("end-sessions", "rita")
    await passes.end(database, theirs)  # it was still there to be ended


async def test_whoever_is_signed_out_by_an_admin_is_out(
    visitor: Visitor, acme: Sown, crowd: None, database: Database
):
    theirs = await passes.begin(database, "ben")
    await signed_in(database, visitor, "ada", Given(Role.ADMIN, acme.id))
    assert await visitor.at("/t/acme/people").said("end-sessions", "ben") == (
        "ben is signed out: 1 session has ended."
    )
    visitor.client.headers.update(theirs.headers)
    assert (await visitor.client.get("/t/acme/runs")).status_code == 303


async def test_the_first_password_is_shown_once_and_good_for_choosing_another(
    visitor: Visitor, acme: Sown, database: Database
):
    await signed_in(database, visitor, "root", Given(Role.PLATFORM))
    fields = {"add-login": "Ada@example.com", "add-name": "Ada", "add-role": "operator"}
    answer = await visitor.at("/t/acme/people").press("add-person", **fields)
    assert answer["response"]["ask"]["title"] == "ada@example.com is added"
    first = re.search(r'"children": ?"([\w-]{20})"', json.dumps(answer))[1]
    assert first not in await visitor.page()
    assert "there is somebody" in (await visitor.said("add-person", **fields)).lower()
    for name in ("Cookie", "X-CSRFToken"):
        del visitor.client.headers[name]

    browser = Browser(visitor.client)
    await browser.sign_in("ada@example.com", first)
    answer = await browser.send("GET", "/t/acme/runs")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in/password")
    held = {"Cookie": f"{sessions.SESSION}={browser.kept[sessions.SESSION]}"}
    token = {"X-CSRFToken": browser.kept[sessions.CSRF]}
    answer = await visitor.client.post("/_dash-update-component", json={}, headers=held | token)
    assert (answer.status_code, answer.text) == (403, "Choose a password first.\n")

    async def choose(**given: str) -> tuple[int, str]:
        form = {"csrf": browser.kept[sessions.CSRF], "password": first, "new": "correct horse battery"}
        answer = await browser.send("POST", "/sign-in/password", **form | {"again": form["new"]} | given)
        told = re.search(r'role="alert">([^<]*)<', answer.text)
        return answer.status_code, told[1] if told else answer.headers.get("location", "")

    assert await choose(csrf="A" * 43) == (403, "This form was open for too long. Try again.")
    assert (await choose(new="short", again="short"))[0] == 401
    assert (await choose(again="another horse battery"))[0] == 401
    assert (await choose(new=first, again=first))[0] == 401
    assert "not the password so far" in (await choose(password="wrong horse battery"))[1]
    before = browser.kept[sessions.SESSION]
    assert await choose() == (303, "/")
    assert browser.kept[sessions.SESSION] != before
    assert (await browser.send("GET", "/t/acme/runs")).status_code == 200
    other = Browser(visitor.client)
    assert (await other.sign_in("ada@example.com", first)).status_code == 401
    assert (await other.sign_in("ada@example.com", "correct horse battery")).status_code == 303


async def test_the_platform_keeps_somebody_out_and_lets_them_in_again(
    visitor: Visitor, acme: Sown, crowd: None, database: Database
):
    await signed_in(database, visitor, "root", Given(Role.PLATFORM))
    visitor.at("/t/acme/people")
    assert "ben can no longer sign in" in await visitor.said("disable-person", "ben")
    assert "kept out" in await visitor.page()
    assert "ben can sign in again" in await visitor.said("enable-person", "ben")
    answer = await visitor.press("new-password", "ben")
    first = re.search(r'"children": ?"([\w-]{20})"', json.dumps(answer))[1]
    async with database.system() as session:
        kept = await session.value("SELECT password_hash FROM person WHERE login = 'ben'")
    assert passwords.fits(first, kept)
    assert "Nobody has the login" in await visitor.said("disable-person", "nobody")


async def test_while_nobody_was_added_the_page_says_how_the_first_one_is(visitor: Visitor, acme: Sown):
    page = await visitor.at("/t/acme/people").page()
    assert "leadmill person add ada --role platform" in page
    said = await visitor.said("add-person", **{"add-login": "ada", "add-role": "viewer"})
    assert "The first person is of the platform" in said
    assert "Nobody was added yet" in await visitor.page()  # and nobody is locked out of the console
