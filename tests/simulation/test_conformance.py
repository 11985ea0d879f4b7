"""The model of the store does what the store does: the same acts on both, the same answers, the same rows after."""

import asyncio
import random
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from tenants.approvals import ApprovalPolicy, Decision
from tenants.exclusions import REASONS, Exclusion, ExclusionKind
from tenants.identity import review_id_of, stable_id
from tenants.records import (
    AccountIdentifier,
    AccountReview,
    Contact,
    Finding,
    LeadEngagement,
    LeadProgress,
    MailOutcome,
    RunStatus,
    SourceRejection,
    SourceTally,
    Stage,
)
from tenants.signals import SignalKind, signal
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
    runs,
    sequences,
    signals,
    sources,
    tenants,
)
from tenants.store.approvals import Held, NotDecidable
from tenants.store.calls import CallEnd, CallStart
from tenants.store.lanes import Fenced
from tenants.store.runs import GroundMoved
from tenants.store.session import DatabaseError
from tests.simulation import model
from tests.simulation.store import EPOCH, Faults, SimDatabase, Store
from tests.tenants.store.rows import account, end, entry, lead, score, start

AGENT, TOPIC = "enrichment", "lead.sourced"
ENDS = ("done", "skipped", "failed", "retrying", "snoozed", "awaiting_approval")


def seconds_since_epoch():
    return (datetime.now(UTC) - EPOCH).total_seconds()


class Both:
    """The store and its model side by side, and whatever there is in both to act on."""

    def __init__(self, database, tenant, seed):
        self.real = database
        self.model = SimDatabase(Store(seconds_since_epoch), Faults())
        self.model.store.rows("tenant")[tenant.id] = tenant
        self.tenant = tenant
        self.draw = random.Random(seed)
        self.leases, self.starts, self.calls, self.questions = [], [], [], []
        self.accounts = [
            account(id=self.uuid(), identity_key=f"name:{n}|", domain=self.draw.choice((None, "a.example")))
            for n in range(4)
        ]
        self.leads = [lead(one, id=self.uuid()) for one in self.accounts]

    def uuid(self):
        return UUID(int=self.draw.getrandbits(128))

    @asynccontextmanager
    async def session(self, database, kind):
        opened = database.tenant(self.tenant.id) if kind == "tenant" else getattr(database, kind)()
        async with opened as session:
            yield session

    async def do(self, module, name, *args, kind="tenant", **more):
        """What the function gives or raises, which is the same on both."""
        came = []
        for database, function in (
            (self.real, getattr(module, name)),
            (self.model, model.MODELLED[module, name]),
        ):
            try:
                async with self.session(database, kind) as session:
                    came.append(await function(session, *args, **more))
            except (DatabaseError, Fenced, GroundMoved, NotDecidable) as error:
                came.append(type(error))
        real, modelled = came
        assert plain(real) == plain(modelled), f"{module.__name__}.{name}"
        return modelled

    # --- acts

    async def take(self):
        self.leases.append(
            await self.do(lanes, "take", AGENT, self.draw.randrange(2), "me", 60.0, kind="system")
        )

    async def advance(self):
        if self.leases:
            lease = self.draw.choice(self.leases)
            await self.do(lanes, "advance", lease, self.draw.randrange(9), 60.0, kind="glance")

    async def release(self):
        if self.leases:
            await self.do(lanes, "release", self.draw.choice(self.leases), kind="glance")

    async def add(self):
        number = self.draw.randrange(1, len(self.leads) + 1)
        await self.do(leads, "add_accounts", self.accounts[:number])
        await self.do(leads, "add_leads", self.leads[:number])

    async def open(self):
        if not self.starts or self.draw.random() < 0.5:
            about = self.draw.choice([None, *self.leads])
            lead_id = about.id if about is not None else None
            self.starts.append(start(id=self.uuid(), event_id=self.uuid(), lead_id=lead_id))
        some = self.draw.sample(self.starts, min(3, len(self.starts)))
        await self.do(runs, "open_runs", AGENT, self.draw.randrange(2), some)

    async def close(self):
        if self.starts:
            some = self.draw.sample(self.starts, min(self.draw.choice((1, 1, 2)), len(self.starts)))
            await self.do(runs, "close_runs", [self.ended(one) for one in some])

    def ended(self, one):
        status = RunStatus(self.draw.choice(ENDS))
        waits = status in (RunStatus.RETRYING, RunStatus.SNOOZED)
        due_at = datetime.now(UTC) + timedelta(hours=self.draw.choice((-1, 1))) if waits else None
        return end(one, status, due_at=due_at, reason="so", missing="domain", cost_usd=Decimal("0.5"))

    async def take_due(self):
        await self.do(runs, "take_due", AGENT, self.draw.randrange(2), 50, 600.0, kind="glance")

    async def begin_or_leave(self):
        ids = [one.id for one in self.starts if self.draw.random() < 0.3]
        if self.draw.random() < 0.5:
            await self.do(runs, "begin_again", ids, 600.0, kind="glance")
        else:
            await self.do(runs, "leave_off", ids, kind="glance")
        await self.do(runs, "still_running", ids)

    async def reserve(self):
        if not self.calls or self.draw.random() < 0.5:
            question = self.draw.choice((None, UUID(int=1), UUID(int=2), UUID(int=3)))
            good = {"hit_s": 3600.0, "miss_s": self.draw.choice((0.0, 3600.0))}
            self.calls.append(
                CallStart(self.uuid(), self.uuid(), "apollo", "q", Decimal(1), question_key=question, **good)
            )
        await self.do(calls, "reserve", self.draw.sample(self.calls, min(2, len(self.calls))))

    async def settle(self):
        if self.calls:
            one = self.draw.choice(self.calls)
            soon_stale = '{"content": {"n": 2}, "good_for_s": 0}'
            answer = self.draw.choice(('{"content": null}', '{"content": {"n": 1}}', soon_stale))
            answered = CallEnd(one.id, "answered", Decimal(1), Decimal(1), answer)
            failed = CallEnd(one.id, "failed", Decimal(0), Decimal(0), None)
            ends = await self.do(calls, "unanswered", [self.draw.choice((answered, failed))])
            await self.do(calls, "settle", ends)
            await self.do(calls, "spent_by", [each.run_id for each in self.calls])

    async def move(self):
        one = self.draw.choice(self.leads)
        step = LeadProgress(lead_id=one.id, stage=self.draw.choice(list(Stage)))
        await self.do(leads, "move_leads", [step])
        await self.do(judgements, "save", [score(one, self.draw.randrange(100))])
        await self.do(leads, "is_open", one.id)

    async def learn(self):
        known = await self.do(leads, "accounts", [one.id for one in self.accounts])
        await self.do(leads, "accounts_of", [one.id for one in self.leads])
        await self.do(leads, "known_keys", [one.identity_key for one in self.accounts])
        names, domains = self.draw.choice((["acme"], [], ["else"])), self.draw.choice((["a.example"], []))
        await self.do(identity, "candidates", names=names, domains=domains)
        if known:
            changed = self.draw.choice(list(known.values())).learned({"employees": self.draw.randrange(9)})
            await self.do(leads, "update_accounts", [changed])
            person = {
                "id": stable_id(changed.id),
                "account_id": changed.id,
                "full_name": "Ann",
                "source": "test",
            }
            await self.do(
                leads, "save_contacts", [Contact(**person, email=f"a{self.draw.randrange(3)}@x.com")]
            )
            await self.do(leads, "contacts", [person["id"]])
            await self.do(mail, "contacts_at", [one.id for one in self.accounts])
            progress = LeadProgress(
                lead_id=self.draw.choice(self.leads).id, stage=Stage.CONTACTABLE, contact_id=person["id"]
            )
            await self.do(leads, "move_leads", [progress])
            await self.do(leads, "contacts_of", [one.id for one in self.leads])

    async def return_mail(self):
        account = self.draw.choice(self.accounts)
        contact_id, email = stable_id(account.id), f"a{self.draw.randrange(3)}@x.com"
        told = Finding(
            subject_id=contact_id, evidence="told", confidence=0.5, cost_usd=Decimal(0), found_at=self.day(),
            provider=self.draw.choice(("apollo", "hunter", "bounce")),
            **self.draw.choice((
                {"field": "email", "value": email.upper()},
                {"field": "email_status", "value": self.draw.choice(("deliverable", "undeliverable", "risky"))},
                {"field": "claimed_email_status", "value": "deliverable"},
            )),
        )  # fmt: skip
        came = MailOutcome(
            contact_id=contact_id, email=email, arrived=self.draw.random() < 0.5, why="so", at=self.day()
        )
        await self.do(findings, "save", [told])
        await self.do(mail, "save", [came])
        await self.do(mail, "track_records")
        await self.do(sequences, "tracks", answer_days=14)

    async def engage(self):
        act = LeadEngagement(
            id=stable_id(self.draw.randrange(5)), lead_id=self.draw.choice(self.leads).id, contact_id=None,
            kind=self.draw.choice(("reply", "click")), at=self.day(),
        )  # fmt: skip
        await self.do(engagement, "save", [act])
        await self.do(engagement, "of_leads", [one.id for one in self.leads])
        await self.do(leads, "stages", [one.id for one in self.leads])

    def day(self):
        return EPOCH + timedelta(days=self.draw.randrange(3))

    async def doubt(self):
        known = await self.do(leads, "accounts", [one.id for one in self.accounts])
        if len(known) > 1:
            one, other = self.draw.sample(sorted(known), 2)
            pair = {"id": review_id_of(self.tenant.id, one, other), "account_id": one, "other_id": other}
            review = AccountReview(**pair, score=self.draw.random(), evidence=("both: acme",))
            await self.do(identity, "save_reviews", [review])

    async def identify(self):
        kind, value = self.draw.choice(
            (("domain", "a.example"), ("domain", "b.example"), ("lei", "L1"), ("lei", "L2"), ("cik", "1"))
        )
        one = AccountIdentifier(
            account_id=self.draw.choice(self.accounts).id, kind=kind, value=value,
            source=self.draw.choice(("gleif", "website")), evidence="told",
        )  # fmt: skip
        await self.do(identifiers, "save", [one])
        await self.do(leads, "known_keys", ["domain:a.example", "domain:b.example", "domain:c.example"])

    async def find(self):
        number = self.draw.randrange(9)
        found = Finding(
            subject_id=self.accounts[0].id, field=self.draw.choice(("employees", "industry")), value=number,
            provider=self.draw.choice(("apollo", "hunter")), evidence="told", confidence=0.5,
            cost_usd=Decimal(number), found_at=EPOCH + timedelta(days=self.draw.randrange(2)),
            is_current=self.draw.random() < 0.5,
        )  # fmt: skip
        await self.do(findings, "save", [found])
        standing = await self.do(findings, "current", [self.accounts[0].id])
        assert len({one.field for one in standing.get(found.subject_id, ())}) == len(
            standing.get(found.subject_id, ())
        )

    async def happen(self):
        one = signal(
            self.draw.choice(self.accounts).id, self.draw.choice(list(SignalKind)),
            EPOCH.date() + timedelta(days=self.draw.randrange(3)), self.draw.choice(("Cook", "Baker")),
            self.draw.choice((None, "https://acme.com/jobs")), "website", EPOCH,
        )  # fmt: skip
        await self.do(signals, "save", [one])
        await self.do(signals, "of_accounts", [one.id for one in self.accounts])

    async def leave_alone(self):
        kinds, values = list(ExclusionKind), ("acme.com", "ann@acme.com")
        one = Exclusion(
            kind=self.draw.choice(kinds), value=self.draw.choice(values), reason=self.draw.choice(REASONS),
            source=self.draw.choice(("hubspot", "salesforce")),
        )  # fmt: skip
        await self.do(exclusions, "save", [one])
        await self.do(exclusions, "among", [(kind, value) for kind in kinds for value in values])

    async def count(self):
        request_id, part = stable_id("request"), self.draw.randrange(3)
        tally = SourceTally(request_id=request_id, part=part, read=1, sourced=1, duplicates=0, rejected={})
        row = SourceRejection(request_id=request_id, row_number=part, reason="no name", row={})
        await self.do(sources, "save_tallies", [tally])
        await self.do(sources, "save_rejections", [row])

    async def say(self):
        said = [
            entry(self.tenant.id, event_id=self.uuid(), lane=self.draw.randrange(2), time=EPOCH)
            for _ in range(2)
        ]
        await self.do(log, "append", said)
        place = (TOPIC, self.draw.randrange(2), self.draw.randrange(4), 3)
        await self.do(log, "read", *place, kind="glance")

    async def ask(self):
        begun = start(id=self.uuid(), event_id=self.uuid(), lead_id=self.draw.choice(self.leads).id)
        held = Held(
            self.uuid(), begun.id, AGENT, begun.lead_id, self.draw.choice((None, "ann")),
            datetime.now(UTC) + timedelta(hours=self.draw.choice((-1, 1))), "[]", '{"n":1}', "hash", Decimal(0),
        )  # fmt: skip
        await self.do(runs, "open_runs", AGENT, 0, [begun])
        await self.do(runs, "close_runs", [end(begun, RunStatus.AWAITING_APPROVAL, approval_id=held.id)])
        await self.do(approvals, "hold", [held])
        self.starts.append(begun)
        self.questions.append(held)

    async def decide(self):
        if self.questions:
            held = self.draw.choice(self.questions)
            decision = self.draw.choice((Decision.APPROVED, Decision.EDITED, Decision.REJECTED))
            await self.do(
                approvals, "decide", held.id, decision,
                by="ann", policy=ApprovalPolicy(two_people=self.draw.random() < 0.5), reason="so",
                content_hash=self.draw.choice((None, "hash", "another")),
                edited=('{"n":2}', "hash 2") if decision is Decision.EDITED else None,
            )  # fmt: skip
            await self.do(approvals, "decided", held.id)

    async def carry_out(self):
        if self.questions:
            held = self.draw.choice(self.questions)
            await self.do(approvals, "settle", {held.id: self.draw.choice((None, "late"))})

    # --- rows

    async def rows(self):
        """What is in both, as far as the model keeps it."""
        real = {}
        async with self.real.tenant(self.tenant.id) as session:
            for table, sql in _ROWS.items():
                real[table] = sorted(tuple(row.values()) for row in await session.rows(sql))
        return real, {table: sorted(look(self.model.store)) for table, look in _MODELLED_ROWS.items()}


_ROWS = {
    "lead": "SELECT id, stage, hold, hold_reason, score FROM lead",
    "run": "SELECT id, status, attempt, deliveries, waits, unfinished, lane, due_at > now(), missing, cost_usd "
    "FROM run",
    "lane_lease": "SELECT lane, epoch, next_offset, expires_at > now() FROM lane_lease",
    "provider_call": "SELECT id, state, tries, credits, cost_usd, answer IS NULL FROM provider_call",
    "log": 'SELECT topic, lane, "offset", event_id FROM log',
    "approval": "SELECT id, status, decided_by, reason FROM approval",
    "source_tally": "SELECT request_id, part FROM source_tally",
    "account_identifier": "SELECT account_id, kind, value, source FROM account_identifier",
    "account_review": "SELECT id, account_id, other_id, score, evidence FROM account_review",
    "exclusion": "SELECT kind, value, source, reason FROM exclusion",
    "mail_outcome": "SELECT contact_id, email, arrived, at FROM mail_outcome",
    "engagement": "SELECT id, lead_id, kind, at FROM engagement",
    "signal": "SELECT id, account_id, kind, happened_on, title FROM signal",
    "finding": "SELECT subject_id, field, cost_usd, is_current FROM finding",
}
_MODELLED_ROWS = {
    "lead": lambda s: [
        (key[1], one["stage"], one["hold"], one["hold_reason"], one["score"]) for key, one in s.rows("lead").items()
    ],
    "run": lambda s: [
        (
            one["id"], one["status"], one["attempt"], one["deliveries"], one["waits"], one["unfinished"],
            one["lane"], one["due_at"] and one["due_at"] > s.now, one["missing"], one["cost_usd"],
        ) for one in s.rows("run").values()
    ],
    "lane_lease": lambda s: [
        (key[1], one["epoch"], one["next_offset"], one["until"] > s.now) for key, one in s.rows("lane_lease").items()
    ],
    "provider_call": lambda s: [
        (key[1], one["state"], one["tries"], one["credits"], one["cost_usd"], one["answer"] is None)
        for key, one in s.rows("provider_call").items()
    ],
    "log": lambda s: [(*key, one.event_id) for key, one in s.rows("log").items()],
    "approval": lambda s: [
        (key[1], one["status"], one["by"], one["reason"]) for key, one in s.rows("approval").items()
    ],
    "account_review": lambda s: [
        (one.id, one.account_id, one.other_id, one.score, list(one.evidence))
        for one in s.rows("account_review").values()
    ],
    "account_identifier": lambda s: [
        (one.account_id, one.kind, one.value, one.source) for one in s.rows("account_identifier").values()
    ],
    "source_tally": lambda s: [key[1] for key in s.rows("source_tally")],
    "exclusion": lambda s: [
        (one.kind, one.value, one.source, one.reason) for one in s.rows("exclusion").values()
    ],
    "mail_outcome": lambda s: [
        (one.contact_id, one.email, one.arrived, one.at) for one in s.rows("mail_outcome").values()
    ],
    "engagement": lambda s: [
        (one.id, one.lead_id, one.kind, one.at) for one in s.rows("engagement").values()
    ],
    "signal": lambda s: [
        (one.id, one.account_id, one.kind, one.on, one.title) for one in s.rows("signal").values()
    ],
    "finding": lambda s: [
        (one.subject_id, one.field, one.cost_usd, one.is_current) for one in s.rows("finding").values()
    ],
}  # fmt: skip


def plain(value):
    """A result without what depends on the moment or on chance, and without an order where there is none."""
    if isinstance(value, list) and value and isinstance(value[0], runs.DueRun):
        return sorted((replace(one, input=None) for one in value), key=lambda one: one.id)
    return value


ACTS = (
    "take", "advance", "advance", "release", "add", "open", "open", "close", "close", "take_due", "begin_or_leave",
    "reserve", "settle", "move", "learn", "doubt", "identify", "find", "happen", "return_mail", "engage",
    "leave_alone", "count", "say", "ask", "decide", "decide", "carry_out",
)  # fmt: skip


@pytest.mark.parametrize("seed", range(6))
async def test_whatever_is_done_the_model_answers_as_the_store_and_keeps_the_same_rows(database, vault, seed):
    both = Both(database, await tenants.add(database, vault, "acme", {}), seed)
    for number in range(60):
        act = both.draw.choice(ACTS)
        await getattr(both, act)()
        if number % 10 == 9:
            real, modelled = await both.rows()
            assert real == modelled


async def test_of_two_that_end_one_run_side_by_side_one_is_told_that_the_ground_moved(database, vault):
    both = Both(database, await tenants.add(database, vault, "acme", {}), 0)
    begun = start()
    await both.do(runs, "open_runs", AGENT, 0, [begun])
    for place, close in ((both.real, runs.close_runs), (both.model, model.close_runs)):

        async def work(place=place, close=close):
            async with place.tenant(both.tenant.id) as session:
                await close(session, [end(begun)])
                await asyncio.sleep(0.01)

        came = await asyncio.gather(work(), work(), return_exceptions=True)
        assert sorted(type(one).__name__ for one in came) == ["GroundMoved", "NoneType"]


def test_each_modelled_function_is_held_against_the_real_one_or_never_changes():
    constant = {"current",
        "held_by", "hold_back", "these", "modes", "halted", "granted", "everything", "resolve", "beat", "gone", "bury",
        "former", "experience", "hits_of",
    }  # fmt: skip
    tried = {name for method in vars(Both).values() if callable(method) for name in method.__code__.co_consts
             if isinstance(name, str)}  # fmt: skip
    untried = {name for _, name in model.MODELLED} - tried - constant
    assert untried == set()
