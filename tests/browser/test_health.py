import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Page, expect

from tenants.store import lanes, log, roles
from tenants.store.session import Database
from tests.browser.conftest import clean
from tests.console import seeds
from tests.tenants.store.rows import entry

pytestmark = pytest.mark.browser


async def test_what_is_wrong_is_seen_and_goes_when_it_is_put_right(
    page: Page, database: Database, photograph
):
    acme = await seeds.sow(database, "acme", leads=120, label="Acme Outbound")
    await seeds.sow(database, "globex", leads=40, label="Globex", lane=1)
    await seeds.tenant(database, "initech", label="Initech")
    now = datetime.now(UTC)
    async with database.system() as session:
        await roles.claim(session, "supervisor", "mill-1:4711", 600.0)
        await session.run("UPDATE role_lease SET since = now() - interval '3 hours'")
        await session.run(
            """UPDATE heartbeat SET health = '{"in_flight": 6}', seen_at = now() - interval '2 seconds'"""
        )
        await session.run("DELETE FROM heartbeat WHERE desk = 'contact_finder-acme'")
        await log.append(
            session,
            [
                entry(acme.id, topic=topic, type=topic, time=now - timedelta(seconds=age_s))
                for topic, ages in (("lead.sourced", range(1, 60)), ("lead.enriched", range(20, 300)))
                for age_s in ages
            ],
        )
        await lanes.take(session, "enrichment", 0, "enrichment-acme:1", 600.0)
    await page.goto("/t/acme/health")
    trouble = page.get_by_text(re.compile(r"Contact finder: 280 wait, the oldest for \d+ min, and no desk"))
    await expect(trouble).to_be_visible()
    await expect(page.get_by_text("2 others")).to_have_count(0)
    await expect(page.get_by_role("cell", name="1 other").first).to_be_visible()
    await photograph(page, "health")
    await clean(page)

    async with database.system() as session:
        await session.run(
            "INSERT INTO heartbeat (desk, agent, lanes, pid, build, health) "
            "VALUES ('contact_finder-2', 'contact_finder', '{0}', 1, 'test', '{}')"
        )
    await expect(trouble).to_have_count(0)
    await expect(
        page.get_by_role("row", name=re.compile("Contact finder.*contact_finder-2")).first
    ).to_be_visible()


async def test_it_is_read_on_a_telephone(page: Page, database: Database, photograph):
    await seeds.sow(database, "acme", leads=20, label="Acme Outbound")
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.goto("/t/acme/health")
    await expect(page.get_by_text("Nobody supervises the mill")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await photograph(page, "health-phone")
    await clean(page)
