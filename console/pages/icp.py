"""The page of the ideal customer: whom the tenant looks for, what another profile would change, and all versions."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import dash_mantine_components as dmc
from dash import html, set_props

from console.acts import Acts, Refused
from console.addresses import path_to
from console.components.buttons import button, text_field
from console.components.differences_view import differences_table
from console.components.grid import live
from console.components.profile_form import editor, place_in_words
from console.components.profile_view import now_view, versions_table
from console.drafts import PERSONAS_IN_FORM, Draft, draft_of
from console.faults import BadRequest
from console.page import Component, Detail, Page, Press, Said, View, deeds
from console.previews import previewed
from tenants.people import Right
from tenants.profiles import differences
from tenants.store import profiles
from tenants.store.profiles import Version
from tenants.store.session import Session

_KEPT_S = 60.0


async def parts(view: View) -> Mapping[str, Component]:
    """The profile that holds, its versions, and what differs between the two that are chosen."""
    async with view.session() as session:
        now = await profiles.current(session)
        chosen = await _chosen(session, view.query)
    versions = await view.reads.remembered.fresh(
        ("profiles", view.tenant.id, now.number), _KEPT_S, lambda: _versions(view)
    )
    age_s = (datetime.now(UTC) - now.at).total_seconds() if now.at is not None else None
    return {
        "holds": now,
        "known": versions,
        "now": now_view(now, age_s),
        "versions": versions_table(
            versions, now, lambda number: f"{path_to(view.tenant.name, 'insights')}?icp={number}"
        ),
        "differences": _differences(*chosen) if chosen is not None else _choose(versions),
    }


def frame(view: View, drawn: Mapping[str, Component]) -> Component:
    """The editor above, what it would change below it, and the versions."""
    now: Version = drawn["holds"]
    return html.Div(
        [
            html.Div([html.H1("Ideal customer"), live("now", drawn)], className="heading"),
            html.Div(
                editor(Draft.of(now.document), now.hash),
                id={"draft": "editor"},
                className="panel panel-padded",
            ),
            html.Div(
                html.P(
                    "Preview tries what stands above on the companies that are here, before anything is saved.",
                    className="faint",
                ),
                id={"draft": "preview"},
                className="panel panel-padded",
            ),
            html.H2("Versions"),
            live("versions", drawn, className="panel panel-padded"),
            html.Div(
                [
                    html.H2("What differs"),
                    _select("from", "between version", drawn["known"], view.query),
                    _select("to", "and version", drawn["known"], view.query),
                ],
                className="filters filters-line",
            ),
            live("differences", drawn, className="panel panel-padded"),
        ],
        className="page",
        key="icp",
    )


async def preview(view: View, acts: Acts, press: Press) -> Said:  # noqa: ARG001  as every deed is called
    """What the draft would make of the companies that are here. Nothing is saved."""
    draft = draft_of(press.fields)
    _show("editor", editor(draft, press.seen))
    if draft.profile is None:
        _show("preview", _not_yet(draft))
        return Said(then="stay")
    found, shown = await previewed(view, draft.profile.icp)
    _show("preview", shown)
    return Said(
        f"{found.fits:,} of {found.looked_at:,} companies would fit",
        f"{found.fits_now:,} do now: {found.comes:,} would come in and {found.goes:,} drop out. More below.",
        "stay",
    )


async def show_yaml(view: View, acts: Acts, press: Press) -> Said:  # noqa: ARG001
    """The same draft as YAML."""
    draft = draft_of(press.fields)
    _show("editor", editor(Draft.of(draft.document, text=draft.yaml), press.seen))
    return Said(then="stay")


async def show_form(view: View, acts: Acts, press: Press) -> Said:  # noqa: ARG001
    """The same draft as a form, where the form has a place for all of it."""
    draft = draft_of(press.fields)
    if not draft.fits_form:
        _show("editor", editor(draft, press.seen))
        raise BadRequest(
            "The form has no place for all that this says: mend it first"
            if draft.profile is None
            else f"The form has room for {PERSONAS_IN_FORM} personas: more can be written as YAML only."
        )
    _show("editor", editor(Draft.of({"icp": {}, "personas": [{}], **draft.document}), press.seen))
    return Said(then="stay")


async def add_persona(view: View, acts: Acts, press: Press) -> Said:  # noqa: ARG001
    """One more persona in the form, about whom nothing is said yet."""
    document = _form(press)
    personas = [*document["personas"], {}][:PERSONAS_IN_FORM]
    _show("editor", editor(Draft.of({**document, "personas": personas}), press.seen))
    return Said(then="stay")


async def drop_persona(view: View, acts: Acts, press: Press) -> Said:  # noqa: ARG001
    """One persona less in the form."""
    document = _form(press)
    personas = [one for number, one in enumerate(document["personas"]) if str(number) != press.on]
    _show("editor", editor(Draft.of({**document, "personas": personas}), press.seen))
    return Said(then="stay")


async def ask_save(view: View, acts: Acts, press: Press) -> Said:  # noqa: ARG001
    """What would be different, and whether somebody else has saved since the editor was opened."""
    draft = draft_of(press.fields)
    _show("editor", editor(draft, press.seen))
    if draft.profile is None:
        raise BadRequest(f"Something is wrong with it: {_where(draft)}.")
    async with view.session() as session:
        now = await profiles.current(session)
        opened = None
        if now.hash != press.seen:
            opened = next((one for one in await profiles.versions(session) if one.hash == press.seen), None)
    changes = differences(now.document, draft.document)
    body = [
        _meanwhile(opened, now) if now.hash != press.seen else None,
        html.P(f"Against version {now.number}, which holds now:", className="faint"),
        differences_table(changes, "Now", "From then on", name_of=place_in_words),
    ]
    if changes:
        body += [
            html.P(
                "It holds at once, for what comes from then on. What was left off because no company or person "
                "fitted is taken up again. Searches on a schedule begin anew where it changes what they ask for.",
                className="faint",
            ),
            _confirm("save", "Save it", seen=f"{now.hash}:{draft.hash}"),
        ]
    return Said(then="stay", ask=Detail("Save the profile", html.Div(body, className="detail")))


async def save(view: View, acts: Acts, press: Press) -> Said:
    """What stands in the editor holds from now on, if it is what was seen, and nobody was quicker."""
    draft = draft_of(press.fields)
    holds, _, seen = press.seen.partition(":")
    if draft.profile is None or draft.hash != seen:
        raise Refused("What stands in the editor is not what you saw any more: look again")
    number = await acts.change_profile(
        view.tenant.id, draft.profile, seen=holds, by=press.by, reason=_why(press, "save")
    )
    return Said(
        f"Version {number} holds from now on", "The earlier ones stay, and there is a way back.", "redraw"
    )


async def ask_back(view: View, acts: Acts, press: Press) -> Said:  # noqa: ARG001
    """What going back to an earlier version would change."""
    async with view.session() as session:
        now = await profiles.current(session)
        then = await profiles.version(session, _number(press.on))
    if then is None:
        raise BadRequest(f"There is no version {press.on[:20]}.")
    body = [
        differences_table(
            differences(now.document, then.document), "Now", "From then on", name_of=place_in_words
        ),
        html.P("It becomes a new version; nothing is lost of those between.", className="faint"),
        _confirm("back", f"Back to version {then.number}", on=then.number, seen=now.hash),
    ]
    return Said(then="stay", ask=Detail(f"Back to version {then.number}", html.Div(body, className="detail")))


async def back(view: View, acts: Acts, press: Press) -> Said:
    """An earlier version holds again, as a new one."""
    async with view.session() as session:
        then = await profiles.version(session, _number(press.on))
    if then is None:
        raise BadRequest(f"There is no version {press.on[:20]}.")
    draft = Draft.of({name: said for name, said in then.document.items() if said is not None})
    if draft.profile is None:
        raise Refused(f"By the rules of today something is wrong with version {then.number}: {_where(draft)}")
    number = await acts.change_profile(
        view.tenant.id, draft.profile, seen=press.seen, by=press.by, reason=_why(press, "back")
    )
    return Said(f"Version {then.number} holds again", f"It is version {number} now.", "redraw")


async def _versions(view: View) -> list[Version]:
    async with view.session() as session:
        return await profiles.versions(session)


async def _chosen(session: Session, query: Mapping[str, str]) -> tuple[Version, Version] | None:
    """The two versions that the address names. Raises BadRequest for one that there is not."""
    names = [query.get("from", ""), query.get("to", "")]
    if not all(names):
        return None
    found = [await profiles.version(session, _number(name)) for name in names]
    for name, one in zip(names, found, strict=True):
        if one is None:
            raise BadRequest(f"There is no version {name[:20]}.")
    one, other = found
    assert one is not None
    assert other is not None
    return one, other


def _differences(one: Version, other: Version) -> Component:
    return differences_table(
        differences(one.document, other.document),
        f"Version {one.number}",
        f"Version {other.number}",
        name_of=place_in_words,
    )


def _choose(versions: Sequence[Version]) -> Component:
    said = (
        "Choose two versions above."
        if len(versions) > 1
        else "There is one version so far, and nothing to hold it against."
    )
    return html.P(said, className="faint")


def _select(name: str, label: str, versions: Sequence[Version], query: Mapping[str, str]) -> Component:
    return dmc.Select(
        id={"filter": name},
        data=[str(one.number) for one in versions],
        value=query.get(name) or None,
        placeholder=label,
        clearable=True,
        size="xs",
        w=150,
        attributes={"input": {"aria-label": label}},
    )


def _form(press: Press) -> Mapping[str, Any]:
    """What stands in the form. Raises BadRequest where there is none."""
    draft = draft_of(press.fields)
    if draft.is_yaml:
        raise BadRequest("There are no such fields.")
    return draft.document


def _confirm(do: str, word: str, *, on: object = "", seen: str) -> Component:
    return html.Div(
        [text_field(f"why-{do}", "Why"), button(word, do, on=on, seen=seen, kind="main")],
        className="actions",
        **{"data-enter": do},
    )


def _meanwhile(opened: Version | None, now: Version) -> Component:
    """What somebody else has saved since the editor was opened; nothing of one's own is lost by it."""
    who = now.by or "Somebody"
    told = [
        html.P(f"{who} has saved version {now.number} since you opened the editor. Yours is still there.")
    ]
    if opened is not None:
        told.append(
            differences_table(
                differences(opened.document, now.document),
                "When you opened it",
                "Now",
                name_of=place_in_words,
            )
        )
        told.append(html.P("If you save, these fields are as yours say.", className="faint"))
    return html.Div(told, className="meanwhile", role="alert")


def _not_yet(draft: Draft) -> Component:
    return html.P(f"There is nothing to try yet, since something is wrong with it: {_where(draft)}.")


def _where(draft: Draft) -> str:
    places = [place_in_words(place) if place else "the YAML" for place in draft.mistakes]
    return ", ".join(places)


def _show(place: str, content: Component) -> None:
    set_props({"draft": place}, {"children": content})


def _why(press: Press, do: str) -> str:
    reason = press.words(f"why-{do}")
    if not reason:
        raise BadRequest("Say why: it is kept with your name.")
    return reason


def _number(text: Any) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise BadRequest(f"There is no version {text[:20]!r}.")
    return int(text)


PAGE = Page(
    slug="icp",
    title="Ideal customer",
    icon="target",
    order=50,
    frame=frame,
    parts=parts,
    deeds=deeds(
        Right.SEE,
        preview=preview,
        show_yaml=show_yaml,
        show_form=show_form,
        add_persona=add_persona,
        drop_persona=drop_persona,
    )
    | deeds(Right.ADMINISTER, ask_save=ask_save, save=save, ask_back=ask_back, back=back),
)
