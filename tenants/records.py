"""Plain values that a tenant owns: accounts, contacts, leads, findings, signals and scores."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from tenants.identity import TenantId

#: the type of events whose content was withdrawn, since their tenant was removed; their offsets stay
WITHDRAWN = "withdrawn"
#: the provider of a finding that a person wrote
PERSON = "person"
#: the providers of what mail itself has shown: somebody answered it, or it came back
REPLY, BOUNCE = "reply", "bounce"
#: what a run misses whose lead was closed, since another lead of the same company goes on
OWN_LEAD = "lead of its own"


class Record(BaseModel):
    """A frozen value with checked fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Stage(StrEnum):
    """How far a lead has come. Stages only move forward."""

    SOURCED = "sourced"
    ENRICHED = "enriched"
    CONTACTABLE = "contactable"
    SCORED = "scored"


class Hold(StrEnum):
    """Why a lead stands still before it is scored."""

    SKIPPED = "skipped"
    FAILED = "failed"
    SNOOZED = "snoozed"
    AWAITING_APPROVAL = "awaiting_approval"


class RunStatus(StrEnum):
    """Where a run stands. The first five still move by themselves; of the others, a person can wake some.

    A failed run is in the error queue. It leaves the queue when it is retried, when a person says that nothing
    more is to be done (resolved), or when the same work succeeded in another run (superseded).
    """

    RUNNING = "running"
    RETRYING = "retrying"
    SNOOZED = "snoozed"
    HELD = "held"
    AWAITING_APPROVAL = "awaiting_approval"
    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"
    RESOLVED = "resolved"
    SUPERSEDED = "superseded"


class Firmographics(Record):
    """What is known of a company, apart from who it is. Money in US dollars."""

    industry: str | None = None
    country: str | None = None
    city: str | None = None
    employees: int | None = None
    founded_year: int | None = None
    revenue_usd: float | None = None
    funding_usd: float | None = None
    technologies: tuple[str, ...] | None = None
    open_jobs: int | None = None
    description: str | None = None


class Account(Firmographics):
    """A company, as one tenant knows it."""

    id: UUID
    identity_key: str
    name: str
    domain: str | None = None
    source: str

    def learned(self, facts: Mapping[str, Any]) -> "Account":
        """The account with these facts filled in, where it knew nothing before."""
        news = {
            name: value for name, value in facts.items() if getattr(self, name) is None and value is not None
        }
        return self.model_copy(update=news)


class Contact(Record):
    """A person at an account."""

    id: UUID
    account_id: UUID
    full_name: str
    first_name: str | None = None
    last_name: str | None = None
    title: str | None = None
    seniority: str | None = None
    department: str | None = None
    country: str | None = None
    email: str | None = None
    email_status: str | None = None
    email_source: str | None = None
    linkedin_url: str | None = None
    source: str


class Lead(Record):
    """A tenant's pursuit of one account."""

    id: UUID
    account_id: UUID
    source: str
    icp_version: int
    contact_id: UUID | None = None
    stage: Stage = Stage.SOURCED


class LeadProgress(Record):
    """A lead's step forward."""

    lead_id: UUID
    stage: Stage
    contact_id: UUID | None = None


class LeadScore(Record):
    """A lead's standing: how well it fits, how much it wants, and why we think so."""

    lead_id: UUID
    fit: float
    intent: float
    score: int
    tier: str
    sequence: str | None
    model: str
    reasons: tuple[Mapping[str, Any], ...]
    asked: Mapping[str, Any] = {}
    """What the model was told of the lead, so that another model can be asked the same."""
    sequence_share: float | None = None
    """Where the sequence was one of several, the share of leads that get this one."""


class SequenceTrack(Record):
    """How many leads of a tier were put into a sequence long enough ago, and how many of them answered."""

    tier: str
    sequence: str
    enrolled: int
    answered: int


class Finding(Record):
    """One field's value from one provider, with its evidence and price.

    The current one stands in the record; the others tell what else was found. It is good until it expires. What a
    person wrote has PERSON as its provider, and their name as evidence.
    """

    subject_id: UUID
    field: str
    value: Any
    provider: str
    evidence: str
    confidence: float
    cost_usd: Decimal
    found_at: datetime
    quote: str | None = None
    licence: str = ""
    expires_at: datetime | None = None
    is_current: bool = False


class SourceTally(Record):
    """What became of one part of a list: every row read is sourced, a duplicate, or rejected for a reason.

    `total` is how many companies the provider of a search has in all.
    """

    request_id: UUID
    part: int
    read: int
    sourced: int
    duplicates: int
    rejected: Mapping[str, int]
    total: int | None = None


class SourceRejection(Record):
    """A row that did not become a lead, kept with the reason."""

    request_id: UUID
    row_number: int
    reason: str
    row: Mapping[str, Any]


class AccountReview(Record):
    """Two accounts that may be one company: how likely that is, and why. A person decides."""

    id: UUID
    account_id: UUID
    other_id: UUID
    score: float
    evidence: tuple[str, ...]


class AccountIdentifier(Record):
    """Something that only one company has, as a provider tells it of an account, with its evidence.

    Its kind is a domain to which the account's own leads for good, or a register in which it has this number.
    """

    account_id: UUID
    kind: str
    value: str
    source: str
    evidence: str


class AccountSignal(Record):
    """Something that happened at a company, on which day, where that can be read, and who told us when."""

    id: UUID
    account_id: UUID
    kind: str
    on: date
    title: str
    url: str | None
    source: str
    seen_at: datetime


class LeadEngagement(Record):
    """Something that a prospect did, and when: a reply, a meeting, a click, a visit."""

    id: UUID
    lead_id: UUID
    contact_id: UUID | None
    kind: str
    at: datetime


class MailOutcome(Record):
    """What became of mail to a contact's address: it was answered, or it came back for good."""

    contact_id: UUID
    email: str
    arrived: bool
    why: str
    at: datetime


class TrackRecord(Record):
    """How often what one source claims has turned out right and wrong, as replies and bounces have shown.

    The claim is `email`, that this is the person's address, or `email_status`, that it takes mail or does not.
    """

    source: str
    claim: str
    right: int
    wrong: int


@dataclass(frozen=True, slots=True)
class Tenant:
    """One customer organisation and its home lane."""

    id: TenantId
    name: str
    label: str
    home_lane: int
    config_version: int
    config: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class LogEntry:
    """An event on its way out, or read back: where it stands in the log and what it says, as JSON text."""

    topic: str
    lane: int
    event_id: UUID
    tenant_id: TenantId
    type: str
    source: str
    subject: str | None
    time: datetime
    traceparent: str | None
    data: str
    offset: int = -1


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """A trained model that was kept: immutable, found by its label or by an alias."""

    tenant_id: UUID | None
    name: str
    version: int
    sha256: str
    path: str
    metrics: dict[str, Any]
    facts: dict[str, Any]
    created_at: datetime
    aliases: tuple[str, ...] = field(default=())

    @property
    def label(self) -> str:
        """The model's name and version in one word."""
        return f"{self.name}-{self.version}"


Act = Literal["proposed", "withdrawn", "promoted", "rolled back", "shadowed"]
"""What may be decided about a model."""


@dataclass(frozen=True, slots=True)
class ModelChange:
    """What somebody decided about an alias: which model it pointed to before and after, and what was checked."""

    tenant_id: UUID | None
    alias: str
    act: Act
    model: str | None
    before: str | None
    by: str
    reason: str | None = None
    gates: tuple[Mapping[str, Any], ...] = ()
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """A judgement as it was given. `asked` is what the model was told of the lead."""

    lead_id: UUID
    judged_at: datetime
    model: str
    fit: float
    intent: float
    score: int
    tier: str
    asked: Mapping[str, Any]
