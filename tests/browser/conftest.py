"""A real console in its own process, and a real Chromium that may see nothing else."""

import gc
import json
import os
import shutil
import signal
import subprocess
import sys
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, Request, async_playwright, expect

from tests.console import seeds

ROOT = Path(__file__).parents[2]
expect.set_options(timeout=20_000)  # two cores that others use as well

# with PICTURES in the environment, docs/images has these from the tests
DOCUMENTED = (
    "sign-in",
    "pipeline",
    "lead",
    "approvals",
    "errors",
    "agents",
    "runs",
    "health",
    "integrations",
    "models",
    "insights",
    "icp",
    "budgets",
    "audit",
    "people",
)
# what fades in or out just now has no contrast yet, or none any more; what turns for ever is not waited for
_JUDGE = """async () => {
  const moves = one => one.playState === "running" && one.effect.getComputedTiming().endTime !== Infinity;
  while (document.getAnimations().some(moves)) await new Promise(done => setTimeout(done, 50));
  return axe.run(document, {resultTypes: ["violations"]});
}"""
PHOTOS = ROOT / ".artefacts" / "screenshots"
# axe-core's one file, as it comes with the package: it judges each page that a test calls clean, unless AXE=0
AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
IS_JUDGED = os.environ.get("AXE") != "0"
# pages draw themselves anew every two seconds: not while one is judged, or what is looked at may be replaced
_STILL = """still => window.dash_clientside?.set_props?.("tick", {disabled: still})"""
_ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass
class Witness:
    """What went wrong in a browser while nobody looked: errors in its console, and requests to elsewhere."""

    home: str
    neighbours: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def forgive(self, status: int) -> None:
        """Answers of this status were meant: they are taken off the list, with what the browser says of them."""
        said = (
            f"{status}: ",
            f"error: Failed to load resource: the server responded with a status of {status}",
        )
        self.faults = [fault for fault in self.faults if not fault.startswith(said)]

    def watch(self, page: Page) -> None:
        page.on("console", lambda message: self._said(message.type, message.text))
        page.on("pageerror", lambda error: self.faults.append(f"page error: {error}"))
        page.on("request", self._asked)
        page.on("response", lambda answer: self._answered(answer.status, answer.url))

    def _said(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.faults.append(f"{kind}: {text}")

    def _asked(self, request: Request) -> None:
        ours = (f"{self.home}/", "data:", "blob:", *self.neighbours)
        if not request.url.startswith(ours):
            self.faults.append(f"foreign request: {request.url}")

    def _answered(self, status: int, url: str) -> None:
        if status >= 400:
            self.faults.append(f"{status}: {url}")


async def clean(page: Page) -> None:
    """Nothing on the page keeps anybody out, in either theme, as far as axe can tell."""
    if not IS_JUDGED:
        return
    await page.evaluate(AXE)
    await page.evaluate(_STILL, True)
    for theme in ("light", "dark"):
        await page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        await page.wait_for_selector(f"html[data-mantine-color-scheme={theme}]")
        found = await page.evaluate(_JUDGE)
        told = [
            f"{theme}: {one['id']}: {place['html'][:200]} {place['failureSummary'][:200]}"
            for one in found["violations"]
            for place in one["nodes"]
        ]
        assert told == []
    await page.evaluate(_STILL, False)


@pytest.fixture
def console_settings() -> dict[str, str]:
    """What the console is told beside where its database is; a test file may say more."""
    return {}


@pytest.fixture
def console(database_url: str, console_settings: dict[str, str]) -> Iterator[str]:
    """The address of a console over this test's database."""
    told = [f"--agents-json={json.dumps(seeds.FACES)}", f"--providers-json={json.dumps(seeds.PROVIDERS)}"]
    command = [sys.executable, "-m", "console", "--port", "0", *told]
    environment = os.environ | {"LEADMILL_DATABASE_URL": database_url} | console_settings
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            ready = json.loads(process.stdout.readline())
            assert ready["pid"] == process.pid
            yield ready["console"]
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0


@pytest.fixture(scope="package", autouse=True)
def drivers_are_forgotten_here() -> Iterator[None]:
    """What Playwright leaves is collected here, and not in the midst of somebody else's test.

    It may end before its loop has heard that the driver's process is gone, and the process object then says,
    whenever it is collected, that nobody waited for it.
    """
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest_asyncio.fixture
async def chromium() -> AsyncIterator[Browser]:
    """Debian's Chromium, without a window."""
    found = shutil.which("chromium") or shutil.which("chromium-headless-shell")
    if found is None:
        pytest.skip("there is no Chromium on this machine: apt-get install chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=found, args=_ARGUMENTS)
        yield browser
        await browser.close()


@pytest.fixture
def witness(console: str) -> Iterator[Witness]:
    """Whoever sees to it that nothing goes wrong unnoticed."""
    witness = Witness(console)
    yield witness
    assert witness.faults == []


@pytest_asyncio.fixture
async def context(chromium: Browser, console: str, witness: Witness) -> AsyncIterator[BrowserContext]:
    """A browser's window of 1280 by 800 that knows nothing yet."""
    context = await chromium.new_context(base_url=console, viewport={"width": 1280, "height": 800})
    context.on("page", witness.watch)
    context.set_default_timeout(20_000)
    yield context
    await context.close()


@pytest_asyncio.fixture
async def page(context: BrowserContext) -> Page:
    """A page in that window."""
    return await context.new_page()


@pytest.fixture
def photograph() -> Callable[[Page, str], Awaitable[None]]:
    """Pictures of a page in both themes, kept in a folder that git ignores."""
    PHOTOS.mkdir(parents=True, exist_ok=True)

    async def photograph(page: Page, name: str) -> None:
        for theme in ("light", "dark"):
            await page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            await page.wait_for_selector(f"html[data-mantine-color-scheme={theme}]")
            await page.screenshot(path=PHOTOS / f"{name}-{theme}.png")
        if os.environ.get("PICTURES") and name in DOCUMENTED:
            await page.emulate_media(color_scheme="light", reduced_motion="reduce")
            await page.wait_for_selector("html[data-mantine-color-scheme=light]")
            await page.screenshot(path=ROOT / "docs" / "images" / f"{name}.png")

    return photograph
