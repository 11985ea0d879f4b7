import getpass
import re

import asyncpg
import pytest
from playwright.async_api import Page, expect

from tenants.store.session import Database
from tests.browser.conftest import Witness, clean
from tests.console import seeds

pytestmark = pytest.mark.browser


async def test_an_agent_is_switched_off_and_on_again(page: Page, database: Database, photograph):
    acme = await seeds.sow(database, "acme", leads=120, label="Acme Outbound")
    await page.goto("/t/acme/agents")
    switch = page.get_by_role("switch", name="Enrichment")
    await expect(switch).to_be_checked()
    await switch.click()
    await expect(switch).not_to_be_checked()
    await expect(page.get_by_text("Enrichment is off")).to_be_visible()
    await expect(page.get_by_text(re.compile(f"Paused by {getpass.getuser()}"))).to_be_visible()
    async with database.system() as session:
        rows = await session.rows("SELECT agent, mode, changed_by FROM agent_switch")
        assert [tuple(row.values()) for row in rows] == [("enrichment", "paused", getpass.getuser())]
    async with database.tenant(acme.id) as session:
        await session.run(
            "UPDATE run SET status = 'held' WHERE agent = 'enrichment' AND id = ANY(CAST(:ids AS uuid[]))",
            ids=acme.runs[:40],
        )
    await expect(page.get_by_text(re.compile(r"\d+ held"))).to_be_visible()
    await photograph(page, "agents")
    await switch.press("Space")
    await expect(switch).to_be_checked()
    await expect(page.get_by_text(re.compile(r"\d+ held runs go on"))).to_be_visible()
    await expect(page.get_by_text(re.compile(f"Switched on by {getpass.getuser()}"))).to_be_visible()
    async with database.tenant(acme.id) as session:
        assert await session.value("SELECT mode FROM agent_switch WHERE agent = 'enrichment'") == "on"
        assert await session.value("SELECT count(*) FROM run WHERE status = 'held' AND due_at IS NULL") == 0


async def test_an_agent_is_held_back_with_a_reason_and_let_go_after_a_look(page: Page, database: Database):
    await seeds.sow(database, "acme", leads=8)
    await seeds.sow(database, "rival", leads=8, lane=1)
    await page.goto("/t/acme/agents")
    line = page.get_by_role("row", name="Enrichment").first
    await line.get_by_role("button", name="Hold back").click()
    await page.get_by_label("Why").fill("the register is down")
    await page.get_by_role("button", name="Hold Enrichment back").click()
    await expect(page.get_by_text("Enrichment is paused")).to_be_visible()
    await expect(line.get_by_text("the register is down")).to_be_visible()
    await clean(page)
    await line.get_by_role("button", name="Switch on").click()
    await expect(page.get_by_text("no model judges yet")).to_be_visible()
    await page.get_by_role("button", name="Switch Enrichment on").click()
    await expect(page.get_by_text("Enrichment is on")).to_be_visible()
    await expect(page.get_by_role("region", name="Agents by tenant")).to_be_visible()


async def test_a_switch_turns_back_where_the_database_refuses(
    page: Page, database: Database, database_url: str
):
    await seeds.sow(database, "acme", leads=8)
    owner = await asyncpg.connect(database_url)
    await owner.execute("REVOKE INSERT, UPDATE ON leadmill.agent_switch FROM leadmill_app")
    await owner.close()
    await page.goto("/t/acme/agents")
    switch = page.get_by_role("switch", name="Scoring")
    await switch.click()
    await expect(page.get_by_text(re.compile("quote error [0-9a-f]{12}"))).to_be_visible()
    await expect(switch).to_be_checked()
    assert "permission denied" not in await page.inner_text("body")


async def test_silence_is_said_out_loud(page: Page, database: Database, witness: Witness):
    await seeds.sow(database, "acme", leads=8)
    await page.goto("/t/acme/agents")
    await expect(page.get_by_role("switch", name="Scoring")).to_be_visible()
    await page.route(re.compile("_dash-update-component"), lambda route: None)  # never answered
    await expect(page.get_by_text("No fresh data since")).to_be_visible()
    await expect(page.get_by_text("Not live")).to_be_visible()
    await page.unroute_all(behavior="ignoreErrors")
    await expect(page.get_by_text("Not live")).to_be_hidden(timeout=30_000)
