"""Signing in by a provider's word: there and back, with a provider that others wrote."""

import re
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import pytest_asyncio

from console import sessions
from console.app import create_app
from console.openid import OpenId
from tenants.people import Given, Role
from tenants.store import people
from tenants.store.session import Database
from tests.console import passes
from tests.console.conftest import HOME
from tests.console.provider import ADA, BEN, CLIENT_ID, CLIENT_SECRET, PASSWORD
from tests.console.seeds import Sown
from tests.console.test_sign_in import Browser


@pytest_asyncio.fixture
async def browser(database: Database, reading: Database, provider: str):
    openid = OpenId(provider, CLIENT_ID, CLIENT_SECRET)
    app = create_app(reading=reading, acting=database, openid=openid)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=HOME) as client:
        yield Browser(client)


async def back_from(browser: Browser, user: str, there: str = "/sign-in/elsewhere?next=/t/acme/runs") -> str:
    """The path to which the provider sends somebody back who has signed in there, as who they are."""
    answer = await browser.send("GET", there)
    assert answer.status_code == 303, answer.text
    async with httpx.AsyncClient() as outside:
        asked = await outside.get(answer.headers["location"])
        form = await outside.post(
            httpx.URL(str(asked.request.url)).join(asked.headers["location"]),
            data={"user": user, "password": PASSWORD},
        )
        sent = await outside.get(httpx.URL(str(form.request.url)).join(form.headers["location"]))
    back = sent.headers["location"]
    assert back.startswith(f"{HOME}/sign-in/back?")
    return back.removeprefix(HOME)


def told(answer: httpx.Response) -> str:
    assert answer.status_code == 401
    return re.search(r'role="alert">([^<]*)<', answer.text)[1]


async def acts(database: Database) -> list[str]:
    async with database.system() as session:
        return [act["act"] for act in await people.history(session)]


async def test_whoever_is_added_by_address_is_linked_and_let_in(
    browser: Browser, acme: Sown, database: Database
):
    await passes.add(database, ADA, Given(Role.VIEWER, acme.id))
    assert "Sign in with 127.0.0.1" in (await browser.send("GET", "/sign-in")).text
    answer = await browser.send("GET", await back_from(browser, ADA))
    assert (answer.status_code, answer.headers["location"]) == (303, "/t/acme/runs")
    assert sessions.ELSEWHERE not in browser.kept
    assert (await browser.send("GET", "/t/acme/runs")).status_code == 200
    assert (await acts(database))[0] == "link person"
    await browser.send("POST", "/sign-out", csrf=browser.kept[sessions.CSRF])
    async with database.system() as session:  # it is the provider's name for them that counts now
        await session.run("UPDATE person SET login = 'ada@new.example'")
    answer = await browser.send("GET", await back_from(browser, ADA))
    assert answer.status_code == 303
    assert (await acts(database)).count("link person") == 1


async def test_nobody_is_made_up(browser: Browser, acme: Sown, database: Database):
    await passes.add(database, "somebody.else")
    answer = await browser.send("GET", await back_from(browser, ADA))
    assert f"it knows {ADA}, and nobody may sign in here as that" in told(answer)
    async with database.system() as session:
        assert len(await people.listed(session)) == 1
    assert sessions.SESSION not in browser.kept


async def test_an_address_that_is_not_verified_is_nobodys(browser: Browser, acme: Sown, database: Database):
    await passes.add(database, BEN, Given(Role.ADMIN, acme.id))
    assert "no address of which it is sure" in told(await browser.send("GET", await back_from(browser, BEN)))


async def test_who_is_disabled_stays_out(browser: Browser, acme: Sown, database: Database):
    await passes.add(database, ADA, Given(Role.ADMIN, acme.id))
    await browser.send("GET", await back_from(browser, ADA))
    async with database.system() as session:
        await people.disable(session, ADA, by="root")
    assert "nobody may sign in here as that" in told(await browser.send("GET", await back_from(browser, ADA)))


async def test_an_address_that_somebody_else_has_by_now_is_not_linked_again(
    browser: Browser, acme: Sown, database: Database
):
    await passes.add(database, ADA, Given(Role.ADMIN, acme.id))
    async with database.system() as session:
        await session.run("UPDATE person SET oidc_issuer = 'https://login.example.com', oidc_subject = '1'")
    assert "nobody may sign in here as that" in told(await browser.send("GET", await back_from(browser, ADA)))


async def test_an_answer_is_good_once_and_in_one_browser(browser: Browser, acme: Sown, database: Database):
    await passes.add(database, ADA, Given(Role.VIEWER, acme.id))
    back = await back_from(browser, ADA)
    other = Browser(browser.client)
    assert "was begun in another browser" in told(await other.send("GET", back))
    question = dict(browser.kept)
    assert (await browser.send("GET", back)).status_code == 303
    browser.kept = question  # the same answer again, with the same question
    assert "it answers 400" in told(await browser.send("GET", back))


async def test_a_verifier_of_ones_own_does_not_redeem_anothers_answer(
    browser: Browser, acme: Sown, database: Database
):
    """Somebody's answer, put into the browser of somebody else with the state that goes with it: PKCE refuses."""
    await passes.add(database, ADA, Given(Role.VIEWER, acme.id))
    back = await back_from(browser, ADA)
    other = Browser(browser.client)
    await other.send("GET", "/sign-in/elsewhere")
    _, *rest = other.kept[sessions.ELSEWHERE].split(".")
    state = parse_qs(urlsplit(back).query)["state"][0]
    other.kept[sessions.ELSEWHERE] = ".".join((state, *rest))
    assert "could not say who you are" in told(await other.send("GET", back))


@pytest.mark.parametrize("kept", ["", "a.b.c", "a.b.c.nohex", "a.b.c.d.e"])
async def test_a_question_that_is_none_is_not_answered(browser: Browser, acme, database, kept):
    await passes.add(database, ADA)
    browser.kept[sessions.ELSEWHERE] = kept
    assert "could not say who you are" in told(await browser.send("GET", "/sign-in/back?state=a&code=b"))


async def test_where_nobody_vouches_there_is_no_such_way(client: httpx.AsyncClient, acme, database):
    await passes.add(database, ADA)
    browser = Browser(client)
    assert "Sign in with" not in (await browser.send("GET", "/sign-in")).text
    for path in ("/sign-in/elsewhere", "/sign-in/back?state=a&code=b"):
        assert (await browser.send("GET", path)).headers["location"] == "/"
