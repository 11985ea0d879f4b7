"""What people see of signals on the command line."""

from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table

from actors.commands.frame import Json, TenantName, in_tenant
from tenants.signals import SignalKind
from tenants.store import signals
from tenants.store.columns import to_json


def list_signals(
    tenant: TenantName,
    lead: Annotated[
        UUID, typer.Argument(help="The lead's id, as `leadmill pipeline --json` or `runs` has it.")
    ],
    kind: Annotated[SignalKind | None, typer.Option(help="Only signals of this kind.")] = None,
    as_json: Json = False,
) -> None:
    """List what has happened at a lead's company: jobs, funding, technology, news, its website; the newest first."""
    rows = in_tenant(tenant, lambda session: signals.of_lead(session, lead, kind))
    if as_json:
        for row in rows:
            typer.echo(to_json(dict(row)))
        return
    if not rows:
        typer.echo("Nothing is known to have happened there.")
        return
    table = Table("on", "kind", "what", "from", "seen", "where")
    for row in rows:
        table.add_row(
            f"{row['on']:%Y-%m-%d}",
            row["kind"],
            row["title"],
            row["source"],
            f"{row['seen_at']:%Y-%m-%d}",
            row["url"] or "",
        )
    Console().print(table)
