import hashlib
import io
import json
import zipfile

import numpy as np
import pytest
import skops.io

from scoring_models.artifact import open_model, write_model
from scoring_models.errors import (
    ArtifactCorruptError,
    FeaturesDifferError,
    LibraryDiffersError,
    TypesUntrustedError,
)
from scoring_models.tables.artifact import open_table_model, write_table_model
from scoring_models.tables.learners import Shape, boosting
from scoring_models.tables.model import TableModel
from tests.scoring_models import world
from tests.scoring_models.tables import exports
from tests.scoring_models.test_artifact import kept

MODEL = exports.trained().model
FRESH = exports.table_of(exports.export(200, seed=4))
INPUTS = len(MODEL.facts.inputs)


def boosted():
    """The same model with trees in it."""
    dice = np.random.default_rng(1)
    rows, won = dice.normal(size=(400, INPUTS)), dice.random(400) < 0.5
    trees = boosting(MODEL.facts.inputs, Shape(leaves=4, least_rows=20, trees=5), seed=1)
    return TableModel(MODEL.facts, trees.fit(np.abs(rows), won))


@pytest.fixture
def file(tmp_path):
    return write_table_model(MODEL, tmp_path)


def repacked(file, *, facts=None, pipeline=None):
    with zipfile.ZipFile(file) as archive:
        said, inside = json.loads(archive.read("manifest.json")), archive.read("pipeline.skops")
    said["facts"] |= facts or {}
    if pipeline is not None:
        inside = skops.io.dumps(pipeline)
        said["sha256"] = hashlib.sha256(inside).hexdigest()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("manifest.json", json.dumps(said))
        archive.writestr("pipeline.skops", inside)
    return kept(packed.getvalue(), file.parent)


@pytest.mark.parametrize("model", [MODEL, boosted()], ids=["line", "trees"])
def test_a_model_comes_back_as_it_was_written(model, tmp_path):
    opened = open_table_model(write_table_model(model, tmp_path))
    assert (opened.probability(FRESH) == model.probability(FRESH)).all()
    assert opened.facts == model.facts


def test_a_file_of_the_other_sort_is_refused_in_both_directions(file, tmp_path):
    with pytest.raises(FeaturesDifferError, match="columns of a table of its own"):
        open_model(file)
    with pytest.raises(FeaturesDifferError, match="those of the mill's leads"):
        open_table_model(write_model(world.trained(), tmp_path))


@pytest.mark.parametrize("length", [0, 1000, -1])
def test_a_file_cut_short_is_refused(file, length):
    with pytest.raises(ArtifactCorruptError):
        open_table_model(kept(file.read_bytes()[:length], file.parent))


def test_a_manifest_that_says_something_else_is_refused(file):
    for facts in ({"rows": "many"}, {"surprise": 1}, {"inputs": []}):
        with pytest.raises(ArtifactCorruptError):
            open_table_model(repacked(file, facts=facts))
    with pytest.raises(LibraryDiffersError):
        open_table_model(repacked(file, facts={"sklearn": "0.24.2"}))


@pytest.mark.parametrize(
    ("field", "value"), [("left", 10**6), ("right", 0), ("feature_idx", 99), ("left", 1)]
)
def test_a_tree_that_leads_nowhere_is_refused(file, field, value):
    """scikit-learn would follow it out of the array, or for ever."""
    model = boosted()
    for (tree,) in model.pipeline[-1]._predictors:
        inner = np.flatnonzero(tree.nodes["is_leaf"] == 0)
        if field == "left" and value == 1:
            tree.nodes[field][inner[-1]] = inner[-1]
        else:
            tree.nodes[field][inner[0]] = value
    with pytest.raises(ArtifactCorruptError, match="a tree in it leads nowhere"):
        open_table_model(repacked(file, pipeline=model.pipeline))


def test_a_foreign_type_is_refused_before_it_is_built(file):
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import FunctionTransformer

    hostile = Pipeline([("run", FunctionTransformer(exports.export)), ("fit", LogisticRegression())])
    with pytest.raises(TypesUntrustedError):
        open_table_model(repacked(file, pipeline=hostile))
