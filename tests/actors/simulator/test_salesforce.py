import pytest

from actors.simulator.customers import on_file
from tests.actors.simulator.conftest import client_of

EXTERNAL = "/sobjects/Account/Leadmill_Id__c/acme.example"


@pytest.fixture
async def salesforce(simulator):
    headers = {"authorization": "Bearer sim-test"}
    async with client_of(f"{simulator.http}/salesforce/services/data/v66.0", headers=headers) as client:
        yield client


async def records(salesforce, query):
    return (await salesforce.get("/query", params={"q": query})).raise_for_status().json()


async def test_a_record_is_upserted_under_an_external_id(http, salesforce):
    first = await salesforce.patch(EXTERNAL, json={"Name": "Acme"})
    again = await salesforce.patch(EXTERNAL, json={"Name": "Acme Inc"})
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == {"id": again.json()["id"], "success": True, "errors": [], "created": True}
    assert again.json()["created"] is False
    found = await records(salesforce, "SELECT Name FROM Account WHERE Leadmill_Id__c = 'ACME.example'")
    assert [one["Name"] for one in found["records"]] == ["Acme Inc"]
    written = (await http.get("/_simulator/effects")).json()["salesforce"]
    assert [(one["by"], one["fields"]) for one in written] == [
        ("integration", {"Name": "Acme", "Leadmill_Id__c": "acme.example"}),
        ("integration", {"Name": "Acme Inc"}),
    ]


async def test_of_several_with_one_external_id_none_is_changed(salesforce):
    for _ in range(2):
        await salesforce.post("/sobjects/Account", json={"Name": "Acme", "Leadmill_Id__c": "acme.example"})
    answer = await salesforce.patch(EXTERNAL, json={"Name": "ACME"})
    assert (answer.status_code, len(answer.json())) == (300, 2)
    found = await records(salesforce, "SELECT Id FROM Account WHERE Name = 'Acme'")
    assert found["totalSize"] == 2


async def test_a_change_may_name_a_moment_after_which_nobody_changed_it(salesforce):
    id_ = (await salesforce.patch(EXTERNAL, json={"Name": "Acme"})).json()["id"]
    path = f"/sobjects/Account/{id_}"
    before = (await salesforce.get(path)).json()["SystemModstamp"]
    changed = await salesforce.patch(path, json={"Name": "ACME"}, headers={"x-user": "bea"})
    assert (changed.status_code, changed.content) == (204, b"")
    shown = (await salesforce.get(path)).json()
    assert shown["SystemModstamp"] > before
    assert shown["LastModifiedById"] != shown["CreatedById"]
    at = "Sun, 01 Nov 2026 23:59:59 GMT"
    assert (
        await salesforce.patch(path, json={"Name": "A"}, headers={"if-unmodified-since": at})
    ).status_code == 412
    at = "Tue, 03 Nov 2026 00:00:00 GMT"
    assert (
        await salesforce.patch(path, json={"Name": "A"}, headers={"if-unmodified-since": at})
    ).status_code == 204


async def test_a_query_gives_what_was_asked_for_in_order(salesforce, world):
    query = "SELECT Id, Name, Owner.Email FROM Account WHERE Id > '001000000000002AAA' ORDER BY Id LIMIT 3"
    found = await records(salesforce, query)
    assert found["done"] is True
    assert [one["Name"] for one in found["records"]] == [one.company.name for one in on_file(world)[2:5]]
    assert found["records"][0]["Owner"]["Email"] == on_file(world)[2].owner.email
    won = "SELECT Id FROM Account WHERE Id IN (SELECT AccountId FROM Opportunity WHERE IsWon = true)"
    customers = [one for one in on_file(world) if one.standing == "customer"]
    assert (await records(salesforce, won))["totalSize"] == len(customers)


@pytest.mark.parametrize(
    ("method", "path", "content", "status", "code"),
    [
        ("GET", "/query?q=SELECT", None, 400, "MALFORMED_QUERY"),
        ("GET", "/query?q=SELECT+Id+FROM+Nothing", None, 400, "INVALID_TYPE"),
        ("GET", "/query?q=SELECT+Size+FROM+Account", None, 400, "INVALID_FIELD"),
        ("GET", "/query?q=SELECT+Id+FROM+Account+WHERE+Size+=+1", None, 400, "INVALID_FIELD"),
        ("PATCH", EXTERNAL, {"Name": "A", "Size": 1}, 400, "INVALID_FIELD"),
        ("PATCH", EXTERNAL, {"Industry": "x"}, 400, "REQUIRED_FIELD_MISSING"),
        ("PATCH", EXTERNAL, {"Name": "A", "SystemModstamp": "x"}, 400, "INVALID_FIELD_FOR_INSERT_UPDATE"),
        ("PATCH", EXTERNAL, {"Name": "A", "BillingCity": 41 * "x"}, 400, "STRING_TOO_LONG"),
        ("PATCH", EXTERNAL, {"Name": "A", "NumberOfEmployees": "12"}, 400, "JSON_PARSER_ERROR"),
        ("PATCH", "/sobjects/Account/Name/Acme", {"Name": "A"}, 404, "NOT_FOUND"),
        ("PATCH", "/sobjects/Account/001000000009999AAA", {"Name": "A"}, 404, "NOT_FOUND"),
        ("GET", "/sobjects/Account/001000000009999AAA", None, 404, "NOT_FOUND"),
        ("POST", "/sobjects/Nothing", {"Name": "A"}, 404, "NOT_FOUND"),
        ("GET", "/nothing", None, 404, "NOT_FOUND"),
    ],
)
async def test_what_is_wrong_is_refused_in_a_list(method, path, content, status, code, salesforce):
    answer = await salesforce.request(method, path, json=content)
    (error,) = answer.json()
    assert (answer.status_code, error["errorCode"]) == (status, code)
    assert error["message"]


async def test_the_limit_of_the_day_is_a_403_and_what_is_used_is_told(http, salesforce):
    query = "/query?q=SELECT+Id+FROM+Lead"
    assert (await salesforce.get(query)).headers["Sforce-Limit-Info"] == "api-usage=1/100000"
    for settings in ({"rate_429": 1.0}, {"rate_429": 0.0, "credits": {"sim-test": 0}}):
        await http.put("/_simulator/settings", json={"salesforce": settings})
        answer = await salesforce.get(query)
        assert (answer.status_code, answer.json()[0]["errorCode"]) == (403, "REQUEST_LIMIT_EXCEEDED")
    unknown = await salesforce.get(query, headers={"authorization": "Bearer real"})
    assert (unknown.status_code, unknown.json()[0]["errorCode"]) == (401, "INVALID_SESSION_ID")


async def test_organisations_do_not_see_each_other_and_are_forgotten(http, salesforce):
    id_ = (await salesforce.patch(EXTERNAL, json={"Name": "Acme"})).json()["id"]
    path = f"/sobjects/Account/{id_}"
    assert (await salesforce.get(path, headers={"authorization": "Bearer sim-other"})).status_code == 404
    await http.post("/_simulator/reset")
    assert (await salesforce.get(path)).status_code == 404
    assert (await http.get("/_simulator/effects")).json()["salesforce"] == []
