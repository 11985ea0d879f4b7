"""Differences between two versions of what is configured, field by field."""

from collections.abc import Callable, Sequence
from typing import Any

from dash import html

from tenants.differences import Difference

Component = Any


def differences_table(
    changes: Sequence[Difference], before: str, after: str, *, name_of: Callable[[str], str]
) -> Component:
    """Fields that are not the same, before and after, each as people call it."""
    if not changes:
        return html.P("They say the same.", className="faint")
    heads = ("Field", before, after)
    return html.Table(
        [
            html.Thead(html.Tr([html.Th(head, scope="col") for head in heads])),
            html.Tbody(
                [
                    html.Tr(
                        [
                            html.Th(name_of(one.field), scope="row"),
                            html.Td(
                                html.Del(_value(one.before)) if one.before is not None else "\N{EM DASH}"
                            ),
                            html.Td(html.Ins(_value(one.after)) if one.after is not None else "\N{EM DASH}"),
                        ]
                    )
                    for one in changes
                ]
            ),
        ],
        className="diff",
    )


def _value(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return f"{value:,.0f}" if isinstance(value, float) else str(value)
