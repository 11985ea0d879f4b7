import pytest

from actors.simulator.chance import fraction
from actors.simulator.mailbox import Verdict, verdict


@pytest.fixture
def known(world):
    """A person whose address Hunter knows, at their company."""
    return next(
        (company, person)
        for company in world.companies
        for person in world.people(company)
        if person.hunter_knows_email and not person.objected
    )


@pytest.fixture
def objector(world):
    return next(person for company in world.companies for person in world.people(company) if person.objected)


@pytest.fixture
def unknown(world):
    """A domain that no provider knows."""
    return next(f"x{n}.com" for n in range(1000) if not world.company_by_domain(f"x{n}.com").is_known)


def asking(company, person):
    return {"domain": company.domain, "first_name": person.first_name, "last_name": person.last_name}


def error(response):
    return response.json()["errors"][0]


async def test_a_person_is_found_for_one_search(simulator, hunter, known):
    company, person = known
    response = await hunter.get("/email-finder", params=asking(company, person))
    data = response.json()["data"]
    assert (data["email"], data["position"], data["company"]) == (person.email, person.title, company.name)
    assert 0 < data["score"] <= 100
    assert simulator.bill.account("hunter", "sim-test").meters == {"searches": 1}


async def test_a_person_is_found_by_full_name_and_by_profile(hunter, known):
    company, person = known
    handle = person.linkedin_url.rpartition("/")[2]
    for wanted in ({"full_name": person.name}, {"linkedin_handle": handle}):
        response = await hunter.get("/email-finder", params={"company": company.name, **wanted})
        assert response.json()["data"]["email"] == person.email


async def test_a_miss_is_200_with_nulls_and_unbilled(simulator, hunter, known):
    company, _ = known
    wanted = {"domain": company.domain, "first_name": "No", "last_name": "Body"}
    response = await hunter.get("/email-finder", params=wanted)
    assert response.status_code == 200
    data = response.json()["data"]
    assert (data["email"], data["score"], data["verification"]["status"]) == (None, None, None)
    assert simulator.bill.account("hunter", "sim-test").credits == 0


async def test_an_unknown_domain_is_404_for_the_finder_and_empty_for_the_search(simulator, hunter, unknown):
    response = await hunter.get("/email-finder", params={"domain": unknown, "full_name": "No Body"})
    assert (response.status_code, error(response)["code"]) == (404, 404)
    response = await hunter.get("/domain-search", params={"domain": unknown})
    assert (response.status_code, response.json()["data"]["emails"]) == (200, [])
    assert simulator.bill.account("hunter", "sim-test").credits == 0


async def test_a_domain_is_searched_page_by_page(simulator, hunter, world, known):
    company, _ = known
    found, offset, results = [], 0, 1
    while offset < results:
        params = {"domain": company.domain, "limit": 2, "offset": offset}
        body = (await hunter.get("/domain-search", params=params)).json()
        found += [email["value"] for email in body["data"]["emails"]]
        results, offset = body["meta"]["results"], offset + 2
    assert len(found) == len(set(found)) == results
    assert body["data"]["pattern"] == company.email_pattern
    assert simulator.bill.account("hunter", "sim-test").credits == -(-results // 2)


async def test_a_search_can_be_narrowed(hunter, known):
    company, _ = known
    for name, value in (("type", "generic"), ("seniority", "executive"), ("department", "sales,executive")):
        body = (await hunter.get("/domain-search", params={"domain": company.domain, name: value})).json()
        assert {email[name] for email in body["data"]["emails"]} <= set(value.split(","))


async def test_counting_is_free_and_agrees_with_the_search(simulator, hunter, known):
    company, _ = known
    counted = (await hunter.get("/email-count", params={"domain": company.domain})).json()["data"]
    assert counted["total"] == counted["personal_emails"] + counted["generic_emails"]
    assert simulator.bill.account("hunter", "sim-test").credits == 0
    searched = await hunter.get("/domain-search", params={"domain": company.domain, "limit": 100})
    assert searched.json()["meta"]["results"] == counted["total"]


async def test_the_verifier_tells_the_truth(hunter, world):
    seen = set()
    for company in world.companies[:60]:
        email = world.people(company)[0].email
        response = await hunter.get("/email-verifier", params={"email": email})
        if response.status_code == 200:
            assert response.json()["data"]["status"] == verdict(world, email).value
            seen.add(response.json()["data"]["status"])
    assert {"valid", "invalid", "accept_all"} <= seen


async def test_some_verifications_take_two_asks_and_only_the_answer_is_billed(simulator, hunter, world):
    emails = (person.email for company in world.companies for person in world.people(company))
    slow = next(
        e for e in emails if fraction("pending", e) < 0.05 and verdict(world, e) is not Verdict.OBJECTED
    )
    statuses = [(await hunter.get("/email-verifier", params={"email": slow})).status_code for _ in range(3)]
    assert statuses == [202, 200, 200]
    assert simulator.bill.account("hunter", "sim-test").meters == {"verifications": 2}


async def test_people_who_objected_are_451_unbilled_and_unlisted(simulator, hunter, world, objector):
    company = world.company_by_id(objector.id)
    response = await hunter.get("/email-finder", params=asking(company, objector))
    assert (response.status_code, error(response)["code"]) == (451, 451)
    verified = [await hunter.get("/email-verifier", params={"email": objector.email}) for _ in range(2)]
    assert verified[-1].status_code == 451
    assert simulator.bill.account("hunter", "sim-test").credits == 0
    listed = await hunter.get("/domain-search", params={"domain": company.domain, "limit": 100})
    assert objector.email not in listed.text


async def test_too_fast_is_403_and_no_credits_is_429(http, hunter, known):
    company, person = known
    await http.put("/_simulator/settings", json={"hunter": {"requests_per_minute": 1}})
    responses = [await hunter.get("/email-finder", params=asking(company, person)) for _ in range(2)]
    assert (responses[1].status_code, error(responses[1])["id"]) == (403, "too_many_requests")
    assert not [name for name in responses[1].headers if "limit" in name or name == "retry-after"]
    changed = {"requests_per_minute": 1000, "credits": {"sim-test": 1}}
    await http.put("/_simulator/settings", json={"hunter": changed})
    response = await hunter.get("/email-finder", params=asking(company, person))
    assert (response.status_code, error(response)["code"]) == (429, 429)
    assert (await hunter.get("/account")).status_code == 200


async def test_a_random_refusal_is_a_rate_limit(http, hunter):
    await http.put("/_simulator/settings", json={"hunter": {"rate_429": 1.0}})
    assert (await hunter.get("/account")).status_code == 403


async def test_a_key_comes_in_three_ways(http):
    for given in (
        {"params": {"api_key": "sim-a"}},
        {"headers": {"X-API-KEY": "sim-a"}},
        {"headers": {"Authorization": "Bearer sim-a"}},
    ):
        assert (await http.get("/hunter/v2/account", **given)).status_code == 200
    response = await http.get("/hunter/v2/account", params={"api_key": "real"})
    assert (response.status_code, error(response)["code"]) == (401, 401)


async def test_the_account_follows_the_bill(http, hunter, known):
    company, person = known
    await http.put("/_simulator/settings", json={"hunter": {"credits": {"sim-test": 9}}})
    await hunter.get("/email-finder", params=asking(company, person))
    data = (await hunter.get("/account")).json()["data"]
    assert data["requests"]["searches"] == {"used": 1, "available": 9}
    assert data["requests"]["verifications"] == {"used": 0, "available": 9}
    assert data["reset_date"] == "2026-12-01"


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("/domain-search", {}),
        ("/domain-search", {"domain": "a.com", "limit": 101}),
        ("/email-finder", {"domain": "a.com"}),
        ("/email-finder", {"full_name": "A B"}),
        ("/email-verifier", {"email": "no address"}),
        ("/email-verifier", {}),
    ],
)
async def test_wrong_parameters_are_400(hunter, path, params):
    response = await hunter.get(path, params=params)
    assert (response.status_code, error(response)["code"]) == (400, 400)
    assert error(response)["details"]
