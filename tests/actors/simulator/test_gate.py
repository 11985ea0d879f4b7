import pytest

from actors.simulator.apollo import Apollo
from actors.simulator.bill import Bill
from actors.simulator.faults import Settings
from actors.simulator.gate import Gate, parameters
from actors.simulator.vendor import InvalidInputError

ENRICH, SEARCH = "GET /organizations/enrich", "POST /mixed_people/api_search"
KEY = {"x-api-key": "sim-a"}


@pytest.fixture
def bill():
    return Bill()


@pytest.fixture
def gate(world, bill, clock):
    return Gate(Apollo(world), bill, world.seed, clock)


@pytest.fixture
def query(world):
    return f"domain={world.companies[0].domain}"


def test_query_and_body_come_together():
    body = b'{"page": 2, "person_titles": ["CEO"], "revenue_range": {"min": 5}, "name": null}'
    assert parameters("locations[]=a&locations[]=b&empty=", body) == {
        "locations": ["a", "b"],
        "empty": [""],
        "page": [2],
        "person_titles": ["CEO"],
        "revenue_range[min]": [5],
    }


@pytest.mark.parametrize("body", [b"{", b"[1]", b'"text"'])
def test_a_body_is_a_json_object(body):
    with pytest.raises(InvalidInputError, match="the body is not"):
        parameters("", body)


def test_an_answer_is_billed(gate, bill, query):
    answer, latency_s = gate.answer(ENRICH, KEY, query, b"")
    assert (answer.status, latency_s) == (200, 0.0)
    assert bill.report()["total"] == {"calls": 1, "billed_calls": 1, "credits": 1}


@pytest.mark.parametrize("headers", [{}, {"x-api-key": ""}, {"x-api-key": "real-key"}])
def test_unknown_keys_are_turned_away_before_anything_is_counted(gate, bill, query, headers):
    assert gate.answer(ENRICH, headers, query, b"")[0].status == 401
    assert bill.report()["total"]["calls"] == 0


def test_failures_are_not_billed(gate, bill, query):
    for settings, status in (
        (Settings(rate_429=1.0), 429),
        (Settings(rate_500=1.0), 500),
        (Settings(outage=True), 503),
        (Settings(requests_per_minute=1), 429),
    ):
        gate.faults.settings = settings
        assert gate.answer(ENRICH, KEY, query, b"")[0].status == status
    assert bill.report()["total"] == {"calls": 4, "billed_calls": 0, "credits": 0}


def test_the_rate_limit_opens_with_the_next_minute(gate, clock, query):
    gate.faults.settings = Settings(requests_per_minute=2)
    statuses = [gate.answer(ENRICH, KEY, query, b"")[0].status for _ in range(3)]
    refused = gate.answer(ENRICH, KEY, query, b"")[0]
    assert statuses == [200, 200, 429]
    clock.now_s += int(refused.headers["retry-after"])
    assert gate.answer(ENRICH, KEY, query, b"")[0].status == 200


def test_a_key_without_credits_keeps_what_is_free(gate, bill, query):
    gate.faults.settings = Settings(credits={"sim-a": 2})
    assert [gate.answer(ENRICH, KEY, query, b"")[0].status for _ in range(3)] == [200, 200, 422]
    assert gate.answer(SEARCH, KEY, "", b"")[0].status == 200
    assert gate.answer(ENRICH, {"x-api-key": "sim-b"}, query, b"")[0].status == 200
    assert bill.account("apollo", "sim-a").credits == 2


def test_clearing_begins_the_faults_again(gate, query):
    gate.faults.settings = Settings(rate_500=0.5)
    first = [gate.answer(ENRICH, KEY, query, b"")[0].status for _ in range(20)]
    gate.clear()
    assert [gate.answer(ENRICH, KEY, query, b"")[0].status for _ in range(20)] == first
    assert set(first) == {200, 500}
