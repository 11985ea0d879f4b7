"""What people do with agents on the command line: list, resume, pause, drain, stop, and stop everything."""

import asyncio
import getpass
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from actors.agents import all_agents
from actors.commands.frame import AgentName, Json, TenantName, in_tenant, known_agent
from tenants.modes import EVERY_AGENT, Mode
from tenants.store import lanes, switches, tenants
from tenants.store.columns import to_json
from tenants.store.session import open_database

app = typer.Typer(
    help="Agents: what kinds of work there are, and how each works for whom.", no_args_is_help=True
)
AgentOrAll = Annotated[
    str | None,
    typer.Argument(help="The agent's name; absent: every agent of the tenant.", show_default=False),
]
Reason = Annotated[str | None, typer.Option(help="Why; shown wherever the agent is.", show_default=False)]
Hours = Annotated[
    float | None, typer.Option("--hours", min=0.001, help="Go on by itself after that.", show_default=False)
]


@app.command("list")
def list_agents(
    tenant: Annotated[
        str | None, typer.Argument(help="How they work for this tenant.", show_default=False)
    ] = None,
    as_json: Json = False,
) -> None:
    """List all agents: what each does, which event it answers, which it says; or how each works for a tenant."""
    agents = all_agents().values()
    if tenant is not None:
        _list_for(tenant, as_json=as_json)
        return
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


def _list_for(tenant: str, *, as_json: bool) -> None:
    async def look(session: Any) -> tuple[dict[str, Mapping[str, Any]], dict[str, Any] | None]:
        return await switches.standing(session), await switches.halted(session)

    standing, halted = in_tenant(tenant, look)
    if as_json:
        for name in (EVERY_AGENT, *all_agents()):
            row = standing.get(name, {"agent": name, "mode": Mode.ON, "held": 0})
            typer.echo(to_json(dict(row)))
        return
    if halted is not None:
        typer.secho(
            f"Everything is stopped by {halted['stopped_by']}: {halted['reason']}. `leadmill resume` lets it go on.",
            fg="red",
        )
    table = Table("agent", "mode", "held", "by", "since", "until", "why", title=f"{tenant}: agents")
    for name in all_agents() if EVERY_AGENT not in standing else (EVERY_AGENT, *all_agents()):
        row = standing.get(name, {})
        table.add_row(
            "all of them" if name == EVERY_AGENT else name,
            row.get("mode", Mode.ON),
            f"{row['held']:,}" if row.get("held") else "",
            row.get("changed_by", ""),
            f"{row['changed_at']:%m-%d %H:%M}" if row else "",
            f"{row['until']:%m-%d %H:%M}" if row.get("until") else "",
            row.get("reason") or "",
        )
    Console().print(table)


@app.command()
def resume(tenant: TenantName, agent: AgentOrAll = None) -> None:
    """Let an agent work as usual again; what was held meanwhile goes on."""
    freed = _turn(tenant, agent, Mode.ON)
    name = agent or "every agent"
    typer.echo(f"{name} is on for {tenant}" + (f"; {freed:,} held runs go on." if freed else "."))


@app.command()
def pause(tenant: TenantName, agent: AgentOrAll = None, reason: Reason = None, hours: Hours = None) -> None:
    """Let an agent finish what it is doing, and hold everything else: what comes, and what is tried again."""
    _turn(tenant, agent, Mode.PAUSED, reason, hours)
    typer.echo(f"{agent or 'every agent'} is paused for {tenant}; what comes is held.")


@app.command()
def drain(tenant: TenantName, agent: AgentOrAll = None, reason: Reason = None, hours: Hours = None) -> None:
    """Let an agent finish all that it has begun, retries included, and hold what comes from now on."""
    _turn(tenant, agent, Mode.DRAINING, reason, hours)
    typer.echo(f"{agent or 'every agent'} drains for {tenant}; what comes is held.")


@app.command()
def stop(tenant: TenantName, agent: AgentOrAll = None, reason: Reason = None, hours: Hours = None) -> None:
    """Give up what an agent is doing, at once, and hold it like everything else.

    Nothing is lost: what is given up is done again on `resume`. Calls that are on their way to a provider are
    still heard, since they cost, and their answers are kept.
    """
    _turn(tenant, agent, Mode.STOPPED, reason, hours)
    typer.echo(f"{agent or 'every agent'} is stopped for {tenant}; all its work is held.")


def stop_everything(reason: Annotated[str, typer.Option(help="Why; everybody will ask.")]) -> None:
    """Stop every agent for every tenant, at once: the big red button.

    Work under way is given up and held, and within two seconds nothing is asked of a provider any more. The mill
    itself goes on running, and holds what comes. `leadmill resume` ends it.
    """

    async def run() -> None:
        async with open_database() as database, database.system() as session:
            await switches.stop_everything(session, by=getpass.getuser(), reason=reason)

    asyncio.run(run())
    typer.echo("Everything is stopped. `leadmill resume` lets it go on.")


def resume_everything() -> None:
    """Let everything go on after `leadmill stop`. What was paused for a tenant before stays so."""

    async def run() -> int:
        async with open_database() as database, database.system() as session:
            return await switches.go_on(session, by=getpass.getuser())

    typer.echo(f"Everything goes on; {asyncio.run(run()):,} runs were held.")


def _turn(
    tenant: str, agent: str | None, mode: Mode, reason: str | None = None, hours: float | None = None
) -> int:
    name = known_agent(agent).name if agent is not None else EVERY_AGENT
    until = datetime.now(UTC) + timedelta(hours=hours) if hours is not None else None
    return in_tenant(
        tenant,
        lambda session: switches.turn(session, name, mode, by=getpass.getuser(), reason=reason, until=until),
    )


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
    topic = known_agent(agent).topic

    async def run() -> tuple[int, ...]:
        async with open_database() as database:
            found = await tenants.named(database, tenant)
            async with database.system() as session:
                return await lanes.scale(session, found.id, topic, wanted)

    held = asyncio.run(run())
    typer.echo(f"{agent} works for {tenant} on lanes {', '.join(map(str, held))}.")
