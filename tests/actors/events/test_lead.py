from uuid import uuid4

import pytest
from pydantic import ValidationError

from actors.events.lead import LeadScored, ScoreReason


def scored(**fields):
    given = {
        "lead_id": uuid4(),
        "account_id": uuid4(),
        "contact_id": uuid4(),
        "fit": 0.5,
        "intent": 0.0,
        "score": 50,
        "tier": "B",
        "sequence": None,
        "model": "acme-1",
        "reasons": (ScoreReason(text="Software fits", contribution=-0.25),),
    }
    return LeadScored(**given | fields)


@pytest.mark.parametrize("fields", [{"fit": 0.0, "intent": 1.0, "score": 0}, {"fit": 1.0, "score": 100}])
def test_a_score_reaches_from_nothing_to_all(fields):
    payload = scored(**fields)
    assert payload.model_dump().items() >= fields.items()
    assert LeadScored.model_validate_json(payload.model_dump_json()) == payload


@pytest.mark.parametrize(
    "fields",
    [
        {"fit": 1.01},
        {"fit": -0.01},
        {"fit": float("nan")},
        {"intent": 2.0},
        {"score": 101},
        {"score": -1},
        {"score": 50.5},
    ],
)
def test_a_score_beyond_its_bounds_is_not_said(fields):
    with pytest.raises(ValidationError):
        scored(**fields)
