"""Returned mail on the command line: files, mailboxes and folders of them."""

import json
import mailbox

import pytest
from typer.testing import CliRunner

import leadmill
from tests.actors.core.verification.test_bounces import lines
from tests.actors.engine.test_returned import came_back


@pytest.fixture
def run(database_url, monkeypatch, tmp_path):
    monkeypatch.setenv("LEADMILL_DATABASE_URL", database_url)
    monkeypatch.setenv("LEADMILL_HOME", str(tmp_path / "home"))
    config = tmp_path / "acme.yaml"
    config.write_text("{}")

    def run(*words):
        result = CliRunner().invoke(leadmill.app, [str(word) for word in words])
        told = result.exception is None or isinstance(result.exception, SystemExit)
        return result.exit_code, result.output if told else str(result.exception)

    assert run("tenant", "add", "acme", config)[0] == 0
    return run


def test_messages_mailboxes_and_folders_are_read_and_what_is_no_bounce_is_left_alone(run, tmp_path):
    folder = tmp_path / "returned"
    (folder / "cur").mkdir(parents=True)
    (folder / "tmp").mkdir()
    (folder / "cur" / "1.eml").write_bytes(came_back("a@x.example"))
    (folder / "cur" / "2.eml").write_bytes(lines("From: a@x.example", "Subject: Hello", "", "Hello"))
    (folder / "tmp" / "3.eml").write_bytes(came_back("half@x.example"))
    box = mailbox.mbox(tmp_path / "box")
    for email in ("b@x.example", "c@x.example"):
        box.add(came_back(email))
    box.close()
    code, told = run("bounces", "acme", folder, tmp_path / "box", "--json")
    assert code == 0
    rows = [json.loads(line) for line in told.splitlines()]
    assert [(row["email"], row["meaning"], row["contact_ids"]) for row in rows] == [
        (f"{name}@x.example", "no such mailbox", []) for name in "abc"
    ]
    code, told = run("bounces", "acme", folder)
    assert code == 0
    assert "1 came back, 0 of them from contacts of acme." in told


def test_where_nothing_came_back_that_is_said_and_a_file_that_is_not_there_is_refused(run, tmp_path):
    note = tmp_path / "note.eml"
    note.write_bytes(lines("From: a@x.example", "Subject: Hello", "", "Hello"))
    assert run("bounces", "acme", note) == (0, "No mail came back by these messages.\n")
    code, told = run("bounces", "acme", tmp_path / "absent")
    assert code == 2
    assert "does not exist" in " ".join(told.replace("│", " ").split())
