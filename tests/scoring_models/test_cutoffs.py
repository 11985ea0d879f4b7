import random

import pytest

from scoring_models.cutoffs import bounds_for
from scoring_models.errors import TooFewLeadsError
from scoring_models.tiers import Grid
from tenants.policies import TierBounds


def leads(count, *, hot=0.0, seed=1):
    dice = random.Random(seed)
    return [(dice.betavariate(2, 4), 0.6 if dice.random() < hot else 0.0) for _ in range(count)]


@pytest.mark.parametrize("hot", [0.0, 0.1, 0.5])
@pytest.mark.parametrize("capacity", [1, 20, 100, 400])
def test_tier_a_is_as_many_as_the_team_can_work_and_not_far_fewer(capacity, hot):
    found = leads(1000, hot=hot)
    bounds, counts = bounds_for(found, capacity, TierBounds())
    grid = Grid(fit=bounds.fit, intent=bounds.intent)
    assert counts == {tier: sum(grid.tier(*lead) == tier for lead in found) for tier in ("A", "B", "C", "D")}
    assert sum(counts.values()) == 1000
    assert counts["A"] <= capacity
    assert counts["A"] >= min(capacity * 0.85, capacity - 2)


def test_the_others_follow_in_three_steps():
    _, counts = bounds_for(leads(2000), 50, TierBounds())
    assert counts["A"] == pytest.approx(50, abs=3)
    assert counts["A"] + counts["B"] == pytest.approx(150, abs=5)
    assert counts["A"] + counts["B"] + counts["C"] == pytest.approx(450, abs=8)


def test_the_bounds_of_intent_stay():
    now = TierBounds(intent=(0.2, 0.6))
    assert bounds_for(leads(100), 5, now)[0].intent == (0.2, 0.6)


def test_leads_that_are_all_alike_can_not_be_told_apart():
    _, counts = bounds_for([(0.4, 0.0)] * 100, 10, TierBounds())
    assert counts["A"] == 0


def test_few_leads_tell_nothing():
    with pytest.raises(TooFewLeadsError, match="There are 49 leads, and this takes 50"):
        bounds_for(leads(49), 5, TierBounds())
