"""The ledger of outward effects: one claim at a time, by the database's clock, and settled by whom it belongs to."""

import asyncio
from dataclasses import replace
from uuid import uuid4

import pytest

from tenants.store import effects, tenants
from tenants.store.calls import TenantGone
from tenants.store.effects import EffectEnd, EffectStart, Standing


@pytest.fixture
async def acme(database, vault):
    return await tenants.add(database, vault, "acme", {})


def start(**changes):
    given = EffectStart(uuid4(), "EnrolContact", "sequences", uuid4(), uuid4(), '{"email": "a"}', uuid4())
    return replace(given, **changes)


async def begin(database, tenant, *starts, claim_s=30.0):
    async with database.tenant(tenant.id) as session:
        begun = await effects.begin(session, starts, claim_s=claim_s)
    return [begun[one.id] for one in starts]


async def settle(database, tenant, start, state, **more):
    async with database.tenant(tenant.id) as session:
        await effects.settle(session, [EffectEnd(start.id, start.claim, state, **more)])


async def listed(database, tenant, **which):
    async with database.tenant(tenant.id) as session:
        return await effects.listed(session, **which)


async def test_a_new_effect_is_ours_to_send(database, acme):
    (begun,) = await begin(database, acme, start())
    assert (begun.state, begun.is_ours, begun.request) == (Standing.SENDING, True, {"email": "a"})


async def test_what_somebody_else_has_claimed_is_not_ours_until_the_claim_is_over(database, acme):
    mine = start()
    await begin(database, acme, mine)
    theirs = replace(mine, claim=uuid4())
    (begun,) = await begin(database, acme, theirs)
    assert (begun.state, begun.is_ours) == (Standing.SENDING, False)
    assert begun.claimed_until is not None
    async with database.tenant(acme.id) as session:
        await session.run("UPDATE effect SET claimed_until = clock_timestamp()")
    (begun,) = await begin(database, acme, theirs)
    assert (begun.state, begun.is_ours) == (Standing.MAYBE_SENT, True)


async def test_of_many_who_begin_at_the_same_time_one_may_send(database, acme):
    mine = start()
    begun = await asyncio.gather(*(begin(database, acme, replace(mine, claim=uuid4())) for _ in range(6)))
    assert [one.is_ours for (one,) in begun].count(True) == 1


@pytest.mark.parametrize(
    ("state", "again", "is_ours"),
    [
        (Standing.SENT, Standing.SENT, False),
        (Standing.CANNOT_TELL, Standing.CANNOT_TELL, False),
        (Standing.MAYBE_SENT, Standing.MAYBE_SENT, True),
        (Standing.NOT_SENT, Standing.SENDING, True),
    ],
)
async def test_what_was_settled_is_begun_again_as_it_stands(database, acme, state, again, is_ours):
    mine = start()
    await begin(database, acme, mine)
    await settle(database, acme, mine, state)
    (begun,) = await begin(database, acme, replace(mine, claim=uuid4()))
    assert (begun.state, begun.is_ours) == (again, is_ours)


@pytest.mark.parametrize(("state", "kept"), [(Standing.MAYBE_SENT, "a"), (Standing.NOT_SENT, "b")])
async def test_only_what_was_certainly_not_sent_may_go_out_with_another_content(database, acme, state, kept):
    mine = start()
    await begin(database, acme, mine)
    await settle(database, acme, mine, state)
    (begun,) = await begin(database, acme, replace(mine, claim=uuid4(), request='{"email": "b"}'))
    assert begun.request == {"email": kept}


async def test_whose_claim_is_over_may_say_that_it_was_sent_and_nothing_else(database, acme):
    late = start()
    await begin(database, acme, late, claim_s=0)
    heir = replace(late, claim=uuid4())
    await begin(database, acme, heir)
    await settle(database, acme, late, Standing.NOT_SENT)
    assert [row["state"] for row in await listed(database, acme)] == ["maybe_sent"]
    await settle(database, acme, late, Standing.SENT, receipt='{"reference": "r"}')
    await settle(database, acme, heir, Standing.NOT_SENT)
    (row,) = await listed(database, acme)
    assert (row["state"], row["receipt"], row["tries"]) == ("sent", {"reference": "r"}, 2)


async def test_the_ledger_is_listed_by_standing_and_lead(database, acme):
    one, other = start(), start()
    await begin(database, acme, one, other)
    await settle(database, acme, one, Standing.MAYBE_SENT, reason="no answer")
    (row,) = await listed(database, acme, state="maybe_sent")
    assert (row["id"], row["reason"]) == (one.id, "no answer")
    assert [row["id"] for row in await listed(database, acme, lead_id=other.lead_id)] == [other.id]
    assert len(await listed(database, acme, limit=1)) == 1


async def test_what_a_process_left_behind_may_have_been_sent(database, acme):
    await begin(database, acme, start(), claim_s=0)
    assert [row["state"] for row in await listed(database, acme)] == ["maybe_sent"]
    assert len(await listed(database, acme, state="maybe_sent")) == 1
    assert await listed(database, acme, state="sending") == []


async def test_nothing_is_begun_for_a_removed_tenant(database, acme):
    await tenants.remove(database, "acme")
    with pytest.raises(TenantGone):
        await begin(database, acme, start())


async def test_the_system_does_not_see_it(database, acme):
    await begin(database, acme, start())
    async with database.system() as session:
        assert await session.value("SELECT count(*) FROM effect") == 0
