"""Facts: names and values, one line each."""

from collections.abc import Iterable, Mapping
from typing import Any

from dash import html

from console.components.badges import address_badge


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


def contact_facts(lead: Mapping[str, Any]) -> html.Dl:
    """What is known of the contact that a lead goes by."""
    email = html.Span([lead["email"], " ", address_badge(lead["email_status"])]) if lead["email"] else None
    return facts(
        [
            ("Name", lead["contact"]),
            ("Title", lead["title"]),
            ("Seniority", lead["seniority"]),
            ("Department", lead["department"]),
            ("E-mail", email),
            ("Address by", lead["email_source"]),
            ("LinkedIn", lead["linkedin_url"]),
        ]
    )
