import re

import pytest
from playwright.async_api import Page, expect

from scoring_models.dataset import parse_dataset
from scoring_models.folder import ModelFolder
from scoring_models.lifecycle import Lifecycle
from scoring_models.registry import Registry
from tenants.settings import StoreSettings
from tenants.store.session import Database
from tests.browser.conftest import clean
from tests.console import seeds
from tests.scoring_models import world

pytestmark = pytest.mark.browser


async def test_a_model_is_promoted_and_taken_back_by_hand(page: Page, database: Database, photograph):
    await seeds.sow(database, "acme", leads=10, label="Acme Outbound")
    folder = ModelFolder.of(StoreSettings())  # the console's
    registry, life = Registry(database, folder), Lifecycle(database, folder)
    first, second = [await registry.register(world.trained(), name="fit") for _ in range(2)]
    await life.propose(first, by="ann", dataset=None)
    await life.promote(by="ben")
    await life.propose(second, by="ann", dataset=parse_dataset(world.labelled(800, seed=5)))
    await page.goto("/t/acme/models")
    await expect(page.get_by_role("heading", name=f"{second} is proposed for everybody")).to_be_visible()
    await photograph(page, "models")
    await clean(page)

    await page.get_by_role("button", name="Promote …").click()
    question = page.locator(".mantine-Modal-content")
    await question.get_by_role("button", name=f"Promote {second}").click()
    await expect(page.get_by_text(f"{second} judges from now on")).to_be_visible()
    await expect(page.get_by_role("heading", name=re.compile("is proposed"))).to_have_count(0)

    await page.get_by_role("button", name="Roll back …").click()
    await question.get_by_label("Why it is taken back").fill("strange tiers")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text(f"{first} judges again")).to_be_visible()
    await expect(page.get_by_text("strange tiers")).to_be_visible()
    await clean(page)
