import re

import pytest
from playwright.async_api import Page, expect

from tenants.store.session import Database
from tests.browser.conftest import clean
from tests.console import seeds
from tests.console.test_insights import old_outcomes

pytestmark = pytest.mark.browser


async def test_losses_are_followed_to_their_leads_and_cut_offs_are_tried(
    page: Page, database: Database, photograph
):
    acme = await seeds.sow(database, "acme", leads=160, label="Acme Outbound")
    async with database.tenant(acme.id) as session:
        await session.run(
            "UPDATE lead SET source = 'apollo', icp_version = 2 WHERE id = ANY(CAST(:ids AS uuid[]))",
            ids=acme.leads[100:],
        )
    await old_outcomes(database, acme, "A", 0.9, answered=9, silent=15)
    await old_outcomes(database, acme, "B", 0.65, answered=7, silent=38)
    await old_outcomes(database, acme, "C", 0.3, answered=2, silent=50)
    await page.goto("/t/acme/insights")
    await expect(page.get_by_role("heading", name="Insights")).to_be_visible()
    await expect(page.locator(".funnel")).to_be_visible()
    await photograph(page, "insights")
    await clean(page)

    await page.get_by_role("link", name="too few employees").first.click()
    await expect(page).to_have_url(re.compile("hold=skipped"))
    await expect(page.get_by_role("heading", name="Too few employees")).to_be_visible()
    await photograph(page, "insights-leads")
    await page.get_by_role("link", name="Hide these leads").click()
    await expect(page.get_by_role("heading", name="Too few employees")).to_have_count(0)

    await page.get_by_role("link", name="apollo").first.click()
    await expect(page).to_have_url(re.compile("source=apollo&icp=2"))
    await expect(page.get_by_text("What a search cost is of no single lead")).to_be_visible()

    await page.get_by_label("A from fit").fill("0.6")
    await expect(page).to_have_url(re.compile("fit-a=0.6"))
    await expect(page.get_by_text(re.compile("would be in a better tier"))).to_be_visible()
    await expect(page.get_by_text("fit: [0.25, 0.5, 0.6]")).to_be_visible()
    await page.get_by_role("heading", name="Answers by tier").scroll_into_view_if_needed()
    await photograph(page, "insights-what-if")
    await clean(page)
    await page.get_by_label("A from fit").fill("0.4")
    await expect(page.get_by_text("The bounds 0.25, 0.5, 0.4 do not rise between 0 and 1.")).to_be_visible()
    await page.get_by_role("link", name="As configured").click()
    await expect(page.get_by_text("These are the cut-offs that hold now.")).to_be_visible()
    await expect(page.get_by_label("A from fit")).to_have_value("")
