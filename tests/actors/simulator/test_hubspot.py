import pytest

from actors.simulator.customers import on_file
from tests.actors.simulator.conftest import client_of

OBJECTS = "/crm/v3/objects"
PERSON = {"x-user": "52368047"}


@pytest.fixture
async def hubspot(simulator):
    headers = {"authorization": "Bearer sim-test"}
    async with client_of(f"{simulator.http}/hubspot", headers=headers) as client:
        yield client


def search(name, value, operator="EQ", **more):
    filters = [{"propertyName": name, "operator": operator, "value": value}]
    return {"filterGroups": [{"filters": filters}], "properties": ["domain"], "limit": 10, **more}


async def make(hubspot, objects, **properties):
    answer = await hubspot.post(f"{OBJECTS}/{objects}", json={"properties": properties, "associations": []})
    return answer.raise_for_status().json()["id"]


async def upsert(hubspot, **properties):
    inputs = [{"idProperty": "leadmill_id", "id": "acme.example", "properties": properties}]
    return await hubspot.post(f"{OBJECTS}/companies/batch/upsert", json={"inputs": inputs})


async def test_a_company_is_upserted_by_a_property_with_unique_values(http, hubspot):
    first = (await upsert(hubspot, name="Acme")).json()
    again = (await upsert(hubspot, name="Acme Inc")).json()
    assert [one["results"][0]["new"] for one in (first, again)] == [True, False]
    assert first["results"][0]["id"] == again["results"][0]["id"]
    path = f"{OBJECTS}/companies/acme.example?idProperty=leadmill_id&properties=name"
    assert (await hubspot.get(path)).json()["properties"]["name"] == "Acme Inc"
    written = (await http.get("/_simulator/effects")).json()["hubspot"]
    assert [(one["account"], one["by"], one["fields"]) for one in written] == [
        ("sim-test", "integration", {"leadmill_id": "acme.example", "name": "Acme"}),
        ("sim-test", "integration", {"name": "Acme Inc"}),
    ]


async def test_by_a_domain_nothing_is_upserted(hubspot):
    inputs = [{"idProperty": "domain", "id": "acme.example", "properties": {}}]
    answer = await hubspot.post(f"{OBJECTS}/companies/batch/upsert", json={"inputs": inputs})
    assert answer.status_code == 400
    assert "non-unique 0-2 property domain" in answer.json()["message"]


async def test_each_item_of_a_batch_has_its_own_outcome(hubspot):
    inputs = [
        {"idProperty": "leadmill_id", "id": domain, "properties": properties}
        for domain, properties in (("a.example", {"name": "A"}), ("b.example", {"nam": "B"}))
    ]
    answer = await hubspot.post(f"{OBJECTS}/companies/batch/upsert", json={"inputs": inputs})
    body = answer.json()
    assert (answer.status_code, body["numErrors"], len(body["results"])) == (207, 1, 1)
    assert body["errors"][0]["context"] == {"ids": ["b.example"]}
    assert "PROPERTY_DOESNT_EXIST" in body["errors"][0]["message"]


async def test_an_address_is_unique_and_a_domain_is_not(hubspot):
    contact = await make(hubspot, "contacts", email="ann@acme.example")
    again = await hubspot.post(f"{OBJECTS}/contacts", json={"properties": {"email": "ANN@acme.example"}})
    assert (again.status_code, again.json()["category"]) == (409, "CONFLICT")
    assert contact in again.json()["message"]
    assert await make(hubspot, "companies", domain="acme.example") != await make(
        hubspot, "companies", domain="acme.example"
    )


async def test_a_search_finds_what_is_indexed_and_by_id_it_is_there_at_once(hubspot, clock):
    company = await make(hubspot, "companies", domain="acme.example")
    assert (await hubspot.get(f"{OBJECTS}/companies/{company}")).status_code == 200
    for found in (0, 1):
        answer = await hubspot.post(f"{OBJECTS}/companies/search", json=search("domain", "ACME.example"))
        assert answer.json()["total"] == found
        clock.now_s += 5


async def test_a_search_shows_pages_in_the_order_of_ids_and_has_an_end(hubspot, world):
    everything = search("hs_object_id", "0", "GT", limit=5)
    first = (await hubspot.post(f"{OBJECTS}/contacts/search", json=everything)).json()
    after = first["paging"]["next"]["after"]
    second = (await hubspot.post(f"{OBJECTS}/contacts/search", json={**everything, "after": after})).json()
    ids = [int(one["id"]) for page in (first, second) for one in page["results"]]
    assert ids == sorted(set(ids))
    assert first["total"] == sum(len(one.people) for one in on_file(world))
    last = await hubspot.post(f"{OBJECTS}/contacts/search", json={**everything, "after": "9996"})
    assert last.status_code == 400


async def test_who_wrote_what_is_told_newest_first(hubspot):
    company = await make(hubspot, "companies", name="Acme", city="Oslo")
    path = f"{OBJECTS}/companies/{company}"
    await hubspot.patch(path, json={"properties": {"name": "ACME"}}, headers=PERSON)
    shown = (await hubspot.get(f"{path}?propertiesWithHistory=name,city,domain")).json()
    history = shown["propertiesWithHistory"]
    assert [(one["value"], one["sourceType"]) for one in history["name"]] == [
        ("ACME", "CRM_UI"),
        ("Acme", "INTEGRATION"),
    ]
    assert history["name"][0]["updatedByUserId"]
    assert (len(history["city"]), history["domain"]) == (1, [])
    assert shown["properties"]["domain"] is None


async def test_a_contact_belongs_to_a_company_and_the_company_is_changed_by_that(hubspot):
    company, contact = (
        await make(hubspot, "companies", name="A"),
        await make(hubspot, "contacts", email="a@a.example"),
    )
    before = (await hubspot.get(f"{OBJECTS}/companies/{company}")).json()["updatedAt"]
    path = f"/crm/v4/objects/contacts/{contact}/associations/default/companies/{company}"
    for _ in range(2):
        assert (await hubspot.put(path, json={})).status_code == 200
    shown = (await hubspot.get(f"{OBJECTS}/contacts/{contact}?associations=companies")).json()
    assert {one["id"] for one in shown["associations"]["companies"]["results"]} == {company}
    assert (await hubspot.get(f"{OBJECTS}/companies/{company}")).json()["updatedAt"] > before
    assert (await hubspot.put(path.replace(company, "1"), json={})).status_code == 404


async def test_deals_have_companies_or_an_error_in_a_207(hubspot, world):
    content = search("hs_is_closed", "false", limit=100)
    deals = (await hubspot.post(f"{OBJECTS}/deals/search", json=content)).json()["results"]
    lonely = await make(hubspot, "deals", dealname="Nobody's")
    asked = {"inputs": [{"id": one} for one in (deals[0]["id"], lonely)]}
    answer = await hubspot.post("/crm/v4/associations/deals/companies/batch/read", json=asked)
    body = answer.json()
    assert answer.status_code == 207
    assert body["errors"][0]["subCategory"].endswith("NO_ASSOCIATIONS_FOUND")
    (link,) = body["results"]
    company = str(link["to"][0]["toObjectId"])
    asked = {"inputs": [{"id": company}, {"id": "1"}], "properties": ["domain"]}
    read = await hubspot.post(f"{OBJECTS}/companies/batch/read", json=asked)
    assert (read.status_code, len(read.json()["errors"])) == (207, 1)
    domains = {one.company.domain for one in on_file(world) if one.standing == "open deal"}
    assert read.json()["results"][0]["properties"]["domain"] in domains


async def test_owners_come_in_pages(hubspot):
    first = (await hubspot.get("/crm/v3/owners?limit=2")).json()
    second = (await hubspot.get(f"/crm/v3/owners?limit=2&after={first['paging']['next']['after']}")).json()
    assert len({one["email"] for one in (*first["results"], *second["results"])}) == 3
    assert "paging" not in second


@pytest.mark.parametrize(
    ("path", "content", "status"),
    [
        (f"{OBJECTS}/tickets/search", search("a", "b"), 400),
        (f"{OBJECTS}/companies/search", search("domain", "a", "CONTAINS_TOKEN"), 400),
        (f"{OBJECTS}/companies/batch/read", {"inputs": []}, 400),
        (f"{OBJECTS}/companies/batch/read", {"inputs": [{"id": "1"}] * 101}, 400),
        (f"{OBJECTS}/companies", {"properties": {"hs_object_id": "1"}}, 400),
        (f"{OBJECTS}/companies", {"properties": {"numberofemployees": "many"}}, 400),
        ("/crm/v3/nothing", {}, 404),
    ],
)
async def test_what_is_wrong_is_refused_in_hubspots_words(path, content, status, hubspot):
    answer = await hubspot.post(path, json=content)
    assert answer.status_code == status
    assert {"status", "message", "correlationId", "category"} <= answer.json().keys()


async def test_one_value_stands_at_one_company(hubspot):
    first, second = [await make(hubspot, "companies", name=name) for name in "AB"]
    for company, status in ((first, 200), (second, 400), (first, 200)):
        content = {"properties": {"leadmill_id": "acme.example"}}
        answer = await hubspot.patch(f"{OBJECTS}/companies/{company}", json=content)
        assert answer.status_code == status


async def test_limits_are_told_by_their_policy(http, hubspot):
    await http.put("/_simulator/settings", json={"hubspot": {"requests_per_minute": 1}})
    assert (await hubspot.get("/crm/v3/owners")).headers["X-HubSpot-RateLimit-Max"] == "100"
    limited = await hubspot.get("/crm/v3/owners")
    assert (limited.status_code, limited.json()["policyName"]) == (429, "TEN_SECONDLY_ROLLING")
    usual = {"requests_per_minute": 1000, "rate_429": 1.0}
    await http.put("/_simulator/settings", json={"hubspot": usual})
    searched = await hubspot.post(f"{OBJECTS}/companies/search", json=search("domain", "a"))
    assert searched.json()["policyName"] == "SECONDLY"
    await http.put("/_simulator/settings", json={"hubspot": {"rate_429": 0.0, "credits": {"sim-test": 0}}})
    used_up = await hubspot.post(f"{OBJECTS}/deals/search", json=search("domain", "a"))
    assert (used_up.status_code, used_up.json()["policyName"]) == (429, "DAILY")


async def test_portals_do_not_see_each_other_and_are_forgotten(http, hubspot):
    company = await make(hubspot, "companies", name="Acme")
    path = f"{OBJECTS}/companies/{company}"
    assert (await hubspot.get(path, headers={"authorization": "Bearer sim-other"})).status_code == 404
    assert (await hubspot.get(path, headers={"authorization": "Bearer real"})).status_code == 401
    await http.post("/_simulator/reset")
    assert (await hubspot.get(path)).status_code == 404
    assert (await http.get("/_simulator/effects")).json()["hubspot"] == []


async def read(hubspot, objects, ids, **more):
    content = {
        "inputs": [{"id": one} for one in ids],
        "properties": ["name"],
        "propertiesWithHistory": [],
        **more,
    }
    return await hubspot.post(f"{OBJECTS}/{objects}/batch/read", json=content)


async def test_many_are_read_by_a_property_with_unique_values_in_no_order_and_each_has_its_outcome(hubspot):
    domains = [f"c{n}.example" for n in range(8)]
    made = [await make(hubspot, "companies", name=domain, leadmill_id=domain) for domain in domains]
    asked = [*domains, "nobody.example"]
    answer = await read(hubspot, "companies", asked, idProperty="leadmill_id", propertiesWithHistory=["name"])
    body = answer.json()
    assert (answer.status_code, body["numErrors"], body["status"]) == (207, 1, "COMPLETE")
    assert {one["id"]: one["properties"]["name"] for one in body["results"]} == dict(
        zip(made, domains, strict=True)
    )
    assert [one["id"] for one in body["results"]] != made
    assert {one["propertiesWithHistory"]["name"][0]["sourceType"] for one in body["results"]} == {
        "INTEGRATION"
    }
    (error,) = body["errors"]
    assert (error["category"], error["context"]) == ("OBJECT_NOT_FOUND", {"ids": ["nobody.example"]})
    assert (await read(hubspot, "companies", made)).status_code == 200


@pytest.mark.parametrize(
    ("ids", "more", "said"),
    [
        ([], {}, "1 to 100"),
        ([str(n) for n in range(101)], {}, "1 to 100"),
        ([str(n) for n in range(51)], {"propertiesWithHistory": ["name"]}, "histories is 50"),
        (["a.example", "A.example"], {"idProperty": "leadmill_id"}, "Duplicate IDs"),
        (["a.example"], {"idProperty": "domain"}, "no property with unique values"),
    ],
    ids=["none", "too many", "too many with their history", "one twice", "not unique"],
)
async def test_a_batch_that_can_not_be_is_refused_whole(hubspot, ids, more, said):
    answer = await read(hubspot, "companies", ids, **more)
    assert answer.status_code == 400
    assert said in answer.json()["message"]


async def test_a_search_finds_one_of_several_values_in_small_letters_and_is_short(hubspot, world):
    domains = [one.company.domain for one in on_file(world)[:3]]

    async def total(*values):
        filters = [{"propertyName": "domain", "operator": "IN", "values": values}]
        content = {"filterGroups": [{"filters": filters}], "properties": ["domain"], "limit": 10}
        return await hubspot.post(f"{OBJECTS}/companies/search", json=content)

    assert (await total(*domains, "nobody.example")).json()["total"] == 3
    assert (await total(*(one.upper() for one in domains))).json()["total"] == 0
    assert (await total(*["x" * 60 + ".example"] * 60)).status_code == 400
