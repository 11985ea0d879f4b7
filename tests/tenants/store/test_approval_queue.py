"""The queue of approvals on a real database: shelves, order by key, and what is set aside."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
import pytest_asyncio

from tenants.approvals import ApprovalPolicy, Decision
from tenants.store import approval_queue, approvals, audit, leads, tenants
from tenants.store.approval_queue import QueueFilter, Shelf
from tenants.store.approvals import Held, NotDecidable
from tenants.store.columns import to_json
from tests.tenants.store.rows import account, contact, lead

HOUR = timedelta(hours=1)


@pytest_asyncio.fixture
async def session(database, vault):
    acme = await tenants.add(database, vault, "acme", {})
    async with database.tenant(acme.id) as session:
        yield session


async def ask(session, hours, kind="enrol"):
    held = Held(
        id=uuid4(),
        run_id=uuid4(),
        agent="campaign",
        lead_id=None,
        requested_by=None,
        expires_at=datetime.now(UTC) + hours * HOUR,
        acts=to_json([{"kind": kind, "why": "because", "amount": 1}]),
        content="{}",
        content_hash="h",
        cost_usd=Decimal("0.5"),
    )
    await approvals.hold(session, [held])
    return held.id


async def ids(session, shelf=Shelf.WAITING, *kinds, after=None, skip=0, limit=10):
    found = await approval_queue.rows(session, QueueFilter(shelf, kinds), after=after, skip=skip, limit=limit)
    return [row["id"] for row in found]


async def test_what_ends_first_comes_first_and_is_read_on_by_key(session):
    late, soon, middle = await ask(session, 9), await ask(session, 1), await ask(session, 5)
    assert await ids(session) == [soon, middle, late]
    first = (await approval_queue.rows(session, QueueFilter(), after=None, skip=0, limit=1))[0]
    assert await ids(session, after=(first["place"], first["id"])) == [middle, late]
    assert await ids(session, skip=1, limit=1) == [middle]
    assert await approval_queue.count(session, QueueFilter()) == 3
    assert first["left_s"] == pytest.approx(3600, abs=60)


async def test_kinds_narrow_down_and_what_is_of_one_kind_is_listed_with_its_hash(session):
    await ask(session, 1)
    about_lists = await ask(session, 2, "source")
    assert await ids(session, Shelf.WAITING, "source", "spend") == [about_lists]
    found = await approval_queue.waiting_of(session, "source", limit=5)
    assert [(row["id"], row["kinds"], row["content_hash"]) for row in found] == [
        (about_lists, ["source"], "h")
    ]


async def test_what_was_decided_lies_elsewhere_the_newest_first(session):
    one, other, over = await ask(session, 1), await ask(session, 2), await ask(session, 3)
    for approval_id in (one, other):
        await approvals.decide(session, approval_id, Decision.APPROVED, by="ann", policy=ApprovalPolicy())
    await session.run("UPDATE approval SET status = 'expired', settled_at = now() WHERE id = :id", id=over)
    assert await ids(session) == []
    assert await ids(session, Shelf.DECIDED) == [other, one]
    newest = (await approval_queue.rows(session, QueueFilter(Shelf.DECIDED), after=None, skip=0, limit=1))[0]
    assert await ids(session, Shelf.DECIDED, after=(newest["place"], newest["id"])) == [one]
    assert await ids(session, Shelf.OVER) == [over]


async def test_what_is_set_aside_comes_back_by_itself(session):
    waits = await ask(session, 1)
    await approval_queue.set_aside(session, waits, until=datetime.now(UTC) + HOUR, by="ann")
    assert (await ids(session), await ids(session, Shelf.LATER)) == ([], [waits])
    assert await approval_queue.waiting_of(session, "enrol", limit=5) == []
    await session.run("UPDATE approval SET set_aside_until = now() - interval '1 second'")
    assert (await ids(session), await ids(session, Shelf.LATER)) == ([waits], [])
    await approval_queue.set_aside(session, waits, until=datetime.now(UTC) + HOUR, by="ann")
    await approval_queue.set_aside(session, waits, until=None, by="bob")
    assert await ids(session) == [waits]
    newest = (await audit.recent(session))[0]
    assert (newest["by"], newest["act"]) == ("bob", "take up again")
    await approvals.decide(session, waits, Decision.REJECTED, by="ann", policy=ApprovalPolicy(), reason="r")
    with pytest.raises(NotDecidable, match="does not wait"):
        await approval_queue.set_aside(session, waits, until=None, by="bob")


async def test_how_things_stand_now(session):
    known, of = account(), account(identity_key="domain:known.example")
    person, pursuit = contact(of), lead(of)
    await leads.add_accounts(session, [known, of])
    await leads.add_leads(session, [pursuit])
    await leads.save_contacts(session, [person])
    found = await approval_queue.live(
        session,
        accounts=[of.id, uuid4()],
        contacts=[person.id],
        leads=[pursuit.id],
        keys=["domain:known.example", "domain:new.example"],
    )
    assert found.accounts.keys() == {of.id}
    assert found.contacts[person.id]["full_name"] == "Ann Example"
    assert found.leads[pursuit.id]["stage"] == "sourced"
    assert found.known_keys == {"domain:known.example"}


async def test_one_with_all_that_bears_on_it(session):
    waits = await ask(session, 1)
    found = await approval_queue.one(session, waits)
    assert (found["content"], found["content_hash"], found["asked"], found["cost"]) == ({}, "h", None, 0.5)
    assert await approval_queue.one(session, uuid4()) is None
    assert [row["id"] for row in await approval_queue.by_id(session, [waits, uuid4()])] == [waits]
