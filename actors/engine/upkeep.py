"""Models looked at on a schedule: whether leads have moved from what a model learned, and whether it could learn more.

The work itself is done elsewhere, some tenants at once; what it finds is kept where the console reads it.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from uuid import UUID

from actors.engine.rounds import Rounds
from tenants.store import upkeep
from tenants.store.session import Database
from tenants.store.upkeep import Due, Kind

logger = logging.getLogger(__name__)

Tend = Callable[[UUID | None, Kind], Awaitable[str]]
"""What looks at a model of a tenant, or without one at everybody's, keeps what it finds, and says it in a sentence."""

AT_ONCE = 2
_LOOK_EVERY_S = 60.0
_DUE_AT_ONCE = 200
# Where whoever looks dies over it, somebody else does so after this.
_TAKEN_FOR = timedelta(hours=1)


class Upkeep:
    """The models of all tenants, looked at when they are due. A turn waits for none of them."""

    def __init__(
        self,
        database: Database,
        tend: Tend,
        *,
        clock: Callable[[], datetime] | None = None,
        look_every_s: float = _LOOK_EVERY_S,
    ) -> None:
        self._database = database
        self._tend = tend
        self._clock = clock or database.now
        self._look_every_s = look_every_s
        self._looked_at = float("-inf")
        self.rounds = Rounds()

    async def turn(self) -> int:
        """How many looks are begun; none as long as the last round is under way."""
        if self.rounds.is_under_way or time.monotonic() - self._looked_at < self._look_every_s:
            return 0
        self._looked_at = time.monotonic()
        async with self._database.glance() as session:
            due = await upkeep.due(session, self._clock(), _DUE_AT_ONCE)
        if due:
            self.rounds.begin(self._look_at_all(due))
        return len(due)

    async def close(self) -> None:
        """What is under way given up: it is due again after an hour."""
        await self.rounds.close()

    async def _look_at_all(self, due: list[Due]) -> None:
        places, ended = asyncio.Semaphore(AT_ONCE), 0

        async def look_at(one: Due) -> None:
            nonlocal ended
            async with places:
                said = await self._look_at(one)
                ended += 1
                logger.info(
                    "%d of %d models looked at; %s of %s: %s",
                    ended, len(due), one.kind, one.tenant_id or "everybody", said,
                )  # fmt: skip

        await asyncio.gather(*(look_at(one) for one in due))

    async def _look_at(self, one: Due) -> str:
        now = self._clock()
        try:
            async with self._database.system() as session:
                if not await upkeep.take(session, one, now, now + _TAKEN_FOR):
                    return "somebody else is at it"
            return await self._tend(one.tenant_id, one.kind)
        except Exception:  # whatever is wrong with one tenant's model keeps nobody else's waiting
            logger.exception("the %s of the model of %s", one.kind, one.tenant_id or "everybody")
            return "it could not be looked at"
