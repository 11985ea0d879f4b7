"""The Errors page: what failed for good, in groups that have their cause in common, until nothing is left."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import dash_mantine_components as dmc
from dash import html

from console.acts import Acts, Refused
from console.addresses import path_to
from console.components import filters, words
from console.components.badges import SETTLED, STATUS_WORDS, status_badge
from console.components.buttons import button, text_field
from console.components.facts import facts
from console.components.failure_view import (
    MUTED_FOR,
    SLICES,
    attempts_table,
    group_acts,
    group_view,
    groups_table,
    one_acts,
    refused_list,
)
from console.components.grid import grid, live
from console.components.json_view import json_view
from console.components.notices import all_done, no_match
from console.cursors import Key, moment_of, uuid_of
from console.editing import changed_input
from console.faults import BadRequest, NotFound
from console.page import Component, Detail, Page, Press, Row, Said, Table, View, deeds
from console.reads import Record
from tenants.people import Right
from tenants.store import failure_groups, letters
from tenants.store import pages as stored
from tenants.store.failures import Retry, Which

GROUPS_SHOWN = 200
_CHOICES_SHOWN = 12
_COLUMNS: list[dict[str, Any]] = [
    {
        "headerName": "Failed",
        "field": "time",
        "width": 134,
        "valueFormatter": {"function": "localTime(params.value)"},
        "tooltipField": "time",
    },
    {"headerName": "Status", "field": "status", "width": 128, "cellRenderer": "Status"},
    {"headerName": "Company", "field": "company", "minWidth": 160, "flex": 2, "tooltipField": "company"},
    {
        "headerName": "What happened",
        "field": "message",
        "minWidth": 200,
        "flex": 4,
        "tooltipField": "message",
    },
    {"headerName": "Attempt", "field": "attempt", "width": 90, "type": "rightAligned"},
    {"headerName": "Cost", "field": "cost", "width": 90, "type": "rightAligned"},
]


def which_of(query: Mapping[str, str]) -> Which:
    """The failures that an address asks for.

    Raises BadRequest where it asks for what can't be.
    """
    agent, provider, error, group = (
        query.get(name) or None for name in ("agent", "provider", "error", "group")
    )
    for value in (agent, provider, error, group):
        if value is not None and not (value.isprintable() and len(value) <= 100):
            raise BadRequest("That is not the name of anything.")
    return Which(agent=agent, provider=provider, error=error, fingerprint=group)


async def parts(view: View) -> Mapping[str, Component]:
    """The groups that match, or the one group that is looked at."""
    which = which_of(view.query)

    async def read() -> tuple[Record, Sequence[Record]]:
        async with view.session() as session:
            return (
                await failure_groups.standing(session, which),
                await failure_groups.listed(session, which, slices=SLICES, limit=GROUPS_SHOWN),
            )

    standing, groups = await view.reads.remembered.lately(("failures", view.tenant.id, which), read)
    async with view.session() as session:
        unread = await letters.count(session)
        left = {} if standing["runs"] else await failure_groups.left(session)
    drawn: dict[str, Component] = {"standing": standing, "unread": _unread(unread), "empty": None}
    if which.fingerprint is None:
        drawn["count"] = f"{standing['runs']:,} in {standing['groups']:,} groups"
        drawn["groups"] = _groups(view, groups, standing) if groups else _empty(view, left)
    else:
        drawn["count"] = f"{standing['runs']:,} runs"
        drawn["group"] = (
            group_view(groups[0], view.reads.agent_title(groups[0]["agent"])) if groups else _gone()
        )
    return drawn


def frame(view: View, drawn: Mapping[str, Component]) -> Component:
    """All groups; or one, with its runs."""
    heading = [
        html.H1("Errors"),
        live("count", drawn, className="count"),
        live("unread", drawn, className="count"),
    ]
    fingerprint = which_of(view.query).fingerprint
    if fingerprint is not None:
        back = dmc.Anchor("All groups", href=path_to(view.tenant.name, "errors"))
        return html.Div(
            [
                html.Div([*heading, html.Div(className="spread"), back], className="heading"),
                live("group", drawn),
                group_acts(fingerprint),
                grid(_COLUMNS, label="Runs of this group", what="more failures", row_height=36, parts=drawn),
            ],
            className="page page-filled",
            key="errors-group",
        )
    standing = drawn["standing"]
    return html.Div(
        [
            html.Div(heading, className="heading"),
            html.Div(
                [
                    _one_of("agent", "Agent", standing["agents"], view, view.reads.agent_title),
                    _one_of("provider", "Provider", standing["providers"], view),
                    _one_of("error", "Error", standing["classes"], view),
                    html.Div(className="spread"),
                    button("Try all again …", "ask-retry", drawing="retrying"),
                    button("Resolve all …", "ask-resolve", drawing="resolved"),
                ],
                className="filters",
            ),
            live("groups", drawn, className="panel"),
        ],
        className="page",
        key="errors",
    )


async def rows(view: View, after: Key | None, skip: int, limit: int) -> list[Row]:
    """The next failed runs of the group."""
    behind = (moment_of(after.order), after.id) if after else None
    async with view.session() as session:
        found = await failure_groups.runs(session, _fingerprint(view), after=behind, skip=skip, limit=limit)
    return [_row(one) for one in found]


async def again(view: View, ids: Sequence[UUID]) -> list[Row]:
    """The rows on screen as they are now, also where they have left the queue."""
    async with view.session() as session:
        return [_row(one) for one in await failure_groups.runs_by_id(session, ids)]


async def count(view: View) -> int:
    """How many failed runs the group has."""
    async with view.session() as session:
        return await failure_groups.count(session, _fingerprint(view))


async def news(view: View, since: datetime) -> int:
    """How many runs of the group have failed since."""
    async with view.session() as session:
        return await failure_groups.count(session, _fingerprint(view), after=since)


async def detail(view: View, run_id: UUID) -> Detail:
    """One failed run: what happened at each attempt, its input, and what can be done about it."""
    async with view.session() as session:
        run = await stored.run(session, run_id)
    if run is None:
        raise NotFound("There is no such run.")
    is_failed = run["status"] == "failed"
    lead = run["lead_id"]
    journey = f"{path_to(view.tenant.name, 'lead')}?{urlencode({'lead': lead})}"
    about = [
        ("Company", run["company"]),
        ("What happened", (run["error"] or {}).get("message") or run["reason"]),
        ("Failed", words.stamp(run["finished_at"])),
        ("Attempt", run["attempt"]),
        ("Cost", words.dollars(run["cost_usd"])),
        ("Run id", html.Code(str(run["id"]))),
        ("Lead", dmc.Anchor("The lead's journey", href=journey) if lead else None),
    ]
    body = [
        facts(about),
        one_acts(run) if is_failed else None,
        attempts_table(run["attempts"]),
        json_view("Error", run["error"]),
        None if is_failed else json_view("Input", run["input"]),
    ]
    title = html.Span(
        [view.reads.agent_title(run["agent"]), status_badge(run["status"])], className="drawer-title"
    )
    return Detail(title, html.Div(body, className="detail deeds", key=str(run["id"])))


async def ask_retry(view: View, acts: Acts, press: Press) -> Said:
    """What a retry of all that match would do, before it is done."""
    told = await acts.retry(view.tenant.id, which_of(view.query), by=press.by, dry_run=True)
    number = f"{len(told.eligible):,}"
    body = [
        html.P(f"{number} would be tried again at once, each with a fresh count of attempts."),
        html.P(
            "Answers that were paid for are kept, and effects that went out are not sent again.",
            className="faint",
        ),
        refused_list(told),
        html.Div(button(f"Try {number} again", "retry-all", kind="main"), className="actions")
        if told.eligible
        else None,
    ]
    return Said(then="stay", ask=Detail("Try all of these again", html.Div(body, className="detail")))


async def ask_resolve(view: View, acts: Acts, press: Press) -> Said:  # noqa: ARG001  as every deed is called
    """How many failures would leave the queue, and why, before they do."""
    async with view.session() as session:
        standing = await failure_groups.standing(session, which_of(view.query))
    number = f"{standing['runs']:,}"
    body = [
        html.P(
            f"{number} would leave the queue, and nothing more is done about them. They can be tried again by id."
        ),
        html.Div(
            [
                text_field("why-resolve-all", "Why nothing more is to be done"),
                button(f"Resolve {number}", "resolve-all", kind="danger"),
            ],
            className="actions",
            **{"data-enter": "resolve-all"},
        )
        if standing["runs"]
        else None,
    ]
    return Said(then="stay", ask=Detail("Resolve all of these", html.Div(body, className="detail")))


async def retry_all(view: View, acts: Acts, press: Press) -> Said:
    """Everything that matches, tried again."""
    told = await acts.retry(view.tenant.id, which_of(view.query), by=press.by)
    return Said(
        f"{len(told.eligible):,} are tried again",
        "They leave the queue, and come back only if they fail.",
        "redraw",
    )


async def retry_one(view: View, acts: Acts, press: Press) -> Said:
    """One run, tried again as it was."""
    return _retried(await acts.retry(view.tenant.id, Which(ids=(uuid_of(press.on),)), by=press.by))


async def retry_edited(view: View, acts: Acts, press: Press) -> Said:
    """One run, tried again with the input that the person wrote."""
    run_id = uuid_of(press.on)
    async with view.session() as session:
        run = await stored.run(session, run_id)
    if run is None:
        raise NotFound("There is no such run.")
    new_input = changed_input(run["input"], press.words("input", most=60_000))
    return _retried(await acts.retry(view.tenant.id, Which(ids=(run_id,)), by=press.by, new_input=new_input))


async def resolve_one(view: View, acts: Acts, press: Press) -> Said:
    """One run out of the queue, for a reason."""
    return await _resolved(view, acts, press, Which(ids=(uuid_of(press.on),)), "resolve-one", "shut")


async def resolve_all(view: View, acts: Acts, press: Press) -> Said:
    """Everything that matches out of the queue, for a reason."""
    return await _resolved(view, acts, press, which_of(view.query), "resolve-all", "redraw")


async def mute(view: View, acts: Acts, press: Press) -> Said:
    """The group at the end of the list, and out of the way, for so many hours; 0: it is heard of again."""
    hours = MUTED_FOR.get(press.on, 0)
    until = datetime.now(UTC) + timedelta(hours=hours) if hours else None
    await acts.mute(view.tenant.id, _fingerprint(view), until=until, by=press.by)
    return Said(f"Muted for {press.on}" if hours else "Heard of again", "", "redraw")


async def assign(view: View, acts: Acts, press: Press) -> Said:
    """The group in somebody's hands: those of who pressed, of who was named, or of nobody."""
    to = {"me": press.by, "nobody": None}.get(press.on, press.words("assignee", most=100) or None)
    await acts.assign(view.tenant.id, _fingerprint(view), to=to, by=press.by)
    return Said(f"{to or 'Nobody'} looks after it", "", "redraw")


async def _resolved(view: View, acts: Acts, press: Press, which: Which, do: str, then: Any) -> Said:
    reason = press.words(f"why-{do}")
    if not reason:
        raise BadRequest("Say why nothing more is to be done.")
    many = await acts.resolve(view.tenant.id, which, by=press.by, reason=reason)
    return Said(f"{many:,} resolved", reason, then)


def _retried(told: Retry) -> Said:
    if not told.eligible:
        raise Refused("; ".join(told.refused) or "it is not in the queue")
    return Said("It is tried again", "It leaves the queue, and comes back only if it fails.", "shut")


def _fingerprint(view: View) -> str:
    fingerprint = which_of(view.query).fingerprint
    if fingerprint is None:
        raise BadRequest("No group is open.")
    return fingerprint


def _one_of(
    name: str, label: str, found: Sequence[str] | None, view: View, title: Callable[[str], str] = str
) -> Component:
    choices = sorted({*(found or ()), *filter(None, [view.query.get(name)])})[:_CHOICES_SHOWN]
    if not choices:
        return None
    return filters.one_of(name, label, {"": "All"} | {one: title(one) for one in choices}, view.query)


def _groups(view: View, groups: Sequence[Record], standing: Record) -> Component:
    here = path_to(view.tenant.name, "errors")
    return groups_table(
        groups,
        more=standing["groups"] - len(groups),
        title_of=view.reads.agent_title,
        href_of=lambda fingerprint: f"{here}?{urlencode({'group': fingerprint})}",
    )


def _gone() -> Component:
    text = "Everything in it was tried again, resolved, or has succeeded since."
    return html.Div(all_done("This group is empty", text), className="panel")


def _unread(count: int) -> Component:
    return f"· {count:,} events that nobody could read (leadmill letters)" if count else None


def _row(run: Record) -> Row:
    return {
        "id": str(run["id"]),
        "key": str(Key(run["finished_at"].isoformat(), run["id"])),
        "time": words.stamp(run["finished_at"]),
        "status": run["status"],
        "word": STATUS_WORDS.get(run["status"], run["status"]),
        "company": run["company"] or "",
        "message": run["message"] or run["reason"] or "",
        "attempt": run["attempt"],
        "cost": words.dollars(run["cost"]),
        "settled": run["status"] in SETTLED and run["status"] != "failed",
    }


def _empty(view: View, left: Mapping[str, int]) -> Component:
    if any(view.query.get(name) for name in ("agent", "provider", "error")):
        return no_match("failures")
    said = {"resolved": "resolved by people", "superseded": "settled by themselves"}
    gone = ", ".join(f"{left[status]:,} {word}" for status, word in said.items() if left.get(status))
    lately = f" In the last 7 days: {gone}." if gone else ""
    return all_done("Nothing is broken", f"No failure waits for anybody, {view.actor.name}.{lately}")


PAGE = Page(
    slug="errors",
    title="Errors",
    icon="errors",
    order=16,
    frame=frame,
    parts=parts,
    table=Table(rows=rows, count=count, news=news, again=again),
    detail=detail,
    deeds=deeds(
        Right.OPERATE,
        ask_retry=ask_retry,
        ask_resolve=ask_resolve,
        retry_all=retry_all,
        retry_one=retry_one,
        retry_edited=retry_edited,
        resolve_one=resolve_one,
        resolve_all=resolve_all,
        mute=mute,
        assign=assign,
    ),
)
