"""Simulated worlds: none shows what must not be, each is the same again, and a guard that is gone is missed."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.simulation.__main__ import play
from tests.simulation.mutations import MUTATIONS

ROOT = Path(__file__).resolve().parents[2]
SEEDS = 100
FOUND_WITHIN = 40


def test_no_seed_loses_a_lead_or_does_anything_twice():
    seen = [play(seed) for seed in range(SEEDS)]
    assert [f"seed {one.seed}: {sentence}" for one in seen for sentence in one.violations] == []
    faults = sum((one.faults for one in seen), start=type(seen[0].faults)())
    kinds = {"killed", "stopped", "replaced", "said again", "scaled", "killed by a company", "slow provider"}
    kinds |= {
        "commit lost",
        "answer to a commit lost",
        "connection lost",
        "not serializable",
        "provider trouble",
    }
    assert set(faults) >= kinds | {"approved", "rejected"}, "not everything that may happen has happened"
    assert sum(one.leads for one in seen) > 3 * SEEDS


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_guard_that_is_taken_out_is_missed_by_a_seed(name):
    with MUTATIONS[name]():
        assert any(play(seed).violations for seed in range(FOUND_WITHIN))


def test_a_seed_is_the_same_again_in_another_process_with_other_hashes():
    here = play(3, is_traced=True)
    assert here.steps > 500
    command = [sys.executable, "-m", "tests.simulation", "--seed", "3", "--trace"]
    environment = {**os.environ, "PYTHONHASHSEED": "4711"}
    there = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    trace = there.stdout.split("\ndigest ")[0]
    assert hashlib.sha256(trace.encode()).hexdigest()[:16] == here.digest
    assert play(4, is_traced=True).digest != here.digest


def test_a_seed_that_shows_what_must_not_be_is_named_and_ends_with_status_1():
    script = (
        "import sys; from tests.simulation import __main__ as it, mutations;\n"
        "sys.argv[1:] = ['--seeds', '3', '--jobs', '1']\n"
        "with mutations.MUTATIONS['frontier'](): sys.exit(it.main())"
    )
    ended = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert ended.returncode == 1, ended.stderr
    assert "seed 0: lost: lead_source" in ended.stdout
    assert "again: python -m tests.simulation --seed 0 --trace" in ended.stdout
