"""The commit: what finished runs decided, in one transaction for each tenant, with the lane's offset."""

import asyncio
import random
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from actors.core.ledger import NOTHING
from actors.core.outcome import Done, Skip
from actors.engine.profiles import Profile
from actors.engine.runner import Finished
from actors.events.envelope import Event, say
from tenants.exclusions import Exclusion
from tenants.records import (
    Account,
    AccountIdentifier,
    AccountReview,
    AccountSignal,
    Contact,
    Finding,
    Lead,
    LeadEngagement,
    LeadProgress,
    LeadScore,
    LogEntry,
    MailOutcome,
    SourceRejection,
    SourceTally,
)
from tenants.saved import Saved
from tenants.store import (
    approvals,
    calls,
    engagement,
    exclusions,
    findings,
    identifiers,
    identity,
    judgements,
    lanes,
    leads,
    log,
    mail,
    recordings,
    runs,
    signals,
    sources,
)
from tenants.store.lanes import Lease
from tenants.store.recordings import Recorded
from tenants.store.runs import GroundMoved
from tenants.store.session import Database, DatabaseError, Session

# Each kind of record, what makes two of them the same row, and who saves it; in an order in which what is
# referred to comes first.
_SAVERS: tuple[
    tuple[type[Saved], Callable[[Any], Any], Callable[[Session, Sequence[Any]], Awaitable[None]]], ...
] = (
    (Account, lambda one: one.id, leads.update_accounts),
    (Contact, lambda one: one.id, leads.save_contacts),
    (LeadScore, lambda one: one.lead_id, judgements.save),
    (LeadProgress, lambda one: one.lead_id, leads.move_leads),
    (Finding, lambda one: (one.subject_id, one.field, one.provider), findings.save),
    (SourceTally, lambda one: (one.request_id, one.part), sources.save_tallies),
    (SourceRejection, lambda one: (one.request_id, one.row_number), sources.save_rejections),
    (AccountIdentifier, lambda one: (one.account_id, one.kind, one.value), identifiers.save),
    (AccountReview, lambda one: one.id, identity.save_reviews),
    (AccountSignal, lambda one: one.id, signals.save),
    (LeadEngagement, lambda one: one.id, engagement.save),
    (MailOutcome, lambda one: (one.contact_id, one.email), mail.save),
    (Exclusion, lambda one: (one.kind, one.value, one.source), exclusions.save),
)
_TRIES = 6


async def commit(
    database: Database,
    lease: Lease,
    profile: Profile,
    finished: Sequence[Finished],
    *,
    next_offset: int,
    lease_s: float,
) -> None:
    """Everything that these runs of one tenant decided, and the lane's offset, at once or not at all.

    A transaction whose answer was lost is safe to repeat: runs that have ended are not ended again.
    Raises Fenced where the lane is somebody else's by now, and GroundMoved with the runs that are to be run
    again; nothing is written in either case.
    """
    for attempt in range(1, _TRIES + 1):
        try:
            await _commit_once(database, lease, profile, finished, next_offset, lease_s)
        except DatabaseError as error:
            if attempt == _TRIES or not error.may_be_repeated:
                raise
            await asyncio.sleep(0.02 * 2**attempt * (0.5 + random.random()))  # noqa: S311 - not a secret
            if not await _is_committed(database, profile, finished):
                continue
        return


async def _is_committed(database: Database, profile: Profile, finished: Sequence[Finished]) -> bool:
    """Whether the transaction was committed after all: all of its runs have ended, and only it ends them."""
    if not finished:
        return False
    async with database.tenant(profile.tenant.id) as session:
        return not await runs.still_running(session, [item.end.id for item in finished])


async def _commit_once(
    database: Database,
    lease: Lease,
    profile: Profile,
    finished: Sequence[Finished],
    next_offset: int,
    lease_s: float,
) -> None:
    async with database.tenant(profile.tenant.id) as session:
        await lanes.advance(session, lease, next_offset, lease_s)
        await _add_new(session, finished)
        await _save(session, finished)
        await _save_unused(session, finished, database.now())
        await runs.close_runs(session, [item.end for item in finished])
        await recordings.save(
            session,
            [Recorded(item.end.id, item.recording) for item in finished if item.recording is not None],
        )
        await approvals.hold(session, [item.held for item in finished if item.held is not None])
        await approvals.settle(session, dict(item.settles for item in finished if item.settles is not None))
        now = database.now()
        await log.append(session, [entry for item in finished for entry in _entries(item, profile, now)])


async def _add_new(session: Session, finished: Sequence[Finished]) -> None:
    """What must not exist yet, added. Raises GroundMoved with the runs that came too late."""
    owner: dict[UUID, UUID] = {}
    late: set[UUID] = set()
    accounts: list[Account] = []
    new_leads: list[Lead] = []
    for item in finished:
        for record in item.outcome.new if isinstance(item.outcome, Done) else ():
            if owner.setdefault(record.id, item.end.id) != item.end.id:
                late.add(item.end.id)
            elif isinstance(record, Account):
                accounts.append(record)
            else:
                new_leads.append(record)
    if late:
        raise GroundMoved(frozenset(late))
    _not_late(owner, accounts, await leads.add_accounts(session, accounts) if accounts else set())
    _not_late(owner, new_leads, await leads.add_leads(session, new_leads) if new_leads else set())


def _not_late(owner: Mapping[UUID, UUID], records: Sequence[Account | Lead], added: set[UUID]) -> None:
    late = frozenset(owner[record.id] for record in records if record.id not in added)
    if late:
        raise GroundMoved(late)


async def _save(session: Session, finished: Sequence[Finished]) -> None:
    saved: dict[type[Saved], list[Any]] = defaultdict(list)
    for item in finished:
        for record in item.outcome.save if isinstance(item.outcome, Done | Skip) else ():
            saved[type(record)].append(record)
    for kind, same_row, save in _SAVERS:
        if kind in saved:
            # one statement may touch a row only once: the last word counts
            await save(session, list({same_row(record): record for record in saved[kind]}.values()))


async def _save_unused(session: Session, finished: Sequence[Finished], now: datetime) -> None:
    """What earlier tries of these runs have paid for and the last one had no use for: no price is lost.

    A try may look at another person than the one before it, if somebody else answers.
    """
    told = {
        item.end.id: sum(one.cost_usd for one in item.outcome.save if isinstance(one, Finding))
        for item in finished
        if item.assignment.offset is None and isinstance(item.outcome, Done | Skip)
    }
    if not told:
        return
    spent = await calls.spent_by(session, list(told))
    unused = [
        Finding(
            subject_id=run_id,
            field=NOTHING,
            value=None,
            provider="several",
            evidence="paid for by earlier tries of this run, and not used",
            confidence=1.0,
            cost_usd=cost - told[run_id],
            found_at=now,
        )
        for run_id, cost in spent.items()
        if cost > told[run_id]
    ]
    if unused:
        await findings.save(session, unused)


def _entries(item: Finished, profile: Profile, now: datetime) -> Iterable[LogEntry]:
    """What a run says, as events on the lanes of those whom they are about."""
    if not isinstance(item.outcome, Done):
        return
    cause = item.assignment.event
    for number, payload in enumerate(item.outcome.say):
        event = say(
            payload,
            tenant_id=profile.tenant.id,
            cause=f"{item.end.id}/{number}",
            time=now,
            traceparent=cause.traceparent,
        )
        yield to_entry(event, profile)


def to_entry(event: Event, profile: Profile) -> LogEntry:
    """An event as a row of the log, on the lane that it belongs to."""
    return LogEntry(
        topic=event.type,
        lane=profile.lane_for(event.type, event.data.concerns or event.id),
        event_id=event.id,
        tenant_id=event.tenant_id,
        type=event.type,
        source=event.source,
        subject=event.subject,
        time=event.time,
        traceparent=event.traceparent,
        data=event.data.model_dump_json(),
    )
