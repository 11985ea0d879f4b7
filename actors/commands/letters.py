"""What people ask about dead letters on the command line: letters."""

import asyncio
from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from actors.commands.frame import Json, Limit
from tenants.store import letters
from tenants.store.columns import to_json
from tenants.store.session import open_database

_SHOWN = 60


def list_letters(limit: Limit = 50, as_json: Json = False) -> None:
    """List events that nobody could read, or that name no tenant: where they stood, and why they were put aside.

    With --json each line has all of an event: its headers, and its bytes as `text`, or as `base64` where they are
    no text.
    """
    found, number = asyncio.run(_listed(limit))
    if as_json:
        for row in found:
            typer.echo(to_json({**row, "raw": _as_text(row["raw"])}))
        return
    if not found:
        typer.echo("There are none.")
        return
    table = Table(
        "received", "topic", "lane", "offset", "reason", "begins with", title=f"{number:,} dead letters"
    )
    for row in found:
        begins = bytes(row["raw"][:_SHOWN]).decode(errors="replace")
        table.add_row(
            f"{row['received_at']:%m-%d %H:%M}",
            row["topic"],
            str(row["lane"]),
            str(row["offset"]),
            escape(row["reason"]),
            escape(begins),
        )
    Console().print(table)


async def _listed(limit: int) -> tuple[Sequence[Mapping[str, Any]], int]:
    async with open_database() as database, database.system() as session:
        return await letters.listed(session, limit), await letters.count(session)


def _as_text(raw: bytes) -> dict[str, str]:
    try:
        return {"text": bytes(raw).decode()}
    except UnicodeDecodeError:
        return {"base64": b64encode(raw).decode()}
