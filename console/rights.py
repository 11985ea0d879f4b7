"""Rights on the screen: buttons that one may not press are shown, and say why. The server looks again at each press."""

from typing import Any

from dash.development.base_component import Component as Drawn

from console.page import Component, Page, View
from tenants.people import Right


def within_rights(drawn: Component, page: Page, view: View) -> Component:
    """The same, with every button shut whose deed the one who looks may not do; it says whom to ask."""
    if view.may(Right.PLATFORM) or not page.deeds:
        return drawn
    _shut(drawn, page, view)
    return drawn


def _shut(drawn: Any, page: Page, view: View) -> None:
    if isinstance(drawn, list | tuple):
        for one in drawn:
            _shut(one, page, view)
    elif isinstance(drawn, Drawn):
        name, on = _aim(drawn)
        why_not = view.refusal(page.deeds[name].right_on(on)) if name in page.deeds else None
        if why_not is not None:
            drawn.disabled, drawn.title = True, f"{why_not}."
        _shut(getattr(drawn, "children", None), page, view)


def _aim(drawn: Any) -> tuple[str, str]:
    """Which deed a button does, or leads to, and on what; nothing where it is no such button."""
    name = getattr(drawn, "id", None)
    if isinstance(name, dict) and "do" in name:
        return str(name["do"]), str(name["on"])
    return getattr(drawn, "data-leads-to", ""), ""
