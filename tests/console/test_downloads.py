"""Lists as files: all that the filters leave, for the tenant that asks, and nothing that a spreadsheet would run."""

import csv
import io
from urllib.parse import quote

import httpx
import pytest

from console.downloads import plain
from tenants.store import audit
from tenants.store.session import Database
from tests.console.seeds import Sown


async def rows_of(client: httpx.AsyncClient, address: str) -> list[dict[str, str]]:
    answer = await client.get(address)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(answer.text)))


@pytest.fixture
def small_steps(monkeypatch):
    """Several steps where one would do, so that what lies between two is seen."""
    monkeypatch.setattr("console.downloads._ROWS_AT_A_TIME", 7)


async def test_the_file_of_runs_has_each_once(client, acme: Sown, rival: Sown, small_steps):
    rows = await rows_of(client, "/t/acme/runs.csv")
    assert sorted(row["Run id"] for row in rows) == sorted(map(str, acme.runs))
    times = [row["Time"] for row in rows]
    assert times == sorted(times, reverse=True)


async def test_the_file_has_what_the_filters_leave(client, acme: Sown, small_steps):
    rows = await rows_of(client, "/t/acme/runs.csv?status=failed,skipped&agent=enrichment")
    assert rows
    assert {row["Status"] for row in rows} <= {"failed", "skipped"}
    assert {row["Agent"] for row in rows} == {"Enrichment"}


async def test_the_file_of_prospects_is_ranked(client, acme: Sown, small_steps):
    rows = await rows_of(client, "/t/acme/pipeline.csv")
    assert sorted(row["Lead id"] for row in rows) == sorted(map(str, acme.scored))
    scores = [int(row["Score"]) for row in rows]
    assert scores == sorted(scores, reverse=True)
    assert all(row["Company"] and row["Tier"] for row in rows)


async def test_the_file_is_named_after_whose_it_is(client, acme: Sown):
    answer = await client.get("/t/acme/runs.csv")
    assert answer.headers["content-disposition"].startswith('attachment; filename="acme-runs-')
    assert answer.headers["cache-control"] == "no-store"


async def test_nothing_in_a_file_is_a_formula(client, acme: Sown, database: Database):
    subject = '=HYPERLINK("http://evil.example","x"), "a"\nb'
    async with database.tenant(acme.id) as session:
        await audit.write(session, by="@ann", act="retry", subject=subject, detail={})
    (row,) = await rows_of(client, "/t/acme/audit.csv")
    assert (row["Who"], row["To what"]) == ("'@ann", f"'{subject}")


@pytest.mark.parametrize("value", ["=1", "+1", "-1", "@x", "\tx", "\rx"])
def test_what_begins_a_formula_is_text(value):
    assert plain(value) == f"'{value}"


@pytest.mark.parametrize(("value", "text"), [(None, ""), (0, "0"), ("a=1", "a=1"), ("", "")])
def test_what_begins_none_is_left_as_it_is(value, text):
    assert plain(value) == text


@pytest.mark.parametrize(
    ("address", "status", "said"),
    [
        ("/t/nobody/runs.csv", 404, "no such page"),
        ("/t/acme/nothing.csv", 404, "no such page"),
        ("/t/acme/agents.csv", 404, "no list"),
        ("/t/acme/approvals.csv", 404, "no list"),
        (f"/t/acme/runs.csv?status={quote(';drop')}", 400, "There is no status"),
        ("/t/acme/audit.csv?time=yesterday", 400, "There is no time"),
    ],
)
async def test_what_there_is_not_is_said_in_a_sentence(client, acme: Sown, address, status, said):
    answer = await client.get(address)
    assert answer.status_code == status
    assert said in answer.text
