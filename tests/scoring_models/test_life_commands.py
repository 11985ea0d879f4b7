import getpass
import json

import pytest
from typer.testing import CliRunner

from scoring_models import commands
from scoring_models.artifact import open_model
from scoring_models.folder import ModelFolder
from tenants.settings import StoreSettings
from tests.scoring_models import world

ME = getpass.getuser()


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Labelled leads: `first`, others of the same world (`later`), and ones where won and lost are exchanged."""
    folder = tmp_path_factory.mktemp("data")
    made = {"first": world.labelled(1500), "later": world.labelled(1500, seed=6)}
    header, *rows = world.labelled(600, seed=7).decode().splitlines()
    at = header.split(",").index("won")
    turned = [
        ",".join("01"[v == "0"] if n == at else v for n, v in enumerate(row.split(","))) for row in rows
    ]
    made["turned"] = "\n".join([header, *turned, ""]).encode()
    for name, content in made.items():
        (folder / f"{name}.csv").write_bytes(content)
    return {name: str(folder / f"{name}.csv") for name in made}


@pytest.fixture
def installation(database_url, monkeypatch, tmp_path):
    """The models' folder of an installation of this test's own."""
    monkeypatch.setenv("LEADMILL_DATABASE_URL", database_url)
    monkeypatch.setenv("LEADMILL_HOME", str(tmp_path))
    return ModelFolder.of(StoreSettings(home=tmp_path))


def leadmill_model(*words, status=0):
    done = CliRunner().invoke(commands.app, words)
    assert done.exit_code == status, done.output
    return done


def history():
    lines = leadmill_model("history", "--json").stdout.splitlines()
    return [(one["act"], one["model"], one["by"], one["reason"]) for one in map(json.loads, lines)]


def test_a_model_is_proposed_compared_promoted_and_taken_back(installation, files, tmp_path):
    leadmill_model("train", "--data", files["first"], "--promote")
    leadmill_model("train", "--data", files["later"])
    told = leadmill_model("propose", "fit-2", "--data", files["later"]).stdout
    assert "open    ROC-AUC" in told
    assert "fit-2 is proposed: `leadmill model promote fit-2` lets it judge" in told
    moved = json.loads(leadmill_model("promote", "fit-2", "--json").stdout)
    assert (moved["model"], moved["before"], moved["judged"]) == ("fit-2", "fit-1", 0)
    back = leadmill_model("rollback", "--reason", "it liked nobody").stdout
    assert "fit-1 judges again in place of fit-2. No lead had to be judged anew." in back
    assert history() == [
        ("rolled back", "fit-1", ME, "it liked nobody"),
        ("promoted", "fit-2", ME, None),
        ("proposed", "fit-2", ME, None),
        ("promoted", "fit-1", ME, None),
        ("proposed", "fit-1", ME, None),
    ]
    assert "it liked nobody" in leadmill_model("history").stdout
    card = leadmill_model("card", "fit-2").stdout
    assert card.startswith("# fit-2\n")
    assert f"rolled back by {ME}, now fit-1: it liked nobody" in card
    leadmill_model("export", "fit-2", "--to", str(tmp_path / "out"))
    (copied,) = (tmp_path / "out").glob("*.model")
    assert open_model(copied).metrics == open_model(installation.path_of("fit-2")).metrics
    assert (tmp_path / "out" / "fit-2.md").read_text().startswith("# fit-2\n")


def test_a_worse_model_is_stopped_and_passes_for_a_reason_only(installation, files):
    leadmill_model("train", "--data", files["first"], "--promote")
    stopped = leadmill_model("train", "--data", files["turned"], "--name", "bad", status=0)
    assert "bad-1" in stopped.stdout
    refused = leadmill_model("propose", "bad-1", "--data", files["later"], status=1)
    assert "bad-1 may not take the place of the model that judges: ROC-AUC" in refused.stderr
    assert "--despite REASON" in refused.stderr
    assert "no leads to compare them on" in leadmill_model("propose", "bad-1", status=1).stderr
    told = leadmill_model("propose", "bad-1", "--data", files["later"], "--despite", "a try").stdout
    assert "CLOSED  ROC-AUC" in told
    leadmill_model("withdraw", "--reason", "no")
    assert "nothing is proposed" in leadmill_model("promote", "bad-1", status=1).stderr
    assert history()[0] == ("withdrawn", None, ME, "no")


def test_one_that_is_not_proposed_does_not_judge(installation, files):
    leadmill_model("train", "--data", files["first"], "--promote")
    leadmill_model("train", "--data", files["first"])
    assert "nothing is proposed" in leadmill_model("promote", "fit-2", status=1).stderr
    assert (
        "fit-2 judges from now on in place of fit-1"
        in leadmill_model("promote", "fit-2", "--data", files["later"]).stdout
    )


def test_wrong_use_is_told(installation, files):
    assert (
        "judges, and no model judged before it"
        in leadmill_model("rollback", "--reason", "x", status=1).stderr
    )
    assert "no tenant is called 'nobody'" in leadmill_model("history", "--tenant", "nobody", status=2).output
    assert leadmill_model("shadow", status=2)
    assert "no model 'fit-9'" in leadmill_model("shadow", "fit-9", status=1).stderr
    assert "no model 'fit-9'" in leadmill_model("card", "fit-9", status=1).stderr


def test_a_shadow_is_begun_and_ended(installation, files):
    leadmill_model("train", "--data", files["first"])
    assert "fit-1 judges in the shadow from now on" in leadmill_model("shadow", "fit-1").stdout
    (listed,) = map(json.loads, leadmill_model("list", "--json").stdout.splitlines())
    assert listed["aliases"] == ["shadow"]
    assert "No model judges in the shadow" in leadmill_model("shadow", "--off").stdout


def test_models_are_signed_anew_after_the_master_key_has_changed(installation, files, tmp_path):
    leadmill_model("train", "--data", files["first"], "--promote")
    leadmill_model("train", "--data", files["later"])
    (tmp_path / "master.key").unlink()
    refused = leadmill_model("export", "fit-1", "--to", str(tmp_path / "out"), status=1)
    assert "`leadmill model sign`" in refused.stderr
    assert "2 models are signed." in leadmill_model("sign").stdout
    leadmill_model("export", "fit-1", "--to", str(tmp_path / "out"))
    file = ModelFolder.of(StoreSettings(home=tmp_path)).path_of("fit-2")
    file.write_bytes(b"something else")
    told = leadmill_model("sign", status=1).stdout
    assert "1 models are signed, 1 are not" in told
    assert "fit-2: " in told
    file.unlink()
    answer = json.loads(leadmill_model("sign", "--json", status=1).stdout)
    assert (answer["signed"], list(answer["left"])) == (["fit-1"], ["fit-2"])
