import itertools

from tenants.records import Hold, LeadProgress, Stage
from tenants.store import funnel, leads, tenants
from tests.tenants.store.rows import add_leads


async def fill(session):
    """A lead for each stage and hold that there can be, and one more that is in flight."""
    kinds = [*itertools.product(Stage, [None, *Hold]), (Stage.ENRICHED, None)]
    new = await add_leads(session, len(kinds))
    await leads.move_leads(
        session,
        [LeadProgress(lead_id=one.id, stage=stage) for one, (stage, _) in zip(new, kinds, strict=True)],
    )
    for one, (_, hold) in zip(new, kinds, strict=True):
        await session.run(
            "UPDATE lead SET hold = :hold, hold_reason = :reason WHERE id = :id",
            id=one.id,
            hold=hold,
            reason=f"for {hold}" if hold else None,
        )
    return len(kinds)


async def test_every_lead_is_in_one_place_and_the_places_add_up(database, vault):
    acme = await tenants.add(database, vault, "acme", {})
    other = await tenants.add(database, vault, "other", {})
    async with database.tenant(acme.id) as session:
        total = await fill(session)
        counts = await funnel.counts(session)
    places = ("scored", "skipped", "failed", "snoozed", "awaiting_approval", "in_flight")
    assert counts["sourced"] == total == sum(counts[place] for place in places)
    assert counts == {
        "sourced": 21,
        "enriched": 16,
        "contactable": 10,
        "scored": 1,
        "skipped": 4,
        "failed": 4,
        "snoozed": 4,
        "awaiting_approval": 4,
        "in_flight": 4,
    }
    async with database.tenant(other.id) as session:
        assert set((await funnel.counts(session)).values()) == {0}


async def test_the_reasons_why_leads_stand_still_come_most_frequent_first(database, vault):
    acme = await tenants.add(database, vault, "acme", {})
    async with database.tenant(acme.id) as session:
        new = await add_leads(session, 6)
        for one, hold, reason in zip(
            new,
            ("skipped", "failed", "skipped", "skipped", "failed", None),
            ("no domain", "down", "no domain", None, "no domain", "old"),
            strict=True,
        ):
            await session.run(
                "UPDATE lead SET hold = :hold, hold_reason = :reason WHERE id = :id",
                id=one.id,
                hold=hold,
                reason=reason,
            )
        found = await funnel.reasons(session)
        assert found[0] == ("skipped", "no domain", 2)
        assert set(found[1:]) == {("skipped", "", 1), ("failed", "down", 1), ("failed", "no domain", 1)}
        assert len(await funnel.reasons(session, limit=2)) == 2
