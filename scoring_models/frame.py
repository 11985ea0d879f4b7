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

SEED = 20_260_101
"""Which leads are held back. Fixed, so that two trainings on the same data are comparable."""

_WRONG_USE = (ModelNameError, NoColumnError, ColumnUnfitError, LabelError)


Tenant = Annotated[
    str | None, typer.Option(metavar="TENANT", help="A tenant's own models; absent: everybody's.")
]


@asynccontextmanager
async def whose(tenant: str | None) -> "AsyncIterator[tuple[Database, ModelFolder, UUID | None]]":
    """Database and model folder of the installation, and the id of the tenant with this name. Raises NoSuchTenant."""
    from scoring_models.installation import installation
    from tenants.store import tenants

    async with installation() as here:
        owner = await tenants.named(here.database, tenant) if tenant is not None else None
        yield here.database, here.folder, owner.id if owner is not None else None


@asynccontextmanager
async def registry() -> "AsyncIterator[Registry]":
    """The registry of the installation."""
    from scoring_models.installation import installation

    async with installation() as here:
        yield here.registry


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
