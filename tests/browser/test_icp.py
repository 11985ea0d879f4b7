import re

import pytest
from playwright.async_api import Page, expect

from tenants.profiles import Profile
from tenants.store import profiles
from tenants.store.session import Database
from tests.browser.conftest import clean
from tests.console import seeds

pytestmark = pytest.mark.browser


async def saved(database: Database, sown: seeds.Sown, document: dict, *, by: str, reason: str) -> None:
    async with database.tenant(sown.id) as session:
        seen = (await profiles.current(session)).hash
        await profiles.save(session, Profile.model_validate(document), seen=seen, by=by, reason=reason)


async def test_a_profile_is_tried_saved_and_taken_back(page: Page, database: Database, photograph):
    acme = await seeds.sow(database, "acme", leads=120, label="Acme Outbound")
    first = {
        "icp": {"industries": ["software", "logistics", "machinery"], "employees_min": 50},
        "personas": [{"titles": ["head of operations", "coo"], "departments": ["operations"]}],
    }
    await saved(database, acme, first, by="ann", reason="who bought last year")
    await page.goto("/t/acme/icp")
    await expect(page.get_by_label("Industries")).to_have_value("software\nlogistics\nmachinery")

    await page.get_by_label(re.compile("^Countries")).fill("DE\nEU")
    await page.get_by_role("button", name="Preview").click()
    await expect(page.get_by_text("'EU' is not a country code of two letters, such as DE.")).to_be_visible()
    await photograph(page, "icp-mistake")
    await clean(page)
    await page.get_by_label(re.compile("^Countries")).fill("DE\nNL\nSE")
    await page.get_by_role("button", name="Preview").click()
    await expect(page.get_by_text("companies would fit")).to_be_visible()
    await expect(page.get_by_text("Why the others do not fit")).to_be_visible()
    await expect(page.get_by_text("'EU' is not a country code")).to_have_count(0)
    await expect(page.get_by_text("country outside the ideal customer profile").first).to_be_visible()
    await expect(page.locator(".mantine-Notification-root")).to_have_count(0)
    await page.get_by_role("heading", name="Ideal customer").scroll_into_view_if_needed()
    await photograph(page, "icp")
    await page.get_by_role("heading", name="What it would change").scroll_into_view_if_needed()
    await photograph(page, "icp-preview")
    await clean(page)

    await page.get_by_role("button", name="Show as YAML").click()
    text = page.get_by_label("The profile as a configuration file has it")
    await expect(text).to_have_value(re.compile(r"countries:\n\s*- DE\n\s*- NL\n\s*- SE"))
    await text.fill((await text.input_value()).replace("- SE", "- FR"))
    await clean(page)
    await page.get_by_role("button", name="Show as form").click()
    await expect(page.get_by_label(re.compile("^Countries"))).to_have_value("DE\nNL\nFR")

    # somebody else is quicker
    await saved(database, acme, first | {"icp": {"cities": ["Oslo"]}}, by="ben", reason="a test of cities")
    await expect(page.locator(".diff").get_by_text("a test of cities")).to_be_visible()
    await page.get_by_role("button", name="Save …").click()
    question = page.locator(".mantine-Modal-content")
    await expect(question.get_by_text("ben has saved version 3 since you opened the editor")).to_be_visible()
    await photograph(page, "icp-meanwhile")
    await clean(page)
    await question.get_by_label("Why").fill("these three countries answer")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Version 4 holds from now on")).to_be_visible()
    await expect(page.locator(".diff").get_by_text("these three countries answer")).to_be_visible()
    await expect(page.get_by_label(re.compile("^Countries"))).to_have_value("DE\nNL\nFR")

    await page.get_by_role("row", name=re.compile("who bought last year")).get_by_role("button").click()
    await expect(question.get_by_text("Back to version 2").first).to_be_visible()
    await question.get_by_label("Why").fill("too few companies")
    await question.get_by_role("button", name="Back to version 2").click()
    await expect(page.get_by_text("Version 2 holds again")).to_be_visible()
    await expect(page.get_by_label(re.compile("^Countries"))).to_have_value("")

    await page.get_by_label("between version").click()
    await page.get_by_role("option", name="2", exact=True).click()
    await page.get_by_label("and version", exact=True).click()
    await page.get_by_role("option", name="4", exact=True).click()
    await expect(page).to_have_url(re.compile(r"from=2&to=4$"))
    await expect(page.get_by_role("columnheader", name="Version 4")).to_be_visible()
    await photograph(page, "icp-versions")
    await clean(page)
