"""What is said of leads: sourced, enriched, scored.

Events carry ids and facts about companies. What is personal (names, addresses) stays in the database,
where it can be erased.
"""

from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from actors.events.envelope import Payload


class Company(BaseModel):
    """What is known of an account when the event is said."""

    model_config = ConfigDict(frozen=True, extra="allow")

    name: str
    domain: str | None = None
    industry: str | None = None
    country: str | None = None
    employees: int | None = None


class LeadSourced(Payload):
    """A company was found that may fit the tenant's ideal customer."""

    type: ClassVar[str] = "lead.sourced"

    lead_id: UUID
    account_id: UUID
    account: Company
    source: str
    icp_version: int


class LeadEnriched(Payload):
    """More is known of the company: firmographics and signals."""

    type: ClassVar[str] = "lead.enriched"

    lead_id: UUID
    account_id: UUID
    account: Company
    providers: tuple[str, ...]


class ScoreReason(BaseModel):
    """One reason for a score, with its weight: in log-odds, or how much less it leaves in doubt, as a logarithm."""

    model_config = ConfigDict(frozen=True, extra="allow")

    text: str
    contribution: float


class LeadScored(Payload):
    """The lead has its place among the tenant's prospects.

    Where several people at the company are wanted, it is said of each, with their `place` among them.
    """

    type: ClassVar[str] = "lead.scored"

    lead_id: UUID
    account_id: UUID
    contact_id: UUID
    fit: float = Field(ge=0, le=1)
    intent: float = Field(ge=0, le=1)
    score: int = Field(ge=0, le=100)
    tier: str
    sequence: str | None
    model: str
    reasons: tuple[ScoreReason, ...]
    place: int = 1
