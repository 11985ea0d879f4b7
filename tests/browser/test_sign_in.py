"""Signing in with a real Chromium, which keeps the cookies by its own rules."""

import re

import pytest
from playwright.async_api import BrowserContext, Page, expect

from tenants import passwords
from tenants.people import Given, Role
from tenants.store.session import Database
from tests.browser.conftest import Witness, clean
from tests.conftest import execute
from tests.console import passes, seeds
from tests.console.seeds import Sown
from tests.console.waiting import enrolment

pytestmark = pytest.mark.browser

PASSWORD = "correct horse battery"
KEPT = passwords.hash_of(PASSWORD)


async def somebody(database: Database, role: Role = Role.OPERATOR) -> Sown:
    """A tenant with leads, and Ada who has this role in it."""
    acme = await seeds.sow(database, "acme", leads=40, label="Acme Outbound")
    await passes.add(database, "ada", Given(role, acme.id), password_hash=KEPT)
    return acme


async def sign_in(page: Page, password: str = PASSWORD) -> None:
    """By keyboard alone: the login has the focus, and Enter sends it."""
    await expect(page.get_by_label("Login")).to_be_focused()
    await page.keyboard.type("ada")
    await page.keyboard.press("Tab")
    await page.keyboard.type(password)
    await page.keyboard.press("Enter")


async def test_one_signs_in_by_keyboard_works_and_signs_out(
    page: Page, context: BrowserContext, database: Database, photograph
):
    await somebody(database)
    await page.goto("/t/acme/agents?x=1")
    await expect(page).to_have_url(re.compile(r"/sign-in\?next="))
    await photograph(page, "sign-in")
    await clean(page)
    await sign_in(page)
    await expect(page).to_have_url(re.compile(r"/t/acme/agents\?x=1$"))
    cookies = {one["name"]: one for one in await context.cookies()}
    assert cookies["__Host-leadmill"]["httpOnly"]
    assert all(one["secure"] and one["sameSite"] == "Lax" for one in cookies.values())

    switch = page.get_by_role("switch", name="Enrichment")
    await switch.click()  # Dash's script has brought the token along
    await expect(page.get_by_text("Enrichment is off")).to_be_visible()
    await expect(page.get_by_text("Paused by ada")).to_be_visible()
    await clean(page)

    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_label("Login")).to_be_focused()
    assert "__Host-leadmill" not in {one["name"] for one in await context.cookies()}
    await page.goto("/t/acme/agents")
    await expect(page.get_by_label("Login")).to_be_visible()


async def test_a_wrong_password_is_said_and_the_right_one_lets_in(
    page: Page, database: Database, witness: Witness, photograph
):
    await somebody(database)
    await page.goto("/t/acme/runs")
    await sign_in(page, "wrong horse battery")
    await expect(page.get_by_role("alert")).to_contain_text("do not fit together")
    await expect(page.get_by_label("Login")).to_have_value("ada")
    await expect(page.get_by_label("Password")).to_be_focused()
    await photograph(page, "sign-in-wrong")
    await clean(page)
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Runs", exact=True)).to_be_visible()
    witness.forgive(401)


async def test_a_session_that_ends_while_a_page_is_open_is_said_to_have_ended(
    page: Page, database: Database, database_url: str, witness: Witness, photograph
):
    await somebody(database)
    await page.goto("/t/acme/runs?status=failed")
    await sign_in(page)
    await expect(page.get_by_role("heading", name="Runs", exact=True)).to_be_visible()
    await execute(database_url, "DELETE FROM leadmill.console_session")
    dialog = page.get_by_role("dialog", name="You are signed out")
    await expect(dialog).to_be_visible()
    await expect(dialog.get_by_role("link", name="Sign in again")).to_be_focused()
    await photograph(page, "session-ended")
    await clean(page)
    await page.keyboard.press("Escape")
    await expect(dialog).to_be_visible()
    await page.keyboard.press("Enter")
    await sign_in(page)
    await expect(page).to_have_url(re.compile(r"/t/acme/runs\?status=failed$"))
    await expect(page.get_by_role("heading", name="Runs", exact=True)).to_be_visible()
    witness.forgive(401)


async def test_a_viewer_sees_buttons_shut_and_why(page: Page, database: Database, photograph):
    acme = await somebody(database, Role.VIEWER)
    await enrolment(database, acme)
    await page.goto("/t/acme/approvals")
    await sign_in(page)
    await page.locator(".grid-frame [row-index='0']").first.click()
    approve = page.get_by_role("button", name="Approve", exact=False).first
    await expect(approve).to_be_disabled()
    await expect(approve).to_have_attribute("title", re.compile(r"Your role \(viewer\) may not decide"))
    await photograph(page, "approvals-viewer")
    await clean(page)
    await page.keyboard.press("a")  # keys press only what can be pressed
    await page.goto("/t/acme/agents")
    await expect(page.get_by_role("switch", name="Scoring")).to_be_disabled()
    await clean(page)
    async with database.tenant(acme.id) as session:
        assert await session.value("SELECT count(*) FROM approval WHERE status <> 'pending'") == 0
        assert await session.value("SELECT count(*) FROM audit WHERE by = 'ada'") == 0


async def test_another_tab_that_signs_in_anew_does_not_leave_this_one_behind(
    page: Page, context: BrowserContext, database: Database, witness: Witness
):
    await somebody(database)
    await page.goto("/t/acme/agents")
    await sign_in(page)
    switch = page.get_by_role("switch", name="Enrichment")
    await expect(switch).to_be_checked()
    await page.get_by_role("button", name="Sign out").wait_for()
    other = await context.new_page()
    await other.goto("/t/acme/runs")
    await other.get_by_role("button", name="Sign out").click()
    await sign_in(other)
    await expect(other).to_have_url(re.compile("/t/acme/"))
    await page.bring_to_front()
    await page.reload()
    await switch.click()
    await expect(page.get_by_text("Enrichment is off")).to_be_visible()
    witness.forgive(401)  # this one may have asked while the other was at the form
