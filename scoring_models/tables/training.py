"""Training: from a prepared table to a measured model.

All that is chosen is chosen on folds within the learned rows: the learner, the shape of its trees, its calibration. The
rows held back are looked at once, and whether there is any signal is what they say. Then the chosen learner learns from
all rows, since the latest leads are most like the next ones; what is told of it was measured before that.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import sklearn

from scoring_models.bootstrap import MEASURES, Interval, draws, interval, measured, point
from scoring_models.estimators import code_version
from scoring_models.evaluate import Flags, Floats
from scoring_models.tables.calibration import Calibration, calibrated
from scoring_models.tables.inputs import matrix
from scoring_models.tables.learners import fitted, logistic
from scoring_models.tables.model import Facts, TableModel, log_odds
from scoring_models.tables.preparation import Prepared
from scoring_models.tables.selection import Candidate, Progress, candidates, choose, learned
from scoring_models.tables.split import Rows

CALIBRATED_BY = 100
"""Won and lost leads that tell how a learner stands, of each."""


@dataclass(frozen=True)
class Measures:
    """What a model said of leads that it had not seen, and how good that was."""

    fit: Floats
    metrics: dict[str, float]
    intervals: dict[str, Interval]


@dataclass(frozen=True)
class Trained:
    """A model, and what it was measured on."""

    model: TableModel
    prepared: Prepared
    chosen: Measures
    baseline: Measures


def train_table(prepared: Prepared, progress: Progress) -> Trained:
    """The model of a prepared table. The same table, wish, code and libraries give the same model."""
    rows = matrix(prepared.table, prepared.inputs)
    plain, boosted = candidates(prepared, rows, progress)
    kept, verdict = choose(plain, boosted, prepared, rows)
    progress("measuring on the rows held back")
    unseen = _of_held_back(kept, prepared, rows)
    chosen, baseline = _measured(kept, unseen, prepared, rows)
    line = _line(kept, prepared, (prepared.split.held_back, unseen))
    progress("learning from all rows")
    facts = _facts(prepared, kept, chosen, baseline, line, verdict)
    pipeline = learned(kept.make, prepared, rows, np.arange(prepared.table.rows))
    return Trained(TableModel(facts, pipeline), prepared, chosen, baseline)


def measure(won: Flags, fits: Mapping[str, Floats], groups: Rows | None, *, seed: int) -> dict[str, Measures]:
    """The measures of several models on the same leads, with their intervals."""
    drawn = measured(won, fits, draws(len(won), seed=seed, groups=groups))
    return {
        name: Measures(
            fit,
            point(won, fit),
            {measure: interval(drawn[name][measure]) for measure in MEASURES},
        )
        for name, fit in fits.items()
    }


def _of_held_back(kept: Candidate, prepared: Prepared, rows: Floats) -> Floats:
    """What the learner says of the rows held back, in log-odds, having learned from the others."""
    return log_odds(
        learned(kept.make, prepared, rows, prepared.split.learned), rows[prepared.split.held_back]
    )


def _measured(kept: Candidate, unseen: Floats, prepared: Prepared, rows: Floats) -> tuple[Measures, Measures]:
    """The chosen learner and the baseline on the rows held back.

    The baseline is a logistic regression as anybody would write it: all rows count the same, and nothing is calibrated.
    """
    split, won = prepared.split, prepared.won
    plain = fitted(logistic(prepared.inputs), rows[split.learned], won[split.learned], None)
    told = measure(
        won[split.held_back],
        {
            "chosen": _line(kept, prepared).probability(unseen),
            "baseline": Calibration().probability(log_odds(plain, rows[split.held_back])),
        },
        None if prepared.groups is None else prepared.groups[split.held_back],
        seed=prepared.wish.seed,
    )
    return told["chosen"], told["baseline"]


def _line(kept: Candidate, prepared: Prepared, last: tuple[Rows, Floats] | None = None) -> Calibration:
    """The calibration of a learner by what it said of leads that it had not seen: of folds, and `last` held back.

    Where there is a time, the latest of these that are enough leads tell how it stands today.
    """
    parts = [(after, unseen) for (_, after), unseen in zip(prepared.split.folds, kept.unseen, strict=True)]
    parts += [last] if last is not None else []
    rows, unseen = parts.pop()
    while parts and not (prepared.split.when is not None and _are_enough(prepared.won[rows])):
        before = parts.pop()
        rows, unseen = np.concatenate([before[0], rows]), np.concatenate([before[1], unseen])
    return calibrated(unseen, prepared.won[rows])


def _are_enough(won: Flags) -> bool:
    return bool(min(won.sum(), (~won).sum()) >= CALIBRATED_BY)


def _facts(
    prepared: Prepared,
    kept: Candidate,
    chosen: Measures,
    baseline: Measures,
    line: Calibration,
    verdict: str,
) -> Facts:
    split, won = prepared.split, prepared.won
    low, high = chosen.intervals["roc_auc"]
    better = "better" if low > 0.5 else "no better"
    return Facts(
        learner=kept.learner,
        has_signal=low > 0.5,
        parameters=dict(kept.parameters),
        inputs=prepared.inputs,
        calibration=line,
        label=prepared.label,
        excluded=prepared.excluded,
        split=split.by,
        rows=len(won),
        positives=int(won.sum()),
        measured_rows=len(split.held_back),
        metrics=chosen.metrics,
        intervals=chosen.intervals,
        baseline={
            "model": "logistic regression",
            **baseline.metrics,
            "base_rate": float(won[split.held_back].mean()),
            "verdict": f"{better} than the base rate (ROC-AUC {low:.3f} to {high:.3f}); {verdict}",
        },
        data_sha256=prepared.table.sha256,
        seed=prepared.wish.seed,
        sklearn=sklearn.__version__,
        code=code_version(),
    )
