"""A world of one seed: tenants with a list each, desks that die, stop and are replaced, a vendor, and a person.

Everything in it is the real engine but for three things: the database is the model, time is the scheduler's, and
the vendor and the models of scoring answer from here.
"""

import random
from collections import Counter
from contextlib import contextmanager
from contextvars import copy_context
from datetime import datetime, timedelta
from uuid import UUID

from actors.bus.settings import KafkaSettings
from actors.core.errors import ScorerAway
from actors.engine import asking, committing, enriching, experience, hand, intake, profiles, runner, station
from actors.engine.committing import to_entry
from actors.engine.profiles import Profile
from actors.engine.settings import EngineSettings
from actors.engine.wiring import Works
from actors.events import event_types
from actors.events.envelope import say
from actors.events.source import SourceRequested
from tenants.approvals import Decision
from tenants.identity import TenantId, stable_id
from tenants.policies import TenantConfig
from tenants.records import Tenant
from tenants.store.approvals import NotDecidable
from tests.fakes.works import Judge
from tests.simulation import model, questions
from tests.simulation.scheduler import WORLD, Process, Scheduler, current
from tests.simulation.store import EPOCH, Faults, SimDatabase, Store, connection_lost, not_serializable
from tests.simulation.vendor import Vendor
from tests.simulation.watch import Watch

_FAULTS_UNTIL_S = 8.0
_HEALED_WITHIN_S = 900.0
_STOPPED_AT_MOST_S = 25.0
_IDLE_TRANSACTION_S = 10.0  # as long as the server bears with one that stands still
# What the engine polls it polls more rarely here: nothing depends on how often it looks in vain.
_PAUSES_S = {
    "_DUE_EVERY_S": 0.5,
    "_LOOK_UP_S": 0.5,
    "_READ_PAUSE_MOST_S": 1.0,
    "_IDLE_S": 0.05,
    "_HEARTBEAT_S": 60.0,
}
_WITH_CLOCKS = (asking, committing, enriching, experience, hand, intake, profiles, runner, station)


class Plan:
    """What the seed has in store: how much work, how it is tuned, and how often what goes wrong."""

    def __init__(self, seed: int) -> None:
        draw = random.Random(f"{seed}/plan")
        self.tenants = draw.choice((1, 1, 2))
        self.leads = draw.randint(3, 8)
        self.lanes = draw.choice((1, 2))
        self.deaths = draw.randint(0, 3)
        self.stops = draw.randint(0, 2)
        self.replacements = draw.randint(0, 2)
        self.repeats = draw.randint(0, 3)
        self.leaves = draw.randint(0, 2)
        self.away_s = draw.choice((0.0, 0.0, 4.0))
        self.lost = draw.choice((0.0, 0.01, 0.03))
        self.lost_at_commit = draw.choice((0.0, 0.05, 0.15))
        self.steps_between = draw.choice((100, 300, 800))
        self.settings = EngineSettings(
            calls_in_flight=draw.choice((1, 3, 8)),
            runs_in_flight=draw.choice((2, 5, 32)),
            commit_batch=draw.choice((1, 3, 200)),
            commit_linger_s=draw.choice((0.0, 0.1)),
            lease_s=10.0,
        )


class World(Faults):
    """One run of one seed."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.plan = Plan(seed)
        self.chance = random.Random(f"{seed}/faults")
        self.loop = Scheduler(random.Random(f"{seed}/turns").random, self.between)
        self.store = Store(self.loop.time)
        self.database = SimDatabase(self.store, self, WORLD)
        self.faults: Counter[str] = Counter()
        self.watch = Watch(self)
        self.store.watchers.append(self.watch.commit)
        self.vendor = Vendor(self)
        self.judge = Judge()
        self.types = event_types()
        self.is_healed = False
        self.processes: list[Process] = []
        self.desks: dict[tuple, Process] = {}
        self.repeated: list = []
        self.asked: dict[TenantId, int] = {}
        self._planned = self._plan_faults()
        self._next_fault = self.chance.randint(1, self.plan.steps_between)
        self._settings = self.plan.settings
        self._context = copy_context()

    def later(self, seconds: float, act, *given) -> None:
        """The act of the world itself, whoever it was that set it off."""
        self.loop.call_at(self.loop.now + seconds, act, *given, context=self._context)

    def play(self) -> None:
        """The seed from its first step to its end. What must not be is in `watch.violations`."""
        with installed_clocks(self), model.installed(), self.watch.listening():
            try:
                self.loop.run_until_complete(self._play())
            finally:
                self.loop.clear_away([WORLD, *self.processes])
                self.loop.close()
        self.watch.at_the_end()

    async def _play(self) -> None:
        self._settle_in()
        if self.plan.away_s:
            self.faults["scoring away"] += 1
            self.judge.away = ScorerAway()
            self.later(self.plan.away_s, setattr, self.judge, "away", None)
        works = Works(self.database, **self._parts())
        # nobody here is connected to a service: those who reach out would have no desk
        for agent in (name for name, one in works.agents.items() if one.effect is None):
            lanes = range(self.plan.lanes)
            for held in [tuple(lanes)] if self.chance.random() < 0.5 else [(lane,) for lane in lanes]:
                self.start_desk(agent, held)
        person = self.loop.begin(WORLD, self._decide_now_and_then())
        repeater = self.loop.begin(WORLD, self._say_things_again())
        while not (self.is_healed and repeater.done() and self.watch.is_drained()):
            await self.loop.wait(1.0)
            self.is_healed = self.is_healed or self.loop.now > _FAULTS_UNTIL_S
            if self.loop.now > _HEALED_WITHIN_S:
                break
        person.cancel()
        repeater.cancel()

    # --- tenants and their lists

    def _settle_in(self) -> None:
        draw = random.Random(f"{self.seed}/tenants")
        for number in range(self.plan.tenants):
            tenant_id = TenantId(UUID(int=draw.getrandbits(128)))
            config = TenantConfig(approvals={"unverified_address": draw.choice(("ask", "never", "allow"))})
            home = number % self.plan.lanes
            stored = config.model_dump(mode="json", exclude={"connections"})
            tenant = Tenant(tenant_id, f"tenant-{number}", "", home, 1, stored)
            self.store.rows("tenant")[tenant_id] = tenant
            self._ask_for_leads(tenant, config, self.plan.leads)
        if self.plan.lanes > 1 and draw.random() < 0.5:
            self._scale_after = draw.uniform(0.5, 5.0)
            self.loop.begin(WORLD, self._scale())

    def _ask_for_leads(self, tenant: Tenant, config: TenantConfig, count: int) -> None:
        lanes = dict.fromkeys(self.types, (tenant.home_lane,))
        profile = Profile(tenant, config, {}, lanes, {})
        domains = self.vendor.companies(tenant, count)
        rows = tuple({"name": domain, "domain": domain} for domain in domains)
        request_id = stable_id(self.seed, tenant.id)
        for part, start in enumerate(range(0, count, 3)):
            chunk = rows[start : start + 3]
            asked = SourceRequested(
                request_id=request_id,
                part=part,
                source="list",
                first_row=start + 1,
                rows=chunk,
                asked_for=count,
            )
            event = say(asked, tenant_id=tenant.id, cause=str(part), time=self.store.now, traceparent=None)
            self._write(to_entry(event, profile))
        self.asked[tenant.id] = count

    def _write(self, entry) -> None:
        head = (entry.topic, entry.lane)
        offset = self.store.rows("log_head").get(head) or 0
        self.store.rows("log")[*head, offset] = entry
        self.store.rows("log_head")[head] = offset + 1

    async def _scale(self) -> None:
        """A tenant is given more lanes: what waits on the old one is sent on."""
        await self.loop.wait(self._scale_after)
        for tenant_id in self.store.rows("tenant"):
            for topic in self.types:
                self.store.rows("tenant_lane")[tenant_id, topic] = tuple(range(self.plan.lanes))
        self.faults["scaled"] += 1

    # --- desks

    def _parts(self):
        providers = {"oracle": self.vendor.provider}
        return {
            "http": None, "vault": None, "providers": providers, "scoring": self.judge, "settings": self._settings,
            "kafka": KafkaSettings(),
        }  # fmt: skip

    def start_desk(self, agent: str, lanes: tuple) -> None:
        """A process with a desk for this agent on these lanes."""
        process = Process(f"{agent}#{len(self.processes)}")
        process.desk = (agent, lanes)
        process.is_followed = process.is_sent_home = False
        self.processes.append(process)
        self.desks[agent, lanes] = process
        self.loop.begin(process, self._work(process, agent, lanes))

    async def _work(self, process: Process, agent: str, lanes: tuple) -> None:
        works = Works(SimDatabase(self.store, self, process), **self._parts())
        desk = works.station(process.name, agent)
        await desk.hold(lanes)
        while desk.lanes or self.desks[process.desk] is process:
            await self.loop.wait(0.5)
            if process.is_sent_home:
                await desk.stop()  # in good order: what it leaves is nobody's fault, and another goes on
                await works.finish()
                self._end(process, is_death=False)
                return
            if self.desks[process.desk] is process:  # as supervision does with a desk that has lost a lane
                await desk.hold(lanes)
            elif self.is_healed:
                await desk.stop()
        await desk.stop()

    def kill(self, process: Process) -> None:
        """The process gone in the middle of whatever it did; another takes its place after a while."""
        if not process.is_dead:
            self._end(process, is_death=True)

    def _end(self, process: Process, *, is_death: bool) -> None:
        self.loop.kill(process)
        self.watch.died(process, is_death=is_death)
        for transaction in [one for one in self.store.open if one.process is process]:
            # what was sent may still be carried out, though nobody is there to hear of it
            if transaction.is_committing and self.chance.random() < 0.5:
                transaction.commit()
            else:
                transaction.end()
        if self.desks[process.desk] is process:
            self.later(self.chance.uniform(0.05, 2.0), self._follow, process)

    def _follow(self, process: Process) -> None:
        if self.desks[process.desk] is process:
            process.is_followed = True
            if not process.is_dead:
                self.watch.died(process)
            self.start_desk(*process.desk)

    def _stop(self, process: Process) -> None:
        self.loop.stop_process(process)
        seconds = self.chance.uniform(0.1, _STOPPED_AT_MOST_S)
        if seconds > 3.0:
            self.later(self.chance.uniform(1.0, 3.0), self._follow, process)
        for transaction in [one for one in self.store.open if one.process is process]:
            self.later(_IDLE_TRANSACTION_S, self._end_if_idle, transaction)
        self.later(seconds, self.loop.resume, process)

    def _end_if_idle(self, transaction) -> None:
        if not transaction.is_over and transaction.process.is_stopped:
            transaction.end()

    # --- what goes wrong

    def _plan_faults(self) -> list[str]:
        kinds = ["killed"] * self.plan.deaths + ["stopped"] * self.plan.stops
        kinds += ["replaced"] * self.plan.replacements + ["sent home"] * self.plan.leaves
        self.chance.shuffle(kinds)
        return kinds

    def between(self, process: Process) -> None:
        """Before each step of a process: its last, perhaps."""
        if self.loop.steps < self._next_fault or not self._planned or self.is_healed or process.is_followed:
            return
        self._next_fault = self.loop.steps + self.chance.randint(1, 2 * self.plan.steps_between)
        kind = self._planned.pop()
        self.faults[kind] += 1
        if kind == "killed":
            self.kill(process)
        elif kind == "stopped":
            self._stop(process)
        elif kind == "sent home":
            process.is_sent_home = True
        else:
            self._follow(process)

    async def travel(self) -> None:
        await self.loop.wait(self.chance.random() * 0.004)

    def statement(self) -> Exception | None:
        if self.is_healed or current() is WORLD or not self.plan.lost:
            return None
        drawn = self.chance.random()
        if drawn < self.plan.lost:
            kind = "connection lost" if drawn < self.plan.lost / 2 else "not serializable"
            self.faults[kind] += 1
            return connection_lost() if kind == "connection lost" else not_serializable()
        return None

    def commit(self) -> tuple[Exception | None, bool]:
        if self.is_healed or current() is WORLD or self.chance.random() >= self.plan.lost_at_commit:
            return None, True
        is_committed = self.chance.random() < 0.5
        self.faults["answer to a commit lost" if is_committed else "commit lost"] += 1
        return connection_lost(), is_committed

    async def _say_things_again(self) -> None:
        """Events that come once more, at a later offset: with the same id, as a bus may."""
        for _ in range(self.plan.repeats):
            await self.loop.wait(self.chance.uniform(0.2, 3.0))
            entries = list(self.store.rows("log").values())
            entry = self.chance.choice(entries)
            async with self.database.system() as session:
                await model.append(session, [entry])
            self.repeated.append((entry.topic, entry.event_id))
            self.faults["said again"] += 1

    async def _decide_now_and_then(self) -> None:
        """A person who decides on what waits, twice where the mouse slips."""
        while True:
            await self.loop.wait(self.chance.uniform(0.5, 3.0))
            waiting = [key for key, row in self.store.rows("approval").items() if row["status"] == "pending"]
            for tenant_id, approval_id in waiting:
                for _ in range(self.chance.choice((1, 1, 2))):
                    decision = self.chance.choice((Decision.APPROVED, Decision.REJECTED))
                    policy = TenantConfig().approvals
                    try:
                        async with self.database.tenant(tenant_id) as session:
                            await questions.decide(session, approval_id, decision, by="ann", policy=policy)
                    except NotDecidable:
                        continue
                    self.faults[f"{decision}"] += 1


class _Time:
    """The module `time`, as far as the engine knows it."""

    def __init__(self, loop: Scheduler) -> None:
        self.monotonic = loop.time


def _clock(loop: Scheduler) -> type:
    class Clock(datetime):
        """The class `datetime`, whose now is the scheduler's."""

        @classmethod
        def now(cls, tz=None):
            return (EPOCH + timedelta(seconds=loop.now)).astimezone(tz)

    return Clock


@contextmanager
def installed_clocks(world: World):
    """Time and chance of the engine, drawn from the world."""
    ours = {
        **_PAUSES_S,
        "time": _Time(world.loop),
        "datetime": _clock(world.loop),
        "random": random.Random(f"{world.seed}/engine"),
    }
    before = [
        (place, name, vars(place)[name]) for place in _WITH_CLOCKS for name in ours if name in vars(place)
    ]
    for place, name, _ in before:
        setattr(place, name, ours[name])
    try:
        yield
    finally:
        for place, name, value in before:
            setattr(place, name, value)
