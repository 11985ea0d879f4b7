"""The page on adding a provider is tried: what it shows is put into a copy of the house, and works there."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "adding-a-provider.md").read_text()
NAME = "tradebook"

# In the copy: a tenant who is connected to the new provider in the simulator asks it the same thing twice.
SCRIPT = """
import asyncio
import json
from datetime import UTC, datetime
from uuid import uuid4

from actors.core.questions import EnrichCompany
from actors.engine.asking import Asking
from actors.engine.http import open_web
from actors.engine.recording import Recording
from actors.providers import all_providers
from actors.simulator.coverage import covers
from actors.simulator.launch import launch
from actors.simulator.world import World
from tenants.secrets import Vault
from tenants.settings import StoreSettings
from tenants.store import tenants
from tenants.store.session import open_database
from tests.fakes.works import open_fake_works

world = World(7, 400, datetime.now(UTC).date())
known = next(company for company in world.companies if covers("tradebook", company))


async def main(address):
    settings = StoreSettings()
    vault = Vault.from_settings(settings)
    connection = {"api_key": "sim-house", "base_url": address, "credit_price_usd": "0.015"}
    async with (
        open_database(settings) as database,
        open_fake_works(database, vault, providers=all_providers()) as works,
        open_web(connections=4) as http,
    ):
        tenant = await tenants.add(database, vault, "acme", {"connections": {"tradebook": connection}})
        profile = (await works.profiles.of([tenant.id]))[tenant.id]
        asking = Asking(database, http, all_providers(), calls_in_flight=4)
        question = EnrichCompany(domain=known.domain)
        told = []
        for _ in range(2):
            answer = await asking.ask(profile, uuid4(), question, recording=Recording(datetime.now(UTC)))
            told.append([answer.provider, answer.content.name == known.name, float(answer.cost_usd)])
        print(json.dumps(told))


with launch(seed=7, companies=400) as simulator:
    asyncio.run(main(simulator.http + "/tradebook/v1"))
"""


def shown():
    """Each file that the page shows, by its path."""
    return dict(re.findall(r"^`([\w/]+\.py)`:\n\n```python\n(.+?)^```$", PAGE, re.MULTILINE | re.DOTALL))


def entries():
    """(file, what stands there, what is to stand there) for each row of the page's table."""
    rows = re.findall(r"^\| `([\w./]+)` \| `(.+?)` \| (`.+`) \|$", PAGE, re.MULTILINE)
    return [(file, old, re.findall(r"`(.+?)`", new)) for file, old, new in rows]


def edited():
    """The sources into which lines are entered."""
    return sorted({file for file, *_ in entries() if file.endswith(".py")})


def entered(text, old, new):
    """The text with the new lines where the old stood first, as far from the margin."""
    line = next(line for line in text.splitlines() if old in line)
    margin = re.match(r" *", line).group() + (" " * 4 if line.endswith("{") else "")
    return text.replace(old, f"\n{margin}".join(new), 1)


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A copy of the house, with the files of the page in it and its lines entered."""
    house = tmp_path_factory.mktemp("house")
    for room in ("actors", "scoring_models", "tenants", "tests"):
        shutil.copytree(ROOT / room, house / room, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", house / "pyproject.toml")
    for path, text in shown().items():
        (house / path).write_text(text)
    for file, old, new in entries():
        path = house / file
        path.write_text(entered(path.read_text(), old, new))
    assert run(house, "-m", "ruff", "format", "--no-cache", *edited()).returncode == 0
    return house


def run(house, *command, **environment):
    """A Python of its own, to which the copy is the house."""
    return subprocess.run(
        [sys.executable, *command],
        cwd=house,
        env=os.environ | {"PYTHONPATH": str(house)} | environment,
        capture_output=True,
        text=True,
        timeout=150,
    )


def test_the_page_shows_a_provider_its_likeness_and_its_test():
    assert set(shown()) == {
        f"actors/providers/{NAME}.py",
        f"actors/simulator/{NAME}.py",
        f"tests/actors/providers/test_{NAME}.py",
    }
    for path in shown():
        assert not (ROOT / path).exists()  # or the page would tell of something that is there already


def test_each_line_of_the_table_finds_its_place():
    assert len(entries()) == PAGE.count("\n| `") > 5
    for file, old, new in entries():
        assert old in (ROOT / file).read_text(), file
        assert NAME not in old
        assert any(NAME in line.lower() for line in new)


def test_what_the_page_shows_is_in_good_style_and_its_types_hold(house):
    files = [*shown(), *edited()]
    for command in (["ruff", "check", "--no-cache"], ["ruff", "format", "--check", "--no-cache"]):
        result = run(house, "-m", *command, *files)
        assert result.returncode == 0, result.stdout + result.stderr
    sources = [path for path in files if path.startswith("actors/")]
    result = run(house, "-m", "mypy", f"--cache-dir={os.devnull}", *sources)
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_provider_is_found_and_passes_its_own_test_and_everyones(house):
    own = run(house, "-m", "pytest", "-vv", f"tests/actors/providers/test_{NAME}.py")
    assert own.returncode == 0, own.stdout + own.stderr
    everyones = run(house, "-m", "pytest", "-vv", "tests/actors/providers/test_conformance.py", "-k", NAME)
    assert everyones.returncode == 0, everyones.stdout + everyones.stderr
    assert everyones.stdout.count(f"[{NAME}") >= 30, everyones.stdout


def test_the_engine_asks_it_and_pays_once(house, database_url):
    result = run(house, "-c", SCRIPT, LEADMILL_DATABASE_URL=database_url)
    assert result.returncode == 0, result.stderr
    first, second = json.loads(result.stdout)
    assert first == [NAME, True, 0.015]
    assert second == [NAME, True, 0]
