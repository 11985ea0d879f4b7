"""The report of a model: one HTML file that needs nothing else, and the same as JSON beside it."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path

from pydantic import Field

from scoring_models.tables.drawing import bars, curves
from scoring_models.tables.evaluation import Evaluation, Value
from tenants.records import Record

MEASURE_NAMES = {
    "roc_auc": "ROC-AUC",
    "average_precision": "average precision",
    "brier": "Brier score",
    "ece": "calibration error",
    "lift_10": "lift at 10 %",
}
_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: #22262b; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
table { border-collapse: collapse; } td, th { padding: .2rem .9rem .2rem 0; text-align: left; vertical-align: top; }
th { font-weight: 600; border-bottom: 1px solid #c9ccd1; } td.number, th.number { text-align: right; }
.drawings { display: flex; flex-wrap: wrap; gap: 1rem; } .drawings svg { width: 22rem; }
svg text { font: 11px system-ui, sans-serif; fill: #22262b; } .quiet, svg text.quiet { color: #6b7280; fill: #6b7280; }
.verdict { border-left: 4px solid #1f6f8b; padding-left: .8rem; }
"""


class ColumnReport(Record):
    """What a column is, what it says alone, and why it was left out, if it was."""

    name: str
    kind: str
    filled: float
    distinct: int
    roc_auc: float | None
    left_out: str | None


class Report(Record):
    """All that a report tells."""

    model: str
    title: str
    verdict: str
    notes: tuple[str, ...] = ()
    facts: dict[str, str] = Field(default_factory=dict)
    evaluation: Evaluation
    baseline: Evaluation | None = None
    columns: tuple[ColumnReport, ...] = ()


def write_report(report: Report, path: Path) -> None:
    """The report as HTML, and as JSON in a file of the same name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.with_suffix(".html").write_text(as_html(report), encoding="utf-8")
    path.with_suffix(".json").write_text(report.model_dump_json(indent=1) + "\n", encoding="utf-8")


def as_html(report: Report) -> str:
    """The report as one HTML page."""
    parts = [
        f"<h1>{escape(report.title)}</h1>",
        f'<p class="verdict">{escape(report.verdict)}</p>',
        *(f"<p>{escape(note)}</p>" for note in report.notes),
        _measures(report),
        _drawings(report),
        _segments(report.evaluation),
        _columns(report.columns),
        _facts(report.facts),
    ]
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(report.title)}</title>'
        f"<style>{_STYLE}</style><body>{''.join(parts)}</body></html>\n"
    )


def _measures(report: Report) -> str:
    ours, base = report.evaluation, report.baseline
    heads = [
        "measure",
        "this model",
        "95 % interval",
        *(["logistic baseline", "95 % interval"] if base else []),
    ]
    lifts = {f"lift at {share} %": share for share in ours.lifts if share != "10"}
    rows = [
        [name, *_told(ours.measures[key]), *(_told(base.measures[key]) if base else [])]
        for key, name in MEASURE_NAMES.items()
    ] + [
        [name, *_told(ours.lifts[share]), *(_told(base.lifts[share]) if base else [])]
        for name, share in lifts.items()
    ]
    on = f"{ours.rows:,} leads, {ours.positives:,} of them won ({ours.positives / ours.rows:.1%})"
    return f"<h2>Measures</h2><p>On {on}.</p>{_table(heads, rows)}"


def _drawings(report: Report) -> str:
    ours, base = report.evaluation, report.baseline
    gains = [("this model", ours.gains), *([("logistic baseline", base.gains)] if base else [])]
    reliability = [(one.said, one.happened) for one in ours.bins]
    drawn = (
        curves(
            "Gains", "leads worked, best first", "won leads found", [*gains, ("by chance", ((0, 0), (1, 1)))]
        ),
        curves(
            "Calibration",
            "what the model said",
            "what happened",
            [("ten groups of leads", reliability), ("as it should be", ((0, 0), (1, 1)))],
            dots=True,
        ),
        bars("Probabilities", "probability", "leads", ours.spread, ("won", "lost")),
    )
    return f'<h2>Gains, calibration, probabilities</h2><div class="drawings">{"".join(drawn)}</div>'


def _segments(evaluation: Evaluation) -> str:
    if not evaluation.segments:
        return ""
    rows = [
        [
            one.column,
            one.value or "(missing)",
            f"{one.rows:,}",
            f"{one.base_rate:.1%}",
            f"{one.said:.1%}",
            *(_told(one.roc_auc) if one.roc_auc else ["too few", ""]),
        ]
        for one in evaluation.segments
    ]
    heads = ["column", "value", "leads", "won", "said", "ROC-AUC", "95 % interval"]
    return f"<h2>By segment</h2>{_table(heads, rows, words=2)}"


def _columns(columns: Sequence[ColumnReport]) -> str:
    if not columns:
        return ""
    rows = [
        [
            one.name,
            one.kind,
            one.left_out or "",
            f"{one.filled:.0%}",
            f"{one.distinct:,}",
            f"{one.roc_auc:.3f}" if one.roc_auc is not None else "",
        ]
        for one in columns
    ]
    heads = ["column", "kind", "left out, and why", "filled", "values", "ROC-AUC alone"]
    return f"<h2>Columns</h2>{_table(heads, rows, words=3)}"


def _facts(facts: Mapping[str, str]) -> str:
    if not facts:
        return ""
    return f"<h2>Where it comes from</h2>{_table(['', ''], [[name, value] for name, value in facts.items()], words=2)}"


def _told(value: Value) -> list[str]:
    return [f"{value.value:.3f}", f"{value.low:.3f} to {value.high:.3f}"]


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]], *, words: int = 1) -> str:
    """A table whose first columns are words, and the others numbers."""

    def line(tag: str, cells: Sequence[str]) -> str:
        made = (
            f"<{tag}{' class=number' if at >= words else ''}>{escape(cell)}</{tag}>"
            for at, cell in enumerate(cells)
        )
        return f"<tr>{''.join(made)}</tr>"

    return f"<table>{line('th', heads)}{''.join(line('td', row) for row in rows)}</table>"
