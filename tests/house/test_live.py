"""Nobody calls a vendor by accident: live tests run only when they are asked for, with what it takes."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from actors.providers import all_providers
from actors.simulator.launch import launch

ROOT = Path(__file__).resolve().parents[2]
LIVE = "tests/actors/providers/test_live.py"
# Whoever has keys in the environment has not asked for anything yet.
KEYS = {"LEADMILL_LIVE": "1"} | {f"LEADMILL_LIVE_{name.upper()}_KEY": "sim-live" for name in all_providers()}
ENDED_WELL, SOME_FAILED, NONE_COLLECTED = 0, 1, 5


def pytest_run(*arguments, **environment):
    """A pytest of its own, to which only this is said of live tests."""
    rest = {name: value for name, value in os.environ.items() if not name.startswith("LEADMILL_LIVE")}
    return subprocess.run(
        [sys.executable, "-m", "pytest", *arguments],
        cwd=ROOT,
        env=rest | {"PYTHONPATH": str(ROOT)} | environment,
        capture_output=True,
        text=True,
        timeout=150,
    )


@pytest.mark.parametrize(
    "arguments",
    [(), ("-m", "not ray"), ("-m", "not dataset and not browser"), ("-k", "live"), ("-m", "not live")],
    ids=" ".join,
)
def test_none_is_collected_though_every_key_is_there(arguments):
    result = pytest_run("--collect-only", LIVE, *arguments, **KEYS)
    assert result.returncode == NONE_COLLECTED, result.stdout + result.stderr
    assert "::" not in result.stdout


def test_by_the_marker_all_are_collected_and_others_are_not():
    result = pytest_run("--collect-only", "-m", "live", "tests/actors/providers")
    assert result.returncode == ENDED_WELL, result.stdout + result.stderr
    tests = [line for line in result.stdout.splitlines() if "::" in line]
    assert all(line.startswith(LIVE) for line in tests)
    assert {re.search(r"\[(\w+)-", line).group(1) for line in tests} == {
        name for name, one in all_providers().items() if one.answers
    }


def test_the_marker_alone_asks_nobody_and_each_test_says_what_it_lacks():
    result = pytest_run("-m", "live", "-rs", LIVE)
    assert result.returncode == ENDED_WELL, result.stdout + result.stderr
    assert "passed" not in result.stdout
    assert "LEADMILL_LIVE is not 1" in result.stdout
    for name, provider in all_providers().items():
        if provider.needs_key and provider.answers:
            assert f"LEADMILL_LIVE_{name.upper()}_KEY is not set" in result.stdout


@pytest.fixture(scope="module")
def simulator():
    with launch(seed=7, companies=400) as launched:
        yield launched


def test_with_a_key_one_vendor_is_asked_and_must_answer_as_expected(simulator):
    """Where the address is that of the simulator, which is as good as live to the test."""

    def asked(vendor, key):
        prefix = f"LEADMILL_LIVE_{vendor.upper()}"
        address = simulator.base_url(vendor)
        return pytest_run("-m", "live", "-rs", LIVE, **{f"{prefix}_KEY": key, f"{prefix}_URL": address})

    well = asked("hunter", "sim-live")
    assert well.returncode == ENDED_WELL, well.stdout + well.stderr
    assert "5 passed" in well.stdout
    refused = asked("hunter", "no-key-of-the-simulator")
    assert refused.returncode == SOME_FAILED, refused.stdout + refused.stderr
    assert "5 failed" in refused.stdout
    assert "KeyRefused" in refused.stdout
    assert "no-key-of-the-simulator" not in refused.stdout
    unknown = asked("gleif", "any")  # the simulator's register does not have the company that everybody knows
    assert unknown.returncode == SOME_FAILED, unknown.stdout + unknown.stderr
    assert "1 failed, 2 passed" in unknown.stdout
