import subprocess
import sys
from uuid import uuid4

import pytest
from pydantic import ValidationError

from scoring_models.schema import Engagement, Score, ScoreRequest


def test_a_lead_of_whom_nothing_is_known_is_a_request():
    request = ScoreRequest(lead_id=uuid4())
    assert request.employees is None
    assert request.engagement == ()


def test_requests_and_scores_do_not_change():
    request = ScoreRequest(lead_id=uuid4(), engagement=(Engagement(kind="reply", days_ago=1),))
    with pytest.raises(ValidationError):
        request.employees = 5


@pytest.mark.parametrize("wrong", [{"employees": 2**63}, {"employees": 1.5}, {"emploees": 3}])
def test_a_request_refuses_what_no_column_can_hold(wrong):
    with pytest.raises(ValidationError):
        ScoreRequest(lead_id=uuid4(), **wrong)


@pytest.mark.parametrize(
    "wrong", [{"fit": 1.1}, {"fit": float("nan")}, {"intent": -0.1}, {"score": 101}, {"tier": "E"}]
)
def test_a_score_stays_on_its_scale(wrong):
    right = {
        "lead_id": uuid4(),
        "fit": 0.5,
        "intent": 0,
        "score": 50,
        "tier": "B",
        "model": "fit-1",
        "reasons": (),
    }
    Score(**right)
    with pytest.raises(ValidationError):
        Score(**right | wrong)


@pytest.mark.parametrize("module", ["schema", "columns", "intent", "standing", "errors", "commands"])
def test_what_agents_read_reaches_no_array_library(module):
    heavy = "{'numpy', 'sklearn', 'ray'} & set(sys.modules)"
    program = f"import sys, scoring_models.{module}; sys.exit(bool({heavy}))"
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0
