import pytest

from tests.actors.simulator.conftest import client_of

ACME = "/accounts/acme.example"


@pytest.fixture
async def service(simulator):
    headers = {"authorization": "Bearer sim-test"}
    async with client_of(f"{simulator.http}/crm/v1", headers=headers) as client:
        yield client


async def put(service, fields, path=ACME, **headers):
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    return await service.put(path, json={"fields": fields}, headers=headers)


async def test_a_record_is_made_read_and_changed_by_its_version(service):
    assert (await service.get(ACME)).status_code == 404
    made = await put(service, {"name": "Acme"}, if_none_match="*")
    assert made.status_code == 201
    changed = await put(service, {"employees": 12}, if_match=made.headers["etag"])
    assert changed.status_code == 200
    read = await service.get(ACME)
    assert read.headers["etag"] == changed.headers["etag"] != made.headers["etag"]
    assert {name: field["value"] for name, field in read.json()["fields"].items()} == {
        "name": "Acme",
        "employees": 12,
    }


async def test_who_wrote_a_field_last_is_told(service):
    made = await put(service, {"name": "Acme", "city": "Oslo"}, if_none_match="*")
    await put(service, {"name": "ACME"}, if_match=made.headers["etag"], x_user="ann")
    fields = (await service.get(ACME)).json()["fields"]
    assert (fields["name"]["updated_by"], fields["city"]["updated_by"]["type"]) == (
        {"type": "person", "id": "ann"},
        "integration",
    )


async def test_another_version_than_the_one_that_is_meant_is_refused(service):
    assert (await put(service, {"name": "Acme"}, if_match='"1"')).status_code == 412
    made = await put(service, {"name": "Acme"}, if_none_match="*")
    assert (await put(service, {"name": "A"}, if_none_match="*")).status_code == 412
    await put(service, {"name": "B"}, if_match=made.headers["etag"])
    assert (await put(service, {"name": "C"}, if_match=made.headers["etag"])).status_code == 412
    assert (await put(service, {"name": "C"})).status_code == 428
    assert (await put(service, {}, if_match="*")).status_code == 400


async def test_what_changes_nothing_is_no_write(http, service):
    made = await put(service, {"name": "Acme"}, if_none_match="*", idempotency_key="k1")
    same = await put(service, {"name": "Acme"}, if_match=made.headers["etag"])
    assert same.headers["etag"] == made.headers["etag"]
    (write,) = (await http.get("/_simulator/effects")).json()["crm"]
    assert (write["record"], write["fields"], write["key"]) == (
        "accounts/acme.example",
        {"name": "Acme"},
        "k1",
    )


async def test_people_have_records_of_their_own_and_accounts_do_not_see_each_other(simulator, service):
    path = "/contacts/ann%40acme.example"
    assert (await put(service, {"title": "CEO"}, path, if_none_match="*")).status_code == 201
    assert (await service.get(path)).json()["fields"]["title"]["value"] == "CEO"
    assert (await service.get(path, headers={"authorization": "Bearer sim-other"})).status_code == 404
