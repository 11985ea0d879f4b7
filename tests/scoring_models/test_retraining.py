from collections import Counter
from contextlib import nullcontext
from uuid import uuid4

import pytest

from scoring_models.artifact import open_model
from scoring_models.folder import ModelFolder
from scoring_models.installation import Installation
from scoring_models.registry import Registry
from scoring_models.retraining import Retraining, train_one
from tests.scoring_models import world

EVERYBODYS = world.trained()
TENANTS = ("acme", "globex", "hooli", "initech")
OWNERS = {name: uuid4() for name in TENANTS}


@pytest.fixture
def here(database, tmp_path):
    folder = ModelFolder(tmp_path / "models")
    return Installation(database, folder, Registry(database, folder))


@pytest.fixture
def files(tmp_path):
    """A file of labelled leads for each tenant."""
    for seed, name in enumerate(TENANTS):
        (tmp_path / f"{name}.csv").write_bytes(world.labelled(200, seed=seed))
    return [tmp_path / f"{name}.csv" for name in TENANTS]


async def here_and_now(content):
    return train_one(content, EVERYBODYS, "fit-1", 7, world.NOON)


def retraining(here, training=here_and_now, at_once=2, **more):
    options = {"drawn_from": "fit-1", "seed": 7, **more}
    return Retraining(here, OWNERS, lambda: nullcontext((training, at_once)), **options)


async def ended(retraining, files):
    """What became of each tenant."""
    return {ending.tenant: ending async for ending in retraining.endings(files)}


async def versions(here):
    """How many versions each tenant has."""
    return {name: len(await here.registry.versions(owner)) for name, owner in OWNERS.items()}


async def test_each_tenant_gets_a_model_of_its_own(here, files):
    endings = await ended(retraining(here), files)
    assert Counter(ending.outcome for ending in endings.values()) == {"trained": len(TENANTS)}
    for name, ending in endings.items():
        model = open_model(here.folder.path_of(ending.model))
        (version,) = await here.registry.versions(OWNERS[name])
        assert version.label == ending.model == f"fit-{OWNERS[name].hex}-1"
        assert (version.metrics, model.metrics) == (ending.metrics, ending.metrics)
        assert version.facts == model.facts
        assert model.prior.model == "fit-1"


async def test_who_fails_and_who_has_too_little_keep_nobody_else_from_being_trained(here, files, tmp_path):
    files[0].write_bytes(world.labelled(200).replace(b",1\n", b",yes\n", 1))
    files[1].write_bytes(world.labelled(50))
    strange = tmp_path / "nobody.csv"
    strange.write_bytes(world.labelled(200))
    endings = await ended(retraining(here), [files[0], strange, *files[1:]])
    assert {name: ending.outcome for name, ending in endings.items()} == {
        "acme": "failed",
        "nobody": "failed",
        "globex": "not enough outcomes",
        "hooli": "trained",
        "initech": "trained",
    }
    assert endings["nobody"].why == "There is no tenant of this name."
    assert endings["globex"].why.startswith("not enough outcomes yet: ")
    assert await versions(here) == {"acme": 0, "globex": 0, "hooli": 1, "initech": 1}


async def test_a_wrong_file_is_told_by_line_and_column_and_one_that_is_gone_by_name(here, files):
    files[0].write_bytes(world.labelled(200).replace(b",1\n", b",yes\n", 1))
    files[1].unlink()
    endings = await ended(retraining(here), files[:2])
    assert "column won: 'yes' is not 0 or 1." in endings["acme"].why
    assert str(files[1]) in endings["globex"].why


async def test_what_was_done_before_a_kill_is_not_done_again(here, files):
    async for ending in retraining(here, at_once=1).endings(files):
        first = ending  # and then the process is gone
        break
    trained = []

    async def noted(content):
        trained.append(content)
        return await here_and_now(content)

    endings = await ended(retraining(here, noted), files)
    assert (endings[first.tenant].outcome, endings[first.tenant].model) == ("there already", first.model)
    assert sorted(trained) == sorted(file.read_bytes() for file in files if file.stem != first.tenant)
    assert await versions(here) == dict.fromkeys(TENANTS, 1)


async def test_nobody_is_woken_where_nobody_is_to_be_trained(here, files):
    await ended(retraining(here), files)
    nobody = Retraining(here, OWNERS, lambda: pytest.fail("woken"), drawn_from="fit-1", seed=7)
    endings = await ended(nobody, files)
    assert Counter(ending.outcome for ending in endings.values()) == {"there already": len(TENANTS)}


@pytest.mark.parametrize("change", [{"seed": 8}, {"drawn_from": "fit-2"}, {}], ids=["seed", "prior", "data"])
async def test_another_seed_another_model_to_draw_from_and_other_data_are_trained_anew(here, files, change):
    await ended(retraining(here), files[:1])
    if not change:
        files[0].write_bytes(world.labelled(210, seed=0))
    endings = await ended(retraining(here, **change), files[:1])
    assert endings["acme"].outcome == "trained"
    assert (await versions(here))["acme"] == 2


async def test_who_has_few_new_outcomes_is_left_as_it_is_where_that_is_asked_for(here, files):
    await ended(retraining(here), files[:1])
    files[0].write_bytes(world.labelled(230, seed=0))
    endings = await ended(retraining(here, new_outcomes=31), files[:2])
    assert (endings["acme"].outcome, endings["acme"].why) == (
        "not enough new outcomes",
        "30 of 31 new outcomes",
    )
    assert endings["globex"].outcome == "trained"  # it has no model yet
    endings = await ended(retraining(here, new_outcomes=30), files[:1])
    assert endings["acme"].outcome == "trained"


async def test_no_more_are_trained_at_once_than_are_asked_for(here, files):
    begun, endings = [], 0

    async def noted(content):
        begun.append(content)
        return await here_and_now(content)

    async for _ in retraining(here, noted, at_once=2).endings(files):
        assert len(begun) <= endings + 2
        endings += 1
    assert endings == len(begun) == len(TENANTS)
