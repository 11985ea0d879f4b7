import json
from uuid import UUID

import pytest

from scoring_models.columns import pack
from scoring_models.schema import Score
from scoring_models.scorer import Scorer
from serve.messages import MOST_FAULTS, MOST_LEADS, Answer, read_question, write_scores
from serve.refusals import BadLeads, Fault
from tests.scoring_models import world

REQUESTS = world.requests(20)
ID = str(UUID(int=7))


def body(*leads):
    return json.dumps({"leads": leads}).encode()


def faults(content):
    with pytest.raises(BadLeads) as caught:
        read_question(content)
    return [(fault.lead, fault.field) for fault in caught.value.faults]


def test_leads_are_read_as_the_scorer_takes_them():
    leads = read_question(body(*(request.model_dump(mode="json") for request in REQUESTS))).leads
    assert pack(leads) == pack(REQUESTS)
    assert [lead.lead_id for lead in leads] == [request.lead_id for request in REQUESTS]


def test_the_answer_is_what_it_is_said_to_be(folder):
    scores = Scorer(folder.path_of, open_models=1).score_columns("fit-1", pack(REQUESTS))
    answer = Answer.model_validate_json(write_scores(REQUESTS, scores))
    assert list(answer.scores) == Scorer(folder.path_of, open_models=1).score_many("fit-1", REQUESTS)
    assert {score.model for score in answer.scores} == {"fit-1"}
    assert isinstance(answer.scores[0], Score)


@pytest.mark.parametrize(
    ("lead", "field"),
    [
        ({"lead_id": "seven"}, "lead_id"),
        ({}, "lead_id"),
        ({"lead_id": ID, "employees": "many"}, "employees"),
        ({"lead_id": ID, "employees": 2**63}, "employees"),
        ({"lead_id": ID, "industry": 5}, "industry"),
        ({"lead_id": ID, "industry": "x" * 201}, "industry"),
        ({"lead_id": ID, "industri": "Software"}, "industri"),
        ({"lead_id": ID, "revenue_usd": float("nan")}, "revenue_usd"),
        ({"lead_id": ID, "engagement": [{"kind": "reply", "days_ago": -float("inf")}]}, "engagement.0.days_ago"),
        ({"lead_id": ID, "signals": [{"kind": "x" * 201, "days_ago": 1}]}, "signals.0.kind"),
        ({"lead_id": ID, "signals": [{"kind": "news", "days_ago": 1}] * 1_001}, "signals"),
        ("a lead", None),
    ],
    ids=str,
)  # fmt: skip
def test_a_bad_lead_is_named_with_its_field(lead, field):
    assert faults(body({"lead_id": ID}, lead)) == [(1, field)]


@pytest.mark.parametrize(
    ("content", "field"),
    [
        (b"", None),
        (b"leads", None),
        (b"[]", None),
        (b'{"leads": []}', "leads"),
        (b'{"leads": [], "tenant": "acme"}', "leads"),
        (b'{"lead": 1}', "leads"),
    ],
)
def test_what_is_no_list_of_leads_is_said_to_be_none(content, field):
    assert faults(content)[0] == (None, field)


def test_as_many_leads_are_read_as_may_be_asked_about_and_not_one_more():
    lead = {"lead_id": ID}
    assert len(read_question(body(*[lead] * MOST_LEADS)).leads) == MOST_LEADS
    assert faults(body(*[lead] * (MOST_LEADS + 1))) == [(None, "leads")]


def test_of_very_many_faults_the_first_are_told():
    assert len(faults(body(*[{}] * 200))) == MOST_FAULTS


def test_what_was_sent_is_not_sent_back():
    with pytest.raises(BadLeads) as caught:
        read_question(body({"lead_id": "a secret"}))
    assert "secret" not in json.dumps(caught.value.detail)
    assert isinstance(caught.value.faults[0], Fault)
