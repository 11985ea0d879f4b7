import httpx
import pytest

from actors.simulator.services import Service, answered, refused
from tests.actors.simulator.conftest import client_of

PATHS = [
    "/sequences/v1/enrolments?idempotency_key=k",
    "/crm/v1/accounts/acme.example",
    "/hubspot/crm/v3/owners",
]
KEY = {"authorization": "Bearer sim-test"}


def test_a_refusal_says_why():
    assert refused(409, "there already", id="x").body == b'{"error":"there already","id":"x"}'
    assert (answered({}, 201).status, Service().throttled("", 7).headers) == (201, {"retry-after": "7"})


@pytest.mark.parametrize("path", PATHS)
async def test_services_fail_as_vendors_do(http, path):
    name = path.split("/")[1]
    for settings, status in (
        ({"rate_429": 1.0}, 429),
        ({"rate_429": 0.0, "rate_500": 1.0}, 500),
        ({"rate_500": 0.0, "outage": True}, 503),
    ):
        await http.put("/_simulator/settings", json={name: settings})
        assert (await http.get(path, headers=KEY)).status_code == status
    assert (await http.get(path)).status_code == 401
    assert (await http.get(f"/{name}/v1/nothing", headers=KEY)).status_code == 404


async def test_an_answer_that_is_lost_belongs_to_something_that_was_done(simulator, http):
    await http.put("/_simulator/settings", json={"sequences": {"rate_lost": 1.0}})
    async with client_of(simulator.http, headers={**KEY, "idempotency-key": "k"}) as client:
        with pytest.raises(httpx.RemoteProtocolError):
            await client.post(
                "/sequences/v1/sequences/a/enrolments", json={"contact": {"email": "a@b.example"}}
            )
    assert len((await http.get("/_simulator/effects")).json()["sequences"]) == 1


@pytest.mark.parametrize(
    ("wrong", "said"),
    [({"rate_lost": 2}, "rate_lost is a share"), ({"keys": "lost"}, "keys is one of"),
     ({"rate_lost": 0.6, "rate_500": 0.6}, "together are at most 1")],
)  # fmt: skip
async def test_wrong_settings_are_refused(http, wrong, said):
    answer = await http.put("/_simulator/settings", json={"crm": wrong})
    assert (answer.status_code, said in answer.json()["error"]) == (400, True)
