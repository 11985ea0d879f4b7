import numpy as np
import pytest

from scoring_models.errors import ColumnsMissingError
from tests.scoring_models.tables import exports

MODEL = exports.trained().model
FRESH = exports.export(300, seed=4)


def test_order_and_more_columns_change_nothing():
    other = {"Extra": ["x"] * 300, **dict(reversed(FRESH.items()))}
    plain = MODEL.probability(exports.table_of(FRESH))
    assert (MODEL.probability(exports.table_of(other)) == plain).all()


def test_a_table_needs_neither_the_label_nor_what_is_left_out():
    looked_at = {one.column for one in MODEL.facts.inputs}
    less = {name: values for name, values in FRESH.items() if name in looked_at}
    assert (MODEL.probability(exports.table_of(less)) == MODEL.probability(exports.table_of(FRESH))).all()


def test_columns_that_are_missing_are_named():
    less = {name: values for name, values in FRESH.items() if name not in ("Budget", "Demo")}
    with pytest.raises(
        ColumnsMissingError, match="lacks 2 of the columns that the model looks at: Budget, Demo"
    ):
        MODEL.probability(exports.table_of(less))


def test_values_that_training_never_met_have_a_probability():
    strange = {**FRESH, "Industry": ["Mining"] * 300, "Budget": ["a lot"] * 300}
    fit = MODEL.probability(exports.table_of(strange))
    assert np.isfinite(fit).all()
    assert ((fit > 0) & (fit < 1)).all()


def test_what_is_registered_names_no_lead():
    text = str(MODEL.registered)
    assert "account 1" not in text
    assert "L-0001" not in text
    assert "software" in text
