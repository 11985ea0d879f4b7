"""Autonomy that is earned by clean decisions, and lost by one complaint."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from tenants.approvals import ActKind, ApprovalPolicy, Decision
from tenants.store import approvals, audit, autonomy, tenants
from tenants.store.approvals import Held, NotDecidable

POLICY = ApprovalPolicy()
LATER = datetime.now(UTC) + timedelta(days=1)


def held(kind=ActKind.SOURCE, **facts):
    given = {
        "id": uuid4(),
        "run_id": uuid4(),
        "agent": "lead_source",
        "lead_id": None,
        "requested_by": "bob",
        "expires_at": LATER,
        "acts": f'[{{"kind": "{kind}", "why": "many", "amount": 1}}]',
        "content": "{}",
        "content_hash": "0",
        "cost_usd": Decimal(0),
    }
    return Held(**given | facts)


@pytest.fixture
async def acme(database, vault):
    return await tenants.add(database, vault, "acme", {})


async def decide(database, tenant, decision, count=1, kind=ActKind.SOURCE, **more):
    """Questions that were decided like this; their ids."""
    questions = [held(kind) for _ in range(count)]
    async with database.tenant(tenant.id) as session:
        await approvals.hold(session, questions)
        for one in questions:
            await approvals.decide(session, one.id, decision, by="ann", policy=POLICY, **more)
    return [one.id for one in questions]


async def record(database, tenant, kind=ActKind.SOURCE):
    async with database.tenant(tenant.id) as session:
        found = (await autonomy.track_records(session))[kind]
    return found.clean, found.decided


async def grant(database, tenant, kind=ActKind.SOURCE):
    async with database.tenant(tenant.id) as session:
        await autonomy.grant(session, kind, by="ann", policy=POLICY)


async def granted(database, *ids):
    async with database.system() as session:
        return await autonomy.granted(session, ids)


async def test_only_what_was_allowed_as_it_was_counts_as_clean(database, acme):
    await decide(database, acme, Decision.APPROVED, 3)
    await decide(database, acme, Decision.EDITED, edited=("{}", "1"))
    await decide(database, acme, Decision.REJECTED, reason="no")
    await decide(database, acme, Decision.APPROVED, kind=ActKind.UNVERIFIED_ADDRESS)
    async with database.tenant(acme.id) as session:
        await approvals.hold(session, [waiting := held()])
        await approvals.withdraw(session, waiting.id, by="bob", reason="a mistake")
    assert await record(database, acme) == (3, 5)
    assert await record(database, acme, ActKind.UNVERIFIED_ADDRESS) == (1, 1)


async def test_it_is_granted_when_it_is_earned_and_not_before(database, vault, acme):
    other = await tenants.add(database, vault, "other", {})
    await decide(database, acme, Decision.APPROVED, 72)
    with pytest.raises(ValueError, match="72 of 72 decisions were clean"):
        await grant(database, acme)
    await decide(database, acme, Decision.APPROVED)
    await grant(database, acme)
    assert await granted(database, acme.id, other.id) == {(acme.id, ActKind.SOURCE)}
    with pytest.raises(ValueError, match="has not earned it"):
        await grant(database, other)


async def test_one_complaint_takes_it_away_at_once_and_it_must_be_earned_anew(database, acme):
    first, *_ = await decide(database, acme, Decision.APPROVED, 80)
    await grant(database, acme)
    async with database.tenant(acme.id) as session:
        assert await autonomy.complain(session, first, by="eve", reason="a competitor") == [ActKind.SOURCE]
    assert await granted(database, acme.id) == set()
    assert await record(database, acme) == (0, 0)
    with pytest.raises(ValueError, match="has not earned it"):
        await grant(database, acme)
    async with database.tenant(acme.id) as session:
        assert await autonomy.complain(session, first, by="eve", reason="once more") == []
        standing = (await autonomy.standing(session))[ActKind.SOURCE]
        acts = [(row["by"], row["act"]) for row in await audit.recent(session, limit=4)]
    assert (standing["granted_at"], standing["revoked_by"], standing["reason"]) == (None, "eve", "once more")
    assert acts == [("eve", "revoke autonomy"), ("eve", "complain")] * 2


async def test_nobody_complains_about_what_was_never_allowed(database, acme):
    (rejected,) = await decide(database, acme, Decision.REJECTED, reason="no")
    async with database.tenant(acme.id) as session:
        for one in (rejected, uuid4()):
            with pytest.raises(ValueError, match="nothing was allowed"):
                await autonomy.complain(session, one, by="eve", reason="x")


async def test_who_asked_may_withdraw_and_nobody_else(database, acme):
    question = held()
    async with database.tenant(acme.id) as session:
        await approvals.hold(session, [question])
        with pytest.raises(NotDecidable, match="only bob"):
            await approvals.withdraw(session, question.id, by="eve", reason="x")
        await approvals.withdraw(session, question.id, by="bob", reason="a mistake")
        (row,) = await approvals.listed(session, status=None)
    assert (row["status"], row["decided_by"], row["reason"]) == ("withdrawn", "bob", "a mistake")
    async with database.tenant(acme.id) as session:
        with pytest.raises(NotDecidable, match="withdrawn already"):
            await approvals.decide(session, question.id, Decision.APPROVED, by="ann", policy=POLICY)


async def test_what_nobody_decides_by_its_deadline_is_handed_on_once(database, acme):
    past = datetime.now(UTC) - timedelta(minutes=1)
    late = held(owner="ann", escalate_to="eve", escalate_at=past)
    early = held(owner="ann", escalate_to="eve", escalate_at=LATER)
    async with database.tenant(acme.id) as session:
        await approvals.hold(session, [late, early, held()])
    async with database.system() as session:
        assert await approvals.escalate(session) == 1
        assert await approvals.escalate(session) == 0
    async with database.tenant(acme.id) as session:
        owners = {row["id"]: row["owner"] for row in await approvals.listed(session)}
    assert (owners[late.id], owners[early.id]) == ("eve", "ann")
