from uuid import UUID

import pytest
from pydantic import ValidationError

from scoring_models.schema import Engagement, Reason, Score, ScoreRequest
from scoring_models.standing import lead_score, placed
from scoring_models.tiers import Grid
from tenants.policies import TierBounds
from tenants.sequences import Recommended


def test_a_score_is_kept_with_what_the_model_was_told():
    request = ScoreRequest(
        lead_id=UUID(int=1), employees=40, engagement=(Engagement(kind="reply", days_ago=2.5),)
    )
    score = Score(
        lead_id=request.lead_id,
        fit=0.6,
        intent=0.4,
        score=71,
        tier="B",
        model="fit-1",
        reasons=(Reason(feature="employees", text="40 employees", contribution=0.2),),
    )
    kept = lead_score(score, request, Recommended({"B": "call-first"}, {"B": 0.7}))
    assert (kept.lead_id, kept.score, kept.tier, kept.sequence) == (request.lead_id, 71, "B", "call-first")
    assert kept.asked == {
        "employees": 40,
        "engagement": [{"kind": "reply", "days_ago": 2.5}],
        "signals": [],
    }
    assert kept.reasons == ({"text": "40 employees", "contribution": 0.2},)
    assert kept.sequence_share == pytest.approx(0.7)
    assert lead_score(score, request).sequence is None


def judged(fit, intent):
    usual = Grid()
    return Score(
        lead_id=UUID(int=1), fit=fit, intent=intent, score=usual.score(fit, intent), tier=usual.tier(fit, intent),
        model="fit-1", reasons=(),
    )  # fmt: skip


def test_by_the_usual_bounds_a_score_stays_as_the_model_gave_it():
    assert TierBounds().fit == Grid().fit
    assert TierBounds().intent == Grid().intent
    score = judged(0.6, 0.2)
    assert placed(score, TierBounds()) is score


def test_by_a_tenants_own_bounds_the_tier_is_another_and_fit_and_intent_stay():
    strict = TierBounds(fit=(0.5, 0.8, 0.95), intent=(0.3, 0.7))
    score = placed(judged(0.76, 0.2), strict)
    assert (score.tier, score.fit, score.intent) == ("C", 0.76, 0.2)
    assert 25 <= score.score < 50


@pytest.mark.parametrize(
    "bounds", [{"fit": (0.5, 0.4, 0.9)}, {"intent": (0.0, 0.5)}, {"fit": (0.2, 0.5, 1.0)}]
)
def test_bounds_that_do_not_rise_are_refused(bounds):
    with pytest.raises(ValidationError, match="do not rise between 0 and 1"):
        TierBounds(**bounds)
