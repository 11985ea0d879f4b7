"""Errors in the console: groups that are worked off until none is left, each act with a name to it."""

import getpass
import json

import pytest

from tenants.store.session import Database
from tests.console.conftest import Visitor
from tests.console.seeds import Sown
from tests.console.test_runs import everything
from tests.console.waiting import REFUSED, audit_of, fail

ME = getpass.getuser()


@pytest.fixture(autouse=True)
async def nothing_else_failed(acme: Sown, database: Database):
    async with database.tenant(acme.id) as session:
        await session.run("UPDATE run SET status = 'done' WHERE status = 'failed'")


async def statuses(database: Database, sown: Sown, ids: list) -> set[str]:
    async with database.tenant(sown.id) as session:
        rows = await session.rows("SELECT status FROM run WHERE id = ANY(CAST(:ids AS uuid[]))", ids=ids)
        return {row["status"] for row in rows}


async def test_failures_stand_in_groups_with_figures(
    visitor: Visitor, acme: Sown, rival: Sown, database: Database
):
    await fail(database, acme, count=3)
    await fail(database, acme, "f2", error=REFUSED)
    await fail(database, rival, "f3", count=9)
    page = await visitor.at("/t/acme/errors").page()
    for said in (
        "4 in 2 groups",
        "503",
        "waiting may help",
        "a setting is to be changed",
        "/t/acme/errors?group=f1",
        "3 in the last day, 3 of them in its second half",
    ):
        assert said in page
    assert "f3" not in page
    narrowed = await visitor.at("/t/acme/errors", "?provider=hunter").page()
    assert "1 in 1 groups" in narrowed
    assert "503" not in narrowed


async def test_a_group_shows_its_runs_and_nobody_elses(
    visitor: Visitor, acme: Sown, rival: Sown, database: Database
):
    ids = await fail(database, acme, count=7)
    await fail(database, rival, count=2)
    rows = await everything(visitor.at("/t/acme/errors", "?group=f1"), 3)
    assert sorted(row["id"] for row in rows) == sorted(map(str, ids))
    assert {row["message"] for row in rows} == {"The provider does not answer as it should: 503"}
    assert "7 runs" in await visitor.page()
    _, _, trail = await visitor.rows(0, 10)
    await fail(database, acme, lead=10)
    async with database.tenant(acme.id) as session:
        await session.run("UPDATE run SET status = 'retrying' WHERE id = :id", id=ids[0])
    _, heard = await visitor.refreshed(["count"], since=trail["since"], ids=[str(ids[0])])
    assert heard["news"] == 1
    assert heard["rows"][0]["word"] == "Retrying"


async def test_all_that_match_are_counted_first_and_tried_again_then(
    visitor: Visitor, acme: Sown, database: Database
):
    ids = await fail(database, acme, count=3)
    other = await fail(database, acme, "f2", error=REFUSED)
    visitor.at("/t/acme/errors", "?provider=apollo")
    asked = await visitor.asked("ask-retry")
    assert "3 would be tried again at once" in asked
    assert await audit_of(database, acme) == []
    assert await statuses(database, acme, ids) == {"failed"}
    assert (await visitor.said("retry-all")).startswith("3 are tried again")
    assert await statuses(database, acme, ids) == {"retrying"}
    assert await statuses(database, acme, other) == {"failed"}
    assert await audit_of(database, acme) == [(ME, "retry", "provider=apollo")]


async def test_a_group_is_resolved_for_a_reason_and_the_queue_is_empty(
    visitor: Visitor, acme: Sown, database: Database
):
    ids = await fail(database, acme, count=2)
    visitor.at("/t/acme/errors", "?group=f1")
    assert "2 would leave the queue" in await visitor.asked("ask-resolve")
    assert "Say why" in await visitor.said("resolve-all", **{"why-resolve-all": " "})
    assert await statuses(database, acme, ids) == {"failed"}
    said = await visitor.said("resolve-all", **{"why-resolve-all": "the vendor closed"})
    assert said == "2 resolved: the vendor closed"
    assert await audit_of(database, acme) == [(ME, "resolve", "fingerprint=f1")]
    assert "This group is empty" in await visitor.page()
    zero = await visitor.at("/t/acme/errors").page()
    assert "Nothing is broken" in zero
    assert "2 resolved by people" in zero


async def test_a_run_is_tried_again_with_another_input(visitor: Visitor, acme: Sown, database: Database):
    (run_id,) = await fail(database, acme)
    visitor.at("/t/acme/errors", "?group=f1")
    drawer = str((await visitor.opened(run_id))["response"]["drawer"])
    for said in ("503", "retry-edited", "icp_version", f"/t/acme/lead?lead={acme.leads[0]}"):
        assert said in drawer
    async with database.tenant(acme.id) as session:
        before = await session.value("SELECT input FROM run WHERE id = :id", id=run_id)
    after = {**before, "account": {"name": "Acme", "domain": "acme.example"}}
    said = await visitor.said("retry-edited", run_id, input=json.dumps(after))
    assert said.startswith("It is tried again")
    async with database.tenant(acme.id) as session:
        row = (await session.rows("SELECT input, status FROM run WHERE id = :id", id=run_id))[0]
    assert (row["input"], row["status"]) == (after, "retrying")
    assert [act for _, act, _ in await audit_of(database, acme)] == ["retry", "edit input"]


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("{", "That is no JSON"),
        ("[]", "An input is a JSON object"),
        ('{"account": {}}', "the same fields"),
        (
            '{"lead_id": "x", "account": {"name": "A", "domain": null}, "icp_version": 1}',
            "about something else",
        ),
        (
            '{"lead_id": LEAD, "account": {"name": "A", "domain": null}, "icp_version": "1"}',
            "must be a number",
        ),
        (
            '{"lead_id": LEAD, "account": {"name": "Acme", "domain": null}, "icp_version": 1}',
            "Nothing was changed",
        ),
    ],
)
async def test_only_an_input_of_the_same_shape_is_taken(
    visitor: Visitor, acme: Sown, database: Database, text: str, refusal: str
):
    (run_id,) = await fail(database, acme)
    text = text.replace("LEAD", f'"{acme.leads[0]}"')
    assert refusal in await visitor.at("/t/acme/errors", "?group=f1").said("retry-edited", run_id, input=text)
    assert await statuses(database, acme, [run_id]) == {"failed"}
    assert await audit_of(database, acme) == []


async def test_one_run_is_tried_again_or_resolved(visitor: Visitor, acme: Sown, database: Database):
    one, other = await fail(database, acme, count=2)
    visitor.at("/t/acme/errors", "?group=f1")
    await visitor.press("retry-one", one)
    assert await statuses(database, acme, [one]) == {"retrying"}
    assert "it is about to be tried again" in await visitor.said("retry-one", one)
    await visitor.press("resolve-one", other, **{"why-resolve-one": "known"})
    assert await statuses(database, acme, [other]) == {"resolved"}
    assert "retry-one" not in str(await visitor.opened(other))


async def test_a_group_is_muted_and_assigned(visitor: Visitor, acme: Sown, database: Database):
    await fail(database, acme)
    visitor.at("/t/acme/errors", "?group=f1")
    assert await visitor.said("mute", "1 day") == "Muted for 1 day: "
    assert await visitor.said("assign", "me") == f"{ME} looks after it: "
    page = await visitor.page()
    assert "Muted" in page
    assert ME in page
    assert "muted" in await visitor.at("/t/acme/errors").page()
    visitor.at("/t/acme/errors", "?group=f1")
    await visitor.press("mute", "0")
    await visitor.press("assign", "named", assignee="bob")
    assert "bob" in await visitor.page()
    await visitor.press("assign", "nobody")
    assert "nobody yet" in await visitor.page()
    assert [act for _, act, _ in await audit_of(database, acme)] == [
        "assign",
        "assign",
        "mute",
        "assign",
        "mute",
    ]


async def test_another_tenants_failures_are_nobodys(
    visitor: Visitor, acme: Sown, rival: Sown, database: Database
):
    ids = await fail(database, rival, "theirs", count=2)
    visitor.at("/t/acme/errors", "?group=theirs")
    assert "This group is empty" in await visitor.page()
    for do, on, fields in (
        ("retry-all", "", {}),
        ("retry-one", ids[0], {}),
        ("retry-edited", ids[0], {"input": "{}"}),
        ("resolve-one", ids[0], {"why-resolve-one": "x"}),
        ("resolve-all", "", {"why-resolve-all": "x"}),
        ("mute", "1 day", {}),
        ("assign", "me", {}),
    ):
        await visitor.press(do, on, **fields)
    assert await statuses(database, rival, ids) == {"failed"}
    assert await audit_of(database, rival) == await audit_of(database, acme) == []
    async with database.tenant(rival.id) as session:
        assert await session.value("SELECT count(*) FROM failure_group") == 0


async def test_empty_states_are_told_apart(visitor: Visitor, acme: Sown, database: Database):
    assert "Nothing is broken" in await visitor.at("/t/acme/errors").page()
    assert "No failures match" in await visitor.at("/t/acme/errors", "?agent=crm").page()
    assert "This address does not work" in await visitor.at("/t/acme/errors", "?agent=%00").page()
    assert "No group is open" in await visitor.at("/t/acme/errors").said("mute", "1 day")
