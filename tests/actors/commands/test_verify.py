"""The verifier on the command line, on a fake Internet."""

import csv
import io
import json

import pytest
from typer.testing import CliRunner

import leadmill
from tests.internet.internet import Domain, launch_internet

DOMAINS = {
    "good-tools.com": Domain("google", {"ann", "info"}),
    "takes-all.com": Domain("accept_all"),
    "no-mail.com": Domain("null_mx"),
    "grey-tools.com": Domain("postgrey", {"bob"}),
}


@pytest.fixture(scope="module")
def internet():
    with launch_internet(DOMAINS) as internet:
        yield internet


@pytest.fixture
def run(internet, monkeypatch):
    monkeypatch.setenv("LEADMILL_MAILBOX", internet.base_url)
    monkeypatch.setenv("LEADMILL_RESOLVER", internet.dns)

    def run(*words):
        return CliRunner().invoke(leadmill.app, ["verify", *map(str, words)])

    return run


@pytest.mark.parametrize(
    ("email", "status"),
    [
        ("ann@good-tools.com", "deliverable"),
        ("nobody@good-tools.com", "undeliverable"),
        ("whoever@takes-all.com", "accept_all"),
        ("ann@no-mail.com", "undeliverable"),
        ("ann@mailinator.com", "disposable"),
        ("ann@@good-tools.com", "undeliverable"),
    ],
)
def test_an_address_is_told_with_its_reason(run, email, status):
    result = run(email, "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["status"] == status
    assert told["reasons"]


def test_for_people_it_is_a_few_lines_and_the_transcript_is_what_was_said(run):
    result = run("info@good-tools.com", "--transcript")
    assert result.stdout.startswith("info@good-tools.com: deliverable")
    assert "a desk and not a person" in result.stdout
    assert "> RCPT TO:<info@good-tools.com>" in result.stdout


def test_a_list_comes_back_as_it_was_with_the_verdicts_beside_it(run, tmp_path):
    given, out = tmp_path / "people.csv", tmp_path / "told.csv"
    given.write_text('name,E-Mail\n"Lee, Ann",ann@good-tools.com\nBob,nobody@good-tools.com\nNo one,\n')
    result = run(given, "--output", out)
    assert result.exit_code == 0, result.output
    rows = list(csv.DictReader(io.StringIO(out.read_text())))
    assert [(row["name"], row["E-Mail"], row["status"]) for row in rows] == [
        ("Lee, Ann", "ann@good-tools.com", "deliverable"),
        ("Bob", "nobody@good-tools.com", "undeliverable"),
        ("No one", "", "undeliverable"),
    ]
    assert "3 addresses: 2 undeliverable, 1 deliverable" in result.stderr


def test_a_file_without_a_head_has_an_address_on_each_line(run, tmp_path):
    given = tmp_path / "list.txt"
    given.write_text("ann@good-tools.com\n\nx@takes-all.com\n")
    rows = list(csv.DictReader(io.StringIO(run(given).stdout)))
    assert [row["status"] for row in rows] == ["deliverable", "accept_all"]


def test_whoever_is_asked_to_come_back_need_not_wait(run):
    told = json.loads(run("bob@grey-tools.com", "--json", "--no-wait").stdout)
    assert told["status"] == "pending"
    assert 300 <= told["retry_after_s"] <= 900


def test_without_a_way_to_mail_servers_it_is_said_and_the_rest_is_told(run, monkeypatch):
    monkeypatch.delenv("LEADMILL_MAILBOX")
    result = run("ann@good-tools.com", "--json")
    assert json.loads(result.stdout)["status"] == "unknown"
    assert "LEADMILL_MAILBOX" in result.stderr
    assert json.loads(run("ann@no-mail.com", "--json").stdout)["status"] == "undeliverable"


@pytest.mark.parametrize(
    ("content", "words", "fault"),
    [
        ("name,phone\nAnn,1\n", (), "no column"),
        ("name,phone\nAnn,1\n", ("--column", "post"), "no column 'post'"),
        ("", (), "is empty"),
        (b"\xff\xfe\0", (), "UTF-8"),
    ],
)
def test_a_file_that_can_not_be_read_is_told_in_a_sentence(run, tmp_path, content, words, fault):
    given = tmp_path / "list.csv"
    given.write_bytes(content if isinstance(content, bytes) else content.encode())
    result = run(given, *words)
    assert result.exit_code != 0
    assert fault in str(result.exception) or fault in result.output


def test_what_is_neither_address_nor_file_is_wrong_use(run):
    assert run("nothing").exit_code == 2
