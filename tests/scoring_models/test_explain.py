from uuid import uuid4

import numpy as np
import pytest
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, PolynomialFeatures

from scoring_models.columns import pack
from scoring_models.errors import NotAdditiveError
from scoring_models.estimators import logistic
from scoring_models.explain import LEAST_WORTH, MOST_REASONS, Scorecard, average_worths
from scoring_models.features import FEATURES, matrix
from scoring_models.schema import ScoreRequest
from tests.scoring_models import world

LEADS = pack(world.requests(400))
ROWS = matrix(LEADS)


@pytest.fixture(scope="module")
def scorecard():
    model = world.trained()
    return Scorecard(model.pipeline, model.averages)


def test_base_and_contributions_sum_to_the_models_log_odds(scorecard):
    strange = ROWS.copy()
    strange[::3, FEATURES.index("industry")] = "mining of asteroids"
    strange[::5, FEATURES.index("employees")] = 9_999_999.0
    for rows in (ROWS, strange):
        sums = scorecard.base + scorecard.contributions(rows).sum(axis=1)
        assert np.abs(sums - world.trained().pipeline.decision_function(rows)).max() < 1e-6


def test_each_feature_adds_what_the_model_gains_from_it(scorecard):
    """A change in one feature moves its own contribution, by what the model's log-odds move, and no other."""
    decide = world.trained().pipeline.decision_function
    for at in range(len(FEATURES)):
        changed = ROWS.copy()
        changed[:, at] = ROWS[::-1, at]
        moved = scorecard.contributions(changed) - scorecard.contributions(ROWS)
        assert np.abs(moved[:, at] - (decide(changed) - decide(ROWS))).max() < 1e-9
        assert not np.delete(moved, at, axis=1).any()


def test_leads_are_worth_the_same_as_a_matrix_and_as_columns(scorecard):
    messy = LEADS._replace(
        industry=[f"  {value.upper()} " if value else " " for value in LEADS.industry],
        employees=[-1 if at % 3 else 5 for at in range(len(LEADS.employees))],
    )
    for leads in (LEADS, messy):
        assert (scorecard.contributions_of(leads) == scorecard.contributions(matrix(leads))).all()


def test_contributions_are_relative_to_the_average_lead():
    pipeline = logistic(ROWS).fit(ROWS, np.arange(len(ROWS)) % 3 == 0)
    scorecard = Scorecard(pipeline, average_worths(pipeline, ROWS))
    assert np.abs(scorecard.contributions(ROWS).mean(axis=0)).max() < 1e-9
    assert scorecard.base == pytest.approx(pipeline.decision_function(ROWS).mean())


def test_reasons_are_the_weightiest_first_and_worth_a_sentence(scorecard):
    contributions = scorecard.contributions(ROWS)
    for lead, reasons in enumerate(scorecard.reasons(LEADS, contributions)):
        weights = [abs(worth) for _, _, worth in reasons]
        assert len(weights) <= MOST_REASONS
        assert weights == sorted(weights, reverse=True)
        assert all(weight >= LEAST_WORTH for weight in weights)
        assert max(weights) == pytest.approx(np.abs(contributions[lead]).max())
        for feature, _, worth in reasons:
            assert worth == contributions[lead, FEATURES.index(feature)]


def test_sentences_agree_with_the_sign(scorecard):
    words = {
        True: ("in the range", "more than", "is verified", "no drawback"),
        False: ("below", "above", "less than", "not known", "no verified"),
    }
    for reasons in scorecard.reasons(LEADS, scorecard.contributions(ROWS)):
        for _, text, worth in reasons:
            assert any(word in text for word in words[worth > 0]), text


def test_size_and_direction_are_told_as_the_world_is(scorecard):
    small, large = (ROWS[:1].copy() for _ in range(2))
    small[0, 0], large[0, 0] = 2.0, 5000.0
    assert scorecard.contributions(large)[0, 0] > 0 > scorecard.contributions(small)[0, 0]
    just_size = np.zeros((1, len(FEATURES)))
    just_size[0, 0] = scorecard.contributions(small)[0, 0]
    lead = pack([ScoreRequest(lead_id=uuid4(), employees=2)])
    assert scorecard.reasons(lead, just_size) == [
        (("employees", "2 employees is below the range that buys", just_size[0, 0]),)
    ]


def test_a_model_whose_features_work_together_is_refused():
    fitted = logistic(ROWS)
    product = FunctionTransformer(lambda columns: columns[:, :4])
    steps = [
        ("columns", fitted.named_steps["columns"]),
        ("some", product),
        ("pairs", PolynomialFeatures()),
        ("logistic", fitted.named_steps["logistic"]),
    ]
    pipeline = Pipeline(steps).fit(ROWS, np.arange(len(ROWS)) % 3 == 0)
    with pytest.raises(NotAdditiveError) as caught:
        Scorecard(pipeline, [0.0] * len(FEATURES))
    assert caught.value.difference > 1e-6
