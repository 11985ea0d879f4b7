"""An approval for the person who decides: what would be done, why it is asked, what may come of it, the buttons."""

from collections.abc import Mapping, Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import html

from console.changes import Block
from console.components import words
from console.components.buttons import button, choice_field, text_field, toggle
from console.components.changes_view import changes_view
from console.components.facts import facts
from console.components.icon import icon
from console.components.json_view import json_view
from tenants.approvals import ActKind, Decision, TrackRecord

Record = Mapping[str, Any]

DECIDED_WORDS = {
    Decision.PENDING: "Waits",
    Decision.APPROVED: "Approved",
    Decision.EDITED: "Edited",
    Decision.REJECTED: "Rejected",
    Decision.EXPIRED: "Nobody decided",
    Decision.SUPERSEDED: "Asked anew",
    Decision.WITHDRAWN: "Withdrawn",
    Decision.EXECUTED: "Done",
    Decision.FAILED: "Failed",
}
_REASONS = ["Wrong company", "Wrong person", "Wrong words", "Not now", "Costs too much"]


def kinds_of(found: Record) -> list[ActKind]:
    """The kinds of acts that an approval is about, each once."""
    return list(dict.fromkeys(ActKind(act["kind"]) for act in found["acts"]))


def approval_view(
    found: Record,
    blocks: Sequence[Block],
    *,
    agent: str,
    records: Sequence[TrackRecord],
    sequences: Sequence[str],
    links: Sequence[Any],
) -> html.Div:
    """All that one person needs to decide on one question."""
    is_waiting = found["status"] == Decision.PENDING
    return html.Div(
        [
            html.H2(found["company"] or agent),
            html.P("; ".join(act["why"] for act in found["acts"]), className="question-why"),
            changes_view(blocks),
            _edit_more(found, sequences) if is_waiting else None,
            _bearing(found, agent, records),
            html.Div([link for link in links if link is not None], className="links"),
            html.Details(
                [
                    html.Summary("The content, word for word"),
                    json_view("Content", found["edited"] or found["content"]),
                ]
            ),
            _actions(found) if is_waiting else None,
        ],
        # a question that is drawn anew must not keep what was written under the last one
        key=f"{found['id']} {found['content_hash']}",
        className="detail approval",
    )


def standing_view(found: Record, objections: Sequence[str]) -> html.Div:
    """Where a question stands right now: how long it can be decided, by whom it was, and what is in the way."""
    status = Decision(found["status"])
    lines: list[Any] = [
        html.P([icon("warning"), one], className="objection", role="alert") for one in objections
    ]
    if status is Decision.PENDING:
        line = [html.Span([icon("snoozed"), f"Ends in {words.left(found['left_s'])}"], className="ends-in")]
        if found["set_aside_until"] is not None:
            line.append(html.Span(f"Set aside by {found['set_aside_by']}"))
        if found["owner"]:
            line.append(html.Span(f"For {found['owner']}"))
        lines.insert(0, html.P(line, className="standing"))
        return html.Div(lines)
    who = f" by {found['decided_by']}" if found["decided_by"] else ""
    why = f": {found['reason']}" if found["reason"] else ""
    when = f", {words.stamp(found['decided_at'])}" if found["decided_at"] else ""
    lines.insert(
        0, html.P(f"{DECIDED_WORDS[status]}{who}{when}{why}", className="standing is-decided", role="status")
    )
    return html.Div(lines)


def _bearing(found: Record, agent: str, records: Sequence[TrackRecord]) -> html.Section:
    """Why it is asked, and what speaks for care: risk, way back, cost, and how people decided before."""
    kinds = kinds_of(found)
    before = [
        f"{one.clean:,} of {one.decided:,} were allowed as they were"
        if one.decided
        else "this is the first one"
        for one in records
    ]
    asked = found["requested_by"]
    return html.Section(
        [
            html.H3("Before you decide"),
            facts(
                [
                    ("Risk", "; ".join(kind.risk for kind in kinds)),
                    ("Way back", "; ".join(dict.fromkeys(kind.way_back for kind in kinds))),
                    ("Cost so far", words.dollars(found["cost"])),
                    ("Of this kind", "; ".join(before)),
                    ("Asked by", f"{agent}, for work that {asked} wanted" if asked else agent),
                    ("Asked at", words.stamp(found["created_at"])),
                    (
                        "Bound to",
                        html.Code(found["content_hash"][:16], title=f"SHA-256 {found['content_hash']}"),
                    ),
                ]
            ),
        ]
    )


def _edit_more(found: Record, sequences: Sequence[str]) -> Any:
    """What can be edited and is no line of text: whether what people wrote is replaced, and the known sequences."""
    effect = found["content"].get("effect") or {}
    if effect.get("replaces"):
        boxes = [
            dmc.Checkbox(label=one.replace(".", ": "), value=one, size="xs") for one in effect["replaces"]
        ]
        control: Any = dmc.CheckboxGroup(
            boxes,
            id={"field": "effect.replaces"},
            value=list(effect["replaces"]),
            label="Replace what a person wrote",
        )
    elif effect.get("kind") == "EnrolContact":
        control = html.P(
            ["The sequences of this tenant: ", html.Code(", ".join(sequences))], className="faint"
        )
    else:
        return None
    return html.Div(control, className="when-editing")


def _actions(found: Record) -> html.Div:
    on, seen = found["id"], found["content_hash"]
    is_later = found["set_aside_until"] is not None
    return html.Div(
        [
            html.Div(
                [
                    html.Div(
                        button("Approve", "approve", on=on, seen=seen, key="a", kind="main", drawing="done"),
                        className="unless-editing",
                    ),
                    html.Div(
                        button(
                            "Approve as edited",
                            "approve-edited",
                            on=on,
                            seen=seen,
                            key="a",
                            kind="main",
                            drawing="done",
                        ),
                        className="when-editing",
                    ),
                    toggle("Edit", "editing", leads_to="approve-edited", key="e", drawing="edit"),
                    toggle("Reject", "rejecting", leads_to="reject", key="r", drawing="failed"),
                    button("Take up", "take-up", on=on, key="s", drawing="up")
                    if is_later
                    else button("Later", "later", on=on, key="s", drawing="snoozed"),
                ],
                className="buttons",
            ),
            html.Div(
                [
                    choice_field("reject-why", "Why not", _REASONS),
                    text_field("reject-words", "In your words"),
                    button("Reject", "reject", on=on, seen=seen, kind="danger"),
                ],
                className="when-rejecting reject-form",
                **{"data-enter": "reject"},
            ),
        ],
        className="actions",
    )
