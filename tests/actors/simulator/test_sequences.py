import pytest

from tests.actors.simulator.conftest import client_of

ANN = {"contact": {"email": "ann@acme.example", "name": "Ann Lee"}, "lead": "l-1"}
NURTURE = "/sequences/nurture/enrolments"


@pytest.fixture
async def service(simulator):
    headers = {"authorization": "Bearer sim-test"}
    async with client_of(f"{simulator.http}/sequences/v1", headers=headers) as client:
        yield client


async def enrol(service, key="k1", path=NURTURE, body=ANN):
    return await service.post(path, json=body, headers={"idempotency-key": key})


async def test_a_contact_is_enrolled_once_under_a_key(http, service):
    first, again = await enrol(service), await enrol(service)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    (one,) = (await http.get("/_simulator/effects")).json()["sequences"]
    assert (one["sequence"], one["email"], one["lead"]) == ("nurture", "ann@acme.example", "l-1")
    assert (one["key"], one["account"]) == ("k1", "sim-test")


async def test_another_key_for_the_same_contact_and_sequence_is_refused_with_what_is_there(service):
    first, other = await enrol(service), await enrol(service, "k2")
    assert (other.status_code, other.json()["enrolment"]) == (409, first.json())
    assert (await enrol(service, "k3", "/sequences/other/enrolments")).status_code == 201


async def test_another_content_under_a_key_is_refused(service):
    await enrol(service)
    assert (await enrol(service, body={"contact": {"email": "bob@acme.example"}})).status_code == 422


async def test_a_sequence_that_does_not_exist_is_404(service):
    assert (await enrol(service, path="/sequences/unknown-one/enrolments")).status_code == 404


async def test_what_came_under_a_key_can_be_asked(service):
    asking = {"params": {"idempotency_key": "k1"}}
    assert (await service.get("/enrolments", **asking)).json() == {"retained": True, "enrolments": []}
    enrolled = (await enrol(service)).json()
    assert (await service.get("/enrolments", **asking)).json()["enrolments"] == [enrolled]
    assert (await service.get("/enrolments")).status_code == 400


async def test_keys_that_are_not_heeded_make_a_repeat_a_second_one(http, service):
    await http.put("/_simulator/settings", json={"sequences": {"keys": "unheeded"}})
    assert [(await enrol(service)).status_code for _ in range(2)] == [201, 201]
    found = (await service.get("/enrolments", params={"idempotency_key": "k1"})).json()
    assert len(found["enrolments"]) == 2


async def test_keys_that_are_forgotten_cannot_be_asked_about(http, service):
    await http.put("/_simulator/settings", json={"sequences": {"keys": "forgotten"}})
    await enrol(service)
    answer = await service.get("/enrolments", params={"idempotency_key": "k1"})
    assert (answer.status_code, answer.json()["retained"]) == (410, False)


@pytest.mark.parametrize("headers", [{"authorization": "Bearer real"}, {"authorization": ""}])
async def test_an_unknown_bearer_is_refused(service, headers):
    assert (await service.get("/enrolments", headers=headers)).status_code == 401


async def test_a_contact_without_an_address_and_a_request_without_a_key_are_refused(service):
    assert (await enrol(service, body={"contact": {}})).status_code == 400
    assert (await service.post(NURTURE, json=ANN)).status_code == 400


async def test_a_reset_forgets_everything(http, service):
    await enrol(service)
    await http.post("/_simulator/reset")
    assert (await http.get("/_simulator/effects")).json()["sequences"] == []
    assert (await enrol(service)).status_code == 201
