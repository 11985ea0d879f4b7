"""Models that must not judge, and models that take each other's place while leads are judged."""

import hashlib
import io
import json
import pickle
import zipfile
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from scoring_models.artifact import file_of
from scoring_models.errors import ScoringError
from scoring_models.estimators import TrainedModel
from scoring_models.folder import ModelFolder
from scoring_models.registry import CHAMPION, Registry
from scoring_models.scorer import Scorer
from tenants.settings import StoreSettings
from tenants.store import models
from tests.chaos.scores import misnamed
from tests.chaos.trial import Scenario, Trial
from tests.scoring_models import world

_SCORED_BY = "SELECT count(*) FROM lead WHERE model = $1"
_TRACE = "unpickled"
_WAITING = "SELECT count(*) FROM run WHERE agent = 'scoring' AND status = 'retrying'"


async def corrupt_models(trial: Trial) -> None:
    """No model that is cut, changed, unsigned, of other features, a pickle or without numbers is ever to judge."""
    folder = ModelFolder.of(StoreSettings(home=trial.home))
    registry = Registry(trial.database, folder)
    good = await registry.register(world.trained(), name="good")
    await registry.promote(good)
    bad = [
        await _kept(trial, folder, spoil(folder.path_of(good).read_bytes()), f"bad-{number}")
        for number, spoil in enumerate((_with_other_features, partial(_with_a_pickle, trial.home / _TRACE)))
    ]
    nothing = deepcopy(world.trained())
    nothing.pipeline[-1].coef_[:] = float("nan")
    bad.append(await registry.register(nothing, name="nan"))
    for number, spoil in enumerate((_cut, _changed)):
        label = await registry.register(_another(seed=number + 50), name="spoilt")
        file = folder.path_of(label)
        file.write_bytes(spoil(file.read_bytes()))
        bad.append(label)
    # a model as good as any, named by somebody who can write into the folder and has not our key
    bad.insert(0, await _kept(trial, ModelFolder(folder.path), file_of(_another()), "unsigned"))
    desk = await trial.desk("--models")
    trial.load.begin(60)
    await trial.progress(30)
    for label in bad:
        try:
            await registry.promote(label)
        except ScoringError as reason:
            trial.notes[label] = type(reason).__name__
        else:
            trial.must(holds=False, sentence=f"{label} was promoted")
        champion = await registry.champion()
        trial.must(champion is not None and champion.label == good, f"beside {label} the old model judges on")
    await trial.progress(30)
    # as if each had gone bad after it was promoted: no worker has it open, and nothing is made up
    for label in bad if not trial.is_brief else bad[-2:]:
        await _force(trial, label)
        await desk.stop()
        desk = await trial.desk("--models")

        async def waits() -> bool:
            return bool(await trial.value(_WAITING))

        await trial.until(waits, f"leads wait while {label} is to judge")
        trial.must(await trial.value(_SCORED_BY, label) == 0, f"{label} has judged")
    await registry.promote(good)
    await trial.drained()
    scored = await trial.value(_SCORED_BY, good)
    trial.must(
        scored == await trial.value("SELECT count(*) FROM lead WHERE score IS NOT NULL"),
        "the old one judged all",
    )
    failed = await trial.value("SELECT count(*) FROM run WHERE status = 'failed'")
    trial.must(failed == 0, f"{failed} runs failed over a model")


async def model_swap(trial: Trial) -> None:
    """The champion changes from one to the other and back under load: each score names the model that gave it."""
    folder = ModelFolder.of(StoreSettings(home=trial.home))
    registry = Registry(trial.database, folder)
    mirrored = deepcopy(world.trained())
    mirrored.pipeline[-1].coef_ *= -1
    labels = [
        await registry.register(world.trained(), name="first"),
        await registry.register(
            replace(mirrored, averages=tuple(-one for one in mirrored.averages)), name="second"
        ),
    ]
    await registry.promote(labels[0])
    await trial.desk("--models")
    await trial.warm(outstanding=100)
    swaps = 4 if trial.is_brief else 20
    for number in range(1, swaps + 1):
        await registry.promote(labels[number % 2])
        await trial.progress(15)
    await trial.drained()
    by_model = {label: await trial.value(_SCORED_BY, label) for label in labels}
    trial.notes |= by_model
    trial.must(min(by_model.values()) > 0, "both have judged")
    strangers = await trial.value(
        "SELECT count(*) FROM lead l WHERE score IS NOT NULL AND (model <> ALL($1) OR NOT EXISTS ("
        "SELECT FROM log g JOIN run r ON r.tenant_id = g.tenant_id AND r.lead_id = l.id AND r.agent = 'scoring' "
        "WHERE g.topic = 'lead.scored' AND g.data ->> 'lead_id' = l.id::text AND g.data ->> 'model' = l.model "
        "AND r.versions ->> 'model' = l.model))",
        labels,
    )
    trial.must(strangers == 0, f"{strangers} leads, events and runs name different models")
    wrong = await misnamed(trial, Scorer(folder.path_of, open_models=2))
    trial.must(wrong == 0, f"{wrong} scores are not those of the model that they name")


def _another(seed: int = 49) -> TrainedModel:
    return replace(world.trained(), seed=seed)


async def _kept(trial: Trial, folder: ModelFolder, content: bytes, name: str) -> str:
    """The label of a model file that came into the registry past all checks."""
    file = folder.path / f"{hashlib.sha256(content).hexdigest()}.model"
    file.write_bytes(content)
    async with trial.database.system() as session:
        version = await models.add_version(
            session, tenant_id=None, name=name, sha256=file.stem, path=file.name, metrics={}, facts={}
        )
    label = f"{name}-{version}"
    folder.name(label, file)
    return label


async def _force(trial: Trial, label: str) -> None:
    name, _, version = label.rpartition("-")
    async with trial.database.system() as session:
        await models.point_alias(session, tenant_id=None, alias=CHAMPION, name=name, version=int(version))


def _cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def _changed(content: bytes) -> bytes:
    at = len(content) // 2
    return content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :]


def _repacked(
    content: bytes, change: Callable[[dict[str, Any]], None], pipeline: bytes | None = None
) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        inside = pipeline if pipeline is not None else archive.read("pipeline.skops")
    manifest["sha256"] = hashlib.sha256(inside).hexdigest()
    change(manifest)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("manifest.json", json.dumps(manifest))
        archive.writestr("pipeline.skops", inside)
    return packed.getvalue()


def _with_other_features(content: bytes) -> bytes:
    return _repacked(content, lambda manifest: manifest["features"].reverse())


class _Sentinel:
    """A thing that leaves a file behind when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> Any:
        return Path.touch, (self._path,)


def _with_a_pickle(path: Path, content: bytes) -> bytes:
    return _repacked(content, lambda _: None, pickle.dumps(_Sentinel(path)))


SCENARIOS = (Scenario(27, "corrupt-models", corrupt_models), Scenario(28, "model-swap", model_swap))
