"""What the Health page shows of the mill: who works which lane, and the whole installation."""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from console.components import words
from console.components.facts import facts
from console.components.health_view import badge, sign_of_life
from console.reads import Record
from console.troubles import RELAY, SUPERVISOR, is_held
from console.vitals import Vitals, Whole

Component = Any
TENANTS_NAMED = 6
SHARES_SHOWN = 12


def lanes_table(agents: Sequence[Vitals], shared: Mapping[int, int]) -> Component:
    """Which desk works which lane for the tenant, and with how many others it shares that lane."""
    rows = [(one, lane) for one in agents for lane in one.lanes]
    if not rows:
        return html.P("Of no agent is it known what it reads.", className="faint")
    heads = ("Agent", "Lane", "Worked by", "Shared with", "Unread there", "Of that this tenant's")
    return html.Table(
        [
            html.Thead(html.Tr([html.Th(head, scope="col") for head in heads])),
            html.Tbody(
                [
                    html.Tr(
                        [
                            html.Td(one.face.title),
                            html.Td(str(lane["lane"]), className="figure"),
                            html.Td(_worked_by(one, lane)),
                            html.Td(_others(shared.get(lane["lane"]))),
                            html.Td(f"{lane['unread']:,}", className="figure"),
                            html.Td(f"{lane['own']:,}{'+' if lane['is_more'] else ''}", className="figure"),
                        ]
                    )
                    for one, lane in rows
                ]
            ),
        ],
        className="diff",
    )


def _worked_by(one: Vitals, lane: Record) -> Component:
    at_it = [desk["desk"] for desk in one.desks if lane["lane"] in desk["lanes"]]
    if at_it:
        return html.Code(", ".join(at_it))
    if lane["is_leased"] and lane["owner"]:
        # the lease names the desk, and which life of it
        return html.Code(lane["owner"].rpartition(":")[0] or lane["owner"])
    return html.Span("nobody just now", className="faint")


def _others(count: int | None) -> Component:
    if count is None:
        return html.Span("\N{EN DASH}", className="faint", title="not known")
    if not count:
        return html.Span("nobody", className="faint")
    return "1 other" if count == 1 else f"{count:,} others"


def whole_view(whole: Whole, titles: Mapping[str, str]) -> Component:
    """The installation: who has which role, the bus, the oldest item of all, desks with their tenants, and shares."""
    return html.Div(
        [
            facts(
                [
                    ("Supervisor", _role(whole, SUPERVISOR)),
                    ("Bus", _bus(whole)),
                    ("Relay", _role(whole, RELAY) if whole.bus["carrier"] == "kafka" else None),
                    ("Oldest item", _oldest(whole, titles)),
                ]
            ),
            html.H3("Who takes how much"),
            _shares(whole.shares),
            html.H3("Desks"),
            _desks(whole, titles),
        ],
        className="detail",
    )


def _role(whole: Whole, name: str) -> Component:
    role = whole.roles.get(name)
    if role is None:
        return badge("unknown", "unknown", "nobody has ever had this role")
    if not is_held(whole.roles, name):
        return badge("failed", "failed", "nobody")
    since = f" since {words.ago(role['since_s'])}," if role["since_s"] is not None else ""
    return html.Span(
        [
            badge("alive", "done", role["owner"]),
            html.Span(
                f"{since} for {words.roughly(role['left_s'])} more unless it is renewed", className="faint"
            ),
        ]
    )


def _bus(whole: Whole) -> str:
    if whole.bus["carrier"] != "kafka":
        return f"the log in PostgreSQL, {whole.bus['lanes']} lanes"
    return f"Kafka, {whole.bus['lanes']} lanes; {whole.bus['unpublished']:,} events not known to be there yet"


def _oldest(whole: Whole, titles: Mapping[str, str]) -> str:
    one = whole.oldest
    if one is None:
        return "nothing waits"
    of = f" of {one['label']}" if one["label"] else ""
    agent = titles.get(one["agent"], one["agent"])
    return f"an event{of} for {agent} on lane {one['lane']}, for {words.roughly(one['age_s'])}"


def _shares(shares: Sequence[Record]) -> Component:
    if not shares:
        return html.P("Nothing was done within the last hour.", className="faint")
    seconds = sum(row["seconds"] for row in shares) or 1.0
    heads = ("Tenant", "Share of the working time", "", "Runs")
    return html.Table(
        [
            html.Thead(
                html.Tr(
                    [
                        html.Th(head or html.Span("Share, drawn", className="unseen"), scope="col")
                        for head in heads
                    ]
                )
            ),
            html.Tbody(
                [
                    html.Tr(
                        [
                            html.Td(row["label"]),
                            html.Td(words.percent(row["seconds"] / seconds), className="figure"),
                            html.Td(
                                html.Div(
                                    html.Span(style={"width": f"{100 * row['seconds'] / seconds:.1f}%"}),
                                    className="score-bar",
                                    **{"aria-hidden": "true"},
                                )
                            ),
                            html.Td(
                                f"{'about ' if row['is_about'] else ''}{row['runs']:,}", className="figure"
                            ),
                        ]
                    )
                    for row in shares[:SHARES_SHOWN]
                ]
            ),
        ],
        className="diff shares",
    )


def _desks(whole: Whole, titles: Mapping[str, str]) -> Component:
    if not whole.desks:
        return html.P("No desk is awake.", className="faint")
    heads = ("Desk", "Agent", "Sign of life", "Under way", "Lanes", "Tenants on them")
    return html.Table(
        [
            html.Thead(html.Tr([html.Th(head, scope="col") for head in heads])),
            html.Tbody(
                [
                    html.Tr(
                        [
                            html.Td([html.Code(desk["desk"]), _back(desk)]),
                            html.Td(titles.get(desk["agent"], desk["agent"])),
                            html.Td(sign_of_life(desk["age_s"])),
                            html.Td("" if desk["in_flight"] is None else f"{desk['in_flight']:,}"),
                            html.Td(", ".join(map(str, desk["lanes"]))),
                            html.Td(_named(desk["tenants"] or ())),
                        ]
                    )
                    for desk in whole.desks
                ]
            ),
        ],
        className="diff",
    )


def _back(desk: Record) -> Component:
    return html.Span(" stands back", className="faint") if desk["stands_back"] else None


def _named(tenants: Sequence[str]) -> str:
    named = ", ".join(tenants[:TENANTS_NAMED])
    rest = len(tenants) - TENANTS_NAMED
    return f"{named} and {rest:,} more" if rest > 0 else named
