import json

import pytest

from actors.simulator.coverage import covers
from actors.simulator.gleif import Gleif, register_number
from actors.simulator.registered import legal_name, lei
from tests.actors.simulator.conftest import client_of

NAME, COUNTRY = "filter[entity.legalName]", "filter[entity.legalAddress.country]"


@pytest.fixture
async def gleif(simulator):
    async with client_of(f"{simulator.http}/gleif/api/v1") as client:
        yield client


@pytest.fixture
def known(world):
    return [company for company in world.companies if covers("gleif", company)]


async def found(gleif, **params):
    """What a search finds: the answer and its records."""
    response = await gleif.get("/lei-records", params=params)
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/vnd.api+json"
    return response.json(), response.json()["data"]


async def test_nobody_needs_a_key(gleif, known):
    response = await gleif.get(f"/lei-records/{lei(known[0].domain)}")
    assert response.status_code == 200
    assert response.json()["data"]["attributes"]["entity"]["legalName"]["name"] == legal_name(known[0])


async def test_a_name_finds_all_that_have_its_words(gleif, known):
    company = known[0]
    brand = company.name.split()[0]
    _, records = await found(gleif, **{NAME: brand.lower(), COUNTRY: company.country})
    assert lei(company.domain) in {record["id"] for record in records}
    _, records = await found(gleif, **{NAME: f"{brand} unheard"})
    assert records == []


async def test_a_comma_is_or_and_an_exclamation_mark_is_not(gleif, known):
    country = {lei(company.domain): company.country for company in known}
    everybody, _ = await found(gleif, **{"page[size]": 1})
    either, records = await found(gleif, **{COUNTRY: "DE,FR", "page[size]": 200})
    neither, _ = await found(gleif, **{COUNTRY: "!DE,FR"})
    assert {country.get(record["id"], "DE") for record in records} == {"DE", "FR"}
    totals = [answer["meta"]["pagination"]["total"] for answer in (either, neither, everybody)]
    assert totals[0] + totals[1] == totals[2]


async def test_pages_hold_every_record_once(gleif, known):
    seen = []
    for number in range(1, 100):
        answer, records = await found(
            gleif, **{"filter[entity.status]": "ACTIVE", "page[number]": number, "page[size]": 25}
        )
        if not records:
            break
        seen += [record["id"] for record in records]
        assert answer["meta"]["pagination"]["lastPage"] == -(-len(known) // 25)
    assert sorted(seen) == sorted(lei(company.domain) for company in known)


@pytest.mark.parametrize(
    "params",
    [
        {"page[size]": 201},
        {"page[size]": "many"},
        {"page[number]": 0},
        {"page[number]": 101, "page[size]": 100},
        {"filter[entity.industry]": "software"},
    ],
)
async def test_what_it_does_not_understand_is_400(gleif, params):
    response = await gleif.get("/lei-records", params=params)
    assert response.status_code == 400
    assert response.json()["errors"][0]["status"] == "400"


async def test_a_parent_is_told_where_the_record_says_that_there_is_one(gleif, known):
    owned = 0
    for company in known:
        record = (await gleif.get(f"/lei-records/{lei(company.domain)}")).json()["data"]
        links = record["relationships"]["direct-parent"]["links"]
        parent = await gleif.get(f"/lei-records/{record['id']}/direct-parent")
        assert parent.status_code == (404 if "reporting-exception" in links else 200)
        owned += parent.status_code == 200
    assert 0 < owned < len(known) / 2
    assert (await gleif.get("/lei-records/NOBODY")).status_code == 404


def test_some_have_lapsed_and_some_had_a_namesake(world, known):
    records = list(Gleif(world)._records.values())
    lapsed = [record for record in records if record["attributes"]["registration"]["status"] == "LAPSED"]
    gone = [record for record in records if record["attributes"]["entity"]["status"] == "INACTIVE"]
    assert len(records) == len(known) + len(gone)
    assert 0 < len(gone) < len(known) / 5
    assert any(record["attributes"]["entity"]["status"] == "ACTIVE" for record in lapsed)


def test_register_numbers_are_as_in_the_country(world):
    german = next(company for company in world.companies if company.country == "DE")
    assert register_number(german).startswith("HRB ")


async def test_a_limit_is_429_and_tells_no_time(gleif, http):
    await http.put("/_simulator/settings", json={"gleif": {"requests_per_minute": 60}})
    statuses = [(await gleif.get("/lei-records/NOBODY")).status_code for _ in range(61)]
    response = await gleif.get("/lei-records/NOBODY")
    assert statuses == [404] * 60 + [429]
    assert "retry-after" not in response.headers


@pytest.mark.dataset
def test_records_hold_only_fields_that_the_vendor_has(providers, world):
    def fields(value, path=""):
        if not isinstance(value, dict):
            return {path}
        return {field for name, inner in value.items() for field in fields(inner, f"{path}/{name}")}

    recorded = json.loads((providers / "gleif" / "549300LBI3LRIZ2V8V66_lapsed.json").read_text())["data"]
    assert recorded["links"].keys() == {"self"}
    for record in Gleif(world)._records.values():
        ours = {field for field in fields(record) if "/direct-parent/" not in field}
        assert ours <= fields(recorded)
