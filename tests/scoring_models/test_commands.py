import json

import pytest
from typer.testing import CliRunner

from scoring_models import commands
from scoring_models.artifact import open_model
from tests.scoring_models import world


@pytest.fixture
def data(tmp_path):
    file = tmp_path / "leads.csv"
    file.write_bytes(world.labelled(600))
    return str(file)


def leadmill_model(*words):
    return CliRunner().invoke(commands.app, words)


def listed():
    answer = leadmill_model("list", "--json")
    assert answer.exit_code == 0
    return [json.loads(line) for line in answer.stdout.splitlines()]


def test_training_answers_with_the_version_and_its_measures(installation, data):
    done = leadmill_model("train", "--data", data, "--json")
    assert done.exit_code == 0
    answer = json.loads(done.stdout)
    assert (answer["model"], answer["promoted"], answer["rows"]) == ("fit-1", False, 600)
    assert answer["metrics"] == open_model(installation.path_of("fit-1")).metrics


def test_training_can_promote_at_once(installation, data):
    done = leadmill_model("train", "--data", data, "--name", "eu", "--promote")
    assert done.exit_code == 0
    assert "eu-1: trained on 600 leads, and it judges from now on" in done.stdout
    assert [(version["model"], version["aliases"]) for version in listed()] == [("eu-1", ["champion"])]


def test_the_list_is_the_newest_first_and_names_the_champion(installation, data):
    assert listed() == []
    leadmill_model("train", "--data", data)
    leadmill_model("train", "--data", data)
    assert leadmill_model("promote", "fit-1").exit_code == 0
    assert [(version["model"], version["aliases"]) for version in listed()] == [
        ("fit-2", []),
        ("fit-1", ["champion"]),
    ]
    assert "fit-2" in leadmill_model("list").stdout


def test_a_version_that_is_not_there_is_not_promoted(installation):
    missing = leadmill_model("promote", "fit-7")
    assert missing.exit_code == 1
    assert missing.stderr == "There is no model 'fit-7'.\n"


def test_bad_data_is_told_in_one_sentence(installation, data, tmp_path):
    file = tmp_path / "bad.csv"
    file.write_bytes(world.labelled(600).replace(b",1\n", b",won\n", 1))
    done = leadmill_model("train", "--data", str(file))
    assert done.exit_code == 1
    assert "column won: 'won' is not 0 or 1." in done.stderr
    assert listed() == []


def test_wrong_use_ends_with_2(installation, data, tmp_path):
    assert leadmill_model("train", "--data", str(tmp_path / "nothing.csv")).exit_code == 2
    assert leadmill_model("train", "--data", data, "--name", "Fit").exit_code == 2
