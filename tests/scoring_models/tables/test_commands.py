import csv
import json
import re

import pytest
from typer.testing import CliRunner

from scoring_models import commands
from tests.scoring_models.tables import exports

ANSWER = ["model", "rows", "positives", "excluded", "metrics", "intervals", "baseline"]
MEASURES = ["roc_auc", "average_precision", "brier", "ece", "lift_10"]


def leadmill_model(*words):
    return CliRunner().invoke(commands.app, [str(word) for word in words])


@pytest.fixture
def data(tmp_path):
    file = tmp_path / "leads.csv"
    file.write_bytes(exports.csv_of(exports.export(800), ";"))
    return file


@pytest.fixture
def later(tmp_path):
    file = tmp_path / "later.csv"
    file.write_bytes(exports.csv_of(exports.export(400, seed=7)))
    return file


@pytest.fixture
def installation(database_url, monkeypatch, tmp_path):
    monkeypatch.setenv("LEADMILL_DATABASE_URL", database_url)
    monkeypatch.setenv("LEADMILL_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def no_database(monkeypatch, tmp_path):
    """Whoever asks a database fails."""
    monkeypatch.setenv("LEADMILL_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    monkeypatch.setenv("LEADMILL_HOME", str(tmp_path / "home"))


def test_a_model_is_trained_listed_and_scores_another_file(installation, data, later, tmp_path):
    done = leadmill_model("train", "--data", data, "--label", "Won", "--name", "crm", "--json")
    assert done.exit_code == 0, done.output
    answer = json.loads(done.stdout)
    assert list(answer) == ANSWER
    assert (answer["model"], answer["rows"]) == ("crm-1", 800)
    assert "Lead Id" in answer["excluded"]
    listed = leadmill_model("list")
    assert "crm-1" in listed.stdout
    assert json.loads(leadmill_model("list", "--json").stdout)["facts"]["label"]["column"] == "Won"
    assert (installation / "models" / "reports" / "crm-1.html").exists()
    out = tmp_path / "scored.csv"
    scored = leadmill_model("score", "crm-1", "--data", later, "--label", "Won", "--out", out, "--json")
    assert scored.exit_code == 0, scored.output
    told = json.loads(scored.stdout)
    assert (told["model"], told["rows"]) == ("crm-1", 400)
    assert list(told["metrics"]) == MEASURES
    assert 0.65 < told["metrics"]["roc_auc"] < 0.9
    rows = list(csv.DictReader(out.read_text().splitlines()))
    assert len(rows) == 400
    assert all(0 < float(row["probability"]) < 1 for row in rows)
    assert [row["Lead Id"] for row in rows] == exports.export(400, seed=7)["Lead Id"]


def test_without_a_database_a_model_lives_in_a_folder(no_database, data, later, tmp_path):
    done = leadmill_model("train", "--data", data, "--label", "Won", "--to", tmp_path / "tried", "--json")
    assert done.exit_code == 0, done.output
    file = json.loads(done.stdout)["model"]
    by_file = leadmill_model("score", file, "--data", later, "--json")
    by_folder = leadmill_model("score", tmp_path / "tried", "--data", later, "--json")
    assert json.loads(by_file.stdout)["metrics"] == json.loads(by_folder.stdout)["metrics"]
    assert len(list((tmp_path / "tried").glob("*.html"))) == 1


def test_without_outcomes_leads_are_scored_and_nothing_is_measured(no_database, data, later, tmp_path):
    leadmill_model("train", "--data", data, "--label", "Won", "--to", tmp_path / "tried")
    columns = exports.export(50, seed=3)
    del columns["Won"]
    columns["Industry"] = ["Mining"] * 50
    later.write_bytes(exports.csv_of(columns))
    scored = leadmill_model("score", tmp_path / "tried", "--data", later, "--json")
    assert json.loads(scored.stdout) == {"model": str(tmp_path / "tried"), "rows": 50}
    assert "Industry: 50 rows have a rare or new value" in scored.stderr
    missing = leadmill_model("score", tmp_path / "tried", "--data", later, "--label", "Won")
    assert missing.exit_code == 2
    assert "no column 'Won'" in missing.stderr


def test_a_score_of_the_very_data_is_said_to_flatter(no_database, data, tmp_path):
    leadmill_model("train", "--data", data, "--label", "Won", "--to", tmp_path / "tried")
    assert "flatter" in leadmill_model("score", tmp_path / "tried", "--data", data).stderr


def test_people_read_kinds_measures_and_the_verdict(no_database, data, tmp_path):
    done = leadmill_model(
        "train", "--data", data, "--label", "Won", "--time", "Created", "--to", tmp_path / "tried"
    )
    assert done.exit_code == 0
    assert "measured on 160 that it had not seen, the latest by Created" in done.stdout
    assert "better than the base rate (ROC-AUC" in done.stdout
    assert "identifier" in done.stderr


def test_noise_is_called_noise(no_database, data, tmp_path):
    data.write_bytes(exports.csv_of(exports.noise()))
    done = leadmill_model("train", "--data", data, "--label", "won", "--to", tmp_path / "tried")
    assert done.exit_code == 0
    assert "No better than the base rate" in done.stdout


def test_a_model_is_evaluated_with_a_report_and_compared(no_database, data, later, tmp_path):
    for seed in (1, 2):
        leadmill_model(
            "train", "--data", data, "--label", "Won", "--seed", seed, "--to", tmp_path / str(seed)
        )
    report = tmp_path / "report.html"
    done = leadmill_model(
        "evaluate",
        tmp_path / "1",
        "--data",
        later,
        "--segment",
        "Demo",
        "--group",
        "Account",
        "--report",
        report,
    )
    assert done.exit_code == 0, done.output
    assert {
        one["value"] for one in json.loads(report.with_suffix(".json").read_text())["evaluation"]["segments"]
    } == {
        "Yes",
        "No",
    }
    both = leadmill_model("compare", tmp_path / "1", tmp_path / "2", "--data", later, "--json")
    measures = json.loads(both.stdout)["measures"]
    low, high = measures["roc_auc"]["interval"]
    assert low <= measures["roc_auc"]["difference"] <= high
    same = leadmill_model("compare", tmp_path / "1", tmp_path / "1", "--data", later, "--json")
    assert json.loads(same.stdout)["measures"]["roc_auc"]["interval"] == [0, 0]
    assert leadmill_model("compare", tmp_path / "1", tmp_path / "2", "--data", later).exit_code == 0


def test_what_is_wrong_is_told_in_one_sentence(no_database, data, tmp_path):
    def refused(*words):
        done = leadmill_model("train", "--data", data, *words)
        assert done.exit_code in (1, 2)
        return done.exit_code, " ".join(re.sub("[│╭╮╰╯─]", " ", done.stderr).split())

    assert "has no column 'Wonn'" in refused("--label", "Wonn")[1]
    assert "it has 4 values" in refused("--label", "Industry")[1]
    assert "say with --label" in refused("--time", "Created")[1]
    assert "can't judge the mill's leads" in refused("--label", "Won", "--promote")[1]
    assert "'x' is none of comma" in refused("--label", "Won", "--sep", "x")[1]
    assert refused("--label", "Won", "--name", "Fit")[0] == 2
    data.write_bytes(b"\xff\xfe\x00")
    assert refused("--label", "Won")[1].startswith("leads.csv can't be read: ")


def test_a_name_that_is_no_model_is_told(no_database, data, tmp_path):
    for name in ("crm-9", tmp_path / "nothing.model", tmp_path):
        done = leadmill_model("score", name, "--data", data)
        assert done.exit_code == 1
        assert done.stderr.startswith("There is no model ")
