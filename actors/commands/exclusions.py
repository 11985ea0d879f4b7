"""Whom a tenant leaves alone, on the command line: exclusions sync, status, list, add, remove."""

import asyncio
import getpass
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from actors.commands.frame import Json, Limit, TenantName, in_tenant
from actors.core.questions import ReadExclusions
from actors.engine.excluding import sync_exclusions
from actors.engine.wiring import open_works
from actors.providers import all_providers
from tenants.exclusions import BY_HAND, Exclusion, read_whom
from tenants.store import audit, exclusions, readings, tenants
from tenants.store.columns import to_json
from tenants.store.readings import Reading
from tenants.store.session import Session

app = typer.Typer(help="Companies and people that a tenant leaves alone.", no_args_is_help=True)
Whom = Annotated[str, typer.Argument(help="A domain, an e-mail address, or a company's name.")]


@app.command()
def sync(tenant: TenantName, as_json: Json = False) -> None:
    """Read from the connected CRMs whom they exclude: customers, open deals, people who want no mail.

    What a CRM said before is replaced once all of it was read, and stays where something went wrong. As long as the
    mill runs, it reads them by itself (`exclusions: {every_hours: 6}` in the configuration).
    """
    counts = asyncio.run(_sync(tenant))
    if as_json:
        typer.echo(to_json(counts))
        return
    for provider, count in counts.items():
        typer.echo(f"{provider} excludes {count:,} companies and people")


async def _sync(name: str) -> dict[str, int]:
    async with open_works() as works:
        tenant = await tenants.named(works.database, name)
        profile = (await works.profiles.of([tenant.id]))[tenant.id]
        if not works.asking.able(profile, ReadExclusions()):
            raise ValueError(f"{name} is not connected to a CRM: add it under `connections`, then apply")
        return await sync_exclusions(works.database, works.asking, profile)


@app.command()
def status(tenant: TenantName, as_json: Json = False) -> None:
    """Tell when each connected CRM was last read, how many it excludes, when it is read next, and what is wrong."""
    crms = [name for name, provider in all_providers().items() if ReadExclusions in provider.answers]
    now = datetime.now(UTC)
    found = in_tenant(tenant, lambda session: readings.listed(session, crms, now))
    if as_json:
        for one in found:
            typer.echo(to_json({**asdict(one), "next": _next(one, now)}))
        return
    if not found:
        typer.echo("No CRM is connected: add it under `connections`, then apply.")
        return
    table = Table("CRM", "last read", "excludes", "next", "what is wrong", title=f"{tenant}: CRMs")
    for one in found:
        wrong = ""
        if one.trouble is not None:
            wrong = f"{escape(one.trouble)} (since {one.trouble_since:%Y-%m-%d %H:%M})"
        read = f"{one.read_at:%Y-%m-%d %H:%M}" if one.read_at is not None else "never"
        table.add_row(
            one.provider,
            read,
            f"{one.excluded:,}" if one.excluded is not None else "",
            _next(one, now),
            wrong,
        )
    Console().print(table)


def _next(one: Reading, now: datetime) -> str:
    """When a CRM is read next, in words."""
    if one.is_under_way:
        return "under way"
    if one.every_hours == 0:
        return "by hand only"
    if one.next_at is None or one.next_at <= now:
        return "as soon as the mill runs"
    return f"{one.next_at:%Y-%m-%d %H:%M}"


@app.command("list")
def list_exclusions(
    tenant: TenantName,
    source: Annotated[
        str | None, typer.Option(help=f"Only on the word of this CRM, or what was added '{BY_HAND}'.")
    ] = None,
    limit: Limit = 50,
    as_json: Json = False,
) -> None:
    """List whom a tenant leaves alone, why, and on whose word."""
    found = in_tenant(tenant, lambda session: exclusions.listed(session, source=source, limit=limit))
    if as_json:
        for row in found:
            typer.echo(to_json(dict(row)))
        return
    if not found:
        typer.echo("Nobody is excluded.")
        return
    table = Table("whom", "why", "owner", "on whose word", "seen", title=f"{tenant}: left alone")
    for row in found:
        seen = f"{row['seen_at']:%Y-%m-%d %H:%M}"
        table.add_row(row["value"], row["reason"], row["owner"] or "", row["source"], seen)
    Console().print(table)


@app.command()
def add(
    tenant: TenantName,
    whom: Whom,
    reason: Annotated[str, typer.Option(help="Why, as it is told for each company that is rejected.")],
    as_json: Json = False,
) -> None:
    """Leave a company or a person alone from now on. A CRM's next sync does not change it."""
    kind, value = read_whom(whom)
    by = getpass.getuser()
    one = Exclusion(kind=kind, value=value, reason=reason, source=BY_HAND, owner=by)

    async def work(session: Session) -> None:
        await exclusions.save(session, [one])
        detail = {"kind": kind.value, "reason": one.reason}
        await audit.write(session, by=by, act="exclude", subject=value, detail=detail)

    in_tenant(tenant, work)
    if as_json:
        typer.echo(to_json(one.model_dump(mode="json")))
        return
    typer.echo(f"{value} is left alone: {one.reason}")


@app.command()
def remove(tenant: TenantName, whom: Whom) -> None:
    """Take back what was added by hand. What a CRM excludes is changed there."""
    kind, value = read_whom(whom)

    async def work(session: Session) -> bool:
        if not await exclusions.remove(session, kind, value, BY_HAND):
            return False
        by = getpass.getuser()
        await audit.write(session, by=by, act="include", subject=value, detail={"kind": kind.value})
        return True

    if not in_tenant(tenant, work):
        raise ValueError(f"{value} was not excluded by hand")
    typer.echo(f"{value} is no longer excluded by hand")
