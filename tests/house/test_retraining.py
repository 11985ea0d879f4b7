"""The page on training on one's own data is tried: its commands, one after the other, on an export as it shows."""

import csv
import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

import leadmill
from tests.scoring_models.tables import exports

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "retraining.md").read_text()
NAMES = {
    "Created": "created",
    "Account": "company",
    "Industry": "industry",
    "Seats": "employees",
    "Demo": "demo",
}
EXPORTS, _, TENANTS = PAGE.partition("## A model of a tenant's own")
HEADER = re.search(r"^```csv\n(.+)\n", PAGE, re.MULTILINE)[1]


def commands(text):
    return re.findall(r"^\.venv/bin/leadmill (model .+)$", text, re.MULTILINE)


def export(count, seed):
    """Leads with the columns of the page, as the page describes them."""
    columns = exports.export(count, seed)
    stage = ["Signed" if won == "1" else "Lost on price" for won in columns["Won"]]
    shown = {NAMES[name]: columns[name] for name in NAMES} | {"stage": stage, "won": columns["Won"]}
    assert ",".join(shown) == HEADER
    return shown


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """A folder with the page's files, and no database."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LEADMILL_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    for seed, name in enumerate(("leads", "later", "open"), start=1):
        columns = export(900, seed)
        if name == "open":
            del columns["won"]
        (tmp_path / f"{name}.csv").write_bytes(exports.csv_of(columns))
    return tmp_path


def test_the_pages_commands_lead_from_an_export_to_scored_leads(desk):
    lines = commands(EXPORTS)
    assert [line.split()[1] for line in lines] == ["train", "evaluate", "score"]
    told = [CliRunner().invoke(leadmill.app, shlex.split(line)) for line in lines]
    assert [done.exit_code for done in told] == [0, 0, 0], told[-1].output
    assert (desk / "later.html").exists()
    with (desk / "scored.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 900
    assert all(0 < float(row["probability"]) < 1 for row in rows)


def test_what_the_page_calls_a_leak_is_one(desk):
    done = CliRunner().invoke(
        leadmill.app, ["model", "train", "--data", "leads.csv", "--label", "won", "--to", "x", "--json"]
    )
    assert '"stage": "' in done.stdout
