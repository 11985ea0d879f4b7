"""What the page of the ideal customer shows beside the editor: what a draft would change, and the versions."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import dash_mantine_components as dmc
from dash import html

from console.components import words
from console.components.buttons import button
from console.components.facts import facts
from console.components.icon import icon
from console.shares import Share
from tenants.icp import IdealCustomer
from tenants.profiles import Fitting, unknown
from tenants.records import Account
from tenants.store.profiles import SearchPrice, Version

Component = Any
_REASONS_SHOWN = 8


def now_view(version: Version, age_s: float | None) -> Component:
    """By which profile the mill goes, since when, on whose word and why."""
    told: list[Component] = [f"The mill goes by version {version.number}"]
    if age_s is not None:
        told += [", saved ", f"by {version.by} " if version.by else "", words.moment_ago(version.at, age_s)]
    told.append(f": {version.reason}." if version.reason else ".")
    return html.P(told, className="faint")


def preview_view(
    found: Fitting,
    icp: IdealCustomer,
    *,
    companies: int,
    prices: Sequence[SearchPrice],
    of_a_lead: Decimal | None,
    totals: Mapping[str, int],
) -> Component:
    """What a draft makes of the companies that the tenant has, with examples, and what more would cost."""
    if not companies:
        told: list[Component] = [
            html.P("The tenant has no companies yet: there is nothing to try the profile on.")
        ]
    else:
        told = [_how_many(found, companies), _why_not(found), _examples(found, icp)]
    return html.Div(
        [html.H2("What it would change"), *told, _price(prices, of_a_lead, totals)],
        className="profile-preview",
    )


def _how_many(found: Fitting, companies: int) -> Component:
    share = Share(found.fits, found.looked_at)
    drawn = None
    if companies > found.looked_at:
        low, high = (round(one * companies) for one in share.interval)
        drawn = html.P(
            f"{found.looked_at:,} of {companies:,} companies were looked at, drawn evenly: in all about "
            f"{round((share.value or 0) * companies):,} fit ({low:,} to {high:,}).",
            className="faint",
        )
    width = {"width": f"{100 * (share.value or 0):.1f}%"}
    return html.Div(
        [
            html.Dl(
                [
                    _number("Fit", f"{found.fits:,} of {found.looked_at:,}"),
                    _number("Fit now", f"{found.fits_now:,}"),
                    _number("Would come in", f"+{found.comes:,}"),
                    _number("Would drop out", f"\N{MINUS SIGN}{found.goes:,}"),
                ],
                className="figures",
            ),
            html.Div(html.Span(style=width), className="share-bar", **{"aria-hidden": "true"}),
            drawn,
            html.P(
                "What is not known of a company does not speak against it. Leads that are there keep their stage; "
                "each is asked about again when an agent comes to it.",
                className="faint",
            ),
        ]
    )


def _number(name: str, value: str) -> Component:
    return html.Div([html.Dt(name), html.Dd(value, className="figure")])


def _why_not(found: Fitting) -> Component:
    if not found.reasons:
        return html.P("Nothing speaks against any of them.")
    most = max(found.reasons.values())
    shown = list(found.reasons.items())
    rest = sum(count for _, count in shown[_REASONS_SHOWN:])
    return html.Section(
        [
            html.H3("Why the others do not fit"),
            html.Ul(
                [
                    html.Li(
                        [
                            html.Span(reason),
                            html.Span(f"{count:,}", className="figure"),
                            html.Span(
                                style={"width": f"{100 * count / most:.1f}%"}, **{"aria-hidden": "true"}
                            ),
                        ]
                    )
                    for reason, count in shown[:_REASONS_SHOWN]
                ],
                className="reason-counts",
            ),
            html.P(f"and {rest:,} for other reasons", className="faint") if rest else None,
        ]
    )


def _examples(found: Fitting, icp: IdealCustomer) -> Component:
    inside = [(one, _still_open(unknown(icp, one))) for one in found.inside]
    return html.Div(
        [
            _companies("Would fit", inside, "Nobody would.", "Known"),
            _companies("Would not fit", found.outside, "All would.", "Why not"),
        ],
        className="profile-examples",
    )


def _still_open(names: Sequence[str]) -> str:
    return f"not known: {', '.join(names)}" if names else "all that is asked for"


def _companies(title: str, some: Sequence[tuple[Account, str]], none: str, last: str) -> Component:
    if not some:
        return html.Section([html.H3(title), html.P(none, className="faint")])
    rows = [
        html.Tr([html.Th([one.name, html.Div(_about(one), className="faint")], scope="row"), html.Td(why)])
        for one, why in some
    ]
    head = html.Thead(html.Tr([html.Th(title, scope="col"), html.Th(last, scope="col")]))
    return html.Section(html.Table([head, html.Tbody(rows)], className="diff"))


def _about(one: Account) -> str:
    people = f"{one.employees:,} people" if one.employees is not None else None
    return " · ".join(filter(None, (one.industry, one.country, people))) or "nothing is known of it yet"


def _price(prices: Sequence[SearchPrice], of_a_lead: Decimal | None, totals: Mapping[str, int]) -> Component:
    """What sourcing more would cost, as far as the ledger tells. Nothing is made up."""
    told: list[tuple[str, str]] = []
    for one in prices:
        if one.companies:
            each = words.dollars(one.cost_usd / one.companies)
            said = f"{each} for a company, from {one.companies:,} that {one.searches:,} searches brought"
            if one.provider in totals:
                total = totals[one.provider]
                said += f"; {total:,} match, which would come to {words.dollars(one.cost_usd / one.companies * total)}"
            told.append((f"A search at {one.provider}", said))
    for provider, total in totals.items():
        if not any(one.provider == provider and one.companies for one in prices):
            told.append((f"A search at {provider}", f"{total:,} match; what one costs is not known yet"))
    if not told:
        told.append(("A search", "not known: no search has brought companies yet"))
    if not totals:
        told.append(("How many there are", "not known: nobody was asked with this profile yet"))
    each = "not known: there is too little experience yet" if of_a_lead is None else words.dollars(of_a_lead)
    told.append(
        ("A lead, all calls together", each if of_a_lead is None else f"{each}, as leads have cost so far")
    )
    return html.Section([html.H3("What more would cost"), facts(told)])


def versions_table(versions: Sequence[Version], now: Version, leads_of: Callable[[int], str]) -> Component:
    """All versions, the newest first, each with the way to its leads and the way back to it."""
    if not versions:
        return html.P("Nothing was saved yet.", className="faint")
    heads = ("Version", "Since", "Who", "Why", "Says", "Leads", html.Span("Back", className="unseen"))
    return html.Table(
        [
            html.Thead(html.Tr([html.Th(head, scope="col") for head in heads])),
            html.Tbody([_line(one, now, leads_of(one.number)) for one in versions]),
        ],
        className="diff versions",
    )


def _line(one: Version, now: Version, leads: str) -> Component:
    is_now = one.hash == now.hash
    back = button("Back to this one \N{HORIZONTAL ELLIPSIS}", "ask-back", on=one.number, seen=now.hash)
    return html.Tr(
        [
            html.Th(one.number, scope="row"),
            html.Td(words.stamp(one.at)),
            html.Td(one.by or html.Span("not known", className="faint")),
            html.Td(one.reason or ""),
            html.Td(html.Code(one.hash[:8])),
            html.Td(dmc.Anchor(f"Leads of {one.number}", href=leads)),
            html.Td(html.Span([icon("done"), " says what holds now"], className="faint") if is_now else back),
        ]
    )
