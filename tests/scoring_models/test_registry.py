from copy import deepcopy
from dataclasses import replace
from uuid import uuid4

import pytest

from scoring_models.artifact import open_model
from scoring_models.errors import (
    ArtifactCorruptError,
    ModelNameError,
    ModelUnknownError,
    ModelUnsignedError,
    NotAdditiveError,
)
from scoring_models.features import FEATURES
from scoring_models.folder import ModelFolder
from scoring_models.registry import Registry
from tenants.store import tenants
from tests.scoring_models import world


@pytest.fixture
def folder(tmp_path):
    return ModelFolder(tmp_path / "models")


@pytest.fixture
def registry(database, folder):
    return Registry(database, folder)


async def test_each_registration_is_a_new_version_whose_label_leads_to_its_file(registry, folder):
    labels = [await registry.register(world.trained(), name="fit") for _ in range(2)]
    assert labels == ["fit-1", "fit-2"]
    for label in labels:
        assert open_model(folder.path_of(label)).metrics == world.trained().metrics


async def test_a_version_keeps_its_hash_measures_and_facts(registry, folder):
    label = await registry.register(world.trained(), name="fit")
    (version,) = await registry.versions()
    assert (version.label, version.tenant_id, version.aliases) == (label, None, ())
    assert version.sha256 == folder.path_of(label).stem
    assert version.path == folder.path_of(label).name
    assert version.metrics == pytest.approx(world.trained().metrics)
    assert version.facts["features"] == list(FEATURES)


async def test_models_of_all_tenants_are_signed_anew(registry, folder, database, vault):
    acme = await tenants.add(database, vault, "acme", {})
    labels = [
        await registry.register(world.trained(), name="fit"),
        await registry.register(world.trained(), name="fit", tenant_id=acme.id),
    ]
    keeper = ModelFolder(folder.path, vault=lambda: vault)
    for label in labels:
        with pytest.raises(ModelUnsignedError):
            keeper.path_of(label)
    assert await Registry(database, keeper).sign() == (labels, {})
    assert [keeper.path_of(label).name for label in labels] == [
        folder.path_of(label).name for label in labels
    ]


async def test_there_is_no_champion_until_one_is_promoted(registry):
    assert await registry.champion() is None
    await registry.register(world.trained(), name="fit")
    assert await registry.champion() is None


async def test_the_version_promoted_last_is_the_champion(registry):
    for _ in range(3):
        await registry.register(world.trained(), name="fit")
    for label in ("fit-3", "fit-1"):
        await registry.promote(label)
        assert (await registry.champion()).label == label
    assert {version.label: version.aliases for version in await registry.versions()} == {
        "fit-1": ("champion",),
        "fit-2": (),
        "fit-3": (),
    }


@pytest.mark.parametrize("label", ["fit-2", "other-1", "fit", ""])
async def test_an_unknown_version_is_not_promoted(registry, label):
    await registry.register(world.trained(), name="fit")
    with pytest.raises(ModelUnknownError):
        await registry.promote(label)
    assert await registry.champion() is None


async def test_a_model_that_can_not_be_used_is_not_promoted_and_the_champion_stays(registry, folder):
    good = await registry.register(world.trained(), name="fit")
    await registry.promote(good)
    nothing = deepcopy(world.trained())
    nothing.pipeline[-1].coef_[:] = float("nan")
    with pytest.raises(NotAdditiveError):
        await registry.promote(await registry.register(nothing, name="fit"))
    other = await registry.register(replace(world.trained(), seed=99), name="fit")
    folder.name(other, folder.path_of(good))
    with pytest.raises(ArtifactCorruptError, match="not the file that was registered"):
        await registry.promote(other)
    cut = await registry.register(replace(world.trained(), seed=100), name="fit")
    folder.path_of(cut).write_bytes(b"cut")
    with pytest.raises(ArtifactCorruptError):
        await registry.promote(cut)
    assert (await registry.champion()).label == good


async def test_a_tenants_own_champion_comes_before_everybodys(registry, folder):
    tenant, neighbour = uuid4(), uuid4()
    await registry.promote(await registry.register(world.trained(), name="fit"))
    own = await registry.register(world.trained(), name="fit", tenant_id=tenant)
    await registry.promote(own, tenant_id=tenant)
    assert (await registry.champion(tenant)).label == own
    assert (await registry.champion(neighbour)).label == "fit-1"
    assert folder.path_of(own).exists()


async def test_two_tenants_models_of_one_name_have_two_labels(registry):
    own, neighbours = [
        await registry.register(world.trained(), name="fit", tenant_id=uuid4()) for _ in range(2)
    ]
    assert own != neighbours
    with pytest.raises(ModelUnknownError):
        await registry.promote(own, tenant_id=uuid4())


@pytest.mark.parametrize("name", ["", "Fit", "fit_1", "../fit", "1fit", "f" * 41])
async def test_a_name_that_cannot_stand_in_a_label_is_refused(registry, name):
    with pytest.raises(ModelNameError):
        await registry.register(world.trained(), name=name)
    assert await registry.versions() == []
