import json
from datetime import UTC, datetime

import pytest

from actors.simulator import pdl_records
from actors.simulator.coverage import covers, shows
from actors.simulator.pdl import Pdl
from tests.actors.simulator.conftest import client_of


@pytest.fixture
async def pdl(simulator):
    async with client_of(f"{simulator.http}/pdl/v5", headers={"X-Api-Key": "sim-test"}) as client:
        yield client


@pytest.fixture
def company(world):
    return next(
        one
        for one in world.companies
        if covers("pdl", one) and one.country == "DE"
        if shows("pdl", one, "industry") and shows("pdl", one, "employees")
    )


@pytest.fixture
def uncovered(world):
    return next(one for one in world.companies if not covers("pdl", one))


@pytest.fixture
def known(world):
    """A person whose address is known, at their company."""
    return next(
        (one, who)
        for one in world.companies
        if covers("pdl", one)
        for who in world.people(one)
        if pdl_records.knows_address(who) and not who.objected
    )


def credits_of(simulator):
    return simulator.bill.account("pdl", "sim-test").credits


def query(clause, **more):
    return {"query": json.dumps({"query": clause}), **more}


async def test_a_company_stands_beside_status_and_likelihood(simulator, pdl, company):
    response = await pdl.get("/company/enrich", params={"website": f"https://www.{company.domain}/about"})
    body = response.json()
    assert (body["status"], body["website"], body["employee_count"]) == (
        200,
        company.domain,
        company.employees,
    )
    assert 8 <= body["likelihood"] <= 10
    assert body["location"]["country"] == "germany"
    assert "data" not in body
    assert response.headers["x-call-credits-spent"] == "1"
    assert credits_of(simulator) == 1


async def test_titles_are_asked_for(pdl, company):
    params = {"website": company.domain, "titlecase": "true"}
    body = (await pdl.get("/company/enrich", params=params)).json()
    assert body["location"]["country"] == "Germany"
    assert body["website"] == company.domain


async def test_less_that_is_known_makes_it_less_likely(pdl, company):
    by_name = (await pdl.get("/company/enrich", params={"name": company.name})).json()
    by_both = (await pdl.get("/company/enrich", params={"name": company.name, "country": "Germany"})).json()
    assert by_name["likelihood"] < by_both["likelihood"] < 10
    too_sure = {"name": company.name, "min_likelihood": 6}
    assert (await pdl.get("/company/enrich", params=too_sure)).status_code == 404
    elsewhere = {"name": company.name, "country": "france"}
    assert (await pdl.get("/company/enrich", params=elsewhere)).status_code == 404


async def test_a_miss_is_404_and_unbilled(simulator, pdl, uncovered):
    response = await pdl.get("/company/enrich", params={"website": uncovered.domain})
    assert (response.status_code, response.json()["error"]["type"]) == (404, "not_found")
    assert response.headers["x-call-credits-spent"] == "0"
    assert credits_of(simulator) == 0


async def test_a_search_costs_a_credit_for_each_record(simulator, pdl, world):
    clause = {"terms": {"location.country": ["germany"]}}
    truth = [one.domain for one in world.companies if covers("pdl", one) and one.country == "DE"]
    found, start = [], 0
    while start < len(truth):
        body = (await pdl.post("/company/search", json={**query(clause, size=7), "from": start})).json()
        found += [one["website"] for one in body["data"]]
        assert body["total"] == len(truth)
        start += 7
    assert found == truth
    assert credits_of(simulator) == len(truth)
    beyond = await pdl.post("/company/search", json={**query(clause, size=7), "from": start})
    assert beyond.status_code == 404
    assert len((await pdl.post("/company/search", json=query(clause))).json()["data"]) == 1  # as a rule, one


async def test_people_of_a_company_are_found_but_for_those_who_objected(pdl, world):
    company = next(
        one
        for one in world.companies
        if covers("pdl", one) and any(who.objected for who in world.people(one))
    )
    clause = {"bool": {"must": [{"term": {"job_company_website": company.domain}}]}}
    body = (await pdl.post("/person/search", json=query(clause, size=100))).json()
    assert [one["id"] for one in body["data"]] == [
        pdl_records.person_id(who) for who in world.people(company) if not who.objected
    ]
    objector = next(who for who in world.people(company) if who.objected)
    wanted = {"name": objector.name, "company": company.domain}
    assert (await pdl.get("/person/enrich", params=wanted)).status_code == 404


async def test_people_are_found_anywhere(pdl):
    clause = {"term": {"job_title_levels": "cxo"}}
    body = (await pdl.post("/person/search", json=query(clause, size=5))).json()
    assert {tuple(one["job_title_levels"]) for one in body["data"]} == {("cxo",)}
    assert body["total"] > 5


async def test_a_person_by_id_or_name_or_address(pdl, known):
    company, person = known
    for wanted in (
        {"pdl_id": pdl_records.person_id(person)},
        {"first_name": person.first_name, "last_name": person.last_name, "company": company.domain},
        {"name": person.name.upper(), "company": company.name},
        {"email": person.email},
    ):
        body = (await pdl.get("/person/enrich", params=wanted)).json()
        assert (body["status"], body["data"]["work_email"]) == (200, person.email)
        assert 6 <= body["likelihood"] <= 10


async def test_what_is_required_must_be_there(simulator, pdl, world):
    person = next(
        who
        for one in world.companies
        if covers("pdl", one)
        for who in world.people(one)
        if not pdl_records.knows_address(who) and not who.objected
    )
    wanted = {"pdl_id": pdl_records.person_id(person)}
    assert (await pdl.get("/person/enrich", params=wanted)).status_code == 200
    assert (await pdl.get("/person/enrich", params={**wanted, "required": "work_email"})).status_code == 404
    assert credits_of(simulator) == 1


async def test_many_at_once_have_a_status_each_and_their_metadata_back(simulator, pdl, known):
    company, person = known
    named = {"name": person.name, "company": company.domain}
    requests = [
        {"params": named, "metadata": {"n": 7}},
        {"params": {"name": "No Body", "company": company.domain}, "metadata": {"n": 8}},
        {"params": {"name": "No Body"}},
    ]
    response = await pdl.post("/person/bulk", json={"requests": requests, "required": "work_email"})
    items = response.json()
    assert [(item["status"], item["metadata"]) for item in items] == [
        (200, {"n": 7}),
        (404, {"n": 8}),
        (400, {}),
    ]
    assert items[0]["data"]["work_email"] == person.email
    assert response.headers["x-call-credits-spent"] == "1"
    assert credits_of(simulator) == 1


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/company/search", {}),
        ("/company/search", {"query": "soon"}),
        ("/company/search", query({"match_all": {}}, size=101)),
        ("/company/search", {**query({"match_all": {}}), "from": 10_000}),
        ("/company/search", query({"wildcard": {"name": "a*"}})),
        ("/person/search", query({"term": {"shoe_size": 43}})),
        ("/person/bulk", {}),
        ("/person/bulk", {"requests": [{"params": {}}] * 101}),
        ("/person/bulk", {"requests": ["Ann"]}),
    ],
)
async def test_what_makes_no_sense_is_400(simulator, pdl, path, body):
    response = await pdl.post(path, json=body)
    assert (response.status_code, response.json()["error"]["type"]) == (400, "invalid_request_error")
    assert credits_of(simulator) == 0


async def test_enrichment_wants_somebody(pdl):
    assert (await pdl.get("/company/enrich")).status_code == 400
    assert (await pdl.get("/person/enrich", params={"name": "Ann Lee"})).status_code == 400


async def test_out_of_credits_is_402_and_a_wrong_key_401(http, pdl, company):
    await http.put("/_simulator/settings", json={"pdl": {"credits": {"sim-test": 1}}})
    first = await pdl.get("/company/enrich", params={"website": company.domain})
    assert first.headers["x-totallimit-remaining"] == "0"
    second = await pdl.get("/company/enrich", params={"website": company.domain})
    assert (second.status_code, second.json()["status"]) == (402, 402)
    response = await pdl.get("/company/enrich", headers={"X-Api-Key": "real"})
    assert (response.status_code, response.json()["error"]["type"]) == (401, "authentication_error")


async def test_too_fast_is_429_without_retry_after(http, pdl, company):
    await http.put("/_simulator/settings", json={"pdl": {"requests_per_minute": 1}})
    responses = [await pdl.get("/company/enrich", params={"website": company.domain}) for _ in range(2)]
    assert json.loads(responses[0].headers["x-ratelimit-remaining"]) == {"minute": 0}
    assert responses[1].status_code == 429
    assert "retry-after" not in responses[1].headers
    reset = datetime.fromisoformat(responses[1].headers["x-ratelimit-reset"])
    assert 0 < (reset - datetime.now(UTC)).total_seconds() <= 61


async def test_a_refusal_by_chance_says_its_own_time_and_not_the_end_of_the_window(http, pdl, company):
    await http.put("/_simulator/settings", json={"pdl": {"rate_429": 1.0}})
    response = await pdl.get("/company/enrich", params={"website": company.domain})
    reset = datetime.fromisoformat(response.headers["x-ratelimit-reset"])
    assert (reset - datetime.now(UTC)).total_seconds() <= 1


def test_the_end_of_the_window_is_told_by_the_clock_it_is_given(world):
    vendor = Pdl(world, now=lambda: 0.0)
    assert vendor.throttled("", 30).headers == {"x-ratelimit-reset": "1970-01-01T00:00:30+00:00"}
