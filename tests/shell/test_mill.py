"""The mill on a real Ray: kills, switches, lanes. What must hold is read from the database."""

import asyncio
import os
import signal
from contextlib import asynccontextmanager

import httpx
import psutil
import pytest
from ray.serve import context as serve_context

from actors.engine.profiles import Profiles
from actors.engine.sourcing import in_chunks, request_rows
from actors.events import event_types
from actors.shell.doctor import examine
from actors.shell.parts import MILL
from actors.shell.result import BAD, GOOD
from tenants.modes import Mode
from tenants.secrets import Vault
from tenants.store import funnel, heartbeats, lanes, switches
from tests.shell.conftest import Mill

pytestmark = [pytest.mark.ray, pytest.mark.timeout(240)]


async def until(condition, *, within_s=90.0):
    """Waits until the condition holds; a condition that never does is the test's failure."""
    async with asyncio.timeout(within_s):
        while not await condition():  # noqa: ASYNC110 - what is waited for happens in other processes
            await asyncio.sleep(0.1)


@asynccontextmanager
async def opened(mill: Mill):
    database = mill.database()
    try:
        yield database
    finally:
        await database.close()


async def ask_for(mill, database, tenant, count, prefix):
    profiles = Profiles(database, Vault.from_settings(mill.parts.store), tuple(event_types()))
    profile = (await profiles.of([tenant.id]))[tenant.id]
    rows = [{"name": f"{prefix} {n}", "domain": f"{prefix}-{n}.com"} for n in range(count)]
    await request_rows(database, profile, name=prefix, chunks=in_chunks(rows), rows=count, by="test")


async def counts_of(database, tenant):
    async with database.tenant(tenant.id) as session:
        return await funnel.counts(session)


async def complete(database, tenant, count):
    counts = await counts_of(database, tenant)
    return counts["sourced"] == count and counts["in_flight"] == 0


async def nothing_twice(database, tenant):
    async with database.tenant(tenant.id) as session:
        for table, key in (
            ("account", "identity_key"),
            ("lead", "account_id"),
            ("contact", "account_id, full_name"),
            ("run", "agent, event_id"),
            ("log", "topic, event_id"),
        ):
            doubled = await session.rows(
                f"SELECT {key}, count(*) FROM {table} WHERE tenant_id = :id GROUP BY {key} HAVING count(*) > 1",
                id=tenant.id,
            )
            assert doubled == [], table
        scored = await session.value(
            "SELECT count(*) FROM lead WHERE tenant_id = :id AND stage = 'scored'", id=tenant.id
        )
        said = await session.value(
            "SELECT count(*) FROM log WHERE tenant_id = :id AND topic = 'lead.scored'", id=tenant.id
        )
        assert said == scored


async def desk_pids(database, agent):
    async with database.system() as session:
        return [
            desk["pid"]
            for desk in await heartbeats.seen(session)
            if desk["agent"] == agent and desk["age_s"] < 3
        ]


def supervisor_pid():
    for process in psutil.process_iter(["cmdline"]):
        if process.info["cmdline"] and process.info["cmdline"][0].startswith("ray::Supervisor"):
            return process.pid
    return None


async def test_the_doctor_finds_a_running_mill_well(mill):
    results = {result.subject: result async for result in examine(mill.parts)}
    assert {
        name: results[name].state for name in ("mill", "ray", "serve", "model", "log", "clock")
    } == dict.fromkeys(("mill", "ray", "serve", "model", "log", "clock"), GOOD)
    assert [name for name, result in results.items() if result.state == BAD] == []
    # Serve would take this way in another Ray, too, if our number there were the same.
    assert serve_context._global_client is None


def test_a_running_mill_answers_programs_over_http(mill):
    answer = httpx.get(f"{mill.parts.installation.running(MILL)['api']}/readyz", timeout=30)
    assert (answer.status_code, answer.json()) == (200, {"status": "ready"})


async def test_killed_desks_and_a_killed_supervisor_lose_nothing_and_double_nothing(mill):
    tenant = await mill.add_tenant("kills")
    async with opened(mill) as database:
        await ask_for(mill, database, tenant, 400, "kills")
        for agent in ("enrichment", "contact_finder", "scoring"):

            async def awake(agent=agent):
                return bool(await desk_pids(database, agent)) or await complete(database, tenant, 400)

            await until(awake)
            for pid in await desk_pids(database, agent):
                os.kill(pid, signal.SIGKILL)
        pid = supervisor_pid()
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        await until(lambda: complete(database, tenant, 400))
        await nothing_twice(database, tenant)


async def test_when_all_of_ray_is_killed_up_brings_it_back_and_the_funnel_ends_complete(mill):
    tenant = await mill.add_tenant("allkilled")
    async with opened(mill) as database:
        await ask_for(mill, database, tenant, 300, "allkilled")

        async def under_way():
            return (await counts_of(database, tenant))["enriched"] > 0

        await until(under_way)
        mark = mill.parts.installation.mark
        killed = 0
        for process in psutil.process_iter():
            try:
                ours = process.environ().get("LEADMILL_INSTALLATION") == f"{mark}:mill"
                if ours and "leadmill" not in " ".join(process.cmdline()):
                    process.kill()
                    killed += 1
            except psutil.Error:
                continue
        assert killed > 3
        await mill.parts.mill(mill.address, inline=False)
        await until(lambda: complete(database, tenant, 300))
        await nothing_twice(database, tenant)


async def test_an_agent_switched_off_holds_what_comes_and_goes_on_when_switched_on(mill):
    tenant = await mill.add_tenant("switched", agents={"enrichment": False})
    async with opened(mill) as database:
        await ask_for(mill, database, tenant, 20, "switched")

        async def held():
            async with database.tenant(tenant.id) as session:
                return await session.value("SELECT count(*) FROM run WHERE status = 'held'") == 20

        await until(held)
        assert (await counts_of(database, tenant))["enriched"] == 0
        async with database.tenant(tenant.id) as session:
            assert await switches.turn(session, "enrichment", Mode.ON, by="test") == 20
        await until(lambda: complete(database, tenant, 20))
        await nothing_twice(database, tenant)


async def test_a_tenant_with_more_lanes_has_as_many_desks_at_work(mill):
    tenant = await mill.add_tenant("scaled", agents={"contact_finder": False})
    async with opened(mill) as database:
        async with database.system() as session:
            held = await lanes.scale(session, tenant.id, "lead.sourced", 3)
        assert len(held) == 3
        await ask_for(mill, database, tenant, 120, "scaled")

        async def enriched():
            counts = await counts_of(database, tenant)
            return counts["enriched"] + counts["skipped"] + counts["failed"] == 120

        await until(enriched)
        async with database.tenant(tenant.id) as session:
            used = await session.rows(
                "SELECT lane, count(*) FROM run WHERE agent = 'enrichment' GROUP BY lane"
            )
        assert {row["lane"] for row in used} == set(held)

        async def side_by_side():
            async with database.system() as session:
                desks = [desk for desk in await heartbeats.seen(session) if desk["agent"] == "enrichment"]
            pids = {lane: desk["pid"] for desk in desks for lane in desk["lanes"]}
            return len({pids.get(lane) for lane in held} - {None}) == 3

        await until(side_by_side, within_s=10)
        await nothing_twice(database, tenant)
