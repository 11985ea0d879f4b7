"""Workers that are killed while enrolments and CRM writes go out, and whose answers get lost."""

import asyncio
from collections import Counter

from actors.shell.demonstration import connections, services
from tenants.store import failures, tenants
from tenants.store.failures import Which
from tests.chaos.desks import Desk
from tests.chaos.trial import LEASE_S, Scenario, Trial

# A claim of a process that was killed is waited for.
_DRAINED_WITHIN_S = 150


async def effects_are_lost(trial: Trial) -> None:
    """A fifth of the answers is lost, keys are not heeded, and workers are killed: each effect goes out once."""
    desk = await _under_way(trial)
    for _ in range(2 if trial.is_brief else 8):
        heir = await trial.desk(*_pace(trial), loading_only=True)
        await trial.progress(15)
        await asyncio.sleep(trial.chance.uniform(0.0, 0.6))
        await trial.kill(desk)
        await heir.hold()
        await trial.first_commit()
        desk = heir
    await trial.progress(15)
    await _at_their_end(trial)


async def effects_stand_still(trial: Trial) -> None:
    """A worker is stopped while effects go out, another takes over, the first goes on: each effect goes out once."""
    old = await _under_way(trial)
    for _ in range(1 if trial.is_brief else 3):
        heir = await trial.desk(*_pace(trial), loading_only=True)
        await trial.progress(15)
        await asyncio.sleep(trial.chance.uniform(0.0, 0.3))
        old.freeze()
        trial.kills += 1
        trial.deaths += 2  # what was under way, and what it begins before it learns that it is out
        await asyncio.sleep(LEASE_S + 0.5)  # not in hope: this is how long it is to seem dead
        await heir.hold()
        await trial.progress(15)
        # for longer than any request of its own may take, or shorter
        await asyncio.sleep(trial.chance.uniform(0.0, 12.0))
        old.thaw()
        await trial.progress(15)
        await old.stop()
        old = heir
    await _at_their_end(trial)


async def _under_way(trial: Trial) -> Desk:
    """A worker that enrols and writes for every tenant, with answers that get lost and keys that nobody heeds."""
    lossy = {"latency_ms": "40±30", "rate_lost": 0.2, "rate_500": 0.02, "keys": "unheeded"}
    trial.ground.world(sequences=lossy, crm=lossy)
    await _connect(trial)
    desk = await trial.desk(*_pace(trial))
    await trial.warm(60)
    return desk


def _pace(trial: Trial) -> tuple[str, ...]:
    """What a claim lasts is waited out after each death: for a brief look a shorter one must do."""
    return ("--as=hasty",) if trial.is_brief else ()


async def _at_their_end(trial: Trial) -> None:
    trial.ground.world(sequences={"rate_lost": 0.0, "rate_500": 0.0}, crm={"rate_lost": 0.0, "rate_500": 0.0})
    await trial.drained(within_s=_DRAINED_WITHIN_S)
    await _try_again_what_failed(trial)
    await trial.drained(within_s=_DRAINED_WITHIN_S)
    await _judge(trial)


async def _connect(trial: Trial) -> None:
    """Every tenant with the services, and nobody to be asked."""
    simulator = {"http": trial.ground.simulator.http, "dns": trial.ground.simulator.dns}
    for tenant in trial.tenants:
        document = {
            "connections": {**connections(simulator, tenant.name), **services(simulator, tenant.name)},
            "approvals": {"enrol": "allow", "overwrite": "allow"},
        }
        await tenants.configure(trial.database, trial.vault, tenant.name, document)


async def _try_again_what_failed(trial: Trial) -> None:
    """The error queue worked off, as a person would: three processes in a row died over some runs."""
    tried = 0
    for tenant in trial.tenants:
        async with trial.database.tenant(tenant.id) as session:
            tried += len((await failures.retry(session, Which(), by="chaos")).eligible)
    trial.notes["tried_by_hand"] = tried


async def _judge(trial: Trial) -> None:
    """The services' own count, held against the leads that were scored."""
    carried_out = trial.ground.effects()
    scored = set(await trial.value("SELECT array_agg(id::text) FROM lead WHERE stage = 'scored'") or ())
    enrolled = Counter(one["lead"] for one in carried_out["sequences"])
    twice = {lead: count for lead, count in enrolled.items() if count > 1}
    trial.must(not twice, f"{len(twice)} of {len(enrolled)} leads were enrolled more than once")
    trial.must(
        enrolled.keys() == scored, f"{len(scored ^ enrolled.keys())} enrolments are missing or too many"
    )
    written = Counter((one["account"], one["record"]) for one in carried_out["crm"])
    again = sum(count > 1 for count in written.values())
    trial.must(not again, f"{again} of {len(written)} records were written more than once")
    trial.must(
        len(written) == 2 * len(scored), f"{len(written)} records were written for {len(scored)} leads"
    )
    doubted = await trial.value("SELECT count(*) FROM effect WHERE tries > 1")
    trial.must(doubted > 0, "no answer was ever in doubt")
    open_still = await trial.value("SELECT count(*) FROM effect WHERE state <> 'sent'")
    trial.must(open_still == 0, f"{open_still} effects have come to no end")
    trial.notes |= {"enrolled": len(enrolled), "written": len(written), "tried_again": doubted}


SCENARIOS = (
    Scenario(101, "effects-are-lost", effects_are_lost),
    Scenario(102, "effects-stand-still", effects_stand_still),
)
