"""The page on adding an agent is tried: what it shows is put into a copy of the house, and works there."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "adding-an-agent.md").read_text()

# In the copy: a lead whose score has been said is there, and the works run until the new agent has heard of it.
SCRIPT = """
import asyncio
import json
from datetime import UTC, datetime
from uuid import uuid4

from actors.agents import all_agents
from actors.engine.committing import to_entry
from actors.engine.inline import InlineRoster
from actors.engine.supervision import Supervision
from actors.engine.wiring import build_id
from actors.events.envelope import say
from actors.events.lead import LeadScored
from tenants.records import Account, Lead
from tenants.secrets import Vault
from tenants.settings import StoreSettings
from tenants.store import leads, log, runs, tenants
from tenants.store.session import open_database
from tests.fakes.works import open_fake_works

account = Account(id=uuid4(), identity_key="domain:example.com", name="Harbour Textiles", source="list.csv")
lead = Lead(id=uuid4(), account_id=account.id, source="list.csv", icp_version=1)
scored = LeadScored(
    lead_id=lead.id, account_id=account.id, contact_id=uuid4(), fit=0.8, intent=0.1, score=85, tier="A",
    sequence=None, model="fit-1", reasons=({"text": "it hires", "contribution": 0.4},),
)


async def main():
    settings = StoreSettings()
    vault = Vault.from_settings(settings)
    async with open_database(settings) as database, open_fake_works(database, vault) as works:
        tenant = await tenants.add(database, vault, "acme", {})
        profile = (await works.profiles.of([tenant.id]))[tenant.id]
        event = say(scored, tenant_id=tenant.id, cause="test", time=datetime.now(UTC), traceparent=None)
        async with database.tenant(tenant.id) as session:
            await leads.add_accounts(session, [account])
            await leads.add_leads(session, [lead])
            await log.append(session, [to_entry(event, profile)])
        supervision = Supervision(
            database,
            InlineRoster(works.station),
            {name: agent.topic for name, agent in all_agents().items()},
            owner="test",
            build=build_id(),
            settings=works.settings,
        )
        try:
            async with asyncio.timeout(60):
                while True:
                    await supervision.turn()
                    async with database.tenant(tenant.id) as session:
                        done = await runs.recent(session, status="done")
                    if done:
                        break
                    await asyncio.sleep(0.05)
        finally:
            await supervision.resign()
        print(json.dumps([[run["agent"], run["output"], str(run["lead_id"]) == str(lead.id)] for run in done]))


asyncio.run(main())
"""


def shown():
    """Each file that the page shows, by its path."""
    return dict(re.findall(r"^`([\w/]+\.py)`:\n\n```python\n(.+?)^```$", PAGE, re.MULTILINE | re.DOTALL))


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A copy of the house, with the files of the page in it."""
    house = tmp_path_factory.mktemp("house")
    for room in ("actors", "scoring_models", "tenants", "tests/fakes", "tests/kafka"):
        shutil.copytree(ROOT / room, house / room, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("pyproject.toml", "tests/__init__.py", "tests/conftest.py", "tests/memory.py"):
        shutil.copy(ROOT / file, house / file)
    shutil.copytree(ROOT / "tests/house", house / "tests/house", ignore=shutil.ignore_patterns("__pycache__"))
    for agent in sorted((ROOT / "actors" / "agents").glob("[a-z]*.py")):
        mirror = house / "tests/actors/agents" / f"test_{agent.name}"
        mirror.parent.mkdir(parents=True, exist_ok=True)
        mirror.touch()
    for folder in ("tests/actors", "tests/actors/agents"):
        (house / folder / "__init__.py").touch()
    for path, text in shown().items():
        assert path.startswith(("actors/agents/", "tests/actors/agents/")), path
        (house / path).write_text(text)
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


def test_the_page_shows_an_agent_and_its_test():
    agent, test = sorted(shown())
    name = Path(agent).stem
    assert (agent, test) == (f"actors/agents/{name}.py", f"tests/actors/agents/test_{name}.py")
    assert not (ROOT / agent).exists()  # or the page would tell of something that is there already
    assert f"--agent {name} " in PAGE
    assert f"{test} tests/house/test_every_agent.py" in PAGE


def test_what_the_page_shows_is_in_good_style(house):
    for command in (["check", "--no-cache"], ["format", "--check", "--no-cache"]):
        result = run(house, "-m", "ruff", *command, *shown())
        assert result.returncode == 0, result.stdout + result.stderr


def test_the_agent_is_found_and_passes_its_own_test_and_everyones(house):
    tests = [path for path in shown() if path.startswith("tests/")]
    result = run(house, "-m", "pytest", "-vv", *tests, "tests/house/test_every_agent.py")
    assert result.returncode == 0, result.stdout + result.stderr
    name = Path(min(shown())).stem
    assert result.stdout.count(f"[{name}] PASSED") >= 5, result.stdout


def test_the_engine_runs_it_on_a_real_event(house, database_url):
    result = run(house, "-c", SCRIPT, LEADMILL_DATABASE_URL=database_url)
    assert result.returncode == 0, result.stderr
    line = "Harbour Textiles: 85 points, tier A; it hires"
    assert result.stdout.strip() == f'[["briefing", {{"line": "{line}", "said": []}}, true]]'
