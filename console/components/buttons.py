"""Buttons: each names what it does and to what, and shows the key that presses it."""

from typing import Any

import dash_mantine_components as dmc
from dash import html

from console.components.icon import icon


def button(
    word: str,
    do: str,
    *,
    on: object = "",
    seen: str = "",
    key: str = "",
    kind: str = "",
    drawing: str = "",
    says: str = "",
) -> html.Button:
    """A button that does something on the server: `do`, on what, as what that was seen.

    `kind` is main or danger where it is more than one of several. It `says` more to whoever does not see its place.
    """
    return html.Button(
        [icon(drawing) if drawing else None, html.Span(word), _key(key)],
        id={"do": do, "on": str(on), "seen": seen},
        type="button",
        className=f"button {f'button-{kind}' if kind else ''}".strip(),
        **{"data-do": do, **_shortcut(key), **({"aria-label": says} if says else {})},
    )


def toggle(word: str, shows: str, *, leads_to: str, key: str = "", drawing: str = "") -> html.Button:
    """A button that shows or hides something that is there already: what is of the class `when-{shows}`.

    What is shown is for the deed that it `leads_to`.
    """
    return html.Button(
        [icon(drawing) if drawing else None, html.Span(word), _key(key)],
        type="button",
        className="button",
        **{"data-toggle": shows, "data-leads-to": leads_to, "aria-expanded": "false", **_shortcut(key)},
    )


def text_field(
    name: str,
    label: str,
    *,
    value: str = "",
    placeholder: str = "",
    width: Any = None,
    is_labelled: bool = True,
) -> dmc.TextInput:
    """A field for one line, which goes along with whatever button is pressed."""
    return dmc.TextInput(
        id={"field": name},
        label=label if is_labelled else None,
        value=value,
        placeholder=placeholder,
        size="xs",
        w=width,
        attributes={"input": {"maxLength": 500} | ({} if is_labelled else {"aria-label": label})},
    )


def choice_field(name: str, label: str, choices: list[str], *, value: str | None = None) -> dmc.Select:
    """A field in which one of these is chosen."""
    return dmc.Select(
        id={"field": name}, label=label, data=choices, value=value, size="xs", allowDeselect=False
    )


def area_field(name: str, label: str, *, value: str = "", rows: int = 8) -> dmc.Textarea:
    """A field for several lines."""
    return dmc.Textarea(
        id={"field": name}, label=label, value=value, size="xs", autosize=True, minRows=rows, maxRows=24
    )


def keys(pairs: list[tuple[str, str]]) -> html.Div:
    """The keys that work here, in words."""
    return html.Div(
        [html.Span([html.Kbd(key), word]) for key, word in pairs],
        className="keys",
        role="note",
        **{"aria-label": "Keys"},
    )


def _key(key: str) -> html.Kbd | None:
    return html.Kbd(key, **{"aria-hidden": "true"}) if key else None


def _shortcut(key: str) -> dict[str, str]:
    return {"data-key": key, "aria-keyshortcuts": key} if key else {}
