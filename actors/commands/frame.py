"""What all commands share: their arguments, a transaction for a tenant, runs as a table."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from actors.agents import all_agents
from actors.core.agent import Agent
from tenants.store import tenants
from tenants.store.columns import to_json
from tenants.store.session import open_database

Json = Annotated[bool, typer.Option("--json", help="Answer for programs, on standard output.")]
TenantName = Annotated[str, typer.Argument(help="The tenant's name.")]
AgentName = Annotated[str, typer.Argument(help="The agent's name, as `leadmill agent list` shows it.")]
Limit = Annotated[int, typer.Option(min=1, help="How many at most.")]
ResultT = TypeVar("ResultT")


def known_agent(name: str) -> Agent:
    """The agent with this name. Raises ValueError where there is none."""
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
