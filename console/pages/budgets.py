"""The Budgets page: what the tenant's work may cost, what it has cost, when the money ends, and other budgets."""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

from dash import html, set_props

from console.acts import Acts, Refused
from console.amounts import AmountsDraft, amounts_draft
from console.components.budgets_view import DAYS, amount_in_words, amounts_form, ceilings_view, spent_table
from console.components.buttons import button, text_field
from console.components.differences_view import differences_table
from console.components.grid import live
from console.faults import BadRequest
from console.page import Component, Detail, Page, Press, Said, View, deeds
from tenants.budgets import Budgets, fields_of, spendings
from tenants.differences import differing, fields_hash
from tenants.people import Right
from tenants.store import budgets, pages, spending, tenants
from tenants.store.spending import DaySpent

_LATELY = timedelta(days=1)
_KEPT_S = 60.0
_PROVIDERS_SHOWN = 24  # each is two fields that go along with a press


async def parts(view: View) -> Mapping[str, Component]:
    """How it stands under each ceiling, and what was spent by whom."""
    now = datetime.now(UTC)
    async with view.session() as session:
        holds = (await tenants.configuration(session)).budgets
        used = await budgets.used(session)
        connected = await pages.connected(session)
    lately, by_provider, by_agent = await view.reads.remembered.fresh(
        ("spending", view.tenant.id), _KEPT_S, lambda: _spent(view, now)
    )
    standing = spendings(holds, used=used, lately=lately, within=_LATELY, now=now)
    return {
        "holds": holds,
        "providers": sorted({*connected, *holds.providers})[:_PROVIDERS_SHOWN],
        "ceilings": ceilings_view(standing, by_provider, now),
        "by-provider": spent_table("Provider", "Calls", by_provider, str, now),
        "by-agent": spent_table("Agent", "Runs", by_agent, view.reads.agent_title, now),
    }


def frame(view: View, drawn: Mapping[str, Component]) -> Component:  # noqa: ARG001  as every page is called
    """The ceilings above, what was spent below them, and the form."""
    holds: Budgets = drawn["holds"]
    return html.Div(
        [
            html.Div(html.H1("Budgets"), className="heading"),
            live("ceilings", drawn),
            html.H2("Spent, by provider"),
            live("by-provider", drawn, className="panel panel-padded"),
            html.H2("Spent, by agent"),
            live("by-agent", drawn, className="panel panel-padded"),
            html.H2("Change budgets"),
            html.Div(
                amounts_form(AmountsDraft(fields_of(holds), holds), drawn["providers"], _hash(holds)),
                id={"draft": "amounts"},
                className="panel panel-padded",
            ),
        ],
        className="page",
        key="budgets",
    )


async def ask_budgets(view: View, acts: Acts, press: Press) -> Said:  # noqa: ARG001  as every deed is called
    """What would be different, before it is saved."""
    holds, providers = await _holds(view)
    draft = amounts_draft(press.fields, holds)
    set_props({"draft": "amounts"}, {"children": amounts_form(draft, providers, press.seen)})
    if draft.budgets is None:
        raise BadRequest(f"Something is wrong with it: {', '.join(map(amount_in_words, draft.mistakes))}.")
    changes = differing(fields_of(holds), fields_of(draft.budgets))
    meanwhile = html.P(
        "Somebody else has changed budgets since you opened this page. What you see is held against theirs.",
        className="meanwhile",
        role="alert",
    )
    body = [
        meanwhile if _hash(holds) != press.seen else None,
        differences_table(changes, "Now", "From then on", name_of=amount_in_words),
    ]
    if changes:
        body += [
            html.P(
                "It holds at once. What waits for money, or was stopped by a ceiling, goes on as far as it allows."
            ),
            html.Div(
                [
                    text_field("why-budgets", "Why"),
                    button(
                        "Save them",
                        "save-budgets",
                        seen=f"{_hash(holds)}:{_hash(draft.budgets)}",
                        kind="main",
                    ),
                ],
                className="actions",
                **{"data-enter": "save-budgets"},
            ),
        ]
    return Said(then="stay", ask=Detail("Save the budgets", html.Div(body, className="detail")))


async def save_budgets(view: View, acts: Acts, press: Press) -> Said:
    """What stands in the form holds from now on, if it is what was seen, and nobody was quicker."""
    held, _, seen = press.seen.partition(":")
    holds, _ = await _holds(view)
    draft = amounts_draft(press.fields, holds)
    reason = press.words("why-budgets")
    if not reason:
        raise BadRequest("Say why: it is kept with your name.")
    if draft.budgets is None or _hash(draft.budgets) != seen:
        raise Refused("What stands in the form is not what you saw any more: look again")
    number = await acts.change_budgets(view.tenant.id, draft.budgets, seen=held, by=press.by, reason=reason)
    return Said("These budgets hold from now on", f"It is version {number} of the configuration.", "redraw")


async def _holds(view: View) -> tuple[Budgets, list[str]]:
    """The budgets that hold, and the providers that the form shows."""
    async with view.session() as session:
        holds = (await tenants.configuration(session)).budgets
        connected = await pages.connected(session)
    return holds, sorted({*connected, *holds.providers})[:_PROVIDERS_SHOWN]


async def _spent(view: View, now: datetime) -> tuple[Mapping[str, Decimal], list[DaySpent], list[DaySpent]]:
    """What providers have cost lately, and providers and agents on each day, looked at once a minute."""
    since = datetime.combine(now.date() - timedelta(days=DAYS - 1), time(), UTC)
    async with view.session() as session:
        return (
            await budgets.spent_within(session, _LATELY),
            list(await spending.by_provider(session, since)),
            list(await spending.by_agent(session, since)),
        )


def _hash(one: Budgets) -> str:
    return fields_hash(fields_of(one))


PAGE = Page(
    slug="budgets",
    title="Budgets",
    icon="budgets",
    order=55,
    frame=frame,
    parts=parts,
    deeds=deeds(Right.ADMINISTER, ask_budgets=ask_budgets, save_budgets=save_budgets),
)
