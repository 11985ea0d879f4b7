import pytest
import yaml

from actors.simulator import hunter_companies, hunter_records
from actors.simulator.company import size_band
from actors.simulator.coverage import FILLS, covers, shows


@pytest.fixture
def company(world):
    return next(
        one
        for one in world.companies
        if covers("hunter", one) and one.latest_funding_date and one.technologies
        if all(shows("hunter", one, field) for field in FILLS["hunter"])
    )


def test_enrichment_says_no_more_than_the_truth_table_gives_it(world):
    said = {
        "industry": lambda data: data["category"]["industry"],
        "employees": lambda data: data["metrics"]["employees"] or data["metrics"]["employeesRange"],
        "revenue_usd": lambda data: data["metrics"]["annualRevenue"],
        "technologies": lambda data: data["tech"],
    }
    assert said.keys() == FILLS["hunter"].keys()
    for field, of in said.items():
        hiding = [one for one in world.companies if not shows("hunter", one, field)]
        telling = [one for one in world.companies if shows("hunter", one, field)]
        assert not any(of(hunter_companies.company(one)) for one in hiding)
        assert any(of(hunter_companies.company(one)) for one in telling)


@pytest.fixture
def uncovered(world):
    return next(one for one in world.companies if not covers("hunter", one))


def error(response):
    return response.json()["errors"][0]


async def test_a_company_is_enriched_for_a_credit(simulator, hunter, company):
    body = (await hunter.get("/companies/find", params={"domain": f"www.{company.domain}"})).json()
    data = body["data"]
    assert (data["domain"], data["metrics"]["employees"], data["geo"]["countryCode"]) == (
        company.domain,
        company.employees,
        company.country,
    )
    assert data["metrics"]["employeesRange"] == hunter_records.HEADCOUNTS[size_band(company.employees)]
    assert data["fundingRounds"][0]["announcedDate"] == str(company.latest_funding_date)
    assert body["meta"] == {"domain": company.domain}
    assert simulator.bill.account("hunter", "sim-test").credits == 1


async def test_a_company_that_hunter_does_not_know_is_404_and_free(simulator, hunter, uncovered):
    response = await hunter.get("/companies/find", params={"domain": uncovered.domain})
    assert (response.status_code, error(response)["code"]) == (404, 404)
    assert (await hunter.get("/companies/find")).status_code == 400
    assert simulator.bill.account("hunter", "sim-test").credits == 0


async def test_a_search_costs_nothing_and_goes_on_without_credits(http, simulator, hunter, world):
    await http.put("/_simulator/settings", json={"hunter": {"credits": {"sim-test": 0}}})
    filters = {"headquarters_location": {"include": [{"country": "DE"}]}}
    body = (await hunter.post("/discover", json=filters)).json()
    german = [one for one in world.companies if one.country == "DE" and covers("hunter", one)]
    assert [one["domain"] for one in body["data"]] == [one.domain for one in german]
    assert (body["meta"]["results"], body["meta"]["limit"], body["meta"]["offset"]) == (len(german), 100, 0)
    counted = body["data"][0]["emails_count"]
    assert counted["total"] == counted["personal"] + counted["generic"]
    assert simulator.bill.account("hunter", "sim-test").credits == 0


async def test_a_search_is_paged(hunter):
    filters = {"headcount": ["11-50", "51-200"]}
    whole = (await hunter.post("/discover", json=filters)).json()
    assert whole["meta"]["results"] > 30
    listed, offset = [], 0
    while offset < whole["meta"]["results"]:
        page = (await hunter.post("/discover", json={**filters, "limit": 20, "offset": offset})).json()
        listed += page["data"]
        offset += 20
    assert len(listed) == whole["meta"]["results"]
    assert listed[:100] == whole["data"]


@pytest.mark.parametrize("match", ["any", "all"])
async def test_keywords_are_alternatives_or_all_of_them(hunter, world, match):
    words = ["software", "saas"]
    body = (
        await hunter.post("/discover", json={"keywords": {"include": words, "match": match}, "limit": 100})
    ).json()
    together = any if match == "any" else all
    truth = {
        one.domain
        for one in world.companies
        if covers("hunter", one)
        and together(any(word in text for text in (one.industry, *one.keywords)) for word in words)
    }
    assert body["meta"]["results"] == len(truth) > 0
    assert {one["domain"] for one in body["data"]} <= truth


async def test_industries_are_those_on_hunters_list(hunter, world):
    body = (await hunter.post("/discover", json={"industry": {"include": ["Construction"]}})).json()
    assert {one["industry"] for one in body["data"]} == {"Construction"}
    response = await hunter.post("/discover", json={"industry": {"include": ["Basket Weaving"]}})
    assert response.status_code == 400


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"limit": 10},
        {"headcount": ["10-20"]},
        {"headcount": ["1-10"], "limit": 101},
        {"headcount": ["1-10"], "offset": 10_001},
        {"headquarters_location": {"include": {"country": ["DE"]}}},
        {"headquarters_location": {"include": ["DE"]}},
        {"headquarters_location": {"include": [{"country": "Atlantis"}]}},
    ],
)
async def test_a_search_that_makes_no_sense_is_400(hunter, wrong):
    response = await hunter.post("/discover", json=wrong)
    assert (response.status_code, error(response)["code"]) == (400, 400)


@pytest.mark.dataset
def test_shapes_hold_every_field_that_the_description_has(providers, world, company):
    folder = providers / "hunter" / "openapi" / "_original"
    enriched = yaml.safe_load((folder / "hunter-enrichment-api-openapi.yml").read_text())
    described = enriched["components"]["schemas"]["CompanyEnrichmentResponse"]["properties"]["data"][
        "properties"
    ]
    ours = hunter_companies.company(company)
    assert described.keys() <= ours.keys()
    for name, schema in described.items():
        if "properties" in schema and name not in {
            "facebook",
            "linkedin",
            "twitter",
            "crunchbase",
            "instagram",
        }:
            assert schema["properties"].keys() <= ours[name].keys()
    discover = yaml.safe_load((folder / "hunter-discover-api-openapi.yml").read_text())
    listed = discover["components"]["schemas"]["DiscoverResponse"]["properties"]["data"]["items"][
        "properties"
    ]
    assert hunter_companies.listed(world, company).keys() == listed.keys()
