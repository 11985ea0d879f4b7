import re

import pytest
from playwright.async_api import Page, expect

from tenants.store.session import Database
from tests.browser.conftest import clean
from tests.console import seeds
from tests.console.waiting import REFUSED, fail

pytestmark = pytest.mark.browser


async def test_an_error_queue_is_worked_off_to_zero(page: Page, database: Database, photograph):
    acme = await seeds.sow(database, "acme", leads=40, label="Acme Outbound")
    async with database.tenant(acme.id) as session:
        await session.run("UPDATE run SET status = 'done' WHERE status = 'failed'")
    await fail(database, acme, count=12)
    refused = await fail(database, acme, "f2", error=REFUSED, count=3)
    await page.goto("/t/acme/errors")
    await expect(page.get_by_text("15 in 2 groups")).to_be_visible()
    await photograph(page, "errors")
    await clean(page)

    await page.get_by_role("link", name=re.compile("does not accept the key")).click()
    await expect(page).to_have_url(re.compile(r"\?group=f2$"))
    await expect(page.locator(".grid-frame .status-failed")).to_have_count(3)
    await page.get_by_role("button", name="I look after it").click()
    await expect(page.get_by_text("looks after it")).to_be_visible()
    await photograph(page, "errors-group")
    await clean(page)

    await page.locator(".grid-frame .status-failed").first.click()
    drawer = page.locator(".mantine-Drawer-content")
    await drawer.get_by_role("button", name="Edit its input").click()
    field = drawer.get_by_label(re.compile("^Input: the same fields"))
    text = await field.input_value()
    await field.fill(text.replace("null", '"acme.example"'))
    await photograph(page, "error")
    await drawer.get_by_role("button", name="Try again with this").click()
    await expect(page.get_by_text("It is tried again")).to_be_visible()
    async with database.tenant(acme.id) as session:
        rows = await session.rows(
            "SELECT status, input FROM run WHERE id = ANY(CAST(:ids AS uuid[]))", ids=refused
        )
    assert sorted(row["status"] for row in rows) == ["failed", "failed", "retrying"]
    assert sum("acme.example" in str(row["input"]) for row in rows) == 1
    await expect(drawer).to_be_hidden()
    await expect(page).to_have_url(re.compile(r"\?group=f2$"))

    await page.get_by_role("button", name=re.compile("Resolve all")).click()
    question = page.locator(".mantine-Modal-content")
    await expect(question.get_by_text("2 would leave the queue")).to_be_visible()
    reason = question.get_by_label("Why nothing more is to be done")
    await reason.press("Enter")
    await expect(page.get_by_text("Say why nothing more is to be done.")).to_be_visible()
    await reason.fill("the key was changed")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("This group is empty")).to_be_visible()
    await page.get_by_role("link", name="All groups").click()
    await expect(
        page.get_by_text("12 in 1 groups")
    ).to_be_visible()  # the group's page has such a button, too

    await page.get_by_role("button", name=re.compile("Try all again")).click()
    await expect(question.get_by_text("12 would be tried again at once")).to_be_visible()
    await clean(page)
    await question.get_by_role("button", name="Try 12 again").click()
    await expect(page.get_by_text("Nothing is broken")).to_be_visible()
    await photograph(page, "errors-zero")
