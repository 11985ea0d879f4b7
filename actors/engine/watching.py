"""Scored leads watched on a schedule: it is asked again what has happened at their companies, the longest ago first."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from actors.agents.watcher import watcher
from actors.core.provider import Provider
from actors.core.questions import FindSignals
from actors.engine.committing import to_entry
from actors.engine.profiles import Profile, without_keys
from actors.events.envelope import Event, say
from actors.events.signals import SignalsRequested
from tenants.records import Tenant
from tenants.store import log, rounds, tenants
from tenants.store.rounds import Watched
from tenants.store.session import Database, DatabaseError

logger = logging.getLogger(__name__)

_ROUND = timedelta(hours=1)
_TENANTS_AT_ONCE = 20


class Watching:
    """The rounds of all tenants, looked at one turn at a time.

    Only scored leads of a tier that has a sequence are watched: nothing is done with the others. That a lead was asked
    about is kept in the transaction that asks: of two who look at once, or of one who dies over it, nothing is asked
    for twice and nothing is left out.
    """

    def __init__(
        self,
        database: Database,
        providers: Mapping[str, Provider],
        *,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        self._database = database
        self._told_by = [
            name
            for name, one in providers.items()
            if FindSignals in one.answers and FindSignals not in one.billed
        ]
        self._clock = clock or database.now

    async def turn(self) -> int:
        """How many companies are to be asked about."""
        now = self._clock()
        async with self._database.glance() as session:
            due = await rounds.due(session, watcher.name, self._told_by, now, _TENANTS_AT_ONCE)
            found = await tenants.these(session, due) if due else {}
        asked = 0
        for tenant in found.values():
            try:
                asked += await self._of_tenant(tenant, now)
            except (DatabaseError, OSError):  # nobody can work then: the turn is taken again
                raise
            except Exception:  # whatever is wrong with one tenant keeps nobody else's leads waiting
                logger.exception("the round of %s", tenant.name)
                async with self._database.tenant(tenant.id) as session:
                    await rounds.take(session, now, now + _ROUND)
        return asked

    async def _of_tenant(self, tenant: Tenant, now: datetime) -> int:
        async with self._database.glance() as session:
            profile = (await without_keys(session, [tenant]))[tenant.id]
        wanted = profile.config.signals
        async with self._database.tenant(tenant.id) as session:
            if not await rounds.take(session, now, now + _ROUND):
                return 0
            watched = await rounds.watch(
                session,
                list(profile.config.sequences),
                now - timedelta(days=wanted.every_days),
                now,
                wanted.leads_per_hour,
            )
            await log.append(session, [to_entry(_request(profile, one, now), profile) for one in watched])
        return len(watched)


def _request(profile: Profile, one: Watched, now: datetime) -> Event:
    payload = SignalsRequested(lead_id=one.lead_id, account_id=one.account_id, contact_id=one.contact_id)
    cause = f"not asked since {one.last_at.isoformat()}"
    return say(payload, tenant_id=profile.tenant.id, cause=cause, time=now, traceparent=None)
