"""What people decide on the command line: approvals, approve, reject."""

import getpass
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import orjson
import typer
from rich.console import Console
from rich.table import Table

from actors.commands import Json, Limit, TenantName, in_tenant
from actors.engine import holding
from actors.events import event_types
from tenants.approvals import Decision
from tenants.store import approvals, tenants
from tenants.store.columns import to_json

Ids = Annotated[
    list[UUID] | None, typer.Argument(help="The approvals' ids, as `leadmill approvals` shows them.")
]
All = Annotated[bool, typer.Option("--all", help="Everything that waits, or what --kind leaves of it.")]
Kind = Annotated[str | None, typer.Option(help="With --all: only this kind of act, such as source.")]
_MOST = 100_000


def list_approvals(
    tenant: TenantName,
    status: Annotated[str, typer.Option(help="pending, approved, rejected, expired, …; or all.")] = "pending",
    limit: Limit = 50,
    as_json: Json = False,
) -> None:
    """List what waits for a person: which act, about whom, what it has cost, and until when it can be decided."""
    if status != "all" and status not in set(Decision):
        raise typer.BadParameter(f"there is all, {', '.join(Decision)}")
    wanted = None if status == "all" else status
    found = in_tenant(tenant, lambda session: approvals.listed(session, status=wanted, limit=limit))
    if as_json:
        for row in found:
            typer.echo(to_json(dict(row)))
        return
    if not found:
        typer.echo("Nothing waits for you." if status == "pending" else "There is none.")
        return
    table = Table(title=f"{tenant}: approvals")
    table.add_column("id", no_wrap=True)  # it is to be copied
    for heading in ("what", "cost", "until"):
        table.add_column(heading, overflow="fold")  # half an address is none
    for row in found:
        about = f"{row['company']}: " if row["company"] else ""
        effect = row["content"].get("effect")
        whom = f"\nto {effect['email']}" if effect is not None else ""
        table.add_row(
            str(row["id"]),
            f"{row['agent']}, {row['status']}\n{about}{'; '.join(act['why'] for act in row['acts'])}{whom}",
            f"{row['cost']:.4f}",
            f"{row['expires_at']:%m-%d %H:%M}",
        )
    Console().print(table)


def approve(
    tenant: TenantName,
    ids: Ids = None,
    everything: All = False,
    kind: Kind = None,
    edit: Annotated[
        Path | None,
        typer.Option(help="A JSON file: the one content as it shall be, from `approvals --json`."),
    ] = None,
) -> None:
    """Allow what waits, as it is or edited. It is done at once, as far as the facts still stand."""
    if edit is not None and len(ids or ()) != 1:
        raise typer.BadParameter("--edit goes with the id of one approval")
    document = _read(edit) if edit is not None else None
    count = _decide(tenant, ids, everything, kind, Decision.APPROVED, document=document)
    typer.echo(f"{count:,} approved.")


def reject(
    tenant: TenantName,
    reason: Annotated[str, typer.Option(help="Why not; kept with the lead and in the audit.")],
    ids: Ids = None,
    everything: All = False,
    kind: Kind = None,
) -> None:
    """Refuse what waits, for a reason."""
    count = _decide(tenant, ids, everything, kind, Decision.REJECTED, reason=reason)
    typer.echo(f"{count:,} rejected.")


def _decide(
    tenant: str,
    ids: list[UUID] | None,
    everything: bool,
    kind: str | None,
    decision: Decision,
    *,
    reason: str | None = None,
    document: Any = None,
) -> int:
    if bool(ids) == everything or (kind and not everything):
        raise typer.BadParameter("name either approvals or --all; --kind goes with --all")

    async def run(session: Any) -> int:
        policy = (await tenants.configuration(session)).approvals
        waiting = {row["id"]: row for row in await approvals.listed(session, limit=_MOST)}
        chosen = ids or [one for one, row in waiting.items() if kind is None or _has(row, kind)]
        for approval_id in chosen:
            edited = None
            if document is not None:
                original = (await approvals.listed(session, status=None, approval_id=approval_id))[:1]
                edited = holding.edited(document, original[0]["content"], event_types()) if original else None
            await approvals.decide(
                session,
                approval_id,
                Decision.EDITED if edited else decision,
                by=getpass.getuser(),
                policy=policy,
                content_hash=waiting[approval_id]["content_hash"] if approval_id in waiting else None,
                reason=reason,
                edited=edited,
            )
        return len(chosen)

    return in_tenant(tenant, run)


def _has(row: Any, kind: str) -> bool:
    return any(act["kind"] == kind for act in row["acts"])


def _read(file: Path) -> Any:
    try:
        return orjson.loads(file.read_bytes())
    except orjson.JSONDecodeError as error:
        raise ValueError(f"{file} is no JSON: {error}") from None
