"""The Approvals page: what waits for a person, what exactly would be done, and the decision."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import dash_mantine_components as dmc
from dash import html

from console import changes
from console.acts import Acts
from console.addresses import path_to
from console.changes import Facts, Source
from console.components import filters, words
from console.components.approval_view import DECIDED_WORDS, approval_view, kinds_of, standing_view
from console.components.buttons import button, keys, text_field
from console.components.grid import grid, live
from console.components.notices import all_done, no_match, nothing_chosen, nothing_yet
from console.cursors import Key, moment_of, uuid_of
from console.faults import BadRequest, NotFound
from console.page import Component, Detail, Page, Press, Row, Said, Table, View, deeds
from console.reads import Record, counted
from tenants.approvals import ActKind, Decision
from tenants.exclusions import ExclusionKind
from tenants.people import Right
from tenants.store import approval_queue, autonomy, effects, exclusions, findings, tenants
from tenants.store.approval_queue import QueueFilter, Shelf

LATER = timedelta(hours=4)
_SHELVES = {"": "Waiting", "later": "Later", "decided": "Decided", "over": "Came to nothing"}
_KINDS = {
    ActKind.UNVERIFIED_ADDRESS: "Doubtful address",
    ActKind.SOURCE: "List",
    ActKind.SPEND: "Spending",
    ActKind.ENROL: "Enrolment",
    ActKind.OVERWRITE: "CRM",
    ActKind.SEND_AGAIN: "Again",
}
_KEYS = [
    ("j", "next"),
    ("k", "previous"),
    ("a", "approve"),
    ("e", "edit"),
    ("r", "reject"),
    ("s", "later"),
    ("Esc", "back"),
]
_SOON_S = 3600.0
_COLUMNS: list[dict[str, Any]] = [
    {"headerName": "What waits", "field": "company", "minWidth": 180, "flex": 3, "cellRenderer": "Question"},
    {"headerName": "Ends in", "field": "left", "width": 116, "cellRenderer": "Left"},
]


def filter_of(query: Mapping[str, str]) -> QueueFilter:
    """The filter in an address.

    Raises BadRequest where it names something that does not exist.
    """
    shelf = query.get("show", "")
    if shelf not in _SHELVES:
        raise BadRequest(f"There is no show {shelf[:40]!r}; there are {', '.join(filter(None, _SHELVES))}.")
    return QueueFilter(
        Shelf(shelf or "waiting"), filters.chosen(query, "kind", [kind.value for kind in ActKind])
    )


async def parts(view: View) -> Mapping[str, Component]:
    """How much waits, how the question that is open stands, and what can be decided together."""
    wanted = filter_of(view.query)
    async with view.session() as session:
        count = await approval_queue.count(session, wanted)
        policy = (await tenants.configuration(session)).approvals
    together = [ActKind(kind) for kind in wanted.kinds if policy.may_be_bulk([ActKind(kind)])]
    return {
        "count": f"{counted(count)} {_SHELVES[view.query.get('show', '')].lower()}",
        "empty": None if count else _empty(view, wanted),
        "standing": await _standing(view),
        "together": _together(together[0], count)
        if wanted.shelf is Shelf.WAITING and len(wanted.kinds) == 1 and together
        else None,
    }


def frame(view: View, drawn: Mapping[str, Component]) -> Component:
    """The queue to the left, what is open to the right."""
    return html.Div(
        [
            html.Div(
                [
                    html.H1("Approvals"),
                    live("count", drawn, className="count"),
                    html.Div(className="spread"),
                    live("together", drawn),
                ],
                className="heading",
            ),
            html.Div(
                [
                    filters.one_of("show", "Show", _SHELVES, view.query),
                    filters.chips(
                        "kind", "Kind", {kind.value: word for kind, word in _KINDS.items()}, view.query
                    ),
                ],
                className="filters",
            ),
            html.Div(
                [
                    grid(_COLUMNS, label="Approvals", what="new questions", row_height=56, parts=drawn),
                    html.Section(
                        [
                            html.Div(drawn["panel"], id={"panel": "approval"}),
                            keys(_KEYS),
                        ],
                        className="panel beside",
                        **{"aria-label": "The question that is open"},
                    ),
                ],
                className="panes triage",
            ),
        ],
        className="page page-filled",
        key="approvals",
    )


async def rows(view: View, after: Key | None, skip: int, limit: int) -> list[Row]:
    """The next approvals."""
    behind = (moment_of(after.order), after.id) if after else None
    async with view.session() as session:
        found = await approval_queue.rows(
            session, filter_of(view.query), after=behind, skip=skip, limit=limit
        )
    return [_row(view, one) for one in found]


async def again(view: View, ids: Sequence[UUID]) -> list[Row]:
    """The rows on screen that can still change, as they are now."""
    async with view.session() as session:
        return [_row(view, one) for one in await approval_queue.by_id(session, ids)]


async def count(view: View) -> int:
    """How many approvals match."""
    async with view.session() as session:
        return await approval_queue.count(session, filter_of(view.query))


async def news(view: View, since: datetime) -> int:
    """How many approvals that match have come since."""
    async with view.session() as session:
        return await approval_queue.count(session, filter_of(view.query), after=since)


async def panel(view: View) -> Component:
    """What exactly the open question would do, why it is asked, and the buttons."""
    if not view.query.get("open"):
        return nothing_chosen(
            "Nothing is open", "Choose a question in the list, or press j for the first one."
        )
    found, facts = await _looked_at(view, uuid_of(view.query["open"]))
    async with view.session() as session:
        records = await autonomy.track_records(session)
        config = await tenants.configuration(session)
    lead = {"lead": found["lead_id"]}
    links = [
        dmc.Anchor("The lead's journey", href=f"{path_to(view.tenant.name, 'lead')}?{urlencode(lead)}")
        if found["lead_id"]
        else None,
        dmc.Anchor(
            "The run",
            href=f"{path_to(view.tenant.name, 'runs')}?{urlencode({'open': found['run_id']})}",
        ),
    ]
    shown = approval_view(
        found,
        changes.blocks(_content(found), facts),
        agent=view.reads.agent_title(found["agent"]),
        records=[records[kind] for kind in kinds_of(found)],
        sequences=sorted(config.sequence_names),
        links=links,
    )
    standing = html.Div(_stands(found, facts), id={"live": "standing"}, **{"aria-live": "polite"})
    return html.Div([standing, shown])


async def _standing(view: View) -> Component:
    """How the open question stands by now, and what has come in its way; nothing where none is open."""
    if not view.query.get("open"):
        return None
    try:
        found, facts = await _looked_at(view, uuid_of(view.query["open"]))
    except (BadRequest, NotFound):
        return None
    return _stands(found, facts)


def _stands(found: Record, facts: Facts) -> Component:
    is_waiting = found["status"] == Decision.PENDING
    return standing_view(found, changes.objections(_content(found), facts) if is_waiting else [])


async def _looked_at(view: View, approval_id: UUID) -> tuple[Record, Facts]:
    """An approval, and how what it is about stands right now."""
    async with view.session() as session:
        found = await approval_queue.one(session, approval_id)
        if found is None:
            raise NotFound("There is no such approval.")
        about = changes.named(_content(found))
        known = await findings.current(session, [*about.accounts, *about.contacts])
        lead_id = found["lead_id"]
        facts = Facts(
            live=await approval_queue.live(
                session,
                accounts=about.accounts,
                contacts=about.contacts,
                leads=about.leads,
                keys=about.keys,
            ),
            sources={
                (subject, one.field): Source(one.provider, one.confidence, one.evidence, one.quote)
                for subject, several in known.items()
                for one in several
            },
            excluded={
                value: reason
                for (_, value), reason in (
                    await exclusions.among(session, [(ExclusionKind.EMAIL, one) for one in about.emails])
                ).items()
            },
            asked=found["asked"] or {},
            sent=await effects.listed(session, state="sent", lead_id=lead_id) if lead_id else (),
        )
    return found, facts


def _content(found: Record) -> Mapping[str, Any]:
    """What would be done, or what was: as it was edited, if it was."""
    content: Mapping[str, Any] = found["edited"] or found["content"]
    return content


async def approve(view: View, acts: Acts, press: Press) -> Said:
    """The open question allowed, as it was seen."""
    await acts.decide(view.tenant.id, uuid_of(press.on), Decision.APPROVED, by=press.by, seen=press.seen)
    return Said("Approved", "It is done at once, as far as the facts still stand.", "next")


async def approve_edited(view: View, acts: Acts, press: Press) -> Said:
    """The open question allowed with what the person wrote into its fields."""
    wanted = {path: value for path, value in press.fields.items() if path.startswith(("effect.", "save."))}
    made = await acts.decide(
        view.tenant.id, uuid_of(press.on), Decision.APPROVED, by=press.by, seen=press.seen, changes=wanted
    )
    if made is Decision.EDITED:
        return Said(
            "Approved as edited", "What you wrote is done, and the original is kept beside it.", "next"
        )
    return Said("Approved", "Nothing was changed in it.", "next")


async def reject(view: View, acts: Acts, press: Press) -> Said:
    """The open question refused, for a reason."""
    reason = ": ".join(filter(None, (press.words("reject-why"), press.words("reject-words"))))
    if not reason:
        raise BadRequest("Say why: choose a reason, or write one.")
    await acts.decide(
        view.tenant.id, uuid_of(press.on), Decision.REJECTED, by=press.by, seen=press.seen, reason=reason
    )
    return Said("Rejected", reason, "next")


async def later(view: View, acts: Acts, press: Press) -> Said:
    """The open question out of the way for a few hours; it ends when it would have ended."""
    until = datetime.now(UTC) + LATER
    await acts.set_aside(view.tenant.id, uuid_of(press.on), until=until, by=press.by)
    return Said("Set aside", f"It waits under Later, and comes back at {until:%H:%M} UTC.", "next")


async def take_up(view: View, acts: Acts, press: Press) -> Said:
    """A question that was set aside waits again."""
    await acts.set_aside(view.tenant.id, uuid_of(press.on), until=None, by=press.by)
    return Said("It waits again", "", "next")


async def decide_together(view: View, acts: Acts, press: Press) -> Said:
    """What would be decided together, asked first: how many, and how many not, and why."""
    kind = _kind(press.on)
    bulk = await acts.bulk(view.tenant.id, kind, by=press.by)
    number = f"{len(bulk.ids):,}"
    body = [
        html.P(f"{number} can be decided together: everything that waits about this kind of act."),
        html.P(f"Risk: {kind.risk}. Way back: {kind.way_back}."),
        html.Ul([html.Li(f"{many:,} not: {why}") for why, many in bulk.refused.items()]),
        text_field("bulk-reason", "Why (needed to reject)"),
        html.Div(
            [
                button(f"Approve {number}", "approve-bulk", on=kind, seen=bulk.seen, kind="main"),
                button(f"Reject {number}", "reject-bulk", on=kind, seen=bulk.seen, kind="danger"),
            ],
            className="actions",
        )
        if bulk.ids
        else None,
    ]
    return Said(
        then="stay", ask=Detail(f"{_KINDS[kind]}: decide together", html.Div(body, className="detail"))
    )


async def approve_bulk(view: View, acts: Acts, press: Press) -> Said:
    """Everything that the person has seen counted, allowed."""
    return await _decided_together(view, acts, press, Decision.APPROVED)


async def reject_bulk(view: View, acts: Acts, press: Press) -> Said:
    """Everything that the person has seen counted, refused for one reason."""
    if not press.words("bulk-reason"):
        raise BadRequest("Say why.")
    return await _decided_together(view, acts, press, Decision.REJECTED)


async def _decided_together(view: View, acts: Acts, press: Press, decision: Decision) -> Said:
    many = await acts.decide_bulk(
        view.tenant.id,
        _kind(press.on),
        decision,
        by=press.by,
        seen=press.seen,
        reason=press.words("bulk-reason") or None,
    )
    return Said(f"{many:,} {decision}", "", "redraw")


def _kind(text: str) -> ActKind:
    try:
        return ActKind(text)
    except ValueError:
        raise BadRequest("There is no such kind of act.") from None


def _together(kind: ActKind, waiting: int) -> Component:
    if not waiting:
        return None
    return button(f"Decide all {counted(waiting)} …", "decide-together", on=kind)


def _row(view: View, one: Record) -> Row:
    is_waiting = one["status"] == Decision.PENDING
    return {
        "id": str(one["id"]),
        "key": str(Key(one["place"].isoformat(), one["id"])),
        "company": one["company"] or view.reads.agent_title(one["agent"]),
        "about": "; ".join(act["why"] for act in one["acts"]),
        "kind": " · ".join(dict.fromkeys(_KINDS[kind] for kind in kinds_of(one))),
        "left": words.left(one["left_s"]) if is_waiting else DECIDED_WORDS[Decision(one["status"])],
        "hurry": "over" if one["left_s"] <= 0 else "soon" if one["left_s"] < _SOON_S else "",
        "waits": is_waiting,
        "settled": not is_waiting,
    }


def _empty(view: View, wanted: QueueFilter) -> Component:
    if wanted.kinds:
        return no_match("approvals")
    if wanted.shelf is Shelf.WAITING:
        return all_done(
            "Nothing waits for you", "Agents ask here before they do what your policy calls risky."
        )
    return nothing_yet(
        f"Nothing {_SHELVES[view.query.get('show', '')].lower()}",
        "What is decided about questions gathers here.",
    )


PAGE = Page(
    slug="approvals",
    title="Approvals",
    icon="awaiting_approval",
    order=14,
    frame=frame,
    parts=parts,
    table=Table(rows=rows, count=count, news=news, again=again),
    panel=panel,
    deeds=deeds(
        Right.APPROVE,
        approve=approve,
        approve_edited=approve_edited,
        reject=reject,
        later=later,
        take_up=take_up,
        decide_together=decide_together,
        approve_bulk=approve_bulk,
        reject_bulk=reject_bulk,
    ),
)
