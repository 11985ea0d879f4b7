import json
from contextlib import asynccontextmanager

import pytest
from typer.testing import CliRunner

from scoring_models import commands
from scoring_models.errors import ModelNameError, ModelUnknownError
from tenants.records import ModelVersion
from tests.scoring_models import world


class Shelf:
    """A registry in memory: what the commands ask of the real one."""

    def __init__(self):
        self.kept = []
        self.champion = None

    async def register(self, model, *, name):
        if name != name.lower():
            raise ModelNameError(name)
        version = len(self.kept) + 1
        self.kept.append(
            ModelVersion(None, name, version, "00", "00.model", model.metrics, model.facts, world.NOON)
        )
        return self.kept[-1].label

    async def promote(self, label):
        if label not in {version.label for version in self.kept}:
            raise ModelUnknownError(label)
        self.champion = label

    async def versions(self):
        return self.kept


@pytest.fixture
def shelf(monkeypatch):
    shelf = Shelf()

    @asynccontextmanager
    async def opened():
        yield shelf

    monkeypatch.setattr(commands, "_registry", opened)
    return shelf


@pytest.fixture
def data(tmp_path):
    file = tmp_path / "leads.csv"
    file.write_bytes(world.labelled(600))
    return str(file)


def leadmill_model(*words):
    return CliRunner().invoke(commands.app, words)


def test_training_answers_with_the_version_and_its_measures(shelf, data):
    done = leadmill_model("train", "--data", data, "--json")
    assert done.exit_code == 0
    answer = json.loads(done.stdout)
    assert (answer["model"], answer["promoted"], answer["rows"]) == ("fit-1", False, 600)
    assert answer["metrics"] == shelf.kept[0].metrics
    assert shelf.champion is None


def test_training_can_promote_at_once(shelf, data):
    done = leadmill_model("train", "--data", data, "--name", "eu", "--promote")
    assert done.exit_code == 0
    assert "eu-1: trained on 600 leads, and it judges from now on" in done.stdout
    assert shelf.champion == "eu-1"


def test_the_list_is_one_object_a_line(shelf, data):
    for _ in range(2):
        leadmill_model("train", "--data", data)
    lines = [json.loads(line) for line in leadmill_model("list", "--json").stdout.splitlines()]
    assert {line["model"] for line in lines} == {"fit-1", "fit-2"}
    assert "fit-2" in leadmill_model("list").stdout


def test_promoting_a_version_and_one_that_is_not_there(shelf, data):
    leadmill_model("train", "--data", data)
    assert leadmill_model("promote", "fit-1").exit_code == 0
    assert shelf.champion == "fit-1"
    missing = leadmill_model("promote", "fit-7")
    assert missing.exit_code == 1
    assert "There is no model 'fit-7'." in missing.stderr


def test_bad_data_is_told_in_one_sentence(shelf, tmp_path):
    file = tmp_path / "leads.csv"
    file.write_bytes(world.labelled(600).replace(b",1\n", b",won\n", 1))
    done = leadmill_model("train", "--data", str(file))
    assert done.exit_code == 1
    assert "column won: 'won' is not 0 or 1." in done.stderr
    assert shelf.kept == []


def test_wrong_use_ends_with_2(shelf, data, tmp_path):
    assert leadmill_model("train", "--data", str(tmp_path / "nothing.csv")).exit_code == 2
    assert leadmill_model("train", "--data", data, "--name", "Fit").exit_code == 2
    assert leadmill_model("train").exit_code == 2
