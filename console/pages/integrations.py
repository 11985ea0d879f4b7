"""The Integrations page: how each provider does, what it costs, its key and its pace, and who is asked first."""

from collections.abc import Mapping
from datetime import datetime

from dash import html

from console import providers
from console.acts import Acts, Refused
from console.components.grid import live
from console.components.integration_view import KEY_LIMIT, card, deeds, figures, possible, state_badge
from console.components.notices import nothing_yet
from console.components.waterfall_view import editor, order_view
from console.cursors import moment_of
from console.faults import BadRequest
from console.integrations import Integration
from console.page import Component, Detail, Page, Press, Said, View
from console.page import deeds as declared
from console.waterfalls import Waterfall
from tenants.people import Right

_MOST_CALLS = 10_000_000


async def parts(view: View) -> Mapping[str, Component]:
    """How each provider does, and the waterfall."""
    those = await providers.everything(view.reads, view.tenant)
    order = await providers.waterfall(view.reads, view.tenant, those)
    drawn: dict[str, Component] = {
        "those": those,
        "order": order_view(order, {one.face.name: one for one in those}),
    }
    for one in those:
        if one.way is not None:
            name = one.face.name
            drawn[f"state-{name}"] = state_badge(one)
            drawn[f"figures-{name}"] = figures(one, tenant=view.tenant.name)
            drawn[f"deeds-{name}"] = deeds(one)
    return drawn


def frame(view: View, drawn: Mapping[str, Component]) -> Component:
    """A card for each provider, the waterfall, and quietly those that the tenant could be connected to."""
    those: list[Integration] = drawn["those"]
    connected = [one for one in those if one.way is not None]
    others = [one for one in those if one.way is None]
    return html.Div(
        [
            html.Div([html.H1("Integrations")], className="heading"),
            html.Div([card(one, drawn) for one in connected], className="cards")
            if connected
            else _none(view),
            html.H2("Who is asked first"),
            live("order", drawn, className="panel panel-padded", tabIndex="0"),
            *(
                [
                    html.H2("Not connected"),
                    html.Ul([possible(one) for one in others], className="panel panel-padded possible"),
                ]
                if others
                else []
            ),
        ],
        className="page",
        key="integrations",
    )


async def write_key(view: View, acts: Acts, press: Press) -> Said:
    """A new key, sealed at once. It is not shown again, here or anywhere."""
    one = await _meant(view, press.on)
    key = press.words(f"key-{one.face.name}", most=KEY_LIMIT + 1)
    if not key or len(key) > KEY_LIMIT or not key.isprintable() or " " in key:
        raise BadRequest("That is no key: paste it as the vendor shows it, in one piece.")
    await acts.write_key(view.tenant.id, one.face.name, key, by=press.by, seen=_seen(press))
    providers.forget(view.reads, view.tenant)
    told = "Work that waited for it goes on." if one.way is not None else "It is connected from now on."
    return Said(f"The key of {one.face.title} is written", told, "redraw")


async def set_pace(view: View, acts: Acts, press: Press) -> Said:
    """How often a provider is asked at most."""
    one = await _meant(view, press.on)
    if one.way is None:
        raise BadRequest("It is not connected.")
    text = press.words(f"pace-{one.face.name}")
    if text and not (text.isascii() and text.isdigit() and 1 <= int(text) <= _MOST_CALLS):
        raise BadRequest("A whole number of calls a minute is wanted, or nothing.")
    calls = int(text) if text else None
    await acts.set_pace(view.tenant.id, one.face.name, calls, by=press.by, seen=_seen(press))
    providers.forget(view.reads, view.tenant)
    told = f"At most {calls:,} calls a minute." if calls else "As often as the vendor allows."
    return Said(f"The pace of {one.face.title} is set", told, "redraw")


async def ask_order(view: View, acts: Acts, press: Press) -> Said:  # noqa: ARG001  as every deed is called
    """The order as a list, or as it would be after one more move: nothing counts until it is saved."""
    order, names, those = await _ordered(view, press)
    _, _, moved = press.seen.partition(" ")
    word, _, name = moved.partition(" ")
    body = editor(names, order, those, moved=name, up=word == "up")
    return Said(then="stay", ask=Detail("Who is asked first", body))


async def set_order(view: View, acts: Acts, press: Press) -> Said:
    """This order from now on, as a new version of the configuration."""
    order, names, those = await _ordered(view, press)
    changes = {"order": list(names), "waterfall": _waterfall(order, "fixed")}
    version = await acts.amend(
        view.tenant.id, changes, by=press.by, act="set order of providers", seen=_version(press)
    )
    first = those[names[0]].face.title
    return Said(f"{first} is asked first", f"That is version {version} of the configuration.", "redraw")


async def learn_order(view: View, acts: Acts, press: Press) -> Said:
    """The order of companies is left to the engine, as a new version of the configuration."""
    order, names, _ = await _ordered(view, press)
    changes = {"order": list(names), "waterfall": _waterfall(order, "learned")}
    version = await acts.amend(
        view.tenant.id, changes, by=press.by, act="leave order to the engine", seen=_version(press)
    )
    told = f"For companies, from version {version} of the configuration on."
    return Said("The engine decides who is asked first", told, "redraw")


def _waterfall(order: Waterfall, mode: str) -> Mapping[str, object]:
    return {**order.config.waterfall.model_dump(mode="json"), "order": mode}


async def _meant(view: View, name: str) -> Integration:
    """The provider that a button means. Raises BadRequest."""
    for one in await providers.everything(view.reads, view.tenant):
        if one.face.name == name:
            return one
    raise BadRequest("There is no such provider.")


async def _ordered(view: View, press: Press) -> tuple[Waterfall, tuple[str, ...], Mapping[str, Integration]]:
    """The waterfall as it is, the order that a button means, and the providers by name.

    Raises Refused where providers have come or gone since.
    """
    those = await providers.everything(view.reads, view.tenant)
    order = await providers.waterfall(view.reads, view.tenant, those)
    names = tuple(press.on.split(","))
    if len(names) != len(order.order) or set(names) != set(order.order):
        raise Refused("The providers are not those that you saw any more: look again")
    return order, names, {one.face.name: one for one in those}


def _version(press: Press) -> int:
    """The version of the configuration that a person saw. Raises BadRequest."""
    text = press.seen.partition(" ")[0]
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise BadRequest("There is no such version.")
    return int(text)


def _seen(press: Press) -> datetime | None:
    return moment_of(press.seen) if press.seen else None


def _none(view: View) -> Component:
    return nothing_yet(
        "No provider is connected yet",
        "Providers find companies, people and addresses. Connect one below, or by the tenant's file.",
        f"leadmill tenant apply {view.tenant.name} tenant.yaml",
    )


PAGE = Page(
    slug="integrations",
    title="Integrations",
    icon="integrations",
    order=35,
    frame=frame,
    parts=parts,
    deeds=declared(
        Right.ADMINISTER,
        write_key=write_key,
        set_pace=set_pace,
        ask_order=ask_order,
        set_order=set_order,
        learn_order=learn_order,
    ),
)
