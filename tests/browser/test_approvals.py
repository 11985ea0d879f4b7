import getpass
import re
from datetime import timedelta

import pytest
from playwright.async_api import BrowserContext, Page, expect

from tenants.store.session import Database
from tests.browser.conftest import clean
from tests.console import seeds
from tests.console.waiting import audit_of, doubtful, enrolment, new_companies, overwriting, status_of

pytestmark = pytest.mark.browser
ME = getpass.getuser()


async def test_a_queue_is_worked_off_by_the_keyboard_alone(page: Page, database: Database, photograph):
    acme = await seeds.sow(database, "acme", leads=40, label="Acme Outbound")
    first = await enrolment(database, acme, 0, ends_in=timedelta(minutes=40))
    second = await overwriting(database, acme, 1)
    third = await enrolment(database, acme, 2, ends_in=timedelta(hours=80))
    fourth = await enrolment(database, acme, 3, ends_in=timedelta(hours=90))
    fifth = await enrolment(database, acme, 4, ends_in=timedelta(hours=95))
    await page.goto("/t/acme/approvals")
    await expect(page.get_by_role("row").nth(5)).to_be_visible()
    panel = page.get_by_label("The question that is open")
    await expect(panel.get_by_text("Nothing is open")).to_be_visible()

    await page.keyboard.press("j")
    await expect(page).to_have_url(re.compile(f"open={first.id}$"))
    await expect(panel.get_by_text("A message sequence begins")).to_be_visible()
    await expect(panel.get_by_text(re.compile("Ends in 39 min"))).to_be_visible()
    await page.keyboard.press("j")
    await expect(panel.get_by_text("Unicorns")).to_be_visible()
    await photograph(page, "approvals")
    await clean(page)
    await page.keyboard.press("k")
    await expect(page).to_have_url(re.compile(f"open={first.id}$"))
    await expect(panel.get_by_text("A message sequence begins")).to_be_visible()

    await page.keyboard.press("a")
    await expect(page.get_by_text("Approved", exact=True).first).to_be_visible()
    await expect(page).to_have_url(re.compile(f"open={second.id}$"))
    await expect(panel.get_by_text("Unicorns")).to_be_visible()
    assert await status_of(database, acme, first) == "approved"

    await page.keyboard.press("r")
    reason = page.get_by_label("In your words")
    await page.keyboard.press("Tab")
    await expect(reason).to_be_focused()
    await page.keyboard.type("a person knows better, and k is no key here")
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile(f"open={third.id}$"))
    await expect(panel.get_by_text("A message sequence begins")).to_be_visible()
    assert await status_of(database, acme, second) == "rejected"

    await page.keyboard.press("e")
    sequence = page.get_by_label("Sequence, after")
    await expect(sequence).to_be_focused()
    await page.keyboard.press("Control+a")
    await page.keyboard.type("nurture")
    await page.keyboard.press("Shift+Tab")
    await page.evaluate("document.activeElement.blur()")
    await photograph(page, "approvals-edit")
    await page.keyboard.press("a")
    await expect(page.get_by_text("Approved as edited")).to_be_visible()
    await expect(page).to_have_url(re.compile(f"open={fourth.id}$"))
    async with database.tenant(acme.id) as session:
        edited = await session.value("SELECT edited FROM held_outcome WHERE approval_id = :id", id=third.id)
    assert edited["effect"]["sequence"] == "nurture"

    await expect(panel.get_by_role("heading", name="Quarry Energy")).to_be_visible()
    await page.keyboard.press("s")
    await expect(page).to_have_url(re.compile(f"open={fifth.id}$"))
    await expect(page.get_by_text("1 waiting")).to_be_visible()
    assert await status_of(database, acme, fourth) == "pending"

    await expect(panel.get_by_role("heading", name="Lumen Textiles")).to_be_visible()
    await page.keyboard.press("a")
    await expect(page.get_by_text("Nothing waits for you")).to_be_visible()
    await expect(page).to_have_url(re.compile("/t/acme/approvals$"))
    await photograph(page, "approvals-zero")
    await clean(page)
    assert [act for _, act, _ in await audit_of(database, acme)] == [
        "approved",
        "set aside",
        "edited",
        "rejected",
        "approved",
    ]


async def test_two_people_look_at_one_question(page: Page, context: BrowserContext, database: Database):
    acme = await seeds.sow(database, "acme", leads=20)
    held = await enrolment(database, acme)
    address = f"/t/acme/approvals?open={held.id}"
    await page.goto(address)
    await expect(page.get_by_text("A message sequence begins")).to_be_visible()
    other = await context.new_page()
    await other.goto(address)
    await expect(other.get_by_text("A message sequence begins")).to_be_visible()
    await other.get_by_role("button", name="Approve", exact=True).click()
    await expect(other.get_by_text("Nothing waits for you")).to_be_visible()
    await expect(page.get_by_text(re.compile(f"Approved by {ME}"))).to_be_visible()
    await expect(page.get_by_role("button", name="Approve", exact=True)).to_be_hidden()


async def test_a_list_is_decided_together_after_a_look(page: Page, database: Database, photograph):
    acme = await seeds.sow(database, "acme", leads=20)
    async with database.tenant(acme.id) as session:
        await session.run("""UPDATE tenant SET config = '{"approvals": {"bulk": ["source"]}}'""")
    for _ in range(3):
        await new_companies(database, acme, 4)
    await doubtful(database, acme, next(lead for lead in acme.leads if lead not in acme.scored))
    await page.goto("/t/acme/approvals")
    await page.locator(".filter").get_by_text("List", exact=True).click()
    await page.get_by_role("button", name=re.compile("Decide all 3")).click()
    question = page.get_by_role("dialog")
    await expect(question.get_by_text("3 can be decided together")).to_be_visible()
    await photograph(page, "approvals-together")
    await clean(page)
    # the page is drawn anew over it, and a button that is pressed just then would be another one
    async with page.expect_response(lambda answer: "content.children" in (answer.request.post_data or "")):
        await question.get_by_role("button", name="Approve 3").click()
    await expect(page.get_by_text("3 approved")).to_be_visible()
    await expect(page.get_by_text("No approvals match")).to_be_visible()
    await page.get_by_role("button", name="Clear filters").click()
    await expect(page.get_by_text("1 waiting")).to_be_visible()
