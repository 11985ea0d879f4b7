"""What the Budgets page shows: how it stands under each ceiling, what was spent by whom, and the form."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import dash_mantine_components as dmc
from dash import html

from console.amounts import PREFIX, AmountsDraft
from console.components import words
from console.components.buttons import button
from tenants.budgets import Spending
from tenants.store.spending import DaySpent

Component = Any
DAYS, AHEAD = 30, 14
"""Days that are drawn, and days of the forecast."""
_LABELS = {
    "total_usd": ("In all", "US dollars"),
    "day_usd": ("A day", "US dollars, a day of UTC"),
    "lead_usd": ("A lead", "US dollars"),
    "run_usd": ("A run", "US dollars"),
    "kill_switch.fill_rate_below": ("Least share of calls with a hit", "0 to 1"),
    "kill_switch.cost_per_contact_above_usd": ("Most for a verified contact", "US dollars"),
    "kill_switch.calls": ("Newest calls that are judged", ""),
}
_ALL = ("total_usd", "day_usd", "lead_usd", "run_usd")
_SWITCH = tuple(name for name in _LABELS if name.startswith("kill_switch"))


def ceilings_view(standing: Sequence[Spending], spent: Sequence[DaySpent], now: datetime) -> Component:
    """A card for each ceiling: what is spent and left, when it is used up, and how it went day by day."""
    if not standing:
        return html.P(
            "There is no ceiling: whatever is asked for is paid for. Set some below.", className="faint"
        )
    return html.Div([_card(one, spent, now) for one in standing], className="ceilings")


def _card(one: Spending, spent: Sequence[DaySpent], now: datetime) -> Component:
    limit = one.ceiling.limit_usd
    days = [now.date() - timedelta(days=age) for age in range(DAYS - 1, -1, -1)]
    costs = dict.fromkeys(days, Decimal(0))
    for row in spent:
        if row.day in costs and one.provider in ("", row.name):
            costs[row.day] += row.cost_usd
    is_daily = one.ceiling.ends is not None
    drawn = _days_under(costs, limit) if is_daily else _burn_down(one, costs, now)
    is_low = one.left_usd <= limit / 5
    return html.Article(
        [
            html.H2(str(one.ceiling)),
            _bar(one.spent_usd, one.reserved_usd, limit),
            html.Dl(
                [
                    _number("Spent", words.dollars(one.spent_usd)),
                    _number("Under way", words.dollars(one.reserved_usd)),
                    _number("Left", words.dollars(one.left_usd)),
                ],
                className="figures",
            ),
            html.P(_forecast(one, is_daily=is_daily), className="left-soon" if is_low else "faint"),
            drawn,
        ],
        className="panel panel-padded",
    )


def _forecast(one: Spending, *, is_daily: bool) -> str:
    if one.left_usd == 0:
        return "It is used up."
    if one.used_up_at is None:
        return f"At the pace of the last 24 hours it lasts{' until midnight, UTC' if is_daily else ''}."
    return f"At the pace of the last 24 hours it is used up at {words.stamp(one.used_up_at)}."


def _bar(spent: Decimal, reserved: Decimal, limit: Decimal) -> Component:
    shares = [min(float(amount / limit), 1.0) if limit else 1.0 for amount in (spent, reserved)]
    return html.Div(
        [
            html.Span(style={"width": f"{100 * share:.1f}%"}, className=kind)
            for share, kind in zip(shares, ("bar-spent", "bar-now"), strict=True)
        ],
        className="share-bar share-bar-parts",
        **{"aria-hidden": "true"},
    )


def _days_under(costs: Mapping[date, Decimal], limit: Decimal) -> Component:
    """What was spent on each day, under the line that is the ceiling of a day."""
    most = float(max([limit, *costs.values(), Decimal("0.000001")]))
    over = sum(cost >= limit for cost in costs.values())
    said = (
        f"The last {len(costs)} days: {words.dollars(max(costs.values()))} on the dearest, and the ceiling was reached "
        f"on {over}."
    )
    return html.Div(
        [
            html.Div(
                [
                    *(
                        _column(float(cost) / most, "", f"{day}: {words.dollars(cost)}")
                        for day, cost in costs.items()
                    ),
                    html.B(style={"bottom": f"{100 * float(limit) / most:.1f}%"}),
                ],
                className="burn",
                role="img",
                **{"aria-label": said},
            ),
            html.P(said, className="faint"),
        ]
    )


def _burn_down(one: Spending, costs: Mapping[date, Decimal], now: datetime) -> Component:
    """What was left at the end of each day, and what will be if it goes on so."""
    limit = one.ceiling.limit_usd
    left, lefts = one.left_usd, list[tuple[date, Decimal]]()
    for day, cost in sorted(costs.items(), reverse=True):
        lefts.append((day, left))
        left = min(left + cost, limit)
    pace = _pace(one, now)
    ahead = [
        (now.date() + timedelta(days=age), max(one.left_usd - pace * age, Decimal(0)))
        for age in range(1, AHEAD + 1)
    ]
    most = float(limit) or 1.0
    said = (
        f"From {words.dollars(left)} left {len(costs)} days ago to {words.dollars(one.left_usd)} now; "
        f"in {AHEAD} days {words.dollars(ahead[-1][1])}, if it goes on as in the last 24 hours."
    )
    columns = [
        _column(float(rest) / most, "", f"{day}: {words.dollars(rest)} left") for day, rest in reversed(lefts)
    ]
    columns += [
        _column(float(rest) / most, "ahead", f"{day}: {words.dollars(rest)}, forecast") for day, rest in ahead
    ]
    return html.Div(
        [
            html.Div(columns, className="burn", role="img", **{"aria-label": said}),
            html.P(said, className="faint"),
        ]
    )


def _pace(one: Spending, now: datetime) -> Decimal:
    """What is spent in a day, as the forecast has it."""
    if one.used_up_at is None:
        return Decimal(0)
    days = Decimal(max((one.used_up_at - now).total_seconds(), 1.0)) / 86_400
    return one.left_usd / days


def _column(share: float, kind: str, said: str) -> Component:
    height = max(100 * min(share, 1.0), 3 if share > 0 else 0)
    return html.Span(style={"height": f"{height:.0f}%"}, className=kind, title=said)


def spent_table(
    what: str, times: str, spent: Sequence[DaySpent], title_of: Callable[[str], str], now: datetime
) -> Component:
    """What each of them has cost today, in a week and in the days that are drawn."""
    if not spent:
        return html.P(f"Nothing was spent in the last {DAYS} days.", className="faint")
    today = now.date()

    def of(name: str, days: int) -> Decimal:
        since = today - timedelta(days=days - 1)
        return sum((row.cost_usd for row in spent if row.name == name and row.day >= since), Decimal(0))

    names = sorted({row.name for row in spent}, key=lambda name: (-of(name, DAYS), name))
    most = max(of(names[0], DAYS), Decimal("0.000001"))
    heads = (what, "Today", "7 days", f"{DAYS} days", times, html.Span("Drawn", className="unseen"))
    rows = [
        html.Tr(
            [
                html.Th(title_of(name), scope="row"),
                *(html.Td(words.dollars(of(name, days))) for days in (1, 7, DAYS)),
                html.Td(f"{sum(row.times for row in spent if row.name == name):,}"),
                html.Td(_bar(of(name, DAYS), Decimal(0), most), className="drawn"),
            ]
        )
        for name in names
    ]
    return html.Table(
        [html.Thead(html.Tr([html.Th(head, scope="col") for head in heads])), html.Tbody(rows)],
        className="diff figures-table",
    )


def amounts_form(draft: AmountsDraft, providers: Sequence[str], seen: str) -> Component:
    """The budgets as fields, each with what is wrong with it. `seen` are those that held when it was opened."""
    return html.Div(
        [
            _fieldset("What it may cost", "What is left empty has no ceiling.", draft, _ALL),
            *(
                _fieldset(
                    provider,
                    "",
                    draft,
                    (f"providers.{provider}.day_usd", f"providers.{provider}.total_usd"),
                )
                for provider in providers
            ),
            _fieldset(
                "Kill switch",
                "All agents are paused when the newest billed calls bring too little for their price.",
                draft,
                _SWITCH,
            ),
            html.Div(
                button("Save \N{HORIZONTAL ELLIPSIS}", "ask-budgets", seen=seen, kind="main"),
                className="buttons",
            ),
        ],
        className="profile-editor",
    )


def amount_in_words(place: str) -> str:
    """What people call the amount at this place."""
    if place.startswith("providers."):
        _, provider, name = place.split(".", 2)
        return f"{provider}: {_LABELS[name][0].lower()}"
    return _LABELS[place][0]


def _fieldset(title: str, said: str, draft: AmountsDraft, places: Sequence[str]) -> Component:
    return html.Fieldset(
        [
            html.Legend(title),
            html.P(said, className="faint") if said else None,
            html.Div([_field(draft, place) for place in places], className="profile-fields"),
        ],
        className="profile-group",
    )


def _field(draft: AmountsDraft, place: str) -> Component:
    label, hint = _LABELS[place.split(".")[-1] if place.startswith("providers.") else place]
    return dmc.TextInput(
        id={"field": f"{PREFIX}{place}"},
        label=html.Span([label, html.Span(f" {hint}", className="faint") if hint else None]),
        value=draft.written.get(place, ""),
        error=draft.mistakes.get(place),
        size="xs",
        attributes={"input": {"inputMode": "decimal", "maxLength": 20}},
    )


def _number(name: str, value: str) -> Component:
    return html.Div([html.Dt(name), html.Dd(value, className="figure")])
