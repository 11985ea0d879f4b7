"""Notices: what stands where there is nothing to see, and what to do about it."""

from typing import Any

import dash_mantine_components as dmc
from dash import html

from console.components.icon import icon


def nothing_yet(title: str, text: str, command: str | None = None) -> html.Div:
    """There is no data yet, and this is what brings some."""
    return _notice("pipeline", title, text, html.Pre(command, className="command") if command else None)


def no_match(what: str) -> html.Div:
    """There is data, but none that these filters let through."""
    button = dmc.Button("Clear filters", id={"clear": "filters"}, variant="default", size="xs")
    return _notice("filter", f"No {what} match", "Nothing fits all of these filters at once.", button)


def nowhere() -> html.Div:
    """There is no such page."""
    way_out = dmc.Anchor("Go to the first tenant", href="/", refresh=True)
    return _notice(
        "unknown", "Page not found", "The tenant or the page is spelled otherwise, or was removed.", way_out
    )


def not_there(text: str) -> html.Div:
    """What the address opens is not there, or is somebody else's."""
    return _notice("unknown", "Nothing to show", text, None)


def all_done(title: str, text: str) -> html.Div:
    """There was something, and all of it is dealt with."""
    return _notice("done", title, text, None)


def nothing_chosen(title: str, text: str) -> html.Div:
    """Something is to be chosen first."""
    return _notice("search", title, text, None)


def bad_address(text: str, path: str) -> html.Div:
    """The address asks for something that can't be."""
    way_out = dmc.Anchor("Open this page without filters", href=path)
    return _notice("warning", "This address does not work", text, way_out)


def out_of_order(error_id: str) -> html.Div:
    """The page could not be read. It says by which id the reason is found in the log."""
    text = f"The data could not be read just now. Load the page again; if it stays, quote error {error_id}."
    return _notice("failed", "Something went wrong", text, None)


def _notice(drawing: str, title: str, text: str, action: Any) -> html.Div:
    return html.Div(
        [icon(drawing, className="notice-icon"), html.H2(title), html.P(text), action],
        className="notice",
        role="status",
    )
