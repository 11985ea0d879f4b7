"""A look at a model as a task of Ray: here, since this folder has one."""

import os

import pytest
import ray

from actors.shell import cluster
from actors.shell.tending import tending
from scoring_models.folder import ModelFolder
from scoring_models.registry import Registry
from tenants.store import tenants, upkeep
from tests.scoring_models import world

pytestmark = [pytest.mark.ray, pytest.mark.timeout(120)]


async def test_a_look_is_kept_by_a_process_of_its_own_which_ends_with_it(
    local_ray, database, store_settings, vault, monkeypatch
):
    monkeypatch.setenv("LEADMILL_HOME", str(store_settings.home))
    monkeypatch.setenv("LEADMILL_DATABASE_URL", store_settings.database_url)
    acme = await tenants.add(database, vault, "acme", {})
    registry = Registry(database, ModelFolder.of(store_settings))
    label = await registry.register(world.trained(), name="fit")
    await registry.promote(label)
    assert await tending()(acme.id, "training") == "not enough outcomes yet: 0 of 80"
    async with database.tenant(acme.id) as session:
        (look,) = await upkeep.last(session, acme.id)
    assert (look.kind, look.verdict) == ("training", "waiting")


async def test_what_stands_back_leaves_no_process_to_others(local_ray):
    """A process that was niced would go on as somebody's desk."""

    niceness = ray.remote(lambda: os.getpriority(os.PRIO_PROCESS, 0))
    before = await niceness.remote()

    def who():
        os.setpriority(os.PRIO_PROCESS, 0, 19)
        return os.getpid()

    task = cluster.in_background(who)
    assert await task() != await task()
    assert before < 19
    assert await niceness.remote() == before
