import json
import math
from dataclasses import replace

import numpy as np
import pytest

from scoring_models.artifact import write_model
from scoring_models.columns import pack
from scoring_models.dataset import LABEL, parse_dataset
from scoring_models.drift import BINS, SCORE, TELLING, drift, psi, psi_by_chance, reference_of
from scoring_models.features import CATEGORIES, FEATURES, LEAST_ROWS, matrix
from scoring_models.schema import ScoreRequest
from tests.scoring_models import world
from tests.scoring_models.test_commands import leadmill_model

MODEL = world.trained()


def leads_of(fields):
    return parse_dataset(world.table([one | {LABEL: 0} for one in fields])).leads


def fields_of(count, seed):
    return [fields for fields, _ in world.leads(count, seed)]


def drifted(fields):
    """What is said of leads with these fields, and each movement by its name."""
    leads = leads_of(fields)
    found = drift(MODEL.reference, leads, MODEL.pipeline.predict_proba(matrix(leads))[:, 1])
    return found, {one.name: one for one in found.movements}


@pytest.mark.parametrize(
    ("then", "now", "worked_out"),
    [
        # (0.75 - 0.5) ln 1.5 + (0.25 - 0.5) ln 0.5 = 0.101366 + 0.173287
        ([50, 50], [75, 25], 0.274653),
        # 0.1 ln 1.2 - 0.1 ln 0.8 = 0.018232 + 0.022314
        ([500, 500], [60, 40], 0.040547),
        ([10, 20, 70], [100, 200, 700], 0.0),
        # the empty cell has half a lead of a hundred: (0.005 - 0.1) ln 0.05, and 0.1 ln (1 / 0.9)
        ([10, 90], [0, 100], 0.295131),
        # what neither has makes no difference
        ([50, 0, 50], [75, 0, 25], 0.274653),
    ],
)
def test_the_index_is_as_worked_out_by_hand(then, now, worked_out):
    assert psi(np.array(then, float), np.array(now, float)) == pytest.approx(worked_out, abs=1e-6)


def test_what_chance_does_is_as_tables_and_trials_have_it():
    # chi-squared with 9 degrees of freedom: 23.59 is exceeded in one case of two hundred
    even, few = np.full(10, 1000.0), np.full(10, 20.0)
    bound = psi_by_chance(even, few)
    assert bound == pytest.approx(23.59 * (1 / 10_000 + 1 / 200), rel=5e-3)
    drawn = np.random.default_rng(1).multinomial(200, np.full(10, 0.1), size=5_000).astype(float)
    assert 0 < np.mean([psi(even, one) > bound for one in drawn]) < 0.015


def test_a_feature_that_moved_is_named_with_its_index_its_missing_rates_and_a_proposal():
    """Half of all leads lose what is known of their size, and nothing else happens."""
    before = fields_of(3000, 1)  # those that the model was trained on
    then = sum(one["employees"] is None for one in before) / 3000
    fields = [one | {"employees": None} if at % 2 else one for at, one in enumerate(before)]
    now = sum(one["employees"] is None for one in fields) / 3000
    found, by_name = drifted(fields)
    employees = by_name["employees"]
    assert employees.missing_then == pytest.approx(then)
    assert employees.missing == pytest.approx(now)
    # every other share is halved alike, so this is all there is
    known = [math.log((1 - now) / (1 - then)) * (then - now), math.log(now / then) * (now - then)]
    assert employees.psi == pytest.approx(sum(known), abs=0.02)
    assert employees.verdict == "moved"
    assert by_name["industry"].psi == 0
    assert found.asks_for_training
    assert found.proposal.startswith("Train the model anew: ")
    assert f"employees ({employees.psi:.2f})" in found.proposal
    assert "industry" not in found.proposal


def test_leads_of_the_same_world_are_steady():
    found, by_name = drifted(fields_of(2000, 31))
    assert {one.verdict for one in found.movements} == {"steady"}
    assert list(by_name) == [SCORE, *FEATURES]
    assert found.proposal == "Nothing to do: the leads are spread as those that it was trained on."
    assert (found.rows_then, found.rows, found.caution) == (3000, 2000, None)


def test_what_begins_to_move_is_to_be_watched():
    """One lead of forty comes from a country that training never met."""
    some = [one | {"country": "SE"} if at % 40 == 0 else one for at, one in enumerate(fields_of(3000, 1))]
    found, by_name = drifted(some)
    assert 0.1 < by_name["country"].psi < 0.2
    assert by_name["country"].verdict == "watch"
    assert found.proposal == f"Look again soon: country ({by_name['country'].psi:.2f}) began to move."
    assert not found.asks_for_training


def test_the_score_moves_where_better_leads_come():
    best = sorted(world.leads(3000, 32), key=lambda one: -one[1])[:1000]
    _, by_name = drifted([fields for fields, _ in best])
    assert by_name[SCORE].verdict == "moved"
    assert by_name[SCORE].psi > max(by_name[name].psi for name in FEATURES)


def test_few_leads_tell_little_and_that_is_said():
    found, _ = drifted(fields_of(40, 33))
    assert {one.verdict for one in found.movements} == {"steady"}  # whatever chance has done to them
    assert found.caution == f"These are 40 leads; fewer than {TELLING} tell little."
    assert max(one.psi for one in found.movements) > 0.1
    found, _ = drifted([one | {"industry": "Mining", "seniority": "intern"} for one in fields_of(40, 33)])
    assert found.asks_for_training


def test_each_share_is_of_enough_leads_and_its_borders_are_rounded():
    leads = pack(world.requests(95))
    reference = reference_of(leads, np.linspace(0.01, 0.99, 95))
    for name, spread in reference.spreads.items():
        counts = np.array(spread.shares) * 95
        assert sum(spread.shares) + spread.missing == pytest.approx(1), name
        assert len(spread.borders) < BINS
        if name in CATEGORIES:
            counts = counts[:-1]  # the last is of all other values
        if counts.sum() >= LEAST_ROWS:
            assert counts.min() >= LEAST_ROWS - 1e-6, name
        for border in spread.borders:
            assert border == (round(border) if name == "founded_year" else float(f"{border:.1e}"))


def test_a_feature_that_nobody_has_neither_divides_by_nothing_nor_moves():
    leads = pack([ScoreRequest(lead_id=request.lead_id) for request in world.requests(50)])
    fit = np.full(50, 0.3)
    found = drift(reference_of(leads, fit), leads, fit)
    assert [one.psi for one in found.movements] == [0.0] * (1 + len(FEATURES))


def test_the_command_tells_of_a_models_drift_by_label_and_by_file(installation, everybodys, tmp_path):
    file = tmp_path / "late.csv"
    file.write_bytes(world.table([one | {"seniority": None} for one in fields_of(300, 34)]))
    for model in (everybodys, str(installation.path_of(everybodys))):
        done = leadmill_model("drift", model, "--data", str(file), "--json")
        assert done.exit_code == 0
        answer = json.loads(done.stdout)
        assert (answer["model"], answer["rows"], answer["retrain"]) == (model, 300, True)
        assert "seniority" in answer["proposal"]
        moved = {one["name"]: one for one in answer["movements"]}["seniority"]
        assert (moved["verdict"], moved["missing"]) == ("moved", 1.0)
    shown = leadmill_model("drift", everybodys, "--data", str(file)).stdout
    assert answer["proposal"] in shown.replace("\n", " ")
    assert leadmill_model("drift", "fit-9", "--data", str(file)).stderr == "There is no model 'fit-9'.\n"


def test_a_model_of_before_is_told_to_be_trained_anew(installation, tmp_path):
    file = tmp_path / "late.csv"
    file.write_bytes(world.labelled(50))
    old = write_model(replace(MODEL, reference=None), tmp_path)
    done = leadmill_model("drift", str(old), "--data", str(file))
    assert done.exit_code == 1
    assert "train it anew" in done.stderr
