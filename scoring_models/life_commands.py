"""The commands for a model's life: proposed, promoted, shadowed, taken back; its card, its history, its file."""

import asyncio
import getpass
import json
import shutil
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn

from scoring_models.errors import ModelUnknownError
from scoring_models.frame import Json, Tenant, registry, told, whose

if TYPE_CHECKING:
    from scoring_models.dataset import Dataset
    from scoring_models.gates import Gate
    from scoring_models.lifecycle import Lifecycle, Moved
    from tenants.records import ModelChange, ModelVersion

Model = Annotated[str, typer.Argument(metavar="NAME-VERSION", help="A model from the list.")]
Data = Annotated[
    Path | None,
    typer.Option(
        exists=True,
        dir_okay=False,
        help="Labelled leads on which the model is compared with the one that judges: better ones that neither has "
        "learned from.",
    ),
]
Despite = Annotated[
    str | None,
    typer.Option(metavar="REASON", help="Pass over closed gates, and why. It is kept with your name."),
]


def propose(
    model: Model, data: Data = None, tenant: Tenant = None, despite: Despite = None, as_json: Json = False
) -> None:
    """Propose a model in place of the one that judges; `leadmill model promote` then lets it judge.

    Its file is opened in a process of its own, and both are compared on the same leads: ROC-AUC, calibration and lift
    may not be worse, at most 30 % of the leads may come into another tier, and it may not take twice as long.
    """
    with told():
        gates = asyncio.run(_proposed(model, _dataset(data), tenant, despite))
    if as_json:
        typer.echo(json.dumps({"model": model, "gates": [gate.model_dump() for gate in gates]}))
        return
    _show_gates(gates)
    typer.echo(f"{model} is proposed: `leadmill model promote {model}` lets it judge")


def promote(
    model: Model,
    data: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="Propose it first, compared on these labelled leads."),
    ] = None,
    tenant: Tenant = None,
    despite: Despite = None,
    as_json: Json = False,
) -> None:
    """Let a proposed model judge from now on, and judge the leads anew that others have judged.

    Nobody is asked for that and nothing is bought: each score is kept with what the model was told. Where no model
    judges yet, there is nothing to compare, and no proposal is needed. Your name is kept with it.
    """

    async def run() -> "tuple[Sequence[Gate], Moved]":
        gates: Sequence[Gate] = ()
        async with _lifecycle(tenant) as life:
            if data is not None or despite is not None or await life.is_first():
                gates = await life.propose(
                    model, by=getpass.getuser(), dataset=_dataset(data), despite=despite
                )
            with _progress() as step:
                return gates, await life.promote(by=getpass.getuser(), label=model, progress=step)

    with told():
        gates, moved = asyncio.run(run())
    if as_json:
        typer.echo(json.dumps({**_as_answer(moved), "gates": [gate.model_dump() for gate in gates]}))
        return
    _show_gates(gates)
    typer.echo(f"{moved.model} judges from now on{_instead(moved)}. {_leads(moved)}")


def withdraw(
    reason: Annotated[str, typer.Option(help="Why it is not to judge.")],
    tenant: Tenant = None,
) -> None:
    """Take a proposal back: the model stays registered, and nothing else changes."""

    async def run() -> str:
        async with _lifecycle(tenant) as life:
            return await life.withdraw(by=getpass.getuser(), reason=reason)

    with told():
        typer.echo(f"{asyncio.run(run())} is not proposed any more")


def rollback(
    reason: Annotated[str, typer.Option(help="Why: it is kept with your name.")],
    tenant: Tenant = None,
    as_json: Json = False,
) -> None:
    """Let the model judge again that judged before, and give its leads their earlier scores back.

    A lead of which nothing has become known since has exactly the score that it had; the others are judged by the
    earlier model from what is known now.
    """

    async def run() -> "Moved":
        async with _lifecycle(tenant) as life:
            with _progress() as step:
                return await life.roll_back(by=getpass.getuser(), reason=reason, progress=step)

    with told():
        moved = asyncio.run(run())
    if as_json:
        typer.echo(json.dumps(_as_answer(moved)))
        return
    typer.echo(f"{moved.model or 'Nobody'} judges again{_instead(moved)}. {_leads(moved)}")


def shadow(
    model: Annotated[
        str | None, typer.Argument(metavar="NAME-VERSION", help="A model from the list.")
    ] = None,
    off: Annotated[bool, typer.Option("--off", help="End it.")] = False,
    tenant: Tenant = None,
) -> None:
    """Let a model say of every lead what it would, beside the one that judges. Nobody sees it or goes by it.

    What it says of the leads that are scored from now on is kept beside their scores.
    """
    if (model is None) == (not off):
        raise typer.BadParameter("name a model, or end it with --off")

    async def run() -> None:
        async with _lifecycle(tenant) as life:
            await life.shadow(model, by=getpass.getuser())

    with told():
        asyncio.run(run())
    typer.echo(
        f"{model} judges in the shadow from now on" if model else "No model judges in the shadow any more"
    )


def history(tenant: Tenant = None, as_json: Json = False) -> None:
    """Tell what was decided about models, the newest first: what, which, by whom, why, and what was compared."""

    async def run() -> "list[ModelChange]":
        async with _lifecycle(tenant) as life:
            return await life.changes()

    with told():
        changes = asyncio.run(run())
    if as_json:
        for one in changes:
            when = one.at.isoformat() if one.at is not None else None
            names = ("act", "model", "before", "by", "reason", "gates")
            typer.echo(json.dumps({"at": when, **{name: getattr(one, name) for name in names}}))
        return
    for one in changes:
        when = f"{one.at:%Y-%m-%d %H:%M}" if one.at is not None else ""
        instead = f" in place of {one.before}" if one.before not in (None, one.model) else ""
        why = f": {one.reason}" if one.reason else ""
        typer.echo(f"{when}  {one.by} {one.act} {one.model or 'nobody'}{instead}{why}")
        for gate in one.gates:
            if not gate["is_open"]:
                typer.echo(f"{'':18}closed: {gate['name']}, {gate['found']}")


def card(
    model: Model,
    out: Annotated[
        Path | None, typer.Option(dir_okay=False, help="Write it there; absent: print it.")
    ] = None,
    tenant: Tenant = None,
) -> None:
    """Write a model's card: what it learned from, how good it is, what it looks at, what was decided about it."""
    from scoring_models.card import card as card_of

    async def run() -> str:
        async with _lifecycle(tenant) as life:
            return card_of(await _version(life, model), await life.changes())

    with told():
        text = asyncio.run(run())
    if out is None:
        typer.echo(text, nl=False)
        return
    out.write_text(text, encoding="utf-8")
    typer.echo(f"The card of {model} is in {out}.")


def export(
    model: Model,
    to: Annotated[
        Path, typer.Option(file_okay=False, help="Folder for file and card; made where it is not there.")
    ],
    tenant: Tenant = None,
) -> None:
    """Copy a model's file and its card into a folder, for another installation or an archive.

    The file is named by its SHA-256, and is the same to the byte wherever it is opened.
    """
    from scoring_models.card import card as card_of

    async def run() -> Path:
        async with _lifecycle(tenant) as life:
            version = await _version(life, model)
            text = card_of(version, await life.changes())
            file = life.file_of(model)
        to.mkdir(parents=True, exist_ok=True)
        (to / f"{model}.md").write_text(text, encoding="utf-8")
        return Path(await asyncio.to_thread(shutil.copy, file, to / file.name))

    with told():
        typer.echo(f"{model} is in {asyncio.run(run())}, its card beside it.")


def sign(as_json: Json = False) -> None:
    """Sign all models of the registry anew: after an upgrade, with another master key, or in another store.

    A model judges only if this installation has named it: a file that somebody else has put into its place does not.
    Each file is held against what the database says of it, and nothing else is changed.
    """

    async def run() -> tuple[list[str], dict[str, str]]:
        async with registry() as known:
            return await known.sign()

    with told():
        signed, left = asyncio.run(run())
    if as_json:
        typer.echo(json.dumps({"signed": signed, "left": left}))
    else:
        typer.echo(f"{len(signed)} models are signed" + (f", {len(left)} are not:" if left else "."))
        for label, why in left.items():
            typer.echo(f"  {label}: {why}")
    if left:
        raise typer.Exit(1)


COMMANDS = (propose, promote, withdraw, rollback, shadow, history, card, export, sign)


@asynccontextmanager
async def _lifecycle(tenant: str | None) -> "AsyncIterator[Lifecycle]":
    from scoring_models.lifecycle import Lifecycle

    async with whose(tenant) as (database, folder, tenant_id):
        yield Lifecycle(database, folder, tenant_id)


async def _proposed(
    model: str, dataset: "Dataset | None", tenant: str | None, despite: str | None
) -> "tuple[Gate, ...]":
    async with _lifecycle(tenant) as life:
        return await life.propose(model, by=getpass.getuser(), dataset=dataset, despite=despite)


async def _version(life: "Lifecycle", model: str) -> "ModelVersion":
    for version in await life.versions():
        if version.label == model:
            return version
    raise ModelUnknownError(model)


def _dataset(data: Path | None) -> "Dataset | None":
    from scoring_models.dataset import read_dataset

    return read_dataset(data) if data is not None else None


@contextmanager
def _progress() -> Iterator[Callable[[int], None]]:
    """A block that shows on standard error how many leads are through."""
    columns = (SpinnerColumn(), TextColumn("{task.completed:,.0f} leads judged anew"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda count: bar.advance(task, count)


def _as_answer(moved: "Moved") -> dict[str, Any]:
    leads = moved.leads
    return {
        "model": moved.model,
        "before": moved.before,
        "restored": leads.restored,
        "judged": leads.judged,
        "moved": leads.moved,
    }


def _instead(moved: "Moved") -> str:
    return f" in place of {moved.before}" if moved.before is not None else ""


def _leads(moved: "Moved") -> str:
    leads = moved.leads
    if not leads.restored + leads.judged:
        return "No lead had to be judged anew."
    back = f"{leads.restored:,} leads have their earlier score again, " if leads.restored else ""
    return f"{back}{leads.judged:,} were judged anew, {leads.moved:,} are in another tier."


def _show_gates(gates: "Sequence[Gate]") -> None:
    for gate in gates:
        typer.echo(f"  {'open  ' if gate.is_open else 'CLOSED'}  {gate.name}: {gate.found}")
