import orjson
import pytest

from actors.simulator.bill import Bill
from actors.simulator.faults import Settings
from actors.simulator.gate import Gate
from actors.simulator.open_vendor import ANYBODY, OpenVendor, as_json
from actors.simulator.vendor import Answer


class Oracle(OpenVendor):
    """A vendor without keys that knows one thing."""

    name = "oracle"

    def __init__(self):
        self.endpoints = {"GET /answer": lambda _: as_json({"answer": 42}, "application/oracle+json")}

    def refused(self, status, reason):
        return Answer(reason.encode(), status)


@pytest.fixture
def bill():
    return Bill()


@pytest.fixture
def gate(bill, clock):
    return Gate(Oracle(), bill, 7, clock)


def test_anybody_is_answered_for_nothing(gate, bill):
    answer, _ = gate.answer("GET /answer", {}, "", b"")
    assert (answer.status, answer.content_type) == (200, "application/oracle+json")
    assert orjson.loads(answer.body) == {"answer": 42}
    assert bill.account("oracle", ANYBODY).figures() == {"calls": 1, "billed_calls": 0, "credits": 0}


@pytest.mark.parametrize(
    ("settings", "status"),
    [
        ({"rate_429": 1.0}, 429),
        ({"rate_500": 1.0}, 500),
        ({"outage": True}, 503),
        ({"credits": {ANYBODY: 0}}, 429),
    ],
)
def test_its_troubles_have_its_own_words(gate, settings, status):
    gate.faults.settings = Settings(**settings)
    answer, _ = gate.answer("GET /answer", {}, "", b"")
    assert answer.status == status
    assert answer.body


def test_what_is_not_there_is_404(gate):
    assert gate.answer("GET /question", {}, "", b"")[0].status == 404
