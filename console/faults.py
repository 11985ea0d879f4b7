"""What a person is told when something goes wrong: one sentence and an id, never a traceback."""

import logging
from typing import Any

from dash import set_props

from console.auth import request_id
from console.components.icon import icon as drawing

log = logging.getLogger(__name__)


class BadRequest(Exception):
    """The browser asks for something that does not exist: a filter, a column, an id that can't be."""


class NotFound(Exception):
    """There is no such page, tenant or record, or it is somebody else's."""


def tell(title: str, message: str, *, kind: str, icon: str) -> None:
    """A toast in the corner of the screen. `kind` is its colour; the same words stand there only once."""
    set_props("toasts", {"sendNotifications": [_toast(title, message, kind, icon)]})


def told(error: Exception) -> None:
    """A failed callback, told to the person who waits for it and, in full, to the log."""
    if isinstance(error, (BadRequest, NotFound)):
        tell("That did not work", str(error), kind="orange", icon="warning")
        return
    logged(error)
    tell(
        "Something went wrong",
        f"Try again. If it stays, quote error {request_id()}.",
        kind="red",
        icon="failed",
    )


def logged(error: Exception) -> None:
    """A failed callback that nobody waits for: it goes to the log, and the page says that it is stale."""
    log.error("request %s failed", request_id(), exc_info=error)


def _toast(title: str, message: str, kind: str, icon: str) -> dict[str, Any]:
    return {
        "action": "show",
        "id": f"{title}:{message}",
        "title": title,
        "message": message,
        "color": kind,
        "autoClose": 6000,
        "icon": drawing(icon),
        "closeButtonProps": {"aria-label": "Close this message"},
    }
