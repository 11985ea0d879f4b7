"""The People page: who may what in this tenant, and for the platform who can sign in at all."""

import asyncio
from collections.abc import Mapping, Sequence

from dash import html

from console import people
from console.acts import Acts
from console.components import words
from console.components.buttons import button, choice_field, text_field
from console.components.grid import live
from console.components.notices import nothing_yet
from console.faults import BadRequest
from console.page import Component, Detail, Page, Press, Said, View, deeds
from tenants import passwords
from tenants.people import Right, Role
from tenants.store.people import Person

_HEADS = (
    "Login",
    "Name",
    "Roles here",
    "Signs in",
    "Last seen",
    html.Span("What can be done", className="unseen"),
)
_ROLES = [role.value for role in Role if not role.is_everywhere]


async def parts(view: View) -> Mapping[str, Component]:
    """Who has which role here; for the platform also who has none here, since it may give them one."""
    here = await view.reads.people(view.tenant)
    others: list[Person] = []
    if view.sees_everybody:
        logins = {person.login for person in here}
        others = [person for person in await view.reads.people(None) if person.login not in logins]
    return {
        "count": f"{len(here):,} with a role of {view.tenant.label}",
        "here": _table(here, view) if here else _nobody(others),
        "others": _others(others, view),
    }


def frame(view: View, drawn: Mapping[str, Component]) -> Component:
    """Those of the tenant above, how somebody gets a role, and for the platform everybody else."""
    return html.Div(
        [
            html.Div([html.H1("People"), live("count", drawn, className="count")], className="heading"),
            live("here", drawn, className="panel panel-padded"),
            _give_form(),
            _add_form() if view.sees_everybody else None,
            live("others", drawn),
        ],
        className="page",
        key="people",
    )


async def give_role(view: View, acts: Acts, press: Press) -> Said:
    """A role of this tenant for somebody who is in it already; the platform may give one to anybody."""
    login, role = press.words("give-login").lower(), _role(press.words("give-role"))
    is_new = await people.give(acts, view.tenant.id, login, role, by=press.by, to_anybody=view.sees_everybody)
    told = "They sign in anew, and may do more then." if is_new else "They were that before."
    return Said(f"{login} is {role}", told, "redraw")


async def take_role(view: View, acts: Acts, press: Press) -> Said:
    """A role of this tenant taken from somebody, who is out at once."""
    login, _, role = press.on.rpartition(":")
    if not await people.take(acts, view.tenant.id, login, _role(role), by=press.by):
        return Said(f"{login} was not {role} any more", "", "redraw")
    return Said(f"{login} is no longer {role}", "Their sessions have ended.", "redraw")


async def end_sessions(view: View, acts: Acts, press: Press) -> Said:
    """Somebody signed out, wherever they are."""
    ended = await people.end_sessions(acts, view.tenant.id, press.on, by=press.by)
    told = "1 session has ended." if ended == 1 else f"{ended:,} sessions have ended."
    return Said(f"{press.on} is signed out", told, "redraw")


async def add_person(view: View, acts: Acts, press: Press) -> Said:
    """Somebody new with a role of this tenant; their first password is shown once."""
    password = passwords.new_password()
    login = await people.add(
        acts,
        view.tenant.id,
        press.words("add-login"),
        press.words("add-name"),
        _role(press.words("add-role")),
        await asyncio.to_thread(passwords.hash_of, password),
        by=press.by,
    )
    return _shown_once(f"{login} is added", password)


async def new_password(view: View, acts: Acts, press: Press) -> Said:  # noqa: ARG001  as every deed is called
    """Another password for somebody who has lost theirs; it is shown once."""
    password = passwords.new_password()
    kept = await asyncio.to_thread(passwords.hash_of, password)
    await people.set_password(acts, press.on, kept, by=press.by)
    return _shown_once(f"A password for {press.on}", password)


async def disable_person(view: View, acts: Acts, press: Press) -> Said:  # noqa: ARG001  as every deed is called
    """Somebody who can't sign in any more, in no tenant."""
    await people.let_in(acts, press.on, is_disabled=True, by=press.by)
    return Said(f"{press.on} can no longer sign in", "Their sessions have ended.", "redraw")


async def enable_person(view: View, acts: Acts, press: Press) -> Said:  # noqa: ARG001  as every deed is called
    """Somebody who can sign in again."""
    await people.let_in(acts, press.on, is_disabled=False, by=press.by)
    return Said(f"{press.on} can sign in again", "", "redraw")


def _shown_once(title: str, password: str) -> Said:
    body = [
        html.P("Hand this over by a way that nobody else reads. It is shown once, and good for one sign-in:"),
        html.Pre(password, className="command", tabIndex="0", **{"aria-label": "Password"}),
        html.P("They choose one of their own then.", className="faint"),
    ]
    return Said(then="redraw", ask=Detail(title, html.Div(body, className="detail")))


def _role(text: str) -> Role:
    if text not in _ROLES:
        raise BadRequest(f"There is no such role of a tenant; there are {', '.join(_ROLES)}.")
    return Role(text)


def _table(found: Sequence[Person], view: View) -> Component:
    return html.Table(
        [
            html.Thead(html.Tr([html.Th(head, scope="col") for head in _HEADS])),
            html.Tbody([_line(person, view) for person in found]),
        ],
        className="diff people",
    )


def _line(person: Person, view: View) -> Component:
    roles = [
        html.Div([one.role, _take(person.login, one.role)], className="role")
        for one in person.roles
        if one.tenant == view.tenant.name
    ]
    everywhere = [html.Div(f"{one.role}, everywhere") for one in person.roles if one.tenant is None]
    acts = [_button("Sign out", "end-sessions", person, "Sign {} out")] if roles and person.sessions else []
    seen = person.seen_at
    return html.Tr(
        [
            html.Th(person.login, scope="row"),
            html.Td(person.name if person.name != person.login else None),
            html.Td(roles + everywhere or html.Span("none", className="faint")),
            html.Td(_signs_in(person)),
            html.Td(html.Time(f"{seen:%Y-%m-%d %H:%M}", dateTime=words.stamp(seen)) if seen else None),
            html.Td(
                html.Div([*acts, *(_platforms(person) if view.sees_everybody else [])], className="buttons")
            ),
        ]
    )


def _button(word: str, do: str, person: Person, says: str) -> Component:
    return button(word, do, on=person.login, says=says.format(person.login))


def _take(login: str, role: str) -> Component:
    return button("Take", "take-role", on=f"{login}:{role}", says=f"Take {role} from {login}")


def _platforms(person: Person) -> list[Component]:
    """What only the platform may do about somebody."""
    if person.is_disabled:
        return [_button("Let in again", "enable-person", person, "Let {} in again")]
    return [
        _button("New password", "new-password", person, "New password for {}"),
        _button("Keep out", "disable-person", person, "Keep {} out"),
    ]


def _signs_in(person: Person) -> str:
    if person.is_disabled:
        return "kept out"
    if person.must_change_password:
        return "with a first password"
    return (
        " or ".join(
            way for way, has in (("password", person.has_password), ("provider", person.is_linked)) if has
        )
        or "not yet"
    )


def _give_form() -> Component:
    return html.Section(
        [
            html.H2("Give a role"),
            html.Div(
                [
                    text_field("give-login", "Login"),
                    choice_field("give-role", "Role", _ROLES, value=Role.VIEWER),
                    button("Give", "give-role", kind="main"),
                ],
                className="form-line",
                **{"data-enter": "give-role"},
            ),
        ],
        className="panel padded",
    )


def _add_form() -> Component:
    return html.Section(
        [
            html.H2("Add somebody"),
            html.Div(
                [
                    text_field("add-login", "Login, or address"),
                    text_field("add-name", "Name"),
                    choice_field("add-role", "Role here", _ROLES, value=Role.VIEWER),
                    button("Add", "add-person", kind="main"),
                ],
                className="form-line",
                **{"data-enter": "add-person"},
            ),
        ],
        className="panel padded",
    )


def _others(others: Sequence[Person], view: View) -> Component:
    if not others:
        return None
    return html.Section([html.H2("With no role here"), _table(others, view)], className="panel panel-padded")


def _nobody(others: Sequence[Person]) -> Component:
    if others:
        return html.P(
            "Nobody has a role of this tenant; the platform has all of them everywhere.", className="faint"
        )
    return nothing_yet(
        "Nobody was added yet",
        "The console is open to the person at this machine. From the first person on, everybody signs in.",
        "leadmill person add ada --role platform",
    )


PAGE = Page(
    slug="people",
    title="People",
    icon="user",
    order=92,
    frame=frame,
    parts=parts,
    deeds={
        **deeds(Right.ADMINISTER, give_role=give_role, take_role=take_role, end_sessions=end_sessions),
        **deeds(
            Right.PLATFORM,
            add_person=add_person,
            new_password=new_password,
            disable_person=disable_person,
            enable_person=enable_person,
        ),
    },
    needs=Right.ADMINISTER,
)
