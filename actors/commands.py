"""What people do with leads and agents on the command line: source, pipeline, runs, agents, events."""

import asyncio
import getpass
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any, TypeVar
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table

from actors.agents import all_agents
from actors.core.questions import FindCompanies
from actors.engine.sourcing import request_list, request_search
from actors.engine.wiring import Works, open_works
from actors.engine.working_off import work_off
from actors.events import PUBLIC
from actors.events.envelope import json_schema
from actors.providers import all_providers
from tenants.companies import registrable_domain
from tenants.records import Tenant
from tenants.store import funnel, lanes, leads, runs, switches, tenants
from tenants.store.columns import to_json
from tenants.store.session import open_database

Json = Annotated[bool, typer.Option("--json", help="Answer for programs, on standard output.")]
TenantName = Annotated[str, typer.Argument(help="The tenant's name.")]
AgentName = Annotated[str, typer.Argument(help="The agent's name, as `leadmill agent list` shows it.")]
Limit = Annotated[int, typer.Option(min=1, help="How many at most.")]
ResultT = TypeVar("ResultT")

agent_app = typer.Typer(
    help="Agents: what kinds of work there are, and for whom they work.", no_args_is_help=True
)
lead_app = typer.Typer(help="Leads: what people know of them.", no_args_is_help=True)
events_app = typer.Typer(help="Events: the public contracts.", no_args_is_help=True)
errors_out = Console(stderr=True)


def source(
    tenant: TenantName,
    file: Annotated[Path | None, typer.Argument(help="CSV or JSON Lines, one company on each line.")] = None,
    provider: Annotated[
        str | None, typer.Option(help="Search this provider by ideal customer instead.")
    ] = None,
    leads_wanted: Annotated[
        int, typer.Option("--leads", min=1, help="With --provider: companies to ask for.")
    ] = 100,
    as_json: Json = False,
) -> None:
    """Bring leads in, from a file or from a provider's search by ideal customer.

    Every row ends as a lead, as a duplicate, or rejected for a reason. A file with a fault brings in nothing.
    """
    if (file is None) == (provider is None):
        raise typer.BadParameter("name either a file or --provider")
    tally = _run(_source(tenant, file, provider, leads_wanted))
    if as_json:
        typer.echo(to_json(tally))
        return
    typer.echo(f"{tally['read']:,} read: {tally['sourced']:,} sourced, {tally['duplicates']:,} duplicates")
    for reason, count in sorted(tally["rejected"].items(), key=lambda item: -item[1]):
        typer.echo(f"  {count:,} rejected: {reason}")


async def _source(name: str, file: Path | None, provider: str | None, leads_wanted: int) -> dict[str, Any]:
    async with open_works() as works:
        tenant = await tenants.named(works.database, name)
        profile = (await works.profiles.of([tenant.id]))[tenant.id]
        if "lead_source" in profile.off:
            raise ValueError(f"lead_source is switched off: `leadmill agent enable {name} lead_source`")
        by = getpass.getuser()
        if file is not None:
            request_id, parts = await request_list(works.database, profile, file, by=by)
        else:
            assert provider is not None
            known = sorted(name for name, one in all_providers().items() if FindCompanies in one.answers)
            if provider not in known:
                raise ValueError(f"no provider {provider!r} can be searched; there is {', '.join(known)}")
            if provider not in profile.connections:
                raise ValueError(
                    f"{name} is not connected to {provider}: add it under `connections`, then apply"
                )
            request_id, parts = await request_search(
                works.database, profile, name=provider, leads=leads_wanted, by=by
            )
        return await _followed(works, tenant, request_id, parts)


async def _followed(works: Works, tenant: Tenant, request_id: UUID, parts: int) -> dict[str, Any]:
    with errors_out.status("Reading …") as status:

        def tell(tally: dict[str, Any]) -> None:
            status.update(f"{tally['read']:,} read, {tally['sourced']:,} sourced …")

        return await work_off(works, tenant.id, request_id, parts, tell)


def pipeline(
    tenant: TenantName,
    limit: Annotated[
        int | None, typer.Option(min=1, help="How many at most; absent: 20, with --json all.")
    ] = None,
    tier: Annotated[str | None, typer.Option(help="Only this tier: A, B, C or D.")] = None,
    as_json: Json = False,
) -> None:
    """List a tenant's scored leads, best first, with the reasons for each score."""

    async def run() -> tuple[list[dict[str, Any]], dict[str, int], list[tuple[str, str, int]]]:
        async with tenant_session(tenant) as session:
            wanted = limit if limit is not None or as_json else 20
            ranked = await leads.ranked(session, limit=wanted, tier=tier)
            return ranked, await funnel.counts(session), await funnel.reasons(session)

    ranked, counts, reasons = _run(run())
    if as_json:
        for prospect in ranked:
            typer.echo(to_json(prospect))
        return
    table = Table(
        "", "company", "contact", "fit", "intent", "score", "tier", "why", title=f"{tenant}: best first"
    )
    for place, prospect in enumerate(ranked, start=1):
        contact = prospect["contact"] or {}
        table.add_row(
            str(place),
            prospect["account"]["name"],
            f"{contact.get('name', '')}, {contact.get('title') or '?'}\n{contact.get('email') or ''}",
            f"{prospect['fit']:.2f}",
            f"{prospect['intent']:.2f}",
            str(prospect["score"]),
            prospect["tier"],
            "\n".join(reason["text"] for reason in prospect["reasons"][:3]),
        )
    Console().print(table)
    Console().print(", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in counts.items()))
    for hold, reason, count in reasons:
        Console().print(f"  {count:,} {hold}: {reason}")


def list_runs(
    tenant: TenantName,
    status: Annotated[str | None, typer.Option(help="Only runs of this status, such as failed.")] = None,
    agent: Annotated[str | None, typer.Option(help="Only runs of this agent.")] = None,
    lead: Annotated[UUID | None, typer.Option(help="Only runs about this lead: its journey.")] = None,
    limit: Limit = 50,
    as_json: Json = False,
) -> None:
    """List a tenant's runs, the newest first."""

    async def run() -> Any:
        async with tenant_session(tenant) as session:
            return await runs.recent(session, status=status, agent=agent, lead_id=lead, limit=limit)

    print_runs(_run(run()), as_json=as_json)


def print_runs(found: Sequence[Mapping[str, Any]], *, as_json: bool) -> None:
    """Runs as a table, or as one JSON object a line."""
    if as_json:
        for row in found:
            typer.echo(to_json(dict(row)))
        return
    table = Table("started", "agent", "status", "seconds", "attempt", "cost", "reason")
    for row in found:
        seconds = f"{row['duration_s']:.3f}" if row["duration_s"] is not None else ""
        started = f"{row['started_at']:%Y-%m-%d %H:%M:%S}"
        table.add_row(
            started,
            row["agent"],
            row["status"],
            seconds,
            str(row["attempt"]),
            f"{row['cost']:.4f}",
            row["reason"] or "",
        )
    Console().print(table)


@agent_app.command("list")
def list_agents(as_json: Json = False) -> None:
    """List all agents: what each does, which event it answers, which it says."""
    agents = all_agents().values()
    if as_json:
        for agent in agents:
            says = [payload.type for payload in agent.emits]
            typer.echo(
                to_json({"name": agent.name, "on": agent.topic, "says": says, "does": agent.description})
            )
        return
    table = Table("agent", "answers", "says", "does")
    for agent in agents:
        table.add_row(
            agent.name, agent.topic, ", ".join(payload.type for payload in agent.emits), agent.description
        )
    Console().print(table)


@agent_app.command()
def enable(tenant: TenantName, agent: AgentName) -> None:
    """Switch an agent on for a tenant; what came meanwhile is worked off now."""
    freed = _run(_flip(tenant, agent, enabled=True))
    typer.echo(f"{agent} is on for {tenant}" + (f"; {freed:,} events that waited go on." if freed else "."))


@agent_app.command()
def disable(tenant: TenantName, agent: AgentName) -> None:
    """Switch an agent off for a tenant. What comes meanwhile is held, and nothing is lost."""
    _run(_flip(tenant, agent, enabled=False))
    typer.echo(f"{agent} is off for {tenant}; what comes for it is held.")


async def _flip(tenant: str, agent: str, *, enabled: bool) -> int:
    _known_agent(agent)
    async with tenant_session(tenant) as session:
        return await switches.flip(session, agent, enabled=enabled, by=getpass.getuser())


def scale(
    tenant: TenantName,
    agent: AgentName,
    wanted: Annotated[
        int, typer.Option("--lanes", min=1, help="Lanes, and so desks, that work side by side.")
    ],
) -> None:
    """Give a busy tenant more lanes for an agent, or fewer, while it runs.

    The mill does so by itself where work piles up (LEADMILL_SCALE_AFTER_S). What you give stands until you
    change it; with --lanes 1 the mill decides again.
    """
    topic = _known_agent(agent).topic

    async def run() -> tuple[int, ...]:
        async with open_database() as database:
            found = await tenants.named(database, tenant)
            async with database.system() as session:
                return await lanes.scale(session, found.id, topic, wanted)

    held = _run(run())
    typer.echo(f"{agent} works for {tenant} on lanes {', '.join(map(str, held))}.")


@lead_app.command()
def domain(
    tenant: TenantName,
    lead: Annotated[
        UUID, typer.Argument(help="The lead's id, as `leadmill pipeline --json` or `runs` has it.")
    ],
    name: Annotated[str, typer.Argument(metavar="DOMAIN", help="Such as acme.com, or an address with it.")],
) -> None:
    """Say which domain a lead's company has. Work that was left off for want of it goes on."""
    found = registrable_domain(name)
    if found is None:
        raise typer.BadParameter(f"{name!r} is no domain that a company can have")
    count = in_tenant(tenant, lambda session: leads.set_domain(session, lead, found, by=getpass.getuser()))
    typer.echo(f"The domain is {found}; {count:,} runs that had missed it go on.")


@events_app.command()
def schema(
    kind: Annotated[str | None, typer.Argument(help="One event, such as lead.sourced; absent: all.")] = None,
) -> None:
    """Print the public event contracts as JSON Schema."""
    schemas = {payload.type: json_schema(payload) for payload in PUBLIC}
    if kind is not None and kind not in schemas:
        raise typer.BadParameter(f"no public event is called {kind!r}; there are {', '.join(schemas)}")
    typer.echo(to_json(schemas[kind] if kind is not None else schemas))


def _known_agent(name: str) -> Any:
    agents = all_agents()
    if name not in agents:
        raise ValueError(f"no agent is called {name!r}; there are {', '.join(agents)}")
    return agents[name]


def in_tenant(name: str, work: Callable[[Any], Awaitable[ResultT]]) -> ResultT:
    """What this piece of work gives, done in one transaction that sees the rows of the tenant with this name."""

    async def run() -> ResultT:
        async with tenant_session(name) as session:
            return await work(session)

    return asyncio.run(run())


@asynccontextmanager
async def tenant_session(name: str) -> AsyncIterator[Any]:
    """A transaction that sees the rows of the tenant with this name."""
    async with open_database() as database:
        tenant = await tenants.named(database, name)
        async with database.tenant(tenant.id) as session:
            yield session


def _run(work: Coroutine[Any, Any, ResultT]) -> ResultT:
    return asyncio.run(work)
