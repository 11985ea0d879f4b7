"""CRMs read on a schedule for whom they exclude: each when it is due, beside whatever else supervision does."""

import asyncio
import logging
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime

from actors.core.provider import Provider
from actors.core.questions import ReadExclusions
from actors.engine.asking import Asking
from actors.engine.excluding import CLAIM_S, NotSynced, Sleep, keep_trouble, sync_from
from actors.engine.profiles import Profiles
from tenants.identity import TenantId
from tenants.modes import EVERY_AGENT, Mode
from tenants.secrets import Vault
from tenants.store import readings, switches
from tenants.store.readings import Claim, Due
from tenants.store.session import Database, DatabaseError

logger = logging.getLogger(__name__)

# One that hangs keeps its place until its deadline: the others are to have some left.
_AT_ONCE = 8
_WITHIN_S = 1_800.0


class Syncing:
    """The CRMs of all tenants, looked at one turn at a time. A turn waits for no CRM: each is read by a task.

    Whoever reads a CRM has it alone. A process that dies over it loses its claim after some minutes; what it had
    read is forgotten, and what the CRM said before stays until somebody has read all of it.
    """

    def __init__(
        self,
        database: Database,
        vault: Vault,
        asking: Asking,
        providers: Mapping[str, Provider],
        *,
        clock: Callable[[], datetime] | None = None,
        sleep: Sleep = asyncio.sleep,
        within_s: float = _WITHIN_S,
        at_once: int = _AT_ONCE,
    ) -> None:
        """`within_s` is how long the reading of one CRM may take."""
        self._database = database
        self._vault = vault
        self._asking = asking
        self._crms = {name: one for name, one in providers.items() if ReadExclusions in one.answers}
        self._clock = clock or database.now
        self._sleep = sleep
        self._within_s = within_s
        self._at_once = at_once
        self.under_way: dict[tuple[TenantId, str], asyncio.Task[None]] = {}

    async def turn(self) -> int:
        """How many CRMs are begun to be read."""
        await self._give_up_what_is_stopped()
        room = self._at_once - len(self.under_way)
        if room <= 0:
            return 0
        async with self._database.glance() as session:
            found = await readings.due(session, list(self._crms), self._clock(), room)
        begun = 0
        for one in found:
            if (one.tenant_id, one.provider) in self.under_way:
                continue  # its claim has ended, and it hears of that with its next page
            async with self._database.tenant(one.tenant_id) as session:
                claim = await readings.take(session, one, uuid.uuid4(), self._clock(), CLAIM_S)
            if claim is not None:
                self._begin(one, claim)
                begun += 1
        return begun

    async def close(self) -> None:
        """Nothing under way any more. What was not read to its end is as due as before."""
        tasks = list(self.under_way.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _give_up_what_is_stopped(self) -> None:
        if not self.under_way:
            return
        tenant_ids = list({tenant_id for tenant_id, _ in self.under_way})
        async with self._database.glance() as session:
            is_halted = await switches.halted(session) is not None
            modes = await switches.modes(session, tenant_ids)
        for (tenant_id, _), task in self.under_way.items():
            if is_halted or modes.get((tenant_id, EVERY_AGENT)) is Mode.STOPPED:
                task.cancel()

    def _begin(self, one: Due, claim: Claim) -> None:
        key = (one.tenant_id, one.provider)
        task = self.under_way[key] = asyncio.create_task(self._read(one, claim))
        task.add_done_callback(lambda _: self.under_way.pop(key))

    async def _read(self, one: Due, claim: Claim) -> None:
        """A CRM read. Whatever comes of it is written down: nobody waits for this task."""
        try:
            await self._read_or_let_go(one, claim)
        except NotSynced as trouble:
            logger.warning("exclusions of tenant %s: %s", one.tenant_id, trouble)
        except DatabaseError as trouble:  # the claim ends by itself
            logger.warning("exclusions of tenant %s: %s; again in a while", one.tenant_id, trouble)

    async def _read_or_let_go(self, one: Due, claim: Claim) -> None:
        try:
            await self._read_all(one, claim)
        except asyncio.CancelledError:
            async with self._database.tenant(one.tenant_id) as session:
                await readings.let_go(session, claim)
            raise

    async def _read_all(self, one: Due, claim: Claim) -> None:
        try:
            # its own: one that is kept would know every tenant by and by, and ask anew for all of them each time
            profiles = await Profiles(self._database, self._vault, ()).of([one.tenant_id])
        except DatabaseError:
            raise
        except (
            Exception
        ) as error:  # whatever is wrong with one tenant's keys or configuration is its own affair
            trouble = await keep_trouble(self._database, one.tenant_id, claim, error, self._clock())
            raise NotSynced(trouble) from error
        if one.tenant_id in profiles:
            await sync_from(
                self._database,
                self._asking,
                profiles[one.tenant_id],
                self._crms[one.provider],
                claim,
                sleep=self._sleep,
                within_s=self._within_s,
                clock=self._clock,
            )
