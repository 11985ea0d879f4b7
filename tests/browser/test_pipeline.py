import re

import pytest
from playwright.async_api import Browser, Page, expect

from tenants.store.session import Database
from tests.browser.conftest import PHOTOS, Witness
from tests.console import seeds

pytestmark = pytest.mark.browser


async def test_a_prospect_is_found_and_says_why(page: Page, database: Database, photograph):
    await seeds.sow(database, "acme", leads=120, label="Acme Outbound")
    await page.goto("/")
    await expect(page).to_have_url(re.compile("/t/acme/pipeline$"))
    await expect(page).to_have_title("Pipeline · Acme Outbound · Leadmill")
    await expect(page.get_by_role("row").nth(7)).to_be_visible()
    await expect(page.locator(".waiting")).to_have_count(0)
    await photograph(page, "pipeline")
    await page.get_by_role("searchbox", name="Company").fill("lumen")
    await expect(page).to_have_url(re.compile(r"\?company=lumen$"))
    await expect(page.locator(".grid-frame [row-index='0'] .strong").first).to_contain_text("Lumen")
    await page.locator(".grid-frame [row-index='0'] .strong").first.click()
    drawer = page.get_by_role("dialog")
    await expect(drawer.get_by_text("Industry is one that buys often")).to_be_visible()
    await expect(drawer.get_by_text("-0.36")).to_be_visible()
    await photograph(page, "prospect")
    await page.keyboard.press("Escape")
    await expect(drawer).to_be_hidden()
    await expect(page).to_have_url(re.compile(r"\?company=lumen$"))
    await page.locator(".filter").get_by_text("Tier A").click()
    await expect(page).to_have_url(re.compile(r"company=lumen&tier=A$|tier=A&company=lumen$"))


async def test_the_keyboard_opens_a_prospect(page: Page, database: Database):
    await seeds.sow(database, "acme", leads=20)
    await page.goto("/t/acme/pipeline")
    await page.locator(".grid-frame [row-index='1'] [col-id=company]").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog")).to_be_visible()


async def test_leads_appear_as_they_are_scored(page: Page, database: Database):
    acme = await seeds.sow(database, "acme", leads=20)
    async with database.tenant(acme.id) as session:
        await session.run("UPDATE lead SET score = NULL, tier = NULL, stage = 'contactable'")
    await page.goto("/t/acme/pipeline")
    await expect(page.get_by_text("Nothing scored yet")).to_be_visible()
    async with database.tenant(acme.id) as session:
        await session.run("UPDATE lead SET score = 88, tier = 'A', stage = 'scored', scored_at = now()")
    await expect(page.locator(".grid-frame .tier-a").first).to_be_visible()
    await expect(page.get_by_text("Nothing scored yet")).to_be_hidden()


async def test_tenants_and_pages_are_changed_in_the_frame(page: Page, database: Database, photograph):
    await seeds.sow(database, "acme", leads=20, label="Acme Outbound")
    await seeds.tenant(database, "empty", label="Nothing Yet Ltd", lane=1)
    await page.goto("/t/acme/pipeline")
    await page.get_by_role("link", name="Agents").click()
    await expect(page.get_by_role("heading", name="Agents")).to_be_visible()
    tenant = page.get_by_role("combobox", name="Tenant").or_(page.get_by_label("Tenant", exact=True)).first
    await expect(tenant).to_have_value("Acme Outbound")
    await tenant.click()
    await page.get_by_role("option", name="Nothing Yet Ltd").click()
    await expect(page).to_have_url(re.compile("/t/empty/agents$"))
    await expect(page).to_have_title("Agents · Nothing Yet Ltd · Leadmill")
    await page.get_by_role("link", name="Pipeline").click()
    await expect(page.get_by_text("leadmill source empty leads.csv")).to_be_visible()
    await photograph(page, "empty")


async def test_the_theme_is_kept(page: Page, database: Database):
    await seeds.tenant(database, "acme")
    await page.goto("/t/acme/agents")
    await page.get_by_text("Dark", exact=True).locator("xpath=ancestor::label").click()
    await expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")
    await page.reload(wait_until="commit")
    await expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")
    await expect(page.get_by_role("radio", name="Dark")).to_be_checked()


@pytest.mark.parametrize(("name", "width", "height"), [("wide", 1920, 1080), ("phone", 390, 844)])
async def test_other_screens(
    chromium: Browser, console: str, witness: Witness, database: Database, name: str, width: int, height: int
):
    acme = await seeds.sow(database, "acme", leads=120, label="Acme Outbound")
    context = await chromium.new_context(
        base_url=console, viewport={"width": width, "height": height}, reduced_motion="reduce"
    )
    page = await context.new_page()
    witness.watch(page)
    for slug, ready in (
        ("pipeline", "[row-index='0'] .tier"),
        ("agents", ".switch"),
        ("runs", "[row-index='0'] .status"),
        ("errors", ".failures .strong"),
        ("approvals", ".notice"),
        ("insights", ".funnel"),
        ("icp", ".profile-editor"),
        ("budgets", ".figures-table"),
        (f"lead?lead={acme.scored[0]}", ".timeline .stretch-work"),
    ):
        await page.goto(f"/t/acme/{slug}")
        await expect(page.locator(ready).first).to_be_visible(timeout=20_000)
        await page.screenshot(path=PHOTOS / f"{slug.split('?')[0]}-{name}.png")
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
    if name == "phone":
        await page.get_by_role("button", name="Menu").click()
        await page.get_by_role("link", name="Pipeline").click()
        await expect(page.get_by_role("heading", name="Pipeline")).to_be_visible()
        await expect(page.get_by_role("link", name="Pipeline")).not_to_be_in_viewport()
    await context.close()


async def test_an_address_that_leads_nowhere(page: Page, database: Database, witness: Witness):
    await seeds.tenant(database, "acme")
    answer = await page.goto("/t/nobody/pipeline")
    assert answer.status == 404
    await expect(page.get_by_role("heading", name="Page not found")).to_be_visible()
    await page.goto("/t/acme/runs?status=bogus")
    await expect(page.get_by_text("There is no status 'bogus'")).to_be_visible()
    await page.get_by_role("link", name="Open this page without filters").click()
    await expect(page.get_by_text("No runs yet")).to_be_visible()
    witness.faults = [fault for fault in witness.faults if "404" not in fault]
