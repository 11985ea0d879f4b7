"""Changes side by side: how each value stands now, how it would stand, and who says so."""

from collections.abc import Mapping, Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import html

from console.changes import Block, Change, Source
from console.components import words

_COMPANIES_SHOWN = 50


def changes_view(blocks: Sequence[Block]) -> html.Div:
    """All blocks, each as a table of its values; a field lies under each value that a person may change."""
    return html.Div([_block(block) for block in blocks], className="changes")


def _block(block: Block) -> html.Section:
    head = html.H3([block.title, html.Span(block.about, className="faint")])
    if block.companies:
        return html.Section([head, _companies(block.companies)])
    if not block.changes:
        return html.Section([head])
    rows = [_row(change) for change in block.changes]
    table = html.Table(
        [
            html.Thead(
                html.Tr([html.Th(word, scope="col") for word in ("Field", "Now", "After", "Who says so")])
            ),
            html.Tbody(rows),
        ],
        className="diff",
    )
    return html.Section([head, table])


def _row(change: Change) -> html.Tr:
    after: list[Any] = [
        html.Ins(_value(change.after))
        if change.is_one
        else html.Span(_value(change.after), className="faint")
    ]
    if change.path is not None:
        after.append(_field(change))
    if change.note:
        after.append(html.Div(change.note, className="diff-note"))
    before: Any = _value(change.before)
    if change.is_one and change.before not in (None, ""):
        before = html.Del(before)
    return html.Tr(
        [
            html.Th(change.name, scope="row"),
            html.Td(before),
            html.Td(after),
            html.Td(_source(change.source) if change.source is not None else None),
        ],
        className="" if change.is_one else "same",
    )


def _field(change: Change) -> html.Div:
    return html.Div(
        dmc.TextInput(
            id={"field": change.path},
            value="" if change.after is None else str(change.after),
            size="xs",
            attributes={"input": {"aria-label": f"{change.name}, after", "maxLength": 500}},
        ),
        className="when-editing",
    )


def _source(source: Source) -> html.Span:
    sure = f", {source.confidence:.0%} sure" if source.confidence is not None else ""
    said = "; ".join(filter(None, (source.evidence, f"“{source.quote}”" if source.quote else "")))
    return html.Span(f"{source.provider}{sure}", title=said[:500] or None)


def _companies(companies: Sequence[Mapping[str, Any]]) -> html.Div:
    rest = len(companies) - _COMPANIES_SHOWN
    rows = [
        html.Tr(
            [
                html.Th(one["name"], scope="row"),
                html.Td(one.get("domain") or "no domain"),
                html.Td(one.get("country") or ""),
                html.Td(
                    f"{one['employees']:,}" if one.get("employees") is not None else "", className="figure"
                ),
                html.Td("has come in by now: a duplicate" if one["is_known"] else "new"),
            ],
            className="same" if one["is_known"] else "",
        )
        for one in companies[:_COMPANIES_SHOWN]
    ]
    heads = ("Company", "Domain", "Country", "Employees", "Here")
    table = html.Table(
        [html.Thead(html.Tr([html.Th(word, scope="col") for word in heads])), html.Tbody(rows)],
        className="diff",
    )
    more = html.P(f"and {rest:,} more", className="faint") if rest > 0 else None
    return html.Div([table, more])


def _value(value: Any) -> str:
    if value is None or value == "":
        return "\N{EM DASH}"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and abs(value) >= 10_000:
        return words.large(value)
    return f"{value:,}" if isinstance(value, int) and abs(value) >= 10_000 else str(value)
