import re

import pytest
from playwright.async_api import Page, expect

from tenants import passwords
from tenants.people import Given, Role
from tenants.store import console_sessions, people
from tenants.store.session import Database
from tests.browser.conftest import Witness, clean
from tests.browser.test_sign_in import KEPT, PASSWORD, sign_in
from tests.console import passes, seeds

pytestmark = pytest.mark.browser


async def test_the_platform_brings_somebody_in_and_they_choose_a_password(
    page: Page, database: Database, photograph, witness: Witness
):
    acme = await seeds.sow(database, "acme", leads=12, label="Acme Outbound")
    await passes.add(database, "ada", Given(Role.PLATFORM), Given(Role.ADMIN, acme.id), password_hash=KEPT)
    await passes.add(
        database, "ben@example.com", Given(Role.OPERATOR, acme.id), Given(Role.APPROVER, acme.id)
    )
    await passes.add(database, "cleo@example.com", Given(Role.VIEWER, acme.id))
    await passes.begin(database, "cleo@example.com")
    async with database.system() as session:
        await people.disable(session, "ben@example.com", by="root")
    await page.goto("/t/acme/people")
    await sign_in(page)
    await expect(page.get_by_text("3 with a role of Acme Outbound")).to_be_visible()
    await photograph(page, "people")
    await clean(page)

    await page.get_by_label("Login, or address").fill("dora@example.com")
    await page.get_by_label("Name", exact=True).fill("Dora")
    await page.keyboard.press("Enter")
    question = page.locator(".mantine-Modal-content")
    await expect(question.get_by_text("It is shown once")).to_be_visible()
    first = await question.locator("pre").inner_text()
    await clean(page)
    await page.keyboard.press("Escape")
    await expect(page.get_by_text("4 with a role of Acme Outbound")).to_be_visible()
    await page.get_by_role("button", name="Sign cleo@example.com out").click()
    await expect(page.get_by_text("1 session has ended")).to_be_visible()
    async with database.system() as session:
        assert await console_sessions.listed(session, "cleo@example.com") == []

    await page.get_by_role("button", name="Sign out", exact=True).click()
    await page.get_by_label("Login").fill("dora@example.com")
    await page.get_by_label("Password").fill(first)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Choose a password")).to_be_visible()
    await photograph(page, "choose-a-password")
    await clean(page)
    await page.keyboard.type(first)
    await page.get_by_label("New password").fill(PASSWORD)
    await page.get_by_label("The same again").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile("/t/acme/pipeline$"))
    await expect(page.get_by_role("link", name="Dora")).to_be_visible()
    async with database.system() as session:
        kept = await session.value("SELECT password_hash FROM person WHERE login LIKE 'dora%'")
    assert passwords.fits(PASSWORD, kept)
