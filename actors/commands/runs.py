"""What people ask of runs on the command line."""

import asyncio
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer
import yaml
from rich.console import Console
from rich.table import Table

from actors.agents import all_agents
from actors.commands.frame import Json, Limit, TenantName, in_tenant, print_runs
from actors.engine.replay import Replayed
from actors.engine.replay import replay as replayed
from actors.engine.wiring import InProcessScoring
from tenants.settings import StoreSettings
from tenants.store import runs
from tenants.store.columns import to_json
from tenants.store.session import open_database

_WIDEST = 60


def list_runs(
    tenant: TenantName,
    status: Annotated[str | None, typer.Option(help="Only runs of this status, such as failed.")] = None,
    agent: Annotated[str | None, typer.Option(help="Only runs of this agent.")] = None,
    lead: Annotated[UUID | None, typer.Option(help="Only runs about this lead: its journey.")] = None,
    limit: Limit = 50,
    as_json: Json = False,
) -> None:
    """List a tenant's runs, the newest first."""
    found = in_tenant(
        tenant, lambda session: runs.recent(session, status=status, agent=agent, lead_id=lead, limit=limit)
    )
    print_runs(found, as_json=as_json)


def replay(
    run_id: Annotated[
        UUID, typer.Argument(metavar="RUN", help="The run's id, as `leadmill runs --json` has it.")
    ],
    changes: Annotated[
        Path | None,
        typer.Option(
            "--with",
            help="A YAML file: keys of the tenant's configuration that replace those of then, such as icp, personas, "
            "order or sequences; and model.",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Do a run again from what it was told, and say whether the same comes of it. Nobody is asked, nothing is saved.

    It goes by the configuration and the model of its time. With --with it is done a second time under the changed
    ones, and what would differ is printed. The exit status is 1 where not the same comes of the run as it was.
    """
    result = asyncio.run(_replay(run_id, _read(changes) if changes is not None else None))
    if as_json:
        typer.echo(to_json({**asdict(result), "calls": 0}))
    else:
        _tell(result, is_changed=changes is not None)
    if not result.is_same:
        raise typer.Exit(1)


async def _replay(run_id: UUID, changes: dict[str, Any] | None) -> Replayed:
    async with open_database() as database:
        return await replayed(database, all_agents(), InProcessScoring(StoreSettings()), run_id, changes)


def _tell(result: Replayed, *, is_changed: bool) -> None:
    by = f"configuration {result.config_version}" + (f" and model {result.model}" if result.model else "")
    typer.echo(f"{result.agent}, by {by}: replayed from {result.answers:,} recorded answers, no call made.")
    same = "The same came of it" if result.is_same else "Not the same came of it as then"
    typer.echo(f"{same}: {_ending(result.before)}.")
    if not is_changed:
        return
    if not result.differences:
        typer.echo("With the changes the same would come of it.")
        return
    typer.echo(f"With the changes: {_ending(result.after)}.")
    table = Table("where", "as it was", "with the changes")
    for one in result.differences:
        table.add_row(one.path, _short(one.before), _short(one.after))
    Console().print(table)


def _ending(told: Mapping[str, Any]) -> str:
    why = told.get("reason") or told.get("message")
    return f"{told['ending']} ({why})" if why else str(told["ending"])


def _short(value: Any) -> str:
    text = to_json(value) if value is not None else "-"
    return text if len(text) <= _WIDEST else text[: _WIDEST - 1] + "…"


def _read(file: Path) -> dict[str, Any]:
    try:
        document = yaml.safe_load(file.read_text())
    except yaml.YAMLError as error:
        raise ValueError(f"{file} is no YAML: {error}") from None
    if isinstance(document, dict):
        return document
    raise ValueError(f"{file} holds no keys and values")
