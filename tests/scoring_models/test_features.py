import math
from uuid import uuid4

import pytest

from scoring_models.columns import pack
from scoring_models.features import FEATURES, MISSING, NUMBERS, believed, matrix, spelled
from scoring_models.schema import ScoreRequest


def test_a_matrix_has_a_row_for_each_lead_and_a_column_for_each_feature():
    rows = matrix(pack([ScoreRequest(lead_id=uuid4(), employees=12, country=" De ")] * 3))
    assert rows.shape == (3, len(FEATURES))
    assert rows[0, FEATURES.index("employees")] == 12.0
    assert rows[0, FEATURES.index("country")] == "de"


def test_no_leads_make_an_empty_matrix():
    assert matrix(pack([])).shape == (0, len(FEATURES))


@pytest.mark.parametrize("number", NUMBERS, ids=lambda number: number.name)
def test_what_cannot_be_true_is_missing(number):
    wrong = [None, math.nan, math.inf, -math.inf, -1.0, number.low - 1, number.high + 1]
    assert all(math.isnan(value) for value in believed(number, wrong))
    assert believed(number, [number.low, number.high]).tolist() == [number.low, number.high]


def test_case_and_spacing_of_a_category_do_not_count():
    assert spelled("  Real\tESTATE ") == spelled("real estate") == "real estate"
    assert spelled(None) == spelled("") == spelled(" \n ") == MISSING
