"""A lead on its way to a score, and the score on its way back."""

from collections.abc import Sequence
from typing import Annotated, Literal, Protocol
from uuid import UUID

from pydantic import Field

from tenants.records import Record

Tier = Literal["A", "B", "C", "D"]
Whole = Annotated[int, Field(ge=-(2**63), lt=2**63)]
"""A whole number that a database column can hold. Whether it can be true is for the features to say."""


class Engagement(Record):
    """Something the lead did, and how many days ago."""

    kind: str
    days_ago: float


class Happening(Record):
    """Something that happened at the company, and how many days ago."""

    kind: str
    days_ago: float


class ScoreRequest(Record):
    """A lead as it is judged. What is not known is None."""

    lead_id: UUID
    industry: str | None = None
    country: str | None = None
    employees: Whole | None = None
    founded_year: Whole | None = None
    revenue_usd: float | None = None
    funding_usd: float | None = None
    technology_count: Whole | None = None
    open_jobs: Whole | None = None
    seniority: str | None = None
    department: str | None = None
    email_status: str | None = None
    engagement: tuple[Engagement, ...] = ()
    signals: tuple[Happening, ...] = ()


class Reason(Record):
    """One thing that speaks for or against the fit, or for intent.

    The contribution is in log-odds; of what happened at the company, it is how much less is left in doubt, as a
    natural logarithm.
    """

    feature: str
    text: str
    contribution: float


class Score(Record):
    """A lead's standing: how well it fits, how much it wants, and why we think so."""

    lead_id: UUID
    fit: float = Field(ge=0, le=1)
    intent: float = Field(ge=0, le=1)
    score: int = Field(ge=0, le=100)
    tier: Tier
    model: str
    reasons: tuple[Reason, ...]


class ScoringService(Protocol):
    """Whoever answers for models: a Serve application, or a scorer in this process."""

    async def score_many(self, model: str, requests: Sequence[ScoreRequest]) -> list[Score]:
        """The scores of these leads, in their order, by the model with this label. Raises where it can't be asked."""
        ...
