"""What is asked and answered over HTTP: leads in, scores out, as JSON.

Leads are checked while they are read, in one go. Scores are written from the columns that the scorer gives: they
were checked when they were made.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from scoring_models.columns import ScoreColumns
from scoring_models.schema import Engagement, Happening, Score, ScoreRequest
from serve.refusals import BadLeads, Fault
from tenants.records import Record

MOST_LEADS = 1_000
"""Leads in one request."""
LARGEST_BODY = 4 * 2**20
"""Bytes of one request: a thousand leads, each with as much as anybody knows of one."""
MOST_FAULTS = 50
"""Faults that one answer tells."""

_MOST_EVENTS = 1_000
_LIMITS = ConfigDict(allow_inf_nan=False, str_max_length=200)


class Act(Engagement):
    """Something that a prospect did (`meeting`, `reply`, `click`, `visit`), and how many days ago."""

    model_config = _LIMITS


class Event(Happening):
    """Something that happened at the company (`funding`, `hiring`, `technology`, `news`, `site`), and when."""

    model_config = _LIMITS


class Lead(ScoreRequest):
    """A lead to be judged. What is not known is left out, or null."""

    model_config = _LIMITS

    engagement: tuple[Act, ...] = Field(default=(), max_length=_MOST_EVENTS)
    signals: tuple[Event, ...] = Field(default=(), max_length=_MOST_EVENTS)


class Question(Record):
    """Leads to be judged, by one model."""

    leads: list[Lead] = Field(min_length=1, max_length=MOST_LEADS)
    reasons: bool = Field(default=True, description="Without reasons, many leads take much less time.")


class Answer(Record):
    """The scores, in the order of the leads."""

    scores: tuple[Score, ...]


class ModelTold(Record):
    """A version of a model."""

    label: str = Field(description="Name and version in one word, as each score names it.")
    own: bool = Field(description="Whether it is this tenant's own; else it is everybody's.")
    aliases: tuple[str, ...]
    metrics: dict[str, Any] = Field(description="How it did on leads that it had not seen.")
    created_at: datetime


class Models(Record):
    """The versions that may judge this tenant's leads, the newest first, and the one that does."""

    champion: str | None
    models: tuple[ModelTold, ...]


class Refused(Record):
    """Why there is no answer."""

    detail: str


class BadRequest(Record):
    """What is wrong with the leads."""

    detail: tuple[Fault, ...]


_QUESTION = TypeAdapter(Question)


def read_question(body: bytes) -> Question:
    """What a request asks. Raises BadLeads, which tells of each fault in which lead and field it is."""
    try:
        return _QUESTION.validate_json(body)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False, include_input=False)
        raise BadLeads([_fault(one["loc"], one["msg"]) for one in faults[:MOST_FAULTS]]) from None


def write_scores(leads: Sequence[Lead], scores: ScoreColumns) -> bytes:
    """The answer for these leads."""
    model, *columns = scores
    return orjson.dumps(
        {
            "scores": [
                {
                    "lead_id": lead.lead_id,
                    "fit": fit,
                    "intent": intent,
                    "score": score,
                    "tier": tier,
                    "model": model,
                    "reasons": [
                        {"feature": feature, "text": text, "contribution": contribution}
                        for feature, text, contribution in why
                    ],
                }
                for lead, fit, intent, score, tier, why in zip(leads, *columns, strict=True)
            ]
        }
    )


def _fault(place: tuple[int | str, ...], problem: str) -> Fault:
    match place:
        case ("leads", int(lead), *field):
            return Fault(lead=lead, field=".".join(map(str, field)) or None, problem=problem)
        case _:
            return Fault(lead=None, field=".".join(map(str, place)) or None, problem=problem)
