"""Buttons that one may not press: shown, shut, and they say whom to ask."""

import json

import pytest

from tenants.people import Given, Role
from tenants.store.session import Database
from tests.console import passes
from tests.console.conftest import Visitor
from tests.console.seeds import Sown
from tests.console.waiting import enrolment


async def shown(database: Database, visitor: Visitor, role: Role, tenant: Sown) -> None:
    """The visitor as somebody of this role."""
    await passes.add(database, "ada", Given(role, tenant.id))
    visitor.client.headers.update((await passes.begin(database, "ada")).headers)


def buttons(text: str) -> dict[str, str | None]:
    """Each button with why it is shut; None where it is open."""
    found: dict[str, str | None] = {}

    def look(one: object) -> None:
        if isinstance(one, list):
            for part in one:
                look(part)
        elif isinstance(one, dict):
            props = one.get("props", {})
            if one.get("type") == "Button" and isinstance(props.get("id"), dict):
                name = str(props["id"].get("do") or props["id"].get("switch"))
                found[name] = props["title"] if props.get("disabled") else None
            if "data-toggle" in props:
                found[f"to {props['data-leads-to']}"] = props["title"] if props.get("disabled") else None
            for part in one.values():
                look(part)

    look(json.loads(text))
    return found


async def test_a_viewer_sees_every_button_and_can_press_none(
    visitor: Visitor, acme: Sown, database: Database
):
    held = await enrolment(database, acme)
    await shown(database, visitor, Role.VIEWER, acme)
    seen = buttons(await visitor.at("/t/acme/approvals", f"?open={held.id}").page())
    assert {"approve", "approve-edited", "reject", "later", "to reject", "to approve-edited"} <= set(seen)
    assert set(seen.values()) == {"Your role (viewer) may not decide on approvals: ask an admin."}
    seen = buttons(await visitor.panel(held.id))
    assert None not in seen.values()
    seen = buttons(await visitor.at("/t/acme/errors").page())
    assert None not in seen.values()
    seen = buttons(await visitor.at("/t/acme/agents").page())
    assert set(seen) == {"lead_source", "enrichment", "contact_finder", "scoring", "ask-hold"}
    assert None not in seen.values()


@pytest.mark.parametrize(
    ("role", "open_here", "shut_here"),
    [(Role.APPROVER, "approvals", "errors"), (Role.OPERATOR, "errors", "approvals")],
)
async def test_whose_right_it_is_can_press(visitor, acme, database, role, open_here, shut_here):
    held = await enrolment(database, acme)
    await shown(database, visitor, role, acme)
    for page, is_open in ((open_here, True), (shut_here, False)):
        query = f"?open={held.id}" if page == "approvals" else ""
        seen = buttons(await visitor.at(f"/t/acme/{page}", query).page())
        assert seen
        assert {why_not is None for why_not in seen.values()} == {is_open}


async def test_parts_that_are_drawn_anew_are_shut_as_well(visitor, acme, database, monkeypatch):
    await shown(database, visitor, Role.VIEWER, acme)
    said, _ = await visitor.at("/t/acme/models").refreshed(["judges", "proposals", "versions"])
    assert "disabled" in said or '"do"' not in said
    lead = acme.scored[0]
    said, _ = await visitor.at("/t/acme/lead", f"?lead={lead}").refreshed(["known"])
    assert buttons(said)["ask-pin"].startswith("Your role (viewer)")


async def test_a_press_all_the_same_is_answered_with_the_reason(visitor, acme, database):
    await shown(database, visitor, Role.VIEWER, acme)
    said = await visitor.at("/t/acme/lead").said("ask-pin", acme.scored[0])
    assert said.startswith("That was not done: Your role (viewer) may not switch agents, retry")
    assert said.endswith(": ask an admin.")


async def test_the_menu_has_the_tenants_in_which_one_is_somebody(visitor, acme, rival, database):
    await shown(database, visitor, Role.VIEWER, rival)
    response = (await visitor.send("visit.data", {"pathname": "/t/rival/runs", "search": ""}))["response"]
    assert [one["value"] for one in response["tenant"]["data"]] == ["rival"]
    assert "ada" in json.dumps(response["person"])
    assert "/sign-out" in json.dumps(response["person"])


async def test_while_nobody_was_added_the_page_says_so(visitor, acme):
    response = (await visitor.send("visit.data", {"pathname": "/t/acme/runs", "search": ""}))["response"]
    assert "no sign-in yet" in json.dumps(response["person"])


async def test_everything_is_done_in_ones_own_name(visitor, acme, database):
    await shown(database, visitor, Role.OPERATOR, acme)
    visitor.at("/t/acme/agents")
    await visitor.send("wish.data", {"agent": "scoring", "enabled": False})
    async with database.tenant(acme.id) as session:
        assert await session.value("SELECT changed_by FROM agent_switch") == "ada"
