import base64

import pytest

from actors.simulator.companies_house import CompaniesHouse
from actors.simulator.coverage import covers
from actors.simulator.registered import legal_name, register_number
from tests.actors.simulator.conftest import client_of


def basic(text):
    return {"authorization": f"Basic {base64.b64encode(text.encode()).decode()}"}


@pytest.fixture
async def register(simulator):
    address = f"{simulator.http}/companies_house"
    async with client_of(address, headers=basic("sim-test:")) as client:
        yield client


@pytest.fixture
def known(world):
    return [one for one in world.companies if covers("companies_house", one)]


async def found(register, name):
    response = await register.get("/search/companies", params={"q": name, "items_per_page": 100})
    return response.json()["items"]


async def test_a_company_is_found_by_its_name_and_told_in_full(simulator, register, known):
    company = known[0]
    first = (await found(register, company.name))[0]
    assert (first["title"], first["company_number"], first["company_status"]) == (
        legal_name(company).upper(),
        register_number(company),
        "active",
    )
    profile = (await register.get(f"/company/{register_number(company)}")).json()
    assert (profile["company_name"], profile["type"]) == (legal_name(company).upper(), "ltd")
    assert profile["date_of_creation"].startswith(str(company.founded_year))
    assert profile["registered_office_address"]["locality"] == company.city
    assert len(profile["sic_codes"][0]) == 5
    assert simulator.bill.account("companies_house", "sim-test").credits == 0


async def test_numbers_are_their_own_and_scottish_ones_have_letters(world, known):
    numbers = {register_number(one): one for one in known}
    assert len(numbers) == len(known)
    for number, company in numbers.items():
        assert len(number) == 8
        assert number.startswith("SC") == (company.city == "Edinburgh")


async def test_beside_some_there_is_a_dissolved_one_of_the_same_name(register, known):
    same, longer = 0, 0
    for company in known:
        titles = [(one["title"], one["company_status"]) for one in await found(register, company.name)]
        assert titles.count((legal_name(company).upper(), "active")) == 1
        same += (legal_name(company).upper(), "dissolved") in titles
        longer += any(title.endswith("HOLDINGS LIMITED") for title, _ in titles)
    assert 0 < same < len(known)
    assert 0 < longer < len(known)


async def test_only_british_companies_are_there(register, world):
    german = next(one for one in world.companies if one.country == "DE")
    assert legal_name(german).upper() not in {one["title"] for one in await found(register, german.name)}
    assert (await register.get("/company/99999999")).status_code == 404


async def test_the_further_search_goes_through_the_active_ones(register, known):
    numbers, start = [], 0
    while True:
        params = {"company_status": "active", "size": 10, "start_index": start}
        response = await register.get("/advanced-search/companies", params=params)
        if response.status_code == 404:
            break
        body = response.json()
        assert body["hits"] == len(known)
        numbers += [one["company_number"] for one in body["items"]]
        start += 10
    assert numbers == [register_number(one) for one in known]


async def test_the_further_search_can_be_narrowed(register, known):
    company = next(one for one in known if one.industry == "construction")
    params = {"sic_codes": "41201,41202", "company_name_includes": company.name.split()[0], "size": 5000}
    body = (await register.get("/advanced-search/companies", params=params)).json()
    assert register_number(company) in {one["company_number"] for one in body["items"]}
    assert {code for one in body["items"] for code in one["sic_codes"]} == {"41201"}
    everybody = (await register.get("/advanced-search/companies", params={"size": 5000})).json()
    assert everybody["hits"] > len(known)  # the dissolved are in it


@pytest.mark.parametrize(
    "authorization",
    [
        {},
        basic("real:"),
        basic("sim-test:secret"),
        {"authorization": "Basic ?"},
        {"authorization": "sim-test"},
    ],
)
async def test_the_key_is_the_user_name_and_there_is_no_password(http, authorization):
    response = await http.get("/companies_house/search/companies?q=a", headers=authorization)
    assert (response.status_code, response.json()["type"]) == (401, "ch:service")


@pytest.mark.parametrize("params", [{}, {"q": "a", "items_per_page": 101}, {"q": "a", "start_index": -1}])
async def test_wrong_parameters_are_400(register, params):
    assert (await register.get("/search/companies", params=params)).status_code == 400


async def test_limits_are_told_in_headers_of_their_own(http, register):
    await http.put("/_simulator/settings", json={"companies_house": {"requests_per_minute": 1}})
    responses = [await register.get("/search/companies", params={"q": "a"}) for _ in range(2)]
    assert responses[0].headers["x-ratelimit-remain"] == "0"
    assert responses[0].headers["x-ratelimit-limit"] == "1"
    assert (responses[1].status_code, responses[1].content) == (429, b"")
    assert "retry-after" not in responses[1].headers
    assert responses[1].headers["x-ratelimit-reset"].isdecimal()


def test_the_end_of_the_window_is_told_by_the_clock_it_is_given(world):
    assert CompaniesHouse(world, now=lambda: 100.0).throttled("", 30).headers == {"X-Ratelimit-Reset": "130"}
