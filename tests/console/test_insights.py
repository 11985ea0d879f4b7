"""Insights in the console: what has become of leads, where they were lost, what they cost, what cut-offs would do."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from console.insights import Chosen, Seen
from tenants.store import tenants
from tenants.store.insights import Cost, Held, Origin, Standing
from tenants.store.session import Database
from tests.console import seeds
from tests.console.conftest import Visitor
from tests.console.seeds import Sown
from tests.console.waiting import audit_of

LIST, APOLLO = Origin("list.csv", 1), Origin("apollo", 3)
SEEN = Seen(
    datetime(2026, 11, 1, tzinfo=UTC),
    [
        Standing(LIST, "sourced", "skipped", None, 6),
        Standing(LIST, "scored", None, "A", 3),
        Standing(LIST, "scored", "awaiting_approval", "B", 1),
        Standing(APOLLO, "enriched", None, None, 4),
        Standing(APOLLO, "contactable", None, None, 2),
    ],
    [
        Held(LIST, "sourced", "skipped", "too few employees", 6),
        Held(LIST, "scored", "awaiting_approval", "", 1),
    ],
    [
        Cost(LIST, "enrichment", 10, Decimal("1.50")),
        Cost(APOLLO, "enrichment", 6, Decimal("0.60")),
        Cost(None, "lead_source", 1, Decimal("0.25")),
    ],
)


async def old_outcomes(
    database: Database, sown: Sown, tier: str, fit: float, *, answered: int, silent: int
) -> None:
    """Leads that were first judged half a year ago, of whom so many answered."""
    for number in range(answered + silent):
        async with database.tenant(sown.id) as session:
            lead = await session.value(
                "INSERT INTO judgement (tenant_id, lead_id, judged_at, model, is_shadow, fit, intent, score, tier, "
                "asked) VALUES (:tenant_id, gen_random_uuid(), now() - interval '180 days', 'fit-1', false, :fit, 0, "
                "50, :tier, '{}') RETURNING lead_id",
                tenant_id=sown.id,
                fit=fit,
                tier=tier,
            )
            await session.run(
                "INSERT INTO engagement (tenant_id, id, lead_id, kind, at) "
                "VALUES (:tenant_id, gen_random_uuid(), :lead, :kind, now() - interval '170 days')",
                tenant_id=sown.id,
                lead=lead,
                kind="reply" if number < answered else "visit",
            )


def test_the_funnel_counts_as_the_pipeline_does():
    assert SEEN.counts == {"sourced": 16, "enriched": 10, "contactable": 6, "scored": 3, "qualified": 4}
    assert SEEN.standing_still == 7
    assert SEEN.origins == [LIST, APOLLO]


def test_what_is_asked_about_one_source_is_its_own():
    found = SEEN.narrowed(Chosen.of({"source": "apollo"}))
    assert found.counts["sourced"] == 6
    assert found.spent == {"enrichment": Decimal("0.60")}  # what a search cost is of no single lead
    assert found.reasons == []
    assert SEEN.narrowed(Chosen.of({"icp": "1"})).counts["sourced"] == 10
    assert SEEN.narrowed(Chosen.of({})).spent == {
        "enrichment": Decimal("2.10"),
        "lead_source": Decimal("0.25"),
    }


def test_reasons_are_told_together_whatever_the_source():
    both = Seen(SEEN.since, [], [*SEEN.held, Held(APOLLO, "sourced", "skipped", "too few employees", 5)], [])
    assert both.reasons == [
        ("sourced", "skipped", "too few employees", 11),
        ("scored", "awaiting_approval", "", 1),
    ]


async def test_the_page_shows_what_has_become_of_leads_and_why(visitor: Visitor, acme: Sown, rival: Sown):
    page = await visitor.at("/t/acme/insights").page()
    for said in (
        "Contactable",
        "list.csv",
        "Enrichment",
        "Ranked prospects",
        "/t/acme/pipeline",
        "60 sourced",
    ):
        assert said in page
    # each enrichment of the seeds cost 1.2 cents
    assert '"$0.72"' in page
    assert "apollo" not in page


async def test_a_reason_leads_to_the_leads_that_stand_still_for_it(
    visitor: Visitor, acme: Sown, rival: Sown, database: Database
):
    async with database.tenant(acme.id) as session:
        rows = await session.rows(
            "SELECT hold_reason, stage, count(*) AS leads FROM lead WHERE hold = 'skipped' GROUP BY 1, 2 LIMIT 1"
        )
        reason, stage, leads = rows[0]["hold_reason"], rows[0]["stage"], rows[0]["leads"]
    page = await visitor.at("/t/acme/insights").page()
    address = f"?stage={stage}&hold=skipped&reason={reason.replace(' ', '+')}"
    assert f"/t/acme/insights{address}" in page
    listed = await visitor.at("/t/acme/insights", address).page()
    assert listed.count("/t/acme/lead?lead=") == leads
    narrowed = await visitor.at("/t/acme/insights", f"{address}&source=nowhere").page()
    assert "There is none." in narrowed


async def test_leads_for_which_nobody_gave_a_reason_are_listed_too(
    visitor: Visitor, acme: Sown, database: Database
):
    async with database.tenant(acme.id) as session:
        await session.run(
            "UPDATE lead SET stage = 'sourced', hold = 'skipped', hold_reason = NULL WHERE id = :id",
            id=acme.scored[0],
        )
    address = "?stage=sourced&hold=skipped&reason=-"
    assert f"/t/acme/insights{address}" in await visitor.at("/t/acme/insights").page()
    listed = await visitor.at("/t/acme/insights", address).page()
    assert listed.count("/t/acme/lead?lead=") == 1
    assert str(acme.scored[0]) in listed


async def test_filters_narrow_all_of_it(visitor: Visitor, acme: Sown, database: Database):
    async with database.tenant(acme.id) as session:
        await session.run(
            "UPDATE lead SET source = 'apollo', icp_version = 2 WHERE id = ANY(CAST(:ids AS uuid[]))",
            ids=acme.scored[:5],
        )
    page = await visitor.at("/t/acme/insights", "?source=apollo&icp=2").page()
    assert "5 scored" in page
    assert "What a search cost is of no single lead" in page
    async with database.tenant(acme.id) as session:
        await session.run("UPDATE lead SET created_at = now() - interval '20 days'")
    assert "No lead has come in in these days" in await visitor.at("/t/acme/insights", "?days=7").page()


async def test_versions_of_the_configuration_with_one_ideal_customer_are_one(
    visitor: Visitor, acme: Sown, database: Database, vault
):
    for config in ({"icp": {"cities": ["Oslo"]}}, {"icp": {"cities": ["Oslo"]}, "budgets": {"day_usd": 5}}):
        await tenants.configure(database, vault, "acme", config)
    waiting = [lead for lead in acme.leads if lead not in acme.scored]
    async with database.tenant(acme.id) as session:
        for version, lead in ((2, waiting[0]), (3, waiting[1])):
            await session.run(
                "UPDATE lead SET icp_version = :version, stage = 'sourced', hold = 'skipped', hold_reason = 'so' "
                "WHERE id = :id",
                version=version,
                id=lead,
            )
    page = await visitor.at("/t/acme/insights", "?icp=2").page()
    assert "2 sourced" not in page  # the work of the lead source is of no single lead
    assert "icp=2&stage=sourced&hold=skipped&reason=so" in page
    listed = await visitor.at("/t/acme/insights", "?icp=2&stage=sourced&hold=skipped&reason=so").page()
    assert all(str(lead) in listed for lead in waiting[:2])
    assert "icp=3" not in listed


async def test_a_share_of_answers_is_told_with_what_it_is_of(
    visitor: Visitor, acme: Sown, database: Database
):
    await old_outcomes(database, acme, "A", 0.9, answered=3, silent=7)
    page = await visitor.at("/t/acme/insights").page()
    for said in ('"10"', '"3"', "30%", "10.8% to 60.3%", "anything"):
        assert said in page


async def test_what_nobody_knows_yet_is_not_made_up(visitor: Visitor, acme: Sown):
    page = await visitor.at("/t/acme/insights").page()
    assert "Not known yet: nobody was written to whose lead was first scored 90 days ago or longer." in page
    assert "not known: 0 leads" in page


async def test_other_cut_offs_are_tried_and_nothing_is_changed(
    visitor: Visitor, acme: Sown, database: Database
):
    await old_outcomes(database, acme, "B", 0.7, answered=4, silent=4)
    async with database.tenant(acme.id) as session:
        rows = await session.rows("SELECT fit, intent FROM lead WHERE score IS NOT NULL")
        before = await session.rows("SELECT config, config_version FROM tenant")
    better = sum(0.65 <= row["fit"] < 0.75 and row["intent"] < 0.15 for row in rows)
    assert "These are the cut-offs that hold now." in await visitor.at("/t/acme/insights").page()
    page = await visitor.at("/t/acme/insights", "?fit-a=0.65").page()
    assert f"Of {len(rows)} leads {better} would be in a better tier, and 0 in a worse one." in page
    assert "50% (4 of 8; 22% to 78%)" in page
    assert "fit: [0.25, 0.5, 0.65]" in page
    assert "leadmill tenant apply acme" in page
    assert await audit_of(database, acme) == []
    async with database.tenant(acme.id) as session:
        assert await session.rows("SELECT config, config_version FROM tenant") == before


async def test_cut_offs_that_cant_be_are_told_of_beside_the_fields(visitor: Visitor, acme: Sown):
    page = await visitor.at("/t/acme/insights", "?fit-a=0.3").page()
    assert "The bounds 0.25, 0.5, 0.3 do not rise between 0 and 1." in page
    assert "list.csv" in page  # and the rest of the page is there


async def test_what_is_typed_is_followed_without_a_new_page(visitor: Visitor, acme: Sown):
    drawn, _ = await visitor.at("/t/acme/insights", "?fit-a=0.9").refreshed(["what-if", "funnel"])
    assert "would be in a better tier" in drawn
    assert set(json.loads(drawn)) == {'{"live":"what-if"}', '{"live":"funnel"}'}


async def test_without_leads_it_says_what_to_do(visitor: Visitor, database: Database):
    await seeds.tenant(database, "new")
    page = await visitor.at("/t/new/insights").page()
    for said in (
        "leadmill source new leads.csv",
        "No lead of these days stands still.",
        "nothing to try them on",
    ):
        assert said in page


@pytest.mark.parametrize(
    "search", ["?days=8", "?wait=x", "?icp=two", "?icp=-1", "?hold=lost", "?stage=won&hold=skipped"]
)
async def test_what_there_is_not_is_a_clean_error(visitor: Visitor, acme: Sown, search: str):
    assert "This address does not work" in await visitor.at("/t/acme/insights", search).page()
