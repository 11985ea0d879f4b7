import json
import re
import shlex
from pathlib import Path

import pytest

from scoring_models.artifact import open_model
from tests.scoring_models import world
from tests.scoring_models.test_commands import leadmill_model

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "retraining.md").read_text()


@pytest.fixture
def data(tmp_path):
    """A file with so many labelled leads."""

    def write(count):
        file = tmp_path / "leads.csv"
        file.write_bytes(world.labelled(count, seed=3))
        return str(file)

    return write


def test_a_tenants_model_is_drawn_from_everybodys_and_judges_its_leads_alone(
    installation, add_tenants, everybodys, data
):
    (acme,) = add_tenants("acme")
    done = leadmill_model("train", "--data", data(600), "--tenant", "acme", "--promote", "--json")
    assert done.exit_code == 0, done.output
    answer = json.loads(done.stdout)
    assert answer["model"] == f"fit-{acme.id.hex}-1"
    assert (answer["tenant"], answer["drawn_from"], answer["promoted"]) == ("acme", everybodys, True)
    model = open_model(installation.path_of(answer["model"]))
    assert answer["metrics"] == model.metrics
    assert answer["prior_metrics"] == model.prior.metrics
    (listed,) = [json.loads(line) for line in leadmill_model("list", "--json").stdout.splitlines()]
    assert (listed["model"], listed["aliases"]) == (everybodys, ["champion"])
    (own,) = map(json.loads, leadmill_model("list", "--tenant", "acme", "--json").stdout.splitlines())
    assert (own["model"], own["aliases"]) == (answer["model"], ["champion"])


def test_too_few_outcomes_are_told_in_words_and_everybodys_model_goes_on_judging(
    add_tenants, everybodys, data
):
    add_tenants("acme")
    few = data(50)
    won = Path(few).read_text().count(",1\n")
    words = f"not enough outcomes yet: {min(won, 40) + min(50 - won, 40)} of 80"
    done = leadmill_model("train", "--data", few, "--tenant", "acme")
    assert done.exit_code == 0
    assert done.stdout == f"acme: {words}. Its leads are judged by everybody's model, {everybodys}.\n"
    answer = json.loads(leadmill_model("train", "--data", few, "--tenant", "acme", "--json").stdout)
    assert (answer["model"], answer["note"], answer["outcomes"]) == (None, words, int(words.split()[4]))


def test_without_a_model_for_everybody_there_is_nothing_to_draw_from(add_tenants, data):
    add_tenants("acme")
    done = leadmill_model("train", "--data", data(600), "--tenant", "acme")
    assert done.exit_code == 1
    assert "train it, and promote it" in done.stderr


def test_a_tenant_that_is_not_there_and_a_table_of_its_own_are_refused(installation, everybodys, data):
    unknown = leadmill_model("train", "--data", data(600), "--tenant", "acme")
    assert unknown.exit_code == 2
    assert "no tenant is called 'acme'" in unknown.output
    assert leadmill_model("train", "--data", data(600), "--tenant", "acme", "--label", "won").exit_code == 2


def test_the_pages_commands_for_tenants_do_as_it_says(
    installation, add_tenants, everybodys, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    add_tenants("acme")
    for seed, name in enumerate(("acme", "lately"), start=3):
        (tmp_path / f"{name}.csv").write_bytes(world.labelled(1_000, seed=seed))
    lines = re.findall(r"^\.venv/bin/leadmill model (.+)$", PAGE, re.MULTILINE)[3:]
    told = ["train", "drift", "drift", "retrain", "upkeep", "upkeep"]
    assert [line.split()[0] for line in lines] == told
    del lines[3]  # tests/serve runs it
    train, drift, live, found, anew = (leadmill_model(*shlex.split(line, comments=True)) for line in lines)
    assert "Nobody has looked yet" in found.stdout
    assert "not enough outcomes yet: 0 of 80" in anew.stdout
    assert f"drawn from {everybodys} by 1,000 leads of acme" in train.stdout.replace("\n", " ")
    assert "Nothing to do" in drift.stdout
    assert "There are 0 leads" in live.stderr  # nobody has sourced any for acme
