"""Companies whose websites have moved: who is one with whom, from the redirect to the merge and back."""

from datetime import UTC, datetime

import httpx
import pytest

from actors.bus.settings import KafkaSettings
from actors.engine.http import open_web
from actors.engine.settings import EngineSettings
from actors.engine.sourcing import in_chunks, request_rows
from actors.engine.wiring import Works
from actors.providers import all_providers
from actors.simulator.launch import launch
from actors.simulator.sites import closed_path
from actors.simulator.world import World
from tenants.store import identifiers, identity
from tests.actors.engine.mills import add_tenant, run_to_the_end
from tests.fakes.works import Judge

SEED, COMPANIES = 5, 400
WAYS = ("website", "wikidata", "gleif", "apollo", "dns")


@pytest.fixture(scope="module")
def simulator():
    with launch(seed=SEED, companies=COMPANIES) as launched:
        yield launched


def ways_to(simulator):
    return {
        name: {"base_url": simulator.base_url(name)} | ({"api_key": "sim-moved"} if name == "apollo" else {})
        for name in WAYS
    }


def open_sites(count):
    """Companies whose front page may be read."""
    world = World(SEED, COMPANIES, datetime.now(UTC).date())
    return [one for one in world.companies if one.has_site and closed_path(one) != "/"][:count]


@pytest.fixture
def moved(simulator):
    """Six companies, the first, third and fifth of which lead to the next one: two for good, one for now."""
    gone, listed, renamed, new_name, lent, lender = companies = open_sites(6)
    moves = {
        gone.domain: [301, f"https://www.{listed.domain}/"],
        renamed.domain: [308, f"https://{new_name.domain}/en/"],
        lent.domain: [302, f"https://{lender.domain}/"],
    }
    assert httpx.put(f"{simulator.http}/_simulator/moves", json=moves).status_code == 200
    return companies


async def test_a_website_that_moved_for_good_is_known_at_both_ends_and_a_merge_of_it_can_be_undone(
    database, vault, simulator, moved
):
    gone, listed, renamed, new_name, lent, lender = moved
    async with open_web(connections=0) as http:
        works = Works(
            database,
            http=http,
            vault=vault,
            providers={name: all_providers()[name] for name in WAYS},
            scoring=Judge(),
            settings=EngineSettings(),
            kafka=KafkaSettings(),
        )
        acme = await add_tenant(database, vault, connections=ways_to(simulator))

        async def bring(*companies):
            profile = (await works.profiles.of([acme.id]))[acme.id]
            rows = [{"name": one.name, "domain": one.domain, "country": one.country} for one in companies]
            chunks = in_chunks(rows)
            await request_rows(database, profile, name="list", chunks=chunks, rows=len(rows), by="test")

        await bring(gone, listed, renamed, lent)
        await run_to_the_end(works, acme, 4)
        async with database.tenant(acme.id) as session:
            told = {
                row["domain"]: (row["value"], row["is_alias"])
                for row in await identifiers.of_tenant(session)
                if row["kind"] == "domain"
            }
            assert told == {gone.domain: (listed.domain, False), renamed.domain: (new_name.domain, True)}
            (question,) = await identity.open_reviews(session)
            assert {question["domain"], question["other_domain"]} == {gone.domain, listed.domain}
            assert question["evidence"][0] == f"{gone.domain} leads to {listed.domain}"
            assert await identity.merges(session) == []
            why = "SELECT quote, is_current FROM finding WHERE field = 'leads_to' ORDER BY quote"
            hops = await session.rows(why)
            assert all(row["is_current"] for row in hops)
            assert sorted(row["quote"].split(" ", 1)[1] for row in hops) == sorted(
                [f"301 https://www.{listed.domain}/", f"308 https://{new_name.domain}/en/"]
            )

        # the new name is the company that we have; the one that a redirect for now leads to is not
        await bring(new_name, lender)
        await run_to_the_end(works, acme, 5)
        async with database.tenant(acme.id) as session:
            tally = "SELECT sum(sourced) AS sourced, sum(duplicates) AS duplicates FROM source_tally"
            (row,) = await session.rows(tally)
            assert (row["sourced"], row["duplicates"]) == (5, 1)

            merge_id = await identity.decide_review(session, question["id"], same=True, by="ann")
        async with database.tenant(acme.id) as session:
            await identity.undo_merge(session, merge_id, by="ann")
            (again,) = await identity.open_reviews(session)
            assert (again["id"], again["evidence"]) == (question["id"], question["evidence"])
            numbers = {row["kind"] for row in await identifiers.of_tenant(session)} - {"domain"}
            assert numbers <= {"lei", "cik", "wikidata", "companies_house"}
            assert numbers
        await works.finish()
