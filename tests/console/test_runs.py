from datetime import UTC, datetime

import pytest

from tenants.store.session import Database
from tests.console.conftest import Visitor
from tests.console.seeds import Sown


async def everything(visitor: Visitor, block: int) -> list[dict]:
    rows, trail, total = [], None, block
    while len(rows) < total:
        more, total, trail = await visitor.rows(len(rows), len(rows) + block, trail)
        rows += more
    return rows


@pytest.mark.parametrize("block", [7, 50, 200])
async def test_pages_by_key_have_no_gap_and_no_overlap(visitor: Visitor, acme: Sown, rival: Sown, block: int):
    rows = await everything(visitor.at("/t/acme/runs"), block)
    assert sorted(row["id"] for row in rows) == sorted(map(str, acme.runs))
    assert [row["rank"] for row in rows] == list(range(1, len(rows) + 1))
    times = [row["time"] for row in rows]
    assert times == sorted(times, reverse=True)


async def test_runs_that_come_meanwhile_shift_nothing(visitor: Visitor, acme: Sown, database: Database):
    visitor.at("/t/acme/runs")
    first, _, trail = await visitor.rows(0, 20)
    await begin_runs(database, acme, 5)
    second, _, trail = await visitor.rows(20, 40, trail)
    again, _, _ = await visitor.rows(0, 20, trail)
    assert [row["id"] for row in again] == [row["id"] for row in first]
    assert not {row["id"] for row in first} & {row["id"] for row in second}
    _, heard = await visitor.refreshed(["count"], since=trail["since"])
    assert heard["news"] == 5


async def begin_runs(database: Database, tenant: Sown, count: int) -> None:
    async with database.tenant(tenant.id) as session:
        await session.run(
            "INSERT INTO run (tenant_id, id, agent, event_id, topic, lane, status, input) "
            "SELECT :tenant, gen_random_uuid(), 'enrichment', gen_random_uuid(), 'lead.sourced', 0, "
            "'running', '{}' FROM generate_series(1, :count)",
            tenant=tenant.id,
            count=count,
        )


async def test_a_jump_to_the_end_is_right_too(visitor: Visitor, acme: Sown):
    visitor.at("/t/acme/runs")
    rows = await everything(visitor, 200)
    _, _, trail = await visitor.rows(0, 10)
    far, total, _ = await visitor.rows(150, 160, trail)
    assert [row["id"] for row in far] == [row["id"] for row in rows[150:160]]
    assert total == len(rows)


@pytest.mark.parametrize("page", ["runs", "pipeline"])
async def test_in_a_list_without_end_one_can_jump_to_its_last_row(
    visitor: Visitor, acme: Sown, page: str, monkeypatch
):
    """As if 40 rows were as many as anybody counts: near them it is measured, and each jump reads a few rows only."""
    monkeypatch.setattr("console.answers.COUNT_CAP", 40)
    monkeypatch.setattr("console.cursors.STONES_APART", 7)
    monkeypatch.setattr("console.cursors.SKIP_LIMIT", 7)
    visitor.at(f"/t/acme/{page}")
    _, _, trail = await visitor.rows(0, 5)
    assert trail["measured"] is False
    rows, total, trail = await visitor.rows(35, 40, trail)
    assert trail["measured"] is True
    assert total == len(acme.runs if page == "runs" else acme.scored)
    last, end, trail = await visitor.rows(total - 3, total + 2, trail)
    assert (end, len(last), last[-1]["rank"]) == (total, 3, total)
    monkeypatch.undo()
    walked = await everything(visitor, 50)
    assert [row["id"] for row in walked[35:40]] == [row["id"] for row in rows]
    assert [row["id"] for row in walked[-3:]] == [row["id"] for row in last]


async def test_filters_narrow_down(visitor: Visitor, acme: Sown):
    failed = await everything(visitor.at("/t/acme/runs", "?status=failed,skipped&agent=enrichment"), 50)
    assert failed
    assert {row["status"] for row in failed} <= {"failed", "skipped"}
    assert {row["agent"] for row in failed} == {"Enrichment"}
    of_lead = await everything(visitor.at("/t/acme/runs", f"?lead={acme.leads[0]}"), 50)
    assert len(of_lead) == 4
    assert len(await everything(visitor.at("/t/acme/runs", "?time=7d"), 50)) == len(acme.runs)


@pytest.mark.parametrize(
    "search",
    ["?status=bogus", "?time=yesterday", "?lead=not-an-id", "?agent=drop%20table", "?status=done'%3B--"],
)
async def test_unknown_filters_are_a_clean_error(visitor: Visitor, acme: Sown, search: str):
    visitor.at("/t/acme/runs", search)
    assert "This address does not work" in await visitor.page()
    request = {"startRow": 0, "endRow": 10}
    assert (await visitor.told("grid.getRowsRequest", request)).startswith("That did not work")


@pytest.mark.parametrize(
    ("request_", "trail"),
    [
        ({"startRow": 0, "endRow": 10, "sortModel": [{"colId": "secret", "sort": "asc"}]}, None),
        ({"startRow": 0, "endRow": 10, "filterModel": {"x": {"type": "drop"}}}, None),
        ({"startRow": -5, "endRow": 10}, None),
        ({"startRow": "a", "endRow": 10}, None),
        ("nonsense", None),
        ({"startRow": 10, "endRow": 20}, {"since": "2026-01-01", "keys": [[0, "x~y"]]}),
        ({"startRow": 90_000, "endRow": 90_010}, None),
        (
            {"startRow": 0, "endRow": 10},
            {"since": "2026-01-01", "keys": [[0, "x~00000000-0000-0000-0000-000000000000"]]},
        ),
    ],
)
async def test_rows_are_asked_for_properly_or_not_at_all(visitor: Visitor, acme: Sown, request_, trail):
    visitor.at("/t/acme/runs")
    assert (await visitor.told("grid.getRowsRequest", request_, trail=trail)).startswith("That did not work")


async def test_a_block_is_limited(visitor: Visitor, acme: Sown):
    rows, _, _ = await visitor.at("/t/acme/runs").rows(0, 1_000_000)
    assert len(rows) <= 200


async def test_the_drawer_shows_a_run_and_the_way_to_the_leads_others(visitor: Visitor, acme: Sown):
    answer = await visitor.at("/t/acme/runs").opened(acme.runs[0])
    drawer = answer["response"]["drawer"]
    assert drawer["opened"] is True
    for said in ("Input", "Output", "domain", f"/t/acme/runs?lead={acme.leads[0]}"):
        assert said in str(drawer)


async def test_another_tenants_run_is_nobodys(visitor: Visitor, acme: Sown, rival: Sown):
    answer = await visitor.at("/t/acme/runs").opened(rival.runs[0])
    assert answer["response"]["drawer"] == {"opened": False}
    assert "no such run" in str(answer["sideUpdate"])
    rows = await everything(visitor.at("/t/acme/runs", f"?lead={rival.leads[0]}"), 50)
    assert rows == []
    _, _, trail = await visitor.at("/t/acme/runs").rows(0, 10)
    _, heard = await visitor.refreshed(
        ["count"], since=trail["since"], ids=[str(rival.runs[0]), str(acme.runs[0])]
    )
    assert [row["id"] for row in heard["rows"]] == [str(acme.runs[0])]


async def test_empty_and_unmatched_are_told_apart(visitor: Visitor, acme: Sown, database: Database):
    assert "No runs match" in await visitor.at("/t/acme/runs", "?status=held").page()
    async with database.tenant(acme.id) as session:
        await session.run("DELETE FROM run WHERE tenant_id = :tenant", tenant=acme.id)
    assert "leadmill source acme" in await visitor.at("/t/acme/runs").page()


async def test_a_run_that_ends_is_seen_to_end(visitor: Visitor, acme: Sown, database: Database):
    await begin_runs(database, acme, 1)
    rows, _, trail = await visitor.at("/t/acme/runs").rows(0, 10)
    assert rows[0]["status"] == "running"
    assert rows[0]["settled"] is False
    async with database.tenant(acme.id) as session:
        await session.run("UPDATE run SET status = 'done', duration_s = 1.5 WHERE status = 'running'")
    said, heard = await visitor.refreshed(["count"], since=trail["since"], ids=[rows[0]["id"]])
    assert heard["rows"][0]["word"] == "Done"
    assert heard["rows"][0]["duration"] == "1.50 s"
    assert datetime.fromisoformat(rows[0]["time"]) <= datetime.now(UTC)
    assert f"{len(acme.runs) + 1} runs" in said
