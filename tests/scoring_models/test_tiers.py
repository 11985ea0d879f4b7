import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring_models.tiers import TIERS, Grid

share = st.floats(0, 1)
grids = st.builds(
    lambda bounds: Grid(fit=tuple(sorted(bounds[:3])), intent=tuple(sorted(bounds[3:]))),
    st.lists(st.integers(1, 99).map(lambda cent: cent / 100), min_size=5, max_size=5, unique=True),
)


@pytest.mark.parametrize(
    ("fit", "intent", "tier"),
    [
        (0.0, 0.0, "D"),
        (0.25, 0.0, "C"),
        (0.5, 0.0, "B"),
        (0.75, 0.0, "A"),
        (0.2, 0.15, "C"),
        (0.2, 0.5, "B"),
        (0.5, 0.15, "A"),
        (1.0, 1.0, "A"),
    ],
)
def test_the_default_grid(fit, intent, tier):
    assert Grid().tier(fit, intent) == tier


@given(grids, share, share, share, share)
def test_more_evidence_never_lowers_tier_or_score(grid, fit, intent, more_fit, more_intent):
    fit, more_fit = sorted((fit, more_fit))
    intent, more_intent = sorted((intent, more_intent))
    assert TIERS.index(grid.tier(more_fit, more_intent)) >= TIERS.index(grid.tier(fit, intent))
    assert grid.score(more_fit, more_intent) >= grid.score(fit, intent)


@given(grids, share, share)
def test_each_tier_has_its_quarter_of_the_points(grid, fit, intent):
    score = grid.score(fit, intent)
    assert 0 <= score <= 100
    assert TIERS[min(score // 25, 3)] == grid.tier(fit, intent)


def test_the_ends_of_the_scale_are_reached():
    assert Grid().score(0, 0) == 0
    assert Grid().score(1, 1) == 100


@pytest.mark.parametrize(
    "wrong", [{"fit": (0.5, 0.25, 0.75)}, {"fit": (0.0, 0.5, 0.7)}, {"intent": (0.2, 1.0)}]
)
def test_bounds_that_do_not_rise_are_refused(wrong):
    with pytest.raises(ValueError, match="do not rise"):
        Grid(**wrong)
