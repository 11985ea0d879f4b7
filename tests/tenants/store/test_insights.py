from datetime import timedelta
from decimal import Decimal

from tenants.records import LeadProgress, RunStatus, Stage
from tenants.store import insights, judgements, leads, runs, tenants
from tenants.store.insights import Cost, Held, Origin, Standing, Wanted
from tests.tenants.store.rows import account, end, lead, score, start

LIST, APOLLO = Origin("list.csv", 1), Origin("apollo", 3)


async def add(session, origin, count):
    accounts = [account(name=f"{origin.source} {n}") for n in range(count)]
    await leads.add_accounts(session, accounts)
    new = [lead(one, source=origin.source, icp_version=origin.icp_version) for one in accounts]
    await leads.add_leads(session, new)
    return new


async def hold(session, one, hold, reason):
    await session.run(
        "UPDATE lead SET hold = :hold, hold_reason = :reason WHERE id = :id",
        id=one.id,
        hold=hold,
        reason=reason,
    )


async def since(session, days=1):
    return await session.value("SELECT now() - make_interval(days => :days)", days=days)


async def test_leads_stand_where_they_stand_by_their_origin(database, vault):
    acme = await tenants.add(database, vault, "acme", {})
    other = await tenants.add(database, vault, "other", {})
    async with database.tenant(other.id) as session:
        await add(session, LIST, 1)
    async with database.tenant(acme.id) as session:
        one, two, three, old = await add(session, LIST, 4)
        (found,) = await add(session, APOLLO, 1)
        await leads.move_leads(session, [LeadProgress(lead_id=found.id, stage=Stage.SCORED)])
        await judgements.save(session, [score(found, 80, tier="A")])
        await hold(session, one, "skipped", "too few employees")
        await hold(session, two, "skipped", "too few employees")
        await session.run("UPDATE lead SET created_at = now() - interval '9 days' WHERE id = :id", id=old.id)
        begin = await since(session)
        standings = await insights.standings(session, begin)
        assert sorted(standings, key=str) == sorted(
            [
                Standing(LIST, "sourced", "skipped", None, 2),
                Standing(LIST, "sourced", None, None, 1),
                Standing(APOLLO, "scored", None, "A", 1),
            ],
            key=str,
        )
        assert await insights.held(session, begin) == [
            Held(LIST, "sourced", "skipped", "too few employees", 2)
        ]
        assert sum(row.leads for row in await insights.standings(session, await since(session, 30))) == 5
        assert three.id not in {
            row["id"] for row in await insights.leads(session, Wanted(begin, hold="skipped"), limit=9)
        }


async def test_the_leads_that_are_meant_are_listed(database, vault):
    acme = await tenants.add(database, vault, "acme", {})
    async with database.tenant(acme.id) as session:
        few, away, free = await add(session, LIST, 3)
        (other,) = await add(session, APOLLO, 1)
        await hold(session, few, "skipped", "too few employees")
        await hold(session, away, "failed", None)
        await hold(session, other, "skipped", "too few employees")
        begin = await since(session)

        async def ids(**wanted):
            found = await insights.leads(session, Wanted(begin, **wanted), limit=10)
            return {row["id"] for row in found}

        assert await ids() == {few.id, away.id, free.id, other.id}
        assert await ids(hold="skipped", reason="too few employees") == {few.id, other.id}
        assert await ids(hold="skipped", source="list.csv") == {few.id}
        assert await ids(icp_versions=(2, 3)) == {other.id}
        assert await ids(hold="failed", reason="") == {away.id}
        assert await ids(stage="scored") == set()
        (row,) = await insights.leads(session, Wanted(begin, source="apollo"), limit=10)
        assert (row["company"], row["stage"]) == ("apollo 0", "sourced")
        assert len(await insights.leads(session, Wanted(begin), limit=2)) == 2


async def test_costs_are_of_the_leads_of_these_days_and_of_searches(database, vault):
    acme = await tenants.add(database, vault, "acme", {})
    async with database.tenant(acme.id) as session:
        one, old = await add(session, LIST, 2)
        await session.run("UPDATE lead SET created_at = now() - interval '9 days' WHERE id = :id", id=old.id)
        for agent, whose, cost in (
            ("enrichment", one.id, "0.10"),
            ("enrichment", one.id, "0.20"),
            ("contact_finder", one.id, "0.05"),
            ("contact_finder", one.id, "0"),
            ("enrichment", old.id, "7"),
            ("lead_source", None, "0.50"),
        ):
            run = start(lead_id=whose)
            await runs.open_runs(session, agent, 0, [run])
            await runs.close_runs(session, [end(run, RunStatus.DONE, cost_usd=Decimal(cost))])
        found = await insights.costs(session, await since(session))
        assert sorted(found, key=str) == sorted(
            [
                Cost(LIST, "enrichment", 2, Decimal("0.300000")),
                Cost(LIST, "contact_finder", 1, Decimal("0.050000")),
                Cost(None, "lead_source", 1, Decimal("0.500000")),
            ],
            key=str,
        )


async def test_scored_leads_are_given_as_they_were_judged(database, vault):
    acme = await tenants.add(database, vault, "acme", {})
    async with database.tenant(acme.id) as session:
        one, two, unscored = await add(session, LIST, 3)
        await judgements.save(session, [score(one, 75, intent=0.25), score(two, 50)])
        now = await session.value("SELECT now()")
        begin = now - timedelta(days=1)
        assert sorted(await insights.scored(session, begin, limit=9)) == [(0.5, 0.0), (0.75, 0.25)]
        assert len(await insights.scored(session, begin, limit=1)) == 1
        assert await insights.scored(session, now + timedelta(days=1), limit=9) == []
        assert unscored.id
