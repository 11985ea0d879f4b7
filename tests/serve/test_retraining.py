"""Retraining as a command on a real Ray: here, since this folder has one."""

import asyncio
import json
import signal
import subprocess
import sys
from contextlib import nullcontext

import pytest
import ray
from typer.testing import CliRunner

import leadmill
from scoring_models.folder import ModelFolder
from scoring_models.frame import SEED
from scoring_models.installation import Installation
from scoring_models.registry import Registry
from scoring_models.retraining import Retraining, train_one
from tenants.store import tenants
from tests.scoring_models import world

pytestmark = [pytest.mark.ray, pytest.mark.timeout(240)]

TENANTS = [f"tenant-{number}" for number in range(6)]
WRONG = TENANTS[0]


@pytest.fixture
async def here(database, store_settings, vault, monkeypatch):
    """An installation with tenants and a model for everybody, as the settings name it."""
    monkeypatch.setenv("LEADMILL_HOME", str(store_settings.home))
    monkeypatch.setenv("LEADMILL_DATABASE_URL", store_settings.database_url)
    for name in TENANTS:
        await tenants.add(database, vault, name, {})
    folder = ModelFolder.of(store_settings)
    registry = Registry(database, folder)
    await registry.promote(await registry.register(world.trained(), name="fit"))
    return Installation(database, folder, registry)


@pytest.fixture
def files(tmp_path):
    """A folder with leads of all tenants, of which one has a wrong file, and of one that there is not."""
    folder = tmp_path / "leads"
    folder.mkdir()
    for seed, name in enumerate((*TENANTS, "nobody")):
        (folder / f"{name}.csv").write_bytes(world.labelled(200, seed=seed))
    (folder / f"{WRONG}.csv").write_bytes(world.labelled(200).replace(b",1\n", b",yes\n", 1))
    return folder


async def owners_of(here):
    async with here.database.system() as session:
        return {one.name: one.id for one in await tenants.everyone(session)}


async def labels(here):
    """The labels of each tenant's models."""
    return {
        name: [version.label for version in await here.registry.versions(owner)]
        for name, owner in (await owners_of(here)).items()
    }


async def test_killed_half_way_it_goes_on_where_it_was(local_ray, here, files, monkeypatch):
    words = ["model", "retrain", f"--folder={files}", "--json"]
    monkeypatch.setenv("LEADMILL_RAY_ADDRESS", ray.get_runtime_context().gcs_address)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "leadmill", *words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    endings = {}
    while WRONG not in endings or all(ending["outcome"] == "failed" for ending in endings.values()):
        ending = json.loads(await process.stdout.readline())
        endings[ending["tenant"]] = ending
    process.send_signal(signal.SIGKILL)
    await process.communicate()
    # whose file is wrong is named with the reason, and has kept nobody waiting
    assert endings[WRONG]["outcome"] == "failed"
    assert "column won: 'yes' is not 0 or 1." in endings[WRONG]["why"]
    before = await labels(here)
    assert sum(map(len, before.values())) >= 1

    async def training(content):
        return train_one(content, world.trained(), "fit-1", SEED, world.NOON)

    rest = Retraining(
        here, await owners_of(here), lambda: nullcontext((training, 1)), drawn_from="fit-1", seed=SEED
    )
    (files / f"{WRONG}.csv").write_bytes(world.labelled(200))
    async for ending in rest.endings(sorted(files.glob("tenant-*.csv"))):
        known = before[ending.tenant]
        assert ending.outcome == ("there already" if known else "trained")
        assert ending.model in known or not known
    assert {name: len(known) for name, known in (await labels(here)).items()} == dict.fromkeys(TENANTS, 1)

    again = await asyncio.to_thread(CliRunner().invoke, leadmill.app, words[:-1])
    assert again.exit_code == 1
    assert "7 of 7 tenants: 1 failed, 6 there already" in again.stderr
    assert "nobody: There is no tenant of this name." in again.stderr
    assert again.stdout.startswith("7 tenants in ")
