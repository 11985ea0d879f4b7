import pytest

from actors.simulator.verifiers import said
from tests.actors.simulator.conftest import client_of

KEY = {"api_key": "sim-test"}
NO_KEY_OR_CREDITS = {"error": "Invalid API key or your account ran out of credits"}


@pytest.fixture
async def zerobounce(simulator):
    async with client_of(f"{simulator.http}/zerobounce/v2") as client:
        yield client


@pytest.fixture
def emails(world):
    return [person.email for company in world.companies[:40] for person in world.people(company)]


def asking(email):
    return {**KEY, "email": email, "ip_address": ""}


def batch(*emails):
    return {**KEY, "email_batch": [{"email_address": email, "ip_address": ""} for email in emails]}


def settings(simulator, **values):
    faults = simulator.gates["zerobounce"].faults
    faults.settings = faults.settings.changed(values)


async def test_a_verdict_is_billed_and_an_unknown_one_is_not(simulator, zerobounce, world, emails):
    settings(simulator, rate_202=0)
    expected = 0
    for email in emails[:60]:
        told = (await zerobounce.get("/validate", params=asking(email))).json()
        saying = said("zerobounce", world, email)
        assert (told["address"], told["status"], told["sub_status"]) == (email, saying.status, saying.reason)
        expected += saying.status != "unknown"
    assert simulator.bill.account("zerobounce", "sim-test").credits == expected
    assert 0 < expected < 60


async def test_what_is_greylisted_is_known_the_second_time(simulator, zerobounce, world, emails):
    settings(simulator, rate_202=1)
    email = next(one for one in emails if said("zerobounce", world, one).status == "valid")
    first, second = [(await zerobounce.get("/validate", params=asking(email))).json() for _ in range(2)]
    assert (first["status"], first["sub_status"]) == ("unknown", "greylisted")
    assert second["status"] == "valid"
    assert simulator.bill.account("zerobounce", "sim-test").credits == 1


async def test_a_batch_says_and_bills_the_same_as_one_by_one(simulator, zerobounce, emails):
    settings(simulator, rate_202=0)
    answer = (await zerobounce.post("/validatebatch", json=batch(*emails[:100], ""))).json()
    assert "error" in answer  # one too many
    answer = (await zerobounce.post("/validatebatch", json=batch(*emails[:99], ""))).json()
    assert [error["email_address"] for error in answer["errors"]] == [""]
    told = {one["address"]: one for one in answer["email_batch"]}
    assert list(told) != emails[:99]
    billed = simulator.bill.account("zerobounce", "sim-test").credits
    for email in emails[:99]:
        assert (await zerobounce.get("/validate", params=asking(email))).json() == told[email]
    report = simulator.bill.report()
    assert simulator.bill.account("zerobounce", "sim-test").credits == 2 * billed
    assert report["repeated_billed_requests"] == billed


async def test_addresses_to_try_things_out_with(simulator, zerobounce):
    expected = {
        "valid": ("valid", ""),
        "toxic": ("do_not_mail", "toxic"),
        "greylisted": ("unknown", "greylisted"),
        "no_dns_entries": ("invalid", "no_dns_entries"),
    }
    for local, verdict in expected.items():
        told = (await zerobounce.get("/validate", params=asking(f"{local}@example.com"))).json()
        assert (told["status"], told["sub_status"]) == verdict
    assert simulator.bill.account("zerobounce", "sim-test").credits == 0


async def test_no_key_and_no_credits_are_the_same_words_and_status_200(simulator, zerobounce, emails):
    settings(simulator, credits={"sim-test": 0})
    spent = await zerobounce.get("/validate", params=asking(emails[0]))
    wrong = await zerobounce.get("/validate", params={**asking(emails[0]), "api_key": "other"})
    assert spent.status_code == wrong.status_code == 200
    assert spent.json() == wrong.json() == NO_KEY_OR_CREDITS
    assert (await zerobounce.get("/getcredits", params=KEY)).json() == {"Credits": "0"}


async def test_what_is_missing_is_told_with_status_200(zerobounce, emails):
    response = await zerobounce.get("/validate", params={**KEY, "email": emails[0]})
    assert response.status_code == 200
    assert "ip_address" in response.json()["error"]


async def test_too_many_wrong_keys_raise_the_shield_for_everybody(simulator, zerobounce, emails):
    for _ in range(200):
        wrong = await zerobounce.get("/getcredits", params={"api_key": "other"})
    assert wrong.status_code == 200
    assert (await zerobounce.get("/getcredits", params={"api_key": "other"})).status_code == 403
    assert (await zerobounce.get("/validate", params=asking(emails[0]))).status_code == 403
    assert simulator.bill.account("zerobounce", "sim-test").credits == 0
    simulator.gates["zerobounce"].clear()
    assert (await zerobounce.get("/validate", params=asking(emails[0]))).status_code == 200


async def test_whoever_asks_too_fast_is_not_told_for_how_long(simulator, zerobounce):
    settings(simulator, requests_per_minute=1)
    assert (await zerobounce.get("/getcredits", params=KEY)).status_code == 200
    response = await zerobounce.get("/getcredits", params=KEY)
    assert response.status_code == 429
    assert "retry-after" not in response.headers
