"""The Pipeline page: how far leads have come, and which of them to talk to first."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import dash_mantine_components as dmc
from dash import html

from console.addresses import path_to
from console.components import filters, words
from console.components.badges import address_kind, tier_badge
from console.components.bars import reason_bars
from console.components.facts import contact_facts, facts
from console.components.funnel import funnel
from console.components.grid import download, grid, live
from console.components.notices import no_match, nothing_yet
from console.cursors import Key, apart
from console.faults import BadRequest, NotFound
from console.page import Component, Detail, Page, Row, Table, View
from console.reads import Record, Standing, counted
from tenants.store import pages
from tenants.store.pages import ProspectFilter

_TIERS = {"A": "Tier A", "B": "Tier B", "C": "Tier C"}
_COLUMNS: list[dict[str, Any]] = [
    {"headerName": "#", "field": "rank", "width": 62, "type": "rightAligned"},
    {"headerName": "Company", "field": "company", "minWidth": 200, "flex": 3, "cellRenderer": "Company"},
    {"headerName": "Score", "field": "score", "width": 124, "cellRenderer": "Score"},
    {"headerName": "Tier", "field": "tier", "width": 70, "cellRenderer": "Tier"},
    {"headerName": "Contact", "field": "contact", "minWidth": 260, "flex": 4, "cellRenderer": "Contact"},
    {"headerName": "Fit", "field": "fit", "width": 68, "type": "rightAligned"},
    {"headerName": "Intent", "field": "intent", "width": 78, "type": "rightAligned"},
    {"headerName": "Sequence", "field": "sequence", "minWidth": 160, "flex": 2, "tooltipField": "sequence"},
]
_FILE = {
    "id": "Lead id",
    "company": "Company",
    "domain": "Domain",
    "industry": "Industry",
    "country": "Country",
    "employees": "Employees",
    "score": "Score",
    "tier": "Tier",
    "fit": "Fit",
    "intent": "Intent",
    "contact": "Contact",
    "title": "Title",
    "email": "E-mail",
    "email_status": "Address",
    "sequence": "Sequence",
}


def filter_of(query: Mapping[str, str]) -> ProspectFilter:
    """The filter in an address.

    Raises BadRequest where it names something that does not exist.
    """
    return ProspectFilter(
        text=query.get("company", "").strip()[:100].replace("\0", ""),
        tiers=filters.chosen(query, "tier", _TIERS),
    )


async def parts(view: View) -> Mapping[str, Component]:
    """The funnel, the headline numbers, and how many prospects match."""
    standing = await view.reads.standing(view.tenant)
    matching = await count(view)
    return {
        "headline": _headline(standing),
        "funnel": funnel(standing.counts, standing.drop_offs),
        "count": counted(matching),
        "empty": None if matching else _empty(view, standing),
    }


def frame(view: View, drawn: Mapping[str, Component]) -> Component:
    """The numbers above, the ranked prospects below."""
    return html.Div(
        [
            html.Div(
                [html.H1("Pipeline"), live("headline", drawn, className="headline")], className="heading"
            ),
            live("funnel", drawn, className="panel"),
            html.Div(
                [
                    html.H2("Prospects"),
                    live("count", drawn, className="count"),
                    download(),
                    html.Div(className="spread"),
                    filters.chips("tier", "Tier", _TIERS, view.query),
                    filters.words("company", "Company", view.query, placeholder="Search company"),
                ],
                className="filters filters-line",
            ),
            grid(_COLUMNS, label="Prospects, best first", what="leads scored", row_height=52, parts=drawn),
        ],
        className="page page-filled",
        key="pipeline",
    )


async def rows(view: View, after: Key | None, skip: int, limit: int) -> list[Row]:
    """The next prospects."""
    behind = (_score(after.order), after.id) if after else None
    found = await view.reads.prospects(
        view.tenant, filter_of(view.query), after=behind, skip=skip, limit=limit
    )
    return [_row(lead) for lead in found]


async def count(view: View) -> int:
    """How many prospects match."""
    return await view.reads.count_prospects(view.tenant, filter_of(view.query))


async def measure(view: View) -> tuple[int, Mapping[int, Key]]:
    """How many prospects match however many there are, and the keys of rows by which one can jump there."""
    async with view.session() as session:
        total, stones = await pages.measure_prospects(session, filter_of(view.query), apart)
    return total, {row: Key(str(score), name) for row, (score, name) in stones.items()}


async def news(view: View, since: datetime) -> int:
    """How many leads that match were scored since."""
    return await view.reads.count_prospects(view.tenant, filter_of(view.query), after=since)


async def detail(view: View, lead_id: UUID) -> Detail:
    """One prospect: why it stands where it stands, the company, the person."""
    lead = await view.reads.prospect(view.tenant, lead_id)
    if lead is None:
        raise NotFound("There is no such lead.")
    title = html.Span([lead["company"], tier_badge(lead["tier"])], className="drawer-title")
    sections = [_why(lead), _person(lead), _company(lead), _traces(view, lead)]
    return Detail(title, html.Div(sections, className="detail"))


def _why(lead: Record) -> Component:
    if lead["score"] is None:
        return html.P("This lead is not scored yet.", className="faint")
    figures = [
        ("Score", html.Span(f"{lead['score']}", className="figure")),
        ("Fit", words.percent(lead["fit"])),
        ("Intent", words.percent(lead["intent"])),
        ("Sequence", lead["sequence"]),
        ("Model", lead["model"]),
    ]
    return html.Section(
        [
            facts(figures),
            html.H3("Why this score"),
            reason_bars(lead["reasons"] or []),
            html.P("To the right: speaks for the lead. To the left: against it.", className="faint legend"),
        ]
    )


def _person(lead: Record) -> Component:
    if lead["contact"] is None:
        return html.Section([html.H3("Contact"), html.P("Nobody was found yet.", className="faint")])
    return html.Section(
        [
            html.H3("Contact"),
            contact_facts(lead),
        ]
    )


def _company(lead: Record) -> Component:
    place = ", ".join(filter(None, [lead["city"], lead["country"]]))
    return html.Section(
        [
            html.H3("Company"),
            facts(
                [
                    ("Domain", lead["domain"]),
                    ("Industry", lead["industry"]),
                    ("Place", place),
                    ("Employees", f"{lead['employees']:,}" if lead["employees"] is not None else None),
                    ("Founded", lead["founded_year"]),
                    ("Revenue", f"${words.large(lead['revenue_usd'])}" if lead["revenue_usd"] else None),
                    ("Funding", f"${words.large(lead['funding_usd'])}" if lead["funding_usd"] else None),
                    ("Open jobs", lead["open_jobs"]),
                    ("Technologies", ", ".join(lead["technologies"] or [])),
                    ("About", lead["description"]),
                ]
            ),
        ]
    )


def _traces(view: View, lead: Record) -> Component:
    of_lead = urlencode({"lead": lead["id"]})
    runs = f"{path_to(view.tenant.name, 'runs')}?{of_lead}"
    journey = f"{path_to(view.tenant.name, 'lead')}?{of_lead}"
    return html.Section(
        [
            html.H3("Where it comes from"),
            facts(
                [
                    ("Source", lead["source"]),
                    ("Scored", words.stamp(lead["scored_at"])),
                    ("Standing still", lead["hold_reason"] or lead["hold"]),
                    ("Runs", dmc.Anchor("What agents did for this lead", href=runs)),
                    ("Journey", dmc.Anchor("Its journey", href=journey)),
                ]
            ),
        ]
    )


def _headline(standing: Standing) -> Component:
    counts = standing.counts
    return html.Dl(
        [
            _number("Scored leads", f"{counts['scored']:,}"),
            _number("Tier A", f"{standing.tiers.get('A', 0):,}"),
            _number("In flight", f"{counts['in_flight']:,}"),
            _number("Spent", words.dollars(standing.spent_usd)),
            _number("Billed calls", f"{standing.billed_calls:,}"),
        ]
    )


def _number(name: str, value: str) -> Component:
    return html.Div([html.Dt(name), html.Dd(value, className="figure")])


def _row(lead: Record) -> Row:
    facts_line = [
        lead["industry"],
        lead["country"],
        f"{lead['employees']:,} people" if lead["employees"] else None,
    ]
    return {
        "id": str(lead["id"]),
        "key": str(Key(str(lead["score"]), lead["id"])),
        "company": lead["company"],
        "domain": lead["domain"] or "",
        "industry": lead["industry"] or "",
        "country": lead["country"] or "",
        "employees": lead["employees"],
        "facts": " · ".join(filter(None, facts_line)) or lead["domain"] or "",
        "contact": lead["contact"] or "",
        "title": lead["title"] or "",
        "email": lead["email"] or "",
        "email_status": (lead["email_status"] or "").replace("_", " "),
        "email_kind": address_kind(lead["email_status"]),
        "fit": words.percent(lead["fit"]),
        "intent": words.percent(lead["intent"]),
        "score": lead["score"],
        "tier": lead["tier"],
        "sequence": lead["sequence"] or "",
    }


def _empty(view: View, standing: Standing) -> Component:
    if any(view.query.get(name) for name in ("company", "tier")):
        return no_match("prospects")
    if standing.counts["sourced"]:
        return nothing_yet(
            "Nothing scored yet", "Leads are on their way; the first prospects appear here by themselves."
        )
    return nothing_yet(
        "No leads yet",
        "Bring leads in from a file or a provider, and watch them come through.",
        f"leadmill source {view.tenant.name} leads.csv",
    )


def _score(text: str) -> int:
    try:
        return max(-32_768, min(int(text), 32_767))
    except ValueError:
        raise BadRequest("The table asked for rows in a way that can't be understood.") from None


PAGE = Page(
    slug="pipeline",
    title="Pipeline",
    icon="pipeline",
    order=10,
    frame=frame,
    parts=parts,
    table=Table(rows=rows, count=count, news=news, file=_FILE, measure=measure),
    detail=detail,
)
