import pytest

from actors.simulator.verifiers import Kind, kind, said
from tests.actors.simulator.conftest import client_of

KEY = {"key": "sim-test"}


@pytest.fixture
async def neverbounce(simulator):
    async with client_of(f"{simulator.http}/neverbounce/v4.2") as client:
        yield client


@pytest.fixture
def emails(world):
    return [person.email for company in world.companies[:40] for person in world.people(company)]


def settings(simulator, **values):
    faults = simulator.gates["neverbounce"].faults
    faults.settings = faults.settings.changed(values)


async def test_each_answer_is_billed_whatever_it_says_and_again(simulator, neverbounce, world, emails):
    results = set()
    for email in [*emails[:60], emails[0]]:
        told = (await neverbounce.post("/single/check", json={**KEY, "email": email})).json()
        assert told["status"] == "success"
        assert told["result"] == said("neverbounce", world, email).status
        assert "credits_info" not in told
        results.add(told["result"])
    assert {"valid", "unknown"} <= results
    assert simulator.bill.account("neverbounce", "sim-test").credits == 61
    assert simulator.bill.report()["repeated_billed_requests"] == 1


async def test_it_is_asked_by_get_and_by_post(neverbounce, emails):
    asked = {**KEY, "email": emails[0], "credits_info": 1}
    by_get = (await neverbounce.get("/single/check", params=asked)).json()
    by_post = (await neverbounce.post("/single/check", json=asked)).json()
    left = [one.pop("credits_info")["paid_credits_remaining"] for one in (by_get, by_post)]
    assert by_get == by_post
    assert left[0] - left[1] == 1


async def test_the_account_tells_what_was_used_and_is_left_for_nothing(simulator, neverbounce, emails):
    settings(simulator, credits={"sim-test": 2})
    await neverbounce.post("/single/check", json={**KEY, "email": emails[0]})
    told = (await neverbounce.post("/account/info", json=KEY)).json()["credits_info"]
    assert (told["paid_credits_used"], told["paid_credits_remaining"]) == (1, 1)
    assert simulator.bill.account("neverbounce", "sim-test").credits == 1


async def test_flags_tell_more(neverbounce, world):
    shared = next(
        f"info@{one.domain}" for one in world.companies if kind(world, f"info@{one.domain}") is Kind.SHARED
    )
    for email, flag in ((shared, "role_account"), ("not an address", "bad_syntax")):
        told = (await neverbounce.post("/single/check", json={**KEY, "email": email})).json()
        assert flag in told["flags"]
    told = (await neverbounce.post("/single/check", json={**KEY, "email": "ann@gmail.com"})).json()
    assert "free_email_host" in told["flags"]


async def test_every_trouble_is_told_with_status_200(simulator, neverbounce, emails):
    async def trouble(**more):
        asked = {**KEY, "email": emails[0], **more}
        response = await neverbounce.post("/single/check", json=asked)
        assert response.status_code == 200
        assert "retry-after" not in response.headers
        return response.json()["status"], response.json()["message"]

    assert (await trouble(key="other"))[0] == "auth_failure"
    assert "'email'" in (await trouble(email=""))[1]
    settings(simulator, credits={"sim-test": 0})
    status, message = await trouble()
    assert status == "general_failure"
    assert "credit" in message
    settings(simulator, rate_429=1)
    assert (await trouble())[0] == "throttle_triggered"
    settings(simulator, rate_429=0, outage=True)
    assert (await trouble())[0] == "temp_unavail"
    assert simulator.bill.account("neverbounce", "sim-test").credits == 0


async def test_an_error_of_its_own_is_one(simulator, neverbounce, emails):
    settings(simulator, rate_500=1)
    response = await neverbounce.post("/single/check", json={**KEY, "email": emails[0]})
    assert response.status_code == 500
    assert (await neverbounce.post("/nothing", json=KEY)).status_code == 404
