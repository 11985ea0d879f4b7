import pytest

from actors.simulator.coverage import covers
from actors.simulator.registered import legal_name
from tests.actors.simulator.conftest import client_of

BY_WEBSITE = "VALUES ?website { <https://www.%s/> } ?company wdt:P856 ?website ."
BY_NAME = 'VALUES ?name { "%s"@en } ?company rdfs:label ?name ; wdt:P17/wdt:P297 "%s" .'
NAME = '{ ?company rdfs:label ?value . BIND("what it is called" AS ?field) }'
STAFF = '{ ?company p:P1128 ?s . ?s ps:P1128 ?value . OPTIONAL { ?s pq:P585 ?on } BIND("staff" AS ?field) }'
SALES = "{ ?company p:P2139 ?s . ?s psv:P2139 ?a . %s ?a wikibase:quantityAmount ?value . OPTIONAL { ?s pq:P585 ?on } "
SALES += 'BIND("sales" AS ?field) }'


@pytest.fixture
async def wikidata(simulator):
    async with client_of(f"{simulator.http}/wikidata") as client:
        yield client


@pytest.fixture
def known(world):
    return [company for company in world.companies if covers("wikidata", company)]


async def rows(wikidata, which, *fields):
    told = " UNION ".join(fields)
    query = f"SELECT ?company ?field ?value ?on WHERE {{ {{ {which} }} {told} }} LIMIT 500"
    response = await wikidata.get("/sparql", params={"query": query, "format": "json"})
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/sparql-results+json;charset=utf-8"
    answer = response.json()
    assert answer["head"]["vars"] == ["company", "field", "value", "on"]
    return answer["results"]["bindings"]


async def test_a_company_is_found_by_its_website(wikidata, known):
    found = await rows(wikidata, BY_WEBSITE % known[0].domain, NAME)
    assert {row["value"]["value"] for row in found} == {known[0].name}
    assert {row["field"]["value"] for row in found} == {"what it is called"}
    assert all(row["company"]["value"].startswith("http://www.wikidata.org/entity/Q") for row in found)


async def test_a_company_is_found_by_its_name_in_its_country(wikidata, known):
    company = known[0]
    elsewhere = "PL" if company.country != "PL" else "US"
    assert await rows(wikidata, BY_NAME % (company.name, company.country), NAME)
    assert await rows(wikidata, BY_NAME % (legal_name(company), company.country), NAME)
    assert not await rows(wikidata, BY_NAME % (company.name, elsewhere), NAME)
    assert not await rows(wikidata, BY_NAME % (company.name.upper() + "?", company.country), NAME)


async def test_a_literal_says_what_is_escaped_in_it(wikidata):
    assert not await rows(wikidata, BY_NAME % ('a \\"quoted\\" name \\\\ } UNION {', "US"), NAME)


async def test_what_is_not_known_has_no_rows(wikidata, world):
    unknown = next(company for company in world.companies if not covers("wikidata", company))
    assert await rows(wikidata, BY_WEBSITE % unknown.domain, NAME) == []


async def test_numbers_come_with_their_days_and_one_without(wikidata, known):
    for company in known[:10]:
        found = await rows(wikidata, BY_WEBSITE % company.domain, STAFF)
        by_day = {row.get("on", {}).get("value", ""): int(row["value"]["value"]) for row in found}
        assert len(by_day) == len(found) == 3
        assert by_day[max(by_day)] == company.employees
        assert "" in by_day


async def test_revenue_is_in_the_money_of_the_country(wikidata, known):
    dollars = SALES % "?a wikibase:quantityUnit wd:Q4917 ."
    for company in [company for company in known if company.revenue_usd is not None]:
        in_any = await rows(wikidata, BY_WEBSITE % company.domain, SALES % "")
        in_dollars = await rows(wikidata, BY_WEBSITE % company.domain, dollars)
        assert bool(in_dollars) == (company.country == "US")
        assert len(in_any) == 2


@pytest.mark.parametrize(
    "query",
    [
        "",
        "SELECT ?x WHERE { ?x ?y ?z }",
        f"SELECT ?company WHERE {{ {BY_WEBSITE % 'acme.com'} }}",
        f"SELECT ?company ?field ?value WHERE {{ {NAME} }}",
    ],
)
async def test_a_query_that_it_does_not_understand_is_400(wikidata, query):
    response = await wikidata.get("/sparql", params={"query": query})
    assert response.status_code == 400
    assert response.headers["content-type"].startswith("text/plain")


async def test_nameless_software_is_sent_away(wikidata):
    assert (await wikidata.get("/sparql", headers={"user-agent": ""})).status_code == 403


async def test_too_much_work_is_429_and_tells_for_how_long(wikidata, http):
    await http.put("/_simulator/settings", json={"wikidata": {"rate_429": 1.0}})
    response = await wikidata.get("/sparql", params={"query": "x"})
    assert response.status_code == 429
    assert int(response.headers["retry-after"]) >= 1
