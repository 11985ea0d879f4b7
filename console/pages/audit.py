"""The Audit page: who did what to what, newest first. Nothing here can be changed."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from dash import html

from console.components import filters, words
from console.components.facts import facts
from console.components.grid import download, grid, live
from console.components.json_view import json_view
from console.components.notices import no_match, nothing_yet
from console.cursors import Key, moment_of
from console.faults import NotFound
from console.page import Component, Detail, Page, Row, Table, View
from console.reads import Record, counted
from tenants.store import audit
from tenants.store.audit import ActFilter

_FILTERS = ("q", "time")
_LARGEST_ID = 2**63 - 1
_COLUMNS = [
    {
        "headerName": "Time",
        "field": "time",
        "width": 124,
        "valueFormatter": {"function": "localTime(params.value)"},
        "tooltipField": "time",
    },
    {"headerName": "Who", "field": "by", "width": 160, "tooltipField": "by"},
    {"headerName": "Act", "field": "act", "width": 200, "tooltipField": "act"},
    {"headerName": "To what", "field": "subject", "minWidth": 220, "flex": 2, "tooltipField": "subject"},
    {"headerName": "Details", "field": "detail", "minWidth": 220, "flex": 3, "tooltipField": "detail"},
]
_FILE = {"time": "Time", "by": "Who", "act": "Act", "subject": "To what", "detail": "Details"}


def filter_of(query: Mapping[str, str]) -> ActFilter:
    """The filter in an address. Raises BadRequest where it names a time that there is not."""
    return ActFilter(text=query.get("q", "").strip()[:100].replace("\0", ""), since=filters.since(query))


async def parts(view: View) -> Mapping[str, Component]:
    """How many acts match, and what to say where there are none."""
    number = await count(view)
    return {
        "count": f"{counted(number)} acts" if number != 1 else "1 act",
        "empty": None if number else _empty(view),
    }


def frame(view: View, drawn: Mapping[str, Component]) -> Component:
    """The filters above, the acts below."""
    return html.Div(
        [
            html.Div(
                [html.H1("Audit"), live("count", drawn, className="count"), download()], className="heading"
            ),
            html.Div(
                [
                    filters.words("q", "Who, act or subject", view.query, placeholder="Who, act or subject"),
                    filters.within("Done within", view.query),
                ],
                className="filters",
            ),
            grid(_COLUMNS, label="Acts, newest first", what="new acts", row_height=36, parts=drawn),
        ],
        className="page page-filled",
        key="audit",
    )


async def rows(view: View, after: Key | None, skip: int, limit: int) -> list[Row]:
    """The next acts."""
    behind = (moment_of(after.order), min(after.id.int, _LARGEST_ID)) if after else None
    async with view.session() as session:
        found = await audit.matching(session, filter_of(view.query), after=behind, skip=skip, limit=limit)
    return [_row(act) for act in found]


async def count(view: View) -> int:
    """How many acts match."""
    async with view.session() as session:
        return await audit.count(session, filter_of(view.query))


async def news(view: View, since: datetime) -> int:
    """How many acts that match have been done since."""
    async with view.session() as session:
        return await audit.count(session, filter_of(view.query), after=since)


async def detail(view: View, act_id: UUID) -> Detail:
    """One act with all that is kept about it."""
    act = None
    if act_id.int <= _LARGEST_ID:
        async with view.session() as session:
            act = await audit.one(session, act_id.int)
    if act is None:
        raise NotFound("There is no such act.")
    body = [
        facts([("When", words.stamp(act["at"])), ("Who", act["by"]), ("To what", act["subject"])]),
        json_view("Details", act["detail"]),
    ]
    return Detail(act["act"].capitalize(), html.Div(body, className="detail"))


def _row(act: Record) -> Row:
    # acts are numbered, and a table's rows have ids of another kind
    name = UUID(int=act["id"])
    return {
        "id": str(name),
        "key": str(Key(act["at"].isoformat(), name)),
        "time": words.stamp(act["at"]),
        "by": act["by"],
        "act": act["act"],
        "subject": act["subject"],
        "detail": "; ".join(
            f"{name}: {value}" for name, value in act["detail"].items() if value not in (None, "")
        ),
        "settled": True,
    }


def _empty(view: View) -> Component:
    if any(view.query.get(name) for name in _FILTERS):
        return no_match("acts")
    return nothing_yet(
        "Nobody has done anything yet",
        "What a person decides, retries, changes or takes back is written here, with the name of who did it.",
    )


PAGE = Page(
    slug="audit",
    title="Audit",
    icon="audit",
    order=90,
    frame=frame,
    parts=parts,
    table=Table(rows=rows, count=count, news=news, file=_FILE),
    detail=detail,
)
