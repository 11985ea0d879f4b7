"""The Lead page: one lead's journey over all agents, and where everything that is known of it comes from."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import dash_mantine_components as dmc
from dash import html

from console import timeline
from console.addresses import path_to
from console.components import filters, words
from console.components.badges import status_badge, tier_badge
from console.components.bars import reason_bars
from console.components.facts import contact_facts, facts
from console.components.findings_view import findings_view
from console.components.grid import live
from console.components.json_view import json_view
from console.components.notices import no_match, not_there, nothing_chosen
from console.components.timeline_view import timeline_view
from console.cursors import uuid_of
from console.faults import NotFound
from console.page import Component, Detail, Page, View, deeds
from console.pinning import ask_pin, pin, pin_view, unpin
from console.reads import Record
from tenants.approvals import ActKind
from tenants.people import Right
from tenants.store import journeys, pages, tenants
from tenants.store.journeys import MOST_RUNS, Journey

FOUND_LIMIT = 20
_STATES = {
    "sent": ("done", "went out"),
    "sending": ("running", "is going out"),
    "not_sent": ("failed", "did not go out"),
    "maybe_sent": ("retrying", "may have gone out: the service is asked"),
    "cannot_tell": ("failed", "nobody can tell"),
}


async def parts(view: View) -> Mapping[str, Component]:
    """The leads that were searched for, and the one that is looked at."""
    text = view.query.get("find", "").strip()[:100].replace("\0", "")
    lead_id = uuid_of(view.query["lead"]) if view.query.get("lead") else None
    async with view.session() as session:
        found = await journeys.found(session, text, limit=FOUND_LIMIT) if text else []
        journey = await journeys.of_lead(session, lead_id) if lead_id is not None else None
        policies = (await tenants.configuration(session)).fields
        now = await pages.now(session)
    drawn: dict[str, Component] = {"found": _found(view, text, found)}
    if journey is not None:
        lanes = timeline.lanes(journey.runs, journey.approvals, now)
        drawn |= {
            "head": _head(journey, lanes),
            "journey": _journey(view, journey, lanes),
            "known": _known(journey, policies),
        }
    elif lead_id is not None:
        drawn["missing"] = not_there("There is no such lead, or its company was removed.")
    elif not text:
        drawn["missing"] = nothing_chosen(
            "Which lead?", "Search by company, domain or address; every other page leads here as well."
        )
    return drawn


def frame(view: View, drawn: Mapping[str, Component]) -> Component:
    """The search above; the journey, then what is known."""
    search = filters.words(
        "find", "Find a lead", view.query, placeholder="Company, domain or address", width=280
    )
    if "journey" in drawn:
        content = [
            live("head", drawn),
            live("journey", drawn, className="panel padded"),
            live("known", drawn),
        ]
    else:
        content = [html.Div(drawn.get("missing"), className="panel") if "missing" in drawn else None]
    return html.Div(
        [
            html.Div([html.H1("Lead"), html.Div(className="spread"), search], className="heading"),
            live("found", drawn),
            *content,
        ],
        className="page",
        key="lead",
    )


async def detail(view: View, run_id: UUID) -> Detail:
    """One run of the lead: what it was told, whom it asked, what came of it, and how to replay it."""
    journey = None
    async with view.session() as session:
        if view.query.get("lead"):
            journey = await journeys.of_lead(session, uuid_of(view.query["lead"]))
    run = next((one for one in journey.runs if one["id"] == run_id), None) if journey else None
    if journey is None or run is None:
        raise NotFound("There is no such run of this lead.")
    calls = [one for one in journey.calls if one["run_id"] == run_id]
    title = html.Span(
        [view.reads.agent_title(run["agent"]), status_badge(run["status"])], className="drawer-title"
    )
    body = [
        facts(
            [
                ("Reason", run["reason"]),
                ("Began", words.stamp(run["started_at"])),
                ("Ended", words.stamp(run["finished_at"])),
                ("Goes on at", words.stamp(run["due_at"])),
                ("Attempt", run["attempt"]),
                ("Cost", words.dollars(run["cost"])),
                ("Event", f"{run['topic']} on lane {run['lane']}"),
                ("Run id", html.Code(str(run["id"]))),
            ]
        ),
        _calls(calls),
        html.Section(
            [
                html.H3("Replay"),
                html.P(
                    "Done again from what it was told, without asking anybody or saving anything; --with a file of "
                    "changes shows what would come out otherwise."
                ),
                html.Pre(f"leadmill replay {run['id']}", className="command"),
            ]
        )
        if run["is_recorded"]
        else None,
        json_view("Error", run["error"]),
        json_view("Input", run["input"]),
        json_view("Output", run["output"]),
        json_view("Versions", run["versions"]),
    ]
    return Detail(title, html.Div(body, className="detail"))


def _head(journey: Journey, lanes: Sequence[timeline.Lane]) -> Component:
    lead = journey.lead
    spent = sum(one["cost"] for one in journey.runs)
    standing = f"{lead['hold'].replace('_', ' ')}: {lead['hold_reason'] or ''}" if lead["hold"] else "goes on"
    if lead["stage"] == "scored" and not lead["hold"]:
        standing = "came all the way"
    return html.Div(
        [
            html.H2([lead["company"], tier_badge(lead["tier"])], className="lead-name"),
            html.Dl(
                [
                    _number("Stage", lead["stage"]),
                    _number("Stands", standing),
                    _number("Score", lead["score"] if lead["score"] is not None else "\N{EN DASH}"),
                    _number("Worked on", words.duration(sum(lane.seconds("work") for lane in lanes))),
                    _number(
                        "Waited", words.duration(sum(lane.seconds("wait", "person", "off") for lane in lanes))
                    ),
                    _number("Cost", words.dollars(spent)),
                ]
            ),
        ],
        className="lead-head headline",
    )


def _number(name: str, value: object) -> Component:
    return html.Div([html.Dt(name), html.Dd(str(value), className="figure")])


def _journey(view: View, journey: Journey, lanes: Sequence[timeline.Lane]) -> Component:
    if not lanes:
        return html.P("No agent has done anything for this lead yet.", className="faint")
    here = path_to(view.tenant.name, "lead")
    lead = {"lead": journey.lead["id"]}

    def href_of(run_id: UUID) -> str:
        return f"{here}?{urlencode({**lead, 'open': run_id})}"

    cut = f"The first {MOST_RUNS:,} runs are shown." if len(journey.runs) >= MOST_RUNS else None
    return html.Section(
        [
            html.H2("Journey"),
            timeline_view(lanes, title_of=view.reads.agent_title, href_of=href_of),
            html.P(cut, className="faint") if cut else None,
            _approvals(view, journey),
        ]
    )


def _known(journey: Journey, policies: Mapping[str, Any]) -> Component:
    return html.Div(
        [
            html.Div([_score(journey.lead), _contact(journey)], className="two-columns"),
            html.Section(
                [
                    html.H2("What was found, and why it stands"),
                    html.Div(findings_view(journey.findings, policies), className="scrolled", tabIndex="0")
                    if journey.findings
                    else html.P(
                        "Nothing was found by a provider: what is known came with the list.",
                        className="faint",
                    ),
                ],
                className="panel padded",
            ),
            html.Div([_signals(journey.signals), _effects(journey.effects)], className="two-columns"),
        ],
        className="known",
    )


def _score(lead: Record) -> Component:
    body: list[Component]
    if lead["score"] is None:
        body = [html.P("It is not scored yet.", className="faint")]
    else:
        figures = [
            ("Score", html.Span(str(lead["score"]), className="figure")),
            ("Fit", words.percent(lead["fit"])),
            ("Intent", words.percent(lead["intent"])),
            ("Sequence", lead["sequence"]),
            ("Model", lead["model"]),
            ("Scored", words.stamp(lead["scored_at"])),
        ]
        body = [facts(figures), pin_view(lead), html.H3("Why"), reason_bars(lead["reasons"] or [])]
    return html.Section([html.H2("Score"), *body], className="panel padded")


def _contact(journey: Journey) -> Component:
    lead = journey.lead
    if lead["contact"] is None:
        return html.Section(
            [html.H2("Contact"), html.P("Nobody was found yet.", className="faint")], className="panel padded"
        )
    checks = [one for one in journey.findings if one["field"] == "email_status" and one["value"] is not None]
    return html.Section(
        [
            html.H2("Contact"),
            contact_facts(lead),
            html.H3("How the address was verified"),
            *([_check(one) for one in checks] or [html.P("Nobody has verified it.", className="faint")]),
        ],
        className="panel padded",
    )


def _check(one: Record) -> Component:
    said = (
        html.Pre(one["quote"], className="json", tabIndex="0", **{"aria-label": "Transcript"})
        if one["quote"]
        else None
    )
    line = f"{one['provider']}: {str(one['value']).replace('_', ' ')}, {one['confidence']:.0%} sure"
    return html.Div([html.P(f"{line}. {one['evidence']}"), said])


def _signals(found: Sequence[Record]) -> Component:
    lines = [
        html.Li(
            [
                html.Time(f"{one['on']:%Y-%m-%d}", className="figure"),
                html.Span(one["kind"].replace("_", " "), className="faint"),
                html.A(one["title"], href=one["url"], target="_blank", rel="noopener noreferrer")
                if str(one["url"] or "").startswith(("http://", "https://"))
                else html.Span(one["title"]),
                html.Span(f"by {one['source']}", className="faint"),
            ]
        )
        for one in found
    ]
    body = (
        html.Ul(lines, className="signals")
        if lines
        else html.P("Nothing is known to have happened.", className="faint")
    )
    return html.Section([html.H2("What happened there"), body], className="panel padded")


def _effects(found: Sequence[Record]) -> Component:
    lines = []
    for one in found:
        status, word = _STATES.get(one["state"], ("unknown", one["state"]))
        reference = (one["receipt"] or {}).get("reference")
        lines.append(
            html.Li(
                [
                    status_badge(status) if status != "unknown" else None,
                    html.Span(f"{one['kind']} by {one['provider']} {word}"),
                    html.Span(f"tries: {one['tries']}", className="faint") if one["tries"] > 1 else None,
                    html.Code(reference) if reference else None,
                    html.Span(one["reason"], className="faint") if one["reason"] else None,
                    html.Time(words.stamp(one["settled_at"] or one["created_at"]), className="faint"),
                ]
            )
        )
    body = html.Ul(lines, className="signals") if lines else html.P("Nothing went out.", className="faint")
    return html.Section([html.H2("What went out"), body], className="panel padded")


def _approvals(view: View, journey: Journey) -> Component:
    if not journey.approvals:
        return None
    lines = []
    for one in journey.approvals:
        kinds = ", ".join(dict.fromkeys(ActKind(act["kind"]).replace("_", " ") for act in one["acts"]))
        who = f" by {one['decided_by']}" if one["decided_by"] else ""
        why = f": {one['reason']}" if one["reason"] else ""
        query = {"open": one["id"], **({} if one["status"] == "pending" else {"show": "decided"})}
        href = f"{path_to(view.tenant.name, 'approvals')}?{urlencode(query)}"
        lines.append(html.Li([dmc.Anchor(kinds, href=href), f" {one['status']}{who}{why}"]))
    return html.Div([html.H3("Approvals"), html.Ul(lines)])


def _calls(calls: Sequence[Record]) -> Component:
    if not calls:
        return html.P("No call of it was billed.", className="faint")
    heads = ("Provider", "Question", "Came to", "Tries", "Cost")
    rows = [
        html.Tr(
            [
                html.Th(one["provider"], scope="row"),
                html.Td(one["question"]),
                html.Td({True: "a hit", False: "a miss", None: one["state"]}[one["is_hit"]]),
                html.Td(f"{one['tries']}", className="figure"),
                html.Td(words.dollars(one["cost"]), className="figure"),
            ]
        )
        for one in calls
    ]
    head = html.Thead(html.Tr([html.Th(word, scope="col") for word in heads]))
    return html.Section([html.H3("Billed calls"), html.Table([head, html.Tbody(rows)], className="diff")])


def _found(view: View, text: str, found: Sequence[Record]) -> Component:
    if not text:
        return None
    if not found:
        return html.Div(no_match("leads"), className="panel")
    here = path_to(view.tenant.name, "lead")
    lines = [
        html.Li(
            [
                dmc.Anchor(
                    one["company"], href=f"{here}?{urlencode({'lead': one['id']})}", className="strong"
                ),
                tier_badge(one["tier"]) if one["tier"] else None,
                html.Span(
                    " · ".join(
                        filter(
                            None, [one["domain"], one["country"], one["contact"], one["stage"], one["hold"]]
                        )
                    ),
                    className="faint",
                ),
            ]
        )
        for one in found
    ]
    more = html.P("Only the best matches are shown: write more of the name.", className="faint more")
    return html.Div(
        [html.Ul(lines, className="signals"), more if len(found) == FOUND_LIMIT else None],
        className="panel padded",
    )


PAGE = Page(
    slug="lead",
    title="Lead",
    icon="journey",
    order=12,
    frame=frame,
    parts=parts,
    detail=detail,
    deeds=deeds(Right.OPERATE, ask_pin=ask_pin, pin=pin, unpin=unpin),
)
