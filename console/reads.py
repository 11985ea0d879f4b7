"""What the console reads: each time within one read-only session that is sealed to the tenant."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from console.faces import AgentFace, ProviderFace, title_of, unlisted
from console.faults import NotFound
from console.remembered import Remembered
from scoring_models.inflation import NEW_DAYS, OLD_DAYS, Inflation, inflation
from tenants.modes import EVERY_AGENT, Mode, strictest
from tenants.people import Actor, Right
from tenants.records import Tenant
from tenants.store import calls, funnel, judgements, pages, people, switches, tenants
from tenants.store.pages import COUNT_CAP, ProspectFilter, RunFilter
from tenants.store.people import Person
from tenants.store.session import Database
from tenants.store.tenants import NoSuchTenant

TENANTS_LISTED = 500
SLICES = 20
# A desk gives a sign of life every few seconds; at these ages one starts to wonder, and to worry.
QUIET_AFTER_S = 20.0
SILENT_AFTER_S = 60.0
# Counting who came in reads weeks of judgements, and changes by the day.
INFLATION_KEPT_S = 60.0

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AgentState:
    """How an agent is doing for one tenant. What is None is not known.

    Its mode is the strictest of what is set for it, for all agents of the tenant, and for everybody.
    """

    face: AgentFace
    mode: Mode
    whose: str
    reason: str | None
    changed_by: str | None
    changed_at: datetime | None
    changed_age_s: float | None
    held: int
    runs: tuple[int, ...]
    failures: tuple[int, ...]
    desks: int
    seen_age_s: float | None
    backlog: int | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How a tenant's pipeline stands: leads by stage, what holds the others, tiers, and what it all cost."""

    counts: Mapping[str, int]
    drop_offs: Sequence[Record]
    tiers: Mapping[str, int]
    billed_calls: int
    spent_usd: Decimal


class Reads:
    """The console's way of reading. `faces` are the agents that exist; empty: those that left a trace.

    `providers` are the outside companies that a tenant could be connected to. Who may sign in is hidden from the
    reading role: that is read from where one acts.
    """

    def __init__(
        self,
        database: Database,
        faces: Sequence[AgentFace],
        providers: Sequence[ProviderFace] = (),
        acting: Database | None = None,
    ) -> None:
        self.database = database
        self._acting = acting or database
        self.faces = tuple(faces)
        self.providers = tuple(providers)
        self.remembered = Remembered()

    async def tenants(self, actor: Actor) -> list[Tenant]:
        """The tenants that somebody may look at, by name, as many as a menu can hold."""
        async with self.database.system() as session:
            if actor.is_everywhere:
                return (await tenants.everyone(session))[:TENANTS_LISTED]
            own = await tenants.these(session, sorted(actor.tenant_ids))
        return sorted(own.values(), key=lambda tenant: tenant.name)[:TENANTS_LISTED]

    async def tenant(self, name: str, actor: Actor) -> Tenant:
        """The tenant with this name, if that person may look at it.

        Raises NotFound, which says the same of a tenant that there is not and of one that is not theirs.
        """
        try:
            tenant = await tenants.named(self.database, name)
        except NoSuchTenant:
            raise NotFound("There is no such page.") from None
        if Right.SEE not in actor.rights_in(tenant.id):
            raise NotFound("There is no such page.")
        return tenant

    def agent_title(self, name: str) -> str:
        """What people call this agent."""
        return title_of(name, self.faces)

    async def agent_faces(self, tenant: Tenant) -> tuple[AgentFace, ...]:
        """The agents that this tenant can have."""
        async with self.database.tenant(tenant.id) as session:
            if self.faces:
                connected = await pages.connected(session)
                return tuple(one for one in self.faces if not one.needs or connected & set(one.needs))
            return tuple(unlisted(name) for name in await pages.agents_met(session))

    async def agents(self, tenant: Tenant) -> list[AgentState]:
        """How each agent is doing for the tenant."""
        faces = await self.agent_faces(tenant)
        topics = {face.name: face.topic for face in faces if face.topic}
        async with self.database.tenant(tenant.id) as session:
            standing = await switches.standing(session)
            halted = await switches.halted(session)
            hour = await pages.last_hour(session, slices=SLICES)
            desks = await pages.desks(session, alive_s=SILENT_AFTER_S)
            backlog = await pages.backlog(session, topics) if topics else {}
        return [
            _state(
                face,
                counting_switch(face.name, standing, halted),
                hour,
                desks.get(face.name, {}),
                backlog.get(face.name),
            )
            for face in faces
        ]

    async def runs(
        self, tenant: Tenant, wanted: RunFilter, *, after: tuple[datetime, UUID] | None, skip: int, limit: int
    ) -> list[Record]:
        """The next runs that match, newest first."""
        async with self.database.tenant(tenant.id) as session:
            return await pages.runs(session, wanted, after=after, skip=skip, limit=limit)

    async def runs_again(self, tenant: Tenant, ids: Sequence[UUID]) -> list[Record]:
        """These runs as they are now."""
        async with self.database.tenant(tenant.id) as session:
            return await pages.runs_by_id(session, ids)

    async def count_runs(self, tenant: Tenant, wanted: RunFilter, *, after: datetime | None = None) -> int:
        """How many runs match, up to a cap."""
        async with self.database.tenant(tenant.id) as session:
            return await pages.count_runs(session, wanted, after=after)

    async def run(self, tenant: Tenant, run_id: UUID) -> Record | None:
        """One run with all that is kept about it."""
        async with self.database.tenant(tenant.id) as session:
            return await pages.run(session, run_id)

    async def prospects(
        self, tenant: Tenant, wanted: ProspectFilter, *, after: tuple[int, UUID] | None, skip: int, limit: int
    ) -> list[Record]:
        """The next scored leads that match, best first."""
        async with self.database.tenant(tenant.id) as session:
            return await pages.prospects(session, wanted, after=after, skip=skip, limit=limit)

    async def count_prospects(
        self, tenant: Tenant, wanted: ProspectFilter, *, after: datetime | None = None
    ) -> int:
        """How many scored leads match, up to a cap."""
        async with self.database.tenant(tenant.id) as session:
            return await pages.count_prospects(session, wanted, after=after)

    async def prospect(self, tenant: Tenant, lead_id: UUID) -> Record | None:
        """One lead with its company, contact and reasons."""
        async with self.database.tenant(tenant.id) as session:
            return await pages.prospect(session, lead_id)

    async def standing(self, tenant: Tenant) -> Standing:
        """How the tenant's pipeline stands; of very many leads as it was a moment ago."""

        async def read() -> Standing:
            async with self.database.tenant(tenant.id) as session:
                billed, spent = await calls.spent(session)
                return Standing(
                    counts=await funnel.counts(session),
                    drop_offs=await pages.drop_offs(session),
                    tiers=await pages.tiers(session),
                    billed_calls=billed,
                    spent_usd=spent,
                )

        return await self.remembered.lately(("standing", tenant.id), read)

    async def inflation(self, tenant: Tenant) -> Inflation | None:
        """What has become of the best tier, looked at once a minute; None where too few leads came in."""

        async def read() -> Inflation | None:
            async with self.database.tenant(tenant.id) as session:
                now = await pages.now(session)
                split = now - timedelta(days=NEW_DAYS)
                of_late = await judgements.came_in(session, since=split, until=now)
                before = await judgements.came_in(
                    session, since=split - timedelta(days=OLD_DAYS), until=split
                )
            return inflation(of_late, before)

        return await self.remembered.fresh(("inflation", tenant.id), INFLATION_KEPT_S, read)

    async def people(self, tenant: Tenant | None) -> list[Person]:
        """Who has a role of this tenant, with those roles; with None everybody, with all of theirs."""
        async with self._acting.system() as session:
            return await people.listed(session, of=tenant.id if tenant is not None else None)

    async def now(self) -> datetime:
        """The database's clock."""
        async with self.database.system() as session:
            return await pages.now(session)


def counted(count: int) -> str:
    """A capped count in words."""
    return f"{COUNT_CAP:,}+" if count > COUNT_CAP else f"{count:,}"


def counting_switch(agent: str, standing: Mapping[str, Record], halted: Record | None) -> Record:
    """The switch that counts for an agent: the strictest, and of two alike the one that is the agent's own."""
    own, everybody = standing.get(agent, {}), standing.get(EVERY_AGENT, {})
    if halted is not None:
        since = {"changed_by": halted["stopped_by"], "changed_at": halted["stopped_at"]}
        return {
            **own,
            **since,
            "changed_age_s": halted["age_s"],
            "mode": Mode.STOPPED,
            "whose": "with everything",
            "reason": halted["reason"],
        }
    mode, over_all = Mode(own.get("mode", Mode.ON)), Mode(everybody.get("mode", Mode.ON))
    if strictest(mode, over_all) is mode:
        return own
    return {**everybody, "whose": "with all agents"}


def _state(
    face: AgentFace, switch: Record, hour: Sequence[Record], desks: Record, backlog: int | None
) -> AgentState:
    runs, failures = [0] * SLICES, [0] * SLICES
    for row in hour:
        if row["agent"] == face.name:
            place = SLICES - 1 - min(row["slice"], SLICES - 1)
            runs[place] += row["runs"]
            failures[place] += row["failures"]
    return AgentState(
        face=face,
        mode=Mode(switch.get("mode", Mode.ON)),
        whose=switch.get("whose", ""),
        reason=switch.get("reason"),
        changed_by=switch.get("changed_by"),
        changed_at=switch.get("changed_at"),
        changed_age_s=switch.get("changed_age_s"),
        held=switch.get("held", 0),
        runs=tuple(runs),
        failures=tuple(failures),
        desks=desks.get("desks", 0),
        seen_age_s=desks.get("age_s"),
        backlog=backlog,
    )
