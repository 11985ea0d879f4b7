"""Pinning a lead's score: what is shown of it, and what its buttons do."""

from dash import html

from console.acts import Acts
from console.components import words
from console.components.buttons import button, choice_field, text_field
from console.cursors import uuid_of
from console.faults import BadRequest
from console.page import Component, Detail, Press, Said, View
from console.reads import Record
from tenants.store import pins


def pin_view(lead: Record) -> Component:
    """Who has pinned the score, beside what the model says, and the button that does or undoes it."""
    if lead["pinned_at"] is None:
        return html.Div(
            button("Pin another score\N{HORIZONTAL ELLIPSIS}", "ask-pin", on=lead["id"]), className="actions"
        )
    said = (
        f"{lead['said_score']} points, tier {lead['said_tier']}" if lead["said_tier"] else "nothing any more"
    )
    who = f"Pinned by {lead['pinned_by']} on {words.stamp(lead['pinned_at'])}: {lead['pinned_reason']}"
    return html.Div(
        [
            html.P(f"{who}. The model says: {said}."),
            html.Div(button("Take the pin off", "unpin", on=lead["id"]), className="actions"),
        ],
        className="pinned",
    )


async def ask_pin(view: View, acts: Acts, press: Press) -> Said:  # noqa: ARG001  as every deed is called
    """What a pin does, and which tier it is to be."""
    body = [
        html.P(
            "The lead comes to the top of the tier that you choose, and stays there until the pin is taken off."
        ),
        html.P(
            "Models go on judging it, and what they say is shown beside it. Nothing is sent: whoever is in a sequence "
            "stays in it.",
            className="faint",
        ),
        html.Div(
            [
                choice_field("pin-tier", "Tier", list(pins.POINTS), value="A"),
                text_field("why-pin", "Why you know better"),
                button("Pin it", "pin", on=press.on, kind="main"),
            ],
            className="actions",
            **{"data-enter": "pin"},
        ),
    ]
    return Said(then="stay", ask=Detail("Pin another score", html.Div(body, className="detail")))


async def pin(view: View, acts: Acts, press: Press) -> Said:
    """A person's score in place of the model's."""
    tier, reason = press.words("pin-tier"), press.words("why-pin")
    if tier not in pins.POINTS:
        raise BadRequest("There is no such tier.")
    if not reason:
        raise BadRequest("Say why: it is kept with your name.")
    await acts.pin(view.tenant.id, uuid_of(press.on), tier, by=press.by, reason=reason)
    return Said(f"Pinned to tier {tier}", "It stays there, whatever models say.", "redraw")


async def unpin(view: View, acts: Acts, press: Press) -> Said:
    """The model's score again."""
    if not await acts.unpin(view.tenant.id, uuid_of(press.on), by=press.by):
        return Said("It was not pinned any more", "", "redraw")
    return Said("The pin is off", "The lead has the model's score again.", "redraw")
