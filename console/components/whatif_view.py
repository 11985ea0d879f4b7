"""Tiers under other cut-offs, beside what holds now: leads, drawn, and answers to expect."""

from typing import Any

from dash import html

from console.components.badges import tier_badge
from console.shares import Share
from console.whatif import WhatIf
from tenants.policies import TierBounds

Component = Any


def what_if_view(found: WhatIf, now: TierBounds, then: TierBounds, tenant: str) -> Component:
    """How many leads would be in each tier, and how many answers that lets expect, beside what holds now."""
    if not found.leads:
        return html.P("No lead was scored in these days: there is nothing to try them on.", className="faint")
    most = max([1, *(max(one.now, one.then) for one in found.tiers)])
    heads = ("Tier", "Leads now", "Leads then", "Drawn", "Answered of those then in it", "Answers to expect")
    rows = [
        html.Tr(
            [
                html.Th(tier_badge(one.tier), scope="row"),
                html.Td(f"{one.now:,}"),
                html.Td([f"{one.then:,}", html.Span(_change(one.then - one.now), className="faint")]),
                html.Td([_bar(one.now, most, "now"), _bar(one.then, most, "then")], className="drawn"),
                html.Td(str(one.answered_then)),
                html.Td(_expected(one.then, one.answered_then)),
            ]
        )
        for one in found.tiers
    ]
    said = (
        "These are the cut-offs that hold now."
        if now == then
        else f"Of {found.leads:,} leads {found.up:,} would be in a better tier, and {found.down:,} in a worse one."
    )
    return html.Div(
        [
            html.P(said),
            html.Table(
                [html.Thead(html.Tr([html.Th(head, scope="col") for head in heads])), html.Tbody(rows)],
                className="diff figures-table",
            ),
            html.P(
                "Answers are to be expected as far as those who were written to have answered, and if these are "
                "written to as well.",
                className="faint",
            ),
            _how_to(then, tenant) if now != then else None,
        ]
    )


def _how_to(then: TierBounds, tenant: str) -> Component:
    return html.Div(
        [
            html.P(
                "Nothing was changed. To have it so, put this into the tenant's configuration and apply it:"
            ),
            html.Pre(
                f"tiers:\n  fit: {list(then.fit)}\n  intent: {list(then.intent)}\n\n"
                f"leadmill tenant apply {tenant} tenant.yaml",
                className="command",
            ),
        ]
    )


def _change(by: int) -> str:
    return f" {by:+,}".replace("-", "\N{MINUS SIGN}") if by else ""


def _bar(leads: int, most: int, kind: str) -> Component:
    return html.Div(
        html.Span(style={"width": f"{100 * leads / most:.1f}%"}, className=f"bar-{kind}"),
        className="share-bar",
        **{"aria-hidden": "true"},
    )


def _expected(leads: int, share: Share) -> str:
    if share.value is None:
        return "not known"
    low, high = share.interval
    return f"{leads * share.value:,.1f} ({leads * low:,.1f} to {leads * high:,.1f})"
