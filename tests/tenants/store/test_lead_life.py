"""The life of a lead and of the runs that move it: its stage never goes back, and the funnel always adds up."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, consumes, initialize, invariant, precondition, rule

from tenants.records import LeadProgress, RunStatus, Stage
from tenants.store import failures, funnel, judgements, leads, runs
from tenants.store.failures import Which
from tenants.store.runs import GroundMoved
from tests.tenants.store.machines import Life, live
from tests.tenants.store.rows import add_leads, end, score, start

AGENTS = {"enrichment": Stage.ENRICHED, "contact_finder": Stage.CONTACTABLE, "scoring": Stage.SCORED}
RANK = {stage: rank for rank, stage in enumerate(Stage)}
HOLDS = ("skipped", "failed", "snoozed", "awaiting_approval")
FACTS = ("domain", "person")
LATER = timedelta(hours=1)
ENDS = (*[RunStatus.DONE] * 3, RunStatus.SKIPPED, RunStatus.FAILED, RunStatus.RETRYING, RunStatus.SNOOZED)


@dataclass
class Run:
    """What must be true of a run."""

    start: object
    agent: str
    status: str = "running"
    attempt: int = 1
    missing: str | None = None
    is_due: bool = False
    ended: int = 0


@dataclass
class Way:
    """What must be true of a lead."""

    stage: Stage = Stage.SOURCED
    hold: str | None = None
    runs: list = field(default_factory=list)


class LeadLife(Life):
    """Three agents, desks that come late or twice, people who retry, and facts that arrive."""

    begun = Bundle("begun")
    taken = Bundle("taken")

    @initialize()
    def begin(self):
        self.tenant = self.ground.new_tenant()
        self.lane = int(self.tenant.name.removeprefix("tenant-"))
        self.leads = self.in_session(lambda s: add_leads(s, 3))
        self.ways = {lead.id: Way() for lead in self.leads}
        self.runs: dict[UUID, Run] = {}
        self.clock = count(1)
        self.reached = dict.fromkeys(self.ways, 0)
        self.run(self.superseded())  # what other examples have left

    def opened(self, agent, *starts):
        return self.in_session(lambda s: runs.open_runs(s, agent, self.lane, starts))

    @rule(target=begun, number=st.integers(0, 2), agent=st.sampled_from(sorted(AGENTS)))
    def open(self, number, agent):
        begun = start(lead_id=self.leads[number].id)
        opened = self.opened(agent, begun)
        assert (opened[begun.id].attempt, opened[begun.id].unfinished) == (1, 0)
        self.runs[begun.id] = Run(begun, agent)
        return begun.id

    @rule(run_id=begun)
    def the_event_comes_again(self, run_id):
        """A run that has ended, or that waits, is not opened again; one whose desk may have died is."""
        run = self.runs[run_id]
        is_open = run.status == "running" and not run.is_due
        assert set(self.opened(run.agent, run.start)) == ({run_id} if is_open else set())

    def closing(self, run, status, missing=None, stage=None):
        """The transaction in which a desk ends a run, with all that it decided."""
        lead_id = run.start.lead_id
        due_at = datetime.now(UTC) - LATER if status is RunStatus.RETRYING else datetime.now(UTC) + LATER
        waits = status in (RunStatus.RETRYING, RunStatus.SNOOZED)
        ended = end(run.start, status, due_at=due_at if waits else None, missing=missing, reason="so")

        async def work(session):
            if status is RunStatus.DONE:
                await leads.move_leads(session, [LeadProgress(lead_id=lead_id, stage=stage)])
                if stage is Stage.SCORED:
                    await judgements.save(
                        session, [score(next(x for x in self.leads if x.id == lead_id), 50)]
                    )
            await runs.close_runs(session, [ended])

        return work

    def was_closed(self, run, status, missing, stage):
        run.status, run.missing, run.ended = status.value, missing, next(self.clock)
        run.is_due = status is RunStatus.RETRYING
        way = self.ways[run.start.lead_id]
        if status is RunStatus.DONE and RANK[way.stage] <= RANK[stage]:
            way.stage, way.hold = stage, None
        if status.value in HOLDS and way.stage is not Stage.SCORED:
            way.hold = status.value

    @rule(run_id=begun, status=st.sampled_from(ENDS), fact=st.sampled_from(FACTS), twice=st.booleans())
    def close(self, run_id, status, fact, twice):
        """Ended once: of two desks that come to the end of one run, the second writes nothing at all."""
        run = self.runs[run_id]
        missing = fact if status is RunStatus.SKIPPED else None
        work = self.closing(run, status, missing, AGENTS[run.agent])
        came = self.side_by_side(*[work] * (2 if twice else 1))
        assert all(one is None or isinstance(one, GroundMoved) for one in came)
        assert sum(one is None for one in came) == (1 if run.status == "running" else 0)
        if run.status == "running":
            self.was_closed(run, status, missing, AGENTS[run.agent])

    @rule(
        target=begun,
        number=st.integers(0, 2),
        agent=st.sampled_from(sorted(AGENTS)),
        status=st.sampled_from([RunStatus.DONE, RunStatus.FAILED, RunStatus.SKIPPED]),
        fact=st.sampled_from(FACTS),
    )
    def begun_and_ended(self, number, agent, status, fact):
        run_id = self.open(number, agent)
        self.close(run_id, status, fact, twice=False)
        return run_id

    @rule(number=st.integers(0, 2), agents=st.permutations(sorted(AGENTS)))
    def done_in_another_order(self, number, agents):
        """Work on one lead that ends in any order: what comes late takes nothing back."""
        for agent in agents:
            self.close(self.open(number, agent), RunStatus.DONE, FACTS[0], twice=False)

    @rule(target=taken)
    def take_due(self):
        async def work():
            async with self.ground.database.system() as session:
                return {agent: await runs.take_due(session, agent, self.lane, 100, 600.0) for agent in AGENTS}

        due = [run for found in self.run(work()).values() for run in found]
        assert {run.id for run in due} == {run_id for run_id, run in self.runs.items() if run.is_due}
        for found in due:
            run = self.runs[found.id]
            run.attempt += 1
            assert found.attempt == run.attempt
            run.status, run.is_due = "running", False
        return [found.id for found in due]

    @rule(ids=consumes(taken), status=st.sampled_from(ENDS))
    def close_what_was_due(self, ids, status):
        for run_id in ids:
            self.close(run_id, status, FACTS[0], twice=False)

    def wake(self, chosen):
        for run in chosen:
            run.status, run.attempt, run.is_due = "retrying", 0, True
            self.ways[run.start.lead_id].hold = None

    @rule(run_id=begun, by_id=st.booleans())
    def retry(self, run_id, by_id):
        """By its id, or as a person who says: all that failed of this lead."""
        run = self.runs[run_id]
        which = Which(ids=[run_id]) if by_id else Which(lead=run.start.lead_id)
        able = ("failed", "resolved", "skipped", "snoozed") if by_id else ("failed",)
        chosen = [one for one in ([run] if by_id else self.of_lead(run.start.lead_id)) if one.status in able]
        looked = self.in_session(lambda s: failures.retry(s, which, by="ann", dry_run=True))
        done = self.in_session(lambda s: failures.retry(s, which, by="ann"))
        assert set(looked.eligible) == set(done.eligible) == {one.start.id for one in chosen}
        self.wake(chosen)

    @rule(
        number=st.integers(0, 2),
        agent=st.sampled_from(sorted(AGENTS)),
        status=st.sampled_from([RunStatus.FAILED, RunStatus.SKIPPED, RunStatus.SNOOZED]),
        by_id=st.booleans(),
    )
    def held_and_set_free(self, number, agent, status, by_id):
        """What was held is in flight again as soon as somebody wants it tried again."""
        run_id = self.begun_and_ended(number, agent, status, FACTS[0])
        self.the_database_agrees()
        self.retry(run_id, by_id)

    def of_lead(self, lead_id):
        return [run for run in self.runs.values() if run.start.lead_id == lead_id]

    @rule(number=st.integers(0, 2), fact=st.sampled_from(FACTS))
    def a_fact_arrives(self, number, fact):
        lead_id = self.leads[number].id
        chosen = [run for run in self.of_lead(lead_id) if run.status == "skipped" and run.missing == fact]
        woken = self.in_session(lambda s: failures.resume(s, [fact], lead_id=lead_id))
        assert woken == len(chosen)
        self.wake(chosen)
        # news travel for a moment; here nobody waits for them
        self.run(
            self.ground.sql(
                self.tenant,
                "UPDATE run SET due_at = now() WHERE tenant_id = :tenant AND status = 'retrying'",
            )
        )

    @rule(run_id=begun)
    def resolve(self, run_id):
        run = self.runs[run_id]
        which = Which(ids=[run_id])
        resolved = self.in_session(lambda s: failures.resolve(s, which, by="ann", reason="enough"))
        assert resolved == (run.status == "failed")
        if resolved:
            run.status = "resolved"

    @precondition(lambda self: any(run.status == "failed" for run in self.runs.values()))
    @rule()
    def supersede(self):
        """What another run of the same agent for the same lead has done later is no failure any more."""
        over = [
            run
            for run in self.runs.values()
            if run.status == "failed"
            and any(
                other.status == "done" and other.agent == run.agent and other.ended > run.ended
                for other in self.of_lead(run.start.lead_id)
            )
        ]
        assert self.run(self.superseded()) == len(over)
        for run in over:
            run.status = "superseded"

    @rule(
        number=st.integers(0, 2),
        agent=st.sampled_from(sorted(AGENTS)),
        order=st.permutations([RunStatus.DONE, RunStatus.FAILED]),
    )
    def done_and_failed(self, number, agent, order):
        """Only a success that came later takes a failure out of the queue."""
        for status in order:
            self.begun_and_ended(number, agent, status, FACTS[0])
        self.supersede()

    async def superseded(self):
        async with self.ground.database.system() as session:
            return await failures.supersede(session)

    @invariant()
    def the_database_agrees(self):
        rows = self.run(
            self.ground.sql(self.tenant, "SELECT id, stage, hold FROM lead WHERE tenant_id = :tenant")
        )
        assert {row["id"]: (row["stage"], row["hold"]) for row in rows} == {
            lead_id: (way.stage, way.hold) for lead_id, way in self.ways.items()
        }
        for row in rows:
            rank = RANK[Stage(row["stage"])]
            assert rank >= self.reached[row["id"]], "a lead went back"
            assert row["stage"] != "scored" or row["hold"] is None, "a scored lead is held"
            self.reached[row["id"]] = rank
        rows = self.run(
            self.ground.sql(self.tenant, "SELECT id, status, attempt FROM run WHERE tenant_id = :tenant")
        )
        assert {row["id"]: (row["status"], row["attempt"]) for row in rows} == {
            run_id: (run.status, run.attempt) for run_id, run in self.runs.items()
        }

    @invariant()
    def the_funnel_adds_up(self):
        counts = self.in_session(funnel.counts)
        ends = ("scored", *HOLDS, "in_flight")
        assert counts["sourced"] == len(self.ways) == sum(counts[name] for name in ends)
        assert counts["sourced"] >= counts["enriched"] >= counts["contactable"] >= counts["scored"]


def test_a_lead_only_moves_forward_and_its_runs_end_once(database_url, vault):
    live(LeadLife, database_url, vault, examples=40)
