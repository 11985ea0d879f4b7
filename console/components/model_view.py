"""What the Models page shows: what judges, what is proposed with its gates, the versions, and the history."""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from console.components import words
from console.components.buttons import button, text_field
from console.components.facts import facts
from console.components.icon import icon
from console.components.notices import nothing_yet
from scoring_models.inflation import Inflation
from tenants.records import ModelChange, ModelVersion
from tenants.store.upkeep import Look

Component = Any
OWN, ALL = "own", "all"
WHOSE = {OWN: "this tenant", ALL: "everybody"}
CHANGES_SHOWN = 50
_WORTH_A_LOOK = frozenset({"moved", "proposed", "not proposed", "failed"})
_ACTS = {
    "proposed": "proposed",
    "withdrawn": "withdrew",
    "promoted": "promoted",
    "rolled back": "rolled back to",
    "shadowed": "let judge in the shadow",
}


def judges_view(
    champion: ModelVersion | None,
    changes: Mapping[str, Sequence[ModelChange]],
    risen: Inflation | None,
    looks: Sequence[Look],
) -> Component:
    """The model that judges, since when and by whose word, what it makes of leads, and the way back."""
    if champion is None:
        return nothing_yet(
            "No model judges yet",
            "Leads wait at the scoring agent until one does; none gets a made-up score.",
            "leadmill model train --data won-and-lost.csv --promote",
        )
    scope = ALL if champion.tenant_id is None else OWN
    since = next((one for one in changes[scope] if one.alias == "champion"), None)
    return html.Div(
        [
            facts(
                [
                    ("Judges", html.Strong(champion.label)),
                    ("Whose model", "everybody's" if scope == ALL else "this tenant's own"),
                    ("Since", words.stamp(since.at) if since is not None else None),
                    ("By", since.by if since is not None else None),
                    ("Trained", words.stamp(champion.created_at)),
                    ("From", _rows(champion)),
                ]
            ),
            _inflation(risen),
            _upkeep(looks),
            html.Div(
                button("Roll back …", "ask-roll-back", on=f"{scope}:{champion.label}", drawing="retrying"),
                className="actions",
            ),
        ]
    )


def _inflation(risen: Inflation | None) -> Component:
    if risen is None:
        return None
    if not risen.is_inflated:
        return html.P(str(risen), className="faint")
    return html.P([icon("warning"), " ", html.Strong(str(risen))], role="status")


def _upkeep(looks: Sequence[Look]) -> Component:
    """What the mill found when it last looked: whether leads have moved, and what there is to learn."""
    told = {"drift": "Whether leads have moved", "training": "What there is to learn"}
    return html.Ul(
        [
            html.Li(
                [
                    icon("warning") if look.verdict in _WORTH_A_LOOK else None,
                    f" {told[look.kind]}, looked at ",
                    words.stamp(look.looked_at),
                    f": {look.said}",
                ],
                className=None if look.verdict in _WORTH_A_LOOK else "faint",
            )
            for look in looks
        ]
    )


def proposal_view(scope: str, versions: Sequence[ModelVersion], changes: Sequence[ModelChange]) -> Component:
    """The model that is proposed, what its gates found, and what can be done about it; nothing where none is."""
    proposed = {one.label for one in versions if "challenger" in one.aliases}
    newest = next((one for one in changes if one.act == "proposed" and one.model in proposed), None)
    if newest is None:
        return None
    on = f"{scope}:{newest.model}"
    return html.Div(
        [
            html.H2(f"{newest.model} is proposed for {WHOSE[scope]}"),
            html.P(
                f"By {newest.by}, {words.stamp(newest.at)}, compared with {newest.before or 'nobody'}."
                + (f" Closed gates are passed over: {newest.reason}." if newest.reason else "")
            ),
            html.Table(
                [
                    html.Thead(html.Tr([html.Th(head, scope="col") for head in ("Gate", "Stands", "Found")])),
                    html.Tbody(
                        [
                            html.Tr(
                                [
                                    html.Td(gate["name"]),
                                    html.Td("open" if gate["is_open"] else html.Strong("closed")),
                                    html.Td(gate["found"]),
                                ]
                            )
                            for gate in newest.gates
                        ]
                    ),
                ],
                className="diff",
            ),
            html.Div(
                [
                    button("Promote …", "ask-promote", on=on, kind="main"),
                    text_field("why-withdraw", "Why not"),
                    button("Withdraw", "withdraw", on=on),
                ],
                className="actions",
                **{"data-enter": "withdraw"},
            ),
        ],
        className="panel panel-padded",
    )


def versions_table(known: Sequence[tuple[str, ModelVersion]]) -> Component:
    """The versions that there are, each with what it is worth."""
    if not known:
        return html.P("No model is registered yet.", className="faint")
    heads = (
        "Model",
        "Whose",
        "Stands",
        "Trained",
        "From",
        "ROC-AUC",
        "Calibration error",
        "Lift at 10 %",
        html.Span("Shadow", className="unseen"),
    )
    return html.Table(
        [
            html.Thead(html.Tr([html.Th(head, scope="col") for head in heads])),
            html.Tbody([_line(scope, one) for scope, one in known]),
        ],
        className="diff",
    )


def _line(scope: str, one: ModelVersion) -> html.Tr:
    metrics = one.metrics
    lift = metrics.get("lift_10", metrics.get("lift_at_10_percent"))
    is_shadow = "shadow" in one.aliases
    judges_leads = "inputs" not in one.facts  # a table's model has columns of its own
    press = button(
        "End the shadow" if is_shadow else "Into the shadow",
        "shadow",
        on=f"{scope}:{one.label}",
        seen="shadow" if is_shadow else "",
    )
    return html.Tr(
        [
            html.Td(html.Strong(one.label)),
            html.Td("everybody" if scope == ALL else "own"),
            html.Td(", ".join(one.aliases)),
            html.Td(words.stamp(one.created_at)),
            html.Td(_rows(one)),
            *(html.Td(_figure(value)) for value in (metrics.get("roc_auc"), metrics.get("ece"), lift)),
            html.Td(press if judges_leads and "champion" not in one.aliases else None),
        ]
    )


def _figure(value: Any) -> str:
    return f"{value:.3f}" if isinstance(value, int | float) else ""


def _rows(one: ModelVersion) -> str | None:
    rows = one.facts.get("rows")
    return f"{rows:,} leads" if isinstance(rows, int) else None


def history_list(changes: Mapping[str, Sequence[ModelChange]]) -> Component:
    """What was decided about models, the newest first."""
    told = sorted(
        ((one, scope) for scope, some in changes.items() for one in some if one.at is not None),
        key=lambda pair: words.stamp(pair[0].at),
        reverse=True,
    )[:CHANGES_SHOWN]
    if not told:
        return html.P("Nothing yet.", className="faint")
    return html.Ul(
        [
            html.Li(
                [
                    html.Time(words.stamp(one.at), dateTime=words.stamp(one.at)),
                    f" {one.by} {_ACTS[one.act]} {one.model or one.before or 'nobody'}"
                    f" for {WHOSE[scope]}" + (f": {one.reason}" if one.reason else ""),
                ]
            )
            for one, scope in told
        ],
        className="journal",
    )
