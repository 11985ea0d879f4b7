"""A model as one file: a zip of the skops file and a manifest, named by its own SHA-256.

Opening a model file runs no code from it: skops builds only the types on our list, and nothing here ever
unpickles. The name is the hash, so a file that was cut, changed or renamed is refused before it is parsed.
The same model makes the same bytes: neither addresses in memory nor times get into the file.
"""

import hashlib
import io
import json
import os
import uuid
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import sklearn
import skops.io
from pydantic import ValidationError
from sklearn.pipeline import Pipeline
from skops.io.exceptions import UntrustedTypesFoundException

from scoring_models.drift import Reference
from scoring_models.errors import (
    ArtifactCorruptError,
    ArtifactError,
    FeaturesDifferError,
    LibraryDiffersError,
    TypesUntrustedError,
)
from scoring_models.estimators import Prior, TrainedModel
from scoring_models.features import FEATURES
from tenants.records import Record

SUFFIX = ".model"
ALLOWED_TYPES = ("numpy.dtype",)
"""What a logistic pipeline holds beyond what skops trusts by itself: the imputer remembers a dtype."""

TABLE_FORMAT = 2
"""The format that a manifest names where the model is one of a table (`scoring_models/tables/artifact.py`)."""

_MANIFEST, _PIPELINE, _SCHEMA = "manifest.json", "pipeline.skops", "schema.json"
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
    code: str = ""
    """Empty in a file of before this was kept, as is all that follows."""
    reference: Reference | None = None
    prior: Prior | None = None


def write_model(model: TrainedModel, folder: Path) -> Path:
    """The model's file in the folder: all of it, or none."""
    return keep_file(file_of(model), folder)


def file_of(model: TrainedModel) -> bytes:
    """What is in the model's file."""
    return packed(model.pipeline, lambda sha256: _manifest_of(model, sha256).model_dump_json(indent=1))


def _manifest_of(model: TrainedModel, sha256: str) -> Manifest:
    return Manifest(
        sha256=sha256,
        features=FEATURES,
        sklearn=model.sklearn_version,
        averages=model.averages,
        metrics=model.metrics,
        rows=model.rows,
        data_sha256=model.data_sha256,
        seed=model.seed,
        created_at=model.created_at,
        code=model.code,
        reference=model.reference,
        prior=model.prior,
    )


def packed(pipeline: Any, manifest: Callable[[str], str]) -> bytes:
    """The file of a pipeline and of the manifest that is made for the pipeline's SHA-256."""
    inside = _settled(skops.io.dumps(pipeline))
    texts = {_MANIFEST: manifest(hashlib.sha256(inside).hexdigest()).encode(), _PIPELINE: inside}
    return _zipped(texts, zipfile.ZIP_DEFLATED)


def open_model(path: Path) -> TrainedModel:
    """The model in a file that `write_model` wrote.

    Raises ArtifactError, and says by its class why: the file is damaged, its features or its scikit-learn
    are not ours, or it holds types that a model does not need.
    """
    said, pipeline = read_file(path)
    if is_of_a_table(said):
        raise FeaturesDifferError(
            path.name, "columns of a table of its own, which the mill's leads do not have"
        )
    try:
        manifest = Manifest.model_validate_json(said)
    except ValidationError as error:
        raise ArtifactCorruptError(path.name, f"{error.error_count()} faults in its manifest") from None
    check_pipeline(path.name, pipeline, manifest.sha256, manifest.sklearn)
    if manifest.features != FEATURES or len(manifest.averages) != len(FEATURES):
        raise FeaturesDifferError(path.name, ", ".join(manifest.features))
    return TrainedModel(
        pipeline=load_pipeline(path.name, pipeline, ALLOWED_TYPES),
        averages=manifest.averages,
        metrics=manifest.metrics,
        rows=manifest.rows,
        data_sha256=manifest.data_sha256,
        seed=manifest.seed,
        sklearn_version=manifest.sklearn,
        created_at=manifest.created_at,
        code=manifest.code,
        reference=manifest.reference,
        prior=manifest.prior,
    )


def read_file(path: Path) -> tuple[bytes, bytes]:
    """Manifest and pipeline in a model file, unopened. Raises ArtifactCorruptError."""
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != path.stem:
        raise ArtifactCorruptError(path.name, "its name is not the SHA-256 of its content")
    entries = _entries(path.name, content)
    return entries[_MANIFEST], entries[_PIPELINE]


def is_of_a_table(manifest: bytes) -> bool:
    """Whether the manifest is that of a model of a table with columns of its own."""
    try:
        said = json.loads(manifest)
    except ValueError:
        return False
    return isinstance(said, dict) and said.get("format") == TABLE_FORMAT


def check_pipeline(file: str, pipeline: bytes, sha256: str, version: str) -> None:
    """Nothing, where the pipeline is the manifest's and of our scikit-learn; else an ArtifactError."""
    if hashlib.sha256(pipeline).hexdigest() != sha256:
        raise ArtifactCorruptError(file, "the SHA-256 in its manifest is not that of its pipeline")
    if _series(version) != _series(sklearn.__version__):
        raise LibraryDiffersError(file, f"{version}, and here it is {sklearn.__version__}")


def _settled(skopsed: bytes) -> bytes:
    """A skops file without what differs from one writing to the next: addresses as ids and names, and times."""
    with zipfile.ZipFile(io.BytesIO(skopsed)) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    schema = json.loads(entries.pop(_SCHEMA))
    ids: dict[str, int] = {}
    _renumber(schema, ids)
    settled = {
        f"{ids[stem]}.{suffix}": entries[f"{stem}.{suffix}"] for stem, _, suffix in map(_parts, entries)
    }
    return _zipped(
        {_SCHEMA: json.dumps(schema).encode(), **dict(sorted(settled.items()))}, zipfile.ZIP_STORED
    )


def _renumber(node: Any, ids: dict[str, int]) -> None:
    """Each id of a skops schema, and each file named by one, by the order in which it is met."""
    if isinstance(node, list):
        for one in node:
            _renumber(one, ids)
    elif isinstance(node, dict):
        if isinstance(node.get("file"), str):
            stem, _, suffix = _parts(node["file"])
            node["file"] = f"{ids.setdefault(stem, len(ids) + 1)}.{suffix}"
        if isinstance(node.get("__id__"), int):
            node["__id__"] = ids.setdefault(str(node["__id__"]), len(ids) + 1)
        for one in node.values():
            _renumber(one, ids)


def _parts(name: str) -> tuple[str, str, str]:
    return name.rpartition(".")


def _zipped(entries: Mapping[str, bytes], compression: int) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", compression) as archive:
        for name, content in entries.items():
            archive.writestr(zipfile.ZipInfo(name), content, compress_type=compression)
    return packed.getvalue()


def keep_file(content: bytes, folder: Path) -> Path:
    """The file with this content in the folder, named by its hash: all of it, or none."""
    return write_whole(content, folder / f"{hashlib.sha256(content).hexdigest()}{SUFFIX}")


def write_whole(content: bytes, path: Path) -> Path:
    """The file with this content, in a folder that is made where it is not there: all of it, on the disk, or none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.parent / f".{uuid.uuid4().hex}.part"
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


def load_pipeline(file: str, pipeline: bytes, allowed: Sequence[str]) -> Any:
    """The pipeline in a skops file that holds no other types than skops trusts and we allow. Raises ArtifactError."""
    try:
        loaded = skops.io.loads(pipeline, trusted=list(allowed))
    except UntrustedTypesFoundException as error:
        raise TypesUntrustedError(file, str(error)) from None
    except Exception as error:  # a hostile file can fail anywhere inside skops
        raise ArtifactCorruptError(file, f"skops fails on its pipeline ({type(error).__name__})") from error
    if type(loaded) is not Pipeline:
        raise ArtifactError(file, f"it holds a {type(loaded).__name__} where a Pipeline is wanted")
    return loaded


def _series(version: str) -> list[str]:
    return version.split(".")[:2]
