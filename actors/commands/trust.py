"""Whose word on addresses is worth what, on the command line: `leadmill trust`."""

import typer
from rich.console import Console
from rich.table import Table

from actors.commands.frame import Json, TenantName, in_tenant
from actors.core.verification.witnesses import SURE, reliability
from tenants.store import mail
from tenants.store.columns import to_json

_CLAIMS = {"email": "whose address it is", "email_status": "whether it takes mail"}


def trust(tenant: TenantName, as_json: Json = False) -> None:
    """List how right each source of addresses was, as replies and returned mail have shown.

    Trust begins at 0.90 and moves with each address that mail has put to the test. Who falls below 0.85 is not taken
    at their word any more: what they say is checked, or another vendor is asked as well.
    """
    records = in_tenant(tenant, mail.track_records)
    if as_json:
        for one in records:
            told = one.model_dump() | {"trust": round(reliability(one.right, one.wrong), 3)}
            typer.echo(to_json(told))
        return
    if not records:
        typer.echo(
            "No address was put to the test yet. `leadmill bounces` takes in returned mail, and "
            "engagement.recorded tells of replies."
        )
        return
    table = Table("source", "says", "right", "wrong", "trust")
    for one in records:
        trusted = reliability(one.right, one.wrong)
        mark = "" if trusted >= SURE else " (checked)"
        table.add_row(
            one.source, _CLAIMS[one.claim], f"{one.right:,}", f"{one.wrong:,}", f"{trusted:.2f}{mark}"
        )
    Console().print(table)
