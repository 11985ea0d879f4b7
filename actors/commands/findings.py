"""What people see and say of findings on the command line: why, lead set, lead accept."""

import getpass
from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table

from actors.commands.frame import Json, TenantName, in_tenant
from tenants.records import PERSON
from tenants.store import findings
from tenants.store.columns import to_json

Lead = Annotated[UUID, typer.Argument(help="The lead's id, as `leadmill pipeline --json` or `runs` has it.")]
Field = Annotated[str, typer.Argument(help="The field, such as employees, as `leadmill why` shows it.")]
_LONG = 60


def why(
    tenant: TenantName,
    lead: Lead,
    field: Annotated[str | None, typer.Argument(help="Only this field, such as employees.")] = None,
    as_json: Json = False,
) -> None:
    """Tell from where each value of a lead is known, at what price, and what else was found.

    The value with the dot stands in the record. Words in quotes are the source's own.
    """
    rows = in_tenant(tenant, lambda session: findings.history(session, lead, field))
    if as_json:
        for row in rows:
            typer.echo(to_json(dict(row)))
        return
    if not rows:
        typer.echo("Nothing was found by a provider: what stands in the record came with its list.")
        return
    table = Table("", "of", "field", "value", "from", "sure", "cost", "found", "good until", "evidence")
    for row in rows:
        table.add_row(
            "●" if row["is_current"] else "",
            row["subject"],
            row["field"],
            _short(row["value"]),
            row["provider"],
            f"{row['confidence']:.0%}",
            f"${row['cost_usd']:.4f}",
            f"{row['found_at']:%Y-%m-%d}",
            f"{row['expires_at']:%Y-%m-%d}" if row["expires_at"] is not None else "",
            _evidence(row),
        )
    Console().print(table)
    spent = sum(row["cost_usd"] for row in rows)
    typer.echo(f"{len(rows):,} findings, ${spent:,.4f} in all.")


def set_field(
    tenant: TenantName,
    lead: Lead,
    field: Field,
    value: Annotated[
        str, typer.Argument(help="The value; several technologies with commas between; empty: not known.")
    ],
) -> None:
    """Write a value of a lead's company yourself. No provider replaces it; `lead accept` lets one."""
    given: Any = value or None
    if field == "technologies" and value:
        given = [one.strip() for one in value.split(",") if one.strip()]
    account = in_tenant(
        tenant, lambda session: findings.write(session, lead, field, given, by=getpass.getuser())
    )
    typer.echo(f"{account.name}: {field} is {_short(getattr(account, field))}.")


def accept(
    tenant: TenantName,
    lead: Lead,
    field: Field,
    provider: Annotated[str, typer.Argument(help="Whose finding is to stand, as `leadmill why` shows it.")],
) -> None:
    """Let what a provider found stand in the record, also in place of what a person wrote."""
    account = in_tenant(
        tenant, lambda session: findings.accept(session, lead, field, provider, by=getpass.getuser())
    )
    typer.echo(f"{account.name}: {field} is {_short(getattr(account, field))}, by {provider}.")


def _short(value: Any) -> str:
    if value is None:
        return "unknown"
    text = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    return text if len(text) <= _LONG else text[: _LONG - 1] + "…"


def _evidence(row: Mapping[str, Any]) -> str:
    if row["provider"] == PERSON:
        return f"written by {row['evidence']}"
    quote = f"“{_short(row['quote'])}” " if row["quote"] else ""
    return f"{quote}{row['evidence']}"
