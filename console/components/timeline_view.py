"""A timeline: a line for each run, with work and waits apart, and what each came to."""

from collections.abc import Callable, Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import html

from console.components import words
from console.components.badges import status_badge
from console.timeline import Lane, Scale

_KINDS = {
    "work": "worked on",
    "wait": "waits",
    "person": "waits for a person",
    "off": "its agent is off",
}


def timeline_view(
    lanes: Sequence[Lane], *, title_of: Callable[[str], str], href_of: Callable[[Any], str]
) -> html.Div:
    """The lanes below each other on one scale, each with its figures, leading to its run."""
    scale = Scale(lanes)
    legend = html.P(
        [
            *(
                html.Span([html.Span(className=f"swatch stretch-{kind}"), word])
                for kind, word in _KINDS.items()
            ),
            html.Span("Long stretches are drawn shorter than they were.", className="faint"),
        ],
        className="timeline-legend",
    )
    lines = html.Ol([_line(lane, scale, title_of, href_of) for lane in lanes], className="timeline")
    return html.Div([lines, legend])


def _line(lane: Lane, scale: Scale, title_of: Callable[[str], str], href_of: Callable[[Any], str]) -> html.Li:
    run = lane.run
    waited = lane.seconds("wait", "person", "off")
    figures = [
        words.duration(lane.seconds("work")),
        f"waited {words.duration(waited)}" if waited >= 0.5 else None,
        words.dollars(run["cost"]) if run["cost"] else None,
    ]
    return html.Li(
        [
            html.Div(
                [
                    dmc.Anchor(title_of(run["agent"]), href=href_of(run["id"]), className="strong"),
                    status_badge(run["status"]),
                ],
                className="timeline-head",
            ),
            html.Div(
                [_stretch(one, scale) for one in lane.stretches],
                className="timeline-track",
                **{"aria-hidden": "true"},
            ),
            html.Div(" · ".join(filter(None, figures)), className="timeline-figures figure"),
            html.Div([_when(run), run["reason"] or ""], className="timeline-reason faint"),
        ]
    )


def _when(run: Any) -> html.Time:
    return html.Time(f"{run['started_at']:%d %b %H:%M:%S} UTC  ", dateTime=words.stamp(run["started_at"]))


def _stretch(one: Any, scale: Scale) -> html.Span:
    begin, end = scale.at(one.begin), scale.at(one.end)
    return html.Span(
        className=f"stretch-{one.kind}",
        style={"left": f"{begin:.2f}%", "width": f"{max(end - begin, 0.4):.2f}%"},
        title=f"{one.text}: {words.duration(one.seconds)}",
    )
