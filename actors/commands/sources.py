"""Searches on a schedule, on the command line: sources."""

from typing import Any

import typer
from rich.console import Console
from rich.table import Table

from actors.commands.frame import Json, TenantName, in_tenant
from tenants.store import schedules
from tenants.store.columns import to_json
from tenants.store.schedules import Schedule


def list_sources(tenant: TenantName, as_json: Json = False) -> None:
    """List a tenant's searches on a schedule: how far each has come, and when it goes on."""
    found = in_tenant(tenant, schedules.listed)
    if as_json:
        for one in found:
            typer.echo(to_json(_told(one)))
        return
    if not found:
        typer.echo("No search is on a schedule yet: `sources` in the configuration, and `leadmill up`.")
        return
    table = Table("provider", "slice", "left", "asked for", "today", "next", title=f"{tenant}: searches")
    for one in found:
        told = _told(one)
        table.add_row(
            one.provider,
            told["slice"],
            f"{told['slices_left']:,}",
            f"{one.place:,} of {one.total:,}" if one.total is not None else f"{one.place:,}",
            f"{one.taken_today:,}",
            one.trouble or ("under way" if one.request_id else f"{one.next_at:%Y-%m-%d %H:%M}"),
        )
    Console().print(table)


def _told(one: Schedule) -> dict[str, Any]:
    """A schedule as people and programs see it."""
    first = one.slices[0]
    places = ", ".join(first.countries) or "anywhere"
    sizes = (
        f"{first.employees_min or 0:,} to {first.employees_max:,}" if first.employees_max is not None else ""
    )
    if first.employees_max is None and first.employees_min:
        sizes = f"{first.employees_min:,} and more"
    return {
        "provider": one.provider,
        "slice": f"{places}; {sizes}" if sizes else places,
        "slices_left": len(one.slices),
        "place": one.place,
        "total": one.total,
        "taken_today": one.taken_today,
        "next_at": one.next_at.isoformat(),
        "request_id": one.request_id,
        "icp": one.icp_hash,
        "trouble": one.trouble,
    }
