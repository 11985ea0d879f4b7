import getpass
import json

import pytest

from console.faces import AgentFace, read_faces
from console.holding import FOR_EVER, WAYS
from console.page import View
from console.pages.agents import parts
from console.reads import Reads
from tenants.modes import EVERY_AGENT, Mode
from tenants.people import Actor, Given, Role, everything
from tenants.store import switches
from tenants.store.session import Database
from tests.console import seeds
from tests.console.conftest import Visitor
from tests.console.seeds import Sown
from tests.console.test_runs import begin_runs


async def test_a_switch_writes_who_and_when(visitor: Visitor, acme: Sown, rival: Sown, database: Database):
    visitor.at("/t/acme/agents")
    answer = await visitor.send("wish.data", {"agent": "enrichment", "enabled": False})
    assert answer["response"]["granted"]["data"]["done"] is True
    assert "Enrichment is off" in str(answer["sideUpdate"])
    async with database.system() as session:
        rows = await session.rows(
            "SELECT *, changed_at > now() - interval '1 minute' AS recent FROM agent_switch"
        )
    assert [(row["tenant_id"], row["agent"], row["mode"]) for row in rows] == [
        (acme.id, "enrichment", "paused")
    ]
    assert rows[0]["changed_by"] == getpass.getuser()
    assert rows[0]["recent"]
    page = await visitor.page()
    assert f"Paused by {getpass.getuser()}" in page
    assert "nothing held so far" in page


async def test_switching_on_sets_held_runs_free(visitor: Visitor, acme: Sown, database: Database):
    visitor.at("/t/acme/agents")
    await visitor.send("wish.data", {"agent": "enrichment", "enabled": False})
    await begin_runs(database, acme, 3)
    async with database.tenant(acme.id) as session:
        await session.run("UPDATE run SET status = 'held' WHERE status = 'running'")
    assert "3 held" in await visitor.page()
    said = await visitor.told("wish.data", {"agent": "enrichment", "enabled": True})
    assert said == "Enrichment is on: 3 held runs go on."
    async with database.tenant(acme.id) as session:
        assert await session.value("SELECT count(*) FROM run WHERE status = 'held' AND due_at <= now()") == 3
    said, _ = await visitor.refreshed(["backlog-enrichment", "backlog-scoring"])
    assert '"3"' in said


async def test_an_agent_that_needs_a_service_is_shown_to_tenants_who_have_it(
    reading: Database, acme: Sown, rival: Sown, database: Database
):
    reads = Reads(reading, (AgentFace("scoring", "Scoring"), AgentFace("crm", "Crm", needs=["crm"])))
    async with database.tenant(acme.id) as session:
        await session.run("UPDATE tenant SET connected = '{apollo,crm}'")
    shown = {
        name: [face.name for face in await reads.agent_faces(await reads.tenant(name, everything("ann")))]
        for name in ("acme", "rival")
    }
    assert shown == {"acme": ["scoring", "crm"], "rival": ["scoring"]}


async def test_who_holds_an_agent_back_says_how_why_and_for_how_long(
    visitor: Visitor, acme: Sown, database: Database
):
    visitor.at("/t/acme/agents")
    asked = await visitor.asked("ask-hold", "scoring")
    for way, (_, text) in WAYS.items():
        assert way in asked
        assert text in asked
    chosen = {"hold-how": "Stop", "hold-long": "for 4 hours", "why-hold": "wrong scores"}
    assert await visitor.said("hold", "scoring", **chosen) == (
        "Scoring is stopped: It goes on by itself when its time is over."
    )
    assert f"Stopped by {getpass.getuser()} " in await visitor.page()
    async with database.tenant(acme.id) as session:
        (row,) = await session.rows(
            "SELECT mode, reason, until > now() + interval '239 minutes' AS is_late, "
            "until < now() + interval '241 minutes' AS is_soon FROM agent_switch"
        )
    assert row == {"mode": "stopped", "reason": "wrong scores", "is_late": True, "is_soon": True}


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"why-hold": " "}, "Say why"),
        ({"hold-how": "Kill"}, "Choose how"),
        ({"hold-long": "ever"}, "Choose how"),
    ],
)
async def test_without_a_reason_nobody_is_held_back(
    visitor: Visitor, acme: Sown, database: Database, wrong: dict[str, str], told: str
):
    chosen = {"hold-how": "Pause", "hold-long": FOR_EVER, "why-hold": "a test"} | wrong
    assert told in await visitor.at("/t/acme/agents").said("hold", "scoring", **chosen)
    async with database.system() as session:
        assert await session.value("SELECT count(*) FROM agent_switch") == 0


async def test_before_an_agent_is_switched_on_it_is_told_what_is_in_its_way(
    visitor: Visitor, acme: Sown, database: Database
):
    visitor.at("/t/acme/agents")
    chosen = {"hold-how": "Pause", "hold-long": FOR_EVER, "why-hold": "a test"}
    await visitor.press("hold", "scoring", **chosen)
    async with database.tenant(acme.id) as session:
        await session.run("""UPDATE tenant SET config = '{"budgets": {"total_usd": 5}}'""")
        await session.run(
            "INSERT INTO budget_use (tenant_id, scope, key, reserved_usd, spent_usd) VALUES (:id, 'total', '', 1, 4)",
            id=acme.id,
        )
    async with database.system() as session:
        await switches.stop_everything(session, by="ann", reason="a flood")
    asked = await visitor.asked("ask-on", "scoring")
    assert "everything is stopped by ann: a flood" in asked
    assert "no model judges yet" in asked
    assert "the total budget is used up" in asked
    assert await visitor.said("let-go", "scoring") == "Scoring is on: Nothing was held meanwhile."


async def test_how_agents_stand_for_every_tenant_is_for_those_who_see_everybody(
    visitor: Visitor, acme: Sown, rival: Sown, database: Database, reading: Database
):
    visitor.at("/t/acme/agents")
    assert "For every tenant" in await visitor.page()
    async with database.tenant(rival.id) as session:
        await switches.turn(session, "scoring", Mode.DRAINING, by="ben", reason="a move")
        await switches.turn(session, EVERY_AGENT, Mode.PAUSED, by="ann", reason="an audit")
    reads = Reads(reading, read_faces(json.dumps(seeds.FACES)))
    of_acme = await reads.tenant("acme", everything("ann"))
    drawn = json.dumps(str((await parts(View(reads, of_acme, {}, everything("ann"))))["matrix"]))
    assert drawn.count("paused") == len(seeds.FACES)
    assert "by ann" in drawn
    assert "an audit" in drawn
    admin = Actor("cid", "Cid", frozenset({Given(Role.ADMIN, acme.id)}))
    assert "matrix" not in await parts(View(reads, of_acme, {}, admin))


async def test_only_known_agents_have_a_switch(visitor: Visitor, acme: Sown, database: Database):
    visitor.at("/t/acme/agents")
    for wish in (
        {"agent": "nobody", "enabled": False},
        {"agent": "scoring", "enabled": "no"},
        {"agent": ["scoring"]},
    ):
        answer = await visitor.send("wish.data", wish)
        assert answer["response"]["granted"]["data"] == {"done": False}
    async with database.system() as session:
        assert await session.value("SELECT count(*) FROM agent_switch") == 0


async def test_a_fault_turns_the_switch_back(visitor: Visitor, acme: Sown, database: Database, monkeypatch):
    monkeypatch.setattr(database, "_tenants", None)  # whoever acts is still known
    answer = await visitor.at("/t/acme/agents").send("wish.data", {"agent": "scoring", "enabled": False})
    assert answer["response"]["granted"]["data"] == {"done": False}
    assert "quote error" in str(answer["sideUpdate"])


async def test_signs_of_life_and_figures(visitor: Visitor, acme: Sown, rival: Sown):
    said, _ = await visitor.at("/t/acme/agents").refreshed(
        ["life-lead_source", "life-contact_finder", "life-scoring", "desks-lead_source", "runs-lead_source"]
    )
    assert "status-done" in said
    assert "Quiet, 41 s ago" in said
    assert "Asleep" in said
    assert '"60"' in said  # a run of lead_source for each of the 60 leads
    assert said.count("status-done") == 1


async def test_the_backlog_is_what_the_tenant_has_unread(
    visitor: Visitor, acme: Sown, rival: Sown, database: Database
):
    async with database.system() as session:
        await session.run("INSERT INTO log_head (topic, lane, next_offset) VALUES ('lead.sourced', 0, 6)")
        await session.run("INSERT INTO lane_lease (agent, lane, next_offset) VALUES ('enrichment', 0, 2)")
        for offset, owner in enumerate((acme, acme, acme, rival, acme, rival)):
            await session.run(
                'INSERT INTO log (topic, lane, "offset", event_id, tenant_id, type, source, time, data) '
                "VALUES ('lead.sourced', 0, :offset, gen_random_uuid(), :owner, "
                "'lead.sourced', 'test', now(), '{}')",
                offset=offset,
                owner=owner.id,
            )
    assert '"2"' in (await visitor.at("/t/acme/agents").refreshed(["backlog-enrichment"]))[0]
    assert '"2"' in (await visitor.at("/t/rival/agents").refreshed(["backlog-enrichment"]))[0]


async def test_an_agent_that_is_waited_for_is_not_called_asleep(
    visitor: Visitor, acme: Sown, database: Database
):
    async with database.tenant(acme.id) as session:
        await session.run(
            "INSERT INTO run (tenant_id, id, agent, event_id, topic, lane, status, input, due_at) VALUES "
            "(:tenant, gen_random_uuid(), 'scoring', gen_random_uuid(), 'contact.verified', 0, 'retrying', "
            "'{}', now())",
            tenant=acme.id,
        )
    said, _ = await visitor.at("/t/acme/agents").refreshed(["life-scoring"])
    assert "No desk yet" in said


async def test_two_tenants_do_not_share_desks(visitor: Visitor, acme: Sown, database: Database):
    await seeds.tenant(database, "new", lane=4)
    said, _ = await visitor.at("/t/new/agents").refreshed(["life-lead_source", "runs-lead_source"])
    assert "Asleep" in said
    assert '"0"' in said
