"""One event, one agent, one outcome."""

import asyncio
import random
import time
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from actors.core.agent import Agent
from actors.core.errors import AgentError, CannotTell, DatabaseAway, ProcessDied, TookTooLong
from actors.core.fingerprint import fingerprint
from actors.core.outcome import Act, Done, Outcome, Skip, Snooze
from actors.core.retry import retry_at
from actors.engine import holding
from actors.engine.asking import Asking
from actors.engine.context import RunContext
from actors.engine.deciding import as_decided
from actors.engine.enriching import Enriching
from actors.engine.lookups import Lookups
from actors.engine.outward import Outward
from actors.engine.profiles import Profile
from actors.engine.turn import Turn
from actors.events.envelope import Event
from scoring_models.schema import ScoringService
from tenants.approvals import ActKind
from tenants.identity import TenantId
from tenants.records import OWN_LEAD, Lead, RunStatus
from tenants.store.approvals import Held
from tenants.store.columns import to_json
from tenants.store.runs import RunEnd
from tenants.store.session import Database, DatabaseError


@dataclass(frozen=True, slots=True)
class Assignment:
    """A run that is to be done now. Its offset is None where it did not come from the bus but was due again.

    With an approval nothing is to be done but what was held, as it was decided. `waits` is how often in a row it
    waited with patience.
    """

    run_id: UUID
    event: Event
    attempt: int
    offset: int | None
    approval_id: UUID | None = None
    waits: int = 0


@dataclass(frozen=True, slots=True)
class Finished:
    """A run that was done: how it ended, and what is to be committed.

    Where its outcome is held, there is none to be committed yet. `settles` is the approval that this carries
    out, or whose execution fails for the reason that is told. `recording` is what a run that has ended was told.
    """

    assignment: Assignment
    outcome: Outcome | None
    end: RunEnd
    held: Held | None = None
    settles: tuple[UUID, str | None] | None = None
    recording: str | None = None


_OVERTAKEN = Skip("the lead has come further since")
#: how a run ends whose lead another lead of the same company has taken the place of
CLOSED = Skip("another lead of this company goes on instead", missing=OWN_LEAD)
_VOID = (RunStatus.FAILED, RunStatus.RETRYING)
_SOON = timedelta(minutes=2)


class Runner:
    """Does runs of one agent. It decides nothing itself: the agent does, and `core.retry`."""

    def __init__(
        self,
        agent: Agent,
        database: Database,
        asking: Asking,
        outward: Outward,
        scoring: ScoringService,
        build: str,
        *,
        turn: Turn,
    ) -> None:
        self.agent = agent
        self.turn = turn
        self._database = database
        self._asking = asking
        self._enriching = Enriching(database, asking)
        self._outward = outward
        self._scoring = scoring
        self._build = build
        self._lookups: dict[TenantId, Lookups] = {}
        #: runs that this very process has left unfinished: over these no process died
        self.left: set[UUID] = set()

    def works_on(self, profile: Profile, event: Event) -> bool:
        """Whether the agent works on this event.

        One that reaches out leaves alone what was said before the tenant had a service for that.
        """
        return self.agent.effect is None or self._outward.reaches(profile, self.agent.effect, event.time)

    async def do(self, assignment: Assignment, profile: Profile) -> Finished:
        """The run, done. Whatever the agent raises becomes the run's ending; only cancelling goes through."""
        started = time.monotonic()
        now = self._database.now()
        tenant_id = profile.tenant.id
        lookups = self._lookups.get(tenant_id)
        if lookups is None:
            lookups = self._lookups[tenant_id] = Lookups(tenant_id, self._database, self._scoring)
        ctx = RunContext(
            profile,
            lookups,
            self._asking,
            self._enriching,
            run_id=assignment.run_id,
            now=now,
            lead_id=assignment.event.data.concerns,
            attempt=assignment.attempt,
            is_retry=assignment.offset is None,
        )
        decided: Outcome | None = None
        outcome: Outcome | None = None
        error: Exception | None = None
        failure_of_approval: str | None = None
        try:
            if assignment.approval_id is not None:
                decided, failure_of_approval = await as_decided(
                    self._database, tenant_id, assignment.approval_id, assignment.event.data.concerns
                )
            else:
                decided = await self._within_deadline(assignment, ctx)
                decided = await self._with_spending(ctx, decided)
            outcome = await self._with_effect(assignment, profile, ctx, decided)
        except DatabaseError as failure:
            error = DatabaseAway(str(failure)) if failure.may_be_repeated else failure
        except Exception as failure:  # noqa: BLE001 - the ending of a run, whatever the agent raised
            error = failure
        end = self._end(assignment, ctx, outcome, error, time.monotonic() - started)
        finished = self._finished(assignment, ctx, outcome, end, failure_of_approval)
        ending = decided or error
        if assignment.approval_id is None and end.due_at is None and ending is not None:
            return replace(finished, recording=_recorded(ctx, ending))
        return finished

    def _finished(
        self,
        assignment: Assignment,
        ctx: RunContext,
        outcome: Outcome | None,
        end: RunEnd,
        failure_of_approval: str | None,
    ) -> Finished:
        """The run as it is to be committed: with its outcome, without one, or with one that is held."""
        if outcome is None or end.status in _VOID:
            return _not_done_yet(assignment, end)
        finished = Finished(assignment, outcome, end)
        if isinstance(outcome, Done) and outcome.acts:
            finished = self._held_or_done(finished, ctx, outcome)
        if assignment.approval_id is None:
            return finished
        if finished.held is not None:
            failure_of_approval = finished.end.reason
        return replace(finished, settles=(assignment.approval_id, failure_of_approval))

    async def _with_spending(self, ctx: RunContext, outcome: Outcome) -> Outcome:
        """The outcome with what its new leads will cost as an act, where the tenant has a cap for that."""
        if ctx.rules.policy.spend_above_usd is None or not isinstance(outcome, Done):
            return outcome
        leads = sum(isinstance(record, Lead) for record in outcome.new)
        if not leads:
            return outcome
        cost = await ctx.expected_cost(leads)
        spending = Act(ActKind.SPEND, f"{leads:,} companies, at about ${cost:,.2f} together", float(cost))
        return replace(outcome, acts=(*outcome.acts, spending))

    async def _with_effect(
        self, assignment: Assignment, profile: Profile, ctx: RunContext, outcome: Outcome
    ) -> Outcome:
        """The outcome with its effect carried out, if it has one, unless a person must allow it first.

        Where nobody knows whether it was carried out before, a person is asked whether to do it again.
        """
        if not isinstance(outcome, Done) or outcome.effect is None or ctx.rules.must_wait(outcome):
            return outcome
        try:
            receipt = await self._outward.carry_out(profile, assignment.run_id, outcome.effect)
        except CannotTell as doubt:
            return holding.in_doubt(outcome, doubt)
        return replace(outcome, effect=None, output={**outcome.output, "receipt": receipt.reference})

    def _held_or_done(self, finished: Finished, ctx: RunContext, outcome: Done) -> Finished:
        assignment, end = finished.assignment, finished.end
        if not ctx.rules.must_wait(outcome):
            passed = {**ctx.rules.passed(outcome), **outcome.output}
            return replace(finished, end=replace(end, output=to_json(passed)))
        acts = ctx.rules.asked_about(outcome)
        question = holding.held(
            outcome,
            acts,
            run_id=assignment.run_id,
            attempt=assignment.attempt,
            agent=self.agent.name,
            lead_id=end.lead_id,
            requested_by=getattr(assignment.event.data, "requested_by", None),
            policy=ctx.rules.policy,
            now=ctx.now,
            cost_usd=end.cost_usd,
        )
        reason = "; ".join(act.why for act in acts)
        waits = replace(
            end, status=RunStatus.AWAITING_APPROVAL, reason=reason, output=None, approval_id=question.id
        )
        return replace(finished, outcome=None, end=waits, held=question)

    def give_up(self, assignment: Assignment, profile: Profile, deliveries: int) -> Finished:
        """The run as failed, without another try: every process that began it died over it."""
        lookups = Lookups(profile.tenant.id, self._database, self._scoring)
        ctx = RunContext(
            profile,
            lookups,
            self._asking,
            self._enriching,
            run_id=assignment.run_id,
            now=self._database.now(),
        )
        error = ProcessDied(f"{deliveries} times in a row")
        end = self._end(assignment, ctx, None, error, 0.0)
        # what a person allowed stays allowed: whoever tries the run again carries it out
        return Finished(assignment, None, replace(end, approval_id=assignment.approval_id))

    def overtaken(self, assignment: Assignment, profile: Profile, outcome: Skip = _OVERTAKEN) -> Finished:
        """The run as skipped, and its lead left as it is: by default it has come further than the event says."""
        lookups = Lookups(profile.tenant.id, self._database, self._scoring)
        ctx = RunContext(
            profile,
            lookups,
            self._asking,
            self._enriching,
            run_id=assignment.run_id,
            now=self._database.now(),
        )
        end = self._end(assignment, ctx, outcome, None, 0.0)
        return Finished(assignment, outcome, replace(end, lead_id=None))

    def refuse(self, finished: Finished, error: Exception) -> Finished:
        """The run as failed: the database would not take what it decided."""
        fault = describe(error)
        end = replace(
            finished.end,
            status=RunStatus.FAILED,
            due_at=None,
            reason=fault["message"],
            output=None,
            error=to_json(fault),
            fingerprint=self._fingerprint(fault),
            missing=None,
        )
        return _not_done_yet(finished.assignment, end)

    async def _within_deadline(self, assignment: Assignment, ctx: RunContext) -> Outcome:
        timeout = asyncio.timeout(self.agent.deadline_s)
        try:
            async with timeout:
                outcome = await self.agent.work(assignment.event.data, ctx)
        except TimeoutError:
            if timeout.expired():
                raise TookTooLong(f"{self.agent.deadline_s:g} s") from None
            raise
        if not isinstance(outcome, Done | Skip | Snooze):
            raise TypeError(
                f"{self.agent.name} must return Done, Skip or Snooze, not {type(outcome).__name__}"
            )
        for payload in outcome.say if isinstance(outcome, Done) else ():
            if type(payload) not in self.agent.emits:
                raise TypeError(f"{self.agent.name} did not declare that it says {payload.type}")
        effect = outcome.effect if isinstance(outcome, Done) else None
        if effect is not None and type(effect) is not self.agent.effect:
            raise TypeError(f"{self.agent.name} did not declare that it wants {type(effect).__name__}")
        return outcome

    def _end(
        self,
        assignment: Assignment,
        ctx: RunContext,
        outcome: Outcome | None,
        error: Exception | None,
        duration_s: float,
    ) -> RunEnd:
        status, due_at, reason, output, fault = _ending(assignment, outcome, error, ctx.now)
        try:
            written = to_json(output) if output is not None else None
        except (
            TypeError,
            ValueError,
        ) as unwritable:  # what it decided is void: nobody could read what it was
            failure = TypeError(f"the output can't be written down: {unwritable}")
            return self._end(assignment, ctx, None, failure, duration_s)
        versions: dict[str, Any] = {"build": self._build, "config": ctx.config_version}
        if ctx.model is not None:
            versions["model"] = ctx.model
        return RunEnd(
            id=assignment.run_id,
            lead_id=assignment.event.data.concerns,
            status=status,
            duration_s=duration_s,
            due_at=due_at,
            reason=reason,
            output=written,
            error=to_json(fault) if fault is not None else None,
            cost_usd=ctx.cost_usd or Decimal(0),
            versions=to_json(versions),
            fingerprint=self._fingerprint(fault) if fault is not None else None,
            missing=outcome.missing if isinstance(outcome, Skip) else None,
            is_patient=isinstance(error, AgentError) and error.patient,
        )

    def _fingerprint(self, fault: Mapping[str, Any]) -> str:
        return fingerprint(
            error_class=fault["class"],
            message=fault["message"],
            agent=self.agent.name,
            provider=fault["provider"],
        )


def _ending(
    assignment: Assignment, outcome: Outcome | None, error: Exception | None, now: datetime
) -> tuple[RunStatus, datetime | None, str | None, dict[str, Any] | None, dict[str, Any] | None]:
    """Status, time of the next attempt, reason, output, error."""
    match outcome:
        case Done():
            said = [payload.type for payload in outcome.say]
            return RunStatus.DONE, None, None, {**outcome.output, "said": sorted(set(said))}, None
        case Skip():
            return RunStatus.SKIPPED, None, outcome.reason, {"missing": outcome.missing}, None
        case Snooze():
            return RunStatus.SNOOZED, outcome.until, outcome.reason, None, None
    assert error is not None
    due_at = retry_at(
        error,
        attempt=assignment.attempt,
        waits=assignment.waits,
        now=now,
        jitter=random.random(),  # noqa: S311 - not a secret
    )
    fault = describe(error)
    return _waiting(due_at, now), due_at, fault["message"] or fault["class"], None, fault


def _waiting(due_at: datetime | None, now: datetime) -> RunStatus:
    """How a run with an error waits. A lead that waits for long is no work in progress, and counts as asleep."""
    if due_at is None:
        return RunStatus.FAILED
    return RunStatus.RETRYING if due_at - now <= _SOON else RunStatus.SNOOZED


def _not_done_yet(assignment: Assignment, end: RunEnd) -> Finished:
    """A run that came to no outcome. What was approved is still to be carried out where it goes on, else it failed."""
    if end.due_at is not None:
        return Finished(assignment, None, replace(end, approval_id=assignment.approval_id))
    settles = (assignment.approval_id, end.reason) if assignment.approval_id is not None else None
    return Finished(assignment, None, replace(end, approval_id=None), settles=settles)


def describe(error: Exception) -> dict[str, Any]:
    """An error as it is kept: class, message, kind, provider, and where it was raised if nobody foresaw it."""
    words = {"class": type(error).__name__, "message": _keepable(str(error))}
    if isinstance(error, AgentError):
        return {**words, "kind": error.kind, "provider": error.provider}
    where = _keepable("".join(traceback.format_exception(error))[-4000:])
    return {**words, "kind": "permanent", "provider": None, "trace": where}


def _recorded(ctx: RunContext, ending: Outcome | Exception) -> str | None:
    """The run's recording. There is none where it was told, or decided, what can't be written down."""
    try:
        return ctx.recording.written(ending)
    except (TypeError, ValueError):
        return None


def _keepable(text: str) -> str:
    """The text without what PostgreSQL can't keep: NUL, and halves of letters."""
    return text.encode("utf-8", "replace").decode().replace("\0", "\ufffd")
