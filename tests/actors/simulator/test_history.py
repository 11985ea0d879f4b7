from itertools import islice

import pytest
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.preprocessing import MaxAbsScaler

from actors.simulator.history import COLUMNS, history
from actors.simulator.world import World


@pytest.fixture(scope="module")
def leads(world):
    return list(history(world, 6000))


def test_leads_have_exactly_the_columns(leads):
    assert all(tuple(lead) == COLUMNS for lead in leads)


def test_more_rows_begin_with_the_same_rows(world, leads):
    assert list(history(world, 20)) == leads[:20]
    assert list(islice(history(World(8, 600, world.today), 20), 20)) != leads[:20]


def test_one_lead_in_five_was_won(leads):
    assert 0.17 < sum(lead["won"] for lead in leads) / len(leads) < 0.23


def test_email_statuses_are_those_of_the_product(leads):
    assert {lead["email_status"] for lead in leads} == {"deliverable", "accept_all", "risky", "unknown"}


def test_some_facts_are_missing_but_never_the_label(leads):
    assert all(lead["won"] in {0, 1} for lead in leads)
    for column in ("employees", "revenue_usd", "funding_usd", "department"):
        assert any(lead[column] is None for lead in leads)


def test_winning_can_be_learnt_but_not_perfectly(leads):
    facts = [{k: f"{k} {_bin(v)}" for k, v in lead.items() if k != "won"} for lead in leads]
    table = MaxAbsScaler().fit_transform(
        DictVectorizer().fit_transform(dict.fromkeys(f.values(), 1) for f in facts)
    )
    won = [lead["won"] for lead in leads]
    model = LogisticRegression(C=0.2, max_iter=300).fit(table[:4000], won[:4000])
    auc = roc_auc_score(won[4000:], model.predict_proba(table[4000:])[:, 1])
    assert 0.74 < auc < 0.88


def _bin(value):
    """Numbers by their order of magnitude, everything else as it is."""
    return len(bin(value)) if isinstance(value, int) else value
