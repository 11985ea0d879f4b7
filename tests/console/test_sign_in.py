"""Signing in and out, by the requests that a browser makes."""

import asyncio
import re
import time
from html import unescape
from http.cookies import SimpleCookie

import httpx
import pytest
import pytest_asyncio

from console import sessions, sign_in
from console.sign_in_page import local_path
from tenants import passwords
from tenants.people import Given, Role
from tenants.store import people
from tenants.store.session import Database
from tests.conftest import execute
from tests.console import passes
from tests.console.seeds import Sown

PASSWORD = "correct horse battery"
KEPT = passwords.hash_of(PASSWORD)


class Browser:
    """A browser that keeps cookies, Secure ones too: it is at the machine itself."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self.kept: dict[str, str] = {}

    async def send(self, method: str, path: str, **form: str) -> httpx.Response:
        cookie = "; ".join(f"{name}={value}" for name, value in self.kept.items())
        answer = await self.client.request(
            method, path, headers={"Cookie": cookie}, **({"data": form} if form else {})
        )
        for line in answer.headers.get_list("set-cookie"):
            for name, morsel in SimpleCookie(line).items():
                assert {"secure", "path"} <= {one for one in morsel if morsel[one]}, line
                self.kept[name] = morsel.value
                if morsel["max-age"] == "0":
                    del self.kept[name]
        return answer

    async def form(self, path: str = "/sign-in") -> dict[str, str]:
        page = (await self.send("GET", path)).text
        found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page)
        return {name: unescape(value) for name, value in found}

    async def sign_in(self, login: str = "ada", password: str = PASSWORD, path: str = "/sign-in"):
        return await self.send("POST", "/sign-in", **await self.form(path), login=login, password=password)

    async def sign_in_again(self):
        """The form sent once more, as it lies open in another tab while one is signed in."""
        form = {"csrf": self.kept[sessions.FORM], "next": "/"}
        return await self.send("POST", "/sign-in", **form, login="ada", password=PASSWORD)


@pytest_asyncio.fixture
async def ada(database: Database, acme: Sown) -> None:
    await passes.add(database, "ada", Given(Role.OPERATOR, acme.id), password_hash=KEPT)


@pytest.fixture
def browser(client: httpx.AsyncClient) -> Browser:
    return Browser(client)


async def test_as_long_as_nobody_was_added_nobody_signs_in(browser: Browser, acme: Sown):
    assert (await browser.send("GET", "/t/acme/runs")).status_code == 200
    answer = await browser.send("GET", "/sign-in?next=/t/acme/runs")
    assert (answer.status_code, answer.headers["location"]) == (303, "/t/acme/runs")


async def test_from_the_first_person_on_one_signs_in_and_comes_to_where_one_wanted_to_go(
    browser: Browser, ada: None
):
    answer = await browser.send("GET", "/t/acme/runs?status=failed&open=1")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=%2Ft%2Facme%2Fruns%3Fstatus%3Dfailed%26open%3D1"
    answer = await browser.sign_in(path=answer.headers["location"])
    assert (answer.status_code, answer.headers["location"]) == (303, "/t/acme/runs?status=failed&open=1")
    assert (await browser.send("GET", "/t/acme/runs")).status_code == 200
    again = await browser.send("GET", "/sign-in")
    assert (again.status_code, again.headers["location"]) == (303, "/")


async def test_cookies_are_kept_from_scripts_and_from_other_hosts(browser: Browser, ada: None):
    answer = await browser.sign_in()
    lines = {line.split("=")[0]: line for line in answer.headers.get_list("set-cookie")}
    assert set(lines) == {sessions.SESSION, sessions.CSRF, sessions.BROWSER}
    for name, line in lines.items():
        assert name.startswith("__Host-")
        assert "; Path=/" in line
        assert "; SameSite=lax" in line
        assert "Domain" not in line
        assert ("HttpOnly" in line) == (name != sessions.CSRF)  # Dash's script reads that one
    assert len(browser.kept[sessions.SESSION]) == 43


async def test_only_the_hash_of_a_session_is_kept(browser: Browser, ada: None, database: Database):
    await browser.sign_in()
    async with database.system() as session:
        rows = await session.rows("SELECT * FROM console_session")
    assert browser.kept[sessions.SESSION] not in str(rows)
    assert rows[0]["sha256"] == sessions.hashed(browser.kept[sessions.SESSION])


@pytest.mark.parametrize(
    ("login", "password"), [("ada", "wrong horse battery"), ("nobody", PASSWORD), ("", ""), ("ada", "")]
)
async def test_whatever_is_wrong_is_said_in_the_same_words(browser: Browser, ada: None, login, password):
    answer = await browser.sign_in(login, password)
    assert answer.status_code == 401
    told = re.search(r'role="alert">([^<]*)<', answer.text)[1]
    assert told == sign_in._WRONG
    assert sessions.SESSION not in browser.kept
    assert (await browser.send("GET", "/t/acme/runs")).status_code == 303


async def test_the_work_is_the_same_for_a_name_that_nobody_has(browser: Browser, ada: None, monkeypatch):
    worked = []
    fits = passwords.fits
    monkeypatch.setattr(passwords, "fits", lambda *given: worked.append(given) or fits(*given))
    for login in ("ada", "nobody"):
        await browser.sign_in(login, "wrong horse battery")
    assert worked == [("wrong horse battery", KEPT), ("wrong horse battery", None)]


async def test_who_is_disabled_or_has_no_password_is_told_the_same(
    browser: Browser, ada: None, database: Database
):
    await passes.add(database, "bob")
    async with database.system() as session:
        await people.disable(session, "ada", by="root")
    for login in ("ada", "bob"):
        answer = await browser.sign_in(login)
        assert (answer.status_code, sign_in._WRONG in answer.text) == (401, True)


async def test_a_thousand_guesses_are_few_looks_and_the_owner_comes_in_from_a_known_browser(
    browser: Browser, ada: None, client: httpx.AsyncClient, database_url: str, monkeypatch
):
    await browser.sign_in()
    looked = []
    monkeypatch.setattr(passwords, "fits", lambda *given: looked.append(given) and False)
    other = Browser(client)
    form = await other.form()
    for _ in range(25):
        await asyncio.gather(
            *(other.send("POST", "/sign-in", **form, login="ada", password="x") for _ in range(40))
        )
    assert 5 <= len(looked) <= 20
    monkeypatch.undo()
    await execute(database_url, "UPDATE leadmill.sign_in_guess SET free_at = free_at + interval '1 hour'")
    assert (await other.sign_in()).status_code == 401  # the right one, too soon, from where nobody knows them
    assert (await browser.sign_in_again()).status_code == 303


async def test_guesses_never_reach_more_threads_than_there_are(browser: Browser, ada: None, monkeypatch):
    at_once, most = 0, 0

    def slow(*_) -> bool:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        time.sleep(0.005)
        at_once -= 1
        return False

    monkeypatch.setattr(passwords, "fits", slow)
    form = await browser.form()
    answers = await asyncio.gather(
        *(browser.send("POST", "/sign-in", **form, login=f"p{n}", password="x") for n in range(60))
    )
    assert most <= sign_in._AT_ONCE
    assert {answer.status_code for answer in answers} == {401, 503}


async def test_a_form_without_its_own_token_is_not_looked_at(browser: Browser, ada: None, monkeypatch):
    monkeypatch.setattr(passwords, "fits", None)
    form = await browser.form()
    for wrong in ({"csrf": ""}, {"csrf": "A" * 43}):
        answer = await browser.send("POST", "/sign-in", **form | wrong, login="ada", password=PASSWORD)
        assert answer.status_code == 403
    del browser.kept[sessions.FORM]
    answer = await browser.send("POST", "/sign-in", csrf="", login="ada", password=PASSWORD)
    assert answer.status_code == 403


async def test_a_form_that_lies_open_in_another_tab_stays_good(browser: Browser, ada: None):
    first = await browser.form()
    await browser.form()
    await browser.sign_in(password="wrong horse battery")
    answer = await browser.send("POST", "/sign-in", **first, login="ada", password=PASSWORD)
    assert answer.status_code == 303


async def test_a_session_is_a_new_one_after_each_sign_in_and_the_old_one_ends(browser: Browser, ada: None):
    browser.kept[sessions.SESSION] = "A" * 43  # somebody else's choice
    await browser.sign_in()
    first = browser.kept[sessions.SESSION]
    assert first != "A" * 43
    await browser.sign_in_again()
    second = dict(browser.kept)
    assert second[sessions.SESSION] != first
    browser.kept = second | {sessions.SESSION: first}
    assert (await browser.send("GET", "/t/acme/runs")).status_code == 303


async def test_signing_out_ends_the_session_for_good(browser: Browser, ada: None, database: Database):
    await browser.sign_in()
    kept = dict(browser.kept)
    answer = await browser.send("POST", "/sign-out", csrf="A" * 43)
    assert (answer.status_code, sessions.SESSION in browser.kept) == (403, True)
    assert (await browser.send("GET", "/sign-out")).headers["location"] == "/"
    answer = await browser.send("POST", "/sign-out", csrf=kept[sessions.CSRF])
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert {sessions.SESSION, sessions.CSRF}.isdisjoint(browser.kept)
    browser.kept = kept  # whoever kept a copy
    assert (await browser.send("GET", "/t/acme/runs")).status_code == 303


async def test_who_has_no_role_is_told_so_and_can_leave(browser: Browser, ada: None, database: Database):
    await passes.add(database, "bob", password_hash=KEPT)
    await browser.sign_in("bob")
    page = await browser.send("GET", "/")
    assert "No role yet" in page.text
    csrf = re.search(r'name="csrf" value="([^"]+)"', page.text)[1]
    assert (await browser.send("POST", "/sign-out", csrf=csrf)).headers["location"] == "/sign-in"


async def test_the_root_leads_to_ones_own_first_tenant(
    browser: Browser, ada: None, rival: Sown, database: Database
):
    await passes.add(database, "bob", Given(Role.VIEWER, rival.id), password_hash=KEPT)
    await browser.sign_in("bob")
    assert (await browser.send("GET", "/")).headers["location"] == "/t/rival/pipeline"


async def test_a_weak_hash_is_made_stronger_on_the_way(browser: Browser, database: Database, acme: Sown):
    weak = passwords.PasswordHasher(time_cost=1, memory_cost=1024).hash(PASSWORD)
    await passes.add(database, "ada", password_hash=weak)
    assert (await browser.sign_in()).status_code == 303
    async with database.system() as session:
        now = await session.value("SELECT password_hash FROM person")
    assert now != weak
    assert not passwords.is_weak(now)
    assert passwords.fits(PASSWORD, now)


async def test_an_end_by_the_clock_is_an_end(browser: Browser, ada: None, database_url: str):
    await browser.sign_in()
    await execute(database_url, "UPDATE leadmill.console_session SET ends_at = now()")
    assert (await browser.send("GET", "/t/acme/runs")).status_code == 303


@pytest.mark.parametrize(
    "path", ["/t/acme/runs", "/t/acme/runs?status=done,failed&open=a-b", "/t/a/b?q=100%25"]
)
def test_pages_of_ours_are_gone_on_to(path):
    assert local_path(path) == path


@pytest.mark.parametrize(
    "path",
    ["", "/", "//evil.example/t/", "https://evil.example/t/", "/\\evil.example", "/t/\\evil", "/t/a\r\nSet-Cookie: a=b",
     "javascript:alert(1)", "/sign-out", "/t/ä", f"/t/{'a' * 2000}"],
)  # fmt: skip
async def test_nothing_else_is(browser: Browser, ada: None, path):
    assert local_path(path) == "/"
    answer = await browser.send(
        "POST", "/sign-in", **await browser.form() | {"next": path}, login="ada", password=PASSWORD
    )
    assert answer.headers["location"] == "/"


async def test_what_is_written_into_the_form_comes_back_as_text(browser: Browser, ada: None):
    answer = await browser.sign_in('"><script>alert(1)</script>', "x")
    assert "<script>alert" not in answer.text
    page = await browser.send("GET", '/sign-in?next=/t/"><script>')
    assert "<script>alert" not in page.text


async def test_a_form_that_is_too_large_or_none_is_refused(browser: Browser, ada: None, client):
    await browser.form()
    for body in (b"x" * 30_000, b"\xff\xfe", b"&".join(b"a=1" for _ in range(50))):
        answer = await client.post(
            "/sign-in", content=body, headers={"Content-Type": "application/x-www-form-urlencoded"}
        )
        assert answer.status_code == 403
