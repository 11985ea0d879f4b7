from uuid import uuid4

import pytest

from scoring_models.columns import LeadColumns, ScoreColumns, pack, unpack
from scoring_models.features import FEATURES
from scoring_models.schema import Engagement, Reason, ScoreRequest

ONE = ScoreColumns("fit-1", [0.5], [0.1], [60], ["B"], [(("industry", "industry X buys more", 0.4),)])


def test_columns_stand_in_the_order_of_the_features():
    assert LeadColumns._fields == (*FEATURES, "engagement", "signals")


def test_packing_keeps_every_field_of_every_lead_in_its_place():
    acts = (Engagement(kind="reply", days_ago=2.5), Engagement(kind="visit", days_ago=0))
    packed = pack(
        [
            ScoreRequest(lead_id=uuid4(), employees=7, industry="Retail"),
            ScoreRequest(lead_id=uuid4(), revenue_usd=2e6, engagement=acts),
        ]
    )
    assert packed.employees == [7, None]
    assert packed.revenue_usd == [None, 2e6]
    assert packed.industry == ["Retail", None]
    assert packed.engagement == [(), (("reply", 2.5), ("visit", 0.0))]


def test_no_leads_are_no_columns_and_no_scores():
    assert pack([]) == LeadColumns._make([] for _ in LeadColumns._fields)
    assert unpack([], ScoreColumns("fit-1", [], [], [], [], [])) == []


def test_unpacking_gives_each_lead_its_score():
    request = ScoreRequest(lead_id=uuid4())
    (score,) = unpack([request], ONE)
    assert score.lead_id == request.lead_id
    assert (score.fit, score.intent, score.score, score.tier, score.model) == (0.5, 0.1, 60, "B", "fit-1")
    assert score.reasons == (Reason(feature="industry", text="industry X buys more", contribution=0.4),)


def test_scores_for_other_leads_than_were_asked_for_are_refused():
    with pytest.raises(ValueError, match="zip"):
        unpack([ScoreRequest(lead_id=uuid4())] * 2, ONE)
