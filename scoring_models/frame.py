"""What all commands of `leadmill model` share: their options, the registry, and what goes wrong in one sentence."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from scoring_models.errors import (
    ColumnUnfitError,
    LabelError,
    ModelNameError,
    NoColumnError,
    ScoringError,
)

if TYPE_CHECKING:
    from uuid import UUID

    from scoring_models.folder import ModelFolder
    from scoring_models.registry import Registry
    from tenants.store.session import Database

Json = Annotated[bool, typer.Option("--json", help="Answer for programs: one JSON object a line.")]

_WRONG_USE = (ModelNameError, NoColumnError, ColumnUnfitError, LabelError)


Tenant = Annotated[
    str | None, typer.Option(metavar="TENANT", help="A tenant's own models; absent: everybody's.")
]


@asynccontextmanager
async def installation(
    tenant: str | None = None,
) -> "AsyncIterator[tuple[Database, ModelFolder, UUID | None]]":
    """Database and model folder of the installation, and the id of the tenant with this name.

    The schema of an embedded database is brought up to date first. Raises NoSuchTenant.
    """
    from scoring_models.folder import ModelFolder, models_folder
    from tenants.settings import StoreSettings
    from tenants.store import tenants
    from tenants.store.embedded import borrowed_address
    from tenants.store.migrate import migrate
    from tenants.store.session import open_database

    settings = StoreSettings()
    async with borrowed_address(settings) as address:
        if settings.database_url is None:
            await migrate(address, lanes=settings.lanes)
        async with open_database(settings) as database:
            who = await tenants.named(database, tenant) if tenant is not None else None
            yield database, ModelFolder(models_folder(settings)), who.id if who is not None else None


@asynccontextmanager
async def registry() -> "AsyncIterator[Registry]":
    """The registry of the installation."""
    from scoring_models.registry import Registry

    async with installation() as (database, folder, _):
        yield Registry(database, folder)


@contextmanager
def told() -> Iterator[None]:
    """What goes wrong, in one sentence and an exit status: 1 for a failure, 2 for a wrong argument."""
    from tenants.store.tenants import NoSuchTenant

    try:
        yield
    except (*_WRONG_USE, NoSuchTenant) as error:
        raise typer.BadParameter(str(error)) from None
    except ScoringError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
