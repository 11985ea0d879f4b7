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
    from scoring_models.registry import Registry

Json = Annotated[bool, typer.Option("--json", help="Answer for programs: one JSON object a line.")]

_WRONG_USE = (ModelNameError, NoColumnError, ColumnUnfitError, LabelError)


@asynccontextmanager
async def registry() -> "AsyncIterator[Registry]":
    """The registry of the installation; the schema of an embedded database is brought up to date first."""
    from scoring_models.folder import ModelFolder, models_folder
    from scoring_models.registry import Registry
    from tenants.settings import StoreSettings
    from tenants.store.embedded import borrowed_address
    from tenants.store.migrate import migrate
    from tenants.store.session import open_database

    settings = StoreSettings()
    async with borrowed_address(settings) as address:
        if settings.database_url is None:
            await migrate(address, lanes=settings.lanes)
        async with open_database(settings) as database:
            yield Registry(database, ModelFolder(models_folder(settings)))


@contextmanager
def told() -> Iterator[None]:
    """What goes wrong, in one sentence and an exit status: 1 for a failure, 2 for a wrong argument."""
    try:
        yield
    except _WRONG_USE as error:
        raise typer.BadParameter(str(error)) from None
    except ScoringError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
