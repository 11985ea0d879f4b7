import hashlib
import io
import json
import os
import pickle
import zipfile

import numpy as np
import pytest
import skops.io
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer

from scoring_models.artifact import open_model, write_model
from scoring_models.columns import pack
from scoring_models.errors import (
    ArtifactCorruptError,
    ArtifactError,
    FeaturesDifferError,
    LibraryDiffersError,
    TypesUntrustedError,
)
from scoring_models.features import matrix
from tests.scoring_models import world


@pytest.fixture
def file(tmp_path):
    return write_model(world.trained(), tmp_path)


def kept(content, folder):
    """The content as a file whose name is right, so that only what is inside can be refused."""
    path = folder / f"{hashlib.sha256(content).hexdigest()}.model"
    path.write_bytes(content)
    return path


def repacked(file, *, manifest=None, without=(), pipeline=None, extra=None):
    """The model file with some of it exchanged, and every hash made right again."""
    with zipfile.ZipFile(file) as archive:
        said, inside = json.loads(archive.read("manifest.json")), archive.read("pipeline.skops")
    if pipeline is not None:
        inside = pipeline
        said["sha256"] = hashlib.sha256(pipeline).hexdigest()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        said = {name: value for name, value in said.items() if name not in without}
        archive.writestr("manifest.json", json.dumps(said | (manifest or {})))
        archive.writestr("pipeline.skops", inside)
        for name in extra or ():
            archive.writestr(name, b"")
    return kept(packed.getvalue(), file.parent)


class Sentinel:
    """A thing that leaves a file behind when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.system, (f"touch {self.path}",)


def test_a_model_comes_back_as_it_was_written(file):
    opened, model = open_model(file), world.trained()
    rows = matrix(pack(world.requests(50)))
    assert (opened.pipeline.predict_proba(rows) == model.pipeline.predict_proba(rows)).all()
    assert (opened.averages, opened.metrics, opened.facts) == (model.averages, model.metrics, model.facts)


def test_a_file_of_before_that_says_less_of_its_model_is_opened(file):
    opened = open_model(repacked(file, without=("code", "reference", "prior")))
    assert opened.averages == world.trained().averages
    assert (opened.code, opened.reference, opened.prior) == ("", None, None)


def test_the_file_is_named_by_its_hash_and_nothing_else_is_left(file):
    assert file.stem == hashlib.sha256(file.read_bytes()).hexdigest()
    assert list(file.parent.iterdir()) == [file]


def test_a_write_that_fails_leaves_nothing(tmp_path, monkeypatch):
    def full(_):
        raise OSError("no space left")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space"):
        write_model(world.trained(), tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("length", [0, 1, 1000, -1])
def test_a_file_cut_short_is_refused(file, length):
    content = file.read_bytes()[:length]
    file.write_bytes(content)
    with pytest.raises(ArtifactCorruptError):
        open_model(file)
    with pytest.raises(ArtifactCorruptError):
        open_model(kept(content, file.parent))


def test_a_file_under_another_name_is_refused(file):
    with pytest.raises(ArtifactCorruptError, match="its name is not"):
        open_model(file.rename(file.with_name("0" * 64 + ".model")))


def test_a_changed_byte_is_refused_even_where_the_name_is_right(file):
    for at in range(0, file.stat().st_size, 997):
        content = bytearray(file.read_bytes())
        content[at] ^= 0xFF
        changed = kept(bytes(content), file.parent)
        try:
            opened = open_model(changed)
        except ArtifactError:
            continue
        # A zip file says some things twice, and some for nobody: those may change, the model may not.
        assert opened.averages == world.trained().averages


def test_a_pipeline_that_is_not_the_manifests_is_refused(file):
    with pytest.raises(ArtifactCorruptError, match="in its manifest is not"):
        open_model(repacked(file, manifest={"sha256": "0" * 64}))


@pytest.mark.parametrize(
    "manifest", [{"format": 3}, {"rows": "many"}, {"created_at": "soon"}, {"surprise": 1}]
)
def test_a_manifest_that_says_something_else_is_refused(file, manifest):
    with pytest.raises(ArtifactCorruptError, match="manifest"):
        open_model(repacked(file, manifest=manifest))


@pytest.mark.parametrize("features", [[], ["employees"], ["won"]])
def test_a_model_of_other_features_is_refused(file, features):
    with pytest.raises(FeaturesDifferError):
        open_model(repacked(file, manifest={"features": features}))


def test_a_model_of_another_scikit_learn_is_refused(file):
    with pytest.raises(LibraryDiffersError, match=r"0\.24\.2"):
        open_model(repacked(file, manifest={"sklearn": "0.24.2"}))


def test_more_in_the_zip_than_a_model_is_refused(file):
    with pytest.raises(ArtifactCorruptError):
        open_model(repacked(file, extra=["../evil.py"]))


def test_a_pickle_in_disguise_runs_nothing(file, tmp_path):
    sentinel = tmp_path / "sentinel"
    pickled = pickle.dumps(Sentinel(sentinel))
    for disguised in (kept(pickled, file.parent), repacked(file, pipeline=pickled)):
        with pytest.raises(ArtifactCorruptError):
            open_model(disguised)
    objects = io.BytesIO()
    np.save(objects, np.array([Sentinel(sentinel)]), allow_pickle=True)
    with zipfile.ZipFile(file) as archive:
        inner = archive.read("pipeline.skops")
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(inner)) as old, zipfile.ZipFile(packed, "w") as new:
        for name in old.namelist():
            new.writestr(name, objects.getvalue() if name.endswith(".npy") else old.read(name))
    with pytest.raises(ArtifactError):
        open_model(repacked(file, pipeline=packed.getvalue()))
    assert not sentinel.exists()


def test_a_pipeline_with_a_foreign_type_is_refused_before_it_is_built(file, tmp_path):
    hostile = Pipeline([("run", FunctionTransformer(os.system)), ("fit", LogisticRegression())])
    with pytest.raises(TypesUntrustedError, match="system"):
        open_model(repacked(file, pipeline=skops.io.dumps(hostile)))


def test_a_harmless_thing_that_is_no_pipeline_is_refused(file):
    with pytest.raises(ArtifactError, match="LogisticRegression"):
        open_model(repacked(file, pipeline=skops.io.dumps(LogisticRegression())))
