"""Runs that people try again: what has succeeded, what is under way, and ten thousand failures at once."""

import asyncio
from typing import Any
from uuid import UUID

from tenants.modes import Mode
from tenants.records import Tenant
from tenants.store import failures, switches
from tenants.store.failures import Retry, Which
from tests.chaos.trial import Scenario, Trial

_RESPITE_S = 0.5
# not in hope: for a second desks go by the switches that they know
_NEWS_TRAVEL_S = 1.5
_PER_LIST = 200
# Failures as a desk writes them; of companies without a website, so that trying them again asks nobody.
_FAIL = """
UPDATE run SET status = 'failed', due_at = NULL, finished_at = now(), fingerprint = 'outage', versions = '{}',
       error = '{"class": "ProviderDown", "message": "away", "kind": "transient", "provider": "apollo"}'
WHERE agent = 'enrichment' AND status = 'held';
UPDATE lead SET hold = 'failed' FROM run WHERE run.lead_id = lead.id AND run.fingerprint = 'outage';
"""


async def retries(trial: Trial) -> None:
    """What has succeeded or is running is not tried again; 10,000 failures are, once, however often it is asked."""
    tenant = trial.tenants[0]
    await trial.desk()
    trial.load.begin(40)
    await trial.progress(40)
    await trial.drained()
    bill = trial.ground.bill()["total"]
    said = await _said(trial)
    done = await _ids(trial, "status = 'done'")
    result = await _retry(trial, tenant, done)
    trial.must(not result.eligible, f"{len(result.eligible)} runs that have succeeded are tried again")
    trial.must(
        result.refused.get("it is done already", 0) > 0,
        f"why they are not tried again: {dict(result.refused)}",
    )
    await asyncio.sleep(_RESPITE_S)
    trial.must(await _said(trial) == said, "a retry of what has succeeded says nothing")
    await _running(trial, tenant)
    bill = trial.ground.bill()["total"]
    await _many(trial, tenant, 400 if trial.is_brief else 10_000)
    trial.must(trial.ground.bill()["total"] == bill, "failures without a website cost nothing")


async def _running(trial: Trial, tenant: Tenant) -> None:
    """Runs under way, tried again by somebody who can't wait."""
    trial.ground.world(apollo={"latency_ms": "1500"})
    await trial.bring(tenant, trial.load.companies(tenant, 30))
    running = "status = 'running' AND agent = 'enrichment'"

    async def under_way() -> bool:
        return bool(await _ids(trial, running))

    await trial.until(under_way, "some runs are under way")
    result = await _retry(trial, tenant, await _ids(trial, running))
    trial.must(not result.eligible, f"{len(result.eligible)} runs under way were begun once more")
    trial.must(set(result.refused) == {"it is being worked on"}, f"why they are not: {dict(result.refused)}")
    trial.ground.world(apollo={"latency_ms": "50±20"})
    await trial.drained()


async def _many(trial: Trial, tenant: Tenant, count: int) -> None:
    async with trial.database.tenant(tenant.id) as session:
        await switches.turn(session, "enrichment", Mode.PAUSED, by="chaos")
    await asyncio.sleep(_NEWS_TRAVEL_S)
    companies = [{"name": f"Nobody {number}"} for number in range(count)]
    await trial.bring(tenant, *(companies[at : at + _PER_LIST] for at in range(0, count, _PER_LIST)))
    held = "SELECT count(*) FROM run WHERE status = 'held'"

    async def waits() -> bool:
        return await trial.value(held) == count

    await trial.until(waits, f"{count} runs are held", within_s=60)
    await trial.execute(_FAIL)
    async with trial.database.tenant(tenant.id) as session:
        await switches.turn(session, "enrichment", Mode.ON, by="chaos")
    both = await asyncio.gather(*(_retry(trial, tenant) for _ in range(2)))
    woken = sum(len(one.eligible) for one in both)
    trial.must(woken == count, f"asked twice at once, {woken} of {count} failures are tried again")
    most_in_flight = 0
    open_still = (
        "SELECT count(*) FILTER (WHERE status = 'running'), count(*) FROM run "
        "WHERE fingerprint = 'outage' AND status IN ('running', 'retrying', 'failed')"
    )

    async def over() -> bool:
        nonlocal most_in_flight
        running, left = await trial.row(open_still)
        most_in_flight = max(most_in_flight, running)
        return left == 0

    trial.notes["worked_off_s"] = round(await trial.until(over, "all of them at their end", within_s=120), 1)
    trial.notes["most_in_flight"] = most_in_flight
    trial.must(most_in_flight < count or trial.is_brief, "they come a few at a time")
    attempts = await trial.value("SELECT max(deliveries) FROM run WHERE missing = 'domain'")
    trial.must(attempts == 2, f"a failure that was tried again was begun {attempts} times")
    trial.must(not (await _retry(trial, tenant)).eligible, "there is nothing left to try again")


async def _retry(trial: Trial, tenant: Tenant, ids: list[UUID] | None = None) -> Retry:
    async with trial.database.tenant(tenant.id) as session:
        return await failures.retry(session, Which(ids=ids), by="chaos")


async def _ids(trial: Trial, condition: str) -> list[UUID]:
    return list(await trial.value(f"SELECT array_agg(id) FROM run WHERE {condition}") or ())


async def _said(trial: Trial) -> Any:
    return await trial.value("SELECT sum(next_offset) FROM log_head")


SCENARIOS = (Scenario(32, "retries", retries),)
