"""Profiles: what a desk knows of the tenants whose events reach it, no older than a second."""

import asyncio
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from actors.events import event_types
from tenants.approvals import ActKind
from tenants.identity import TenantId
from tenants.modes import EVERY_AGENT, Mode, strictest
from tenants.policies import TenantConfig
from tenants.records import Tenant
from tenants.secrets import Vault
from tenants.store import autonomy, connections, lanes, switches, tenants
from tenants.store.connections import Connection
from tenants.store.session import Database, Session

_FRESH_S = 1.0


@dataclass(frozen=True, slots=True)
class Profile:
    """One tenant: its configuration, its ways to providers, its lanes, and how its agents work.

    `modes` holds those that are not on, `autonomous` the kinds of acts that it leaves to its agents. Where
    everything is stopped, `is_halted` is set for every tenant.
    """

    tenant: Tenant
    config: TenantConfig
    connections: Mapping[str, Connection]
    lanes: Mapping[str, tuple[int, ...]]
    modes: Mapping[str, Mode]
    is_halted: bool = False
    autonomous: frozenset[ActKind] = frozenset()

    def lane_for(self, topic: str, key: UUID) -> int:
        """The lane on which an event about this key travels: always the same one while the lanes stay."""
        lanes_held = self.lanes[topic]
        return lanes_held[key.int % len(lanes_held)]

    def mode(self, agent: str) -> Mode:
        """How this agent works for the tenant."""
        if self.is_halted:
            return Mode.STOPPED
        return strictest(*(self.modes[one] for one in (agent, EVERY_AGENT) if one in self.modes))


class Profiles:
    """The profiles of one process."""

    def __init__(self, database: Database, vault: Vault, topics: Collection[str]) -> None:
        self._database = database
        self._vault = vault
        self._topics = tuple(topics)
        self._known: dict[TenantId, Profile] = {}
        self._refreshed_at = -_FRESH_S
        self._refreshing = asyncio.Lock()

    async def of(self, tenant_ids: Collection[TenantId]) -> Mapping[TenantId, Profile]:
        """The profiles of those of the tenants that exist."""
        if not tenant_ids:
            return {}
        async with self._refreshing:  # one at a time: two would each forget whom the other has just met
            stale = time.monotonic() - self._refreshed_at > _FRESH_S
            if stale or any(tenant_id not in self._known for tenant_id in tenant_ids):
                await self._refresh({*self._known, *tenant_ids})
        return {tenant_id: self._known[tenant_id] for tenant_id in tenant_ids if tenant_id in self._known}

    async def _refresh(self, tenant_ids: set[TenantId]) -> None:
        ids = list(tenant_ids)
        async with self._database.glance() as session:
            found = await tenants.these(session, ids)
            modes = await switches.modes(session, ids)
            is_halted = await switches.halted(session) is not None
            granted = await autonomy.granted(session, ids)
            held = await lanes.held_by(session, self._topics, ids)
        known = {}
        for tenant_id, tenant in found.items():
            before = self._known.get(tenant_id)
            if before is not None and before.tenant.config_version == tenant.config_version:
                config, ways = before.config, before.connections
            else:
                config = tenants.config_of(tenant)
                async with self._database.tenant(tenant_id) as session:
                    ways = await connections.everything(session, self._vault)
            known[tenant_id] = Profile(
                tenant=tenant,
                config=config,
                connections=ways,
                lanes={topic: held[tenant_id, topic] for topic in self._topics},
                modes={agent: mode for (owner, agent), mode in modes.items() if owner == tenant_id},
                is_halted=is_halted,
                autonomous=frozenset(kind for owner, kind in granted if owner == tenant_id),
            )
        self._known = known
        self._refreshed_at = time.monotonic()


async def without_keys(session: Session, found: Collection[Tenant]) -> dict[TenantId, Profile]:
    """What is to be known of these tenants to ask for work on their behalf: no keys. Needs a system session."""
    ids = [tenant.id for tenant in found]
    modes = await switches.modes(session, ids)
    is_halted = await switches.halted(session) is not None
    topics = tuple(event_types())
    held = await lanes.held_by(session, topics, ids)
    return {
        tenant.id: Profile(
            tenant=tenant,
            config=tenants.config_of(tenant),
            connections={},
            lanes={topic: held[tenant.id, topic] for topic in topics},
            modes={agent: mode for (owner, agent), mode in modes.items() if owner == tenant.id},
            is_halted=is_halted,
        )
        for tenant in found
    }
