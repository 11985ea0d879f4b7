"""Decisions of people in the way of an outcome: whether one is asked for, and what is done when it was made."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from actors.core.errors import ApprovalBroken
from actors.core.outcome import Act, Done, Outcome, Skip
from actors.engine import holding
from actors.events import event_types
from tenants.approvals import ActKind, ApprovalPolicy, Decision
from tenants.content import canonical, hashed
from tenants.exclusions import ExclusionKind, as_address
from tenants.identity import TenantId
from tenants.records import Account
from tenants.store import approvals, exclusions, leads
from tenants.store.approvals import Decided
from tenants.store.session import Database, Session


@dataclass(frozen=True, slots=True)
class Rules:
    """What a tenant wants to be asked about: its policy, the kinds that it leaves to its agents, and the time."""

    policy: ApprovalPolicy
    autonomous: Collection[ActKind]
    now: datetime

    def asked_about(self, outcome: Done) -> tuple[Act, ...]:
        """Those acts of an outcome that the policy asks about."""
        return tuple(act for act in outcome.acts if self.policy.asks(act.kind, act.amount))

    def must_wait(self, outcome: Done) -> bool:
        """Whether a person must allow something in this outcome before any of it is done."""
        return any(self._waits(act) for act in self.asked_about(outcome))

    def passed(self, outcome: Done) -> dict[str, Any]:
        """Why nobody is asked although the policy asks, as the run is to tell it."""
        kinds = [act.kind for act in self.asked_about(outcome)]
        if not kinds:
            return {}
        return {"bypassed" if self.policy.is_bypassed(self.now) else "autonomous": kinds}

    def _waits(self, act: Act) -> bool:
        if act.kind.is_always_asked:
            return True
        return act.kind not in self.autonomous and not self.policy.is_bypassed(self.now)


async def as_decided(
    database: Database, tenant_id: TenantId, approval_id: UUID, lead_id: UUID | None
) -> tuple[Outcome, str | None]:
    """What was held, if a person allowed it and the facts still stand, else why nothing is done.

    Beside it stands why the execution of an approval fails. Raises ApprovalBroken where what is stored is not
    what was approved.
    """
    async with database.tenant(tenant_id) as session:
        found = await approvals.decided(session, approval_id)
        if found is None or found.status not in (Decision.APPROVED, Decision.EDITED):
            return _not_done(found), None
        if hashed(canonical(found.content)) != found.content_hash:
            raise ApprovalBroken
        outcome = holding.read(found.content, event_types())
        failure = await _overtaken(session, lead_id, outcome)
        if failure is not None:
            return Skip(f"approved, but {failure}"), failure
        wanted = [record for record in outcome.new if isinstance(record, Account)]
        known = await leads.known_keys(session, [account.identity_key for account in wanted])
    taken = frozenset(account.id for account in wanted if account.identity_key in known)
    outcome = replace(outcome, output={**outcome.output, "approved_by": found.by})
    return holding.without(outcome, taken), None


async def _overtaken(session: Session, lead_id: UUID | None, outcome: Done) -> str | None:
    """Why what was approved can't be done any more; None where the facts still stand."""
    effect = outcome.effect
    if effect is not None:
        if not await leads.has_address(session, effect.lead_id, effect.contact_id, effect.email):
            return "the contact has gone, has another address, or its mail came back"
        person = (ExclusionKind.EMAIL, as_address(effect.email))
        if (reason := (await exclusions.among(session, [person])).get(person)) is not None:
            return f"the contact is left alone since: {reason}"
    elif lead_id is not None and not await leads.is_open(session, lead_id):
        return "the lead has gone, or is scored already"
    return None


def _not_done(found: Decided | None) -> Skip:
    """Why nothing is done: a person said so, or nobody said anything."""
    if found is None or found.status in (Decision.EXECUTED, Decision.FAILED):
        return Skip("the approval is gone")
    match found.status:
        case Decision.REJECTED:
            return Skip(f"rejected by {found.by}: {found.reason}")
        case Decision.EXPIRED:
            return Skip("nobody decided in time: nothing was done", missing="approval")
        case Decision.WITHDRAWN:
            return Skip(f"withdrawn by {found.by}: {found.reason}")
        case _:
            return Skip(f"the approval is {found.status}", missing="approval")
