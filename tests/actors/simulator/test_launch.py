import os

import httpx
import pytest

from actors.simulator.launch import launch


def answers(address, domains):
    """What a simulator says of some companies, over all its doors."""
    with httpx.Client(
        base_url=address, headers={"x-api-key": "sim-a"}, trust_env=False, verify=False
    ) as client:
        return [
            client.get(f"/_simulator/{name}").text for name in ("companies.csv", "history.csv?rows=50")
        ] + [
            client.get(path).text
            for domain in domains
            for path in (
                f"/apollo/api/v1/organizations/enrich?domain={domain}",
                f"/hunter/v2/domain-search?domain={domain}",
                f"/sites/{domain}/careers",
            )
        ]


def test_two_processes_with_one_seed_answer_alike(launched, world):
    domains = [company.domain for company in world.companies[:20]] + ["some-start-up.io"]
    with launch(companies=600) as other:
        assert answers(launched.http, domains) == answers(other.http, domains)


def test_another_seed_answers_otherwise(launched):
    with launch(seed=8, companies=600) as other:
        assert answers(launched.http, []) != answers(other.http, [])


def test_settings_are_passed_on():
    with launch(companies=10, latency_ms="3±1", rate_429=0.25, rate_500=0.5) as simulator:
        settings = httpx.get(f"{simulator.http}/_simulator/settings", trust_env=False, verify=False).json()
    for vendor in ("apollo", "hunter"):
        assert settings[vendor]["latency_ms"] == "3±1"
        assert (settings[vendor]["rate_429"], settings[vendor]["rate_500"]) == (0.25, 0.5)


def test_no_process_is_left_behind():
    with launch(companies=10) as simulator:
        os.kill(simulator.pid, 0)
    with pytest.raises(ProcessLookupError):
        os.kill(simulator.pid, 0)


def test_no_process_is_left_behind_by_an_error():
    with pytest.raises(KeyError), launch(companies=10) as simulator:
        raise KeyError
    with pytest.raises(ProcessLookupError):
        os.kill(simulator.pid, 0)


def test_what_does_not_start_is_said():
    with pytest.raises(RuntimeError, match="exit status 2"), launch(companies=0):
        pass
