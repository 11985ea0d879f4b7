"""What is asked before an agent is held back or let go, and how agents stand for every tenant."""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from console.addresses import path_to
from console.components.buttons import button, choice_field, text_field
from console.components.facts import facts
from console.components.icon import icon
from console.components.words import ago
from console.faces import AgentFace
from console.holding import FOR_EVER, HOURS, WAYS, Preflight
from tenants.modes import EVERY_AGENT, Mode, strictest
from tenants.records import Tenant

Component = Any
_ROWS = 12
_WORDS = {Mode.ON: "on", Mode.DRAINING: "drains", Mode.PAUSED: "paused", Mode.STOPPED: "stopped"}


def hold_question(face: AgentFace) -> Component:
    """How the agent is to be held back, what that does to its work, why, and for how long."""
    return html.Div(
        [
            html.Dl(
                [html.Div([html.Dt(way), html.Dd(text)]) for way, (_, text) in WAYS.items()],
                className="facts",
            ),
            html.P(
                "What is held waits in its place, and goes on when the agent is switched on: nothing is lost, and "
                "nothing is done twice.",
                className="faint",
            ),
            choice_field("hold-how", "How", list(WAYS), value=next(iter(WAYS))),
            choice_field("hold-long", "For how long", list(HOURS), value=FOR_EVER),
            text_field("why-hold", "Why", placeholder="Everybody who looks will ask"),
            html.Div(
                button(f"Hold {face.title} back", "hold", on=face.name, kind="danger", drawing="held"),
                className="actions",
                **{"data-enter": "hold"},
            ),
        ],
        className="detail",
    )


def preflight_view(face: AgentFace, found: Preflight) -> Component:
    """What would be the case for the agent, and the way on."""
    obstacles = [html.Li([icon("warning"), f" {one}"]) for one in found.in_the_way]
    return html.Div(
        [
            facts(
                [
                    ("Held", f"{found.held:,} go on at once" if found.held else "nothing"),
                    ("Configuration", f"version {found.config_version}"),
                    ("Model", found.model or "none judges"),
                ]
            ),
            html.P("In the way of its work:") if obstacles else html.P("Nothing is in the way of its work."),
            html.Ul(obstacles) if obstacles else None,
            html.Div(
                button(f"Switch {face.title} on", "let-go", on=face.name, kind="main", drawing="done"),
                className="actions",
            ),
        ],
        className="detail",
    )


def matrix_view(
    tenants: Sequence[Tenant], faces: Sequence[AgentFace], off: Sequence[Mapping[str, Any]]
) -> Component:
    """How each agent stands for each tenant; those for whom something is held back come first."""
    by_tenant: dict[str, dict[str, Mapping[str, Any]]] = {}
    for one in off:
        by_tenant.setdefault(one["tenant"], {})[one["agent"]] = one
    ordered = sorted(tenants, key=lambda tenant: (tenant.name not in by_tenant, tenant.name))
    shown = ordered[: max(_ROWS, len(by_tenant))]
    rest = len(ordered) - len(shown)
    heads = [html.Th("Tenant", scope="col"), *(html.Th(face.title, scope="col") for face in faces)]
    return html.Div(
        html.Table(
            [
                html.Thead(html.Tr(heads)),
                html.Tbody([_row(tenant, faces, by_tenant.get(tenant.name, {})) for tenant in shown]),
                html.Tfoot(html.Tr(html.Td(f"and {rest:,} more, for whom nothing is held back", colSpan=9)))
                if rest
                else None,
            ],
            className="matrix",
        ),
        className="matrix-frame",
        role="region",
        tabIndex="0",
        **{"aria-label": "Agents by tenant"},
    )


def _row(tenant: Tenant, faces: Sequence[AgentFace], off: Mapping[str, Mapping[str, Any]]) -> Component:
    name = html.A(tenant.label, href=path_to(tenant.name, "agents"))
    return html.Tr([html.Th(name, scope="row"), *(html.Td(_cell(face.name, off)) for face in faces)])


def _cell(agent: str, off: Mapping[str, Mapping[str, Any]]) -> Component:
    set_ = [one for one in (off.get(agent), off.get(EVERY_AGENT)) if one is not None]
    mode = strictest(*(Mode(one["mode"]) for one in set_))
    if mode is Mode.ON:
        return _WORDS[mode]
    one = next(one for one in set_ if one["mode"] == mode)
    why = f"by {one['changed_by']}, {ago(one['changed_age_s'])}" + (
        f": {one['reason']}" if one["reason"] else ""
    )
    return html.Span([icon("held"), _WORDS[mode]], className="status status-held", title=why)
