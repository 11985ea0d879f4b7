"""What people ask about outward effects on the command line: effects."""

from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table

from actors.commands.frame import Json, Limit, TenantName, in_tenant
from tenants.store import effects
from tenants.store.columns import to_json
from tenants.store.effects import Standing


def list_effects(
    tenant: TenantName,
    state: Annotated[str | None, typer.Option(help=f"Only those that are {', '.join(Standing)}.")] = None,
    lead: Annotated[UUID | None, typer.Option(help="Only those for this lead.")] = None,
    limit: Limit = 50,
    as_json: Json = False,
) -> None:
    """List what was done in other companies' services: for whom, when, and what is known of it."""
    if state is not None and state not in set(Standing):
        raise typer.BadParameter(f"there is {', '.join(Standing)}")
    found = in_tenant(tenant, lambda session: effects.listed(session, state=state, lead_id=lead, limit=limit))
    if as_json:
        for row in found:
            typer.echo(to_json(dict(row)))
        return
    if not found:
        typer.echo("Nothing has gone out." if state is None else "There is none.")
        return
    table = Table("when", "what", "state", "what is known", title=f"{tenant}: outward effects")
    for row in found:
        tries = f", {row['tries']} tries" if row["tries"] > 1 else ""
        table.add_row(
            f"{row['created_at']:%m-%d %H:%M}",
            f"{row['kind']}\n{row['company'] or 'a lead that is gone'}",
            row["state"].replace("_", " ") + tries,
            (row["receipt"] or {}).get("evidence") or row["reason"] or "",
        )
    Console().print(table)
