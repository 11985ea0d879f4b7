"""The frame around all pages: header, menu, drawer, toasts, and what the browser gets first."""

from collections.abc import Iterable, Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html

from console.addresses import path_to
from console.auth import PASSWORD
from console.components.icon import icon
from console.page import Component, Page
from console.plain import THEME_FIRST
from tenants.people import Actor
from tenants.records import Tenant
from tenants.store.console_sessions import SignedIn

REFRESH_MS = 2000

INDEX = (
    """<!doctype html>
<html lang="en">
<head>
  {%metas%}
  <title>Leadmill</title>
  <link rel="icon" href="/assets/favicon.svg" type="image/svg+xml">
  <script>"""
    + THEME_FIRST
    + """</script>
  {%css%}
</head>
<body>
  {%app_entry%}
  <footer>
    {%config%}
    {%scripts%}
    {%renderer%}
  </footer>
</body>
</html>
"""
)

_THEME = {
    "fontFamily": "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif",
    "fontFamilyMonospace": "ui-monospace, SFMono-Regular, Menlo, Consolas, monospace",
    "primaryColor": "indigo",
    "primaryShade": {"light": 7, "dark": 8},
    "autoContrast": True,
    "defaultRadius": "md",
    "cursorType": "pointer",
    "focusRing": "auto",
    "respectReducedMotion": True,
}


def layout() -> dmc.MantineProvider:
    """The frame, still empty: what belongs into it depends on the address."""
    return dmc.MantineProvider(
        [*_memory(), _shell(), _drawer(), _ask(), _toasts()], theme=_THEME, defaultColorScheme="auto"
    )


def menu(pages: Iterable[Page], tenant: Tenant | None, current: str) -> list[dmc.NavLink]:
    """The way to each page of the tenant."""
    if tenant is None:
        return []
    return [
        dmc.NavLink(
            label=page.title,
            href=path_to(tenant.name, page.slug),
            leftSection=icon(page.icon),
            active=page.slug == current,
            className="menu-link",
            **({"attributes": {"root": {"aria-current": "page"}}} if page.slug == current else {}),
        )
        for page in pages
    ]


def choices(tenants: Sequence[Tenant], current: Tenant | None) -> list[dict[str, str]]:
    """The tenants to choose from, the current one among them even where the list is cut."""
    shown = {tenant.name: tenant.label for tenant in tenants}
    if current is not None:
        shown.setdefault(current.name, current.label)
    return [{"value": name, "label": label} for name, label in shown.items()]


def who(actor: Actor, signed_in: SignedIn | None) -> list[Component]:
    """Who is signed in, with the way out; or that nobody has to."""
    named = [icon("user"), html.Span(actor.name, title=actor.login)]
    if signed_in is None:
        told = "Nobody was added yet: the console is open to the person at this machine (leadmill person add)"
        return [*named, html.Span("no sign-in yet", title=told, className="way-out")]
    leave = html.Button("Sign out", type="submit", name="csrf", value=signed_in.csrf, className="way-out")
    if signed_in.has_password:
        named[1] = html.A(actor.name, href=PASSWORD, title=f"{actor.login}: change the password")
    return [*named, html.Form(leave, action="/sign-out", method="POST")]


def skeleton() -> html.Div:
    """The shape of a page while the first data is on its way."""
    return html.Div(
        [dmc.Skeleton(h=34, w=220), dmc.Skeleton(h=150), dmc.Skeleton(h=360)],
        className="page skeleton",
        **{"aria-busy": "true", "aria-label": "Loading"},
    )


def _memory() -> list[Any]:
    names = ("here", "visit", "opened", "asks", "heard", "picked", "trail", "title", "pressed", "done")
    return [
        dcc.Location(id="url", refresh="callback-nav"),
        *(dcc.Store(id=name) for name in names),
        dcc.Interval(id="tick", interval=REFRESH_MS),
    ]


def _shell() -> dmc.AppShell:
    return dmc.AppShell(
        [
            dmc.AppShellHeader(_header(), className="header"),
            dmc.AppShellNavbar(
                [html.Nav(id="menu", **{"aria-label": "Pages"}), _foot()], id="navbar", className="navbar"
            ),
            dmc.AppShellMain(
                [
                    html.Div(id="stale", className="stale", role="status", hidden=True),
                    html.Div(skeleton(), id="content", tabIndex="-1"),
                ]
            ),
        ],
        id="shell",
        header={"height": 52},
        navbar={"width": 208, "breakpoint": "sm", "collapsed": {"mobile": True}},
        padding=0,
    )


def _header() -> list[Any]:
    return [
        html.A("Skip to content", href="#content", className="skip"),
        dmc.Burger(
            id="burger", size="sm", hiddenFrom="sm", opened=False, attributes={"root": {"aria-label": "Menu"}}
        ),
        html.Div([icon("logo"), html.Span("Leadmill")], className="brand"),
        dmc.Select(
            id="tenant",
            data=[],
            searchable=True,
            allowDeselect=False,
            size="xs",
            w=200,
            leftSection=icon("building"),
            nothingFoundMessage="No such tenant",
            attributes={"input": {"aria-label": "Tenant"}},
        ),
        html.Div(className="spread"),
        html.Div(
            [html.Span(className="live-dot"), html.Span("Live", id="live-word")],
            id="live-sign",
            className="live-sign",
        ),
    ]


def _foot() -> html.Div:
    themes = [
        {"value": name, "label": html.Span([icon(name), html.Span(word, className="unseen")])}
        for name, word in (("auto", "Like the system"), ("light", "Light"), ("dark", "Dark"))
    ]
    return html.Div(
        [
            html.Div(
                dmc.SegmentedControl(id="theme", data=themes, value="auto", size="xs", fullWidth=True),
                role="group",
                **{"aria-label": "Colours"},
            ),
            html.Div(id="person", className="person"),
        ],
        className="foot",
    )


def _drawer() -> dmc.Drawer:
    return dmc.Drawer(
        id="drawer",
        opened=False,
        keepMounted=True,
        position="right",
        size=560,
        padding="lg",
        title="",
        closeButtonProps={"aria-label": "Close"},
        overlayProps={"backgroundOpacity": 0.25},
    )


def _ask() -> dmc.Modal:
    return dmc.Modal(
        id="ask",
        opened=False,
        keepMounted=True,
        centered=True,
        title="",
        closeButtonProps={"aria-label": "Close"},
        overlayProps={"backgroundOpacity": 0.25},
    )


def _toasts() -> dmc.NotificationContainer:
    return dmc.NotificationContainer(id="toasts", position="top-center", limit=4)
