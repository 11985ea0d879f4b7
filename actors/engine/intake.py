"""One agent at work on one lane: events in, runs opened, done side by side, and committed together."""

import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from actors.bus.base import Bus, Delivery
from actors.engine.astray import bury, is_stale, send_on
from actors.engine.committing import commit
from actors.engine.hand import Hand
from actors.engine.profiles import Profile, Profiles
from actors.engine.runner import CLOSED, Assignment, Finished, Runner
from actors.engine.settings import EngineSettings
from actors.engine.window import Window
from actors.events import event_types
from actors.events.envelope import Event, read_payload
from tenants.identity import TenantId, stable_id
from tenants.modes import HOLD_EVENTS, HOLD_RETRIES, HOLD_WORK, Mode
from tenants.records import RunStatus
from tenants.store import lanes, runs
from tenants.store.lanes import Lease
from tenants.store.runs import DueRun, GroundMoved, RunStart
from tenants.store.session import Database, DatabaseError

_DUE_EVERY_S = 0.25
_STOPS_EVERY_S = 0.25
_READ_AT_MOST = 500
_READ_PAUSE_FIRST_S, _READ_PAUSE_MOST_S = 0.01, 0.1


@dataclass(slots=True)
class Counters:
    """What an intake has done since it began."""

    read: int = 0
    done: int = 0
    failed: int = 0
    commits: int = 0


class Intake:
    """One agent on one lane, for as long as it holds the lane's lease."""

    def __init__(
        self,
        runner: Runner,
        lease: Lease,
        *,
        database: Database,
        bus: Bus,
        profiles: Profiles,
        settings: EngineSettings,
    ) -> None:
        self.runner = runner
        self.lease = lease
        self.counters = Counters()
        self.hand = Hand(runner, settings)
        self._database = database
        self._bus = bus
        self._profiles = profiles
        self._settings = settings
        self._types = event_types()
        self._window = Window(lease.next_offset)
        self._claim_s = runner.agent.deadline_s * 2 + 30
        self._looked_for_due = 0.0
        self._looked_for_stops = 0.0
        self._read_again_at = 0.0
        self._pause_s = _READ_PAUSE_FIRST_S
        self._renewed = time.monotonic()

    @property
    def in_flight(self) -> int:
        """How many runs are being worked on or wait for their commit."""
        return len(self.hand)

    @property
    def nothing_before_s(self) -> float:
        """For how many seconds from now there is no use in another turn, if nothing is in flight."""
        return max(0.0, self._read_again_at - time.monotonic())

    async def turn(self) -> bool:
        """One turn: take in what is there, work, commit what is finished. Whether there was anything to do.

        Raises Fenced where the lane belongs to somebody else by now.
        """
        await self._stop_what_is_stopped()
        took_in = await self._take_in() if not self.hand.takes_nothing_new else False
        await self._begin_suspects()
        await self.hand.linger()
        committed = await self._commit_finished()
        await self._renew()
        return took_in or committed or self.hand.is_busy

    async def close(self) -> None:
        """What is finished is committed, what is not is left for whoever comes next, and the lease is given back."""
        await self.abandon()
        await self._commit_finished()
        async with self._database.glance() as session:
            await runs.leave_off(session, self.hand.run_ids)
            await lanes.release(session, self.lease)

    async def abandon(self) -> None:
        """What is not finished is left for whoever comes next: nobody would commit it here."""
        await self.hand.abandon()
        self._bus.forget(self.runner.agent.topic, self.lease.lane)

    async def _take_in(self) -> bool:
        took_in = False
        room = min(self._settings.runs_in_flight, self.runner.agent.concurrency) - self.in_flight
        if room > 0 and time.monotonic() - self._looked_for_due >= _DUE_EVERY_S:
            took_in = await self._take_due(min(room, _READ_AT_MOST))
            room = min(self._settings.runs_in_flight, self.runner.agent.concurrency) - self.in_flight
        # what is settled behind a slow run is remembered in memory: that has an end, too
        full = len(self._window) >= 4 * self._settings.runs_in_flight
        if room > 0 and not full and time.monotonic() >= self._read_again_at:
            topic, lane = self.runner.agent.topic, self.lease.lane
            deliveries = await self._bus.read(topic, lane, self._window.read_to, min(room, _READ_AT_MOST))
            if deliveries:
                took_in = True
                self._pause_s = _READ_PAUSE_FIRST_S
                await self._admit(deliveries)
            else:  # an empty lane is looked at less and less often, up to ten times a second
                self._pause_s = min(self._pause_s * 2, _READ_PAUSE_MOST_S)
            self._read_again_at = time.monotonic() + self._pause_s
        return took_in

    async def _admit(self, deliveries: list[Delivery]) -> None:
        for delivery in deliveries:
            self._window.opened(delivery.offset)
        self.counters.read += len(deliveries)
        readable = [(one.offset, one.event) for one in deliveries if isinstance(one.event, Event)]
        profiles = await self._profiles.of({event.tenant_id for _, event in readable})
        by_tenant: dict[TenantId, list[tuple[int, Event]]] = defaultdict(list)
        strangers: list[Delivery] = []
        for delivery in deliveries:
            event = delivery.event
            if isinstance(event, Event) and event.tenant_id in profiles:
                by_tenant[event.tenant_id].append((delivery.offset, event))
            else:
                strangers.append(delivery)
        if strangers:
            await bury(
                self._database, self.runner.agent.name, self.runner.agent.topic, self.lease.lane, strangers
            )
            self._window.settle({delivery.offset for delivery in strangers})
        for tenant_id, events in by_tenant.items():
            await self._open(profiles[tenant_id], self._not_passed_by(profiles[tenant_id], events))

    def _not_passed_by(self, profile: Profile, events: list[tuple[int, Event]]) -> list[tuple[int, Event]]:
        """Those of a tenant's events that concern the agent. The others pass by, without a run and without a cost."""
        wanted = [(offset, event) for offset, event in events if self.runner.works_on(profile, event)]
        if len(wanted) < len(events):
            self._window.settle({offset for offset, _ in events} - {offset for offset, _ in wanted})
        return wanted

    async def _open(self, profile: Profile, events: list[tuple[int, Event]]) -> None:
        """The runs for a tenant's events opened and begun; events that belong on another lane sent there."""
        topic, lane, name = self.runner.agent.topic, self.lease.lane, self.runner.agent.name
        here: list[tuple[UUID, int, Event]] = []
        elsewhere: list[tuple[int, Event]] = []
        for offset, event in events:
            run_id = stable_id(event.tenant_id, name, event.id)
            # what this process has begun it goes on with: on another lane its calls would be made once more
            is_begun = run_id in self.hand or run_id in self.runner.left
            if is_begun or profile.lane_for(topic, event.data.concerns or event.id) == lane:
                here.append((run_id, offset, event))
            else:
                elsewhere.append((offset, event))
        if elsewhere:
            offsets = {offset for offset, _ in elsewhere}
            await send_on(
                self._database,
                self.lease,
                profile,
                [event for _, event in elsewhere],
                next_offset=self._window.frontier_after(offsets),
                lease_s=self._settings.lease_s,
            )
            self._window.settle(offsets)
        if not here:
            return
        assignments = {run_id: (offset, event) for run_id, offset, event in here}
        starts = [
            RunStart(run_id, event.id, event.data.concerns, topic, event.data.model_dump_json())
            for run_id, (_, event) in assignments.items()
        ]
        held: set[UUID] = set()
        with self.hand.not_to_blame(assignments):
            async with self._database.tenant(profile.tenant.id) as session:
                await lanes.advance(
                    session, self.lease, self._window.frontier_after(set()), self._settings.lease_s
                )
                opened = await runs.open_runs(session, name, lane, starts)
                if profile.mode(name) in HOLD_EVENTS:
                    held = await runs.hold_back(session, name, list(opened), HOLD_EVENTS)
        ours = set()
        for run_id, (offset, event) in assignments.items():
            # an event that comes again while its run is in hand needs no second one
            if run_id in opened and run_id not in held and run_id not in self.hand:
                ours.add(offset)
                run = opened[run_id]
                assignment = Assignment(run_id, event, run.attempt, offset, waits=run.waits)
                if run.stage == runs.DUPLICATE:
                    self.hand.put(self.runner.overtaken(assignment, profile, CLOSED))
                elif is_stale(event, run.stage, self.runner.agent):
                    self.hand.put(self.runner.overtaken(assignment, profile))
                else:
                    self.hand.begin_or_suspect(assignment, profile, run.unfinished)
        self._window.settle({offset for _, offset, _ in here} - ours)

    async def _take_due(self, room: int) -> bool:
        self._looked_for_due = time.monotonic()
        agent = self.runner.agent
        async with self._database.glance() as session:
            due = await runs.take_due(session, agent.name, self.lease.lane, room, self._claim_s)
        profiles = await self._profiles.of({run.tenant_id for run in due})
        off = [
            run.id
            for run in due
            if run.tenant_id in profiles and profiles[run.tenant_id].mode(agent.name) in HOLD_RETRIES
        ]
        held: set[UUID] = set()
        if off:
            async with self._database.glance() as session:
                held = await runs.hold_back(session, agent.name, off, HOLD_RETRIES)
        for run in due:
            if run.tenant_id in profiles and run.id not in held and run.id not in self.hand:
                assignment = Assignment(
                    run.id, self._event_of(run), run.attempt, None, run.approval_id, run.waits
                )
                self.hand.begin_or_suspect(assignment, profiles[run.tenant_id], run.unfinished)
        return bool(due)

    def _event_of(self, run: DueRun) -> Event:
        payload = read_payload(self._types, run.topic, run.input)
        return Event(run.event_id, run.tenant_id, run.topic, "", None, self._database.now(), None, payload)

    async def _begin_suspects(self) -> None:
        """Runs that a process began and did not end, begun a few at a time when nothing else is under way."""
        chosen = self.hand.next_suspects()
        if not chosen:
            return
        ids = [one.assignment.run_id for one in chosen]
        with self.hand.not_to_blame(ids):
            async with self._database.glance() as session:
                await runs.begin_again(session, ids, self._claim_s)
        for one in chosen:
            self.hand.begin(one.assignment, one.profile)

    async def _stop_what_is_stopped(self) -> None:
        """Work for tenants that have stopped this agent, given up where it stands; its runs are held."""
        if time.monotonic() - self._looked_for_stops < _STOPS_EVERY_S:
            return
        self._looked_for_stops = time.monotonic()
        profiles = await self._profiles.of(self.hand.tenants)
        name = self.runner.agent.name
        stopped = {key for key, one in profiles.items() if one.mode(name) is Mode.STOPPED}
        if not stopped:
            return
        given_up = await self.hand.give_up(stopped)
        async with self._database.glance() as session:
            held = await runs.hold_back(session, name, [one.run_id for one in given_up], HOLD_WORK)
        self.hand.let_go([one.run_id for one in given_up])
        for one in given_up:
            if one.run_id not in held:  # it is to go on by now, or somebody else has ended it
                self.hand.begin(one, profiles[one.event.tenant_id])
            elif one.offset is not None:
                self._window.settle({one.offset})

    async def _commit_finished(self) -> bool:
        batch = self.hand.take_finished()
        if not batch:
            return False
        by_tenant: dict[TenantId, list[Finished]] = defaultdict(list)
        for item in batch:
            by_tenant[item.assignment.event.tenant_id].append(item)
        profiles = await self._profiles.of(by_tenant.keys())
        for tenant_id, items in by_tenant.items():
            profile = profiles.get(tenant_id)
            if profile is None:  # removed meanwhile: nobody is left to whom this could matter
                self._let_go(items)
            else:
                await self._commit_tenant(profile, items)
        return True

    async def _commit_tenant(self, profile: Profile, items: list[Finished]) -> None:
        """The tenant's finished runs committed; those whose ground moved meanwhile are run again."""
        while items:
            offsets = _offsets(items)
            try:
                await commit(
                    self._database,
                    self.lease,
                    profile,
                    items,
                    next_offset=self._window.frontier_after(offsets),
                    lease_s=self._settings.lease_s,
                )
            except GroundMoved as moved:
                items = await self._without(moved.run_ids, items, profile)
                continue
            except DatabaseError as error:
                if error.may_be_repeated:
                    raise
                if len(items) > 1:  # one of them is refused: the others are not to suffer for it
                    for item in items:
                        await self._commit_tenant(profile, [item])
                    return
                if items[0].outcome is None:
                    raise
                items = [self.runner.refuse(items[0], error.cause)]
                continue
            self._let_go(items)
            self._renewed = time.monotonic()
            await self._tell_position()
            self.counters.commits += 1
            self.counters.done += len(items)
            self.counters.failed += sum(item.end.status is RunStatus.FAILED for item in items)
            return

    async def _without(
        self, run_ids: frozenset[UUID], items: list[Finished], profile: Profile
    ) -> list[Finished]:
        async with self._database.tenant(profile.tenant.id) as session:
            open_still = await runs.still_running(session, list(run_ids))
        left = []
        for item in items:
            if item.end.id not in run_ids:
                left.append(item)
            elif item.end.id not in open_still:  # somebody ended it: its effects are in place already
                self._let_go([item])
            elif len(open_still) == len(run_ids):  # overtaken by other runs: again, from fresh facts
                self.hand.begin(item.assignment, profile)
            else:  # some were ended by others, this one was not: it can be committed
                left.append(item)
        return left

    def _let_go(self, items: Sequence[Finished]) -> None:
        """Nothing more is to be done for these runs, and their events need not come again."""
        self._window.settle(_offsets(items))
        self.hand.let_go([item.assignment.run_id for item in items])

    async def _renew(self) -> None:
        if time.monotonic() - self._renewed < self._settings.lease_s / 3:
            return
        async with self._database.glance() as session:
            await lanes.advance(
                session, self.lease, self._window.frontier_after(set()), self._settings.lease_s
            )
        self._renewed = time.monotonic()
        await self._tell_position()

    async def _tell_position(self) -> None:
        agent, reached = self.runner.agent, self._window.frontier_after(set())
        await self._bus.commit_position(agent.name, agent.topic, self.lease.lane, reached)


def _offsets(items: Iterable[Finished]) -> set[int]:
    return {item.assignment.offset for item in items if item.assignment.offset is not None}
