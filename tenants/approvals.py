"""Approvals: which acts a person must allow first, and the life of such a question."""

from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import Field

from tenants.records import Record


class ActKind(StrEnum):
    """An act that may be risky. What is not in this list never needs an approval."""

    UNVERIFIED_ADDRESS = "unverified_address"
    SOURCE = "source"
    ENROL = "enrol"
    OVERWRITE = "overwrite"
    SEND_AGAIN = "send_again"

    @property
    def is_always_asked(self) -> bool:
        """Whether no policy and no bypass can allow it: it may do twice what was meant once."""
        return self is ActKind.SEND_AGAIN


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
    enrol: Literal["ask", "allow"] = "ask"
    overwrite: Literal["never", "ask", "allow"] = "ask"
    expires_after_h: float = Field(default=72, gt=0, le=8_760)
    two_people: bool = False
    bypass_until: datetime | None = None

    def asks(self, kind: ActKind, amount: float) -> bool:
        """Whether a person must allow this act, leaving bypasses aside."""
        match kind:
            case ActKind.UNVERIFIED_ADDRESS:
                return self.unverified_address == "ask"
            case ActKind.SOURCE:
                return self.source_above is not None and amount > self.source_above
            case ActKind.ENROL:
                return self.enrol == "ask"
            case ActKind.OVERWRITE:
                return self.overwrite == "ask"
            case ActKind.SEND_AGAIN:
                return True

    def is_bypassed(self, now: datetime) -> bool:
        """Whether everything is allowed for the time being."""
        return self.bypass_until is not None and now < self.bypass_until


def may_decide(policy: ApprovalPolicy, *, requested_by: str | None, by: str) -> bool:
    """Whether this person may decide: not who asked for the work, where the policy wants two people."""
    return not policy.two_people or requested_by is None or requested_by != by
