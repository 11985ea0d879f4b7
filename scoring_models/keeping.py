"""The commands that keep models true to whose leads they judge: a tenant's own model, and drift."""

import asyncio
import getpass
import json
from contextlib import nullcontext
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from scoring_models.frame import SEED, Json, Tenant, told, whose

if TYPE_CHECKING:
    from scoring_models.estimators import TrainedModel
    from scoring_models.inflation import Inflation
    from tenants.records import Judged
    from tenants.store.upkeep import Look


def drift(
    model: Annotated[
        str,
        typer.Argument(
            metavar="MODEL",
            help="Name and version, as `leadmill model list` shows it; or a model's file. Of the mill's own leads.",
        ),
    ],
    data: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            help="Leads of late, as CSV with the columns that the README names; whether they were won may be missing.",
        ),
    ] = None,
    tenant: Annotated[
        str | None,
        typer.Option(
            metavar="TENANT", help="Instead of a file: the tenant's leads as they were judged of late."
        ),
    ] = None,
    days: Annotated[int, typer.Option(min=1, help="How many days back, with --tenant.")] = 28,
    as_json: Json = False,
) -> None:
    """Hold leads against those that a model was trained on: what has moved, and whether to train anew.

    For each feature and for the score: the population stability index (PSI), and how often the value is missing. Below
    0.1 it is steady, from 0.1 on to be watched, from 0.2 on it has moved; what chance may do to so few leads counts as
    steady. With --tenant it also tells whether more leads come into the best tier than before: scores that inflate say
    nothing any more.
    """
    from scoring_models.columns import pack
    from scoring_models.dataset import read_leads
    from scoring_models.errors import TooFewLeadsError
    from scoring_models.standing import request_of
    from scoring_models.upkeep import moved_from

    if (data is None) == (tenant is None):
        raise typer.BadParameter("name a file with --data, or a tenant with --tenant")
    risen: Inflation | None = None
    source = data.name if data is not None else f"the leads of {tenant}"
    with told(), Console(stderr=True).status(f"Looking at {source} …"):
        opened = _opened(model)
        if data is not None:
            leads = read_leads(data)
        else:
            assert tenant is not None
            judged, risen = asyncio.run(_of_late(tenant, days))
            if not judged:
                raise TooFewLeadsError(0, 1)
            leads = pack([request_of(one, one.judged_at) for one in judged])
        found = moved_from(opened, leads, model)
    if as_json:
        said: dict[str, Any] = {
            "proposal": found.proposal,
            "retrain": found.asks_for_training,
            "caution": found.caution,
            "inflation": None if risen is None else {**asdict(risen), "is_inflated": risen.is_inflated},
        }
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
    if risen is not None:
        typer.echo(str(risen))


def rules(
    tenant: Tenant = None,
    promote: Annotated[
        bool, typer.Option("--promote", help="Let it judge from now on, where no model judges yet.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Make a model of rules, for before anybody knows what came of leads.

    It prefers people who decide, addresses that take mail, and companies that grow; with --tenant also the seniorities
    and departments that the tenant's personas ask for. Its percentages are an order of whom to call first, and no
    likelihood. A tenant's own model is drawn from it as soon as there are outcomes enough.
    """
    with told():
        label = asyncio.run(_rules(tenant, promote=promote))
    if as_json:
        typer.echo(json.dumps({"model": label, "promoted": promote}))
        return
    judges = "It judges from now on" if promote else f"`leadmill model promote {label}` lets it judge"
    typer.echo(f"{label}: rules, and no likelihoods: it orders whom to call first. {judges}.")


async def _rules(tenant: str | None, *, promote: bool) -> str:
    from scoring_models.lifecycle import Lifecycle
    from scoring_models.registry import Registry
    from scoring_models.rules import Rules, as_model
    from tenants.identity import TenantId
    from tenants.store import tenants

    async with whose(tenant) as (database, folder, tenant_id):
        made = Rules()
        if tenant_id is not None:
            async with database.tenant(TenantId(tenant_id)) as session:
                made = Rules.of((await tenants.configuration(session)).personas)
        model = await asyncio.to_thread(as_model, made, created_at=datetime.now(UTC))
        label = await Registry(database, folder).register(model, name="rules", tenant_id=tenant_id)
        if promote:
            by, life = getpass.getuser(), Lifecycle(database, folder, tenant_id)
            await life.propose(label, by=by, dataset=None)
            await life.promote(by=by, label=label)
        return label


def upkeep(
    tenant: Tenant = None,
    now: Annotated[
        bool, typer.Option("--now", help="Look now, and do not wait until it is due: it may propose a model.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Tell what the mill found when it last looked at a model: whether leads have moved, and what it could learn.

    The mill looks by itself, as often as `upkeep` in the tenant's configuration says: every week whether leads are
    spread as those that the model learned from, and every day whether enough has come of leads to train a new one,
    which it then proposes. None judges before somebody has promoted it.
    """
    with told(), Console(stderr=True).status("Looking …") if now else nullcontext():
        looks = asyncio.run(_looks(tenant, now=now))
    if as_json:
        for look in looks:
            answer = asdict(look) | {
                "looked_at": look.looked_at.isoformat(), "next_at": look.next_at.isoformat()
            }  # fmt: skip
            typer.echo(json.dumps(answer))
        return
    if not looks:
        typer.echo("Nobody has looked yet: the mill does so a day after a tenant came, or now with --now.")
    for look in looks:
        model = f" of {look.model}" if look.model is not None else ""
        typer.echo(f"{look.looked_at:%Y-%m-%d %H:%M}  {look.kind}{model}, {look.verdict}: {look.said}")


async def _looks(tenant: str | None, *, now: bool) -> "list[Look]":
    from scoring_models.installation import Installation
    from scoring_models.registry import Registry
    from tenants.store import upkeep

    async with whose(tenant) as (database, folder, tenant_id):
        if now:
            from scoring_models.upkeep import look_at

            here = Installation(database, folder, Registry(database, folder))
            if tenant_id is not None:
                await look_at(here, tenant_id, "drift")
            await look_at(here, tenant_id, "training")
        async with database.system() as session:
            return await upkeep.last(session, tenant_id)


async def _of_late(tenant: str, days: int) -> "tuple[list[Judged], Inflation | None]":
    """What was said of the tenant's leads in so many days, and what has become of the best tier."""
    from scoring_models.inflation import NEW_DAYS, OLD_DAYS, inflation
    from tenants.identity import TenantId
    from tenants.store import judgements

    now = datetime.now(UTC)
    split = now - timedelta(days=NEW_DAYS)
    async with whose(tenant) as (database, _, tenant_id):
        assert tenant_id is not None
        async with database.tenant(TenantId(tenant_id)) as session:
            judged = await judgements.between(session, since=now - timedelta(days=days), until=now)
            of_late = await judgements.came_in(session, since=split, until=now)
            before = await judgements.came_in(session, since=split - timedelta(days=OLD_DAYS), until=split)
    return judged, inflation(of_late, before)


def _opened(model: str) -> "TrainedModel":
    """The model that a label or a file means. Raises ModelUnknownError, or ArtifactError."""
    from scoring_models.artifact import SUFFIX, open_model
    from scoring_models.errors import ModelUnknownError
    from scoring_models.folder import ModelFolder
    from tenants.settings import StoreSettings

    path = Path(model)
    if path.suffix != SUFFIX:
        return open_model(ModelFolder.of(StoreSettings()).path_of(model))
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
