"""What the state machines of the store share: one loop, one database, and a fresh tenant for each example.

They are drawn from their names instead of by chance, so that the suite is the same each time it runs. What
side by side means is left to PostgreSQL: of steps that race, only what must hold in any order is asserted.
"""

import asyncio
from contextlib import contextmanager
from itertools import count

from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from tenants.store import tenants
from tenants.store.rls import APP
from tenants.store.session import Database


class Ground:
    """A loop that outlives each step, and a database on it."""

    def __init__(self, runner, database, vault):
        self.run = runner.run
        self.database = database
        self._vault = vault
        self._numbers = count(1)

    def new_tenant(self):
        return self.run(tenants.add(self.database, self._vault, f"tenant-{next(self._numbers)}", {}))

    async def sql(self, tenant, sql, **parameters):
        async with self.database.tenant(tenant.id) as session:
            return await session.rows(sql, tenant=tenant.id, **parameters)


class Life(RuleBasedStateMachine):
    """A state machine on a ground, whose steps are plain functions that wait for the database."""

    ground: Ground

    def run(self, work):
        return self.ground.run(work)

    def in_session(self, work):
        """What the work gives for a session of this example's tenant, in a transaction of its own."""
        return self.run(self.transaction(work))

    async def transaction(self, work):
        async with self.ground.database.tenant(self.tenant.id) as session:
            return await work(session)

    def side_by_side(self, *works):
        """What each of these transactions gave or raised, all of them begun at the same time."""

        async def together():
            return await asyncio.gather(*(self.transaction(work) for work in works), return_exceptions=True)

        return self.run(together())


@contextmanager
def ground(database_url, vault):
    with asyncio.Runner() as runner:
        database = Database.at(database_url, role=APP, pool_size=4)
        try:
            yield Ground(runner, database, vault)
        finally:
            runner.run(database.close())


def live(kind, database_url, vault, *, examples=30, steps=25):
    """Examples of this life, on a real database. Raises where the machine found what must not be."""
    with ground(database_url, vault) as its_ground:
        run_state_machine_as_test(
            type(kind.__name__, (kind,), {"ground": its_ground}),
            settings=settings(
                max_examples=examples,
                stateful_step_count=steps,
                deadline=None,
                derandomize=True,
                database=None,
                suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
            ),
        )
