"""What people do with failures on the command line: errors, retry, resolve, mute, assign."""

import getpass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import orjson
import typer
from rich.console import Console
from rich.table import Table

from actors.commands.frame import Json, Limit, TenantName, in_tenant, print_runs
from actors.events import event_types
from actors.events.envelope import UnreadableEvent, read_payload
from tenants.store import failures, letters, runs
from tenants.store.columns import to_json
from tenants.store.failures import Retry, Which

_CONDITIONS = "Conditions such as 'agent=enrichment provider=apollo'; also error, fingerprint and lead."
RunIds = Annotated[
    list[UUID] | None, typer.Argument(help="The runs' ids, as `leadmill errors --json` has them.")
]
All = Annotated[
    bool, typer.Option("--all", help="Everything in the queue, or all that --where leaves of it.")
]
Where = Annotated[str, typer.Option("--where", help=_CONDITIONS)]
Fingerprint = Annotated[str, typer.Argument(help="The group's fingerprint, as `leadmill errors` shows it.")]


def list_errors(
    tenant: TenantName,
    where: Where = "",
    one_by_one: Annotated[bool, typer.Option("--runs", help="Each failed run, not groups of them.")] = False,
    limit: Limit = 50,
    as_json: Json = False,
) -> None:
    """Show a tenant's error queue: failures in groups that have their cause in common, the largest first.

    A failure leaves the queue when it is retried, when somebody resolves it, or by itself when the same work has
    succeeded meanwhile. With --json each failed run is an object.
    """
    which = Which.where(where)
    if one_by_one or where or as_json:
        print_runs(
            in_tenant(tenant, lambda session: failures.listed(session, which, limit=limit)), as_json=as_json
        )
        return
    table = Table(
        "runs", "agent", "provider", "error", "last", "who", "fingerprint", title=f"{tenant}: errors"
    )
    found, unread = in_tenant(tenant, _groups)
    for group in found:
        table.add_row(
            f"{group['runs']:,}",
            group["agent"],
            group["provider"] or "",
            group["message"] or group["class"] or "",
            f"{group['last_at']:%Y-%m-%d %H:%M}",
            "muted" if group["is_muted"] else group["assignee"] or "",
            group["fingerprint"],
        )
    if found:
        Console().print(table)
    else:
        Console().print("The error queue is empty.")
    if unread:
        Console().print(f"Events that nobody could read: {unread:,} (`leadmill letters`)")


async def _groups(session: Any) -> tuple[Any, int]:
    """A tenant's failures, and how many events belong to nobody's queue since they could not be read."""
    return await failures.groups(session), await letters.count(session)


def retry(
    tenant: TenantName,
    run_ids: RunIds = None,
    everything: All = False,
    where: Where = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would happen, and change nothing.")
    ] = False,
    new_input: Annotated[
        Path | None, typer.Option("--input", help="A JSON file: another input for the one run that is named.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Try failed runs again: those that are named, or with --all everything that --where leaves.

    Answers that providers gave to the earlier attempts are kept, and not paid for again. A run that is named may
    also be one that was skipped, resolved, or sleeps.
    """
    which = _chosen(run_ids, everything, where)
    if new_input is not None and len(run_ids or ()) != 1:
        raise typer.BadParameter("--input goes with the id of one run")
    edited = _read_input(new_input) if new_input is not None else None

    async def run(session: Any) -> Retry:
        if edited is not None and run_ids is not None:
            await _check(session, run_ids[0], edited)
            if not dry_run:
                await failures.edit(session, run_ids[0], edited, by=getpass.getuser())
        return await failures.retry(session, which, by=getpass.getuser(), dry_run=dry_run)

    result = in_tenant(tenant, run)
    if as_json:
        told = {
            "dry_run": dry_run,
            "eligible": [str(one) for one in result.eligible],
            "refused": result.refused,
        }
        typer.echo(to_json(told))
        return
    count = len(result.eligible)
    typer.echo(f"{count:,} {'would be' if dry_run else 'are'} tried again.")
    for reason, refused in sorted(result.refused.items()):
        typer.echo(f"  {refused:,} not: {reason}")


def resolve(
    tenant: TenantName,
    reason: Annotated[str, typer.Option(help="Why nothing more is to be done; kept in the audit.")],
    run_ids: RunIds = None,
    everything: All = False,
    where: Where = "",
) -> None:
    """Take failed runs out of the queue, since nothing more is to be done about them."""
    which = _chosen(run_ids, everything, where)
    count = in_tenant(
        tenant, lambda session: failures.resolve(session, which, by=getpass.getuser(), reason=reason)
    )
    typer.echo(f"{count:,} resolved.")


def mute(
    tenant: TenantName,
    fingerprint: Fingerprint,
    hours: Annotated[int, typer.Option(min=0, help="For how long; 0: no longer.")] = 24,
) -> None:
    """Hear nothing of a group of failures for a while. They stay in the queue, at its end."""
    until = datetime.now(UTC) + timedelta(hours=hours) if hours else None
    in_tenant(tenant, lambda session: failures.mute(session, fingerprint, until=until, by=getpass.getuser()))
    typer.echo(
        f"{fingerprint} is muted until {until:%Y-%m-%d %H:%M} UTC."
        if until
        else f"{fingerprint} is heard of."
    )


def assign(
    tenant: TenantName,
    fingerprint: Fingerprint,
    to: Annotated[str | None, typer.Argument(help="Who looks after it; absent: nobody any more.")] = None,
) -> None:
    """Say who looks after a group of failures."""
    in_tenant(tenant, lambda session: failures.assign(session, fingerprint, to=to, by=getpass.getuser()))
    typer.echo(f"{to or 'nobody'} looks after {fingerprint}.")


def _chosen(run_ids: list[UUID] | None, everything: bool, where: str) -> Which:
    if bool(run_ids) == everything or (where and not everything):
        raise typer.BadParameter("name either runs or --all; --where goes with --all")
    return Which(ids=tuple(run_ids)) if run_ids else Which.where(where)


def _read_input(file: Path) -> dict[str, Any]:
    try:
        document = orjson.loads(file.read_bytes())
    except orjson.JSONDecodeError as error:
        raise ValueError(f"{file} is no JSON: {error}") from None
    if isinstance(document, dict):
        return document
    raise ValueError(f"{file} holds no JSON object")


async def _check(session: Any, run_id: UUID, document: dict[str, Any]) -> None:
    """Raises ValueError where the run's agent could not read such an input."""
    topic = await runs.topic_of(session, run_id)
    if topic is None:
        raise ValueError(f"there is no run {run_id}")
    try:
        read_payload(event_types(), topic, to_json(document))
    except UnreadableEvent as error:
        raise ValueError(f"no {topic}: {error}") from None
