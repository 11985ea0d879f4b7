from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

import pytest

from tenants.store import calls, tenants
from tenants.store.calls import CallEnd, CallStart, TenantGone


def call():
    return CallStart(uuid4(), uuid4(), "apollo", 'EnrichCompany {"domain":"acme.com"}')


async def test_a_call_that_was_answered_is_not_made_again(database, vault):
    acme = await tenants.add(database, vault, "acme", {})
    answered, asked, new = call(), call(), call()
    async with database.tenant(acme.id) as session:
        assert (await calls.reserve(session, [answered, asked])).kept == {}
        await calls.settle(
            session, [CallEnd(answered.id, "answered", Decimal(1), Decimal("0.05"), '{"n":1}')]
        )
    async with database.tenant(acme.id) as session:
        assert (await calls.reserve(session, [answered, asked, new])).kept == {answered.id: {"n": 1}}
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
        assert (await calls.reserve(session, [question])).kept == {}
        assert await calls.spent(session) == (0, Decimal(0))


async def test_an_answer_is_told_again_for_as_long_as_it_is_good(database, vault):
    acme = await tenants.add(database, vault, "acme", {})
    day_s = 86_400.0
    told = {
        "as usual": '{"content":{}}',
        "for less": '{"content":{},"good_for_s":60}',
        "for more than usual": '{"content":{},"good_for_s":9e9}',
    }
    starts = {name: replace(call(), question_key=uuid4(), hit_s=day_s) for name in told}

    async def known():
        again = {name: replace(start, id=uuid4(), run_id=uuid4()) for name, start in starts.items()}
        async with database.tenant(acme.id) as session:
            kept = (await calls.reserve(session, list(again.values()))).kept
        return {name for name, start in again.items() if start.id in kept}

    async def grow_older(seconds):
        async with database.tenant(acme.id) as session:
            await session.run(
                "UPDATE provider_call SET settled_at = settled_at - :seconds * interval '1 second'",
                seconds=seconds,
            )

    async with database.tenant(acme.id) as session:
        await calls.reserve(session, list(starts.values()))
        ends = [
            CallEnd(starts[name].id, "answered", Decimal(1), Decimal(0), text) for name, text in told.items()
        ]
        await calls.settle(session, ends)
    assert await known() == set(told)
    await grow_older(61)
    assert await known() == set(told) - {"for less"}
    await grow_older(day_s)
    assert await known() == set()


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
        assert (await calls.reserve(session, [question])).kept == {}


async def test_a_failure_takes_no_answer_away_and_what_is_answered_is_told_apart(database, vault):
    acme = await tenants.add(database, vault, "acme", {})
    first, second = call(), call()
    answered = CallEnd(first.id, "answered", Decimal(1), Decimal(1), '{"n":1}')
    failed = CallEnd(first.id, "failed", Decimal(0), Decimal(0), None)
    other = CallEnd(second.id, "answered", Decimal(1), Decimal(1), "{}")
    async with database.tenant(acme.id) as session:
        await calls.reserve(session, [first, second])
        await calls.settle(session, [answered])
        assert await calls.unanswered(session, [answered, other]) == [other]
        await calls.settle(session, [failed])
        assert (await calls.reserve(session, [first])).kept == {first.id: {"n": 1}}


async def test_nothing_is_reserved_for_a_tenant_that_is_gone(database, vault):
    acme = await tenants.add(database, vault, "acme", {})
    await tenants.remove(database, "acme")
    async with database.tenant(acme.id) as session:
        with pytest.raises(TenantGone):
            await calls.reserve(session, [call()])
        assert await session.value("SELECT count(*) FROM provider_call") == 0
