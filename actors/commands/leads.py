"""What people do with leads on the command line: pipeline, lead domain."""

import asyncio
import getpass
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table

from actors.commands.frame import Json, TenantName, in_tenant, tenant_session
from tenants.companies import registrable_domain
from tenants.store import funnel, leads
from tenants.store.columns import to_json

lead_app = typer.Typer(help="Leads: what people know of them.", no_args_is_help=True)


def pipeline(
    tenant: TenantName,
    limit: Annotated[
        int | None, typer.Option(min=1, help="How many at most; absent: 20, with --json all.")
    ] = None,
    tier: Annotated[str | None, typer.Option(help="Only this tier: A, B, C or D.")] = None,
    as_json: Json = False,
) -> None:
    """List a tenant's scored leads, best first, with the reasons for each score."""

    async def run() -> tuple[list[dict[str, Any]], dict[str, int], list[tuple[str, str, int]]]:
        async with tenant_session(tenant) as session:
            wanted = limit if limit is not None or as_json else 20
            ranked = await leads.ranked(session, limit=wanted, tier=tier)
            return ranked, await funnel.counts(session), await funnel.reasons(session)

    ranked, counts, reasons = asyncio.run(run())
    if as_json:
        for prospect in ranked:
            typer.echo(to_json(prospect))
        return
    table = Table(
        "", "company", "contact", "fit", "intent", "score", "tier", "why", title=f"{tenant}: best first"
    )
    for place, prospect in enumerate(ranked, start=1):
        contact = prospect["contact"] or {}
        table.add_row(
            str(place),
            prospect["account"]["name"],
            f"{contact.get('name', '')}, {contact.get('title') or '?'}\n{contact.get('email') or ''}",
            f"{prospect['fit']:.2f}",
            f"{prospect['intent']:.2f}",
            str(prospect["score"]),
            prospect["tier"],
            "\n".join(reason["text"] for reason in prospect["reasons"][:3]),
        )
    Console().print(table)
    Console().print(", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in counts.items()))
    for hold, reason, count in reasons:
        Console().print(f"  {count:,} {hold}: {reason}")


@lead_app.command()
def domain(
    tenant: TenantName,
    lead: Annotated[
        UUID, typer.Argument(help="The lead's id, as `leadmill pipeline --json` or `runs` has it.")
    ],
    name: Annotated[str, typer.Argument(metavar="DOMAIN", help="Such as acme.com, or an address with it.")],
) -> None:
    """Say which domain a lead's company has. Work that was left off for want of it goes on."""
    found = registrable_domain(name)
    if found is None:
        raise typer.BadParameter(f"{name!r} is no domain that a company can have")
    count = in_tenant(tenant, lambda session: leads.set_domain(session, lead, found, by=getpass.getuser()))
    typer.echo(f"The domain is {found}; {count:,} runs that had missed it go on.")
