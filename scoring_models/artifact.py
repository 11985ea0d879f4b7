"""A model as one file: a zip of the skops file and a manifest, named by its own SHA-256.

Opening a model file runs no code from it: skops builds only the types on our list, and nothing here ever
unpickles. The name is the hash, so a file that was cut, changed or renamed is refused before it is parsed.
"""

import hashlib
import io
import os
import uuid
import zipfile
import zlib
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import sklearn
import skops.io
from pydantic import ValidationError
from sklearn.pipeline import Pipeline
from skops.io.exceptions import UntrustedTypesFoundException

from scoring_models.errors import (
    ArtifactCorruptError,
    ArtifactError,
    FeaturesDifferError,
    LibraryDiffersError,
    TypesUntrustedError,
)
from scoring_models.estimators import TrainedModel
from scoring_models.features import FEATURES
from tenants.records import Record

SUFFIX = ".model"
ALLOWED_TYPES = ("numpy.dtype",)
"""What a logistic pipeline holds beyond what skops trusts by itself: the imputer remembers a dtype."""

_MANIFEST, _PIPELINE = "manifest.json", "pipeline.skops"
_LARGEST = {_MANIFEST: 2**20, _PIPELINE: 2**28}
"""Bytes that an entry may unpack to."""


class Manifest(Record):
    """What a model file says of the model in it."""

    format: Literal[1] = 1
    sha256: str
    features: tuple[str, ...]
    sklearn: str
    averages: tuple[float, ...]
    metrics: dict[str, float]
    rows: int
    data_sha256: str
    seed: int
    created_at: datetime


def write_model(model: TrainedModel, folder: Path) -> Path:
    """The model's file in the folder: all of it, or none."""
    pipeline = skops.io.dumps(model.pipeline)
    manifest = Manifest(
        sha256=hashlib.sha256(pipeline).hexdigest(),
        features=FEATURES,
        sklearn=model.sklearn_version,
        averages=model.averages,
        metrics=model.metrics,
        rows=model.rows,
        data_sha256=model.data_sha256,
        seed=model.seed,
        created_at=model.created_at,
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(_MANIFEST, manifest.model_dump_json(indent=1))
        archive.writestr(_PIPELINE, pipeline)
    return _write_whole(packed.getvalue(), folder)


def open_model(path: Path) -> TrainedModel:
    """The model in a file that `write_model` wrote.

    Raises ArtifactError, and says by its class why: the file is damaged, its features or its scikit-learn
    are not ours, or it holds types that a model does not need.
    """
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != path.stem:
        raise ArtifactCorruptError(path.name, "its name is not the SHA-256 of its content")
    entries = _entries(path.name, content)
    try:
        manifest = Manifest.model_validate_json(entries[_MANIFEST])
    except ValidationError as error:
        raise ArtifactCorruptError(path.name, f"{error.error_count()} faults in its manifest") from None
    if hashlib.sha256(entries[_PIPELINE]).hexdigest() != manifest.sha256:
        raise ArtifactCorruptError(path.name, "the SHA-256 in its manifest is not that of its pipeline")
    if manifest.features != FEATURES or len(manifest.averages) != len(FEATURES):
        raise FeaturesDifferError(path.name, ", ".join(manifest.features))
    if _series(manifest.sklearn) != _series(sklearn.__version__):
        raise LibraryDiffersError(path.name, f"{manifest.sklearn}, and here it is {sklearn.__version__}")
    return TrainedModel(
        pipeline=_load(path.name, entries[_PIPELINE]),
        averages=manifest.averages,
        metrics=manifest.metrics,
        rows=manifest.rows,
        data_sha256=manifest.data_sha256,
        seed=manifest.seed,
        sklearn_version=manifest.sklearn,
        created_at=manifest.created_at,
    )


def _write_whole(content: bytes, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{hashlib.sha256(content).hexdigest()}{SUFFIX}"
    part = folder / f".{uuid.uuid4().hex}.part"
    try:
        with part.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return path


def _entries(file: str, content: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            sizes = {entry.filename: entry.file_size for entry in archive.infolist()}
            if sizes.keys() != _LARGEST.keys():
                raise ArtifactCorruptError(file, f"it does not hold {_MANIFEST} and {_PIPELINE} alone")
            for name, largest in _LARGEST.items():
                if sizes[name] > largest:
                    raise ArtifactCorruptError(file, f"{name} is larger than {largest} bytes")
            return {name: archive.read(name) for name in _LARGEST}
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise ArtifactCorruptError(file, f"not a zip file ({error})") from None


def _load(file: str, pipeline: bytes) -> Any:
    try:
        loaded = skops.io.loads(pipeline, trusted=list(ALLOWED_TYPES))
    except UntrustedTypesFoundException as error:
        raise TypesUntrustedError(file, str(error)) from None
    except Exception as error:  # a hostile file can fail anywhere inside skops
        raise ArtifactCorruptError(file, f"skops fails on its pipeline ({type(error).__name__})") from error
    if type(loaded) is not Pipeline:
        raise ArtifactError(file, f"it holds a {type(loaded).__name__} where a Pipeline is wanted")
    return loaded


def _series(version: str) -> list[str]:
    return version.split(".")[:2]
