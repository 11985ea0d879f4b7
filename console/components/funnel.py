"""The funnel: how many leads came how far, and why the others stand still."""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from console.components.icon import icon
from tenants.records import Stage

_STAGES = {
    Stage.SOURCED: "Sourced",
    Stage.ENRICHED: "Enriched",
    Stage.CONTACTABLE: "Contactable",
    Stage.SCORED: "Scored",
}
_HOLDS = {
    "skipped": "skipped",
    "failed": "failed",
    "snoozed": "snoozed",
    "awaiting_approval": "awaiting_approval",
}
_SHOWN = 3


def funnel(counts: Mapping[str, int], drop_offs: Sequence[Mapping[str, Any]]) -> html.Div:
    """The four stages side by side, each as tall as its share of all leads, with what was lost after it."""
    total = max(counts["sourced"], 1)
    stages = list(_STAGES)
    return html.Ol(
        [
            _step(stage, counts, total, following, [row for row in drop_offs if row["stage"] == stage])
            for stage, following in zip(stages, [*stages[1:], None], strict=True)
        ],
        className="funnel",
    )


def _step(
    stage: Stage,
    counts: Mapping[str, int],
    total: int,
    following: Stage | None,
    losses: Sequence[Mapping[str, Any]],
) -> html.Li:
    here = counts[stage.value] / total
    there = counts[following.value] / total if following else here
    shape = {"--here": f"{100 * here:.2f}%", "--there": f"{100 * there:.2f}%"}
    return html.Li(
        [
            html.Div(
                [
                    html.Span(_STAGES[stage], className="funnel-name"),
                    html.Span(f"{counts[stage.value]:,}", className="funnel-count figure"),
                    html.Span(f"{here:.0%}", className="funnel-share faint")
                    if stage is not Stage.SOURCED and counts["sourced"]
                    else None,
                ],
                className="funnel-head",
            ),
            html.Div(
                html.Div(style=shape, className="funnel-shape"),
                className="funnel-band",
                **{"aria-hidden": "true"},
            ),
            html.Ul(
                [_loss(row) for row in losses[:_SHOWN]] + _rest(losses[_SHOWN:]), className="funnel-losses"
            ),
        ]
    )


def _loss(row: Mapping[str, Any]) -> html.Li:
    hold = _HOLDS.get(row["hold"], "unknown")
    reason = row["reason"] or row["hold"].replace("_", " ")
    return html.Li(
        [
            icon(hold),
            html.Span(f"{row['leads']:,}", className="figure"),
            html.Span(reason, className="funnel-reason"),
        ],
        className=f"loss status-{hold.replace('_', '-')}",
        title=f"{row['leads']:,} {row['hold'].replace('_', ' ')}: {reason}",
    )


def _rest(losses: Sequence[Mapping[str, Any]]) -> list[html.Li]:
    leads = sum(row["leads"] for row in losses)
    return [html.Li(f"and {leads:,} for other reasons", className="loss faint")] if leads else []
