from collections import Counter

import pytest

from actors.simulator.faults import Faults, Settings, WrongSettingError


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"latency_ms": "fast"}, "latency_ms"),
        ({"latency_ms": True}, "latency_ms"),
        ({"rate_429": 1.5}, "rate_429"),
        ({"rate_500": "often"}, "rate_500"),
        ({"rate_429": 0.6, "rate_500": 0.6}, "together"),
        ({"outage": 1}, "outage"),
        ({"requests_per_minute": 0}, "requests_per_minute"),
        ({"credits": {"sim-a": -1}}, "credits"),
        ({"speed": 1}, "no setting 'speed'"),
    ],
)
def test_wrong_settings_are_named(wrong, said):
    with pytest.raises(WrongSettingError, match=said):
        Settings().changed(wrong)


def test_nothing_goes_wrong_by_default():
    faults = Faults(7, "apollo")
    assert {faults.draw() for _ in range(50)} == {faults.draw()}
    assert faults.draw().failure is None
    assert faults.draw().latency_s == 0


def test_faults_come_at_their_rates():
    faults = Faults(7, "apollo")
    faults.settings = Settings(rate_429=0.1, rate_500=0.05)
    failures = Counter(faults.draw().failure for _ in range(4000))
    assert 340 < failures[429] < 460
    assert 150 < failures[500] < 250


def test_the_same_seed_gives_the_same_sequence():
    first, second = Faults(7, "apollo"), Faults(7, "apollo")
    for faults in (first, second):
        faults.settings = Settings(latency_ms="50±20", rate_429=0.3)
    sequence = [first.draw() for _ in range(100)]
    assert sequence == [second.draw() for _ in range(100)]
    first.clear()
    assert sequence == [first.draw() for _ in range(100)]


@pytest.mark.parametrize(
    ("latency", "least", "most"), [("50", 0.05, 0.05), ("50±20", 0.03, 0.07), ("5+-50", 0.0, 0.055)]
)
def test_latency_is_fixed_or_spread(latency, least, most):
    faults = Faults(7, "apollo")
    faults.settings = Settings().changed({"latency_ms": latency})
    assert all(least <= faults.draw().latency_s <= most for _ in range(200))


def test_latency_may_be_a_number():
    assert Settings().changed({"latency_ms": 25}).latency_ms == "25"


def test_an_outage_fails_everything():
    faults = Faults(7, "apollo")
    faults.settings = Settings(outage=True)
    assert {faults.draw().failure for _ in range(20)} == {503}
