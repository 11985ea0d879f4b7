"""What people ask of runs on the command line."""

from typing import Annotated
from uuid import UUID

import typer

from actors.commands.frame import Json, Limit, TenantName, in_tenant, print_runs
from tenants.store import runs


def list_runs(
    tenant: TenantName,
    status: Annotated[str | None, typer.Option(help="Only runs of this status, such as failed.")] = None,
    agent: Annotated[str | None, typer.Option(help="Only runs of this agent.")] = None,
    lead: Annotated[UUID | None, typer.Option(help="Only runs about this lead: its journey.")] = None,
    limit: Limit = 50,
    as_json: Json = False,
) -> None:
    """List a tenant's runs, the newest first."""
    found = in_tenant(
        tenant, lambda session: runs.recent(session, status=status, agent=agent, lead_id=lead, limit=limit)
    )
    print_runs(found, as_json=as_json)
