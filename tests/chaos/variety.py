"""Everything that happens rarely, again and again beside the load, so that every step of the engine is taken."""

import asyncio
from itertools import cycle

from actors.engine import holding
from actors.events import event_types
from actors.shell.demonstration import services
from tenants.approvals import Decision
from tenants.modes import Mode
from tenants.records import Tenant
from tenants.store import approvals, failures, switches, tenants
from tenants.store.failures import Which
from tests.chaos.ground import LANES
from tests.chaos.trial import Trial

_EVERY_S = 0.15
_ROWS = 6
_SWITCHED = "enrichment"
UNKEEPABLE = "Unkeepable"
_REFUSED = f"""
CREATE SCHEMA IF NOT EXISTS chaos;
CREATE FUNCTION chaos.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE 'this company is refused' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER refuse BEFORE INSERT ON account FOR EACH ROW WHEN (NEW.name = '{UNKEEPABLE}')
    EXECUTE FUNCTION chaos.refuse();
"""


class Variety:
    """People who decide, vendors who fail, lists that repeat, events that nobody can read."""

    def __init__(self, trial: Trial) -> None:
        self._trial = trial
        self._task: asyncio.Task[None] | None = None
        self._modes = cycle([(2, Mode.PAUSED), (2, Mode.ON), (0, Mode.STOPPED), (0, Mode.ON)])

    async def begin(self) -> None:
        """From now on."""
        await self._trial.execute(_REFUSED)
        large, small, other = self._trial.tenants
        policy = {"unverified_address": "ask", "source_above": _ROWS, "spend_above_usd": 1000}
        if not self._trial.is_brief:
            await self._reach_out(small)
        await self._trial.configure(small, approvals=policy)
        await self._trial.configure(
            other, approvals={"unverified_address": "ask"}, budgets={"total_usd": 100}
        )
        await self._trial.configure(large, budgets={"run_usd": 100, "providers": {"hunter": {"day_usd": 1}}})
        trouble = {"rate_429": 0.02, "rate_500": 0.04}
        self._trial.ground.world(apollo=trouble, hunter=trouble)
        self._task = asyncio.create_task(self._go_on())

    async def _reach_out(self, tenant: Tenant) -> None:
        """From now on the tenant's scored leads are enrolled and written down, and answers to that get lost."""
        self._trial.ground.world(sequences={"rate_lost": 0.2}, crm={"rate_lost": 0.2})
        await self._trial.configure(tenant, connections=services(self._trial.vendors, tenant.name))

    async def end(self) -> None:
        """Nothing rare any more: switches are on, vendors calm, and decisions come until nothing waits for one."""
        assert self._task is not None
        self._task.cancel()
        (ended,) = await asyncio.gather(self._task, return_exceptions=True)
        if not isinstance(ended, asyncio.CancelledError):
            raise ended or AssertionError("it goes on")
        calm = {"rate_429": 0.0, "rate_500": 0.0}
        self._trial.ground.world(
            apollo=calm, hunter=calm, sequences={"rate_lost": 0.0}, crm={"rate_lost": 0.0}
        )
        for tenant in self._trial.tenants:
            await self._turn(tenant, Mode.ON)
        await self._trial.load.end()
        await self._all_decided()

    async def tried_again(self) -> int:
        """How many runs have failed with no poison in them; a person tries them again, until they end well."""
        failed = "SELECT array_agg(id) FROM run WHERE status = 'failed' AND event_id <> ALL($1::uuid[])"
        rounds = 0
        count = 0
        while ids := await self._trial.value(failed, list(self._trial.poisoned)):
            count = max(count, len(ids))
            rounds += 1
            assert rounds <= 3, await self._trial.errors()
            for tenant in self._trial.tenants:
                async with self._trial.database.tenant(tenant.id) as session:
                    await failures.retry(session, Which(ids=ids), by="chaos")
            await self._all_decided()
        return count

    async def _go_on(self) -> None:
        turns = cycle(
            (
                self._decide,
                self._unreadable,
                self._astray,
                self._switch,
                self._twice,
                self._decide,
                self._unkeepable,
            )
        )
        for turn in turns:
            await turn()
            await asyncio.sleep(_EVERY_S)

    async def _all_decided(self) -> None:
        async def decided() -> bool:
            await self._decide()
            waiting = "SELECT EXISTS (SELECT FROM run WHERE status = 'awaiting_approval')"
            return await self._trial.is_empty() and not await self._trial.value(waiting)

        await self._trial.until(decided, "everything decided, and drained", within_s=90)

    async def _decide(self) -> None:
        """Some of what waits, decided: mostly allowed, some edited, some refused."""
        for tenant in self._trial.tenants[1:]:
            async with self._trial.database.tenant(tenant.id) as session:
                policy = (await tenants.configuration(session)).approvals
                for row in await approvals.listed(session, limit=10):
                    decision = self._trial.chance.choices(
                        (Decision.APPROVED, Decision.EDITED, Decision.REJECTED), (6, 2, 1)
                    )[0]
                    edited = None
                    if decision is Decision.EDITED:
                        edited = holding.edited(row["content"], row["content"], event_types())
                    reason = "not now" if decision is Decision.REJECTED else None
                    await approvals.decide(
                        session, row["id"], decision, by="ann", policy=policy, reason=reason, edited=edited
                    )

    async def _unreadable(self) -> None:
        """An event of a kind that nobody knows, on a topic that is read."""
        tenant = self._trial.chance.choice(self._trial.tenants)
        topic = self._trial.chance.choice(("lead.sourced", "lead.enriched", "contact.verified"))
        self._trial.poisoned.add(await self._trial.put(tenant, topic, "{}", kind="lead.imagined"))

    async def _astray(self) -> None:
        """A list on a lane that is not its tenant's: it is sent on under the same id."""
        tenant = self._trial.chance.choice(self._trial.tenants)
        profile = await self._trial.load.profile(tenant)
        wrong = (profile.tenant.home_lane + 1) % LANES
        rows = self._trial.load.companies(tenant, _ROWS)
        self._trial.repeated.update(await self._trial.bring(tenant, rows, lane=wrong))

    async def _switch(self) -> None:
        """An agent paused, and the next time on again; then stopped in the middle of its work, and on again."""
        number, mode = next(self._modes)
        await self._turn(self._trial.tenants[number], mode)

    async def _turn(self, tenant: Tenant, mode: Mode) -> None:
        async with self._trial.database.tenant(tenant.id) as session:
            await switches.turn(session, _SWITCHED, mode, by="ann")

    async def _twice(self) -> None:
        """The same companies in two lists at once: one of them comes too late."""
        tenant = self._trial.tenants[0]
        rows = self._trial.load.companies(tenant, _ROWS)
        await self._trial.bring(tenant, rows, rows)

    async def _unkeepable(self) -> None:
        """A list with a company that the database refuses, beside one that it can."""
        tenant = self._trial.tenants[0]
        rows = self._trial.load.companies(tenant, _ROWS)
        _, refused = await self._trial.bring(tenant, rows, [{"name": UNKEEPABLE}])
        self._trial.poisoned.add(refused)
