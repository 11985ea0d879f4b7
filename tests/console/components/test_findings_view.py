import pytest

from console.components.findings_view import why
from tenants.policies import FieldPolicy
from tenants.records import PERSON

STANDS = {"is_current": True, "value": 240, "provider": "apollo"}


@pytest.mark.parametrize(
    ("one", "standing", "policy", "said"),
    [
        (STANDS, STANDS, FieldPolicy.FILL_EMPTY, "stands"),
        ({**STANDS, "provider": PERSON}, STANDS, FieldPolicy.FILL_EMPTY, "a person wrote it"),
        ({"is_current": False, "value": None}, STANDS, FieldPolicy.FILL_EMPTY, "found nothing"),
        ({"is_current": False, "value": 240}, STANDS, FieldPolicy.FILL_EMPTY, "says the same"),
        ({"is_current": False, "value": 9}, STANDS, FieldPolicy.NEWER_WINS, "another one is newer"),
        (
            {"is_current": False, "value": 9},
            {**STANDS, "provider": PERSON},
            FieldPolicy.NEWER_WINS,
            "a person wrote another one",
        ),
        (
            {"is_current": False, "value": 9},
            {**STANDS, "is_current": False},
            FieldPolicy.NEWER_WINS,
            "was not taken up",
        ),
    ],
)
def test_each_finding_says_why_it_stands_or_does_not(one, standing, policy, said):
    assert why(one, standing, policy) == said


def test_every_policy_has_words():
    for policy in FieldPolicy:
        assert why({"is_current": False, "value": 9}, STANDS, policy)
