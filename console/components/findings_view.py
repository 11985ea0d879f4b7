"""Findings: every value that was found, by whom, on what evidence, at what price, and why which one stands."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from dash import html

from console.components import words
from tenants.policies import FieldPolicy
from tenants.records import PERSON

Record = Mapping[str, Any]

_NOT_TAKEN = {
    FieldPolicy.FILL_EMPTY: "the field was filled already",
    FieldPolicy.NEWER_WINS: "another one is newer",
    FieldPolicy.MORE_TRUSTED_WINS: "another one is surer",
    FieldPolicy.SUGGEST_ONLY: "the tenant only wants suggestions",
}
_HEADS = ("Field", "Value", "Found by", "Sure", "Cost", "Found", "Good until", "Why", "Evidence")


def findings_view(found: Sequence[Record], policies: Mapping[str, FieldPolicy]) -> html.Table:
    """The findings of a lead, field by field, the one that stands first."""
    rows = []
    for (subject, field), several in groupby(found, key=lambda one: (one["subject"], one["field"])):
        of_field = list(several)
        for number, one in enumerate(of_field):
            policy = policies.get(field, FieldPolicy.FILL_EMPTY)
            rows.append(_row(one, subject, of_field[0], policy, is_first=number == 0))
    head = html.Thead(html.Tr([html.Th(word, scope="col") for word in _HEADS]))
    return html.Table([head, html.Tbody(rows)], className="diff findings")


def why(one: Record, standing: Record, policy: FieldPolicy) -> str:
    """Why a finding stands in the record, or why it does not."""
    if one["is_current"]:
        return "a person wrote it" if one["provider"] == PERSON else "stands"
    if one["value"] is None:
        return "found nothing"
    if not standing["is_current"]:
        return "was not taken up"
    if one["value"] == standing["value"]:
        return "says the same"
    if standing["provider"] == PERSON:
        return "a person wrote another one"
    return _NOT_TAKEN[policy]


def _row(one: Record, subject: str, standing: Record, policy: FieldPolicy, *, is_first: bool) -> html.Tr:
    quote = html.Q(_short(one["quote"])) if one["quote"] else None
    name = html.Span(one["field"].replace("_", " "), className="" if is_first else "unseen")
    return html.Tr(
        [
            html.Th([name, html.Div(subject, className="faint") if is_first else None], scope="row"),
            html.Td(_value(one["value"]), className="strong" if one["is_current"] else ""),
            html.Td(one["provider"]),
            html.Td(f"{one['confidence']:.0%}", className="figure"),
            html.Td(words.dollars(one["cost_usd"]), className="figure"),
            html.Td(f"{one['found_at']:%Y-%m-%d}"),
            html.Td(f"{one['expires_at']:%Y-%m-%d}" if one["expires_at"] is not None else ""),
            html.Td(why(one, standing, policy)),
            html.Td(
                [quote, html.Div(_short(one["evidence"]), className="faint")], title=one["licence"] or None
            ),
        ],
        className="" if one["is_current"] else "same",
    )


def _value(value: Any) -> str:
    if value is None:
        return "\N{EM DASH}"
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _short(text: str, most: int = 160) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
