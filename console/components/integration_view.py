"""What the Integrations page shows of one provider: a card with its state, its figures, and what can be changed."""

import calendar
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import dash_mantine_components as dmc
from dash import html

from console.addresses import path_to
from console.components import words
from console.components.buttons import button, text_field
from console.components.facts import facts
from console.components.grid import live
from console.components.icon import icon
from console.integrations import ENRICH, QUESTIONS, Budget, Integration, state_of

Component = Any
KEY_LIMIT = 4_000
_DRAWN = {
    "good": ("done", "done"),
    "doubtful": ("warning", "retrying"),
    "bad": ("failed", "failed"),
    "unknown": ("unknown", "unknown"),
}
_ALONE_NOW_S = 60.0
_ALSO = {
    "FindCompanies": "companies by ideal customer",
    "FindSignals": "what happens at companies",
    "ReadExclusions": "whom a CRM excludes",
    "ReadProspect": "what a CRM has on file",
}


def card(one: Integration, drawn: Mapping[str, Component]) -> html.Article:
    """A provider that the tenant is connected to. What changes by itself is kept fresh; what is typed stays."""
    name = one.face.name
    return html.Article(
        [
            html.Div(
                [html.H2(one.face.title, id=f"of-{name}"), live(f"state-{name}", drawn)],
                className="card-head",
            ),
            live(f"figures-{name}", drawn),
            html.Details(
                [
                    html.Summary("Change its key or its pace"),
                    html.Div(
                        [
                            *([key_field(one)] if one.face.needs_key else []),
                            text_field(
                                f"pace-{name}",
                                "Calls a minute at most",
                                value=str((one.way or {}).get("calls_per_minute") or ""),
                                placeholder="as the vendor allows",
                            ),
                            live(f"deeds-{name}", drawn),
                        ],
                        className="card-form",
                    ),
                ]
            ),
        ],
        className="panel card",
        **{"aria-labelledby": f"of-{name}"},
    )


def key_field(one: Integration) -> dmc.PasswordInput:
    """Where a key is written: what is stored never comes back into it."""
    return dmc.PasswordInput(
        id={"field": f"key-{one.face.name}"},
        label=f"New key for {one.face.title}",
        value="",
        size="xs",
        attributes={"input": {"maxLength": KEY_LIMIT, "autoComplete": "new-password"}},
        visibilityToggleButtonProps={"aria-label": "Show what is typed"},
    )


def key_deed(one: Integration) -> Component:
    """The button that writes the key, as the way to the provider was seen."""
    return button("Write the key", "write-key", on=one.face.name, seen=_seen(one), kind="main")


def deeds(one: Integration) -> html.Div:
    """The buttons of a card."""
    pace = button("Set the pace", "set-pace", on=one.face.name, seen=_seen(one))
    return html.Div([*([key_deed(one)] if one.face.needs_key else []), pace], className="buttons")


def _seen(one: Integration) -> str:
    return one.way["changed_at"].isoformat() if one.way is not None else ""


def state_badge(one: Integration) -> Component:
    """How it stands, in a word and a colour, and why that is thought."""
    state = state_of(one)
    drawing, status = _DRAWN[state.kind]
    return html.Span(
        [
            html.Span([icon(drawing), state.word], className=f"status status-{status}"),
            html.Span(f" {state.because}", className="faint") if state.because else None,
        ]
    )


def figures(one: Integration, *, tenant: str) -> Component:
    """What is known of it in figures. What nobody measures is said to be so."""
    return html.Div(
        [
            facts(
                [
                    (
                        "Last good call",
                        words.ago(one.good_s) if one.good_s is not None else "none is known of",
                    ),
                    ("Errors", _errors(one, tenant)),
                    ("Slowest (p95)", _slowest(one)),
                    ("Circuit", _circuit(one)),
                    ("Pace", _pace(one)),
                ]
            ),
            facts(
                [
                    ("This month", _spent(one)),
                    *[(_ceiling(budget), _budget(budget)) for budget in one.budgets],
                    (
                        "A filled field",
                        _cost(one.cost_of_field, "stand") if ENRICH in one.face.billed else None,
                    ),
                    (
                        "A contact",
                        _cost(one.cost_of_contact, "take mail") if _is_paid_for_people(one) else None,
                    ),
                    ("Key", _key(one)),
                ]
            ),
        ],
        className="two-columns",
    )


def _errors(one: Integration, tenant: str) -> Component:
    share = one.error_share
    of = "of the last hour's calls" if one.asked.get("calls") else "of what the newest runs were told"
    said: list[Any] = [f"{words.percent(share)} {of}" if share is not None else "nothing is known of"]
    if one.failed_runs:
        way = f"{path_to(tenant, 'errors')}?provider={one.face.name}"
        said += [", ", html.A(_over_it(one.failed_runs), href=way)]
    return html.Span(said)


def _over_it(runs: int) -> str:
    return "1 run failed over it" if runs == 1 else f"{runs:,} runs failed over it"


def _slowest(one: Integration) -> str:
    p95_s = one.asked.get("p95_s")
    if p95_s is not None:
        return f"{words.duration(p95_s)} in the last hour"
    return "not measured: it is asked for nothing" if not one.face.billed else "no call in the last hour"


def _circuit(one: Integration) -> str:
    since_s = one.left_alone_s
    if since_s is None:
        return "no run was sent away of late"
    if since_s < _ALONE_NOW_S:
        return f"open as far as can be told: a run was sent away {words.ago(since_s)}"
    return f"closed again, it seems: a run was last sent away {words.ago(since_s)}"


def _pace(one: Integration) -> str:
    limit = one.calls_a_minute
    said = [limit or "no limit is kept"]
    if one.face.billed and one.asked:
        said = [
            f"{one.asked['last_minute']:,} billed in the last minute,",
            f"of {limit}" if limit else said[0],
        ]
    if one.pace is not None and one.pace.quiet_s > 0:
        said.append(f"(left alone for {words.roughly(one.pace.quiet_s)} more, as it asked)")
    elif one.pace is not None and one.pace.share < 1:
        said.append(f"(used to {words.percent(one.pace.share)} after it complained)")
    return " ".join(said)


def _spent(one: Integration) -> Component:
    if not one.face.billed and not one.days:
        return "costs nothing"
    calls = sum(row["calls"] for row in one.days)
    text = f"{words.dollars(one.spent_usd)}, {one.credits:,.0f} credits in {calls:,} calls"
    return html.Div([html.Div(text), _burn(one)])


def _burn(one: Integration) -> Component:
    """The month's days as a small drawing: what was spent on each; what is still to come is empty."""
    now = datetime.now(UTC)
    days = calendar.monthrange(now.year, now.month)[1]
    cost = {row["day"]: row["cost"] for row in one.days}
    most = max([*cost.values(), 1e-9])
    bars = [
        html.Span(style={"height": f"{max(100 * cost.get(day, 0) / most, 4 if cost.get(day) else 0):.0f}%"})
        for day in range(1, days + 1)
    ]
    said = f"spent by day: at most {words.dollars(max(cost.values(), default=0))}"
    return html.Div(bars, className="activity burn", role="img", title=said, **{"aria-label": said})


def _ceiling(one: Budget) -> str:
    return "Budget, a day" if one.ceiling.scope == "provider day" else "Budget, in all"


def _budget(one: Budget) -> Component:
    share = min(float(one.used_usd / one.ceiling.limit_usd), 1.0) if one.ceiling.limit_usd else 1.0
    if not one.left_usd:
        end = "used up"
    elif one.ends is None:
        end = "enough at the pace of the last day"
    else:
        left_s = (one.ends - datetime.now(UTC)).total_seconds()
        end = f"used up in about {words.roughly(left_s)} at the pace of the last day"
    return html.Div(
        [
            html.Div(f"{words.dollars(one.left_usd)} of {words.dollars(one.ceiling.limit_usd)} left, {end}"),
            html.Div(
                html.Span(style={"width": f"{100 * share:.0f}%"}),
                className="score-bar",
                **{"aria-hidden": "true"},
            ),
        ]
    )


def _is_paid_for_people(one: Integration) -> bool:
    return bool(set(QUESTIONS) & set(one.face.billed))


def _cost(found: tuple[float, int] | None, which: str) -> str:
    if found is None:
        return "not known yet"
    cost, count = found
    return f"{words.dollars(cost)} each, of {count:,} that {which}"


def _key(one: Integration) -> Component:
    if not one.face.needs_key:
        return "needs none"
    assert one.way is not None
    if not one.way["has_key"]:
        return "none"
    end = f"…{one.way['key_hint']}" if one.way["key_hint"] else "there, too short to show its end"
    if one.key_written is not None and one.key_written["key_hint"] == one.way["key_hint"]:
        by = f", written by {one.key_written['by']} "
        return html.Span(
            [html.Code(end), by, words.moment_ago(one.key_written["at"], one.key_written["age_s"])]
        )
    changed = words.moment_ago(one.way["changed_at"], one.way["changed_s"])
    return html.Span([html.Code(end), ", settings last changed ", changed])


def possible(one: Integration) -> html.Li:
    """A provider that the tenant could be connected to, quietly."""
    what = f"fills in {len(one.face.fields)} fields" if one.face.fields else ""
    more = [told for name, told in (QUESTIONS | _ALSO).items() if name in one.face.questions]
    price = "" if one.face.needs_key else "costs nothing"
    if one.face.billed:
        price = f"{words.dollars(one.face.credit_price_usd)} a credit"
    told = "; ".join(filter(None, (what, ", ".join(more), price)))
    form: Any = html.Code(f"connections: {{{one.face.name}: {{}}}}")
    if one.face.needs_key:
        form = html.Details(
            [
                html.Summary("Connect"),
                html.Div(
                    [key_field(one), html.Div(key_deed(one), className="buttons")], className="card-form"
                ),
            ]
        )
    return html.Li([html.Div([html.Strong(one.face.title), html.Span(f" {told}", className="faint")]), form])
