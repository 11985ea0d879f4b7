"""What is told of a training: the answer for programs, and the report."""

from typing import Any

from scoring_models.tables.evaluation import evaluation, segments_of
from scoring_models.tables.report import ColumnReport, Report
from scoring_models.tables.training import Trained


def as_answer(trained: Trained, label: str) -> dict[str, Any]:
    """The answer of `leadmill model train --json`."""
    facts = trained.model.facts
    return {
        "model": label,
        "rows": facts.rows,
        "positives": facts.positives,
        "excluded": facts.excluded,
        "metrics": facts.metrics,
        "intervals": facts.intervals,
        "baseline": facts.baseline,
    }


def report_of(trained: Trained, label: str) -> Report:
    """The report of a training, on the rows that were held back."""
    facts, prepared = trained.model.facts, trained.prepared
    rows, seed = prepared.split.held_back, prepared.wish.seed
    groups = None if prepared.groups is None else prepared.groups[rows]
    won = prepared.won[rows]
    verdict = f"{facts.learner.capitalize()}: {facts.baseline['verdict']}."
    if not facts.has_signal:
        verdict = f"No better than the base rate: nothing in these columns tells who buys. {verdict}"
    return Report(
        model=label,
        title=f"{label}: who was won, by {prepared.table.file}",
        verdict=verdict,
        notes=prepared.notes,
        facts={
            "learner": facts.learner,
            "parameters": ", ".join(f"{name} {value:g}" for name, value in facts.parameters.items())
            or "none",
            "rows": f"{facts.rows:,}, {facts.positives:,} of them won",
            "measured on": f"{facts.measured_rows:,} rows, {facts.split}",
            "seed": str(facts.seed),
            "data, SHA-256": facts.data_sha256,
            "code": facts.code,
            "scikit-learn": facts.sklearn,
        },
        evaluation=evaluation(
            won,
            trained.chosen.fit,
            seed=seed,
            groups=groups,
            segments=segments_of(prepared.table, prepared.inputs, rows),
        ),
        baseline=evaluation(won, trained.baseline.fit, seed=seed, groups=groups),
        columns=_columns(trained),
    )


def _columns(trained: Trained) -> tuple[ColumnReport, ...]:
    prepared = trained.prepared
    return tuple(
        ColumnReport(
            name=column.name,
            kind=column.kind,
            filled=column.filled / prepared.table.rows,
            distinct=column.distinct,
            roc_auc=prepared.screened.strengths.get(column.name),
            left_out="the label"
            if column.name == prepared.label.column
            else prepared.excluded.get(column.name),
        )
        for column in prepared.columns
    )
