"""The commands for models of tables: what `leadmill model train --label` does, `score`, `evaluate` and `compare`."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table as Grid

from scoring_models.errors import ColumnsMissingError, SplitError
from scoring_models.frame import Json, registry, told

if TYPE_CHECKING:
    from scoring_models.tables.inputs import Met
    from scoring_models.tables.model import TableModel
    from scoring_models.tables.preparation import Prepared, Wish
    from scoring_models.tables.table import Table

MODEL_HELP = "Name and version, as `leadmill model list` shows it; or a model's file, or the folder of one."
Model = Annotated[str, typer.Argument(metavar="MODEL", help=MODEL_HELP)]
Data = Annotated[
    Path, typer.Option(exists=True, dir_okay=False, help="Leads with the columns that the model looks at.")
]
Label = Annotated[
    str | None,
    typer.Option(
        metavar="COLUMN", help="Column that tells which leads were won; absent: the model's own, if there."
    ),
]
Separator = Annotated[
    str | None,
    typer.Option("--sep", help="What separates values, if it isn't found out: comma, semicolon, tab, pipe."),
]


def train_on_table(
    data: Path, wish: "Wish", *, sep: str | None, name: str, to: Path | None, as_json: bool
) -> None:
    """A model of a file's own columns: trained, measured, kept, and told."""
    from scoring_models.tables.preparation import prepare
    from scoring_models.tables.report import write_report
    from scoring_models.tables.telling import as_answer, report_of
    from scoring_models.tables.training import train_table

    with told(), Console(stderr=True).status(f"Reading {data.name} …") as status:
        prepared = prepare(_read(data, sep), wish)
        _show_columns(prepared)
        trained = train_table(prepared, lambda what: status.update(f"{what} …"))
        status.update("Keeping the model …")
        label, report = asyncio.run(_keep(trained.model, name)) if to is None else _put(trained.model, to)
        write_report(report_of(trained, label), report)
    for note in prepared.notes:
        typer.echo(f"Note: {note}", err=True)
    if as_json:
        typer.echo(json.dumps(as_answer(trained, label)))
        return
    facts = trained.model.facts
    typer.echo(
        f"{label}: {facts.learner}, trained on {facts.rows:,} leads, {facts.positives:,} of them won; "
        f"measured on {facts.measured_rows:,} that it had not seen, {facts.split}"
    )
    if not facts.has_signal:
        typer.echo(
            "No better than the base rate: nothing in these columns tells who buys, and its order is chance."
        )
    _show_measures(facts.metrics, facts.intervals)
    typer.echo(f"{facts.baseline['verdict']}.")
    typer.echo(f"The report is {report}.")


def score(
    model: Model,
    data: Data,
    label: Label = None,
    out: Annotated[
        Path | None,
        typer.Option(
            dir_okay=False, help="Write the leads there as CSV, each with its probability of being won."
        ),
    ] = None,
    sep: Separator = None,
    as_json: Json = False,
) -> None:
    """Score the leads of a file; where their outcome is known, measure the scores.

    Columns may stand in any order and among others. A value that training never met counts as one of the rare ones;
    a column that is missing ends it.
    """
    from scoring_models.tables.inputs import met
    from scoring_models.tables.table import write_table
    from scoring_models.tables.training import measure

    with told(), Console(stderr=True).status(f"Scoring {data.name} …"):
        opened = _open(model)
        table = _read(data, sep)
        fit = opened.probability(table)
        strange = met(table, opened.facts.inputs)
        answer: dict[str, Any] = {"model": model, "rows": table.rows}
        known = _outcomes(opened, table, label)
        if out is not None:
            write_table(table, out, {"probability": [f"{value:.6f}" for value in fit]})
        if known is not None:
            rows, won = known
            answer["positives"] = int(won.sum())
            told_ = measure(won, {"it": fit[rows]}, None, seed=opened.facts.seed)["it"]
            answer |= {"metrics": told_.metrics, "intervals": told_.intervals}
    _show_strange(strange)
    if known is not None and table.sha256 == opened.facts.data_sha256:
        typer.echo("Note: the model has learned from this very file, and these measures flatter it", err=True)
    if as_json:
        typer.echo(json.dumps(answer))
        return
    typer.echo(f"{table.rows:,} leads scored: {fit.mean():.1%} of them should be won, by what {model} says")
    if known is not None:
        typer.echo(f"{len(won):,} outcomes are known, {int(won.sum()):,} of them won")
        _show_measures(answer["metrics"], answer["intervals"])
    if out is not None:
        typer.echo(f"The leads with their probabilities are in {out}.")


def evaluate(
    model: Model,
    data: Data,
    label: Label = None,
    segment: Annotated[
        list[str] | None,
        typer.Option(
            metavar="COLUMN", help="Look at the leads apart by this column. Repeatable; absent: a few."
        ),
    ] = None,
    group: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Account of a lead: intervals are of accounts then.")
    ] = None,
    report: Annotated[
        Path | None, typer.Option(dir_okay=False, help="Write a report there (HTML), and JSON beside it.")
    ] = None,
    sep: Separator = None,
    as_json: Json = False,
) -> None:
    """Measure a model on leads whose outcome is known, whole and by segment."""
    from scoring_models.tables.evaluation import evaluation, segments_of
    from scoring_models.tables.preparation import accounts
    from scoring_models.tables.report import Report, write_report

    with told(), Console(stderr=True).status(f"Measuring on {data.name} …"):
        opened, table = _open(model), _read(data, sep)
        rows, won = _known_outcomes(opened, table, label)
        chosen = {name: table.column(name) for name in segment or ()} or segments_of(
            table, opened.facts.inputs
        )
        groups = accounts(table, group)
        found = evaluation(
            won,
            opened.probability(table)[rows],
            seed=opened.facts.seed,
            groups=None if groups is None else groups[rows],
            segments={name: [texts[row] for row in rows] for name, texts in chosen.items()},
        )
        if report is not None:
            verdict = f"{opened.facts.learner.capitalize()}, trained on {opened.facts.rows:,} leads."
            title = f"{model} on {data.name}"
            write_report(Report(model=model, title=title, verdict=verdict, evaluation=found), report)
    if as_json:
        typer.echo(found.model_dump_json())
        return
    values = {name: one.value for name, one in found.measures.items()}
    _show_measures(values, {name: (one.low, one.high) for name, one in found.measures.items()})
    if report is not None:
        typer.echo(f"The report is {report}.")


def compare(
    model: Model,
    other: Annotated[str, typer.Argument(metavar="OTHER", help=MODEL_HELP)],
    data: Data,
    label: Label = None,
    sep: Separator = None,
    as_json: Json = False,
) -> None:
    """Compare two models on the same leads: how much better the first is, and whether that could be chance."""
    from scoring_models.bootstrap import MEASURES, draws, interval, measured, point

    with told(), Console(stderr=True).status(f"Comparing on {data.name} …"):
        one, two, table = _open(model), _open(other), _read(data, sep)
        rows, won = _known_outcomes(one, table, label)
        fits = {"one": one.probability(table)[rows], "two": two.probability(table)[rows]}
        drawn = measured(won, fits, draws(len(won), seed=one.facts.seed))
        points = {name: point(won, fit) for name, fit in fits.items()}
        answer: dict[str, dict[str, Any]] = {
            measure: {
                "model": points["one"][measure],
                "other": points["two"][measure],
                "difference": points["one"][measure] - points["two"][measure],
                "interval": interval(drawn["one"][measure] - drawn["two"][measure]),
            }
            for measure in MEASURES
        }
    if as_json:
        typer.echo(json.dumps({"model": model, "other": other, "rows": len(won), "measures": answer}))
        return
    grid = Grid("measure", model, other, "difference", "95 % interval")
    for measure, values in answer.items():
        low, high = values["interval"]
        cells = [f"{values[name]:.4f}" for name in ("model", "other")]
        grid.add_row(measure, *cells, f"{values['difference']:+.4f}", f"{low:+.4f} to {high:+.4f}")
    Console().print(grid)


def _open(model: str) -> "TableModel":
    from scoring_models.folder import ModelFolder
    from scoring_models.tables.artifact import open_named
    from tenants.settings import StoreSettings

    return open_named(model, ModelFolder.of(StoreSettings()))


def _read(data: Path, sep: str | None) -> "Table":
    from scoring_models.tables.table import SEPARATORS, read_table

    if sep is not None and sep not in SEPARATORS and sep not in SEPARATORS.values():
        raise typer.BadParameter(f"{sep!r} is none of {', '.join(SEPARATORS)}")
    return read_table(data, separator=SEPARATORS.get(sep, sep) if sep is not None else None)


async def _keep(model: "TableModel", name: str) -> tuple[str, Path]:
    """The label of the model, as a new version in the registry, and where its report belongs."""
    from scoring_models.folder import ModelFolder
    from scoring_models.tables.artifact import write_table_model
    from tenants.settings import StoreSettings

    folder = ModelFolder.of(StoreSettings()).path
    async with registry() as models:
        file = await asyncio.to_thread(write_table_model, model, folder)
        label = await models.register_file(
            file, metrics=model.facts.metrics, facts=model.registered, name=name
        )
    return label, folder / "reports" / f"{label}.html"


def _put(model: "TableModel", folder: Path) -> tuple[str, Path]:
    """The model's file in a folder, and where its report belongs."""
    from scoring_models.tables.artifact import write_table_model

    file = write_table_model(model, folder)
    return str(file), file.with_suffix(".html")


def _outcomes(model: "TableModel", table: "Table", label: str | None) -> "tuple[Any, Any] | None":
    """The rows whose outcome is known, and whether they were won; None where the file has no label."""
    import numpy as np

    told_by = model.facts.label
    if label is None and told_by.column not in table.columns:
        return None
    if label is not None:
        told_by = told_by.model_copy(update={"column": label})
    won = told_by.read(table.column(told_by.column))
    rows = np.flatnonzero(~np.isnan(won))
    if len(set(won[rows].tolist())) < 2:
        if label is None:
            return None
        raise SplitError(
            f"the {len(rows):,} outcomes in {told_by.column} are all the same, and measuring takes both"
        )
    return rows, won[rows] == 1


def _known_outcomes(model: "TableModel", table: "Table", label: str | None) -> "tuple[Any, Any]":
    known = _outcomes(model, table, label)
    if known is None:
        raise ColumnsMissingError(table.file, 1, model.facts.label.column)
    return known


def _show_columns(prepared: "Prepared") -> None:
    """What each column was taken for, on standard error."""
    grid = Grid("column", "kind", "filled", "values", "ROC-AUC alone", "left out, and why")
    rows = prepared.table.rows
    for column in prepared.columns:
        alone = prepared.screened.strengths.get(column.name)
        why = "the label" if column.name == prepared.label.column else prepared.excluded.get(column.name, "")
        share = f"{column.filled / rows:.0%}"
        grid.add_row(
            column.name, column.kind, share, f"{column.distinct:,}", f"{alone:.3f}" if alone else "", why
        )
    Console(stderr=True).print(grid)


def _show_strange(strange: "Sequence[Met]") -> None:
    """What in a file the model can't use, on standard error."""
    for one in strange:
        what = (
            f"{one.new:,} rows have a rare or new value"
            if one.new
            else f"{one.unreadable:,} values can't be read"
        )
        typer.echo(f"Note: {one.input}: {what}", err=True)


def _show_measures(metrics: Mapping[str, float], intervals: Mapping[str, tuple[float, float]]) -> None:
    for measure, value in metrics.items():
        low, high = intervals[measure]
        typer.echo(f"  {measure:<20} {value:.4f}   ({low:.4f} to {high:.4f})")
