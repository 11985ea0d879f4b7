"""Counterfactuals: what a team could change about a lead that would bring it into a better tier.

Only what people can act on is tried: whom they write to, whether that address is proved, and that the person answers.
How large a company is or where it sits is not theirs to change. Each lead that is told of was scored as told, so each
sentence is true of the model that said it.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from typing import Any

from scoring_models.schema import Engagement, Score, ScoreRequest, Tier
from scoring_models.tiers import TIERS
from tenants.records import Record

MOST = 3
"""Ways that are told of a lead."""

_PROVED = frozenset({"deliverable", "verified", "valid"})
_RANKS = {"c_suite": "C-level", "vp": "VP-level", "director": "director-level"}
_JOIN = " and "

Ask = Callable[[Sequence[ScoreRequest]], Sequence[Score]]


class Counterfactual(Record):
    """What would have to be so, and the tier and score that the lead would have then."""

    text: str
    changes: Mapping[str, Any]
    tier: Tier
    score: int


def counterfactuals(request: ScoreRequest, score: Score, ask: Ask) -> tuple[Counterfactual, ...]:
    """The shortest ways into a better tier, the best tier first; none where nothing that people can do is enough.

    `ask` is the model that gave the score. Of ways into one tier those with the fewest changes count; a way that
    holds another one is left out.
    """
    ways = _ways(request)
    if not ways or score.tier == TIERS[-1]:
        return ()
    asked = [_changed(request, way) for way in ways]
    found: list[tuple[frozenset[str], Counterfactual]] = []
    for way, told in sorted(zip(ways, ask(asked), strict=True), key=lambda one: (len(one[0]), -one[1].score)):
        if TIERS.index(told.tier) <= TIERS.index(score.tier):
            continue
        names = frozenset(change.text for change in way)
        if any(before <= names and TIERS.index(one.tier) >= TIERS.index(told.tier) for before, one in found):
            continue
        changes = {key: value for change in way for key, value in change.fields.items()}
        found.append(
            (
                names,
                Counterfactual(
                    text=f"{told.tier} if {_JOIN.join(change.text for change in way)}",
                    changes=changes,
                    tier=told.tier,
                    score=told.score,
                ),
            )
        )
    found.sort(key=lambda one: (-TIERS.index(one[1].tier), len(one[0]), -one[1].score, one[1].text))
    return tuple(one for _, one in found[:MOST])


class _Change(Record):
    name: str
    text: str
    fields: Mapping[str, Any]


def _ways(request: ScoreRequest) -> list[tuple[_Change, ...]]:
    """Every single change that there is to make, and every two of different kinds."""
    single = _changes(request)
    pairs = [pair for pair in combinations(single, 2) if pair[0].name != pair[1].name]
    return [*((one,) for one in single), *pairs]


def _changes(request: ScoreRequest) -> list[_Change]:
    changes = []
    proved = (request.email_status or "").casefold() in _PROVED
    for rank, words in _RANKS.items():
        if (request.seniority or "").casefold() != rank:
            text = f"a {words} contact were found" if proved else f"a {words} contact were found and verified"
            # somebody else's address has to be proved as well
            changes.append(
                _Change(name="contact", text=text, fields={"seniority": rank, "email_status": "deliverable"})
            )
    if not proved:
        changes.append(
            _Change(name="contact", text="the address were verified", fields={"email_status": "deliverable"})
        )
    if not any(act.kind in ("reply", "meeting") for act in request.engagement):
        changes += [
            _Change(name="answer", text="they replied", fields={"engagement": "reply"}),
            _Change(name="answer", text="they met us", fields={"engagement": "meeting"}),
        ]
    return changes


def _changed(request: ScoreRequest, way: Sequence[_Change]) -> ScoreRequest:
    update: dict[str, Any] = {}
    for change in way:
        for name, value in change.fields.items():
            update[name] = (
                (*request.engagement, Engagement(kind=value, days_ago=0.0)) if name == "engagement" else value
            )
    return request.model_copy(update=update)
