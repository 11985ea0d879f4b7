"""Filters: what narrows a list down. Each stands in the address under its own name, to be shared."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import dash_mantine_components as dmc
from dash import html

from console.components.icon import icon
from console.faults import BadRequest

_TIMES = {
    "": (timedelta(0), "All"),
    "15m": (timedelta(minutes=15), "15 min"),
    "1h": (timedelta(hours=1), "1 h"),
    "24h": (timedelta(days=1), "24 h"),
    "7d": (timedelta(days=7), "7 days"),
}


def within(label: str, query: Mapping[str, str]) -> html.Div:
    """How far back one looks; it stands in the address as `time`."""
    return one_of("time", label, {name: word for name, (_, word) in _TIMES.items()}, query)


def since(query: Mapping[str, str]) -> datetime | None:
    """The moment from which on the address asks for things, or None for all of them.

    Raises BadRequest where it names a time that there is not.
    """
    name = query.get("time", "")
    if name not in _TIMES:
        raise BadRequest(f"There is no time {name[:40]!r}; there are {', '.join(filter(None, _TIMES))}.")
    return datetime.now(UTC) - _TIMES[name][0] if name else None


def chips(name: str, label: str, choices: Mapping[str, Any], query: Mapping[str, str]) -> html.Div:
    """Chips of which any number can be chosen."""
    return _labelled(
        name,
        label,
        dmc.ChipGroup(
            [dmc.Chip(text, value=value, size="xs", variant="outline") for value, text in choices.items()],
            id={"filter": name},
            multiple=True,
            value=list(chosen(query, name, choices)),
        ),
    )


def one_of(name: str, label: str, choices: Mapping[str, str], query: Mapping[str, str]) -> html.Div:
    """A row of which one is chosen; the first stands for no filter."""
    return _labelled(
        name,
        label,
        dmc.SegmentedControl(
            id={"filter": name},
            data=[{"value": value, "label": text} for value, text in choices.items()],
            value=query.get(name, ""),
            size="xs",
        ),
    )


def words(
    name: str, label: str, query: Mapping[str, str], *, placeholder: str, width: int = 240
) -> dmc.TextInput:
    """A field for words. It waits until the typing pauses."""
    return dmc.TextInput(
        id={"filter": name},
        value=query.get(name, ""),
        placeholder=placeholder,
        debounce=300,
        size="xs",
        w=width,
        leftSection=icon("search"),
        attributes={"input": {"aria-label": label, "maxLength": 100, "type": "search"}},
    )


def chosen(
    query: Mapping[str, str], name: str, choices: Sequence[str] | Mapping[str, Any]
) -> tuple[str, ...]:
    """What the address chooses under this name.

    Raises BadRequest where it chooses something that there is not.
    """
    values = tuple(value for value in query.get(name, "").split(",") if value)
    for value in values:
        if value not in choices:
            raise BadRequest(
                f"There is no {name} {value[:40]!r}; there are {', '.join(filter(None, choices))}."
            )
    return values


def _labelled(name: str, label: str, control: Any) -> html.Div:
    return html.Div(
        [html.Span(label, className="filter-label", id=f"filter-{name}"), control],
        className="filter",
        role="group",
        **{"aria-labelledby": f"filter-{name}"},
    )
