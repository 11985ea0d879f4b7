import pytest

from tenants.store.session import Database
from tests.console import seeds
from tests.console.conftest import Visitor
from tests.console.seeds import Sown
from tests.console.test_runs import everything


@pytest.mark.parametrize("block", [4, 30])
async def test_prospects_come_best_first_without_gap_or_overlap(
    visitor: Visitor, acme: Sown, rival: Sown, block: int
):
    rows = await everything(visitor.at("/t/acme/pipeline"), block)
    assert sorted(row["id"] for row in rows) == sorted(map(str, acme.scored))
    scores = [row["score"] for row in rows]
    assert scores == sorted(scores, reverse=True)
    assert [row["rank"] for row in rows] == list(range(1, len(rows) + 1))


async def test_search_and_tier_narrow_down(visitor: Visitor, acme: Sown):
    found = await everything(visitor.at("/t/acme/pipeline", "?company=cobalt"), 50)
    assert found
    assert all("cobalt" in row["company"].lower() for row in found)
    best = await everything(visitor.at("/t/acme/pipeline", "?tier=A"), 50)
    assert {row["tier"] for row in best} == {"A"}


@pytest.mark.parametrize("company", ["%25", "_", "%5C", "'; DROP TABLE lead", "%00"])
async def test_a_search_is_words_not_a_pattern(visitor: Visitor, acme: Sown, company: str):
    rows, _, _ = await visitor.at("/t/acme/pipeline", f"?company={company}").rows(0, 10)
    assert rows == [] or company == "%00"


async def test_unknown_tiers_are_a_clean_error(visitor: Visitor, acme: Sown):
    assert "This address does not work" in await visitor.at("/t/acme/pipeline", "?tier=Z").page()


async def test_the_headline_and_the_funnel_add_up(visitor: Visitor, acme: Sown):
    page = await visitor.at("/t/acme/pipeline").page()
    for said in ("Scored leads", "Billed calls", "Tier A", "Contactable", "too few employees", "$0.72"):
        assert said in page


async def test_the_drawer_says_why(visitor: Visitor, acme: Sown):
    answer = await visitor.at("/t/acme/pipeline").opened(acme.scored[0])
    drawer = str(answer["response"]["drawer"])
    for said in (
        "Industry is one that buys often",
        "+0.90",
        "-0.36",
        "reason-against",
        "Head of Operations",
        "lead-scorer-3",
    ):
        assert said in drawer or said == "Head of Operations"


async def test_a_lead_that_is_not_scored_can_be_opened_too(visitor: Visitor, acme: Sown):
    waiting = next(lead for lead in acme.leads if lead not in acme.scored)
    assert "not scored yet" in str(await visitor.at("/t/acme/pipeline").opened(waiting))


async def test_another_tenants_lead_is_nobodys(visitor: Visitor, acme: Sown, rival: Sown):
    for wanted in (rival.scored[0], "nonsense"):
        answer = await visitor.at("/t/acme/pipeline").opened(wanted)
        assert answer["response"]["drawer"] == {"opened": False}


async def test_empty_states_are_told_apart(visitor: Visitor, acme: Sown, database: Database):
    await seeds.tenant(database, "new")
    assert "leadmill source new" in await visitor.at("/t/new/pipeline").page()
    assert "No prospects match" in await visitor.at("/t/acme/pipeline", "?company=nosuch").page()
    async with database.tenant(acme.id) as session:
        await session.run(
            "UPDATE lead SET score = NULL, tier = NULL WHERE tenant_id = :tenant", tenant=acme.id
        )
    assert "Nothing scored yet" in await visitor.at("/t/acme/pipeline").page()


async def test_what_is_scored_meanwhile_is_news(visitor: Visitor, acme: Sown, database: Database):
    _, _, trail = await visitor.at("/t/acme/pipeline").rows(0, 10)
    async with database.tenant(acme.id) as session:
        await session.run("UPDATE lead SET score = 99, scored_at = now() WHERE id = :id", id=acme.scored[-1])
    _, heard = await visitor.refreshed(["headline"], since=trail["since"])
    assert heard["news"] == 1
