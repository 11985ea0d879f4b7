"""The Agents page: which agents work for the tenant, how they are, the switch for each, and how others' stand."""

from collections.abc import Mapping
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State, dcc, html

from console.acts import Acts
from console.components.bars import activity
from console.components.buttons import button
from console.components.grid import live
from console.components.hold_view import hold_question, matrix_view, preflight_view
from console.components.icon import icon
from console.components.notices import nothing_yet
from console.components.words import ago, moment_ago
from console.faces import AgentFace, unlisted
from console.faults import BadRequest, tell, told
from console.holding import preflight, wish_of
from console.page import Asked, Component, Detail, Page, Press, Said, View, deeds
from console.reads import QUIET_AFTER_S, SILENT_AFTER_S, TENANTS_LISTED, AgentState, counted
from tenants.modes import Mode
from tenants.people import Right
from tenants.records import Tenant
from tenants.store import switches, tenants

_MATRIX_KEPT_S = 2.0


async def parts(view: View) -> Mapping[str, Component]:
    """What is known of each agent, column by column, and where the switches stand."""
    states = await view.reads.agents(view.tenant)
    drawn: dict[str, Component] = {
        "states": states,
        "switches": dcc.Store(
            id="switches", data={state.face.name: state.mode is Mode.ON for state in states}
        ),
    }
    for state in states:
        drawn |= {f"{column}-{state.face.name}": draw(state) for column, draw in _DRAWN.items()}
    if view.sees_everybody:
        drawn["matrix"] = await _matrix(view)
    return drawn


async def _matrix(view: View) -> Component:
    """How agents stand for all tenants, looked at every few seconds; nothing where there is one tenant only."""

    async def read() -> tuple[list[Tenant], list[Mapping[str, Any]]]:
        async with view.reads.database.system() as session:
            return await tenants.everyone(session), await switches.held_back(session)

    those, off = await view.reads.remembered.fresh(("matrix",), _MATRIX_KEPT_S, read)
    if len(those) < 2:
        return None
    faces = view.reads.faces or tuple(unlisted(name) for name in sorted({one["agent"] for one in off}))
    return matrix_view(those[:TENANTS_LISTED], faces, off)


def frame(view: View, drawn: Mapping[str, Component]) -> Component:
    """A line for each agent."""
    states: list[AgentState] = drawn["states"]
    return html.Div(
        [
            html.Div([html.H1("Agents")], className="heading"),
            html.Div(drawn["switches"], id={"live": "switches"}, hidden=True),
            dcc.Store(id="wish"),
            dcc.Store(id="granted"),
            _table(states, drawn, view) if states else _nobody(view),
            *(
                [html.H2("For every tenant"), live("matrix", drawn, className="panel")]
                if drawn.get("matrix") is not None
                else []
            ),
        ],
        className="page",
        key="agents",
    )


async def ask_hold(view: View, acts: Acts, press: Press) -> Said:  # noqa: ARG001  as every deed is called
    """How an agent is to be held back, before it is."""
    face = await _face(view, press.on)
    return Said(then="stay", ask=Detail(f"Hold {face.title} back", hold_question(face)))


async def hold(view: View, acts: Acts, press: Press) -> Said:
    """The agent is held back from now on, in the way that was chosen."""
    face, wish = await _face(view, press.on), wish_of(press)
    await acts.switch(view.tenant.id, face.name, wish.mode, by=press.by, reason=wish.reason, until=wish.until)
    told = (
        "It goes on by itself when its time is over."
        if wish.until is not None
        else "Until it is switched on."
    )
    return Said(f"{face.title} {_NOW[wish.mode]}", told, "redraw")


async def ask_on(view: View, acts: Acts, press: Press) -> Said:  # noqa: ARG001
    """What would be the case for an agent that is switched on."""
    face = await _face(view, press.on)
    body = preflight_view(face, await preflight(view, face))
    return Said(then="stay", ask=Detail(f"Switch {face.title} on", body))


async def let_go(view: View, acts: Acts, press: Press) -> Said:
    """The agent works as usual from now on."""
    face = await _face(view, press.on)
    freed = await acts.switch(view.tenant.id, face.name, Mode.ON, by=press.by)
    title, text = _said(face.title, enabled=True, freed=freed)
    return Said(title, text, "redraw")


async def _face(view: View, name: Any) -> AgentFace:
    """The agent that is meant. Raises BadRequest."""
    faces = await view.reads.agent_faces(view.tenant)
    face = next((face for face in faces if face.name == name), None)
    if face is None:
        raise BadRequest("There is no such agent.")
    return face


def wire(app: Dash, asked: Asked, acts: Acts) -> None:
    """The switches: turned at once on the screen, and turned back where the database says no."""

    async def switch(wish: Any, here: Any) -> dict[str, Any]:
        _, view = await asked(here)
        if (why_not := view.refusal(Right.OPERATE)) is not None:
            raise BadRequest(f"{why_not}.")
        agent, enabled = wish.get("agent"), wish.get("enabled")
        face = await _face(view, agent)
        if not isinstance(enabled, bool):
            raise BadRequest("There is no such agent.")
        mode = Mode.ON if enabled else Mode.PAUSED
        freed = await acts.switch(view.tenant.id, face.name, mode, by=view.actor.login)
        view.reads.remembered.forget_all_of(view.tenant.id)
        tell(*_said(face.title, enabled=enabled, freed=freed), kind="teal", icon="done")
        return {"agent": agent, "done": True}

    def turned_back(error: Exception) -> dict[str, Any]:
        told(error)
        return {"done": False}

    app.callback(
        Output("granted", "data"),
        Input("wish", "data"),
        State("here", "data"),
        prevent_initial_call=True,
        on_error=turned_back,
    )(switch)
    for function, source in (("granted", "granted"), ("switches", "switches")):
        app.clientside_callback(ClientsideFunction("leadmill", function), Input(source, "data"))


def _said(title: str, *, enabled: bool, freed: int) -> tuple[str, str]:
    if not enabled:
        return (
            f"{title} is off",
            "What comes for it meanwhile is held, and goes on when it is switched on again.",
        )
    return f"{title} is on", f"{freed:,} held runs go on." if freed else "Nothing was held meanwhile."


def _table(states: list[AgentState], drawn: Mapping[str, Component], view: View) -> Component:
    heads = ["", "Agent", "Last hour", "Runs", "Failures", "Desks", "Sign of life", "Backlog"]
    return html.Div(
        html.Table(
            [
                html.Thead(
                    html.Tr(
                        [
                            html.Th(
                                head or html.Span("Switch", className="unseen"),
                                scope="col",
                                className=f"of-{head.split(' ')[0].lower() or 'switch'}",
                            )
                            for head in heads
                        ]
                    )
                ),
                html.Tbody([_line(state, drawn, view.refusal(Right.OPERATE)) for state in states]),
            ],
            className="agents",
        ),
        className="panel",
    )


def _line(state: AgentState, drawn: Mapping[str, Component], why_not: str | None) -> Component:
    name = state.face.name

    def cell(column: str, label: str, **properties: Any) -> html.Td:
        key = f"{column}-{name}"
        return html.Td(html.Div(drawn[key], id={"live": key}), **{"data-label": label}, **properties)

    switch = html.Button(
        html.Span(className="switch-thumb"),
        id={"switch": name},
        className="switch",
        role="switch",
        disabled=why_not is not None,
        title=f"{why_not}." if why_not is not None else None,
        **{
            "aria-checked": "true" if state.mode is Mode.ON else "false",
            "aria-label": state.face.title,
            "data-agent": name,
        },
    )
    about = [
        html.Div(state.face.title, className="agent-title"),
        html.Div(state.face.description, className="faint") if state.face.description else None,
        html.Div(drawn[f"switched-{name}"], id={"live": f"switched-{name}"}),
        html.Div(drawn[f"acts-{name}"], id={"live": f"acts-{name}"}),
    ]
    return html.Tr(
        [
            html.Td(switch, className="of-switch"),
            html.Th(about, scope="row", className="of-agent"),
            cell("hour", "Last hour", className="of-last"),
            cell("runs", "Runs", className="figure"),
            cell("failures", "Failures", className="figure"),
            cell("desks", "Desks", className="figure"),
            cell("life", "Sign of life"),
            cell("backlog", "Backlog", className="figure"),
        ]
    )


def _switched(state: AgentState) -> Component:
    if state.changed_by is None:
        return html.Span("On since the beginning", className="faint")
    said: list[Any] = [
        f"{' '.join(filter(None, (_TURNED[state.mode], state.whose)))} by {state.changed_by} ",
        moment_ago(state.changed_at, state.changed_age_s),
    ]
    if state.reason:
        said.append(f": {state.reason}")
    if state.mode is Mode.ON:
        return html.Span(said, className="faint")
    held = f"{counted(state.held)} held" if state.held else "nothing held so far"
    return html.Span(
        [html.Span(said), html.Span([icon("held"), held], className="status status-held")], className="off"
    )


def _acts(state: AgentState) -> Component:
    """What can be done about it beside its switch."""
    name = state.face.name
    hold = button("Hold back …", "ask-hold", on=name)
    if state.mode is Mode.ON:
        return html.Div(hold, className="row-acts")
    return html.Div([hold, button("Switch on …", "ask-on", on=name)], className="row-acts")


def _failures(state: AgentState) -> Component:
    failures = sum(state.failures)
    if not failures:
        return html.Span("0", className="faint")
    return html.Span([icon("failed"), f"{failures:,}"], className="status status-failed")


def _life(state: AgentState) -> Component:
    """How long ago a desk was last heard of. Not knowing is a state of its own, and never green."""
    age = state.seen_age_s
    if age is None:
        word, kind = ("No desk yet", "retrying") if state.backlog else ("Asleep", "snoozed")
        return html.Span(
            [icon(kind), word], className=f"status status-{'unknown' if kind == 'snoozed' else kind}"
        )
    if age < QUIET_AFTER_S:
        return html.Span([icon("alive"), ago(age)], className="status status-done")
    if age < SILENT_AFTER_S:
        return html.Span([icon("warning"), f"Quiet, {ago(age)}"], className="status status-retrying")
    return html.Span([icon("unknown"), f"Silent, {ago(age)}"], className="status status-failed")


def _backlog(state: AgentState) -> Component:
    return html.Span("unknown", className="faint") if state.backlog is None else counted(state.backlog)


def _nobody(view: View) -> Component:
    return nothing_yet(
        "No agents yet",
        "Agents appear here as soon as one has something to do for this tenant.",
        f"leadmill source {view.tenant.name} leads.csv",
    )


_TURNED = {
    Mode.ON: "Switched on",
    Mode.DRAINING: "Drains, told",
    Mode.PAUSED: "Paused",
    Mode.STOPPED: "Stopped",
}
_NOW = {Mode.DRAINING: "drains", Mode.PAUSED: "is paused", Mode.STOPPED: "is stopped"}
_DRAWN = {
    "switched": _switched,
    "acts": _acts,
    "hour": lambda state: activity(state.runs, state.failures),
    "runs": lambda state: f"{sum(state.runs):,}",
    "failures": _failures,
    "desks": lambda state: f"{state.desks:,}",
    "life": _life,
    "backlog": _backlog,
}

PAGE = Page(
    slug="agents",
    title="Agents",
    icon="agents",
    order=20,
    frame=frame,
    parts=parts,
    deeds=deeds(Right.OPERATE, ask_hold=ask_hold, hold=hold, ask_on=ask_on, let_go=let_go),
    wire=wire,
)
