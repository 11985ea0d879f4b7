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
from tenants.store import funnel, leads, pins
from tenants.store.columns import to_json

lead_app = typer.Typer(help="Leads: what people know of them.", no_args_is_help=True)

LeadId = Annotated[
    UUID,
    typer.Argument(metavar="LEAD", help="The lead's id, as `leadmill pipeline --json` or `runs` has it."),
]


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
            "\n".join(_why(prospect)),
        )
    Console().print(table)
    Console().print(", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in counts.items()))
    for hold, reason, count in reasons:
        Console().print(f"  {count:,} {hold}: {reason}")


@lead_app.command()
def domain(
    tenant: TenantName,
    lead: LeadId,
    name: Annotated[str, typer.Argument(metavar="DOMAIN", help="Such as acme.com, or an address with it.")],
) -> None:
    """Say which domain a lead's company has. Work that was left off for want of it goes on."""
    found = registrable_domain(name)
    if found is None:
        raise typer.BadParameter(f"{name!r} is no domain that a company can have")
    count = in_tenant(tenant, lambda session: leads.set_domain(session, lead, found, by=getpass.getuser()))
    typer.echo(f"The domain is {found}; {count:,} runs that had missed it go on.")


@lead_app.command()
def pin(
    tenant: TenantName,
    lead: LeadId,
    score: Annotated[
        str,
        typer.Argument(metavar="POINTS|TIER", help="0 to 100 points, or a tier: it goes to the top of that."),
    ],
    reason: Annotated[str, typer.Option(help="Why you know better: it is kept with your name.")],
) -> None:
    """Give a lead a score by hand, which no model moves until it is unpinned.

    Models go on judging the lead, and what they say is kept beside it. Who was told of its score already is not told
    again: a contact stays in the sequence that it was put into.
    """
    try:
        points = pins.POINTS.get(score.upper()) or int(score)
        tier = pins.tier_of(points)
    except ValueError:
        raise typer.BadParameter(f"{score!r} is neither A, B, C or D nor 0 to 100 points") from None
    in_tenant(tenant, lambda session: pins.pin(session, lead, points, by=getpass.getuser(), reason=reason))
    typer.echo(f"It has {points} points, tier {tier}, until `leadmill lead unpin {tenant} {lead}`.")


@lead_app.command()
def unpin(tenant: TenantName, lead: LeadId) -> None:
    """Let a lead have the score again that the model gives it."""
    if in_tenant(tenant, lambda session: pins.unpin(session, lead, by=getpass.getuser())):
        typer.echo("It has the model's score again.")
    else:
        typer.echo("It was not pinned.")


def _why(prospect: dict[str, Any]) -> list[str]:
    pinned = [f"pinned by {prospect['pinned_by']}"] if prospect["pinned_by"] else []
    return [*pinned, *(reason["text"] for reason in prospect["reasons"][:3])]
