import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from scoring_models.bootstrap import MEASURES
from scoring_models.tables.artifact import write_table_model
from scoring_models.tables.preparation import Wish
from tests.scoring_models.tables import exports


def test_the_same_data_and_wish_give_the_same_file_to_the_byte(tmp_path):
    wish = Wish(label="Won", time="Created", group="Account")
    files = [
        write_table_model(exports.trained_on(exports.export(1500), wish).model, tmp_path / name)
        for name in ("one", "two")
    ]
    assert files[0].name == files[1].name
    assert files[0].read_bytes() == files[1].read_bytes()


def test_another_seed_measures_on_other_leads():
    one, other = (
        exports.trained_on(exports.export(600), Wish(label="Won", seed=seed)).model for seed in (1, 2)
    )
    assert one.facts.metrics != other.facts.metrics


def test_a_model_says_what_it_was_made_of():
    facts = exports.trained().model.facts
    table = exports.table_of(exports.export())
    assert (facts.rows, facts.positives) == (1500, exports.export()["Won"].count("1"))
    assert facts.data_sha256 == table.sha256
    assert facts.code.startswith("0.1.0+")
    assert facts.split == "the latest by Created"
    assert set(facts.metrics) == set(facts.intervals) == set(MEASURES)
    assert all(
        low <= facts.metrics[name] <= high for name, (low, high) in facts.intervals.items() if name != "ece"
    )
    assert facts.baseline["model"] == "logistic regression"


def test_later_leads_are_judged_nearly_as_well_as_they_can_be():
    fresh = exports.export(6000, seed=9)
    model = exports.trained().model
    fit = model.probability(exports.table_of(fresh))
    won = np.array(fresh["Won"]) == "1"
    assert roc_auc_score(won, fit) > 0.72  # the law that made the labels reaches about 0.77
    assert abs(fit.mean() - won.mean()) < 0.05


def test_a_table_without_signal_is_told_as_such_and_its_probabilities_say_little():
    facts = exports.trained_on(exports.noise(), Wish(label="won")).model.facts
    assert not facts.has_signal
    assert facts.baseline["verdict"].startswith("no better than the base rate (ROC-AUC 0.")
    low, high = facts.intervals["roc_auc"]
    assert low < 0.5 < high
    assert exports.trained().model.facts.has_signal
    fit = exports.trained_on(exports.noise(), Wish(label="won")).model.probability(
        exports.table_of(exports.noise(seed=6))
    )
    assert np.ptp(fit) < 0.2
    assert fit.mean() == pytest.approx(0.3, abs=0.05)


def test_a_strong_leak_that_is_forced_shows_what_it_would_have_promised():
    columns = exports.export(800)
    leak = {**columns, "Result": ["signed" if won == "1" else "" for won in columns["Won"]]}
    honest = exports.trained_on(leak, Wish(label="Won")).model.facts
    forced = exports.trained_on(leak, Wish(label="Won", force=("Result",))).model.facts
    assert "Result" in honest.excluded
    assert honest.metrics["roc_auc"] < 0.9 < forced.metrics["roc_auc"]
