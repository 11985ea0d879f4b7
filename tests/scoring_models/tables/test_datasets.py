"""Real exports, with the bars that others have set."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from scoring_models.tables.preparation import Wish, prepare
from scoring_models.tables.table import read_table
from scoring_models.tables.training import train_table

pytestmark = pytest.mark.dataset

AFTER_CONTACT = ("Tags", "Lead Quality", "Lead Profile", "Last*", "Asymmetrique*")
NUMBERS = ("age", "campaign", "pdays", "previous")
WORDS = ("job", "marital", "education", "default", "housing", "loan", "contact", "poutcome")


def trained(path, **wish):
    return train_table(prepare(read_table(path), Wish(**wish)), lambda what: None)


@pytest.fixture(scope="module")
def education(dataset):
    return dataset("scoring/x_education.csv")


def test_the_screen_names_what_was_written_down_after_the_contact(education):
    prepared = prepare(read_table(education), Wish(label="Converted"))
    assert "alone it tells won from lost leads" in prepared.excluded["Tags"]
    assert {"Lead Quality", "Last Activity", "Last Notable Activity"} <= prepared.excluded.keys()
    looked_at = {one.column for one in prepared.inputs}
    assert {
        "Lead Origin",
        "Lead Source",
        "Total Time Spent on Website",
        "What is your current occupation",
    } <= looked_at


def test_honest_columns_judge_as_well_as_they_can(education):
    metrics = trained(education, label="Converted", exclude=AFTER_CONTACT, seed=42).model.facts.metrics
    assert metrics["roc_auc"] >= 0.858
    assert metrics["average_precision"] >= 0.80
    assert metrics["ece"] <= 0.03


@pytest.fixture(scope="module")
def bank(dataset):
    return dataset("scoring/bank_marketing_first_32949.csv")


def test_columns_known_before_the_call_judge_later_calls_better_than_a_line_does(bank):
    table = read_table(bank)
    known = {*NUMBERS, *WORDS, "y"}
    facts = trained(
        bank, label="y", in_order=True, exclude=tuple(name for name in table.columns if name not in known)
    ).model.facts
    assert {one.column for one in facts.inputs} == {*NUMBERS, *WORDS}
    assert facts.metrics["roc_auc"] > plain_regression(table)


def plain_regression(table):
    """ROC-AUC of a logistic regression as anybody would write it, on the last fifth of the rows."""
    numbers = np.array([[float(text) for text in table.columns[name]] for name in NUMBERS]).T
    words = np.array([table.columns[name] for name in WORDS], dtype=object).T
    won = np.array([text == "yes" for text in table.columns["y"]])
    cut = int(0.8 * len(won))
    line = make_pipeline(LogisticRegression(max_iter=2000))
    scaler, encoder = (
        StandardScaler().fit(numbers[:cut]),
        OneHotEncoder(handle_unknown="ignore").fit(words[:cut]),
    )
    rows = np.hstack([scaler.transform(numbers), encoder.transform(words).toarray()])
    line.fit(rows[:cut], won[:cut])
    return roc_auc_score(won[cut:], line.decision_function(rows[cut:]))


def test_the_length_of_a_call_is_left_out_and_what_the_bank_knew_before_stays(bank):
    prepared = prepare(read_table(bank), Wish(label="y", in_order=True))
    assert "alone it tells won from lost leads" in prepared.excluded["duration"]
    drawn = prepare(read_table(bank), Wish(label="y"))
    assert "written down during or after the contact" in drawn.excluded["duration"]
    assert prepared.excluded.keys() == {"duration"}


def test_later_leads_of_a_funnel_are_ordered(dataset):
    facts = trained(
        dataset("scoring/olist_funnel_until_april_2018.csv"), label="won", time="first_contact_date"
    ).model.facts
    assert "it was not known then" in facts.excluded["won_date"]
    assert facts.excluded["mql_id"].startswith("an identifier")
    assert facts.metrics["roc_auc"] >= 0.68
