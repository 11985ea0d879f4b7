"""The quickest scenarios, briefly. How fast the mill comes back is measured in `make chaos` only."""

import asyncio

import pytest

from tests.chaos.ground import prepared
from tests.chaos.mutations import MUTATIONS
from tests.chaos.scenarios import all_scenarios
from tests.chaos.trial import WALL, perform

pytestmark = pytest.mark.alone

SCENARIOS = all_scenarios()
SEED = 1
TRIES = 3


@pytest.fixture(scope="module")
def ground():
    with prepared() as ground:
        yield ground


@pytest.mark.parametrize(
    "name",
    [
        "kill-workers", "zombie", "lost-commits", "ended-backends", "repeats", "removal",
        "no-connections-left", "vendors-talk-nonsense", "failpoints", "out-of-order",
        "effects-are-lost",
    ],
)  # fmt: skip
def test_what_must_hold_holds(ground, name):
    row = asyncio.run(perform(ground, SCENARIOS[name], seed=SEED, is_brief=True))
    assert row.violations == [], "\n".join((*row.violations, str(row.notes)))
    assert row.leads > 0
    assert (row.lost, row.doubled) == (0, 0)


@pytest.mark.parametrize(
    ("guard", "scenario"),
    list(
        zip(
            [*MUTATIONS, WALL],
            ["zombie", "lost-commits", "vendors-fail", "effects-are-lost", "double-click"],
            strict=True,
        ),
    ),
)
def test_a_guard_that_is_taken_out_is_missed(ground, guard, scenario):
    # faults hit where they hit: on a slow machine they may all spare the one step that counts
    for seed in range(SEED, SEED + TRIES):
        row = asyncio.run(perform(ground, SCENARIOS[scenario], seed=seed, is_brief=True, without=guard))
        if row.violations:
            return
    pytest.fail(f"nobody notices that there is no {guard}")


def test_each_scenario_says_in_a_sentence_what_it_does_and_has_its_own_number():
    assert len({one.number for one in SCENARIOS.values()}) == len(SCENARIOS)
    for one in SCENARIOS.values():
        assert (one.play.__doc__ or "").endswith("."), one.name
