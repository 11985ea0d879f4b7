"""A model of a table as a file: the same zip as any other model, with another manifest.

The schema travels in the manifest: which columns, how they are written, which values they have. Trees are the one thing
that skops does not vouch for, because scikit-learn follows their links without looking where they lead; so we look.
"""

from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import ValidationError
from sklearn.ensemble import HistGradientBoostingClassifier

from scoring_models.artifact import (
    ALLOWED_TYPES,
    SUFFIX,
    check_pipeline,
    is_of_a_table,
    keep_file,
    load_pipeline,
    packed,
    read_file,
)
from scoring_models.errors import ArtifactCorruptError, FeaturesDifferError, ModelUnknownError
from scoring_models.folder import ModelFolder
from scoring_models.tables.learners import Fitted
from scoring_models.tables.model import Facts, TableModel
from tenants.records import Record

_TREES = "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor"
_FOLDS = "sklearn.model_selection._split.StratifiedKFold"
_LEFT, _RIGHT = "left", "right"


class TableManifest(Record):
    """What the file of a table's model says of it."""

    format: Literal[2] = 2
    sha256: str
    facts: Facts


def write_table_model(model: TableModel, folder: Path) -> Path:
    """The model's file in the folder, named by its hash: all of it, or none. The same model makes the same bytes."""
    content = packed(
        model.pipeline,
        lambda sha256: TableManifest(sha256=sha256, facts=model.facts).model_dump_json(indent=1),
    )
    return keep_file(content, folder)


def open_table_model(path: Path) -> TableModel:
    """The model in a file that `write_table_model` wrote.

    Raises ArtifactError, and says by its class why the file is refused.
    """
    said, pipeline = read_file(path)
    if not is_of_a_table(said):
        raise FeaturesDifferError(path.name, "those of the mill's leads, which a table does not have")
    try:
        manifest = TableManifest.model_validate_json(said)
    except ValidationError as error:
        raise ArtifactCorruptError(path.name, f"{error.error_count()} faults in its manifest") from None
    facts = manifest.facts
    check_pipeline(path.name, pipeline, manifest.sha256, facts.sklearn)
    fitted = load_pipeline(path.name, pipeline, (*ALLOWED_TYPES, _FOLDS, _TREES))
    if getattr(fitted[0], "n_features_in_", None) != len(facts.inputs):
        raise ArtifactCorruptError(path.name, "its pipeline does not fit the inputs in its manifest")
    _check_trees(path.name, fitted)
    return TableModel(facts, fitted)


def open_named(model: str, known: ModelFolder) -> TableModel:
    """The model that a label, a file, or the folder of one file means.

    Raises ModelUnknownError, or ArtifactError as `open_table_model` does.
    """
    path = Path(model)
    if path.is_dir():
        files = sorted(path.glob(f"*{SUFFIX}"))
        if len(files) != 1:
            raise ModelUnknownError(f"{model} ({len(files)} models are in that folder)")
        return open_table_model(files[0])
    if path.suffix == SUFFIX:
        if not path.is_file():
            raise ModelUnknownError(model)
        return open_table_model(path)
    return open_table_model(known.path_of(model))


def _check_trees(file: str, pipeline: Fitted) -> None:
    """Nothing, where every link of every tree leads further down in it, and every input is there."""
    boosting = pipeline[-1]
    if not isinstance(boosting, HistGradientBoostingClassifier):
        return
    for (tree,) in boosting._predictors:
        nodes = tree.nodes
        inner = nodes[nodes["is_leaf"] == 0]
        places = np.flatnonzero(nodes["is_leaf"] == 0)
        is_sound = (
            len(nodes) > 0
            and not inner["is_categorical"].any()
            and all(((inner[side] > places) & (inner[side] < len(nodes))).all() for side in (_LEFT, _RIGHT))
            and ((inner["feature_idx"] >= 0) & (inner["feature_idx"] < boosting.n_features_in_)).all()
        )
        if not is_sound:
            raise ArtifactCorruptError(file, "a tree in it leads nowhere")
