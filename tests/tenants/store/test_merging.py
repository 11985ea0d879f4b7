"""Merges, and that undoing one brings back what was there, to the byte."""

import random
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from tenants.approvals import ApprovalPolicy, Decision
from tenants.identity import review_id_of
from tenants.records import (
    OWN_LEAD,
    AccountIdentifier,
    AccountReview,
    Finding,
    LeadProgress,
    RunStatus,
    Stage,
)
from tenants.signals import signal
from tenants.store import (
    approvals,
    failures,
    findings,
    funnel,
    identifiers,
    identity,
    judgements,
    leads,
    moves,
    pages,
    runs,
    signals,
    tenants,
)
from tenants.store.approvals import Held
from tests.tenants.store.rows import account, contact, end, lead, score, start

MORNING = datetime(2026, 3, 4, 8, 15, 30, 123456, tzinfo=UTC)
LATER, HOUR = datetime(2099, 1, 1, tzinfo=UTC), timedelta(hours=1)
TABLES = (
    "account", "contact", "lead", "finding", "run", "approval", "held_outcome", "account_alias", "account_review",
    "signal", "account_identifier",
)  # fmt: skip
FACTS = {
    "domain": "harbour.example", "industry": "Steel", "country": "DE", "city": "Köln", "employees": 7,
    "founded_year": 1999, "revenue_usd": 1.1e9, "funding_usd": 0.1, "technologies": ("loom", 'a "b", c'),
    "open_jobs": 0, "description": "Wir\n'weben' \\ und mehr",
}  # fmt: skip
STATES = (RunStatus.RETRYING, RunStatus.SNOOZED, RunStatus.SKIPPED, RunStatus.FAILED, RunStatus.DONE)


@pytest.fixture
async def acme(database, vault):
    return await tenants.add(database, vault, "acme", {})


async def everything(session):
    """Every row of every table that a merge may touch, as PostgreSQL writes it."""
    return {
        table: [
            row["row"]
            for row in await session.rows(f"SELECT CAST(t AS text) AS row FROM {table} t ORDER BY 1")
        ]
        for table in TABLES
    }


class World:
    """Some accounts with all that may hang on them, drawn by chance."""

    def __init__(self, session, tenant, seed):
        self.session = session
        self.tenant = tenant
        self.draw = random.Random(seed)

    def some(self, things):
        return self.draw.sample(list(things), self.draw.randrange(len(things) + 1))

    async def build(self):
        self.accounts = [
            account(id=self.uuid(), identity_key=f"name:{n}|DE", name=f"Harbour {n}")
            .model_copy(update={name: FACTS[name] for name in self.some(FACTS)})
            for n in range(4)
        ]  # fmt: skip
        await leads.add_accounts(self.session, self.accounts)
        for one in self.accounts:
            await self.people_and_values(one)
            for _ in range(self.draw.choice((0, 1, 1, 1, 2))):
                await self.pursuit(one)
        pairs = [self.draw.sample(self.accounts, 2) for _ in range(4)]
        await identity.save_reviews(
            self.session,
            [
                AccountReview(
                    id=review_id_of(self.tenant.id, one.id, other.id), account_id=one.id, other_id=other.id,
                    score=0.1 + 0.2, evidence=('a "b"', "{c}"),
                )
                for one, other in pairs
            ],
        )  # fmt: skip
        await self.session.run("UPDATE account SET updated_at = :at, created_at = :at", at=MORNING)

    async def people_and_values(self, one):
        people = [
            contact(one, id=self.uuid(), full_name=name, email=f"{name}@harbour.example")
            for name in self.some(("Ann", "ann", "Bob", "Cem"))
        ]
        await leads.save_contacts(self.session, people)
        await self.session.run("UPDATE contact SET updated_at = :at", at=MORNING)
        for field in self.some(("industry", "employees", "city", "lei")):
            value = self.draw.choice((7, 1.50, "Steel", ["a", {"b": 1}], None, True))
            for hour, provider in enumerate(self.some(("apollo", "website", "apollo"))):
                await findings.save(
                    self.session, [finding(one, field, provider, value, at=MORNING + hour * HOUR)]
                )

        happened = [
            signal(one.id, kind, MORNING.date(), title, None, "website", MORNING)
            for kind in self.some(("hiring", "news"))
            for title in self.some(("Cook", "cook wanted"))
        ]
        await signals.save(self.session, happened)
        told = [
            AccountIdentifier(account_id=one.id, kind=kind, value=value, source="website", evidence="told")
            for kind, value in self.some((("domain", "harbour.example"), ("lei", "L1"), ("lei", "L2")))
        ]
        await identifiers.save(self.session, told)

    async def pursuit(self, one):
        pursuit = lead(one, id=self.uuid(), stage=self.draw.choice(list(Stage)))
        await leads.add_leads(self.session, [pursuit])
        if pursuit.stage is Stage.SCORED:
            await judgements.save(self.session, [score(pursuit, 40)])
        for _ in range(self.draw.randrange(4)):
            await self.work(pursuit)
        await self.session.run(
            "UPDATE lead SET created_at = :at, updated_at = :at WHERE id = :id",
            id=pursuit.id,
            at=MORNING + timedelta(microseconds=self.draw.randrange(10**9)),
        )

    async def work(self, pursuit):
        begun = start(id=self.uuid(), lead_id=pursuit.id)
        await runs.open_runs(self.session, "enrichment", 0, [begun])
        if self.draw.random() < 0.2:
            asked = Held(
                self.uuid(), begun.id, "enrichment", pursuit.id, None, LATER, "[]", "{}", "hash", Decimal(0)
            )
            await runs.close_runs(
                self.session, [end(begun, RunStatus.AWAITING_APPROVAL, reason="asks", approval_id=asked.id)]
            )
            await approvals.hold(self.session, [asked])
            return
        state = self.draw.choice(STATES)
        waits = state in (RunStatus.RETRYING, RunStatus.SNOOZED)
        missing = self.draw.choice((None, "domain", "person")) if state is RunStatus.SKIPPED else None
        due_at = LATER if waits else None
        await runs.close_runs(self.session, [end(begun, state, reason="so", due_at=due_at, missing=missing)])

    def uuid(self):
        return UUID(int=self.draw.getrandbits(128))


def finding(of, field, provider="apollo", value=1, *, at=MORNING, is_current=True):
    return Finding(
        subject_id=of.id, field=field, value=value, provider=provider, evidence="told\nso", confidence=1 / 3,
        cost_usd=Decimal("0.5"), found_at=at, is_current=is_current, expires_at=at + HOUR, quote='"so"',
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(25))
async def test_undoing_brings_back_every_byte_merge_by_merge(database, acme, seed):
    """Three merges in a row, of what chance draws, then back through the same states."""
    async with database.tenant(acme.id) as session:
        await (world := World(session, acme, seed)).build()
    left, done = list(world.accounts), []
    for _ in range(3):
        keep, other = world.draw.sample(left, 2)
        left.remove(other)
        async with database.tenant(acme.id) as session:  # each its own transaction: their times differ
            before = await everything(session)
            merge_id = await identity.merge(
                session, keep=keep.id, other=other.id, evidence=["told"], by="ann"
            )
            done.append((merge_id, before))
            assert await everything(session) != before
            await adds_up(session)
    for merge_id, before in reversed(done):
        async with database.tenant(acme.id) as session:
            await identity.undo_merge(session, merge_id, by="bob")
        async with database.tenant(acme.id) as session:
            now = await everything(session)
            for table in TABLES:
                assert now[table] == before[table], table
            await adds_up(session)


def test_every_table_that_a_merge_touches_is_compared():
    statements = "\n".join([moves.REMEMBER, *moves.MOVE, *moves.CLOSE, *moves.RESTORE, moves.RESTORE_FACTS])
    touched = set(re.findall(r"(?:UPDATE|INSERT INTO|DELETE FROM) (\w+)", statements))
    assert touched - {"account_merge"} <= set(TABLES)
    assert touched >= {"account", "contact", "lead", "finding", "run", "account_merge"}


async def adds_up(session):
    counts = await funnel.counts(session)
    holds = ("scored", "skipped", "failed", "snoozed", "awaiting_approval", "in_flight")
    assert counts["sourced"] == sum(counts[name] for name in holds)


async def pair(session, *, at=MORNING, **facts):
    """An account with a lead, and a younger one."""
    one, other = account(name="Harbour"), account(name="Harbour Textiles", **facts)
    await leads.add_accounts(session, [one, other])
    pursuits = [lead(one), lead(other)]
    await leads.add_leads(session, pursuits)
    await session.run("UPDATE lead SET created_at = :at WHERE id = :id", id=pursuits[0].id, at=at)
    return one, other, *pursuits


async def merged(session, one, other):
    return await identity.merge(session, keep=one.id, other=other.id, evidence=["told"], by="ann")


async def test_what_one_had_is_the_others_and_what_both_had_stays(database, acme):
    async with database.tenant(acme.id) as session:
        one, other, *_ = await pair(session, industry="Steel", employees=7, city="Kiel")
        await leads.update_accounts(session, [one.model_copy(update={"employees": 9, "city": "Köln"})])
        ann, again = contact(one, full_name="Ann"), contact(other, full_name="ANN")
        await leads.save_contacts(session, [ann, again, contact(other, full_name="Bob")])
        same = [finding(company, "employees") for company in (one, other)]
        later = finding(other, "employees", at=MORNING + HOUR)
        await findings.save(session, [same[0], same[1].model_copy(update={"is_current": False})])
        await findings.save(
            session, [later, finding(other, "industry"), finding(other, "city"), finding(other, "lei")]
        )
        await merged(session, one, other)
        kept = (await leads.accounts(session, [one.id]))[one.id]
        assert (kept.name, kept.industry, kept.employees) == ("Harbour", "Steel", 9)
        people = await session.rows(
            'SELECT full_name, account_id FROM contact ORDER BY full_name COLLATE "C"'
        )
        assert [tuple(row.values()) for row in people] == [
            ("ANN", other.id),
            ("Ann", one.id),
            ("Bob", one.id),
        ]
        values = await session.rows("SELECT subject_id, field, found_at, is_current FROM finding")
        assert {tuple(row.values()) for row in values} == {
            (one.id, "employees", MORNING, True),
            (other.id, "employees", MORNING, False),  # just this it had itself
            (one.id, "employees", MORNING + HOUR, False),
            (one.id, "industry", MORNING, True),
            (one.id, "city", MORNING, False),  # what it had itself stays in its record, wherever it is from
            (one.id, "lei", MORNING, True),
        }


async def test_the_older_lead_goes_on_though_its_account_is_merged_into_the_other(database, acme):
    async with database.tenant(acme.id) as session:
        one, other, first, second = await pair(session)
        await merged(session, other, one)
        rows = await session.rows("SELECT id, account_id, hold, duplicate_of FROM lead ORDER BY created_at")
        assert [tuple(row.values()) for row in rows] == [
            (first.id, other.id, None, None),
            (second.id, other.id, "skipped", first.id),
        ]


async def test_a_scored_duplicate_is_no_prospect_any_more(database, acme):
    async with database.tenant(acme.id) as session:
        one, other, first, second = await pair(session)
        for pursuit, points in ((first, 40), (second, 90)):
            await judgements.save(session, [score(pursuit, points)])
            await leads.move_leads(session, [LeadProgress(lead_id=pursuit.id, stage=Stage.SCORED)])
        merge_id = await merged(session, one, other)
        assert [row["lead_id"] for row in await leads.ranked(session)] == [first.id]
        assert await pages.tiers(session) == {"A": 1}
        assert await pages.count_prospects(session, pages.ProspectFilter()) == 1
        counts = await funnel.counts(session)
        assert (counts["scored"], counts["skipped"]) == (1, 1)
        await identity.undo_merge(session, merge_id, by="ann")
        assert [row["lead_id"] for row in await leads.ranked(session)] == [second.id, first.id]


async def test_what_would_go_on_for_a_closed_lead_does_not(database, acme):
    async with database.tenant(acme.id) as session:
        one, other, _, closed = await pair(session)
        waiting, held = start(lead_id=closed.id), start(lead_id=closed.id)
        await runs.open_runs(session, "enrichment", 0, [waiting, held])
        asked = Held(uuid4(), held.id, "enrichment", closed.id, None, LATER, "[]", "{}", "hash", Decimal(0))
        ended = [
            end(waiting, RunStatus.RETRYING, due_at=MORNING, reason="down"),
            end(held, RunStatus.AWAITING_APPROVAL, approval_id=asked.id, reason="asks"),
        ]
        await runs.close_runs(session, ended)
        await approvals.hold(session, [asked])
        merge_id = await merged(session, one, other)
    async with database.glance() as session:
        assert await runs.take_due(session, "enrichment", 0, 9, 60.0) == []
    async with database.tenant(acme.id) as session:
        with pytest.raises(approvals.NotDecidable, match="superseded"):
            await approvals.decide(session, asked.id, Decision.APPROVED, by="ann", policy=ApprovalPolicy())
        await identity.undo_merge(session, merge_id, by="ann")
        await approvals.decide(session, asked.id, Decision.APPROVED, by="ann", policy=ApprovalPolicy())
    async with database.glance() as session:
        due = {run.id for run in await runs.take_due(session, "enrichment", 0, 9, 60.0)}
    assert due == {waiting.id, held.id}


async def test_an_event_of_a_closed_lead_waits_until_the_merge_is_undone(database, acme):
    async with database.tenant(acme.id) as session:
        one, other, goes_on, closed = await pair(session)
        merge_id = await merged(session, one, other)
        late, neighbour = start(lead_id=closed.id), start(lead_id=goes_on.id)
        opened = await runs.open_runs(session, "enrichment", 0, [late, neighbour])
        assert {key: run.stage for key, run in opened.items()} == {
            late.id: runs.DUPLICATE,
            neighbour.id: "sourced",
        }
        # as the engine ends such a run
        await runs.close_runs(session, [end(late, RunStatus.SKIPPED, lead_id=None, missing=OWN_LEAD)])
        assert await failures.resume(session, ["domain"]) == 0
        await identity.undo_merge(session, merge_id, by="ann")
        (row,) = await session.rows("SELECT status, due_at FROM run WHERE id = :id", id=late.id)
        assert row["status"] == "retrying"
        assert row["due_at"] is not None


async def test_a_lead_that_missed_the_domain_goes_on_with_that_of_the_other(database, acme):
    async with database.tenant(acme.id) as session:
        one, other, goes_on, _ = await pair(session, domain="harbour.example")
        begun = start(lead_id=goes_on.id)
        await runs.open_runs(session, "enrichment", 0, [begun])
        await runs.close_runs(session, [end(begun, RunStatus.SKIPPED, reason="no domain", missing="domain")])
        before = await everything(session)
    async with database.tenant(acme.id) as session:
        merge_id = await merged(session, one, other)
        assert await session.value("SELECT status FROM run WHERE id = :id", id=begun.id) == "retrying"
        assert (await leads.accounts_of(session, [goes_on.id]))[goes_on.id].domain == "harbour.example"
        assert await session.value("SELECT hold FROM lead WHERE id = :id", id=goes_on.id) is None
    async with database.tenant(acme.id) as session:
        await identity.undo_merge(session, merge_id, by="ann")
        assert await everything(session) == before


async def test_what_has_gone_on_since_keeps_what_it_has_become(database, acme):
    async with database.tenant(acme.id) as session:
        one, other, goes_on, closed = await pair(session, industry="Steel", city="Kiel")
        await leads.save_contacts(session, [bob := contact(other, full_name="Bob")])
        found, gone = finding(other, "industry", value="Steel"), finding(other, "city", value="Kiel")
        await findings.save(session, [found, gone])
        merge_id = await merged(session, one, other)
    async with database.tenant(acme.id) as session:
        kept = (await leads.accounts(session, [one.id]))[one.id]
        await leads.update_accounts(session, [kept.model_copy(update={"industry": "Textiles"})])
        news = found.model_copy(
            update={"subject_id": one.id, "value": "Textiles", "found_at": MORNING + timedelta(days=1)}
        )
        await findings.save(session, [news])
        await session.run("DELETE FROM finding WHERE field = 'city'")  # its licence has ended
        await leads.save_contacts(
            session, [cem := contact(one, full_name="Cem"), bob.model_copy(update={"title": "CEO"})]
        )
        await leads.move_leads(session, [LeadProgress(lead_id=goes_on.id, stage=Stage.ENRICHED)])
    async with database.tenant(acme.id) as session:
        await identity.undo_merge(session, merge_id, by="ann")
        apart = await leads.accounts(session, [one.id, other.id])
        assert (apart[one.id].industry, apart[one.id].city) == ("Textiles", None)
        assert apart[other.id] == other
        people = {
            row["id"]: (row["account_id"], row["title"])
            for row in await session.rows("SELECT * FROM contact")
        }
        assert people == {bob.id: (other.id, "CEO"), cem.id: (one.id, None)}
        values = await session.rows("SELECT subject_id, value, is_current FROM finding")
        assert {tuple(row.values()) for row in values} == {
            (one.id, "Textiles", True),
            (other.id, "Steel", True),
        }
        stages = {row["id"]: (row["stage"], row["hold"]) for row in await session.rows("SELECT * FROM lead")}
        assert stages == {goes_on.id: ("enriched", None), closed.id: ("sourced", None)}


async def test_what_can_not_be_merged_is_refused(database, acme):
    async with database.tenant(acme.id) as session:
        one, other, *_ = await pair(session)
        third, *_ = await pair(session)
        with pytest.raises(ValueError, match="one account already"):
            await merged(session, one, one)
        with pytest.raises(ValueError, match="there is no account"):
            await merged(session, one, account())
        await merged(session, one, other)
        for pair_ in ((third, other), (other, third)):
            with pytest.raises(ValueError, match="Harbour Textiles was merged into another account already"):
                await merged(session, *pair_)


async def test_a_merge_is_undone_once_and_not_under_a_later_one(database, acme):
    async with database.tenant(acme.id) as session:
        one, other, *_ = await pair(session)
        third, *_ = await pair(session)
    for keep, gone in ((one, other), (third, one)):
        async with database.tenant(acme.id) as session:
            await merged(session, keep, gone)
            # a key leads to where its account has ended up
            assert set((await identity.aliases(session, [other.identity_key])).values()) == {keep.id}
    async with database.tenant(acme.id) as session:
        later, first = await identity.merges(session)
        assert [(row["kept"], row["merged"]) for row in (later, first)] == [
            ("Harbour", "Harbour"),
            ("Harbour", "Harbour Textiles"),
        ]
        with pytest.raises(ValueError, match=f"merge {later['id']} is a later one of the same companies"):
            await identity.undo_merge(session, first["id"], by="ann")
        for one_ in (later, first):
            await identity.undo_merge(session, one_["id"], by="bob")
            with pytest.raises(ValueError, match="undone already"):
                await identity.undo_merge(session, one_["id"], by="bob")
        with pytest.raises(ValueError, match="there is no merge"):
            await identity.undo_merge(session, uuid4(), by="ann")
        assert {row["undone_by"] for row in await identity.merges(session)} == {"bob"}
        # and then it may be merged anew
        await merged(session, one, other)
