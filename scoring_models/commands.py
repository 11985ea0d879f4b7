"""The commands of ML staff: `leadmill model`."""

import asyncio
import getpass
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

import scoring_models.life_commands
import scoring_models.store_commands
import scoring_models.tables.commands
from scoring_models import keeping
from scoring_models.frame import SEED, Json, Tenant, told, whose

if TYPE_CHECKING:
    from scoring_models.estimators import TrainedModel
    from tenants.records import ModelVersion

app = typer.Typer(help="Train models, look at them, and choose the one that judges.", no_args_is_help=True)
app.command()(scoring_models.tables.commands.score)
app.command()(scoring_models.tables.commands.evaluate)
app.command()(scoring_models.tables.commands.compare)
app.command()(keeping.drift)
app.command()(keeping.upkeep)
app.command()(keeping.rules)
for _command in (*scoring_models.life_commands.COMMANDS, *scoring_models.store_commands.COMMANDS):
    app.command()(_command)

_TABLE = "A table of your own"
Columns = list[str] | None


@app.command()
def train(
    data: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            help="Labelled leads: CSV, TSV, or Parquet. Absent: the mill's own leads, by what came of them.",
        ),
    ] = None,
    label: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN",
            rich_help_panel=_TABLE,
            help="Column that tells which leads were won. With it, any columns will do; without, "
            "the file has the columns that the README names.",
        ),
    ] = None,
    won: Annotated[
        str | None,
        typer.Option(
            metavar="VALUE", rich_help_panel=_TABLE, help="The label's value for won, where it is not plain."
        ),
    ] = None,
    time: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN",
            rich_help_panel=_TABLE,
            help="Date on which a lead would be judged: learn from earlier leads, measure on the latest fifth.",
        ),
    ] = None,
    in_order: Annotated[
        bool, typer.Option("--in-order", rich_help_panel=_TABLE, help="The rows stand in the order of time.")
    ] = False,
    group: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN", rich_help_panel=_TABLE, help="Account of a lead: an account stays on one side."
        ),
    ] = None,
    exclude: Annotated[
        Columns,
        typer.Option(
            metavar="COLUMN",
            rich_help_panel=_TABLE,
            help="Leave a column out; `Last*` means several. Repeatable.",
        ),
    ] = None,
    force: Annotated[
        Columns,
        typer.Option(
            metavar="COLUMN", rich_help_panel=_TABLE, help="Keep a column that would be left out. Repeatable."
        ),
    ] = None,
    rises: Annotated[
        Columns,
        typer.Option(
            metavar="COLUMN",
            rich_help_panel=_TABLE,
            help="More of it never makes a lead less likely. Repeatable.",
        ),
    ] = None,
    falls: Annotated[
        Columns,
        typer.Option(
            metavar="COLUMN",
            rich_help_panel=_TABLE,
            help="More of it never makes a lead likelier. Repeatable.",
        ),
    ] = None,
    sep: Annotated[
        str | None,
        typer.Option(
            rich_help_panel=_TABLE,
            help="What separates values, if it isn't found out: comma, semicolon, tab, pipe.",
        ),
    ] = None,
    seed: Annotated[
        int,
        typer.Option(min=0, rich_help_panel=_TABLE, help="Which rows are drawn, where no time divides them."),
    ] = 42,
    to: Annotated[
        Path | None,
        typer.Option(
            file_okay=False,
            rich_help_panel=_TABLE,
            help="Put model and report into this folder, and ask no database.",
        ),
    ] = None,
    tenant: Annotated[
        str | None,
        typer.Option(
            metavar="TENANT",
            help="Whose leads these are: a model of its own is drawn from everybody's, as far as its leads say so.",
        ),
    ] = None,
    name: Annotated[str, typer.Option(help="Name of the model; each training adds a version.")] = "fit",
    promote: Annotated[
        bool, typer.Option("--promote", help="Let the new version judge at once, where the gates are open.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Train a model on labelled leads, measure it, and register it as a new version.

    With --label, the file is any export of a CRM: kinds of columns are found out and shown, columns that know the
    outcome are named and left out, and the simpler of two models wins unless it is beaten. docs/retraining.md takes
    you through it.
    """
    if label is None:
        table_only = (won, time, group, exclude, force, rises, falls, sep, to)
        if in_order or any(one is not None for one in table_only):
            raise typer.BadParameter("say with --label which column tells the leads that were won")
        if tenant is not None:
            keeping.train_for(data, tenant, name, promote=promote, as_json=as_json)
        else:
            _train_on_leads(data, name, promote=promote, as_json=as_json)
        return
    if tenant is not None:
        raise typer.BadParameter("a tenant's own model is of the mill's columns: leave --label out")
    if data is None:
        raise typer.BadParameter("say with --data which table it is that has this label")
    if promote:
        raise typer.BadParameter(
            "a model of a table's own columns can't judge the mill's leads, which lack them"
        )
    from scoring_models.tables.preparation import Wish

    wish = Wish(
        label=label,
        won=won,
        time=time,
        in_order=in_order,
        group=group,
        exclude=tuple(exclude or ()),
        force=tuple(force or ()),
        rises=tuple(rises or ()),
        falls=tuple(falls or ()),
        seed=seed,
    )
    scoring_models.tables.commands.train_on_table(data, wish, sep=sep, name=name, to=to, as_json=as_json)


def _train_on_leads(data: Path | None, name: str, *, promote: bool, as_json: bool) -> None:
    """A model of the mill's own features, which may judge its leads."""
    from scoring_models.dataset import read_dataset
    from scoring_models.installation import installation
    from scoring_models.lifecycle import Lifecycle
    from scoring_models.train import held_back
    from scoring_models.train import train as train_model

    source = data.name if data is not None else "what came of the leads of those who share it"

    async def run() -> "tuple[str, TrainedModel]":
        async with installation() as here:
            dataset = read_dataset(data) if data is not None else await here.shared_outcomes()
            model = await asyncio.to_thread(train_model, dataset, seed=SEED, created_at=datetime.now(UTC))
            label = await here.registry.register(model, name=name)
            if promote:
                by, life = getpass.getuser(), Lifecycle(here.database, here.folder)
                await life.propose(label, by=by, dataset=held_back(dataset, seed=SEED))
                await life.promote(by=by, label=label)
            return label, model

    with told(), Console(stderr=True).status(f"Training on {source} …"):
        label, model = asyncio.run(run())
    answer = {"model": label, "promoted": promote, "rows": model.rows, "metrics": model.metrics}
    if as_json:
        typer.echo(json.dumps(answer))
        return
    typer.echo(f"{label}: trained on {model.rows} leads{', and it judges from now on' if promote else ''}")
    for measure, value in model.metrics.items():
        typer.echo(f"  {measure:<20} {value:.4f}")


@app.command("list")
def list_versions(tenant: Tenant = None, as_json: Json = False) -> None:
    """List the models that may judge everybody's leads, or a tenant's own, the newest first."""

    async def versions() -> "list[ModelVersion]":
        from scoring_models.registry import Registry

        async with whose(tenant) as (database, folder, tenant_id):
            return await Registry(database, folder).versions(tenant_id)

    with told():
        known = sorted(asyncio.run(versions()), key=lambda version: version.created_at, reverse=True)
    if as_json:
        for version in known:
            typer.echo(json.dumps(_described(version)))
        return
    table = Table("model", "aliases", "trained", "rows", "ROC-AUC", "lift at 10 %")
    for version in known:
        metrics = version.metrics
        lift = metrics.get("lift_10", metrics.get("lift_at_10_percent"))  # of a table, of the mill's leads
        measures = [
            f"{measure:.3f}" if measure is not None else "" for measure in (metrics.get("roc_auc"), lift)
        ]  # rules have none
        trained = f"{version.created_at:%Y-%m-%d %H:%M}"
        table.add_row(
            version.label, ", ".join(version.aliases), trained, str(version.facts["rows"]), *measures
        )
    Console().print(table)


def _described(version: "ModelVersion") -> dict[str, Any]:
    return {
        "model": version.label,
        "aliases": list(version.aliases),
        "created_at": version.created_at.isoformat(),
        "sha256": version.sha256,
        "metrics": version.metrics,
        "facts": version.facts,
    }
