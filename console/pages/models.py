"""The Models page: which model judges, which is proposed, what each is worth, and the way back."""

from collections.abc import Mapping
from typing import Any

from dash import html

from console.acts import Acts
from console.components.buttons import button, text_field
from console.components.grid import live
from console.components.model_view import (
    ALL,
    CHANGES_SHOWN,
    OWN,
    WHOSE,
    history_list,
    judges_view,
    proposal_view,
    versions_table,
)
from console.faults import BadRequest
from console.page import Component, Deed, Detail, Page, Press, Said, View
from tenants.people import Right
from tenants.store import models, upkeep


async def parts(view: View) -> Mapping[str, Component]:
    """What judges, what is proposed, all versions, and what was decided."""
    scopes = {OWN: view.tenant.id, ALL: None}
    async with view.session() as session:
        champion = await models.resolve(session, tenant_id=view.tenant.id)
        versions = {
            scope: await models.versions(session, tenant_id=tenant_id) for scope, tenant_id in scopes.items()
        }
        changes = {
            scope: await models.changes(session, tenant_id=tenant_id, limit=CHANGES_SHOWN)
            for scope, tenant_id in scopes.items()
        }
        looks = await upkeep.last(session, view.tenant.id)
    risen = await view.reads.inflation(view.tenant)
    known = [(scope, one) for scope, some in versions.items() for one in some]
    return {
        "judges": judges_view(champion, changes, risen, looks),
        "proposals": [proposal_view(scope, versions[scope], some) for scope, some in changes.items()],
        "versions": versions_table(known),
        "history": history_list(changes),
    }


def frame(view: View, drawn: Mapping[str, Component]) -> Component:  # noqa: ARG001  as every page is called
    """What judges above, the versions below it, and the history."""
    return html.Div(
        [
            html.Div([html.H1("Models")], className="heading"),
            live("judges", drawn, className="panel panel-padded"),
            live("proposals", drawn),
            html.H2("Versions"),
            live("versions", drawn, className="panel panel-padded"),
            html.H2("What was decided"),
            live("history", drawn, className="panel panel-padded"),
        ],
        className="page",
        key="models",
    )


async def ask_promote(view: View, acts: Acts, press: Press) -> Said:  # noqa: ARG001  as every deed is called
    """What a promotion does, before it is done."""
    scope, label = _meant(press.on)
    body = [
        html.P(
            f"{label} judges the leads of {WHOSE[scope]} from now on, and those that others have judged anew."
        ),
        html.P(
            "Nobody is asked, nothing is bought, and no event is said. It can be rolled back.",
            className="faint",
        ),
        html.Div(button(f"Promote {label}", "promote", on=press.on, kind="main"), className="actions"),
    ]
    return Said(then="stay", ask=Detail(f"Promote {label}", html.Div(body, className="detail")))


async def promote(view: View, acts: Acts, press: Press) -> Said:
    """The proposed model judges from now on."""
    scope, label = _meant(press.on)
    moved = await acts.promote_model(view.tenant.id, _tenant(view, scope), label, by=press.by)
    return Said(f"{label} judges from now on", _leads(moved.leads), "redraw")


async def withdraw(view: View, acts: Acts, press: Press) -> Said:
    """The proposal taken back."""
    scope, _ = _meant(press.on)
    label = await acts.withdraw_model(
        view.tenant.id, _tenant(view, scope), by=press.by, reason=_why(press, "withdraw")
    )
    return Said(f"{label} is not proposed any more", "", "redraw")


async def ask_roll_back(view: View, acts: Acts, press: Press) -> Said:  # noqa: ARG001  as every deed is called
    """What a rollback does, before it is done."""
    scope, label = _meant(press.on)
    body = [
        html.P(
            f"The model that judged before {label} judges the leads of {WHOSE[scope]} again. A lead of which nothing "
            "has become known since has exactly the score that it had."
        ),
        html.Div(
            [
                text_field("why-roll-back", "Why it is taken back"),
                button(f"Take {label} back", "roll-back", on=press.on, kind="danger"),
            ],
            className="actions",
            **{"data-enter": "roll-back"},
        ),
    ]
    return Said(then="stay", ask=Detail(f"Take {label} back", html.Div(body, className="detail")))


async def roll_back(view: View, acts: Acts, press: Press) -> Said:
    """The earlier model judges again."""
    scope, _ = _meant(press.on)
    moved = await acts.roll_back_model(
        view.tenant.id, _tenant(view, scope), by=press.by, reason=_why(press, "roll-back")
    )
    return Said(f"{moved.model} judges again", _leads(moved.leads), "redraw")


async def shadow(view: View, acts: Acts, press: Press) -> Said:
    """A model into the shadow, or out of it."""
    scope, label = _meant(press.on)
    is_shadow = press.seen == "shadow"
    await acts.shadow_model(view.tenant.id, _tenant(view, scope), None if is_shadow else label, by=press.by)
    told = f"{label} no longer judges in the shadow" if is_shadow else f"{label} judges in the shadow"
    return Said(told, "" if is_shadow else "What it says of leads is kept, and nobody goes by it.", "redraw")


def _meant(on: str) -> tuple[str, str]:
    """Whose model a button means, and which. Raises BadRequest."""
    scope, _, label = on.partition(":")
    if scope not in WHOSE or not label:
        raise BadRequest("There is no such model.")
    return scope, label


def _right_on(on: str) -> Right:
    """The right that moving a model needs: everybody's model judges the leads of other tenants too."""
    return Right.PLATFORM if on.partition(":")[0] == ALL else Right.MODELS


def _tenant(view: View, scope: str) -> Any:
    return view.tenant.id if scope == OWN else None


def _why(press: Press, do: str) -> str:
    reason = press.words(f"why-{do}")
    if not reason:
        raise BadRequest("Say why.")
    return reason


def _leads(leads: Any) -> str:
    if not leads.restored + leads.judged:
        return "No lead had to be judged anew."
    return (
        f"{leads.restored:,} leads have their earlier score again, {leads.judged:,} were judged anew, "
        f"{leads.moved:,} are in another tier."
    )


PAGE = Page(
    slug="models",
    title="Models",
    icon="models",
    order=40,
    frame=frame,
    parts=parts,
    deeds={
        name: Deed(_right_on, does)
        for name, does in {
            "ask-promote": ask_promote,
            "promote": promote,
            "withdraw": withdraw,
            "ask-roll-back": ask_roll_back,
            "roll-back": roll_back,
            "shadow": shadow,
        }.items()
    },
)
