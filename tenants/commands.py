"""The ground floor's commands: `leadmill migrate` and `leadmill tenant`."""

import asyncio
import getpass
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
import yaml
from rich.console import Console
from rich.table import Table

from tenants.secrets import Vault
from tenants.settings import StoreSettings
from tenants.store import lanes, tenants
from tenants.store.columns import to_json
from tenants.store.embedded import borrowed_address
from tenants.store.migrate import migrate as migrate_schema
from tenants.store.session import open_database

app = typer.Typer(
    help="Tenants: whom the work belongs to, what they look for, what they allow.", no_args_is_help=True
)

Json = Annotated[bool, typer.Option("--json", help="Answer for programs, on standard output.")]
Name = Annotated[str, typer.Argument(help="The tenant's name.")]
File = Annotated[
    Path | None, typer.Argument(help="YAML file with the configuration; `-` reads standard input.")
]


def migrate() -> None:
    """Bring the database's schema up to date, with its roles and row-level security."""

    async def run() -> str:
        settings = StoreSettings()
        async with borrowed_address(settings) as address:
            return await migrate_schema(settings.database_owner_url or address, lanes=settings.lanes)

    revision = asyncio.run(run())
    typer.echo(f"The schema is at revision {revision}.")


@app.command()
def add(
    name: Name,
    file: File = None,
    label: Annotated[str, typer.Option(help="The name that people see; absent: the name itself.")] = "",
    as_json: Json = False,
) -> None:
    """Add a tenant, with its configuration if there is one already."""

    async def run() -> Any:
        settings = StoreSettings()
        async with open_database(settings) as database:
            return await tenants.add(
                database,
                Vault.from_settings(settings),
                name,
                _document(file),
                label=label,
                by=getpass.getuser(),
            )

    tenant = asyncio.run(run())
    if as_json:
        typer.echo(orjson.dumps({"name": tenant.name, "id": tenant.id, "lane": tenant.home_lane}).decode())
    else:
        typer.echo(f"{tenant.name} is at home on lane {tenant.home_lane}.")


@app.command()
def apply(
    name: Name, file: Annotated[Path, typer.Argument(help="YAML file; `-` reads standard input.")]
) -> None:
    """Give a tenant another configuration, as a new version. Keys that the file leaves out stay."""

    async def run() -> Any:
        settings = StoreSettings()
        async with open_database(settings) as database:
            return await tenants.configure(
                database, Vault.from_settings(settings), name, _document(file), by=getpass.getuser()
            )

    tenant = asyncio.run(run())
    typer.echo(f"{tenant.name}: configuration version {tenant.config_version}.")


@app.command("list")
def list_tenants(as_json: Json = False) -> None:
    """List all tenants with their home lanes."""

    async def run() -> Any:
        async with open_database() as database, database.system() as session:
            return await tenants.everyone(session), await lanes.lane_count(session)

    everyone, total = asyncio.run(run())
    if as_json:
        for tenant in everyone:
            typer.echo(
                to_json(
                    {"name": tenant.name, "label": tenant.label, "lane": tenant.home_lane, "id": tenant.id}
                )
            )
        return
    table = Table(
        "tenant", "label", "home lane", "configuration", title=f"{len(everyone)} tenants on {total} lanes"
    )
    for tenant in everyone:
        table.add_row(tenant.name, tenant.label, str(tenant.home_lane), f"version {tenant.config_version}")
    Console().print(table)


@app.command()
def show(name: Name, as_json: Json = False) -> None:
    """Show a tenant's configuration. Keys are never shown."""

    async def run() -> Any:
        async with open_database() as database:
            return await tenants.named(database, name)

    tenant = asyncio.run(run())
    if as_json:
        typer.echo(to_json({"name": tenant.name, "lane": tenant.home_lane, "config": tenant.config}))
    else:
        typer.echo(yaml.safe_dump(dict(tenant.config), sort_keys=False, allow_unicode=True).rstrip())


@app.command()
def remove(
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask; every lead of the tenant is gone.")] = False,
) -> None:
    """Remove a tenant and everything it owns."""
    if not yes:
        typer.confirm(f"Remove {name} with all its accounts, contacts, leads and runs?", abort=True)

    async def run() -> None:
        async with open_database() as database:
            await tenants.remove(database, name)

    asyncio.run(run())
    typer.echo(f"{name} is removed.")


def _document(file: Path | None) -> dict[str, Any]:
    if file is None:
        return {}
    text = typer.get_text_stream("stdin").read() if str(file) == "-" else file.read_text(encoding="utf-8")
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ValueError(f"{file}: not YAML: {' '.join(str(error).split())}") from None
    if document is None:
        return {}
    if not isinstance(document, dict):
        raise typer.BadParameter(f"{file}: a mapping is expected, with icp, personas, connections …")
    return document
