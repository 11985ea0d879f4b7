"""The commands that keep models true to whose leads they judge: a tenant's own model, and drift."""

import asyncio
import getpass
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from scoring_models.frame import SEED, Json, told

if TYPE_CHECKING:
    from scoring_models.estimators import TrainedModel


def drift(
    model: Annotated[
        str,
        typer.Argument(
            metavar="MODEL",
            help="Name and version, as `leadmill model list` shows it; or a model's file. Of the mill's own leads.",
        ),
    ],
    data: Annotated[
        Path,
        typer.Option(
            exists=True,
            dir_okay=False,
            help="Leads of late, as CSV with the columns that the README names; whether they were won may be missing.",
        ),
    ],
    as_json: Json = False,
) -> None:
    """Hold leads against those that a model was trained on: what has moved, and whether to train anew.

    For each feature and for the score: the population stability index (PSI), and how often the value is missing. Below
    0.1 it is steady, from 0.1 on to be watched, from 0.2 on it has moved; what chance may do to so few leads counts as
    steady.
    """
    from scoring_models import drift as drifts
    from scoring_models.dataset import read_leads
    from scoring_models.errors import NoReferenceError
    from scoring_models.features import matrix

    with told(), Console(stderr=True).status(f"Looking at {data.name} …"):
        opened, leads = _opened(model), read_leads(data)
        if opened.reference is None:
            raise NoReferenceError(model)
        fit = opened.pipeline.predict_proba(matrix(leads))[:, 1]
        found = drifts.drift(opened.reference, leads, fit)
    if as_json:
        said = {"proposal": found.proposal, "retrain": found.asks_for_training, "caution": found.caution}
        typer.echo(json.dumps({"model": model, **said, **found.model_dump(mode="json")}))
        return
    typer.echo(f"{model} was trained on {found.rows_then:,} leads; {found.rows:,} are held against them.")
    grid = Table("", "PSI", "by chance", "missing", "it was", "verdict")
    for one in found.movements:
        shares = [f"{share:.1%}" for share in (one.missing, one.missing_then)]
        grid.add_row(one.name, f"{one.psi:.3f}", f"{one.by_chance:.3f}", *shares, one.verdict)
    Console().print(grid)
    typer.echo(found.proposal)
    if found.caution is not None:
        typer.echo(found.caution)


def _opened(model: str) -> "TrainedModel":
    """The model that a label or a file means. Raises ModelUnknownError, or ArtifactError."""
    from scoring_models.artifact import SUFFIX, open_model
    from scoring_models.errors import ModelUnknownError
    from scoring_models.folder import ModelFolder, models_folder
    from tenants.settings import StoreSettings

    path = Path(model)
    if path.suffix != SUFFIX:
        return open_model(ModelFolder(models_folder(StoreSettings())).path_of(model))
    if not path.is_file():
        raise ModelUnknownError(model)
    return open_model(path)


def train_for(data: Path | None, tenant: str, name: str, *, promote: bool, as_json: bool) -> None:
    """A model of a tenant's own, drawn from everybody's; or the words that it has not enough outcomes yet."""
    source = data.name if data is not None else f"what came of {tenant}'s leads"
    with told(), Console(stderr=True).status(f"Training on {source} …"):
        answer = asyncio.run(_own_model(data, tenant, name, promote=promote))
    if as_json:
        typer.echo(json.dumps(answer))
        return
    label, prior = answer["model"], answer["drawn_from"]
    if label is None:
        typer.echo(f"{tenant}: {answer['note']}. Its leads are judged by everybody's model, {prior}.")
        return
    typer.echo(
        f"{label}: drawn from {prior} by {answer['rows']:,} leads of {tenant}, held to it with strength "
        f"{answer['strength']:g}{', and it judges from now on' if promote else ''}"
    )
    grid = Table("on its leads held back", "its own model", prior)
    for measure, value in answer["metrics"].items():
        grid.add_row(measure, f"{value:.4f}", f"{answer['prior_metrics'][measure]:.4f}")
    Console().print(grid)


async def _own_model(data: Path | None, tenant: str, name: str, *, promote: bool) -> dict[str, Any]:
    from scoring_models.dataset import read_dataset
    from scoring_models.installation import installation
    from scoring_models.lifecycle import Lifecycle
    from scoring_models.shrinkage import Outcomes, train_for_tenant
    from scoring_models.train import NEEDED, held_back
    from tenants.store import tenants

    async with installation() as here:
        owner = await tenants.named(here.database, tenant)
        dataset = read_dataset(data) if data is not None else await here.outcomes_of(owner.id)
        outcomes = Outcomes.of(dataset)
        prior, everybodys = await here.everybodys()
        answer: dict[str, Any] = {
            "tenant": tenant,
            "model": None,
            "promoted": False,
            "rows": len(dataset.won),
            "outcomes": outcomes.counted,
            "outcomes_needed": 2 * NEEDED,
            "drawn_from": prior,
        }
        model = await asyncio.to_thread(
            train_for_tenant, dataset, everybodys, label=prior, seed=SEED, created_at=datetime.now(UTC)
        )
        if model is None or model.prior is None:
            return answer | {"note": str(outcomes)}
        label = await here.registry.register(model, name=name, tenant_id=owner.id)
        if promote:
            by, life = getpass.getuser(), Lifecycle(here.database, here.folder, owner.id)
            await life.propose(label, by=by, dataset=held_back(dataset, seed=SEED))
            await life.promote(by=by, label=label)
    return answer | {
        "model": label,
        "promoted": promote,
        "strength": model.prior.strength,
        "metrics": model.metrics,
        "prior_metrics": model.prior.metrics,
    }
