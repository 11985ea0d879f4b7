import random
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from scoring_models.errors import SplitError
from scoring_models.outcomes import backtest, dataset_of
from tenants.records import Judged
from tenants.store.outcomes import Outcome

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
WHEN = {"since": NOON - timedelta(days=180), "until": NOON - timedelta(days=90), "within_days": 90}


def outcomes(count=400):
    """Leads whose fit was as likely as it said, two models' among them."""
    dice = random.Random(5)
    made = []
    for at in range(count):
        fit = dice.random()
        asked = {"employees": at, "industry": "Software", "engagement": [{"kind": "click", "days_ago": 2.0}]}
        judged = Judged(
            UUID(int=at), NOON - timedelta(days=100), f"fit-{1 + at % 2}", fit, 0.0, int(100 * fit),
            "A" if fit > 0.5 else "C", asked,
        )  # fmt: skip
        made.append(Outcome(judged, dice.random() < fit))
    return made


def test_a_backtest_takes_scores_as_they_were_given():
    found = outcomes()
    told = backtest(found, **WHEN)
    assert told.models == ("fit-1", "fit-2")
    assert told.evaluation.rows == 400
    assert told.evaluation.positives == sum(one.is_won for one in found)
    assert told.evaluation.measures["roc_auc"].value > 0.7
    assert [tier.tier for tier in told.tiers] == ["A", "C"]
    assert told.tiers[0].won / told.tiers[0].rows > 2 * told.tiers[1].won / told.tiers[1].rows
    turned = [Outcome(one.judged, not one.is_won) for one in found]
    assert backtest(turned, **WHEN).evaluation.measures["roc_auc"].value < 0.3


def test_nothing_is_measured_where_nobody_or_everybody_answered():
    for is_won in (True, False):
        with pytest.raises(SplitError, match="measuring takes both"):
            backtest([Outcome(one.judged, is_won) for one in outcomes(50)], **WHEN)
    with pytest.raises(SplitError, match="of 0 leads 0 answered"):
        backtest([], **WHEN)


def test_the_data_set_is_what_models_were_told_and_its_hash_changes_with_it():
    found = outcomes(10)
    made = dataset_of(found)
    assert list(made.leads.employees) == list(range(10))
    assert made.leads.industry[0] == "Software"
    assert made.leads.engagement[0] == (("click", 2.0),)
    assert made.won == tuple(one.is_won for one in found)
    assert dataset_of(found).sha256 == made.sha256
    other = [*found[:-1], Outcome(found[-1].judged, not found[-1].is_won)]
    assert dataset_of(other).sha256 != made.sha256
