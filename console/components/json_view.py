"""JSON for people: indented, coloured, and cut where it would drown the page."""

import re
from collections.abc import Iterator
from typing import Any

import orjson
from dash import html

LIMIT = 60_000
_TOKEN = re.compile(
    r'(?P<key>"(?:[^"\\]|\\.)*")(?=\s*:)|(?P<string>"(?:[^"\\]|\\.)*")'
    r"|(?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(?P<word>\btrue\b|\bfalse\b|\bnull\b)"
)


def json_view(title: str, value: Any) -> html.Div | None:
    """A value under its title, or nothing at all where there is none."""
    if value is None:
        return None
    text = orjson.dumps(value, default=str, option=orjson.OPT_INDENT_2).decode()
    shown = text[:LIMIT]
    note = (
        html.P(f"The first {LIMIT:,} of {len(text):,} characters.", className="faint")
        if len(text) > LIMIT
        else None
    )
    code = html.Pre(list(_coloured(shown)), className="json", tabIndex="0", **{"aria-label": title})
    return html.Div([html.H3(title), code, note], className="json-block")


def _coloured(text: str) -> Iterator[Any]:
    end = 0
    for match in _TOKEN.finditer(text):
        if match.start() > end:
            yield text[end : match.start()]
        yield html.Span(match.group(), className=f"json-{match.lastgroup}")
        end = match.end()
    yield text[end:]
