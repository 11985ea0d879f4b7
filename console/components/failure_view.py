"""Failures for the person who works them off: groups with their trends, one group, one run, and what can be done."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import dash_mantine_components as dmc
import orjson
from dash import html

from console.components import words
from console.components.bars import trend
from console.components.buttons import area_field, button, text_field, toggle
from console.components.facts import facts
from console.components.icon import icon
from console.components.json_view import json_view
from tenants.store.failures import Retry

Record = Mapping[str, Any]

SLICES = 24
MUTED_FOR = {"1 hour": 1, "1 day": 24, "7 days": 168}
_KINDS = {
    "transient": "waiting may help",
    "configuration": "a setting is to be changed",
    "data": "the input is at fault",
    "permanent": "it will never work",
}
_HEADS = ("What happened", "Agent", "Runs", "Leads", "Last day", "First", "Last", "Who")


def groups_table(
    groups: Sequence[Record], *, more: int, title_of: Callable[[str], str], href_of: Callable[[str], str]
) -> html.Div:
    """The groups, a line for each, leading to its runs; `more` smaller ones are only counted."""
    head = html.Thead(html.Tr([html.Th(word, scope="col") for word in _HEADS]))
    body = html.Tbody([_line(one, title_of(one["agent"]), href_of(one["fingerprint"])) for one in groups])
    return html.Div(
        [
            html.Table([head, body], className="agents failures"),
            html.P(f"and {more:,} smaller groups", className="faint more") if more > 0 else None,
        ]
    )


def group_view(group: Record, agent: str) -> html.Section:
    """What one group has in common, whom it hits, since when, and who looks after it."""
    kind = group["kind"] or ""
    muted = f"until {words.stamp(group['muted_until'])}" if group["is_muted"] else None
    common = [
        ("Agent", agent),
        ("Provider", group["provider"]),
        ("Error", group["class"]),
        ("Kind", f"{kind}: {_KINDS[kind]}" if kind in _KINDS else None),
    ]
    standing = [
        ("Leads", f"{group['leads']:,} stand still over it"),
        ("First", words.moment_ago(group["first_at"], group["first_age_s"])),
        ("Last", words.moment_ago(group["last_at"], group["last_age_s"])),
        ("Who", group["assignee"] or "nobody yet"),
        ("Muted", muted),
    ]
    return html.Section(
        [
            html.H2(_what(group)),
            html.Div([facts(common), facts(standing), trend(_trend(group))], className="group-facts"),
        ],
        className="panel group",
    )


def group_acts(fingerprint: str) -> html.Div:
    """What can be done about a whole group."""
    return html.Div(
        [
            button("Try all again …", "ask-retry", on=fingerprint, kind="main", drawing="retrying"),
            button("Resolve all …", "ask-resolve", on=fingerprint, drawing="resolved"),
            button("I look after it", "assign", on="me", drawing="user"),
            button("Nobody", "assign", on="nobody"),
            html.Div(
                [
                    text_field(
                        "assignee",
                        "Who looks after it",
                        placeholder="Somebody else",
                        width=130,
                        is_labelled=False,
                    ),
                    button("Give", "assign", on="named"),
                ],
                className="buttons",
                **{"data-enter": "assign"},
            ),
            html.Span("Mute for", className="faint"),
            *(button(span, "mute", on=span) for span in MUTED_FOR),
            button("Unmute", "mute", on="0"),
        ],
        className="buttons",
        key=fingerprint,
    )


def one_acts(run: Record) -> html.Div:
    """What can be done about one failed run: tried again as it was or otherwise, or resolved."""
    on = run["id"]
    given = orjson.dumps(run["input"], option=orjson.OPT_INDENT_2).decode()
    choices = [
        button("Try again", "retry-one", on=on, kind="main", drawing="retrying"),
        toggle("Edit its input", "editing", leads_to="retry-edited", drawing="edit"),
        toggle("Resolve", "resolving", leads_to="resolve-one", drawing="resolved"),
    ]
    otherwise = [
        area_field("input", "Input: the same fields with other values; ids stay", value=given),
        html.Div(button("Try again with this", "retry-edited", on=on, kind="main"), className="buttons"),
    ]
    why = [
        text_field("why-resolve-one", "Why nothing more is to be done", width=320),
        button("Resolve", "resolve-one", on=on, kind="danger"),
    ]
    return html.Div(
        [
            html.Div(choices, className="buttons"),
            html.Div(otherwise, className="when-editing"),
            html.Div(why, className="when-resolving reject-form", **{"data-enter": "resolve-one"}),
            html.Div(json_view("Input", run["input"]), className="unless-editing"),
        ],
        className="acts",
    )


def attempts_table(attempts: Sequence[Record]) -> html.Section | None:
    """What became of each attempt, as far as it is kept."""
    if not attempts:
        return None
    rows = [
        html.Tr(
            [
                html.Th(str(one["attempt"]), scope="row"),
                html.Td(one["ended_at"][:19].replace("T", " ")),
                html.Td(words.duration(one["duration_s"])),
                html.Td(one["reason"] or (one["error"] or {}).get("message") or one["status"]),
            ]
        )
        for one in attempts
    ]
    head = html.Thead(
        html.Tr([html.Th(word, scope="col") for word in ("Attempt", "Ended", "Took", "What happened")])
    )
    return html.Section([html.H3("Attempts"), html.Table([head, html.Tbody(rows)], className="diff")])


def refused_list(told: Retry) -> html.Ul | None:
    """Why some runs are not tried again, with how many each."""
    if not told.refused:
        return None
    return html.Ul([html.Li(f"{many:,} not: {why}") for why, many in sorted(told.refused.items())])


def _line(group: Record, agent: str, href: str) -> html.Tr:
    said = " · ".join(filter(None, [group["class"], group["provider"], _KINDS.get(group["kind"] or "", "")]))
    what = [
        dmc.Anchor(_what(group), href=href, className="strong"),
        html.Div(said, className="faint"),
    ]
    return html.Tr(
        [
            html.Th(what, scope="row"),
            html.Td(agent),
            html.Td(f"{group['runs']:,}", className="figure"),
            html.Td(f"{group['leads']:,}", className="figure"),
            html.Td(trend(_trend(group))),
            html.Td(words.moment_ago(group["first_at"], group["first_age_s"])),
            html.Td(words.moment_ago(group["last_at"], group["last_age_s"])),
            html.Td(_who(group)),
        ],
        className="muted" if group["is_muted"] else "",
    )


def _what(group: Record) -> str:
    return str(group["message"] or group["class"] or "It failed")


def _trend(group: Record) -> list[int]:
    """Failures by slice of the last day, the oldest first."""
    found = {int(place): many for place, many in (group["trend"] or {}).items()}
    return [found.get(place, 0) for place in reversed(range(SLICES))]


def _who(group: Record) -> Any:
    muted = html.Span([icon("snoozed"), "muted"], className="status") if group["is_muted"] else None
    who = html.Span([icon("user"), group["assignee"]], className="status") if group["assignee"] else None
    return html.Div([muted, who]) if muted or who else html.Span("nobody", className="faint")
