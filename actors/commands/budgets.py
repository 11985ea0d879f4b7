"""What people ask about money on the command line: budget."""

from datetime import UTC, datetime, timedelta
from typing import Any

import typer
from rich.console import Console
from rich.table import Table

from actors.commands.frame import Json, TenantName, in_tenant
from tenants.budgets import spendings
from tenants.store import budgets, calls, tenants
from tenants.store.columns import to_json

_LATELY = timedelta(days=1)


def budget(tenant: TenantName, as_json: Json = False) -> None:
    """Show what a tenant's work has cost, what may still be spent, and when the money ends.

    The forecast goes on as the last 24 hours went. Ceilings are set under `budgets` in the configuration.
    """
    answer = in_tenant(tenant, _budget)
    if as_json:
        typer.echo(to_json(answer))
        return
    typer.echo(f"{answer['billed_calls']:,} billed calls, ${answer['spent_usd']:,.2f} in all")
    for provider, cost in answer["last_day_usd"].items():
        typer.echo(f"  ${cost:,.2f} of it for {provider} in the last 24 hours")
    if not answer["ceilings"]:
        typer.echo("There is no ceiling: `budgets` in the configuration sets some.")
        return
    table = Table("ceiling", "spent", "under way", "left", "used up", title=f"{tenant}: budgets")
    for one in answer["ceilings"]:
        table.add_row(
            one["ceiling"],
            f"${one['spent_usd']:,.2f}",
            f"${one['reserved_usd']:,.2f}",
            f"${one['left_usd']:,.2f}",
            one["used_up_at"][:16].replace("T", " ") if one["used_up_at"] else "not at this pace",
        )
    Console().print(table)


async def _budget(session: Any) -> dict[str, Any]:
    now = datetime.now(UTC)
    config = await tenants.configuration(session)
    billed, spent = await calls.spent(session)
    lately = await budgets.spent_within(session, _LATELY)
    used = await budgets.used(session)
    rows = [
        {
            "ceiling": str(one.ceiling),
            "spent_usd": float(one.spent_usd),
            "reserved_usd": float(one.reserved_usd),
            "left_usd": float(one.left_usd),
            "used_up_at": one.used_up_at.isoformat() if one.used_up_at is not None else None,
        }
        for one in spendings(config.budgets, used=used, lately=lately, within=_LATELY, now=now)
    ]
    return {
        "billed_calls": billed,
        "spent_usd": float(spent),
        "last_day_usd": {provider: float(cost) for provider, cost in lately.items()},
        "ceilings": rows,
    }
