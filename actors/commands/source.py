"""Bringing leads in on the command line: `leadmill source`."""

import asyncio
import getpass
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table

from actors.agents.lead_source import PAGE_SIZE
from actors.commands.frame import Json, TenantName
from actors.core.errors import AgentError
from actors.core.provider import Link
from actors.core.questions import CompanyPage, FindCompanies
from actors.engine.http import open_web
from actors.engine.previewing import NoSearch, Preview
from actors.engine.profiles import Profile
from actors.engine.sourcing import in_chunks, request_list, request_rows, request_search
from actors.engine.wiring import Works, open_works
from actors.engine.working_off import work_off
from actors.providers import all_providers
from actors.simulator.launch import launch
from tenants.modes import Mode
from tenants.records import Tenant
from tenants.store import tenants
from tenants.store.columns import to_json

errors_out = Console(stderr=True)
# a key for those who want one, and a contact for those who want that
_SIMULATED_KEY = "sim-source ops@leadmill.example"
Request = tuple[UUID, int]


def source(
    tenant: TenantName,
    file: Annotated[Path | None, typer.Argument(help="CSV or JSON Lines, one company on each line.")] = None,
    provider: Annotated[
        str | None, typer.Option(help="Search this provider by ideal customer instead, such as apollo or yc.")
    ] = None,
    leads_wanted: Annotated[
        int, typer.Option("--leads", min=1, help="With --provider: companies to ask for.")
    ] = 100,
    preview: Annotated[
        bool, typer.Option("--preview", help="With --provider: only say what would come, and what it costs.")
    ] = False,
    simulate: Annotated[
        bool, typer.Option("--simulate", help="With --provider: search an invented world; nothing is bought.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Buy without asking first.")] = False,
    as_json: Json = False,
) -> None:
    """Bring leads in, from a file or from a provider's search by ideal customer.

    Every row ends as a lead, as a duplicate, or rejected for a reason. A file with a fault brings in nothing. Of a
    search you see first how many companies match, some of them, and what it will cost; at a terminal you are asked.
    """
    if (file is None) == (provider is None):
        raise typer.BadParameter("name either a file or --provider")
    if provider is None and (preview or simulate):
        raise typer.BadParameter("--preview and --simulate belong to --provider")
    asks = sys.stdin.isatty() and not (yes or as_json)
    told = asyncio.run(_source(tenant, file, provider, leads_wanted, preview, simulate, asks))
    if as_json:
        typer.echo(to_json(told))
    elif not preview:
        typer.echo(f"{told['read']:,} read: {told['sourced']:,} sourced, {told['duplicates']:,} duplicates")
        for reason, count in sorted(told["rejected"].items(), key=lambda item: -item[1]):
            typer.echo(f"  {count:,} rejected: {reason}")


async def _source(
    name: str,
    file: Path | None,
    provider: str | None,
    leads: int,
    preview: bool,
    simulate: bool,
    asks: bool,
) -> dict[str, Any]:
    async with open_works() as works:
        tenant = await tenants.named(works.database, name)
        profile = (await works.profiles.of([tenant.id]))[tenant.id]
        if (mode := profile.mode("lead_source")) is not Mode.ON:
            raise ValueError(
                f"lead_source is {mode}: `leadmill status` and `leadmill agent list {name}` say why"
            )
        by = getpass.getuser()
        if file is not None:
            request = await request_list(works.database, profile, file, by=by)
        elif simulate:
            assert provider is not None
            rows = await _simulated(provider, profile, leads)
            if preview:
                return _shown(provider, {"total": len(rows), "sample": rows[:5], "cost_usd": 0})
            request = await _requested(works, profile, f"{provider} (simulated)", rows, by)
        else:
            assert provider is not None
            found = await works.preview(profile, provider, leads=leads)
            told = _shown(provider, _told(found))
            if preview:
                return told
            if asks and told["cost_usd"] > 0:
                typer.confirm("Buy them?", abort=True)
            request = await request_search(works.database, profile, name=provider, leads=leads, by=by)
        return await _followed(works, tenant, *request)


async def _simulated(name: str, profile: Profile, leads: int) -> list[Mapping[str, Any]]:
    """The companies that a provider's double in an invented world finds for the tenant's ideal customer."""
    provider = all_providers().get(name)
    if provider is None or FindCompanies not in provider.answers:
        known = sorted(one for one, each in all_providers().items() if FindCompanies in each.answers)
        raise NoSearch(f"no provider {name!r} can be searched; there is {', '.join(known)}")
    rows: list[Mapping[str, Any]] = []
    with errors_out.status("Inventing a world …"), launch() as simulator:
        async with open_web(connections=0) as http:
            link = Link(http, simulator.base_url(name), _SIMULATED_KEY)
            for page in range(1, -(-leads // PAGE_SIZE) + 1):
                question = FindCompanies(icp=profile.config.icp, page=page, per_page=PAGE_SIZE)
                try:
                    reply = await provider.answers[FindCompanies](link, question)
                except AgentError as error:
                    raise NoSearch(f"{provider.title}, simulated: {error}") from error
                companies = reply.content.companies if isinstance(reply.content, CompanyPage) else ()
                rows += [one.model_dump(mode="json", exclude_none=True) for one in companies]
                if len(companies) < PAGE_SIZE:
                    break
    return rows[:leads]


async def _requested(
    works: Works, profile: Profile, name: str, rows: Sequence[Mapping[str, Any]], by: str
) -> Request:
    return await request_rows(
        works.database, profile, name=name, chunks=in_chunks(rows), rows=len(rows), by=by
    )


async def _followed(works: Works, tenant: Tenant, request_id: UUID, parts: int) -> dict[str, Any]:
    with errors_out.status("Reading …") as status:

        def tell(tally: dict[str, Any]) -> None:
            status.update(f"{tally['read']:,} read, {tally['sourced']:,} sourced …")

        return await work_off(works, tenant.id, request_id, parts, tell)


def _told(found: Preview) -> dict[str, Any]:
    return {
        "total": found.total,
        "sample": [one.model_dump(mode="json", exclude_none=True) for one in found.sample],
        "search_usd": found.search_usd,
        "leads_usd": found.leads_usd,
        "cost_usd": found.search_usd + found.leads_usd,
    }


def _shown(provider: str, told: dict[str, Any]) -> dict[str, Any]:
    """The preview, told on standard error as well, since standard output is for programs."""
    total = told["total"]
    errors_out.print(
        f"{provider} does not tell for nothing how many companies match."
        if total is None
        else f"{total:,} companies match at {provider}."
    )
    if told["sample"]:
        table = Table("company", "website", "industry", "country", "employees")
        for one in told["sample"]:
            cells = ("name", "domain", "industry", "country", "employees")
            table.add_row(*(str(one.get(cell, "")) for cell in cells))
        errors_out.print(table)
    if "search_usd" in told:
        errors_out.print(
            f"Finding them costs ${told['search_usd']:,.2f}; enriching them and finding people there about "
            f"${told['leads_usd']:,.2f}."
        )
    return told
