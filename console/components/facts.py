"""Facts: names and values, one line each."""

from collections.abc import Iterable
from typing import Any

from dash import html


def facts(pairs: Iterable[tuple[str, Any]]) -> html.Dl:
    """The facts that are known; what is None is left out."""
    return html.Dl(
        [
            html.Div([html.Dt(name), html.Dd(value)])
            for name, value in pairs
            if value is not None and value != "" and value != []
        ],
        className="facts",
    )
