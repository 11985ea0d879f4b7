"""What people decide on the command line: approvals, approve, reject, withdraw, complain, autonomy."""

import getpass
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import orjson
import typer
from rich.console import Console
from rich.table import Table

from actors.commands.frame import Json, Limit, TenantName, in_tenant
from actors.engine import holding
from actors.events import event_types
from tenants.approvals import ActKind, Decision
from tenants.store import approvals, autonomy, tenants
from tenants.store.approvals import NotDecidable
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
            typer.echo(to_json({**row, "risks": _risks(row)}))
        return
    if not found:
        typer.echo("Nothing waits for you." if status == "pending" else "There is none.")
        return
    table = Table(title=f"{tenant}: approvals")
    table.add_column("id", no_wrap=True)  # it is to be copied
    for heading in ("what", "cost", "until"):
        table.add_column(heading, overflow="fold")  # half an address is none
    for row in found:
        table.add_row(
            str(row["id"]),
            _what(row),
            f"{row['cost']:.4f}",
            f"{row['expires_at']:%m-%d %H:%M}" + (f"\nfor {row['owner']}" if row["owner"] else ""),
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


def withdraw(
    tenant: TenantName,
    approval_id: Annotated[UUID, typer.Argument(metavar="ID", help="The approval's id.")],
    reason: Annotated[str, typer.Option(help="Why it is not wanted any more.")],
) -> None:
    """Take back what you asked for, before anybody decides. Nothing is done, and that is no rejection."""
    in_tenant(
        tenant,
        lambda session: approvals.withdraw(session, approval_id, by=getpass.getuser(), reason=reason),
    )
    typer.echo("Withdrawn: nothing is done.")


def complain(
    tenant: TenantName,
    approval_id: Annotated[UUID, typer.Argument(metavar="ID", help="The approval's id.")],
    reason: Annotated[str, typer.Option(help="What was wrong with it, or why it had to be reverted.")],
) -> None:
    """Say that something that was allowed should not have been. Its kind is asked about again from now on."""
    revoked = in_tenant(
        tenant, lambda session: autonomy.complain(session, approval_id, by=getpass.getuser(), reason=reason)
    )
    typer.echo("Noted." + "".join(f" {kind} is asked about again." for kind in revoked))


def show_autonomy(
    tenant: TenantName,
    grant: Annotated[ActKind | None, typer.Option(help="Leave this kind of act to the agents.")] = None,
    revoke: Annotated[ActKind | None, typer.Option(help="Be asked about this kind of act again.")] = None,
    reason: Annotated[str, typer.Option(help="With --revoke: why.")] = "",
    as_json: Json = False,
) -> None:
    """Show how people decided on each kind of act, and leave one to the agents that has earned it.

    It is earned when the share of decisions that were clean (allowed as they were, and nobody complained) is
    certain enough: the lower end of its 95 % confidence interval reaches `approvals.autonomy_from`, 0.95 if not
    set, which takes 73 clean decisions in a row. A complaint takes it away at once.
    """
    by = getpass.getuser()

    async def run(session: Any) -> list[dict[str, Any]]:
        policy = (await tenants.configuration(session)).approvals
        if grant is not None:
            await autonomy.grant(session, grant, by=by, policy=policy)
        if revoke is not None:
            await autonomy.revoke(session, [revoke], by=by, reason=reason)
        given = await autonomy.standing(session)
        return [
            {
                "kind": kind,
                "decided": record.decided,
                "clean": record.clean,
                "certain": round(record.certain, 4),
                "is_earned": record.certain >= policy.autonomy_from and not kind.is_always_asked,
                "granted_at": given.get(kind, {}).get("granted_at"),
                "granted_by": given.get(kind, {}).get("granted_by"),
                "reason": given.get(kind, {}).get("reason"),
            }
            for kind, record in (await autonomy.track_records(session)).items()
        ]

    rows = in_tenant(tenant, run)
    if as_json:
        for row in rows:
            typer.echo(to_json(row))
        return
    table = Table("act", "decided", "clean", "certain", "is left to the agents", title=f"{tenant}: autonomy")
    for row in rows:
        table.add_row(
            row["kind"],
            f"{row['decided']:,}",
            f"{row['clean']:,}",
            f"{row['certain']:.0%}",
            _left_to_agents(row),
        )
    Console().print(table)


def _left_to_agents(row: Mapping[str, Any]) -> str:
    if row["granted_at"] is not None:
        return f"since {row['granted_at']:%Y-%m-%d}, by {row['granted_by']}"
    if row["is_earned"]:
        return f"no, but it could be: --grant {row['kind']}"
    return f"no: {row['reason']}" if row["reason"] else "no"


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
        if everything:
            waiting = await approvals.listed(session, limit=_MOST)
            rows = {row["id"]: row for row in waiting if kind is None or _has(row, kind)}
        else:
            rows = {one: await _found(session, one) for one in ids or ()}
        for approval_id, row in rows.items():
            edited = holding.edited(document, row["content"], event_types()) if document is not None else None
            await approvals.decide(
                session,
                approval_id,
                Decision.EDITED if edited else decision,
                by=getpass.getuser(),
                policy=policy,
                content_hash=row["content_hash"],
                reason=reason,
                edited=edited,
            )
        return len(rows)

    return in_tenant(tenant, run)


async def _found(session: Any, approval_id: UUID) -> Any:
    found = await approvals.listed(session, status=None, approval_id=approval_id)
    if not found:
        raise NotDecidable(f"there is no approval {approval_id}")
    return found[0]


def _what(row: Any) -> str:
    """What is to be done, for whom, and what may come of it."""
    about = f"{row['company']}: " if row["company"] else ""
    lines = [f"{row['agent']}, {row['status']}", about + "; ".join(act["why"] for act in row["acts"])]
    if row["content"].get("effect") is not None:
        lines.append(f"to {row['content']['effect']['email']}")
    return "\n".join([*lines, f"risk: {_risks(row)}"])


def _risks(row: Any) -> str:
    return "; ".join(dict.fromkeys(ActKind(act["kind"]).risk for act in row["acts"]))


def _has(row: Any, kind: str) -> bool:
    return any(act["kind"] == kind for act in row["acts"])


def _read(file: Path) -> Any:
    try:
        return orjson.loads(file.read_bytes())
    except orjson.JSONDecodeError as error:
        raise ValueError(f"{file} is no JSON: {error}") from None
