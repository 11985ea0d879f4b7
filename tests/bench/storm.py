"""A tenant's neighbours while its vendors are in trouble: how long a lead takes from list to score, at the worst.

One tenant has 1,000 companies enriched by five providers. Of their answers 5 % ask to slow down, 2 % are faults, 1 %
never come; each has a limit, and one is down for a minute. Beside it another tenant, with vendors of its own, has a
lead come in every half second, until the last of the 1,000 has ended. Ours is the inverse of its 95th percentile
meanwhile, the peer that of its own before the storm. Told besides: that of the storm's first seconds, when everything
is begun at once, whether every lead has ended, whether what was spent is what the vendors bill, and how many calls
came above a vendor's limit.
"""

import asyncio
import json
import time
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import psutil

from actors.engine.profiles import Profile, Profiles
from actors.engine.sourcing import in_chunks, request_rows
from actors.events import event_types
from actors.providers import all_providers
from actors.shell import demonstration
from actors.simulator.launch import Launched, launch
from actors.simulator.world import World
from tenants.secrets import Vault
from tenants.store import funnel, tenants
from tests.bench import Measured, Tell
from tests.bench._mill import BenchMill, bench_mill

LEADS, QUIET, EVERY_S, DOWN_S = 1_000, 120, 0.5, 60.0
_BURST_S = 30.0
_SEED, _COMPANIES = 21, 6_000
_LIMITS = {"apollo": 1_500, "hunter": 1_200, "pdl": 1_200, "companies_house": 600}  # calls in a minute
_TROUBLE = {
    "rate_429": 0.05,
    "rate_500": 0.02,
    "rate_garbage": 0.01,
    "garbage": "silent",
    "latency_ms": "40±20",
}
_MOST_S = 900.0


def run(tell: Tell) -> Measured:
    """One storm of 1,000 companies."""
    return asyncio.run(_run(tell))


async def _run(tell: Tell) -> Measured:
    with launch(seed=_SEED, companies=_COMPANIES) as calm:
        async with bench_mill() as mill:
            # the world outside has processors of its own: on this machine ours go first
            psutil.Process(mill.parts.installation.running("simulator")["pid"]).nice(10)
            demonstration_ways = demonstration.connections({"http": calm.http, "dns": calm.dns}, "calm")
            neighbour = await _tenant(mill, "neighbour", demonstration_ways)
            stormy = await _tenant(mill, "stormy", _ways(mill))
            await _trickle(mill, neighbour, "warm", lambda number: number < 20)
            await _trickle(mill, neighbour, "quiet", lambda number: number < QUIET)
            quiet_s = await _p95(mill, neighbour, "quiet")
            tell(f"quiet: a lead of the neighbour's takes {quiet_s:.2f} s at the 95th percentile")
            mill.world(
                **{name: {**_TROUBLE, "requests_per_minute": limit} for name, limit in _LIMITS.items()}
            )
            began = time.monotonic()
            await _list(mill, stormy, "storm", _world_rows(LEADS))
            outage = asyncio.create_task(_outage(mill))
            storm = asyncio.create_task(_ended(mill, stormy, LEADS))
            trickled = await _trickle(mill, neighbour, "meanwhile", lambda _: not storm.done())
            storm_s = await _p95(mill, neighbour, "meanwhile")
            burst_s = await _p95(mill, neighbour, "meanwhile", within_s=_BURST_S)
            await outage
            counts = await storm
            tell(
                f"storm: {storm_s:.2f} s for the neighbour's {trickled} leads, {burst_s:.2f} s for those of the first "
                f"{_BURST_S:.0f} s; {LEADS:,} companies in {time.monotonic() - began:.0f} s: "
                + ", ".join(f"{count:,} {name}" for name, count in counts.items() if count)
            )
            facts = await _account(mill, stormy) | {
                "leads": LEADS,
                "burst_p95_s": round(burst_s, 3),
                **counts,
            }
    tell(f"spent ${facts['spent']}, billed ${facts['billed']}, {facts['above_limit']} calls above a limit")
    return Measured(
        "storm", "1/s", "the same neighbour before the storm", [(1 / storm_s, 1 / quiet_s)], facts
    )


def _ways(mill: BenchMill) -> dict[str, Any]:
    http = Launched(mill.simulator["http"], mill.simulator["dns"], 0)
    paid = {
        name: {"base_url": http.base_url(name), "api_key": "sim-storm", "calls_per_minute": limit}
        for name, limit in _LIMITS.items()
    }
    return paid | {"website": {"base_url": http.base_url("website")}, "dns": {"base_url": http.dns}}


async def _tenant(mill: BenchMill, name: str, ways: dict[str, Any]) -> Profile:
    vault = Vault.from_settings(mill.parts.store)
    tenant = await tenants.add(mill.database, vault, name, {"connections": ways})
    profiles = Profiles(mill.database, vault, tuple(event_types()))
    return (await profiles.of([tenant.id]))[tenant.id]


def _world_rows(count: int) -> list[dict[str, Any]]:
    companies = World(7, 12_000, datetime.now(UTC).date()).companies
    return [{"name": one.name, "domain": one.domain, "country": one.country} for one in companies[:count]]


async def _list(mill: BenchMill, whose: Profile, name: str, rows: list[dict[str, Any]]) -> None:
    await request_rows(mill.database, whose, name=name, chunks=in_chunks(rows), rows=len(rows), by="bench")


async def _trickle(mill: BenchMill, whose: Profile, name: str, goes_on: Callable[[int], bool]) -> int:
    """A lead every half second while it goes on, and then the end of the last one. How many there were."""
    begin = time.monotonic()
    before = (await _counts(mill, whose))["sourced"]
    known = World(_SEED, _COMPANIES, datetime.now(UTC).date()).companies
    number = 0
    while goes_on(number):
        company = known[before + number]
        await _list(mill, whose, name, [{"name": company.name, "domain": company.domain}])
        number += 1
        await asyncio.sleep(max(0.0, begin + number * EVERY_S - time.monotonic()))
    await _ended(mill, whose, before + number)
    return number


async def _outage(mill: BenchMill) -> None:
    await asyncio.sleep(5.0)
    mill.world(hunter={"outage": True})
    await asyncio.sleep(DOWN_S)
    mill.world(hunter={"outage": False})


async def _counts(mill: BenchMill, whose: Profile) -> dict[str, int]:
    async with mill.database.tenant(whose.tenant.id) as session:
        return await funnel.counts(session)


async def _ended(mill: BenchMill, whose: Profile, count: int) -> dict[str, int]:
    """How the leads have ended, when so many have; what sleeps for want of an answer of DNS has, too."""
    async with asyncio.timeout(_MOST_S):
        while True:
            counts = await _counts(mill, whose)
            if counts["sourced"] >= count and counts["in_flight"] == 0:
                return counts
            await asyncio.sleep(0.2)


async def _p95(mill: BenchMill, whose: Profile, name: str, *, within_s: float = _MOST_S) -> float:
    """The 95th percentile of the seconds from a lead's coming in to its end, of those that came in so soon."""
    async with mill.database.tenant(whose.tenant.id) as session:
        seconds = await session.value(
            "SELECT percentile_cont(0.95) WITHIN GROUP (ORDER BY extract(epoch FROM ended - began)) FROM ("
            "SELECT min(lead.created_at) AS began, max(run.finished_at) AS ended FROM lead "
            "JOIN run ON run.tenant_id = lead.tenant_id AND run.lead_id = lead.id "
            "WHERE lead.source = :name AND run.status <> 'snoozed' GROUP BY lead.id) AS taken "
            "WHERE began < (SELECT min(created_at) FROM lead WHERE source = :name) + make_interval(secs => :within_s)",
            name=name,
            within_s=within_s,
        )
    return float(seconds)


async def _account(mill: BenchMill, whose: Profile) -> dict[str, Any]:
    with urllib.request.urlopen(f"{mill.simulator['http']}/_simulator/bill", timeout=10) as answer:  # noqa: ASYNC210 - nothing else is under way
        vendors = json.load(answer)["vendors"]
    keys = {name: vendors.get(name, {}).get("keys", {}).get("sim-storm", {}) for name in _LIMITS}
    prices = {name: all_providers()[name].credit_price_usd for name in _LIMITS}
    billed = sum((prices[name] * key.get("credits", 0) for name, key in keys.items()), Decimal(0))
    async with mill.database.tenant(whose.tenant.id) as session:
        spent = await session.value("SELECT sum(cost_usd) FROM provider_call")
        found = await session.value("SELECT sum(cost_usd) FROM finding")
    return {
        "spent": f"{spent:.4f}",
        "billed": f"{billed:.4f}",
        "findings": f"{found:.4f}",
        "above_limit": sum(key.get("above_limit", 0) for key in keys.values()),
        "calls": sum(key.get("calls", 0) for key in keys.values()),
    }
