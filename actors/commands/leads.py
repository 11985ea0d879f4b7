"""What people do with leads on the command line: source, pipeline, lead domain."""

import asyncio
import getpass
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table

from actors.commands.frame import Json, TenantName, in_tenant, tenant_session
from actors.core.questions import FindCompanies
from actors.engine.sourcing import request_list, request_search
from actors.engine.wiring import Works, open_works
from actors.engine.working_off import work_off
from actors.providers import all_providers
from tenants.companies import registrable_domain
from tenants.modes import Mode
from tenants.records import Tenant
from tenants.store import funnel, leads, tenants
from tenants.store.columns import to_json

lead_app = typer.Typer(help="Leads: what people know of them.", no_args_is_help=True)
errors_out = Console(stderr=True)


def source(
    tenant: TenantName,
    file: Annotated[Path | None, typer.Argument(help="CSV or JSON Lines, one company on each line.")] = None,
    provider: Annotated[
        str | None, typer.Option(help="Search this provider by ideal customer instead.")
    ] = None,
    leads_wanted: Annotated[
        int, typer.Option("--leads", min=1, help="With --provider: companies to ask for.")
    ] = 100,
    as_json: Json = False,
) -> None:
    """Bring leads in, from a file or from a provider's search by ideal customer.

    Every row ends as a lead, as a duplicate, or rejected for a reason. A file with a fault brings in nothing.
    """
    if (file is None) == (provider is None):
        raise typer.BadParameter("name either a file or --provider")
    tally = asyncio.run(_source(tenant, file, provider, leads_wanted))
    if as_json:
        typer.echo(to_json(tally))
        return
    typer.echo(f"{tally['read']:,} read: {tally['sourced']:,} sourced, {tally['duplicates']:,} duplicates")
    for reason, count in sorted(tally["rejected"].items(), key=lambda item: -item[1]):
        typer.echo(f"  {count:,} rejected: {reason}")


async def _source(name: str, file: Path | None, provider: str | None, leads_wanted: int) -> dict[str, Any]:
    async with open_works() as works:
        tenant = await tenants.named(works.database, name)
        profile = (await works.profiles.of([tenant.id]))[tenant.id]
        if (mode := profile.mode("lead_source")) is not Mode.ON:
            raise ValueError(
                f"lead_source is {mode}: `leadmill status` and `leadmill agent list {name}` say why"
            )
        by = getpass.getuser()
        if file is not None:
            request_id, parts = await request_list(works.database, profile, file, by=by)
        else:
            assert provider is not None
            known = sorted(name for name, one in all_providers().items() if FindCompanies in one.answers)
            if provider not in known:
                raise ValueError(f"no provider {provider!r} can be searched; there is {', '.join(known)}")
            if provider not in profile.connections:
                raise ValueError(
                    f"{name} is not connected to {provider}: add it under `connections`, then apply"
                )
            request_id, parts = await request_search(
                works.database, profile, name=provider, leads=leads_wanted, by=by
            )
        return await _followed(works, tenant, request_id, parts)


async def _followed(works: Works, tenant: Tenant, request_id: UUID, parts: int) -> dict[str, Any]:
    with errors_out.status("Reading …") as status:

        def tell(tally: dict[str, Any]) -> None:
            status.update(f"{tally['read']:,} read, {tally['sourced']:,} sourced …")

        return await work_off(works, tenant.id, request_id, parts, tell)


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
