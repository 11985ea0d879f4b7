"""Rules as a model: before anybody knows what came of leads."""

import json
import math
import random
from uuid import UUID

import pytest

from scoring_models.artifact import open_model, write_model
from scoring_models.columns import pack
from scoring_models.explain import Scorecard
from scoring_models.features import matrix
from scoring_models.rules import EMAIL_STATUSES, GROWTH, SENIORITIES, Rules, as_model
from scoring_models.schema import ScoreRequest
from tenants.icp import Persona
from tests.scoring_models import world
from tests.scoring_models.test_commands import leadmill_model

WANTED = Rules.of([Persona(seniorities=("director",), departments=("it",))])


def leads(count=500):
    dice = random.Random(3)
    return [
        ScoreRequest(
            lead_id=UUID(int=at),
            industry=dice.choice(["Software", "Retail", None]),
            country=dice.choice(["DE", None]),
            employees=dice.choice([5, 5_000, None]),
            seniority=dice.choice([*SENIORITIES, None]),
            department=dice.choice(["it", "another", None]),
            email_status=dice.choice([*EMAIL_STATUSES, None]),
            **{name: dice.choice([0, 20, None]) for name in GROWTH},
        )
        for at in range(count)
    ]


@pytest.mark.parametrize("rules", [Rules(), WANTED], ids=["anybody", "personas"])
def test_the_model_says_what_the_rules_say(rules):
    model, asked = as_model(rules, created_at=world.NOON), leads()
    fit = model.pipeline.predict_proba(matrix(pack(asked)))[:, 1]
    said = [1 / (1 + math.exp(-rules.log_odds(lead))) for lead in asked]
    assert max(abs(one - other) for one, other in zip(fit, said, strict=True)) < 0.05


def test_it_explains_itself_as_any_other_and_has_no_measures_to_show():
    model, asked = as_model(WANTED, created_at=world.NOON), leads()
    rows = matrix(pack(asked))
    card = Scorecard(model.pipeline, model.averages)
    told = card.base + card.contributions(rows).sum(axis=1)
    fit = model.pipeline.predict_proba(rows)[:, 1]
    assert told == pytest.approx([math.log(one / (1 - one)) for one in fit], abs=1e-6)
    assert (model.metrics, model.rows, model.reference) == ({}, 0, None)


def test_what_a_persona_asks_for_counts_and_what_nobody_has_an_opinion_on_does_not():
    def fit(model, **known):
        rows = matrix(pack([ScoreRequest(lead_id=UUID(int=1), **known)]))
        return float(model.pipeline.predict_proba(rows)[0, 1])

    model, anybody = (as_model(rules, created_at=world.NOON) for rules in (WANTED, Rules()))
    assert fit(model, seniority="director") > fit(anybody, seniority="director") + 0.05
    assert fit(model, department="it") > fit(model, department="sales") + 0.05
    assert fit(model, seniority="vp", email_status="deliverable") > fit(model, seniority="vp")
    assert fit(model, email_status="undeliverable") < fit(model) / 3
    for known in ({"industry": "Steel"}, {"country": "DE"}, {"employees": 7}):
        assert fit(model, **known) == pytest.approx(fit(model), abs=1e-6)


def test_the_same_rules_give_the_same_model_and_others_another_hash(tmp_path):
    files = [write_model(as_model(WANTED, created_at=world.NOON), tmp_path / name) for name in "ab"]
    assert files[0].name == files[1].name
    assert WANTED.sha256 == Rules(frozenset({"director"}), frozenset({"it"})).sha256 != Rules().sha256


def test_rules_judge_until_there_is_more_and_a_tenants_own_model_is_drawn_from_them(
    installation, add_tenants, tmp_path
):
    add_tenants("acme")
    done = leadmill_model("rules", "--promote", "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout) == {"model": "rules-1", "promoted": True}
    listed = leadmill_model("list")
    assert "rules-1" in listed.stdout
    assert "champion" in listed.stdout
    card = leadmill_model("card", "rules-1")
    assert "rules, and no outcome" in " ".join(card.stdout.split())
    (tmp_path / "acme.csv").write_bytes(world.labelled(600, seed=3))
    own = leadmill_model("train", "--data", str(tmp_path / "acme.csv"), "--tenant", "acme", "--json")
    assert own.exit_code == 0, own.output
    answer = json.loads(own.stdout)
    assert answer["drawn_from"] == "rules-1"
    assert answer["metrics"]["roc_auc"] > answer["prior_metrics"]["roc_auc"]
    assert open_model(installation.path_of(answer["model"])).prior.model == "rules-1"


def test_a_tenants_rules_are_those_of_its_personas_and_judge_its_leads_alone(installation, add_tenants):
    (acme,) = add_tenants("acme")
    done = leadmill_model("rules", "--tenant", "acme", "--promote")
    assert done.exit_code == 0, done.output
    assert f"rules-{acme.id.hex}-1" in done.stdout
    assert "no likelihood" in " ".join(done.stdout.split())
    assert leadmill_model("list", "--json").stdout == ""
