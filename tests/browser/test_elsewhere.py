"""Signing in by a provider's word, with a real Chromium and a provider that others wrote."""

import re

import pytest
from playwright.async_api import Page, expect

from tenants.people import Given, Role
from tenants.store.session import Database
from tests.browser.conftest import Witness, clean
from tests.console import passes, seeds
from tests.console.provider import ADA, CLIENT_ID, CLIENT_SECRET, PASSWORD

pytestmark = pytest.mark.browser


@pytest.fixture
def console_settings(provider: str, tmp_path) -> dict[str, str]:
    secret = tmp_path / "secret"
    secret.write_text(f"{CLIENT_SECRET}\n")
    return {
        "LEADMILL_OIDC_ISSUER": provider,
        "LEADMILL_OIDC_CLIENT_ID": CLIENT_ID,
        "LEADMILL_OIDC_CLIENT_SECRET_FILE": str(secret),
    }


async def test_one_comes_back_from_the_provider_to_where_one_wanted_to_go(
    page: Page, database: Database, console_settings, witness: Witness, photograph
):
    witness.neighbours.append(console_settings["LEADMILL_OIDC_ISSUER"].removesuffix("/o"))
    acme = await seeds.sow(database, "acme", leads=12, label="Acme Outbound")
    await passes.add(database, ADA, Given(Role.VIEWER, acme.id))
    await page.goto("/t/acme/runs?status=failed")
    link = page.get_by_role("link", name="Sign in with 127.0.0.1")
    await expect(link).to_be_visible()
    await photograph(page, "sign-in-elsewhere")
    await clean(page)
    await link.click()
    await page.get_by_label("User").fill(ADA)
    await page.get_by_label("Secret").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile(r"/t/acme/runs\?status=failed$"))
    await expect(page.get_by_text(ADA)).to_be_visible()
    await expect(page.get_by_role("heading", name="Runs", exact=True)).to_be_visible()
