import re

import pytest
from playwright.async_api import BrowserContext, Page, expect

from tenants.store.session import Database
from tests.console import seeds
from tests.console.test_runs import begin_runs

pytestmark = pytest.mark.browser


async def test_runs_are_filtered_shared_and_opened(
    page: Page, context: BrowserContext, database: Database, photograph
):
    await seeds.sow(database, "acme", leads=120, label="Acme Outbound")
    await page.goto("/t/acme/runs")
    await expect(page.get_by_role("row").nth(12)).to_be_visible()
    await photograph(page, "runs")
    await page.locator(".filter").get_by_text("Failed").click()
    await expect(page).to_have_url(re.compile(r"\?status=failed$"))
    statuses = page.locator(".ag-center-cols-container .status, .grid-frame [col-id=status] .status")
    await expect(statuses.first).to_have_text("Failed")
    await expect(page.locator(".grid-frame .status-done")).to_have_count(0)

    copied = await context.new_page()
    await copied.goto(page.url)
    await expect(copied.locator(".grid-frame .status-failed").first).to_be_visible()
    await expect(copied.locator(".grid-frame .status-done")).to_have_count(0)
    await expect(copied.get_by_role("checkbox", name="Failed")).to_be_checked()

    await page.locator(".grid-frame .status-failed").first.click()
    drawer = page.get_by_role("dialog")
    await expect(drawer.get_by_text("ProviderTimeout")).to_be_visible()
    await expect(page).to_have_url(re.compile(r"&open=[0-9a-f-]{36}$"))
    await photograph(page, "run")
    await drawer.get_by_text("All runs of this lead").click()
    await expect(page).to_have_url(re.compile(r"/runs\?lead=[0-9a-f-]{36}$"))
    await expect(page.get_by_text("2 runs")).to_be_visible()
    await expect(drawer).to_be_hidden()
    await page.go_back()
    await page.go_back()
    await expect(page).to_have_url(re.compile(r"\?status=failed$"))
    await expect(page.get_by_role("checkbox", name="Failed")).to_be_checked()


async def test_filters_that_match_nothing_are_cleared(page: Page, database: Database):
    await seeds.sow(database, "acme", leads=12)
    await page.goto("/t/acme/runs?status=held&time=15m")
    await page.get_by_role("button", name="Clear filters").click()
    await expect(page).to_have_url(re.compile("/t/acme/runs$"))
    await expect(page.locator(".grid-frame .status-done").first).to_be_visible()


async def test_new_runs_come_by_themselves_but_never_under_the_readers_eyes(page: Page, database: Database):
    acme = await seeds.sow(database, "acme", leads=120)
    await page.goto("/t/acme/runs")
    await expect(page.get_by_role("row").nth(12)).to_be_visible()
    await begin_runs(database, acme, 2)
    await expect(page.locator(".grid-frame .status-running")).to_have_count(2)

    async with database.tenant(acme.id) as session:
        await session.run("UPDATE run SET status = 'failed' WHERE status = 'running'")
    await expect(page.locator(".grid-frame .status-running")).to_have_count(0)

    frame = page.locator(".grid-frame")
    await frame.hover()
    await page.mouse.wheel(0, 3000)
    first = page.locator(".grid-frame [role=row][row-index]").first
    await expect(page.locator(".grid-frame [role=row][row-index='0']")).to_have_count(0)
    seen = await first.get_attribute("row-id")
    await begin_runs(database, acme, 3)
    pill = page.get_by_role("button", name="3 new runs")
    await expect(pill).to_be_visible()
    assert await first.get_attribute("row-id") == seen
    await pill.click()
    await expect(page.locator(".grid-frame .status-running")).to_have_count(3)
    await expect(pill).to_be_hidden()


async def test_scrolling_goes_through_every_run_once(page: Page, database: Database):
    acme = await seeds.sow(database, "acme", leads=120)
    await page.goto("/t/acme/runs")
    await expect(page.get_by_role("row").nth(12)).to_be_visible()
    last = len(acme.runs) - 1
    await page.evaluate(f"dash_ag_grid.getApi('grid').ensureIndexVisible({last}, 'bottom')")
    await expect(page.locator(f"[row-index='{last}'] .status")).to_be_visible()
    for row in range(0, last, 50):
        await page.evaluate(f"dash_ag_grid.getApi('grid').ensureIndexVisible({row}, 'top')")
        await expect(page.locator(f"[row-index='{row}'] .status")).to_be_visible()
    await page.evaluate("ids = []; dash_ag_grid.getApi('grid').forEachNode(node => ids.push(node.data.id))")
    ids = await page.evaluate("ids")
    assert sorted(ids) == sorted(map(str, acme.runs))
