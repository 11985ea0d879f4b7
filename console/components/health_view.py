"""What the Health page shows of a tenant: what is wrong, and each agent's vitals."""

from collections.abc import Sequence
from typing import Any

from dash import html

from console.addresses import path_to
from console.components import words
from console.components.bars import activity
from console.components.icon import icon
from console.reads import QUIET_AFTER_S, SILENT_AFTER_S
from console.troubles import Forecast, Trouble, forecast
from console.vitals import Vitals
from tenants.modes import Mode

Component = Any
_NOT_KNOWN = html.Span("\N{EN DASH}", className="faint", title="not known")


def verdict(found: Sequence[Trouble], agents: Sequence[Vitals], *, tenant: str) -> Component:
    """What is wrong, if anything, and what to do. Not knowing is a state of its own."""
    if found:
        return html.Ul([_trouble(one, tenant) for one in found], className="troubles")
    alive = sum(one.alive for one in agents)
    if alive:
        oldest = max((one.oldest_s or 0.0 for one in agents), default=0.0)
        waits = (
            f"nothing has waited for longer than {words.roughly(oldest)}" if oldest >= 1 else "nothing waits"
        )
        desks = "1 desk works" if alive == 1 else f"{alive} desks work"
        return _said("alive", "done", "Nothing is wrong", f"{desks} for this tenant, and {waits}.")
    if any(one.waiting for one in agents):
        text = "Something has just come, and no desk is awake yet: that takes some seconds."
        return _said("snoozed", "unknown", "Waking up", text)
    text = "Nothing waits, and no desk is awake. Desks wake up when something comes."
    return _said("snoozed", "unknown", "Asleep", text)


def _said(drawing: str, status: str, title: str, text: str) -> Component:
    return html.P(
        [html.Span([icon(drawing), html.Strong(title)], className=f"status status-{status}"), f" {text}"]
    )


def _trouble(one: Trouble, tenant: str) -> html.Li:
    drawing, status = ("failed", "failed") if one.kind == "bad" else ("warning", "retrying")
    word = "Wrong" if one.kind == "bad" else "Look at it"
    way: Any = None
    if one.page:
        way = html.A(f"Open {one.page.capitalize()}", href=path_to(tenant, one.page))
    elif one.command:
        way = html.Code(one.command)
    return html.Li(
        [
            html.Span([icon(drawing), word], className=f"status status-{status}"),
            html.Div([html.Div(one.text), html.Div([one.remedy, " ", way], className="faint")]),
        ]
    )


def agents_table(agents: Sequence[Vitals]) -> Component:
    """A line for each agent: signs of life, what waits, what was done, how long it took, and when all is done."""
    heads = (
        "Agent",
        "Sign of life",
        "Backlog",
        "Last hour",
        "Failed",
        "Took",
        "Waited",
        "Under way",
        "Worked off",
    )
    return html.Table(
        [
            html.Thead(html.Tr([html.Th(head, scope="col") for head in heads])),
            html.Tbody([_line(one) for one in agents]),
        ],
        className="vitals",
    )


def _line(one: Vitals) -> html.Tr:
    hour = one.hour
    return html.Tr(
        [
            html.Th([html.Div(one.face.title, className="agent-title"), _switch(one)], scope="row"),
            html.Td(life(one)),
            html.Td(_waits(one)),
            html.Td(_throughput(one)),
            html.Td(_failed(hour.failed, hour.ended)),
            html.Td(_halves(hour.took_s)),
            html.Td(_halves(hour.waited_s)),
            html.Td(_under_way(one)),
            html.Td(_forecast(forecast(one))),
        ]
    )


def _switch(one: Vitals) -> Component:
    if one.mode is Mode.ON:
        return None
    return html.Span([icon("held"), one.mode.value.capitalize()], className="status status-held")


def life(one: Vitals) -> Component:
    """How its desks are: alive, quiet, silent, or none that is known of, which is never green."""
    age = one.seen_age_s
    if age is None:
        if one.waiting:
            return badge("unknown", "retrying", "No desk known")
        return badge("snoozed", "unknown", "Asleep")
    shown = sign_of_life(age)
    others = len(one.desks) - 1
    count = f"{one.alive} of {len(one.desks)} desks" if others else ""
    return html.Div([shown, html.Div(count, className="faint") if count else None])


def sign_of_life(age_s: float) -> html.Span:
    """How long ago a desk was heard of: lately, or one starts to wonder, or to worry."""
    if age_s < QUIET_AFTER_S:
        return badge("alive", "done", words.ago(age_s))
    if age_s < SILENT_AFTER_S:
        return badge("warning", "retrying", f"Quiet, {words.ago(age_s)}")
    return badge("unknown", "failed", f"Silent, {words.ago(age_s)}")


def badge(drawing: str, status: str, word: str) -> html.Span:
    """A word with its drawing and its colour."""
    return html.Span([icon(drawing), word], className=f"status status-{status}")


def _waits(one: Vitals) -> Component:
    if not one.lanes and not one.face.topic:
        return html.Span("unknown", className="faint")
    if not one.waiting:
        return (
            html.Span("More before it", className="faint")
            if one.is_more
            else html.Span("0", className="faint")
        )
    plus = "+" if one.is_more else ""
    kinds = [f"{one.events:,} events"] if one.events else []
    kinds += [f"{one.retries:,} for another try"] if one.retries else []
    oldest = f"oldest {words.roughly(one.oldest_s)}" if one.oldest_s is not None else ""
    return html.Div(
        [
            html.Div(f"{one.waiting:,}{plus}", className="figure strong", title=", ".join(kinds)),
            html.Div(oldest, className="faint"),
        ]
    )


def _throughput(one: Vitals) -> Component:
    runs = sum(one.hour.runs)
    a_minute = runs / max(one.hour.reach_s / 60, 1)
    lately = f"{a_minute:,.0f}" if a_minute >= 10 else f"{a_minute:,.1f}"
    since = "" if one.hour.reach_s >= 3600 else f", counted for {words.roughly(one.hour.reach_s)}"
    return html.Div(
        [activity(one.hour.runs, one.hour.failures), html.Div(f"{lately} a minute{since}", className="faint")]
    )


def _failed(failed: int, ended: int) -> Component:
    if not ended:
        return _NOT_KNOWN
    share = words.percent(failed / ended)
    if not failed:
        return html.Span("0%", className="faint")
    return html.Span(
        [icon("failed"), share], className="status status-failed", title=f"{failed:,} of {ended:,}"
    )


def _halves(seconds: tuple[float, float] | None) -> Component:
    """The time that half of them kept within, and 19 of 20."""
    if seconds is None:
        return _NOT_KNOWN
    half, most = seconds
    return html.Div(
        [
            html.Div(words.duration(half), className="figure", title="half of them took no longer (p50)"),
            html.Div(f"p95 {words.duration(most)}", className="faint", title="19 of 20 took no longer"),
        ]
    )


def _under_way(one: Vitals) -> Component:
    at_desks = f"{one.in_flight:,} at its desks" if one.in_flight is not None else "no desk tells"
    return html.Div(
        [html.Div(f"{one.hour.running:,}", className="figure"), html.Div(at_desks, className="faint")]
    )


def _forecast(one: Forecast) -> Component:
    if one.seconds is None:
        return badge("warning", "retrying", "Not at this rate")
    if one.seconds == 0:
        return html.Span("Nothing waits", className="faint")
    return html.Div([html.Div(str(one)), html.Div("at the rate of the last 10 min", className="faint")])
