import re

import pytest
from playwright.async_api import Page, expect

from tenants.store.session import Database
from tests.browser.conftest import clean
from tests.console import seeds
from tests.console.test_lead import know
from tests.console.waiting import enrolment

pytestmark = pytest.mark.browser


async def test_a_lead_is_found_and_its_journey_followed(page: Page, database: Database, photograph):
    acme = await seeds.sow(database, "acme", leads=40, label="Acme Outbound")
    await know(database, acme)
    held = await enrolment(database, acme)
    await page.goto("/t/acme/lead")
    await expect(page.get_by_text("Which lead?")).to_be_visible()
    await page.get_by_role("searchbox", name="Find a lead").fill("northwind-logistics-0")
    await page.get_by_role("link", name="Northwind Logistics").click()
    await expect(page).to_have_url(re.compile(f"lead={acme.scored[0]}$"))
    await expect(page.get_by_role("heading", name="Journey")).to_be_visible()
    await expect(page.locator(".timeline .stretch-person")).to_have_count(1)
    await photograph(page, "lead")
    await clean(page)
    await page.get_by_role("heading", name="What was found, and why it stands").evaluate(
        "one => one.scrollIntoView()"
    )
    await photograph(page, "lead-findings")

    await page.locator(".timeline").get_by_role("link", name="Enrichment").click()
    drawer = page.locator(".mantine-Drawer-content")
    await expect(drawer.get_by_text("Billed calls")).to_be_visible()
    await expect(page).to_have_url(re.compile("open=[0-9a-f-]{36}$"))
    await clean(page)
    await page.keyboard.press("Escape")
    await expect(drawer).to_be_hidden()
    await page.get_by_role("link", name="enrol", exact=True).click()
    await expect(page).to_have_url(re.compile(f"/approvals.open={held.id}$"))
    await expect(page.get_by_text("A message sequence begins")).to_be_visible()


async def test_every_page_leads_to_the_lead(page: Page, database: Database):
    acme = await seeds.sow(database, "acme", leads=20, label="Acme Outbound")
    await page.goto(f"/t/acme/pipeline?open={acme.scored[0]}")
    await page.get_by_role("link", name="Its journey").click()
    await expect(page).to_have_url(re.compile(f"/lead.lead={acme.scored[0]}$"))
    await expect(page.get_by_role("heading", name="Journey")).to_be_visible()
    await page.goto(f"/t/acme/runs?open={acme.runs[0]}")
    await page.get_by_role("link", name="Its journey").click()
    await expect(page.get_by_role("heading", name="Journey")).to_be_visible()
    await expect(page.locator(".mantine-Drawer-content")).to_be_hidden()
