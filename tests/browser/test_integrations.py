import getpass
import re

import pytest
from playwright.async_api import Page, expect

from tenants.store import tenants
from tenants.store.session import Database
from tests.browser.conftest import clean
from tests.console import seeds
from tests.console.connecting import KEY, call, connect, told
from tests.console.waiting import REFUSED, audit_of, fail

pytestmark = pytest.mark.browser


async def sow(database: Database) -> seeds.Sown:
    """A tenant whose providers have been asked, one of which refuses its key."""
    acme = await seeds.sow(database, "acme", leads=120, label="Acme Outbound")
    await connect(database, acme, api_key=KEY, credit_price_usd=0.05)
    await connect(database, acme, "hunter", api_key="sim-hunter-key-9876", calls_per_minute=300)
    await connect(database, acme, "wikidata")
    async with database.tenant(acme.id) as session:
        await session.run("UPDATE connection SET changed_at = now() - interval '2 days'")
        await session.run(
            "UPDATE tenant SET config = :config",
            config='{"budgets": {"providers": {"apollo": {"total_usd": 60}}}}',
        )
        await session.run(
            "INSERT INTO budget_use (tenant_id, scope, key, spent_usd) VALUES (:id, 'provider', 'apollo', 41.2)",
            id=acme.id,
        )
        await session.run(
            "INSERT INTO finding "
            "(tenant_id, subject_id, field, provider, value, evidence, confidence, cost_usd, found_at, is_current) "
            "SELECT tenant_id, account_id, field, 'apollo', '1', 'told', 0.9, 0, now(), true "
            "FROM lead, unnest(ARRAY['industry', 'employees']) AS field"
        )
        await session.run("UPDATE contact SET email_status = 'deliverable' WHERE email_status = 'valid'")
    fields = ["industry", "employees", "technologies"]
    for day, count in enumerate((60, 110, 35, 90)):
        await call(database, acme, count=count, age_s=20 + 86_400 * day, found=fields, segment="DE/small")
    await call(database, acme, count=18, age_s=15, segment="DE/small")
    await call(database, acme, count=40, age_s=50, cost=0.05, kind="RevealPerson", found=["email"])
    await call(
        database, acme, "hunter", count=24, age_s=200, cost=0.03, found=["industry"], segment="FR/medium"
    )
    await call(database, acme, "hunter", count=5, age_s=100, failed=True)
    await told(database, acme, "apollo", "hit", count=30)
    await told(database, acme, "wikidata", "miss", count=12)
    await told(database, acme, "hunter", "auth", error="KeyRefused", count=3, age_s=5)
    await fail(database, acme, error=REFUSED, count=3)
    return acme


async def test_a_key_that_is_refused_is_written_anew_and_its_work_goes_on(
    page: Page, database: Database, photograph
):
    acme = await sow(database)
    await page.goto("/t/acme/integrations")
    hunter = page.get_by_role("article", name="Hunter")
    await expect(hunter.get_by_text("Key not accepted")).to_be_visible()
    await expect(page.get_by_role("article", name="Apollo").get_by_text("Working")).to_be_visible()
    await photograph(page, "integrations")
    await clean(page)

    await hunter.get_by_text("Change its key or its pace").click()
    field = hunter.get_by_label("New key for Hunter")
    await expect(field).to_have_attribute("type", "password")
    await field.fill("sim-hunter-key-0000")
    await clean(page)
    await hunter.get_by_role("button", name="Write the key").click()
    await expect(page.get_by_text("The key of Hunter is written")).to_be_visible()
    await expect(hunter.get_by_text("…0000")).to_be_visible()
    await expect(hunter.get_by_text(re.compile(f"written by {getpass.getuser()}"))).to_be_visible()
    await expect(hunter.get_by_text("Key not accepted")).to_have_count(0)
    await expect(field).to_have_value("")
    assert await audit_of(database, acme) == [(getpass.getuser(), "write key", "provider hunter")]
    async with database.tenant(acme.id) as session:
        assert await session.value("SELECT count(*) FROM run WHERE status = 'retrying'") == 3
        assert await session.value("SELECT calls_per_minute FROM connection WHERE provider = 'hunter'") == 300


async def test_the_order_is_changed_with_the_keyboard_alone(page: Page, database: Database, photograph):
    acme = await sow(database)
    await page.goto("/t/acme/integrations")
    await page.get_by_role("button", name="Change the order …").focus()
    await page.keyboard.press("Enter")
    question = page.locator(".mantine-Modal-content")
    down = question.get_by_role("button", name="Move Apollo down")
    await down.focus()
    await page.keyboard.press("Enter")
    await expect(question.locator("li").first).to_contain_text("1. Hunter")
    await expect(down).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(question.locator("li").last).to_contain_text("3. Apollo")
    # at the end of the list there is only one way left
    await expect(question.get_by_role("button", name="Move Apollo up")).to_be_focused()
    await photograph(page, "integrations-order")
    await clean(page)
    await question.get_by_role("button", name="Save this order").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Hunter is asked first")).to_be_visible()
    await expect(page.get_by_text("Hunter → Wikidata → Apollo")).to_be_visible()
    assert tenants.config_of(await tenants.named(database, "acme")).order == ("hunter", "wikidata", "apollo")
    assert [act for _, act, _ in await audit_of(database, acme)] == ["set order of providers"]


async def test_it_is_read_on_a_telephone(page: Page, database: Database, photograph):
    await sow(database)
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.goto("/t/acme/integrations")
    await expect(page.get_by_role("article", name="Hunter")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await photograph(page, "integrations-phone")
    await clean(page)
