"""The Insights page: what has become of leads, why some stand still, what they cost, what other cut-offs would do."""

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import dash_mantine_components as dmc
from dash import html

from console.addresses import path_to
from console.components import filters
from console.components.funnel import funnel
from console.components.grid import live
from console.components.insights_view import (
    answers_table,
    costs_table,
    leads_view,
    origins_table,
    reasons_view,
)
from console.components.notices import nothing_yet
from console.components.whatif_view import what_if_view
from console.insights import LEADS_TRIED, Chosen, Seen, answers, scored, seen
from console.page import Component, Page, View
from console.whatif import FIELDS, by_tier, tried, what_if
from tenants.store import insights
from tenants.store.tenants import config_of

_LEADS_SHOWN = 100
_LEADS_KEPT_S = _TRIED_KEPT_S = 30.0
_LISTED = ("stage", "hold", "reason")
_OPTIONS_SHOWN = 100


async def parts(view: View) -> Mapping[str, Component]:
    """All that is known of the leads of some days."""
    chosen = Chosen.of(view.query)
    everything = await seen(view, chosen.days)
    found = everything.narrowed(chosen)
    told = await answers(view, chosen.wait)
    return {
        "seen": everything,
        "funnel": _funnel(view, found),
        "reasons": reasons_view(found, _links(view)),
        "leads": await _leads(view, chosen, found),
        "origins": origins_table(found, _links(view)),
        "costs": costs_table(found, view.reads.agent_title, is_narrow=chosen.is_narrow),
        "answers": answers_table(by_tier(told), chosen.wait),
        "what-if": await _what_if(view, chosen),
    }


def frame(view: View, drawn: Mapping[str, Component]) -> Component:
    """The funnel and what holds leads above; then where they come from, costs, answers, and other cut-offs."""
    known: Seen = drawn["seen"]
    return html.Div(
        [
            html.Div(
                [
                    html.H1("Insights"),
                    dmc.Anchor("Ranked prospects", href=path_to(view.tenant.name, "pipeline")),
                ],
                className="heading",
            ),
            html.Div(
                [
                    filters.one_of(
                        "days", "Days", {"7": "7", "": "30", "90": "90", "365": "365"}, view.query
                    ),
                    _select("source", "Source", sorted({one.source for one in known.origins}), view.query),
                    _select(
                        "icp",
                        "ICP version",
                        list(map(str, sorted({one.icp_version for one in known.origins}, reverse=True))),
                        view.query,
                    ),
                ],
                className="filters filters-line",
            ),
            live("funnel", drawn, className="panel"),
            html.H2("Where leads stand still, and why"),
            live("reasons", drawn, className="panel panel-padded"),
            live("leads", drawn, className="panel panel-padded maybe"),
            html.H2("By source and ICP version"),
            live("origins", drawn, className="panel panel-padded"),
            html.H2("What it cost"),
            live("costs", drawn, className="panel panel-padded"),
            html.Div(
                [
                    html.H2("Answers by tier"),
                    filters.one_of(
                        "wait", "Answered within days", {"14": "14", "30": "30", "": "90"}, view.query
                    ),
                ],
                className="filters filters-line",
            ),
            live("answers", drawn, className="panel panel-padded"),
            *_cut_offs(view, drawn),
        ],
        className="page",
        key="insights",
    )


def _cut_offs(view: View, drawn: Mapping[str, Component]) -> list[Component]:
    now = config_of(view.tenant).tiers
    bounds = {"fit": now.fit, "intent": now.intent}
    without = {name: value for name, value in view.query.items() if name not in FIELDS}
    return [
        html.Div(
            [
                html.H2("What if cut-offs were others"),
                html.Span("Nothing is changed here.", className="faint"),
                dmc.Anchor("As configured", href=_address(view, without)),
                dmc.Anchor("Whether scores are inflated", href=path_to(view.tenant.name, "models")),
            ],
            className="heading",
        ),
        html.Div(
            [
                html.Div(
                    [_bound(name, *about, bounds, view.query) for name, about in FIELDS.items()],
                    className="filters cut-offs",
                ),
                html.P(
                    [
                        "Fit alone makes C, B and A; warm intent lifts a lead by one tier and hot intent by two. ",
                        "Where they are configured: under ",
                        html.Code("tiers"),
                        f" in the configuration of {view.tenant.name}. ",
                        html.Code(f"leadmill model cutoffs {view.tenant.name}"),
                        " proposes some by what a team can work.",
                    ],
                    className="faint",
                ),
                live("what-if", drawn),
            ],
            className="panel panel-padded",
        ),
    ]


def _bound(
    name: str, label: str, kind: str, place: int, bounds: Mapping[str, Any], query: Mapping[str, str]
) -> Component:
    return dmc.TextInput(
        id={"filter": name},
        label=label,
        value=query.get(name, ""),
        placeholder=str(bounds[kind][place]),
        debounce=300,
        size="xs",
        w=120,
        attributes={
            "input": {"type": "number", "min": "0", "max": "1", "step": "0.05", "inputMode": "decimal"}
        },
    )


def _funnel(view: View, found: Seen) -> Component:
    counts = found.counts
    if not counts["sourced"]:
        return nothing_yet(
            "No lead has come in in these days",
            "Bring leads in from a file or a provider, or look at more days.",
            f"leadmill source {view.tenant.name} leads.csv",
        )
    rows = [
        {"stage": stage, "hold": hold, "reason": reason, "leads": leads}
        for stage, hold, reason, leads in found.reasons
    ]
    return funnel(counts, rows)


async def _leads(view: View, chosen: Chosen, found: Seen) -> Component:
    """The leads that stand still where the address says, if it says so."""
    if chosen.hold is None:
        return None

    async def read() -> list[Mapping[str, Any]]:
        async with view.session() as session:
            return await insights.leads(session, chosen.wanted(found), limit=_LEADS_SHOWN)

    rows = await view.reads.remembered.fresh((view.tenant.id, "held", chosen), _LEADS_KEPT_S, read)
    said = chosen.reason or chosen.hold.replace("_", " ")
    without = {name: value for name, value in view.query.items() if name not in _LISTED}
    return leads_view(
        rows,
        f"{said[:1].upper()}{said[1:]}",
        most=_LEADS_SHOWN,
        of_lead=lambda name: f"{path_to(view.tenant.name, 'lead')}?{urlencode({'lead': name})}",
        away=_address(view, without),
    )


async def _what_if(view: View, chosen: Chosen) -> Component:
    now = config_of(view.tenant).tiers
    then, wrong = tried(view.query, now)
    if then is None:
        return html.P(wrong, className="objection", role="alert")
    leads = await scored(view, chosen.days)
    told = await answers(view, chosen.wait)
    found = await view.reads.remembered.fresh(
        (view.tenant.id, "what-if", chosen.days, chosen.wait, now, then),
        _TRIED_KEPT_S,
        lambda: asyncio.to_thread(what_if, leads, told, now, then),
    )
    drawn = (
        html.P(f"{LEADS_TRIED:,} leads were drawn of more.", className="faint")
        if len(leads) == LEADS_TRIED
        else None
    )
    return html.Div([what_if_view(found, now, then, view.tenant.name), drawn])


def _links(view: View) -> Any:
    """Addresses of this page, as it is asked now but for what is said otherwise."""
    return lambda **other: _address(view, {**view.query, **other})


def _address(view: View, query: Mapping[str, str]) -> str:
    path = path_to(view.tenant.name, "insights")
    return f"{path}?{urlencode(query)}" if query else path


def _select(name: str, label: str, options: list[str], query: Mapping[str, str]) -> Component:
    chosen = query.get(name) or None
    shown = options[:_OPTIONS_SHOWN]
    return dmc.Select(
        id={"filter": name},
        data=shown if chosen is None or chosen in shown else [*shown, chosen],
        value=chosen,
        placeholder=label,
        clearable=True,
        searchable=True,
        size="xs",
        w=190,
        attributes={"input": {"aria-label": label}},
    )


PAGE = Page(slug="insights", title="Insights", icon="insights", order=18, frame=frame, parts=parts)
