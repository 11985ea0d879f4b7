"""The Runs page: what each agent did with each event, newest first."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import dash_mantine_components as dmc
from dash import html

from console.addresses import path_to
from console.components import filters, words
from console.components.badges import SETTLED, STATUS_WORDS, status_badge
from console.components.facts import facts
from console.components.grid import download, grid, live
from console.components.icon import icon
from console.components.json_view import json_view
from console.components.notices import no_match, nothing_yet
from console.cursors import Key, apart, moment_of, uuid_of
from console.faults import BadRequest, NotFound
from console.page import Component, Detail, Page, Row, Table, View
from console.reads import Record, counted
from tenants.records import RunStatus
from tenants.store import pages
from tenants.store.pages import RunFilter

_FILTERS = ("status", "agent", "lead", "time")
_COLUMNS: list[dict[str, Any]] = [
    {
        "headerName": "Time",
        "field": "time",
        "width": 124,
        "valueFormatter": {"function": "localTime(params.value)"},
        "tooltipField": "time",
    },
    {"headerName": "Agent", "field": "agent", "width": 126},
    {"headerName": "Status", "field": "status", "width": 148, "cellRenderer": "Status"},
    {"headerName": "Company", "field": "company", "minWidth": 160, "flex": 2, "tooltipField": "company"},
    {"headerName": "Reason", "field": "reason", "minWidth": 160, "flex": 3, "tooltipField": "reason"},
    {"headerName": "Duration", "field": "duration", "width": 100, "type": "rightAligned"},
    {"headerName": "Attempt", "field": "attempt", "width": 90, "type": "rightAligned"},
    {"headerName": "Cost", "field": "cost", "width": 90, "type": "rightAligned"},
]
_FILE = {
    "id": "Run id",
    "time": "Time",
    "agent": "Agent",
    "status": "Status",
    "company": "Company",
    "reason": "Reason",
    "duration": "Duration",
    "attempt": "Attempt",
    "cost": "Cost",
}


def filter_of(query: Mapping[str, str]) -> RunFilter:
    """The filter in an address.

    Raises BadRequest where it names something that does not exist.
    """
    agents = tuple(name for name in query.get("agent", "").split(",") if name)
    if not all(name.isidentifier() and len(name) <= 63 for name in agents):
        raise BadRequest("That is not the name of an agent.")
    return RunFilter(
        statuses=filters.chosen(query, "status", [status.value for status in RunStatus]),
        agents=agents,
        lead_id=uuid_of(query["lead"]) if query.get("lead") else None,
        since=filters.since(query),
    )


async def parts(view: View) -> Mapping[str, Component]:
    """How many runs match, and what to say where there are none."""
    count = await view.reads.count_runs(view.tenant, filter_of(view.query))
    return {
        "count": f"{counted(count)} runs" if count != 1 else "1 run",
        "empty": None if count else _empty(view),
        "faces": await view.reads.agent_faces(view.tenant),
    }


def frame(view: View, drawn: Mapping[str, Component]) -> Component:
    """The filters above, the runs below."""
    statuses = {
        status.value: html.Span([icon(status.value), word], className="chip-text")
        for status, word in STATUS_WORDS.items()
    }
    agents = {face.name: face.title for face in drawn["faces"]}
    for name in filter_of(view.query).agents:
        agents.setdefault(name, view.reads.agent_title(name))
    return html.Div(
        [
            html.Div(
                [html.H1("Runs"), live("count", drawn, className="count"), download()], className="heading"
            ),
            html.Div(
                [
                    filters.chips("status", "Status", statuses, view.query),
                    filters.chips("agent", "Agent", agents, view.query),
                    filters.within("Started within", view.query),
                    filters.words("lead", "Lead id", view.query, placeholder="Lead id", width=180),
                ],
                className="filters",
            ),
            grid(_COLUMNS, label="Runs, newest first", what="new runs", row_height=36, parts=drawn),
        ],
        className="page page-filled",
        key="runs",
    )


async def rows(view: View, after: Key | None, skip: int, limit: int) -> list[Row]:
    """The next runs."""
    behind = (moment_of(after.order), after.id) if after else None
    found = await view.reads.runs(view.tenant, filter_of(view.query), after=behind, skip=skip, limit=limit)
    return [_row(view, run) for run in found]


async def again(view: View, ids: Sequence[UUID]) -> list[Row]:
    """The rows on screen that can still change, as they are now."""
    return [_row(view, run) for run in await view.reads.runs_again(view.tenant, ids)]


async def count(view: View) -> int:
    """How many runs match."""
    return await view.reads.count_runs(view.tenant, filter_of(view.query))


async def measure(view: View) -> tuple[int, Mapping[int, Key]]:
    """How many runs match however many there are, and the keys of rows by which one can jump there."""
    async with view.session() as session:
        total, stones = await pages.measure_runs(session, filter_of(view.query), apart)
    return total, {row: Key(at.isoformat(), name) for row, (at, name) in stones.items()}


async def news(view: View, since: datetime) -> int:
    """How many runs that match have started since."""
    return await view.reads.count_runs(view.tenant, filter_of(view.query), after=since)


async def detail(view: View, run_id: UUID) -> Detail:
    """All that is kept about one run."""
    run = await view.reads.run(view.tenant, run_id)
    if run is None:
        raise NotFound("There is no such run.")
    lead = run["lead_id"]
    others = f"{path_to(view.tenant.name, 'runs')}?{urlencode({'lead': lead})}" if lead else None
    journey = f"{path_to(view.tenant.name, 'lead')}?{urlencode({'lead': lead})}"
    body = [
        facts(
            [
                ("Company", run["company"]),
                ("Reason", run["reason"]),
                ("Started", words.stamp(run["started_at"])),
                ("Duration", words.duration(run["duration_s"])),
                ("Goes on at", words.stamp(run["due_at"])),
                ("Attempt", _attempt(run)),
                ("Cost", words.dollars(run["cost_usd"])),
                ("Event", f"{run['topic']} on lane {run['lane']}"),
                ("Event id", _id(run["event_id"])),
                ("Run id", _id(run["id"])),
                ("Lead id", _id(lead) if lead else None),
                ("Lead", dmc.Anchor("All runs of this lead", href=others) if others else None),
                ("Journey", dmc.Anchor("Its journey", href=journey) if lead else None),
            ]
        ),
        json_view("Error", run["error"]),
        json_view("Input", run["input"]),
        json_view("Output", run["output"]),
        json_view("Versions", run["versions"]),
    ]
    title = html.Span(
        [view.reads.agent_title(run["agent"]), status_badge(run["status"])], className="drawer-title"
    )
    return Detail(title, html.Div(body, className="detail"))


def _id(name: UUID) -> Component:
    return html.Code(str(name))


def _attempt(run: Record) -> str:
    again = f", handed to a process {run['deliveries']} times" if run["deliveries"] > 1 else ""
    return f"{run['attempt']}{again}"


def _row(view: View, run: Record) -> Row:
    return {
        "id": str(run["id"]),
        "key": str(Key(run["started_at"].isoformat(), run["id"])),
        "time": words.stamp(run["started_at"]),
        "agent": view.reads.agent_title(run["agent"]),
        "status": run["status"],
        "word": STATUS_WORDS.get(run["status"], run["status"]),
        "settled": run["status"] in SETTLED,
        "company": run["company"] or "",
        "reason": run["reason"] or "",
        "duration": words.duration(run["duration_s"]),
        "attempt": run["attempt"],
        "cost": words.dollars(run["cost_usd"]),
    }


def _empty(view: View) -> Component:
    if any(view.query.get(name) for name in _FILTERS):
        return no_match("runs")
    return nothing_yet(
        "No runs yet",
        "A run is one event handled by one agent. Bring leads in, and they appear here.",
        f"leadmill source {view.tenant.name} leads.csv",
    )


PAGE = Page(
    slug="runs",
    title="Runs",
    icon="runs",
    order=30,
    frame=frame,
    parts=parts,
    table=Table(rows=rows, count=count, news=news, again=again, file=_FILE, measure=measure),
    detail=detail,
)
