"""Bars: small drawings of figures that stand beside them as text."""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html


def activity(runs: Sequence[int], failures: Sequence[int]) -> html.Div:
    """The last hour in slices, oldest first: runs, and the failed ones among them."""
    most = max([*runs, 1])
    slices = [
        html.Span(
            html.Span(style={"height": f"{100 * bad / count:.0f}%"}) if bad and count else None,
            style={"height": f"{max(100 * count / most, 4 if count else 0):.0f}%"},
        )
        for count, bad in zip(runs, failures, strict=True)
    ]
    return html.Div(slices, className="activity", **{"aria-hidden": "true"})


def reason_bars(reasons: Sequence[Mapping[str, Any]]) -> html.Ol:
    """Why a lead is scored as it is: to the right what speaks for it, to the left what speaks against it."""
    most = max([abs(float(reason["contribution"])) for reason in reasons] + [1e-9])
    return html.Ol(
        [_reason(str(reason["text"]), float(reason["contribution"]), most) for reason in reasons],
        className="reasons",
    )


def _reason(text: str, contribution: float, most: float) -> html.Li:
    side = "for" if contribution >= 0 else "against"
    width = {"width": f"{50 * abs(contribution) / most:.1f}%"}
    return html.Li(
        [
            html.Div(
                [html.Span(text), html.Span(f"{contribution:+.2f}", className=f"figure reason-{side}")],
                className="reason-text",
            ),
            html.Div(
                html.Span(style=width, className=f"reason-{side}"),
                className="reason-bar",
                **{"aria-hidden": "true"},
            ),
        ]
    )


def trend(failures: Sequence[int]) -> html.Div:
    """Failures by slice of the last day, oldest first, with the figures in words for whoever points at them."""
    most = max([*failures, 1])
    slices = [
        html.Span(style={"height": f"{max(100 * count / most, 6 if count else 0):.0f}%"})
        for count in failures
    ]
    half = len(failures) // 2
    said = f"{sum(failures):,} in the last day, {sum(failures[half:]):,} of them in its second half"
    return html.Div(slices, className="activity trend", role="img", title=said, **{"aria-label": said})
