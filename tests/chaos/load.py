"""A load that never lets up: as many leads under way as there may be, at every moment, until it is ended."""

import asyncio
from collections.abc import Mapping, Sequence
from itertools import cycle, islice
from typing import Any

from actors.engine.profiles import Profile, Profiles
from actors.engine.sourcing import in_chunks, request_rows
from actors.events import event_types
from tenants.records import Tenant
from tenants.secrets import Vault
from tenants.store.session import Database, DatabaseError

_PART = 20
# counting reads the whole ledger, and that grows: whoever looked more often would slow down what is measured
_LOOK_EVERY_S = 0.2
# the first tenant brings in ten times as many as each of the others
_SHARES = 10, 1, 1


class Load:
    """Lists of companies for some tenants, each company once. It has a way of its own to the database."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        who: Sequence[Tenant],
        companies: Sequence[Mapping[str, Any]],
    ) -> None:
        self._asked = {tenant.id: 0 for tenant in who}
        self._database = database
        self._profiles = Profiles(database, vault, tuple(event_types()))
        self._turns = cycle(
            [tenant for tenant, share in zip(who, _SHARES, strict=False) for _ in range(share)]
        )
        self._companies = {tenant.id: iter(companies) for tenant in who}
        self._task: asyncio.Task[None] | None = None

    def begin(self, outstanding: int) -> None:
        """From now on so many leads are under way."""
        self._task = asyncio.create_task(self._go_on(outstanding))

    async def end(self) -> None:
        """No more leads."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def without(self, tenant: Tenant) -> None:
        """Nothing more for a tenant that is to be removed."""
        del self._asked[tenant.id]

    async def bring_in(self, leads: int) -> None:
        """So many leads at once."""
        for _ in range(0, leads, _PART):
            await self._ask()

    async def profile(self, tenant: Tenant) -> Profile:
        """What is known of a tenant."""
        return (await self._profiles.of([tenant.id]))[tenant.id]

    def companies(self, tenant: Tenant, count: int) -> list[Mapping[str, Any]]:
        """So many companies that the tenant has not got yet; nobody else will bring them in."""
        return list(islice(self._companies[tenant.id], count))

    async def _go_on(self, outstanding: int) -> None:
        while True:
            try:
                while sum(self._asked.values()) - await self._ended() < outstanding:
                    await self._ask()
            except (DatabaseError, OSError):  # it comes back: this is what scenarios are about
                pass
            await asyncio.sleep(_LOOK_EVERY_S)

    async def _ask(self) -> None:
        tenant = next(tenant for tenant in self._turns if tenant.id in self._asked)
        profile = await self.profile(tenant)
        if tenant.id not in self._asked:
            return
        rows = self.companies(tenant, _PART)
        # counted first: where the answer is lost, the list may be in place all the same
        self._asked[tenant.id] += len(rows)
        await request_rows(
            self._database, profile, name="list", chunks=in_chunks(rows), rows=len(rows), by="chaos"
        )

    async def _ended(self) -> int:
        """How many rows need no more work: leads that have ended, and rows that became none."""
        async with self._database.glance() as session:
            return int(await session.value(ENDED))


# A lead ends with its scoring run, or with any run that goes no further. Runs are the system's to see.
ENDED = (
    "SELECT count(*) FROM run WHERE lead_id IS NOT NULL AND (status IN ('skipped', 'failed', 'snoozed') "
    "OR agent = 'scoring' AND status = 'done')"
)
