import csv
import io
import re
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tenants.store import audit
from tenants.store.session import Database
from tests.browser.conftest import clean
from tests.console import seeds

pytestmark = pytest.mark.browser

ACTS = (
    ("ann", "retry", "enrichment: KeyRefused", {"runs": 12}),
    ("bob", "approve", "draft to Ada Lovelace", {"reason": "fits the season"}),
    ("ann", "set field", "Aldgate Systems: industry", {"before": "software", "after": "insurance"}),
    ("carl", "mute", "scoring: ScorerAway", {"until": "2026-12-01"}),
)


def acts_in(file: Path) -> list[str]:
    return [row["Act"] for row in csv.DictReader(io.StringIO(file.read_text(encoding="utf-8")))]


async def test_an_act_is_found_opened_and_taken_along(page: Page, database: Database, photograph):
    acme = await seeds.sow(database, "acme", leads=12, label="Acme Outbound")
    async with database.tenant(acme.id) as session:
        for by, act, subject, detail in ACTS:
            await audit.write(session, by=by, act=act, subject=subject, detail=detail)
    await page.goto("/t/acme/audit")
    await expect(page.get_by_text("4 acts")).to_be_visible()
    await expect(page.locator(".grid-frame [row-index='3']").first).to_be_visible()
    await photograph(page, "audit")
    await clean(page)

    await page.get_by_label("Who, act or subject").fill("ann")
    await expect(page).to_have_url(re.compile(r"\?q=ann$"))
    await expect(page.get_by_text("2 acts")).to_be_visible()
    async with page.expect_download() as coming:
        await page.get_by_role("link", name="CSV").click()
    download = await coming.value
    assert re.fullmatch(r"acme-audit-\d{8}-\d{6}\.csv", download.suggested_filename)
    assert acts_in(Path(await download.path())) == ["set field", "retry"]

    await page.locator(".grid-frame [row-index='0']").first.click()
    drawer = page.get_by_role("dialog")
    await expect(drawer.get_by_text("insurance")).to_be_visible()
    await expect(page).to_have_url(re.compile(r"&open=[0-9a-f-]{36}$"))
