"""Approvals in the console: what is shown is what would be done, and one decision of one person counts."""

import asyncio
import getpass
import json
from datetime import timedelta

import pytest

from actors.engine import holding
from actors.events import event_types
from tenants.content import hashed
from tenants.store.session import Database
from tests.console import seeds
from tests.console.conftest import Visitor
from tests.console.seeds import Sown
from tests.console.test_runs import everything
from tests.console.waiting import audit_of, doubtful, enrolment, new_companies, overwriting, status_of

ME = getpass.getuser()


async def test_what_ends_first_stands_first_and_nothing_of_others_is_there(
    visitor: Visitor, acme: Sown, rival: Sown, database: Database
):
    late = await enrolment(database, acme, 0, ends_in=timedelta(hours=50))
    soon = await enrolment(database, acme, 2, ends_in=timedelta(minutes=30))
    await enrolment(database, rival, 0)
    rows = await everything(visitor.at("/t/acme/approvals"), 1)
    assert [row["id"] for row in rows] == [str(soon.id), str(late.id)]
    assert [row["hurry"] for row in rows] == ["soon", ""]
    assert rows[0]["kind"] == "Enrolment"
    assert "29 min" in rows[0]["left"]
    assert "2 waiting" in await visitor.page()


async def test_the_panel_shows_what_would_change_by_whom_at_what_risk(
    visitor: Visitor, acme: Sown, database: Database
):
    held = await enrolment(database, acme)
    async with database.tenant(acme.id) as session:
        await session.run("UPDATE contact SET title = 'Chief of Nothing'")
    panel = await visitor.at("/t/acme/approvals").panel(held.id)
    for said in (
        "A message sequence begins",
        "Chief of Nothing",
        "standard-outreach",
        "messages go out to a person, and can't be called back",
        "none: what was sent stays sent",
        "this is the first one",
        held.content_hash,
        f"/t/acme/lead?lead={acme.scored[0]}",
    ):
        assert said in panel


async def test_a_record_of_the_crm_stands_beside_what_would_replace_it(
    visitor: Visitor, acme: Sown, database: Database
):
    held = await overwriting(database, acme)
    panel = await visitor.at("/t/acme/approvals").panel(held.id)
    assert "Unicorns" in panel
    assert "replaces what a person wrote" in panel
    assert "240 is not written" in panel
    assert "The person in the CRM, which is new there" in panel


async def test_what_came_in_the_way_is_told_while_one_looks(visitor: Visitor, acme: Sown, database: Database):
    held = await enrolment(database, acme)
    visitor.at("/t/acme/approvals", f"?open={held.id}")
    said, _ = await visitor.refreshed(["standing"])
    assert "Ends in 2 d 23 h" in said
    assert "would fail" not in said
    async with database.tenant(acme.id) as session:
        await session.run("UPDATE contact SET email = 'other@x.example'")
        await session.run(
            "INSERT INTO exclusion (tenant_id, kind, value, reason, source) "
            "VALUES (:tenant, 'email', :value, 'do not contact', 'by hand')",
            tenant=acme.id,
            value=json.loads(held.content)["effect"]["email"],
        )
        await session.run("UPDATE lead SET tier = 'Z'")
    said, _ = await visitor.refreshed(["standing"])
    assert "address is other@x.example by now: an approval would fail" in said
    assert "left alone since: do not contact" in said
    assert "and is Z now" in said


async def test_an_approval_is_written_down_with_the_persons_name(
    visitor: Visitor, acme: Sown, database: Database
):
    held = await enrolment(database, acme)
    visitor.at("/t/acme/approvals")
    answer = await visitor.press("approve", held.id, held.content_hash)
    assert answer["response"]["done"]["data"] == {"then": "next", "on": str(held.id), "at": 1}
    assert await status_of(database, acme, held) == "approved"
    assert await audit_of(database, acme) == [(ME, "approved", f"approval {held.id}")]
    async with database.tenant(acme.id) as session:
        assert await session.value("SELECT due_at <= now() FROM run WHERE id = :id", id=held.run_id)
    rows = await everything(visitor.at("/t/acme/approvals", "?show=decided"), 10)
    assert [(row["id"], row["left"], row["settled"]) for row in rows] == [(str(held.id), "Approved", True)]
    said, _ = await visitor.at("/t/acme/approvals", f"?open={held.id}").refreshed(["standing"])
    assert f"Approved by {ME}" in said


async def test_who_saw_something_else_decides_nothing(visitor: Visitor, acme: Sown, database: Database):
    held = await enrolment(database, acme)
    visitor.at("/t/acme/approvals")
    for seen in ("0" * 64, ""):
        said = await visitor.said("approve", held.id, seen)
        assert said == "That was not done: What is to be done is not what you saw: look again."
    assert await status_of(database, acme, held) == "pending"


async def test_of_two_at_once_one_wins_and_the_other_is_told_who(
    visitor: Visitor, acme: Sown, database: Database
):
    held = await enrolment(database, acme)
    visitor.at("/t/acme/approvals")
    answers = await asyncio.gather(
        visitor.press("approve", held.id, held.content_hash),
        visitor.press("reject", held.id, held.content_hash, **{"reject-words": "no"}),
    )
    told = [answer["sideUpdate"]["toasts"]["sendNotifications"][0] for answer in answers]
    assert sorted(one["color"] for one in told) == ["orange", "teal"]
    lost = next(one for one in told if one["color"] == "orange")
    assert f"already, by {ME}" in lost["message"]
    assert len(await audit_of(database, acme)) == 1


async def test_a_rejection_has_a_reason(visitor: Visitor, acme: Sown, database: Database):
    held = await enrolment(database, acme)
    visitor.at("/t/acme/approvals")
    assert "Say why" in await visitor.said("reject", held.id, held.content_hash, **{"reject-words": "  "})
    assert await status_of(database, acme, held) == "pending"
    await visitor.press(
        "reject", held.id, held.content_hash, **{"reject-why": "Not now", "reject-words": "in spring"}
    )
    async with database.tenant(acme.id) as session:
        row = (await session.rows("SELECT status, reason, decided_by FROM approval"))[0]
    assert row == {"status": "rejected", "reason": "Not now: in spring", "decided_by": ME}


async def test_what_is_edited_is_what_the_engine_would_carry_out(
    visitor: Visitor, acme: Sown, database: Database
):
    held = await enrolment(database, acme)
    visitor.at("/t/acme/approvals")
    fields = {"effect.sequence": "nurture", "effect.name": "Ada B.", "effect.title": "", "reject-words": "x"}
    said = await visitor.said("approve-edited", held.id, held.content_hash, **fields)
    assert said.startswith("Approved as edited")
    async with database.tenant(acme.id) as session:
        row = (await session.rows("SELECT edited, edited_hash FROM held_outcome"))[0]
    effect = row["edited"]["effect"]
    assert (effect["sequence"], effect["name"], effect["title"]) == ("nurture", "Ada B.", None)
    by_the_engine = holding.edited(row["edited"], json.loads(held.content), event_types())
    assert row["edited_hash"] == by_the_engine[1] == hashed(by_the_engine[0])
    assert await status_of(database, acme, held) == "edited"


async def test_an_edit_that_changes_nothing_is_an_approval(visitor: Visitor, acme: Sown, database: Database):
    held = await enrolment(database, acme)
    name = json.loads(held.content)["effect"]["name"]
    await visitor.at("/t/acme/approvals").press(
        "approve-edited", held.id, held.content_hash, **{"effect.name": name}
    )
    assert await status_of(database, acme, held) == "approved"


@pytest.mark.parametrize(
    ("path", "value", "refusal"),
    [
        ("effect.email", "eve@evil.example", "that can't be changed"),
        ("effect.lead_id", "00000000-0000-0000-0000-000000000000", "that can't be changed"),
        ("effect.sequence", "", "this can't be empty"),
        ("effect.name.first", "x", "there is no such value"),
        ("effect.", "x", "that can't be changed"),
        ("save.0.title", "x", "there is no such value"),
    ],
)
async def test_only_what_is_said_of_a_thing_can_be_edited(
    visitor: Visitor, acme: Sown, database: Database, path: str, value: str, refusal: str
):
    held = await enrolment(database, acme)
    visitor.at("/t/acme/approvals")
    assert refusal in await visitor.said("approve-edited", held.id, held.content_hash, **{path: value})
    assert await status_of(database, acme, held) == "pending"


async def test_a_doubtful_address_shows_who_says_what(visitor: Visitor, acme: Sown, database: Database):
    waiting = next(lead for lead in acme.leads if lead not in acme.scored)
    held = await doubtful(database, acme, waiting)
    panel = await visitor.at("/t/acme/approvals").panel(held.id)
    for said in (
        "A person comes in",
        "ann@doubtful.example",
        "mailbox, 40% sure",
        "250 2.1.5 Ok",
        "contactable",
    ):
        assert said in panel
    await visitor.press("approve-edited", held.id, held.content_hash, **{"save.0.title": "Chief Operations"})
    async with database.tenant(acme.id) as session:
        row = (await session.rows("SELECT edited, edited_hash FROM held_outcome"))[0]
    assert row["edited"]["save"][0]["title"] == "Chief Operations"
    assert holding.edited(row["edited"], json.loads(held.content), event_types())[1] == row["edited_hash"]


async def test_companies_that_came_another_way_are_marked(visitor: Visitor, acme: Sown, database: Database):
    async with database.tenant(acme.id) as session:
        known = await session.value("SELECT identity_key FROM account LIMIT 1")
    held = await new_companies(database, acme, 60, known=known)
    visitor.at("/t/acme/approvals", f"?open={held.id}")
    panel = await visitor.panel(held.id)
    for said in ("60 companies come in", "has come in by now: a duplicate", "and 10 more"):
        assert said in panel
    said, _ = await visitor.refreshed(["standing"])
    assert "1 of the companies came in another way by now" in said


async def test_a_question_is_set_aside_and_taken_up_again(visitor: Visitor, acme: Sown, database: Database):
    held = await enrolment(database, acme)
    visitor.at("/t/acme/approvals")
    assert (await visitor.said("later", held.id)).startswith("Set aside")
    assert "Nothing waits for you" in await visitor.page()
    visitor.at("/t/acme/approvals", "?show=later")
    rows, _, _ = await visitor.rows(0, 10)
    assert [row["id"] for row in rows] == [str(held.id)]
    assert (
        f"Set aside by {ME}"
        in (await visitor.at("/t/acme/approvals", f"?open={held.id}").refreshed(["standing"]))[0]
    )
    await visitor.press("take-up", held.id)
    rows, _, _ = await visitor.at("/t/acme/approvals").rows(0, 10)
    assert [row["id"] for row in rows] == [str(held.id)]
    assert [act for _, act, _ in await audit_of(database, acme)] == ["take up again", "set aside"]
    await visitor.press("approve", held.id, held.content_hash)
    assert "does not wait any more" in await visitor.said("later", held.id)


async def allow_bulk(database: Database, sown: Sown, **policy: object) -> None:
    async with database.tenant(sown.id) as session:
        await session.run(
            "UPDATE tenant SET config = CAST(:config AS json)", config=json.dumps({"approvals": policy})
        )


async def test_many_are_decided_together_only_where_the_policy_allows(
    visitor: Visitor, acme: Sown, database: Database
):
    held = [await new_companies(database, acme, 2) for _ in range(3)]
    visitor.at("/t/acme/approvals", "?kind=source")
    assert "decide-together" not in await visitor.page()
    asked = await visitor.asked("decide-together", "source")
    assert "0 can be decided together" in asked
    assert "3 not: the tenant's policy wants such acts decided one by one" in asked
    await allow_bulk(database, acme, bulk=["source"])
    assert "Decide all 3" in await visitor.page()
    asked = json.loads(await visitor.asked("decide-together", "source"))
    seen = next(
        one["props"]["id"]["seen"] for one in _inside(asked) if one["props"].get("data-do") == "approve-bulk"
    )
    await new_companies(database, acme, 1)
    said = await visitor.said("approve-bulk", "source", seen)
    assert "The queue is not what you saw any more" in said
    assert await status_of(database, acme, held[0]) == "pending"
    asked = json.loads(await visitor.asked("decide-together", "source"))
    seen = next(
        one["props"]["id"]["seen"] for one in _inside(asked) if one["props"].get("data-do") == "approve-bulk"
    )
    assert "Say why" in await visitor.said("reject-bulk", "source", seen)
    assert (await visitor.said("approve-bulk", "source", seen)).startswith("4 approved")
    assert len(await audit_of(database, acme)) == 4


def _inside(node: object):
    """Every component in what a callback answered."""
    if isinstance(node, dict):
        if "props" in node:
            yield node
        for value in node.values():
            yield from _inside(value)
    elif isinstance(node, list):
        for value in node:
            yield from _inside(value)


async def test_who_asked_for_it_does_not_decide_where_two_people_must(
    visitor: Visitor, acme: Sown, database: Database
):
    await allow_bulk(database, acme, bulk=["source"], two_people=True)
    held = await new_companies(database, acme, 2, requested_by=ME)
    visitor.at("/t/acme/approvals")
    assert "somebody else must decide" in await visitor.said("approve", held.id, held.content_hash)
    assert "1 not: " in await visitor.asked("decide-together", "source")


async def test_another_tenants_question_is_nobodys(
    visitor: Visitor, acme: Sown, rival: Sown, database: Database
):
    held = await enrolment(database, rival)
    visitor.at("/t/acme/approvals", f"?open={held.id}")
    assert "There is no such approval" in await visitor.panel(held.id)
    for do in ("approve", "approve-edited", "later", "take-up"):
        await visitor.press(do, held.id, held.content_hash, **{"effect.name": "x"})
    await visitor.press("reject", held.id, held.content_hash, **{"reject-words": "x"})
    assert await status_of(database, rival, held) == "pending"
    assert await audit_of(database, rival) == await audit_of(database, acme) == []
    _, _, trail = await visitor.at("/t/acme/approvals").rows(0, 10)
    _, heard = await visitor.refreshed(["count"], since=trail["since"], ids=[str(held.id)])
    assert heard["rows"] == []


async def test_a_row_is_seen_to_be_decided_by_somebody_else(visitor: Visitor, acme: Sown, database: Database):
    held = await enrolment(database, acme)
    _, _, trail = await visitor.at("/t/acme/approvals").rows(0, 10)
    async with database.tenant(acme.id) as session:
        await session.run("UPDATE approval SET status = 'rejected', decided_by = 'bob', decided_at = now()")
    _, heard = await visitor.refreshed(["count"], since=trail["since"], ids=[str(held.id)])
    assert [(row["left"], row["settled"]) for row in heard["rows"]] == [("Rejected", True)]
    assert "already, by bob" in await visitor.said("approve", held.id, held.content_hash)


async def test_what_is_asked_meanwhile_is_news(visitor: Visitor, acme: Sown, database: Database):
    _, _, trail = await visitor.at("/t/acme/approvals").rows(0, 10)
    await enrolment(database, acme)
    _, heard = await visitor.refreshed(["count"], since=trail["since"])
    assert heard["news"] == 1


async def test_empty_states_are_told_apart(visitor: Visitor, acme: Sown, database: Database):
    assert "Nothing waits for you" in await visitor.at("/t/acme/approvals").page()
    assert "No approvals match" in await visitor.at("/t/acme/approvals", "?kind=spend").page()
    assert "Nothing decided" in await visitor.at("/t/acme/approvals", "?show=decided").page()
    assert "This address does not work" in await visitor.at("/t/acme/approvals", "?show=all").page()
    assert "not the id of anything" in await visitor.at("/t/acme/approvals").panel("nonsense")
    assert "Nothing is open" in await visitor.at("/t/acme/approvals").page()


async def test_nonsense_presses_are_refused(visitor: Visitor, acme: Sown, database: Database):
    await seeds.tenant(database, "new")
    visitor.at("/t/acme/approvals")
    assert "There is no such button" in await visitor.said("drop-table")
    assert "There is no such button" in await visitor.told("pressed.data", "nonsense")
    assert "no such fields" in await visitor.told("pressed.data", {"do": "approve", "fields": ["x"]})
    assert "not the id of anything" in await visitor.said("approve", "nonsense", "x")
    assert "no such kind" in await visitor.said("decide-together", "everything")
