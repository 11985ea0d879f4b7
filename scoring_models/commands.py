"""The commands of ML staff: `leadmill model`."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from scoring_models.errors import ModelNameError, ScoringError

if TYPE_CHECKING:
    from scoring_models.registry import Registry
    from tenants.records import ModelVersion

app = typer.Typer(help="Train models, look at them, and choose the one that judges.", no_args_is_help=True)

_SEED = 20_260_101
"""Which leads are held back. Fixed, so that two trainings on the same data are comparable."""

Json = Annotated[bool, typer.Option("--json", help="Answer for programs: one JSON object a line.")]


@app.command()
def train(
    data: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="CSV file of labelled leads.")],
    name: Annotated[str, typer.Option(help="Name of the model; each training adds a version.")] = "fit",
    promote: Annotated[bool, typer.Option("--promote", help="Let the new version judge at once.")] = False,
    as_json: Json = False,
) -> None:
    """Train a model on labelled leads, measure it, and register it as a new version."""
    from scoring_models.dataset import read_dataset
    from scoring_models.train import train as train_model

    with _told(), Console(stderr=True).status(f"Training on {data.name} …"):
        model = train_model(read_dataset(data), seed=_SEED, created_at=datetime.now(UTC))

        async def register() -> str:
            async with _registry() as registry:
                label = await registry.register(model, name=name)
                if promote:
                    await registry.promote(label)
                return label

        label = asyncio.run(register())
    answer = {"model": label, "promoted": promote, "rows": model.rows, "metrics": model.metrics}
    if as_json:
        typer.echo(json.dumps(answer))
        return
    typer.echo(f"{label}: trained on {model.rows} leads{', and it judges from now on' if promote else ''}")
    for measure, value in model.metrics.items():
        typer.echo(f"  {measure:<20} {value:.4f}")


@app.command("list")
def list_versions(as_json: Json = False) -> None:
    """List the models that may judge everybody's leads, the newest first."""

    async def versions() -> "list[ModelVersion]":
        async with _registry() as registry:
            return await registry.versions()

    with _told():
        known = sorted(asyncio.run(versions()), key=lambda version: version.created_at, reverse=True)
    if as_json:
        for version in known:
            typer.echo(json.dumps(_described(version)))
        return
    table = Table("model", "aliases", "trained", "rows", "ROC-AUC", "lift at 10 %")
    for version in known:
        measures = [f"{version.metrics[measure]:.3f}" for measure in ("roc_auc", "lift_at_10_percent")]
        trained = f"{version.created_at:%Y-%m-%d %H:%M}"
        table.add_row(
            version.label, ", ".join(version.aliases), trained, str(version.facts["rows"]), *measures
        )
    Console().print(table)


@app.command()
def promote(
    model: Annotated[str, typer.Argument(metavar="NAME-VERSION", help="A model from the list.")],
) -> None:
    """Let this version judge everybody's leads from now on."""

    async def point() -> None:
        async with _registry() as registry:
            await registry.promote(model)

    with _told():
        asyncio.run(point())
    typer.echo(f"{model} judges from now on")


def _described(version: "ModelVersion") -> dict[str, Any]:
    return {
        "model": version.label,
        "aliases": list(version.aliases),
        "created_at": version.created_at.isoformat(),
        "sha256": version.sha256,
        "metrics": version.metrics,
        "facts": version.facts,
    }


@asynccontextmanager
async def _registry() -> "AsyncIterator[Registry]":
    from scoring_models.folder import ModelFolder, models_folder
    from scoring_models.registry import Registry
    from tenants.settings import StoreSettings
    from tenants.store.session import open_database

    settings = StoreSettings()
    async with open_database(settings) as database:
        yield Registry(database, ModelFolder(models_folder(settings)))


@contextmanager
def _told() -> Iterator[None]:
    """What goes wrong, in one sentence and an exit status: 1 for a failure, 2 for a wrong argument."""
    try:
        yield
    except ModelNameError as error:
        raise typer.BadParameter(str(error)) from None
    except ScoringError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
