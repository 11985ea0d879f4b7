"""Retraining on Ray: `leadmill model retrain` trains many tenants' models, a task of Ray for each."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from actors.shell.settings import ShellSettings
from scoring_models.frame import SEED, Json, told
from tenants.settings import StoreSettings
from tenants.store import tenants

if TYPE_CHECKING:
    from scoring_models.estimators import TrainedModel
    from scoring_models.retraining import Training

_LINE_EVERY_S = 3.0
_TASKS_FOR_A_PROCESSOR = 2  # one at work, one that can begin at once
errors_out = Console(stderr=True)


def retrain(
    folder: Annotated[
        Path,
        typer.Option(
            exists=True,
            file_okay=False,
            help="Folder with a file for each tenant, called after it (acme.csv): its labelled leads, as for train.",
        ),
    ],
    tenant: Annotated[
        list[str] | None, typer.Option(metavar="TENANT", help="This tenant only. Repeatable; absent: all.")
    ] = None,
    new_outcomes: Annotated[
        int,
        typer.Option(
            min=0,
            help="Leave tenants as they are that have fewer outcomes more than their newest model was trained on.",
        ),
    ] = 0,
    as_json: Json = False,
) -> None:
    """Train models of their own for many tenants, side by side on Ray, and register each as it comes.

    Each is drawn from everybody's model, as by `leadmill model train --tenant`. Who was trained already with the same
    data is passed over, so a run that was killed goes on where it was; who fails keeps nobody else from being trained.
    Without LEADMILL_RAY_ADDRESS all processors of this machine are used. None of the models judges until it is
    promoted. The exit status is 1 if some tenant failed.
    """
    files = _files(folder, tenant)
    started = time.monotonic()
    with told():
        counts, failed = asyncio.run(_retrain(files, new_outcomes, as_json=as_json))
    for name, why in failed:
        typer.echo(f"{name}: {why}", err=True)
    if not as_json:
        typer.echo(f"{len(files):,} tenants in {time.monotonic() - started:.0f} s: {_counted(counts)}")
    if failed:
        raise typer.Exit(1)


def _files(folder: Path, wanted: Sequence[str] | None) -> list[Path]:
    files = [folder / f"{name}.csv" for name in wanted] if wanted else sorted(folder.glob("*.csv"))
    if not files:
        raise typer.BadParameter(f"there is no TENANT.csv in {folder}")
    for file in files:
        if not file.is_file():
            raise typer.BadParameter(f"there is no {file}")
    return files


async def _retrain(
    files: Sequence[Path], new_outcomes: int, *, as_json: bool
) -> tuple[Counter[str], list[tuple[str, str]]]:
    """How many tenants ended how, and which failed, with the reason."""
    from scoring_models.installation import installation
    from scoring_models.retraining import Retraining

    counts: Counter[str] = Counter()
    failed = []
    async with installation() as here:
        drawn_from, everybodys = await here.everybodys()
        async with here.database.system() as session:
            owners = {one.name: one.id for one in await tenants.everyone(session)}
        retraining = Retraining(
            here,
            owners,
            lambda: on_ray(everybodys, drawn_from),
            drawn_from=drawn_from,
            seed=SEED,
            new_outcomes=new_outcomes,
        )
        with _progress(len(files)) as tell:
            async for ending in retraining.endings(files):
                counts[ending.outcome] += 1
                if ending.outcome == "failed":
                    failed.append((ending.tenant, ending.why or ""))
                if as_json:
                    typer.echo(json.dumps(asdict(ending)))
                tell(counts)
    return counts, failed


@contextmanager
def on_ray(everybodys: "TrainedModel", drawn_from: str) -> "Iterator[tuple[Training, int]]":
    """What trains a tenant's model as a task of Ray, and how many should be asked of it at once.

    It is the Ray that the settings name; without, one of our own beside the mill's, whose desks hold its processors.
    """
    from actors.shell import keeper

    store, address = StoreSettings(), ShellSettings().ray_address
    keeper.ray_environment(store, address)
    # after the settings above, which Ray reads when it is imported
    from ray.exceptions import RayError, RayTaskError

    from actors.shell import cluster
    from scoring_models.errors import ScoringError, TrainingFailedError
    from scoring_models.retraining import Trained, train_one
    from scoring_models.shrinkage import Outcomes

    if address is None:
        cluster.start_local(keeper.ray_folder(store.home / "training"))
    else:
        cluster.join(address)
    try:
        task, prior = cluster.as_task(train_one), cluster.shared(everybodys)

        async def training(content: bytes) -> Trained | Outcomes:
            try:
                trained: Trained | Outcomes = await task(content, prior, drawn_from, SEED, datetime.now(UTC))
            except RayTaskError as error:
                if isinstance(error.cause, ScoringError):
                    raise error.cause from None
                raise TrainingFailedError(repr(error.cause)) from error
            except RayError as error:
                raise TrainingFailedError(str(error).strip() or type(error).__name__) from error
            return trained

        yield training, _TASKS_FOR_A_PROCESSOR * cluster.processors()
    finally:
        cluster.leave()


@contextmanager
def _progress(total: int) -> Iterator[Callable[[Counter[str]], None]]:
    """A bar on a terminal, else a line every few seconds; both on standard error, and told how many ended how."""
    if not errors_out.is_terminal:
        last = time.monotonic()

        def line(counts: Counter[str]) -> None:
            nonlocal last
            if counts.total() == total or time.monotonic() - last >= _LINE_EVERY_S:
                last = time.monotonic()
                typer.echo(f"{counts.total():,} of {total:,} tenants: {_counted(counts)}", err=True)

        yield line
        return
    columns = (
        TextColumn("Training"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
    )
    with Progress(*columns, console=errors_out, transient=True) as progress:
        bar = progress.add_task("", total=total)
        yield lambda counts: progress.update(bar, completed=counts.total(), description=_counted(counts))


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{count:,} {outcome}" for outcome, count in counts.items())
