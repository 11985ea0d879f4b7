"""The broker's topics on the command line."""

import asyncio
import json

import pytest
from typer.testing import CliRunner

import leadmill
from tests.conftest import LANES
from tests.kafka.carrier import make_topic, settings_of


@pytest.fixture
def installation(database_url, monkeypatch, tmp_path):
    monkeypatch.setenv("LEADMILL_DATABASE_URL", database_url)
    monkeypatch.setenv("LEADMILL_HOME", str(tmp_path))


@pytest.fixture
def settings(broker, installation, monkeypatch):
    """Settings for topics that only this test has."""
    settings = settings_of(broker)
    monkeypatch.setenv("LEADMILL_KAFKA_BOOTSTRAP", broker)
    monkeypatch.setenv("LEADMILL_KAFKA_TOPIC_PREFIX", settings.topic_prefix)
    return settings


def answer(*words, status=0):
    result = CliRunner().invoke(leadmill.app, ("topics", *words))
    assert result.exit_code == status, result.output
    return result.output


@pytest.mark.kafka
def test_topics_are_missing_then_made_then_right(settings):
    missing = [json.loads(line) for line in answer("check", "--json", status=1).splitlines()]
    assert {one["what"] for one in missing} == {"topic"}
    assert {one["topic"] for one in missing} >= {
        settings.topic("lead.sourced"),
        settings.topic("lead.scored"),
    }
    made = [json.loads(line) for line in answer("apply", "--json").splitlines()]
    assert [one["topic"] for one in made] == [one["topic"] for one in missing]
    assert all(one["is_mended"] for one in made)
    assert answer("check") == "All topics are as they must be.\n"
    assert "nothing was changed" in answer("apply")


@pytest.mark.kafka
def test_what_can_not_be_put_right_is_told_and_fails(settings):
    answer("apply")
    asyncio.run(make_topic(settings, "lead.sourced", lanes=LANES + 2))
    told = [json.loads(line) for line in answer("apply", "--json", status=1).splitlines()]
    assert [
        (one["what"], one["wanted"], one["found"], one["is_mended"]) for one in told if one["what"] == "lanes"
    ] == [("lanes", str(LANES), str(LANES + 2), False)]
    assert "differs" in answer("check", status=1)


@pytest.mark.kafka
def test_an_installation_grows_with_its_topics_and_never_shrinks(settings, monkeypatch, capsys):
    answer("apply", "--lanes", str(LANES + 2))
    assert answer("check") == "All topics are as they must be.\n"
    monkeypatch.setattr("sys.argv", ["leadmill", "topics", "apply", "--lanes", str(LANES)])
    with pytest.raises(SystemExit):
        leadmill.main()
    assert f"has {LANES + 2} lanes, and they can't become {LANES}" in capsys.readouterr().err


def test_without_a_broker_the_setting_is_named(installation, capsys, monkeypatch):
    monkeypatch.setattr("sys.argv", ["leadmill", "topics", "check"])
    with pytest.raises(SystemExit):
        leadmill.main()
    assert "LEADMILL_KAFKA_BOOTSTRAP is missing" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["check", "apply"])
def test_its_help_teaches(command):
    words = " ".join(answer(command, "--help").split())
    assert "retention-h" in words
    assert "exit status is 1" in words.replace("│", " ").replace("  ", " ")
