"""Approvals: which acts a person must allow first, the life of such a question, and autonomy that is earned."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from math import sqrt
from typing import Literal

from pydantic import Field, field_validator, model_validator

from tenants.records import Record


class ActKind(StrEnum):
    """An act that may be risky. What is not in this list never needs an approval."""

    UNVERIFIED_ADDRESS = "unverified_address"
    SOURCE = "source"
    SPEND = "spend"
    ENROL = "enrol"
    OVERWRITE = "overwrite"
    SEND_AGAIN = "send_again"

    @property
    def is_always_asked(self) -> bool:
        """Whether no policy, no bypass and no autonomy can allow it: it may do twice what was meant once."""
        return self is ActKind.SEND_AGAIN

    @property
    def risk(self) -> str:
        """What may come of it that can't be taken back."""
        return _RISKS[self]

    @property
    def way_back(self) -> str:
        """What can be done about it afterwards, in a few words."""
        return _WAYS_BACK[self]


_RISKS = {
    ActKind.UNVERIFIED_ADDRESS: "mail to it may bounce, which harms the sender's standing",
    ActKind.SOURCE: "each company costs money to look into",
    ActKind.SPEND: "money is spent that does not come back",
    ActKind.ENROL: "messages go out to a person, and can't be called back",
    ActKind.OVERWRITE: "what a person wrote into the CRM is replaced",
    ActKind.SEND_AGAIN: "it may have been done before, and would then be done twice",
}


_WAYS_BACK = {
    ActKind.UNVERIFIED_ADDRESS: "can be put right until something is sent to it",
    ActKind.SOURCE: "leads can be left alone; what they have cost stays spent",
    ActKind.SPEND: "none: what is spent stays spent",
    ActKind.ENROL: "none: what was sent stays sent",
    ActKind.OVERWRITE: "by hand, from the history of the CRM",
    ActKind.SEND_AGAIN: "none: what was sent stays sent",
}


class Decision(StrEnum):
    """Where an approval stands. What was decided is executed by the mill, or fails when facts have changed.

    That nobody decided in time (expired) is never a rejection.
    """

    PENDING = "pending"
    APPROVED = "approved"
    EDITED = "edited"
    REJECTED = "rejected"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"
    EXECUTED = "executed"
    FAILED = "failed"


#: from each standing, where it may go next
NEXT: dict[Decision, frozenset[Decision]] = {
    Decision.PENDING: frozenset(
        {
            Decision.APPROVED,
            Decision.EDITED,
            Decision.REJECTED,
            Decision.EXPIRED,
            Decision.SUPERSEDED,
            Decision.WITHDRAWN,
        }
    ),
    Decision.APPROVED: frozenset({Decision.EXECUTED, Decision.FAILED}),
    Decision.EDITED: frozenset({Decision.EXECUTED, Decision.FAILED}),
} | {
    end: frozenset()
    for end in (
        Decision.REJECTED,
        Decision.EXPIRED,
        Decision.SUPERSEDED,
        Decision.WITHDRAWN,
        Decision.EXECUTED,
        Decision.FAILED,
    )
}


class ApprovalPolicy(Record):
    """Which acts of a tenant's agents wait for a person, and for how long."""

    unverified_address: Literal["never", "ask", "allow"] = "never"
    source_above: int | None = Field(default=None, ge=0)
    spend_above_usd: float | None = Field(default=None, ge=0)
    enrol: Literal["ask", "allow"] = "ask"
    overwrite: Literal["never", "ask", "allow"] = "ask"
    expires_after_h: float = Field(default=72, gt=0, le=8_760)
    two_people: bool = False
    bypass_until: datetime | None = None
    owner: str | None = None
    escalate_to: str | None = None
    escalate_after_h: float | None = Field(default=None, gt=0)
    autonomy_from: float = Field(default=0.95, ge=0.5, lt=1)
    bulk: tuple[ActKind, ...] = ()

    @field_validator("bulk")
    @classmethod
    def _what_may_be_done_twice_is_looked_at(cls, kinds: tuple[ActKind, ...]) -> tuple[ActKind, ...]:
        for kind in kinds:
            if kind.is_always_asked:
                raise ValueError(f"{kind} is decided one by one")
        return kinds

    @model_validator(mode="after")
    def _escalates_in_time(self) -> "ApprovalPolicy":
        if (self.escalate_to is None) != (self.escalate_after_h is None):
            raise ValueError("escalate_to and escalate_after_h go together")
        if self.escalate_after_h is not None and self.escalate_after_h >= self.expires_after_h:
            raise ValueError("escalate_after_h must be less than expires_after_h")
        return self

    def asks(self, kind: ActKind, amount: float) -> bool:
        """Whether a person must allow this act, leaving bypasses aside."""
        match kind:
            case ActKind.UNVERIFIED_ADDRESS:
                return self.unverified_address == "ask"
            case ActKind.SOURCE:
                return self.source_above is not None and amount > self.source_above
            case ActKind.SPEND:
                return self.spend_above_usd is not None and amount > self.spend_above_usd
            case ActKind.ENROL:
                return self.enrol == "ask"
            case ActKind.OVERWRITE:
                return self.overwrite == "ask"
            case ActKind.SEND_AGAIN:
                return True

    def may_be_bulk(self, kinds: Collection[ActKind]) -> bool:
        """Whether questions about these kinds of acts may be decided many at once."""
        return bool(kinds) and set(kinds) <= set(self.bulk)

    def is_bypassed(self, now: datetime) -> bool:
        """Whether everything is allowed for the time being."""
        return self.bypass_until is not None and now < self.bypass_until


def may_decide(policy: ApprovalPolicy, *, requested_by: str | None, by: str) -> bool:
    """Whether this person may decide: not who asked for the work, where the policy wants two people."""
    return not policy.two_people or requested_by is None or requested_by != by


@dataclass(frozen=True, slots=True)
class TrackRecord:
    """How people decided on acts of one kind: how often, and how often they allowed what they saw.

    A decision is not clean where the outcome was edited or rejected, or somebody complained afterwards.
    """

    kind: ActKind
    clean: int
    decided: int

    @property
    def certain(self) -> float:
        """The share of clean decisions that is certain, with a confidence of 95 %, from 0 to 1.

        The lower bound of Wilson's score interval (Wilson 1927): few decisions prove little.
        """
        if not self.decided:
            return 0.0
        z, n, share = 1.96, self.decided, self.clean / self.decided
        middle = share + z * z / (2 * n)
        spread = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
        return max(0.0, (middle - spread) / (1 + z * z / n))
