import math
from uuid import uuid4

import pytest

from scoring_models.artifact import write_model
from scoring_models.columns import pack
from scoring_models.errors import ArtifactCorruptError, ModelUnknownError
from scoring_models.features import matrix
from scoring_models.folder import ModelFolder
from scoring_models.schema import Engagement, Happening, ScoreRequest
from scoring_models.scorer import Scorer
from tests.scoring_models import world

REQUESTS = world.requests(300)


@pytest.fixture
def folder(tmp_path):
    folder = ModelFolder(tmp_path)
    file = write_model(world.trained(), tmp_path)
    for label in ("fit-1", "fit-2", "other-1"):
        folder.name(label, file)
    return folder


@pytest.fixture
def scorer(folder):
    return Scorer(folder.path_of, open_models=2)


def test_many_leads_get_the_scores_that_each_would_get_alone(scorer):
    assert scorer.score_many("fit-1", REQUESTS) == [scorer.score_many("fit-1", [one])[0] for one in REQUESTS]


def test_fit_is_what_the_pipeline_says(scorer):
    expected = world.trained().pipeline.predict_proba(matrix(pack(REQUESTS)))[:, 1]
    assert [score.fit for score in scorer.score_many("fit-1", REQUESTS)] == pytest.approx(
        expected.tolist(), abs=1e-9
    )


def test_without_reasons_the_scores_are_the_same(scorer):
    leads = pack(REQUESTS)
    told, untold = scorer.score_columns("fit-1", leads), scorer.score_columns("fit-1", leads, reasons=False)
    assert untold == told._replace(reasons=[()] * len(REQUESTS))
    assert any(told.reasons)


def test_no_leads_have_no_scores(scorer):
    assert scorer.score_many("fit-1", []) == []


def test_every_score_names_its_lead_and_its_model(scorer):
    scores = scorer.score_many("other-1", REQUESTS)
    assert [score.lead_id for score in scores] == [request.lead_id for request in REQUESTS]
    assert {score.model for score in scores} == {"other-1"}


def test_engagement_never_lowers_tier_or_score(scorer):
    replies = (Engagement(kind="reply", days_ago=1),)
    engaged = [one.model_copy(update={"engagement": (*one.engagement, *replies)}) for one in REQUESTS]
    for before, after in zip(
        scorer.score_many("fit-1", REQUESTS), scorer.score_many("fit-1", engaged), strict=True
    ):
        assert after.fit == before.fit
        assert after.intent > before.intent
        assert after.score >= before.score
        assert after.tier <= before.tier


def test_what_happened_at_the_company_never_lowers_tier_or_score_and_is_told_after_the_fit(scorer):
    signals = (Happening(kind="hiring", days_ago=2), Happening(kind="funding", days_ago=40))
    informed = [one.model_copy(update={"signals": signals}) for one in REQUESTS]
    for before, after in zip(
        scorer.score_many("fit-1", REQUESTS), scorer.score_many("fit-1", informed), strict=True
    ):
        assert after.fit == before.fit
        assert after.intent > before.intent
        assert after.score >= before.score
        assert after.tier <= before.tier
        assert after.reasons[: len(before.reasons)] == before.reasons
        assert [one.text for one in after.reasons[len(before.reasons) :]] == [
            "raised money in the last three months",
            "announced 1 job in the last month",
        ]


def test_nonsense_is_judged_like_what_is_not_known(scorer):
    known = {"lead_id": uuid4(), "industry": "Software"}
    nonsense = ScoreRequest(
        **known,
        employees=-4,
        founded_year=20150,
        revenue_usd=math.nan,
        funding_usd=math.inf,
        open_jobs=-1,
        seniority="  ",
        engagement=(Engagement(kind="reply", days_ago=math.nan),),
    )
    assert scorer.score_many("fit-1", [nonsense]) == scorer.score_many("fit-1", [ScoreRequest(**known)])


@pytest.mark.parametrize("label", ["fit-3", "nobody-1", "../fit-1", ""])
def test_an_unknown_model_scores_nothing(scorer, label):
    with pytest.raises(ModelUnknownError):
        scorer.score_many(label, REQUESTS)


def test_a_damaged_model_scores_nothing(scorer, folder):
    folder.path_of("fit-1").write_bytes(b"not a model")
    with pytest.raises(ArtifactCorruptError):
        scorer.score_many("fit-1", REQUESTS)


def test_the_models_used_last_stay_open(folder):
    asked = []

    def path_of(label):
        asked.append(label)
        return folder.path_of(label)

    scorer = Scorer(path_of, open_models=2)
    for label in ("fit-1", "fit-2", "fit-1", "fit-2", "other-1", "fit-2", "fit-1"):
        scorer.score_many(label, REQUESTS[:1])
    assert asked == ["fit-1", "fit-2", "other-1", "fit-1"]
