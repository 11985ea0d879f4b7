"""Answers: what the server says when a browser arrives, asks for news, scrolls or opens a row.

Everything that a browser sends is somebody's claim. The tenant is looked up by name, among those that who asks may
look at; each filter is checked by its page, and rows are read in a session that sees that tenant's rows and no others.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State, no_update
from dash.dependencies import ALL
from dash.exceptions import PreventUpdate

from console import frame
from console.addresses import Address, address_of, path_to
from console.auth import actor, request_id, signed_in
from console.components import notices
from console.components.grid import BLOCK
from console.cursors import Trail, moment_of, uuid_of
from console.faults import BadRequest, NotFound, logged, tell
from console.page import Component, Page, View
from console.reads import Reads
from console.rights import within_rights
from tenants.records import Tenant
from tenants.store.pages import COUNT_CAP

ROWS_LIMIT = 2 * BLOCK
IDS_LIMIT = 200


class Answers:
    """The server's side of every page."""

    def __init__(self, reads: Reads, pages: Mapping[str, Page]) -> None:
        self.reads = reads
        self.pages = pages

    async def arrive(self, here: Any) -> tuple[Any, ...]:
        """The page at an address, with the menu, the tenants and the title that belong to it."""
        tenants = await self.reads.tenants(actor())
        whoever = frame.who(actor(), signed_in())
        try:
            page, view = await self.asked(here)
        except (BadRequest, NotFound):
            return (
                notices.nowhere(),
                frame.menu([], None, ""),
                frame.choices(tenants, None),
                None,
                "Not found",
                None,
                whoever,
            )
        content = await _drawn(page, view)
        return (
            content,
            frame.menu([one for one in self.pages.values() if view.may(one.needs)], view.tenant, page.slug),
            frame.choices(tenants, view.tenant),
            view.tenant.name,
            f"{page.title} · {view.tenant.label}",
            None,
            whoever,
        )

    async def refresh(
        self, asks: Any, here: Any, ids: Sequence[Mapping[str, str]]
    ) -> tuple[list[Component], dict[str, Any]]:
        """The parts that are kept fresh, and what became of the rows on screen."""
        page, view = await self.asked(here)
        parts = await page.parts(view)
        drawn = {
            found["live"]: within_rights(parts[found["live"]], page, view)
            for found in ids
            if found["live"] in parts
        }
        heard: dict[str, Any] = {"n": asks.get("n"), "news": 0, "rows": []}
        if page.table is not None and asks.get("since"):
            heard["news"] = await page.table.news(view, moment_of(asks["since"]))
            changing = [uuid_of(name) for name in list(asks.get("ids") or ())[:IDS_LIMIT]]
            if changing and page.table.again is not None:
                heard["rows"] = await page.table.again(view, changing)
        return [drawn.get(found["live"], no_update) for found in ids], heard

    async def rows(self, request: Any, trail_sent: Any, here: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """The rows that a table scrolled to, read on from the nearest row that it has seen."""
        if request is None:
            raise PreventUpdate  # the table is drawn, and has not asked yet
        start, limit = _block(request)
        page, view = await self.asked(here)
        if page.table is None:
            raise NotFound("There is no table on this page.")
        trail = Trail.read(trail_sent)
        if trail.since is None:
            trail.since = await self.reads.now()
            trail.total = await page.table.count(view)
        if start + 2 * limit >= COUNT_CAP and page.table.measure is not None and not trail.is_measured:
            trail.measured(*await page.table.measure(view))
        after, skip = trail.nearest(start)
        rows = await page.table.rows(view, after, skip, limit)
        trail.passed(start, rows)
        for number, row in enumerate(rows, start + 1):
            row["rank"] = number
        end = start + len(rows)
        total = end if len(rows) < limit else max(trail.total or 0, end + 1)
        return {"rowData": rows, "rowCount": total}, trail.sent()

    async def open(
        self, opened: Any, panels: Sequence[Mapping[str, str]]
    ) -> tuple[Any, Component, Component, list[Component]]:
        """The row that the address opens: in the drawer, or in the panel beside the list; or neither."""
        page, view = await self.asked(opened)
        beside: list[Component] = [no_update] * len(panels)
        if page.panel is not None and panels:
            beside = [await _beside(page, view)] * len(panels)
        wanted = view.query.get("open")
        if wanted and page.panel is not None:
            return no_update, no_update, no_update, beside  # a drawer that shuts would shut what is open here
        if not wanted or page.detail is None:
            return False, no_update, no_update, beside
        try:
            detail = await page.detail(view, uuid_of(wanted))
        except (BadRequest, NotFound) as missing:
            tell("Nothing to open", str(missing), kind="orange", icon="warning")
            return False, no_update, no_update, beside
        return True, detail.title, within_rights(detail.body, page, view), beside

    async def asked(self, here: Any) -> tuple[Page, View]:
        """The page that a browser says it shows, and what is asked for there.

        Raises BadRequest or NotFound.
        """
        address: Address = address_of(here)
        tenant: Tenant = await self.reads.tenant(address.tenant, actor())
        view, page = View(self.reads, tenant, address.query, actor()), self.pages.get(address.slug)
        if page is None or not view.may(page.needs):
            raise NotFound("There is no such page.")
        return page, view


async def _drawn(page: Page, view: View) -> Component:
    try:
        parts = await page.parts(view)
        if page.panel is not None:
            parts = {**parts, "panel": await _beside(page, view)}
        return within_rights(page.frame(view, parts), page, view)
    except BadRequest as wrong:
        return notices.bad_address(str(wrong), path_to(view.tenant.name, page.slug))


async def _beside(page: Page, view: View) -> Component:
    """What the panel shows of the row that is open, or why it can't."""
    assert page.panel is not None
    try:
        return within_rights(await page.panel(view), page, view)
    except (BadRequest, NotFound) as missing:
        return notices.not_there(str(missing))


def _out_of_order(error: Exception) -> tuple[Any, ...]:
    logged(error)
    return notices.out_of_order(request_id()), *(no_update,) * 6


def _block(request: Any) -> tuple[int, int]:
    """The first row and the number of rows that a table asks for.

    Raises BadRequest where it asks for an order or a filter: the tables here have one order, and their
    filters are in the address.
    """
    try:
        start, end = int(request["startRow"]), int(request["endRow"])
        other = request.get("sortModel") or request.get("filterModel")
    except (AttributeError, KeyError, TypeError, ValueError):
        raise BadRequest("The table asked for rows in a way that can't be understood.") from None
    if other:
        raise BadRequest("This table has no such column to sort or filter by.")
    if not 0 <= start < end:
        raise BadRequest("There are no such rows.")
    return start, min(end - start, ROWS_LIMIT)


def wire(app: Dash, answers: Answers) -> None:
    """The frame's callbacks: those of the browser's own in `assets/console.js`, and the answers above."""
    app.callback(
        *(Output(*output) for output in (("content", "children"), ("menu", "children"), ("tenant", "data"))),
        *(
            Output(*output)
            for output in (("tenant", "value"), ("title", "data"), ("trail", "data"), ("person", "children"))
        ),
        Input("visit", "data"),
        prevent_initial_call=True,
        on_error=_out_of_order,
    )(answers.arrive)
    app.callback(
        Output({"live": ALL}, "children"),
        Output("heard", "data"),
        Input("asks", "data"),
        State("here", "data"),
        State({"live": ALL}, "id"),
        prevent_initial_call=True,
        on_error=logged,
    )(answers.refresh)
    app.callback(
        Output("grid", "getRowsResponse"),
        Output("trail", "data", allow_duplicate=True),
        Input("grid", "getRowsRequest"),
        State("trail", "data"),
        State("here", "data"),
        prevent_initial_call=True,
    )(answers.rows)
    app.callback(
        Output("drawer", "opened"),
        Output("drawer", "title"),
        Output("drawer", "children"),
        Output({"panel": ALL}, "children"),
        Input("opened", "data"),
        State({"panel": ALL}, "id"),
        prevent_initial_call=True,
    )(answers.open)
    _in_the_browser(app)


def _in_the_browser(app: Dash) -> None:
    def runs(name: str, *wires: Output | Input | State, later: bool = True) -> None:
        app.clientside_callback(ClientsideFunction("leadmill", name), *wires, prevent_initial_call=later)

    address = (Output("url", "search", allow_duplicate=True), Output("here", "data", allow_duplicate=True))
    runs(
        "arrive",
        Output("visit", "data"),
        Output("here", "data"),
        Input("url", "pathname"),
        Input("url", "search"),
        State("here", "data"),
        later=False,
    )
    runs("narrow", *address, Input({"filter": ALL}, "value"), State("here", "data"))
    runs(
        "clear",
        Output({"filter": ALL}, "value"),
        Input({"clear": ALL}, "n_clicks"),
        State({"filter": ALL}, "value"),
    )
    runs("pick", *address, Input("picked", "data"), State("here", "data"))
    runs("shut", *address, Input("drawer", "opened"), State("here", "data"))
    runs("moved", Output("opened", "data"), Input("here", "data"))
    runs("ask", Output("asks", "data"), Input("tick", "n_intervals"), State("trail", "data"))
    runs("hear", Input("heard", "data"))
    runs("title", Input("title", "data"))
    runs("change_tenant", Output("url", "pathname"), Input("tenant", "value"), State("here", "data"))
    runs("kept_theme", Output("theme", "value"), Input("theme", "id"), later=False)
    runs("theme", Input("theme", "value"))
    runs("fold", Output("shell", "navbar"), Input("burger", "opened"), State("shell", "navbar"))
    runs("unfold", Output("burger", "opened"), Input("visit", "data"))
    runs("flip", Output("wish", "data"), Input({"switch": ALL}, "n_clicks"))
