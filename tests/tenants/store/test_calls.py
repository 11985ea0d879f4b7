from decimal import Decimal
from uuid import uuid4

from tenants.store import calls, tenants
from tenants.store.calls import CallEnd, CallStart


def call():
    return CallStart(uuid4(), uuid4(), "apollo", 'EnrichCompany {"domain":"acme.com"}')


async def test_a_call_that_was_answered_is_not_made_again(database, vault):
    acme = await tenants.add(database, vault, "acme", {})
    answered, asked, new = call(), call(), call()
    async with database.tenant(acme.id) as session:
        assert await calls.reserve(session, [answered, asked]) == {}
        await calls.settle(
            session, [CallEnd(answered.id, "answered", Decimal(1), Decimal("0.05"), '{"n":1}')]
        )
    async with database.tenant(acme.id) as session:
        assert await calls.reserve(session, [answered, asked, new]) == {answered.id: {"n": 1}}
        tries = {row["id"]: row["tries"] for row in await session.rows("SELECT id, tries FROM provider_call")}
    assert tries == {answered.id: 2, asked.id: 2, new.id: 1}


async def test_an_answer_is_kept_for_its_tenant_only(database, vault):
    acme = await tenants.add(database, vault, "acme", {})
    other = await tenants.add(database, vault, "other", {})
    question = call()
    async with database.tenant(acme.id) as session:
        await calls.reserve(session, [question])
        await calls.settle(session, [CallEnd(question.id, "answered", Decimal(1), Decimal(1), "{}")])
    async with database.tenant(other.id) as session:
        assert await calls.reserve(session, [question]) == {}
        assert await calls.spent(session) == (0, Decimal(0))


async def test_what_a_call_cost_adds_up_over_its_tries_and_a_free_one_is_not_billed(database, vault):
    acme = await tenants.add(database, vault, "acme", {})
    billed, free, failed = call(), call(), call()
    async with database.tenant(acme.id) as session:
        assert await calls.spent(session) == (0, Decimal(0))
        await calls.reserve(session, [billed, free, failed])
        for _ in range(2):
            await calls.settle(
                session,
                [
                    CallEnd(billed.id, "answered", Decimal("0.5"), Decimal("0.025001"), "{}"),
                    CallEnd(free.id, "answered", Decimal(0), Decimal(0), "{}"),
                    CallEnd(failed.id, "failed", Decimal(0), Decimal(0), None),
                ],
            )
        assert await calls.spent(session) == (1, Decimal("0.050002"))


async def test_a_call_that_failed_is_made_again(database, vault):
    acme = await tenants.add(database, vault, "acme", {})
    question = call()
    async with database.tenant(acme.id) as session:
        await calls.reserve(session, [question])
        await calls.settle(session, [CallEnd(question.id, "failed", Decimal(0), Decimal(0), None)])
        assert await calls.reserve(session, [question]) == {}
