"""What people ask about money on the command line: budget."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import typer
from rich.console import Console
from rich.table import Table

from actors.commands.frame import Json, TenantName, in_tenant
from tenants.budgets import ceilings, ends_at
from tenants.identity import stable_id
from tenants.store import budgets, calls, tenants
from tenants.store.columns import to_json

_LATELY = timedelta(days=1)
_NOTHING = Decimal(0)


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
    rows = {}
    for provider in ["", *config.budgets.providers]:
        for one in ceilings(config.budgets, provider=provider, run_id=stable_id(""), lead_id=None, now=now):
            if one.scope != "run":
                reserved, gone = used.get((one.scope, one.key), (_NOTHING, _NOTHING))
                left = max(one.limit_usd - gone - reserved, _NOTHING)
                of_one = one.scope.startswith("provider")
                pace = lately.get(provider, _NOTHING) if of_one else sum(lately.values(), _NOTHING)
                end = ends_at(left_usd=left, spent_usd=pace, within=_LATELY, now=now)
                is_before = end is not None and (one.ends is None or end < one.ends)
                rows[one.scope, one.key] = {
                    "ceiling": str(one),
                    "spent_usd": float(gone),
                    "reserved_usd": float(reserved),
                    "left_usd": float(left),
                    "used_up_at": end.isoformat() if end is not None and is_before else None,
                }
    return {
        "billed_calls": billed,
        "spent_usd": float(spent),
        "last_day_usd": {provider: float(cost) for provider, cost in lately.items()},
        "ceilings": list(rows.values()),
    }
