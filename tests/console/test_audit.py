import json
from uuid import UUID

import pytest

from tenants.store import audit
from tenants.store.session import Database
from tests.console.conftest import Visitor
from tests.console.seeds import Sown
from tests.console.test_runs import everything

HOSTILE = "%_\\' OR 1=1"


async def acts(database: Database, whose: Sown, count: int, *, by: str = "ann", act: str = "retry") -> None:
    async with database.tenant(whose.id) as session:
        for number in range(count):
            await audit.write(session, by=by, act=act, subject=f"run {number}", detail={"n": number})


@pytest.mark.parametrize("block", [7, 200])
async def test_each_act_stands_there_once_newest_first(
    visitor: Visitor, acme: Sown, rival: Sown, database, block
):
    await acts(database, acme, 30)
    await acts(database, rival, 3)
    rows = await everything(visitor.at("/t/acme/audit"), block)
    assert [row["subject"] for row in rows] == [f"run {number}" for number in reversed(range(30))]
    assert rows[0]["detail"] == "n: 29"
    assert "30 acts" in await visitor.page()


async def test_acts_are_found_by_who_what_and_to_what(visitor: Visitor, acme: Sown, database):
    await acts(database, acme, 2, by="ann", act="retry")
    await acts(database, acme, 3, by="bob", act="mute")
    assert len(await everything(visitor.at("/t/acme/audit", "?q=ANN"), 50)) == 2
    assert len(await everything(visitor.at("/t/acme/audit", "?q=mute&time=1h"), 50)) == 3
    assert len(await everything(visitor.at("/t/acme/audit", "?q=run 2"), 50)) == 1
    assert await everything(visitor.at("/t/acme/audit", f"?q={HOSTILE}"), 50) == []
    assert "No acts match" in await visitor.page()
    assert len(await everything(visitor.at("/t/acme/audit", "?q=mute%00"), 50)) == 3


async def test_acts_that_come_meanwhile_shift_nothing(visitor: Visitor, acme: Sown, database):
    await acts(database, acme, 30)
    visitor.at("/t/acme/audit")
    first, _, trail = await visitor.rows(0, 10)
    assert first[-1]["subject"] == "run 20"
    await acts(database, acme, 4)
    second, _, trail = await visitor.rows(10, 20, trail)
    assert [row["subject"] for row in second] == [f"run {number}" for number in range(19, 9, -1)]
    _, heard = await visitor.refreshed(["count"], since=trail["since"])
    assert heard["news"] == 4


async def test_an_act_is_told_whole_and_only_to_its_tenant(
    visitor: Visitor, acme: Sown, rival: Sown, database
):
    await acts(database, acme, 1)
    (row,) = await everything(visitor.at("/t/acme/audit"), 50)
    drawer = json.dumps((await visitor.opened(row["id"]))["response"])
    assert "Retry" in drawer
    assert "run 0" in drawer
    for other in (visitor.at("/t/rival/audit"), visitor.at("/t/acme/audit")):
        name = row["id"] if other.here["pathname"] == "/t/rival/audit" else UUID(int=2**127)
        answer = await other.opened(name)
        assert answer["response"]["drawer"] == {"opened": False}
        assert "no such act" in str(answer["sideUpdate"])


async def test_where_nobody_did_anything_the_page_says_so(visitor: Visitor, acme: Sown):
    assert "Nobody has done anything yet" in await visitor.at("/t/acme/audit").page()
