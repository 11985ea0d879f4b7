"""Enrichment of one tenant on four lanes beside one: a provider that takes half a second, eight calls at a time.

The peer is the same tenant on one lane, in the same run.
"""

import asyncio

from actors.engine.profiles import Profiles
from actors.engine.sourcing import in_chunks, request_rows
from actors.events import event_types
from actors.shell import demonstration
from tenants.secrets import Vault
from tenants.store import funnel, lanes, tenants
from tests.bench import Measured, Tell
from tests.bench._mill import BenchMill, bench_mill

LEADS, PAIRS, LANES = 240, 3, 4
_CALLS_IN_FLIGHT = "8"
_LATENCY_MS = "500"


def run(tell: Tell) -> Measured:
    """Three pairs: four lanes, then one."""
    return asyncio.run(_run(tell))


async def _run(tell: Tell) -> Measured:
    async with bench_mill(LEADMILL_CALLS_IN_FLIGHT=_CALLS_IN_FLIGHT) as mill:
        mill.world(apollo={"latency_ms": _LATENCY_MS})
        document = {
            "agents": {"contact_finder": False, "scoring": False},
            "connections": demonstration.connections(mill.simulator, "bench"),
        }
        await tenants.add(mill.database, Vault.from_settings(mill.parts.store), "bench", document)
        pairs = []
        for number in range(PAIRS):
            four = await _enriched_per_second(mill, LANES, number)
            one = await _enriched_per_second(mill, 1, number)
            pairs.append((four, one))
            tell(f"pair {number + 1}: {four:.1f} leads/s on {LANES} lanes, {one:.1f} on one")
        facts = {"lanes": LANES, "calls_in_flight": int(_CALLS_IN_FLIGHT), "latency_ms": int(_LATENCY_MS)}
        return Measured("lanes", "leads/s", "the same tenant on one lane", pairs, facts)


async def _enriched_per_second(mill: BenchMill, count: int, number: int) -> float:
    tenant = await tenants.named(mill.database, "bench")
    async with mill.database.system() as session:
        await lanes.scale(session, tenant.id, "lead.sourced", count)
    await _enrich(mill, f"warm-{count}-{number}", 8 * count)  # so that every desk is awake
    return await _enrich(mill, f"timed-{count}-{number}", LEADS)


async def _enrich(mill: BenchMill, prefix: str, leads: int) -> float:
    tenant = await tenants.named(mill.database, "bench")
    profiles = Profiles(mill.database, Vault.from_settings(mill.parts.store), tuple(event_types()))
    profile = (await profiles.of([tenant.id]))[tenant.id]
    rows = [{"name": f"{prefix} {number}", "domain": f"{prefix}-{number}.com"} for number in range(leads)]
    before = await _ended(mill)
    await request_rows(
        mill.database, profile, name=prefix, chunks=in_chunks(rows), rows=len(rows), by="bench"
    )
    while await _ended(mill) < before + leads:  # noqa: ASYNC110 - what is waited for is in the database
        await asyncio.sleep(0.02)
    async with mill.database.tenant(tenant.id) as session:
        seconds = await session.value(
            "SELECT extract(epoch FROM max(finished_at) - min(started_at)) FROM run "
            "WHERE agent = 'enrichment' AND input->'account'->>'name' LIKE :prefix",
            prefix=f"{prefix} %",
        )
    return leads / float(seconds)


async def _ended(mill: BenchMill) -> int:
    """How many leads have been through enrichment, whatever came of it."""
    tenant = await tenants.named(mill.database, "bench")
    async with mill.database.tenant(tenant.id) as session:
        counts = await funnel.counts(session)
    return counts["enriched"] + counts["skipped"] + counts["failed"]
