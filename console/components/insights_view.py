"""What the Insights page shows of leads: why some stand still, where they come from, costs, and answers by tier."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import dash_mantine_components as dmc
from dash import html

from console.components import words
from console.components.badges import tier_badge
from console.components.icon import icon
from console.insights import QUALIFIED, UNSAID, Seen
from console.shares import Share
from tenants.store.insights import Origin

Component = Any
Link = Callable[..., str]
"""An address of this page with other filters, given by their names."""
_REASONS_SHOWN, _ORIGINS_SHOWN = 12, 15
# by whose work a lead comes to a stage
_WORKERS = {
    "lead_source": ("Sourced", "sourced"),
    "enrichment": ("Enriched", "enriched"),
    "contact_finder": ("Contactable", "contactable"),
    "scoring": ("Scored", "scored"),
}


def reasons_view(seen: Seen, link: Link) -> Component:
    """Where and why leads stand still, each with the way to the leads themselves."""
    told = seen.reasons
    if not told:
        return html.P("No lead of these days stands still.", className="faint")
    most, rest = told[0][3], seen.standing_still - sum(row[3] for row in told[:_REASONS_SHOWN])
    return html.Div(
        [
            html.Ul([_reason(*row, most, link) for row in told[:_REASONS_SHOWN]], className="reason-counts"),
            html.P(f"and {rest:,} for other reasons", className="faint") if rest > 0 else None,
        ]
    )


def _reason(stage: str, hold: str, reason: str, leads: int, most: int, link: Link) -> Component:
    said = reason or hold.replace("_", " ")
    where = link(stage=stage, hold=hold, reason=reason or UNSAID)
    return html.Li(
        [
            html.Span(
                [icon(hold), dmc.Anchor(said, href=where), html.Span(f" after {stage}", className="faint")],
                className=f"status-{hold.replace('_', '-')} reason-name",
            ),
            html.Span(f"{leads:,}", className="figure"),
            html.Span(style={"width": f"{100 * leads / most:.1f}%"}, **{"aria-hidden": "true"}),
        ]
    )


def leads_view(
    rows: Sequence[Mapping[str, Any]], said: str, *, most: int, of_lead: Callable[[Any], str], away: str
) -> Component:
    """Leads that are meant, each with the way to its journey."""
    heads = ("Company", "Source", "ICP version", "Stage", "Stands still", "Came in")
    more = f"The first {most:,} are shown." if len(rows) == most else None
    return html.Section(
        [
            html.Div([html.H2(said), dmc.Anchor("Hide these leads", href=away)], className="heading"),
            html.Table(
                [
                    html.Thead(html.Tr([html.Th(head, scope="col") for head in heads])),
                    html.Tbody([_lead(row, of_lead) for row in rows]),
                ],
                className="diff",
            )
            if rows
            else html.P("There is none.", className="faint"),
            html.P(more, className="faint") if more else None,
        ]
    )


def _lead(row: Mapping[str, Any], of_lead: Callable[[Any], str]) -> Component:
    return html.Tr(
        [
            html.Th(dmc.Anchor(row["company"], href=of_lead(row["id"])), scope="row"),
            html.Td(row["source"]),
            html.Td(row["icp_version"]),
            html.Td(row["stage"]),
            html.Td(row["hold_reason"] or (row["hold"] or "").replace("_", " ")),
            html.Td(words.stamp(row["created_at"])),
        ]
    )


def origins_table(seen: Seen, link: Link) -> Component:
    """What has become of leads by where they came from, and what that has cost."""
    origins = seen.origins
    if not origins:
        return html.P("No lead has come in in these days.", className="faint")
    heads = (
        "Source",
        "ICP version",
        "Sourced",
        "Enriched",
        "Contactable",
        "Scored",
        "Qualified",
        "Spent",
        "For each",
    )
    rest = len(origins) - _ORIGINS_SHOWN
    return html.Div(
        [
            html.Table(
                [
                    html.Thead(html.Tr([html.Th(head, scope="col") for head in heads])),
                    html.Tbody([_origin(one, seen.of(one), link) for one in origins[:_ORIGINS_SHOWN]]),
                ],
                className="diff figures-table",
            ),
            html.P(f"and {rest:,} other origins", className="faint") if rest > 0 else None,
        ]
    )


def _origin(origin: Origin, seen: Seen, link: Link) -> Component:
    counts, spent = seen.counts, sum(seen.spent.values(), Decimal(0))
    qualified = Share(counts["qualified"], counts["sourced"])
    where = link(source=origin.source, icp=str(origin.icp_version))
    return html.Tr(
        [
            html.Th(dmc.Anchor(origin.source, href=where), scope="row"),
            html.Td(origin.icp_version),
            *(html.Td(f"{counts[name]:,}") for name in ("sourced", "enriched", "contactable", "scored")),
            html.Td([str(qualified), _interval(qualified)]),
            html.Td(words.dollars(spent)),
            html.Td(_each(spent, counts["qualified"])),
        ]
    )


def costs_table(seen: Seen, title_of: Callable[[str], str], *, is_narrow: bool) -> Component:
    """What each stage has cost, for all leads together and for each that came there, and what a qualified one cost."""
    counts, spent = seen.counts, seen.spent
    most = max([*spent.values(), Decimal(0)])
    named = [
        _cost(
            title_of(agent),
            f"{counts[key]:,} {title.lower()}",
            spent.get(agent, Decimal(0)),
            counts[key],
            most,
        )
        for agent, (title, key) in _WORKERS.items()
        if agent != "lead_source" or not is_narrow
    ]
    others = [
        _cost(title_of(agent), "", spent[agent], None, most)
        for agent in sorted(spent.keys() - _WORKERS.keys())
    ]
    total = sum(spent.values(), Decimal(0))
    heads = ("Agent", "Leads there", "Spent", "For each", html.Span("Spent, drawn", className="unseen"))
    return html.Div(
        [
            html.Table(
                [
                    html.Thead(html.Tr([html.Th(head, scope="col") for head in heads])),
                    html.Tbody([*named, *others]),
                    html.Tfoot(
                        _cost(
                            "A qualified lead, all together",
                            f"{counts['qualified']:,} in tier {' or '.join(QUALIFIED)}",
                            total,
                            counts["qualified"],
                            None,
                        )
                    ),
                ],
                className="diff figures-table",
            ),
            html.P(
                "What a search cost is of no single lead: it is counted where all sources are asked about.",
                className="faint",
            )
            if is_narrow
            else None,
        ]
    )


def _cost(name: str, leads: str, spent: Decimal, each_of: int | None, most: Decimal | None) -> Component:
    width = {"width": f"{100 * float(spent / most):.1f}%"} if most else {"width": "0"}
    bar = html.Div(html.Span(style=width), className="share-bar", **{"aria-hidden": "true"})
    return html.Tr(
        [
            html.Th(name, scope="row"),
            html.Td(leads),
            html.Td(words.dollars(spent)),
            html.Td(_each(spent, each_of) if each_of is not None else ""),
            html.Td(bar if most is not None else None, className="drawn"),
        ]
    )


def answers_table(shares: Mapping[str, Share], wait: int) -> Component:
    """How many answered of those who were written to, by tier, with how far off that may be."""
    if not any(share.whole for share in shares.values()):
        return html.P(
            f"Not known yet: nobody was written to whose lead was first scored {wait} days ago or longer.",
            className="faint",
        )
    heads = ("Tier", "Written to", "Answered", "Share", "Between, in 19 cases of 20")
    return html.Table(
        [
            html.Thead(html.Tr([html.Th(head, scope="col") for head in heads])),
            html.Tbody(
                [
                    html.Tr(
                        [
                            html.Th(tier_badge(tier), scope="row"),
                            html.Td(f"{share.whole:,}"),
                            html.Td(f"{share.part:,}"),
                            html.Td(words.percent(share.value)),
                            html.Td([_between(share), _interval(share)], className="drawn"),
                        ]
                    )
                    for tier, share in shares.items()
                ]
            ),
        ],
        className="diff figures-table",
    )


def _each(spent: Decimal, leads: int) -> str:
    return words.dollars(spent / leads) if leads else "not known: 0 leads"


def _between(share: Share) -> str:
    low, high = share.interval
    return f"{low:.1%} to {high:.1%}" if share.whole else "anything"


def _interval(share: Share) -> Component:
    """Where the truth may lie, drawn on a line from nothing to all."""
    if share.value is None:
        return None
    low, high = share.interval
    reach = {"left": f"{100 * low:.1f}%", "width": f"{100 * (high - low):.1f}%"}
    return html.Div(
        [html.Span(style=reach), html.B(style={"left": f"{100 * share.value:.1f}%"})],
        className="interval",
        **{"aria-hidden": "true"},
    )
