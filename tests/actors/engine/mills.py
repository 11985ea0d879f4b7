"""What the engine's tests run: works with providers that answer in this process, and leads to bring in."""

import asyncio
import uuid

from actors.engine.carriage import carrier
from actors.engine.inline import InlineRoster, supervise
from actors.engine.sourcing import in_chunks, request_rows
from actors.engine.supervision import Supervision
from actors.engine.wiring import build_id, followers, needs, topics_of
from tenants.store import funnel, models, tenants
from tests.fakes.works import CONNECTIONS


async def add_tenant(database, vault, name="acme", **more):
    async with database.system() as session:
        if await models.resolve(session, tenant_id=None) is None:
            version = await models.add_version(
                session, tenant_id=None, name="fake", sha256="0", path="none", metrics={}, facts={}
            )
            await models.point_alias(session, tenant_id=None, alias="champion", name="fake", version=version)
    connections = {**CONNECTIONS, **more.pop("connections", {})}
    return await tenants.add(database, vault, name, {"connections": connections, **more})


async def ask_for(works, tenant, count, prefix="company"):
    profile = (await works.profiles.of([tenant.id]))[tenant.id]
    rows = [{"name": f"{prefix} {n}", "domain": f"{prefix}-{n}.com"} for n in range(count)]
    return await request_rows(
        works.database, profile, name=prefix, chunks=in_chunks(rows), rows=count, by="test"
    )


async def counts_of(database, tenant):
    async with database.tenant(tenant.id) as session:
        return await funnel.counts(session)


async def run_until(works, condition, *, within_s=60.0, scheduling=None):
    """The inline mill, until the condition holds."""
    supervision = Supervision(
        works.database,
        InlineRoster(works.station),
        topics_of(),
        followers=followers(),
        needs=needs(),
        owner=f"test:{uuid.uuid4()}",
        build=build_id(),
        settings=works.settings,
        carrier=carrier(works.kafka),
        chores=() if scheduling is None else (scheduling,),
    )
    stop = asyncio.Event()
    mill = asyncio.create_task(supervise(supervision, stop, turn_s=0.02))
    try:
        async with asyncio.timeout(within_s):
            while not await condition():
                if mill.done():
                    mill.result()
                await asyncio.sleep(0.02)
    finally:
        stop.set()
        await mill


async def run_to_the_end(works, tenant, count):
    async def ended():
        counts = await counts_of(works.database, tenant)
        return counts["sourced"] == count and counts["in_flight"] == 0

    await run_until(works, ended)


async def take_in(works, agent, lane=0, owner="test", *, runner=None):
    """An intake on a lane, whose turns the test takes itself."""
    from actors.engine.intake import Intake
    from tenants.store import lanes

    async with works.database.system() as session:
        lease = await lanes.take(session, agent, lane, owner, works.settings.lease_s)
    return Intake(
        runner or works._runner(works.agents[agent]),
        lease,
        database=works.database,
        bus=works.bus(agent),
        profiles=works.profiles,
        settings=works.settings,
    )


async def turns(intake, condition):
    """Turns of an intake until the condition holds."""
    async with asyncio.timeout(30):
        while not condition():
            await intake.turn()
