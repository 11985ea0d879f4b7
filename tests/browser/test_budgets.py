import re
from datetime import UTC, datetime

import pytest
from playwright.async_api import Page, expect

from tenants.budgets import Budgets
from tenants.store.session import Database
from tests.browser.conftest import clean
from tests.console import seeds
from tests.console.test_budgets import budgeted, use

pytestmark = pytest.mark.browser


async def test_a_budget_is_seen_to_end_and_is_raised(page: Page, database: Database, photograph):
    acme = await seeds.sow(database, "acme", leads=160, label="Acme Outbound")
    await budgeted(
        database, acme, Budgets(total_usd=60, day_usd=3, providers={"apex": {"day_usd": 2}}, lead_usd="0.60")
    )
    async with database.tenant(acme.id) as session:
        # more on some days than on others, and less today
        await session.run(
            """
            INSERT INTO provider_call (tenant_id, id, run_id, provider, question, state, credits, cost_usd, settled_at)
            SELECT :tenant_id, gen_random_uuid(), gen_random_uuid(), CASE WHEN n % 3 = 0 THEN 'hunter' ELSE 'apex' END,
                   'q', 'answered', 1, 0.4 + (n % 5) * 0.12, now() - n * interval '5 hours'
            FROM generate_series(0, 130) n
            """,
            tenant_id=acme.id,
        )
    await use(database, acme, "total", "", "41.5", "0.4")
    await use(database, acme, "day", str(datetime.now(UTC).date()), "1.9", "0.2")
    await page.goto("/t/acme/budgets")
    await expect(page.get_by_role("heading", name="$60.00 in all")).to_be_visible()
    await expect(
        page.get_by_text(re.compile("At the pace of the last 24 hours it is used up at")).first
    ).to_be_visible()
    await photograph(page, "budgets")
    await clean(page)

    await page.get_by_label(re.compile("^In all")).first.fill("lots")
    await page.get_by_role("button", name="Save …").click()
    await expect(page.get_by_text("An amount is wanted, such as 12.50.")).to_be_visible()
    await clean(page)
    await page.get_by_label(re.compile("^In all")).first.fill("90")
    await page.get_by_role("button", name="Save …").click()
    question = page.locator(".mantine-Modal-content")
    await expect(question.get_by_role("row", name=re.compile("In all"))).to_contain_text("90")
    await photograph(page, "budgets-save")
    await question.get_by_label("Why").fill("the second quarter")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="$90.00 in all")).to_be_visible()
    await expect(page.get_by_label(re.compile("^In all")).first).to_have_value("90")
    await clean(page)
