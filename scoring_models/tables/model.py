"""A model of a table: what it looks at, what is known of it, and what it says of a table's leads."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from scoring_models.errors import ColumnsMissingError
from scoring_models.estimators import one_thread
from scoring_models.evaluate import Floats
from scoring_models.tables.calibration import Calibration
from scoring_models.tables.inputs import Input, matrix
from scoring_models.tables.label import Label
from scoring_models.tables.learners import Fitted
from scoring_models.tables.table import Table
from tenants.records import Record

Learner = Literal["logistic regression", "gradient boosting"]
"""What may judge, the simpler first."""


class Facts(Record):
    """What is known of a model: all that is in its file beside the fitted pipeline."""

    learner: Learner
    has_signal: bool
    """Whether it orders leads that it had not seen better than chance: whether the base rate alone says less."""
    parameters: dict[str, float]
    inputs: tuple[Input, ...]
    calibration: Calibration
    label: Label
    excluded: dict[str, str]
    """Columns that it does not look at, and why."""
    split: str
    rows: int
    positives: int
    measured_rows: int
    metrics: dict[str, float]
    """Of a model that had not seen the rows it was measured on; the one in the file has learned from all rows."""
    intervals: dict[str, tuple[float, float]]
    baseline: dict[str, float | str]
    data_sha256: str
    seed: int
    sklearn: str
    code: str


@dataclass(frozen=True)
class TableModel:
    """A fitted pipeline, and what is known of it."""

    facts: Facts
    pipeline: Fitted

    def probability(self, table: Table) -> Floats:
        """The probability that each lead of a table is won, of shape (rows,).

        Columns may stand in any order and among others. Raises ColumnsMissingError where one is not there.
        """
        facts = self.facts
        missing = dict.fromkeys(one.column for one in facts.inputs if one.column not in table.columns)
        if missing:
            raise ColumnsMissingError(table.file, len(missing), ", ".join(missing))
        return facts.calibration.probability(log_odds(self.pipeline, matrix(table, facts.inputs)))

    @property
    def registered(self) -> dict[str, Any]:
        """Where the model comes from, as the registry keeps it."""
        return self.facts.model_dump(mode="json", exclude={"metrics"})


def log_odds(pipeline: Fitted, rows: Floats) -> Floats:
    """What a fitted pipeline says of the rows of a matrix, of shape (rows,)."""
    with one_thread():
        return np.asarray(pipeline.decision_function(rows), dtype=np.float64)
