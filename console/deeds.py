"""Deeds: what people do by pressing a button. One callback hears every button, and each page says what its own do.

A button names what it does, to what, and as what that was seen on the screen. All three are claims of a browser:
the tenant comes from the address, the deed must be one of the page's, whoever presses must have the right that it
needs, and the store looks at the rest again.
"""

from collections.abc import Mapping
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State, no_update
from dash.dependencies import ALL

from console.acts import Acts, Refused
from console.answers import Answers
from console.auth import person, request_id
from console.faults import BadRequest, tell, told
from console.page import Component, Deed, Press, Said, View
from console.rights import within_rights

FIELDS_LIMIT = 60


class Deeds:
    """The server's side of every button."""

    def __init__(self, answers: Answers, acts: Acts) -> None:
        self.answers = answers
        self.acts = acts

    async def press(self, pressed: Any, here: Any) -> tuple[dict[str, Any], bool, Component, Component]:
        """What came of a press: what the page does next, and the question that is asked first, if one is."""
        page, view = await self.answers.asked(here)
        name, press = _read(pressed)
        if name not in page.deeds:
            raise BadRequest("There is no such button.")
        try:
            said = await self._done(page.deeds[name], view, press)
        except Refused as refusal:
            tell("That was not done", f"{refusal}.", kind="orange", icon="warning")
            said = Said()
        else:
            view.reads.remembered.forget_all_of(view.tenant.id)
        if said.title:
            tell(said.title, said.text, kind="teal", icon="done")
        done = {"then": said.then, "on": press.on, "at": pressed.get("at")}
        if said.ask is None:
            return done, False, no_update, no_update
        return done, True, said.ask.title, within_rights(said.ask.body, page, view)

    async def _done(self, deed: Deed, view: View, press: Press) -> Said:
        """What comes of a deed. Raises Refused where whoever presses may not do it, before anything is done."""
        why_not = view.refusal(deed.right_on(press.on))
        if why_not is not None:
            raise Refused(why_not)
        return await deed.does(view, self.acts, press)


def failed(error: Exception) -> tuple[dict[str, Any], Component, Component, Component]:
    """A press of which nothing came: the person is told, the page stays, and its buttons can be pressed again."""
    told(error)
    return {"then": "stay", "at": request_id()}, no_update, no_update, no_update


def _read(pressed: Any) -> tuple[str, Press]:
    """The deed's name and the press. Raises BadRequest for what no button of ours sends."""
    if not isinstance(pressed, Mapping):
        raise BadRequest("There is no such button.")
    fields = pressed.get("fields") or {}
    if not isinstance(fields, Mapping) or len(fields) > FIELDS_LIMIT:
        raise BadRequest("There are no such fields.")
    return str(pressed.get("do")), Press(
        on=str(pressed.get("on") or ""), seen=str(pressed.get("seen") or ""), fields=fields, by=person()
    )


def wire(app: Dash, deeds: Deeds) -> None:
    """The callbacks of buttons: what the browser sends, and what it does with the answer."""
    app.callback(
        Output("done", "data"),
        Output("ask", "opened"),
        Output("ask", "title"),
        Output("ask", "children"),
        Input("pressed", "data"),
        State("here", "data"),
        prevent_initial_call=True,
        on_error=failed,
    )(deeds.press)
    for name, *wires in (
        (
            "press",
            Output("pressed", "data"),
            Input({"do": ALL, "on": ALL, "seen": ALL}, "n_clicks"),
            State({"field": ALL}, "value"),
            State({"field": ALL}, "id"),
        ),
        ("done", Input("done", "data")),
    ):
        app.clientside_callback(ClientsideFunction("leadmill", str(name)), *wires, prevent_initial_call=True)
