"""The life of an approval: asked, decided once or not at all, carried out once or failed; and its run with it."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, consumes, initialize, invariant, precondition, rule

from tenants.approvals import NEXT, ApprovalPolicy, Decision
from tenants.records import RunStatus
from tenants.store import approvals, runs
from tenants.store.approvals import Held, NotDecidable
from tenants.store.runs import GroundMoved
from tests.tenants.store.machines import Life, live
from tests.tenants.store.rows import add_leads, end, start

AGENT, PEOPLE = "contact_finder", ("ann", "bob")
TO_DO = (Decision.APPROVED, Decision.EDITED)
CONTENTS = {"first": '{"n":1}', "changed": '{"n":2}'}


@dataclass
class Question:
    """What must be true of an approval and of its run."""

    held: Held
    run: object
    status: Decision = Decision.PENDING
    run_status: str = "awaiting_approval"
    is_due: bool = False
    is_over: bool = False
    content: str = "first"
    decided_by: str | None = None
    decision: Decision | None = None


class ApprovalLife(Life):
    """Questions about three leads, two people who decide, and desks that carry out what was decided."""

    asked = Bundle("asked")
    in_hand = Bundle("in_hand")

    @initialize()
    def begin(self):
        self.tenant = self.ground.new_tenant()
        self.lane = int(self.tenant.name.removeprefix("tenant-"))  # runs of other examples are due elsewhere
        self.leads = self.in_session(lambda s: add_leads(s, 3))
        self.questions: dict = {}
        self.seen: dict = {}
        self.run(self.expired())  # what other examples have left

    @rule(target=asked, number=st.integers(0, 2), requested_by=st.sampled_from([None, *PEOPLE]))
    def ask(self, number, requested_by):
        """A newer question about a lead takes the place of one that nobody has decided."""
        lead_id = self.leads[number].id
        begun = start(lead_id=lead_id)
        held = Held(
            id=uuid4(),
            run_id=begun.id,
            agent=AGENT,
            lead_id=lead_id,
            requested_by=requested_by,
            expires_at=datetime.now(UTC) + timedelta(hours=1),
            acts="[]",
            content=CONTENTS["first"],
            content_hash="first",
            cost_usd=Decimal(0),
        )

        async def work(session):
            await runs.open_runs(session, AGENT, self.lane, [begun])
            await runs.close_runs(session, [end(begun, RunStatus.AWAITING_APPROVAL, approval_id=held.id)])
            await approvals.hold(session, [held])

        self.in_session(work)
        for older in self.questions.values():
            if older.held.lead_id == lead_id and older.status is Decision.PENDING:
                older.status, older.run_status = Decision.SUPERSEDED, "skipped"
        self.questions[held.id] = Question(held, begun)
        return held.id

    def decision(self, approval_id, decision, by, *, seen="first", two_people=False):
        edited = (CONTENTS["changed"], "changed") if decision is Decision.EDITED else None
        return lambda session: approvals.decide(
            session,
            approval_id,
            decision,
            by=by,
            policy=ApprovalPolicy(two_people=two_people),
            content_hash=seen,
            reason="because",
            edited=edited,
        )

    def was_decided(self, question, decision, by):
        question.status, question.decided_by, question.is_due = decision, by, True
        question.decision = decision
        if decision is Decision.EDITED:
            question.content = "changed"

    @rule(
        approval_id=asked,
        decision=st.sampled_from([*TO_DO, Decision.REJECTED]),
        by=st.sampled_from(PEOPLE),
        two_people=st.booleans(),
    )
    def decide(self, approval_id, decision, by, two_people):
        question = self.questions[approval_id]
        is_allowed = (
            question.status is Decision.PENDING
            and not question.is_over
            and not (two_people and question.held.requested_by == by)
        )
        with pytest.raises(NotDecidable, match="not what you saw"):
            self.in_session(self.decision(approval_id, decision, by, seen="something else"))
        try:
            self.in_session(self.decision(approval_id, decision, by, two_people=two_people))
        except NotDecidable:
            assert not is_allowed
        else:
            # what this person has decided before may be said again: it changes nothing
            assert is_allowed or (decision, by) == (question.decision, question.decided_by)
            if is_allowed:
                self.was_decided(question, decision, by)

    @rule(approval_id=asked, decisions=st.permutations([*TO_DO, Decision.REJECTED]))
    def decided_by_two_at_once(self, approval_id, decisions):
        """One of them decides, the other hears that it is decided."""
        question = self.questions[approval_id]
        was_open = question.status is Decision.PENDING and not question.is_over
        tries = list(zip(decisions, PEOPLE, strict=False))
        came = self.side_by_side(*(self.decision(approval_id, *one) for one in tries))
        won = [one for one, error in zip(tries, came, strict=True) if error is None]
        assert all(error is None or isinstance(error, NotDecidable) for error in came)
        if not was_open:
            assert all(one == (question.decision, question.decided_by) for one in won)
            return
        assert len(won) == 1
        self.was_decided(question, *won[0])

    @rule(approval_id=asked)
    def its_time_is_over(self, approval_id):
        self.run(
            self.ground.sql(
                self.tenant,
                "UPDATE approval SET expires_at = now() - interval '1 hour' WHERE id = :id",
                id=approval_id,
            )
        )
        self.questions[approval_id].is_over = True

    @precondition(lambda self: any(question.is_over for question in self.questions.values()))
    @rule()
    def expire(self):
        """That nobody decided is no rejection: it has a standing of its own, and its run ends with that reason."""

        over = [q for q in self.questions.values() if q.status is Decision.PENDING and q.is_over]
        assert self.run(self.expired()) == len(over)
        for question in over:
            question.status, question.is_due = Decision.EXPIRED, True

    async def expired(self):
        async with self.ground.database.system() as session:
            return await approvals.expire(session)

    @rule(target=in_hand)
    def take_due(self):
        """The next desk takes up whatever was decided, and nothing else."""

        async def work():
            async with self.ground.database.system() as session:
                return await runs.take_due(session, AGENT, self.lane, 100, 600.0)

        due = self.run(work())
        mine = {q.held.run_id: q for q in self.questions.values()}
        assert {run.id for run in due} == {q.held.run_id for q in mine.values() if q.is_due}
        for run in due:
            question = mine[run.id]
            assert (run.approval_id, run.attempt) == (question.held.id, 1)
            question.run_status, question.is_due = "running", False
        return [run.approval_id for run in due]

    @rule(taken=consumes(in_hand), failure=st.sampled_from([None, "the lead has gone"]))
    def carry_out(self, taken, failure):
        """What was decided, and in the same commit the end of its run; a second end is refused with all of it."""
        for approval_id in taken:
            question = self.questions[approval_id]
            found = self.in_session(lambda s, one=approval_id: approvals.decided(s, one))
            assert (found.status, found.content_hash, found.by) == (
                question.status,
                question.content,
                question.decided_by,
            )
            assert found.content == {"n": 1 if question.content == "first" else 2}
            is_to_do = found.status in TO_DO
            ended = end(question.run, RunStatus.DONE if is_to_do and not failure else RunStatus.SKIPPED)

            async def work(session, ended=ended, approval_id=approval_id):
                await runs.close_runs(session, [ended])
                await approvals.settle(session, {approval_id: failure})

            came = self.side_by_side(work, work)
            assert sorted(type(one) for one in came if one) == [GroundMoved]
            question.run_status = ended.status.value
            if is_to_do:
                question.status = Decision.FAILED if failure else Decision.EXECUTED

    @rule(approval_id=asked, failure=st.sampled_from([None, "late"]))
    def carried_out_by_somebody_who_has_not_taken_it(self, approval_id, failure):
        """A desk that is late: its run has ended, or was never begun. Nothing changes."""
        question = self.questions[approval_id]
        if question.run_status == "running":
            return

        async def work(session):
            await approvals.settle(session, {approval_id: failure})
            await runs.close_runs(session, [end(question.run)])

        with suppress(GroundMoved):
            self.in_session(work)
            raise AssertionError("a run that is not running was ended")

    @invariant()
    def the_database_agrees(self):
        rows = self.run(
            self.ground.sql(
                self.tenant,
                """
                SELECT a.id, a.status, a.decided_by, r.status AS run_status,
                       COALESCE(edited_hash, content_hash) AS content
                FROM approval a JOIN run r ON r.tenant_id = a.tenant_id AND r.id = a.run_id
                JOIN held_outcome h ON h.approval_id = a.id AND h.tenant_id = a.tenant_id
                WHERE a.tenant_id = :tenant
                """,
            )
        )
        assert len(rows) == len(self.questions)
        for row in rows:
            question = self.questions[row["id"]]
            now, before = Decision(row["status"]), self.seen.get(row["id"], Decision.PENDING)
            assert (now, row["run_status"]) == (question.status, question.run_status)
            assert (row["decided_by"], row["content"]) == (question.decided_by, question.content)
            assert now is before or now in NEXT[before]
            self.seen[row["id"]] = now
        pending = [q.held.lead_id for q in self.questions.values() if q.status is Decision.PENDING]
        assert len(pending) == len(set(pending)), "two questions about one lead wait at the same time"


def test_an_approval_is_decided_once_and_carried_out_once_whoever_comes_when(database_url, vault):
    live(ApprovalLife, database_url, vault, examples=50)
