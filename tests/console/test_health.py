"""Health in the console: what is wrong in words, what waits in events and in seconds, and who works which lane."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from console.faces import read_faces
from console.page import View
from console.pages import health
from console.reads import Reads
from tenants.modes import Mode
from tenants.people import Actor, Given, Role, everything
from tenants.store import lanes, log, roles, switches
from tenants.store.session import Database
from tests.console import seeds
from tests.console.conftest import Visitor
from tests.console.seeds import Sown
from tests.tenants.store.rows import entry


@pytest.fixture
async def supervised(database: Database) -> None:
    async with database.system() as session:
        await roles.claim(session, "supervisor", "host-1:77", 600.0)


async def say(database: Database, sown: Sown, *ages_s: float) -> None:
    now = datetime.now(UTC)
    async with database.system() as session:
        await log.append(session, [entry(sown.id, time=now - timedelta(seconds=age_s)) for age_s in ages_s])


async def test_where_nothing_is_wrong_it_says_so(
    visitor: Visitor, acme: Sown, database: Database, supervised
):
    async with database.system() as session:
        await session.run("UPDATE heartbeat SET seen_at = now()")
    async with database.tenant(acme.id) as session:
        await session.run("UPDATE run SET status = 'done', fingerprint = NULL")
    page = await visitor.at("/t/acme/health").page()
    assert "Nothing is wrong" in page
    assert "3 desks work for this tenant, and nothing waits." in page
    assert "host-1:77" in page


async def test_what_waits_is_told_in_events_and_in_seconds(
    visitor: Visitor, acme: Sown, database: Database, supervised
):
    await say(database, acme, 245, 30, 10)
    page = await visitor.at("/t/acme/health").page()
    assert "3 events" in page
    assert "oldest 4 min" in page
    assert "an event of acme for Enrichment on lane 0, for 4 min" in page


async def test_work_without_a_desk_and_without_supervision_is_told_with_what_to_do(
    visitor: Visitor, acme: Sown, database: Database
):
    async with database.system() as session:
        await session.run("DELETE FROM heartbeat")
    await say(database, acme, 245)
    page = await visitor.at("/t/acme/health").page()
    assert "Enrichment: 1 wait, the oldest for 4 min" in page
    assert "and no desk works on it." in page
    assert "Nobody supervises the mill" in page
    assert "leadmill up" in page
    assert "Nothing is wrong" not in page


async def test_what_is_not_known_is_never_green(visitor: Visitor, acme: Sown, database: Database, supervised):
    async with database.system() as session:
        await session.run("DELETE FROM heartbeat")
    page = await visitor.at("/t/acme/health").page()
    assert "Asleep" in page
    green = '"status status-done"'
    assert page.count(green) == 1  # the supervisor, of whom it is known


async def test_an_agent_that_is_off_is_told_with_who_turned_it_off(
    visitor: Visitor, acme: Sown, database: Database, supervised
):
    async with database.tenant(acme.id) as session:
        await switches.turn(session, "enrichment", Mode.PAUSED, by="ann", reason="provider outage")
    page = await visitor.at("/t/acme/health").page()
    assert "Enrichment is paused by ann: provider outage." in page


async def test_the_map_says_who_works_a_lane_and_with_how_many_it_is_shared(
    visitor: Visitor, acme: Sown, database: Database, supervised
):
    await seeds.tenant(database, "other", label="The other one", lane=0)
    async with database.system() as session:
        await lanes.take(session, "scoring", 0, "scoring-9:abc", 60.0)
    page = await visitor.at("/t/acme/health").page()
    assert "1 other" in page
    assert '"enrichment-acme"' in page  # by its heartbeat
    assert '"scoring-9"' in page  # by its lease


async def test_who_may_not_see_everybody_is_told_of_others_only_how_many(
    reading: Database, acme: Sown, rival: Sown, database: Database, supervised
):
    await seeds.tenant(database, "other", label="The other one", lane=0)
    reads = Reads(reading, read_faces(json.dumps(seeds.FACES)))
    view = View(reads, await reads.tenant("acme", everything("ann")), {}, everything("ann"))
    assert "The other one" in str(await drawn(view))
    narrow = replace(view, actor=Actor("ben", "Ben", frozenset({Given(Role.ADMIN, acme.id)})))
    page = str(await drawn(narrow))
    for word in ("The other one", "rival", "host-1:77", "The whole mill"):
        assert word not in page
    assert "1 other" in page


async def test_the_whole_mill_says_who_takes_how_much(
    visitor: Visitor, acme: Sown, rival: Sown, database: Database, supervised
):
    async with database.tenant(rival.id) as session:
        await session.run("UPDATE run SET duration_s = 900")
    page = (await visitor.at("/t/acme/health").page()).partition("Who takes how much")[2]
    assert page.index('"rival"') < page.index('"acme"')


async def test_it_is_kept_fresh(visitor: Visitor, acme: Sown, database: Database):
    visitor.at("/t/acme/health")
    said, _ = await visitor.refreshed(["verdict", "agents", "lanes", "whole"])
    for word in ("Nobody supervises", "Enrichment", "Lane", "Supervisor"):
        assert word in said


async def drawn(view: View) -> object:
    return health.frame(view, await health.parts(view))
