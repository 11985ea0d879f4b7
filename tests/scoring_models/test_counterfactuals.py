from itertools import product
from uuid import UUID

import pytest

from scoring_models.artifact import write_model
from scoring_models.counterfactuals import MOST, counterfactuals
from scoring_models.schema import Engagement, Score
from scoring_models.scorer import Scorer
from scoring_models.tiers import TIERS
from tests.scoring_models import world


@pytest.fixture(scope="module")
def ask(tmp_path_factory):
    file = write_model(world.trained(), tmp_path_factory.mktemp("models"))
    scorer = Scorer(lambda _: file, open_models=1)
    return lambda requests: scorer.score_many("fit-1", requests)


LEADS = world.requests(300)


def applied(request, changes):
    """The lead as a counterfactual says that it were."""
    fields = {name: value for name, value in changes.items() if name != "engagement"}
    if "engagement" in changes:
        act = Engagement(kind=changes["engagement"], days_ago=0)
        fields["engagement"] = (*request.engagement, act)
    return request.model_copy(update=fields)


def test_each_is_true_of_the_model_and_better_than_what_is(ask):
    told = 0
    for request, score in zip(LEADS, ask(LEADS), strict=True):
        for one in counterfactuals(request, score, ask):
            (again,) = ask([applied(request, one.changes)])
            assert (again.tier, again.score) == (one.tier, one.score)
            assert TIERS.index(one.tier) > TIERS.index(score.tier)
            assert one.text.startswith(f"{one.tier} if ")
            assert set(one.changes) <= {"seniority", "email_status", "engagement"}
            told += 1
    assert told > 100


def test_there_are_few_the_best_tier_first_and_none_for_the_best(ask):
    for request, score in zip(LEADS, ask(LEADS), strict=True):
        ranks = [TIERS.index(one.tier) for one in counterfactuals(request, score, ask)]
        assert ranks == sorted(ranks, reverse=True)
        assert len(ranks) <= MOST
        if score.tier == "A":
            assert ranks == []


def model(tier_of):
    """A model that gives tiers as a test says."""

    def ask(requests):
        return [
            Score(
                lead_id=one.lead_id, fit=0.5, intent=0.0, score=25 * TIERS.index(tier_of(one)), tier=tier_of(one),
                model="m-1", reasons=(),
            )
            for one in requests
        ]  # fmt: skip

    return ask


def texts(request, tier_of):
    ask = model(tier_of)
    (score,) = ask([request])
    return [one.text for one in counterfactuals(request, score, ask)]


LEAD = LEADS[0].model_copy(
    update={"lead_id": UUID(int=1), "seniority": "manager", "email_status": "risky", "engagement": ()}
)


def test_a_single_change_that_is_enough_is_told_without_a_second_one():
    def tier_of(one):
        return "A" if one.email_status == "deliverable" and one.seniority == "manager" else "C"

    assert texts(LEAD, tier_of) == ["A if the address were verified"]


def test_a_better_tier_that_takes_more_is_told_first():
    def tier_of(one):
        if one.email_status != "deliverable" or one.seniority != "manager":
            return "D"
        return "A" if one.engagement else "C"

    assert texts(LEAD, tier_of) == [
        "A if the address were verified and they met us",
        "A if the address were verified and they replied",
        "C if the address were verified",
    ]


def test_two_changes_are_told_where_neither_is_enough():
    def tier_of(one):
        replied = any(act.kind == "reply" for act in one.engagement)
        return "B" if replied and one.seniority == "vp" else "D"

    assert texts(LEAD, tier_of) == ["B if a VP-level contact were found and verified and they replied"]


def test_nothing_is_told_where_nothing_that_people_can_do_is_enough():
    assert texts(LEAD, lambda one: "A" if (one.employees or 0) < 0 else "B") == []


@pytest.mark.parametrize(("seniority", "kind"), list(product(["vp", "manager"], ["reply", "meeting"])))
def test_what_is_so_already_is_not_proposed(seniority, kind):
    lead = LEAD.model_copy(
        update={
            "seniority": seniority,
            "email_status": "deliverable",
            "engagement": (Engagement(kind=kind, days_ago=9),),
        }
    )
    seen = []

    def tier_of(one):
        seen.append(one)
        return "C"

    assert texts(lead, tier_of) == []
    assert all(len(one.engagement) == 1 for one in seen)
    assert all(one.seniority != lead.seniority for one in seen if one != lead)
