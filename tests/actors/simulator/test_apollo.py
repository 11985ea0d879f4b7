import json
from datetime import date

import pytest

from actors.simulator.coverage import FILLS, covers, shows
from actors.simulator.server import Simulator
from actors.simulator.world import World

KEY = {"x-api-key": "sim-test"}

RATE_HEADERS = {
    f"x-{name}"
    for window, limit in (("minute", "minute"), ("hourly", "hourly"), ("24-hour", "24-hour"))
    for name in (f"rate-limit-{limit}", f"{window}-usage", f"{window}-requests-left")
}


@pytest.fixture
def company(world):
    return next(
        c
        for c in world.companies
        if c.revenue_usd and c.total_funding_usd and c.technologies and covers("apollo", c)
        if all(shows("apollo", c, field) for field in FILLS["apollo"])
    )


@pytest.fixture
def uncovered(world):
    """A company that is listed and has people, and that enrichment knows nothing of."""
    return next(company for company in world.companies if not covers("apollo", company))


@pytest.fixture
def known(world):
    """A person whose address Apollo knows, at their company."""
    return next(
        (company, person)
        for company in world.companies
        for person in world.people(company)
        if person.apollo_knows_email and not company.accept_all
    )


@pytest.fixture
def unknown(world):
    """A domain that no provider knows."""
    return next(f"x{n}.com" for n in range(1000) if not world.company_by_domain(f"x{n}.com").is_known)


async def test_a_company_is_enriched_for_one_credit(simulator, apollo, company):
    response = await apollo.get("/organizations/enrich", params={"domain": company.domain})
    organization = response.json()["organization"]
    assert response.status_code == 200
    assert organization["id"] == company.id
    assert organization["primary_domain"] == company.domain
    assert organization["estimated_num_employees"] == company.employees
    assert organization["annual_revenue"] == company.revenue_usd
    assert organization["industry"] == company.industry
    assert organization["technology_names"] == list(company.technologies)
    assert organization["funding_events"][0]["type"] == company.latest_funding_stage
    assert simulator.bill.account("apollo", "sim-test").credits == 1


async def test_the_country_is_said_in_english(apollo, world):
    company = next(c for c in world.companies if c.country == "DE" and covers("apollo", c))
    organization = (await apollo.get("/organizations/enrich", params={"domain": company.domain})).json()
    assert organization["organization"]["country"] == "Germany"


async def test_a_miss_is_200_without_organization_and_unbilled(simulator, apollo, unknown):
    response = await apollo.get("/organizations/enrich", params={"domain": unknown})
    assert (response.status_code, response.json()) == (200, {})
    assert simulator.bill.account("apollo", "sim-test").credits == 0


async def test_enrichment_knows_no_more_than_the_truth_table_gives_it(simulator, apollo, uncovered):
    for wanted in ({"domain": uncovered.domain}, {"name": uncovered.name}):
        assert (await apollo.get("/organizations/enrich", params=wanted)).json() == {}
    details = {"details": [{"domain": uncovered.domain}]}
    assert (await apollo.post("/organizations/bulk_enrich", json=details)).json()["organizations"] == [None]
    assert simulator.bill.account("apollo", "sim-test").credits == 0


async def test_enrichment_says_no_more_than_the_truth_table_gives_it(apollo, world):
    fields = {
        "industry": ("industry", None),
        "employees": ("estimated_num_employees", None),
        "revenue_usd": ("annual_revenue", None),
        "technologies": ("technology_names", []),
    }
    assert fields.keys() == FILLS["apollo"].keys()
    for field, (name, absent) in fields.items():
        company = next(c for c in world.companies if covers("apollo", c) and not shows("apollo", c, field))
        response = await apollo.get("/organizations/enrich", params={"domain": company.domain})
        assert response.json()["organization"][name] == absent


async def test_the_searches_and_the_people_are_of_all_companies(apollo, uncovered, world):
    named = {"q_organization_domains_list": [uncovered.domain]}
    listed = (await apollo.post("/mixed_companies/search", json=named)).json()
    assert [one["primary_domain"] for one in listed["organizations"]] == [uncovered.domain]
    people = world.people(uncovered)
    assert (await apollo.post("/mixed_people/api_search", json=named)).json()["total_entries"] == len(people)
    matched = (await apollo.post("/people/match", params={"id": people[0].id})).json()
    assert matched["person"]["organization"]["primary_domain"] == uncovered.domain


async def test_a_foreign_domain_is_enriched_too(apollo, world):
    domain = next(
        f"real-{n}.com" for n in range(9) if covers("apollo", world.company_by_domain(f"real-{n}.com"))
    )
    response = await apollo.get("/organizations/enrich", params={"domain": f"www.{domain}"})
    assert response.json()["organization"]["primary_domain"] == domain


async def test_enrichment_wants_a_company(apollo):
    response = await apollo.get("/organizations/enrich")
    assert (response.status_code, response.json()) == (422, {"error": "Required parameter 'domain' missing"})


async def test_a_company_is_found_by_website_and_by_name(apollo, company):
    for wanted in ({"website": f"https://www.{company.domain}/about"}, {"name": company.name}):
        response = await apollo.get("/organizations/enrich", params=wanted)
        assert response.json()["organization"]["id"] == company.id


@pytest.mark.parametrize("headers", [{"x-api-key": ""}, {"x-api-key": "somebody-elses"}])
async def test_a_wrong_key_is_refused_in_plain_text(apollo, headers):
    response = await apollo.get("/organizations/enrich", params={"domain": "a.com"}, headers=headers)
    assert response.status_code == 401
    assert response.headers["content-type"].startswith("text/plain")


async def test_usage_is_told_in_headers(apollo, company):
    for used in (1, 2):
        response = await apollo.get("/organizations/enrich", params={"domain": company.domain})
        assert response.headers.keys() >= RATE_HEADERS
        assert int(response.headers["x-minute-usage"]) == used
        left = int(response.headers["x-minute-requests-left"])
        assert left == int(response.headers["x-rate-limit-minute"]) - used


async def test_too_fast_is_429_with_retry_after(http, apollo, company):
    await http.put("/_simulator/settings", json={"apollo": {"requests_per_minute": 1}})
    await apollo.get("/organizations/enrich", params={"domain": company.domain})
    response = await apollo.get("/organizations/enrich", params={"domain": company.domain})
    assert response.status_code == 429
    assert 1 <= int(response.headers["retry-after"]) <= 60
    assert "organizations/enrich" in response.json()["message"]


async def test_pages_of_a_search_do_not_overlap_and_add_up(simulator, apollo, world):
    filters = {
        "organization_locations": ["united states", "germany"],
        "organization_num_employees_ranges": ["11,200", "201,1000"],
        "per_page": 30,
    }
    ids, page, total_pages = [], 1, 1
    while page <= total_pages:
        body = (await apollo.post("/mixed_companies/search", json={**filters, "page": page})).json()
        ids += [organization["id"] for organization in body["organizations"]]
        total_pages, page = body["pagination"]["total_pages"], page + 1
    assert len(ids) == len(set(ids)) == body["pagination"]["total_entries"]
    wanted = {c.id for c in world.companies if c.country in {"US", "DE"} and 11 <= c.employees <= 1000}
    assert set(ids) == wanted
    assert simulator.bill.account("apollo", "sim-test").credits == total_pages


def test_a_search_reaches_ten_thousand_companies_and_no_further(clock):
    simulator = Simulator(World(7, 10_150, date(2026, 11, 2)), clock)
    gate = simulator.gates["apollo"]
    bodies = [
        json.loads(gate.answer("POST /mixed_companies/search", KEY, f"per_page=100&page={page}", b"")[0].body)
        for page in (1, 100, 101)
    ]
    assert [len(body["organizations"]) for body in bodies] == [100, 100, 0]
    assert bodies[0]["pagination"]["total_entries"] == 10_150
    assert bodies[0]["pagination"]["total_pages"] == 100


async def test_a_search_speaks_query_strings_as_well(apollo):
    as_query = "organization_locations[]=germany&q_organization_keyword_tags[]=software&per_page=5"
    as_body = {
        "organization_locations": ["germany"],
        "q_organization_keyword_tags": ["software"],
        "per_page": 5,
    }
    from_query = (await apollo.post(f"/mixed_companies/search?{as_query}")).json()
    assert from_query["organizations"]
    assert from_query == (await apollo.post("/mixed_companies/search", json=as_body)).json()


async def test_an_empty_page_is_free(simulator, apollo):
    response = await apollo.post("/mixed_companies/search", json={"q_organization_name": "no such name"})
    assert response.json()["pagination"] == {"page": 1, "per_page": 10, "total_entries": 0, "total_pages": 0}
    assert simulator.bill.account("apollo", "sim-test").credits == 0


@pytest.mark.parametrize(
    "wrong", [{"per_page": 101}, {"page": 0}, {"organization_num_employees_ranges": ["many"]}]
)
async def test_a_search_that_makes_no_sense_is_422(apollo, wrong):
    response = await apollo.post("/mixed_companies/search", json=wrong)
    assert response.status_code == 422
    assert response.json()["error"]


async def test_a_body_that_is_no_json_is_422(apollo):
    assert (await apollo.post("/mixed_companies/search", content=b"{")).status_code == 422


async def test_people_are_listed_for_nothing_and_without_addresses(simulator, apollo, world, company):
    wanted = {"q_organization_domains_list": [company.domain], "per_page": 100}
    body = (await apollo.post("/mixed_people/api_search", json=wanted)).json()
    people = world.people(company)
    assert body["total_entries"] == len(body["people"]) == len(people)
    assert [person["id"] for person in body["people"]] == [person.id for person in people]
    assert all("***" in person["last_name_obfuscated"] for person in body["people"])
    assert not any({"email", "last_name", "name"} & person.keys() for person in body["people"])
    assert simulator.bill.account("apollo", "sim-test").credits == 0


async def test_a_person_is_matched_by_id_or_name_or_address(apollo, known):
    company, person = known
    for wanted in (
        {"id": person.id},
        {"first_name": person.first_name, "last_name": person.last_name, "domain": company.domain},
        {"name": person.name.upper(), "organization_name": company.name},
        {"email": person.email},
    ):
        found = (await apollo.post("/people/match", params=wanted)).json()["person"]
        assert (found["id"], found["email"]) == (person.id, person.email)
        assert found["email_status"] in {"verified", "unverified"}
        assert found["organization"]["primary_domain"] == company.domain


async def test_a_person_without_known_address_still_costs_a_credit(simulator, apollo, world):
    person = next(p for c in world.companies for p in world.people(c) if not p.apollo_knows_email)
    found = (await apollo.post("/people/match", params={"id": person.id})).json()["person"]
    assert (found["email"], found["email_status"]) == (None, "unavailable")
    assert simulator.bill.account("apollo", "sim-test").credits == 1


@pytest.mark.parametrize(
    "wanted", [{"id": "f" * 24}, {"name": "No Body", "domain": "x.com"}, {"email": "a@b.com"}]
)
async def test_nobody_is_200_without_person_and_unbilled(simulator, apollo, wanted):
    response = await apollo.post("/people/match", params=wanted)
    assert response.status_code == 200
    assert response.json()["person"] is None
    assert simulator.bill.account("apollo", "sim-test").credits == 0


async def test_a_match_wants_somebody(apollo):
    assert (await apollo.post("/people/match")).status_code == 422


async def test_ten_people_at_once_are_billed_by_the_hit(simulator, apollo, known):
    _, person = known
    details = [{"id": person.id}, {"id": "f" * 24}, {"id": person.id}]
    body = (await apollo.post("/people/bulk_match", json={"details": details})).json()
    assert [match and match["id"] for match in body["matches"]] == [person.id, None, person.id]
    assert (body["credits_consumed"], body["missing_records"]) == (1, 1)
    assert simulator.bill.account("apollo", "sim-test").credits == 1
    await apollo.post("/people/match", params={"id": person.id})
    assert simulator.bill.report()["repeated_billed_requests"] == 1


async def test_ten_companies_at_once_are_billed_by_the_hit(simulator, apollo, world, unknown):
    domains = [company.domain for company in world.companies if covers("apollo", company)][:3]
    response = await apollo.post("/organizations/bulk_enrich", params={"domains[]": [*domains, unknown]})
    body = response.json()
    assert [found and found["primary_domain"] for found in body["organizations"]] == [*domains, None]
    assert (body["unique_enriched_records"], body["missing_records"]) == (3, 1)
    account = simulator.bill.account("apollo", "sim-test")
    assert (account.credits, account.billed_calls) == (3, 3)
    await apollo.get("/organizations/enrich", params={"domain": domains[0]})
    assert simulator.bill.report()["repeated_billed_requests"] == 1


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("/people/bulk_match", {}, "INVALID_REQUEST"),
        ("/people/bulk_match", {"details": [{"id": "1"}] * 11}, "RECORD_LIMIT_EXCEEDED"),
        ("/organizations/bulk_enrich", {}, "INVALID_REQUEST"),
        ("/organizations/bulk_enrich", {"details": [{"domain": "a.com"}] * 11}, "RECORD_LIMIT_EXCEEDED"),
    ],
)
async def test_nothing_or_more_than_ten_is_400(apollo, path, body, code):
    response = await apollo.post(path, json=body)
    assert response.status_code == 400
    assert (response.json()["status"], response.json()["error_code"]) == ("failed", code)


async def test_credit_usage_follows_the_bill(http, apollo, company):
    await http.put("/_simulator/settings", json={"apollo": {"credits": {"sim-test": 5}}})
    await apollo.get("/organizations/enrich", params={"domain": company.domain})
    body = (await apollo.post("/usage_stats/credit_usage_stats")).json()
    assert body["credit_usage_stats"]["lead_credit"] == {"limit": 5, "consumed": 1, "left_over": 4}
    assert body["current_credit_cycle"]["start_date"] == "2026-11-01T00:00:00.000Z"


async def test_unknown_paths_are_404(apollo):
    assert (await apollo.get("/people/match")).status_code == 404
