"""Returned mail on the command line: `leadmill bounces`."""

import asyncio
import getpass
import mailbox
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from actors.commands.frame import Json, TenantName
from actors.engine.returned import Returned, take_in_returned
from actors.engine.wiring import open_works
from tenants.store import tenants
from tenants.store.columns import to_json


def bounces(
    tenant: TenantName,
    where: Annotated[
        list[Path],
        typer.Argument(
            exists=True, help="Messages (.eml), mailboxes (mbox), or folders of them (Maildir too)."
        ),
    ],
    as_json: Json = False,
) -> None:
    """Take in mail that came back: addresses that are dead go out of use.

    Reads delivery reports as mail servers write them (RFC 3464), and those of older ones. Who had said that such an
    address takes mail is trusted less from then on, and how the company writes its addresses is worked out anew. Full
    mailboxes, busy servers and whatever is said of us or of the message change nothing. Messages that are no bounces
    are left alone, and reading one again does no harm.
    """
    told = asyncio.run(_take_in(tenant, where))
    if as_json:
        for one in told:
            typer.echo(to_json({"message": one.message, "email": one.email, "meaning": one.meaning,
                                "is_final": one.is_final, "contact_ids": one.contact_ids}))  # fmt: skip
        return
    if not told:
        typer.echo("No mail came back by these messages.")
        return
    table = Table("address", "what came back", "contacts", "message")
    for one in told:
        table.add_row(one.email, one.meaning, str(len(one.contact_ids)) or "none", one.message)
    Console().print(table)
    known = sum(bool(one.contact_ids) for one in told)
    typer.echo(f"{len(told):,} came back, {known:,} of them from contacts of {tenant}.")


async def _take_in(name: str, where: list[Path]) -> list[Returned]:
    async with open_works() as works:
        tenant = await tenants.named(works.database, name)
        profile = (await works.profiles.of([tenant.id]))[tenant.id]
        messages = (message for path in where for message in _messages(path))
        return await take_in_returned(works.database, profile, messages, by=getpass.getuser())


def _messages(path: Path) -> Iterator[tuple[str, bytes]]:
    """Each message there with its name."""
    if path.is_dir():
        for one in sorted(path.rglob("*")):
            # what is still being written into a Maildir is in its folder tmp
            if one.is_file() and one.parent.name != "tmp":
                yield from _messages(one)
        return
    with path.open("rb") as file:
        is_mbox = file.read(5) == b"From "
    if not is_mbox:
        yield str(path), path.read_bytes()
        return
    box = mailbox.mbox(path, create=False)
    try:
        for key in box.iterkeys():
            yield f"{path}#{key}", box.get_bytes(key)
    finally:
        box.close()
